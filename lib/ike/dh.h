/*
 * Diffie-Hellman: RFC 7296 2.14 and 3.4, RFC 3526, RFC 5903, RFC 8031.  A
 * secret is made for one exchange and gone after it (RFC 7296 2.12).
 */
#ifndef BTNS_IKE_DH_H
#define BTNS_IKE_DH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btns_err;
struct ike_dh;

#define IKE_DH_MAX	512	/* octets of a public value, or shared one */

bool	 ike_dh_known(unsigned group);
/* Octets of a public value on the wire: 0 for a group we don't know. */
size_t	 ike_dh_len(unsigned group);

/*
 * Make a secret; its public value goes to pub, ike_dh_len() octets.
 * BTNS_E_CRYPTO, BTNS_E_NOMEM; *out is NULL then.
 */
int	 ike_dh_new(struct ike_dh **out, unsigned group,
	    uint8_t pub[IKE_DH_MAX], struct btns_err *);

/* The same of a secret that is given, for known answers. */
int	 ike_dh_from(struct ike_dh **, unsigned group, const uint8_t *secret,
	    size_t, uint8_t pub[IKE_DH_MAX], struct btns_err *);

/*
 * What is shared with a peer's value; wipe it.  *n: the group's octets, of
 * a curve those of x (RFC 5903 7).  BTNS_E_FORMAT: of another length, 0, 1,
 * p - 1 or more, off the curve, or (RFC 8031 2.3) all of it comes out 0.
 */
int	 ike_dh_shared(uint8_t out[IKE_DH_MAX], size_t *n,
	    const struct ike_dh *, const uint8_t *peer, size_t,
	    struct btns_err *);

/* Wipes; NULL is fine. */
void	 ike_dh_free(struct ike_dh *);

#endif
