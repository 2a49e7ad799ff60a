/* What the types of keys are called in DER and in OpenSSH. */
#ifndef BTNS_OID_H
#define BTNS_OID_H

#include <stddef.h>
#include <stdint.h>

#include "key.h"

struct btns_alg {
	const uint8_t	*id;		/* AlgorithmIdentifier, whole */
	size_t		 idlen;
	const uint8_t	*curve;		/* EC: the namedCurve's OID content */
	size_t		 curvelen;
	const char	*ssh;		/* RFC 4253, 5656, 8709 */
	const char	*sshcurve;	/* EC: RFC 5656 6.1 */
};

/* Never NULL; static. */
const struct btns_alg *btns_alg(enum btns_keytype);

extern const uint8_t btns_oid_rsa[9];		/* rsaEncryption */
extern const uint8_t btns_oid_pss[9];		/* id-RSASSA-PSS */
extern const uint8_t btns_oid_ec[7];		/* id-ecPublicKey */
extern const uint8_t btns_oid_ed25519[3];

#endif
