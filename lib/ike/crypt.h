/*
 * Keys of an IKE SA and what they protect: RFC 7296 2.13, 2.14 and 3.14,
 * RFC 5282, RFC 4868, RFC 7634, RFC 7383.
 */
#ifndef BTNS_IKE_CRYPT_H
#define BTNS_IKE_CRYPT_H

#include "suite.h"

#define IKE_PRF_MAX	64

/* RFC 7296 2.14; of each the octets that ike_sizes() says.  Wipe it. */
struct ike_keys {
	uint8_t	 seed[IKE_PRF_MAX];	/* SKEYSEED */
	uint8_t	 d[IKE_PRF_MAX];
	uint8_t	 ai[IKE_PRF_MAX], ar[IKE_PRF_MAX];
	uint8_t	 ei[36], er[36];	/* with AEAD's salt behind it */
	uint8_t	 pi[IKE_PRF_MAX], pr[IKE_PRF_MAX];
};

/* Octets of its output, and of a key of its own. */
size_t	 ike_prf_len(unsigned prf);

/* prf(key, a | b | c); views may be empty.  BTNS_E_CRYPTO. */
int	 ike_prf(uint8_t out[IKE_PRF_MAX], unsigned prf,
	    const struct ike_view *key, const struct ike_view *a,
	    const struct ike_view *b, const struct ike_view *c,
	    struct btns_err *);

/* prf+(key, seed), n octets: RFC 7296 2.13; at most 255 times prf's. */
int	 ike_prf_plus(uint8_t *out, size_t n, unsigned prf,
	    const struct ike_view *key, const struct ike_view *seed,
	    struct btns_err *);

int	 ike_derive(struct ike_keys *, const struct ike_suite *,
	    const struct ike_view *shared, const struct ike_view *ni,
	    const struct ike_view *nr, const uint8_t spi_i[IKE_SPI],
	    const uint8_t spi_r[IKE_SPI], struct btns_err *);

/*
 * Open what the initiator protected: msg is the whole message, and at is
 * where its SK's (or SKF's) IV begins.  out has room for n octets; *outlen
 * of them are the payloads within.  BTNS_E_REFUSED where the check fails,
 * or what is inside is too short or badly padded: which it is isn't told.
 */
int	 ike_unseal(uint8_t *out, size_t *outlen, const struct ike_keys *,
	    const struct ike_suite *, const uint8_t *msg, size_t n, size_t at,
	    struct btns_err *);

/*
 * End a message of the responder's with an SK payload around these ones,
 * of which the first has this type.  Its length, or 0 with the reason.
 */
size_t	 ike_seal(struct ike_out *, uint8_t first, const struct ike_view *,
	    const struct ike_keys *, const struct ike_suite *,
	    struct btns_err *);

#endif
