/* Public keys as the DNS spells them: IPSECKEY and RFC 3110. */
#ifndef BTNS_KEYDNS_H
#define BTNS_KEYDNS_H

#include <stddef.h>
#include <stdint.h>

#include "key.h"

/* RFC 4025 2.4, RFC 9373: the algorithm numbers. */
enum { BTNS_DNS_RSA = 2, BTNS_DNS_ECDSA = 3, BTNS_DNS_EDDSA = 4 };

/*
 * The public key field of an IPSECKEY record by its algorithm.
 * BTNS_E_FORMAT with offset and section: RFC 3110 2, RFC 6605 4 for x|y,
 * RFC 8080 3 for Ed25519.
 */
int	 btns_key_rfc3110(struct btns_key *, const uint8_t *, size_t,
	    struct btns_err *);
int	 btns_key_dns(struct btns_key *, unsigned algorithm, const uint8_t *,
	    size_t, struct btns_err *);

/* The number for this key, or 0 where none is assigned (P-521). */
unsigned btns_dns_algorithm(const struct btns_key *);

/*
 * One record in a zone file's spelling (RFC 1035 5.1), on one line and
 * without comments and parentheses: [owner] [ttl] [class] IPSECKEY
 * precedence gateway-type algorithm gateway base64 ..., or what follows the
 * word IPSECKEY alone, as dig +short prints it.  BTNS_E_FORMAT names field
 * and section (RFC 4025 3.1).
 */
int	 btns_key_ipseckey(struct btns_key *, const char *, size_t,
	    struct btns_err *);

#endif
