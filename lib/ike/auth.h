/*
 * The proof that a peer has the key that it shows: RFC 7296 2.15, RFC 4754,
 * RFC 7427, RFC 8420.
 */
#ifndef BTNS_IKE_AUTH_H
#define BTNS_IKE_AUTH_H

#include "../key.h"
#include "wire.h"

/* What the initiator signed, and how. */
struct ike_proof {
	struct ike_view	 message;	/* its IKE_SA_INIT request, whole */
	struct ike_view	 nonce;		/* the responder's */
	struct ike_view	 id;		/* the body of its IDi */
	uint16_t	 prf;
	struct ike_view	 pi;		/* SK_pi */
	uint8_t		 method;
	struct ike_view	 auth;		/* the data of its AUTH */
};

/*
 * Did the key sign it?  0, or -1: BTNS_E_REFUSED with what was wrong: a
 * method or algorithm that we don't know, or announced no hash for; a
 * method for another type of key; a signature that isn't the key's.
 */
int	 ike_prove(const struct ike_proof *, const struct btns_key *,
	    struct btns_err *);

/*
 * The signature alone, over octets: 1: the key made it, 0: it didn't, or -1:
 * BTNS_E_REFUSED as above, BTNS_E_CRYPTO.
 */
int	 ike_verify(const struct btns_key *, uint8_t method,
	    const struct ike_view *auth, const uint8_t *, size_t n,
	    struct btns_err *);

/* The notification of the hashes that method 14 may use: RFC 7427 4. */
void	 ike_put_hashes(struct ike_out *);

/* The key of a CERT payload: BTNS_E_REFUSED for an encoding we don't read. */
int	 ike_cert_key(struct btns_key *, const struct ike_typed *,
	    struct btns_err *);

#endif
