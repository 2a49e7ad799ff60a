/* Public keys out of DER objects. */
#ifndef BTNS_KEYDER_H
#define BTNS_KEYDER_H

#include <stddef.h>
#include <stdint.h>

#include "der.h"
#include "key.h"

/* What a DER object is, judged by its structure. */
enum btns_kind {
	BTNS_KIND_UNKNOWN,
	BTNS_KIND_SPKI,		/* RFC 5280 4.1.2.7 */
	BTNS_KIND_PKCS1,	/* RFC 8017 A.1.1 */
	BTNS_KIND_CERT,		/* RFC 5280 4.1 */
	BTNS_KIND_PRIV_PKCS1,	/* RFC 8017 A.1.2 */
	BTNS_KIND_PRIV_PKCS8,	/* RFC 5958 2 */
	BTNS_KIND_PRIV_SEC1,	/* RFC 5915 3 */
	BTNS_KIND_PRIV_LOCKED	/* RFC 5958 3: encrypted */
};

/* Look at the outer structure only; content may still be refused. */
enum btns_kind btns_kind_of(const uint8_t *, size_t);

/* "a SubjectPublicKeyInfo", for messages; static. */
const char *btns_kind_name(enum btns_kind);

/*
 * Read one object of this kind, whole: bytes after it are an error.  Of a
 * private key the public half is worked out anew and compared; its secret
 * numbers stay where they are, in the caller's buffer, and are copied into
 * libcrypto's secure numbers only.  BTNS_E_FORMAT names offset, reason and
 * section; BTNS_E_NOMEM; BTNS_E_CRYPTO.
 */
int	 btns_key_der(struct btns_key *, enum btns_kind, const uint8_t *,
	    size_t, struct btns_err *);

/* Used between the readers of DER. */
int	 btns_der_pkcs1(struct btns_key *, struct der *, struct btns_err *);

/* An AlgorithmIdentifier: the type of key, or -1 with the reason. */
int	 btns_der_alg(struct der *, struct btns_err *);

#endif
