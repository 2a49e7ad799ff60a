#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include <stdlib.h>
#include <string.h>

#include "../err.h"
#include "../secret.h"
#include "dh.h"
#include "proto.h"

#define X25519	32

struct ike_dh {
	unsigned	 group;
	BIGNUM		*x;		/* the secret, but for curve25519: */
	EVP_PKEY	*key;
};

static const struct group {
	unsigned	 id;
	size_t		 len;		/* of a coordinate, or of p */
	int		 nid;		/* of a curve, or 0 */
	BIGNUM		*(*prime)(BIGNUM *);
	int		 bits;		/* of a secret: RFC 3526 8 */
} groups[] = {
	{ IKE_CURVE25519, X25519, 0, NULL, 0 },
	{ IKE_ECP_256, 32, NID_X9_62_prime256v1, NULL, 0 },
	{ IKE_ECP_384, 48, NID_secp384r1, NULL, 0 },
	{ IKE_ECP_521, 66, NID_secp521r1, NULL, 0 },
	{ IKE_MODP_2048, 256, 0, BN_get_rfc3526_prime_2048, 320 },
	{ IKE_MODP_3072, 384, 0, BN_get_rfc3526_prime_3072, 420 },
	{ IKE_MODP_4096, 512, 0, BN_get_rfc3526_prime_4096, 480 },
};

static const struct group *
group_of(unsigned id)
{
	size_t i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (groups[i].id == id)
			return &groups[i];
	return NULL;
}

bool
ike_dh_known(unsigned id)
{
	return group_of(id) != NULL;
}

size_t
ike_dh_len(unsigned id)
{
	const struct group *g = group_of(id);

	return g == NULL ? 0 : g->nid != 0 ? 2 * g->len : g->len;
}

/* --- curve25519 */

static int
x25519_public(uint8_t *pub, EVP_PKEY *key, struct btns_err *e)
{
	size_t n = X25519;

	return EVP_PKEY_get_raw_public_key(key, pub, &n) == 1 ? 0 :
	    btns_fail_crypto(e, "X25519");
}

static int
x25519_shared(uint8_t *out, EVP_PKEY *key, const uint8_t *peer,
    struct btns_err *e)
{
	EVP_PKEY *b = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL,
	    peer, X25519);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	size_t n = X25519, i;
	uint8_t all = 0;
	int rv = 0;

	ERR_clear_error();
	if (b == NULL || c == NULL || EVP_PKEY_derive_init(c) != 1)
		rv = btns_fail_crypto(e, "X25519");
	else if (EVP_PKEY_derive_set_peer(c, b) != 1 ||
	    EVP_PKEY_derive(c, out, &n) != 1 || n != X25519)
		memset(out, 0, X25519);	/* it refuses such a value itself */
	for (i = 0; i < X25519; i++)
		all |= out[i];
	if (rv == 0 && all == 0)
		rv = btns_fail(e, BTNS_E_FORMAT,
		    "RFC 8031 2.3: the shared secret is 0");
	ERR_clear_error();
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(b);
	return rv;
}

/* --- ECP: RFC 5903 7: x and y, and of what is shared x */

static int
ecp(uint8_t *out, size_t outlen, const struct group *g, const BIGNUM *x,
    const uint8_t *peer, struct btns_err *e)
{
	EC_GROUP *c = EC_GROUP_new_by_curve_name(g->nid);
	EC_POINT *p = c == NULL ? NULL : EC_POINT_new(c);
	EC_POINT *r = c == NULL ? NULL : EC_POINT_new(c);
	uint8_t buf[1 + 2 * 66];
	int rv = -1;

	ERR_clear_error();
	buf[0] = 4;			/* uncompressed: SEC 1 2.3.3 */
	if (peer != NULL)
		memcpy(buf + 1, peer, 2 * g->len);
	if (p == NULL || r == NULL)
		(void)btns_fail_crypto(e, "ECP");
	else if (peer != NULL && EC_POINT_oct2point(c, p, buf,
	    1 + 2 * g->len, NULL) != 1)
		(void)btns_fail(e, BTNS_E_FORMAT,
		    "RFC 5903 7: the point is not on the curve");
	else if ((peer == NULL ? EC_POINT_mul(c, r, x, NULL, NULL, NULL) :
	    EC_POINT_mul(c, r, NULL, p, x, NULL)) != 1 ||
	    EC_POINT_point2oct(c, r, POINT_CONVERSION_UNCOMPRESSED, buf,
	    sizeof(buf), NULL) != 1 + 2 * g->len)
		(void)btns_fail_crypto(e, "ECP");
	else {
		memcpy(out, buf + 1, outlen);
		rv = 0;
	}
	ERR_clear_error();
	btns_wipe(buf, sizeof(buf));
	EC_POINT_clear_free(r);
	EC_POINT_free(p);
	EC_GROUP_free(c);
	return rv;
}

static int
ecp_secret(BIGNUM *x, const struct group *g, struct btns_err *e)
{
	EC_GROUP *c = EC_GROUP_new_by_curve_name(g->nid);
	int rv = 0;

	do
		if (c == NULL || BN_priv_rand_range(x,
		    EC_GROUP_get0_order(c)) != 1)
			rv = btns_fail_crypto(e, "ECP");
	while (rv == 0 && BN_is_zero(x));
	EC_GROUP_free(c);
	return rv;
}

/* --- MODP */

/* base^x, or 2^x; a peer's base is held against RFC 7296 2.14's bounds. */
static int
modp(uint8_t *out, const struct group *g, const BIGNUM *x,
    const uint8_t *base, struct btns_err *e)
{
	BIGNUM *p = g->prime(NULL), *b = BN_new(), *r = BN_new(), *top;
	BN_CTX *ctx = BN_CTX_new();
	int rv = -1;

	top = p == NULL ? NULL : BN_dup(p);
	if (b == NULL || r == NULL || ctx == NULL || top == NULL ||
	    !BN_sub_word(top, 1) || (base == NULL ? !BN_set_word(b, 2) :
	    BN_bin2bn(base, (int)g->len, b) == NULL))
		(void)btns_fail_crypto(e, "MODP");
	else if (BN_is_zero(b) || BN_is_one(b) || BN_cmp(b, top) >= 0)
		(void)btns_fail(e, BTNS_E_FORMAT, "RFC 6989 2.1: the value"
		    " is not between 1 and p - 1");
	else if (!BN_mod_exp_mont_consttime(r, b, x, p, ctx, NULL) ||
	    BN_bn2binpad(r, out, (int)g->len) != (int)g->len)
		(void)btns_fail_crypto(e, "MODP");
	else
		rv = 0;
	BN_CTX_free(ctx);
	BN_clear_free(r);
	BN_free(b);
	BN_free(top);
	BN_free(p);
	return rv;
}

/* --- all of them */

static int
public(uint8_t *pub, const struct ike_dh *d, const struct group *g,
    struct btns_err *e)
{
	return d->x == NULL ? x25519_public(pub, d->key, e) : g->nid != 0 ?
	    ecp(pub, 2 * g->len, g, d->x, NULL, e) :
	    modp(pub, g, d->x, NULL, e);
}

static int
generate(struct ike_dh *d, const struct group *g, struct btns_err *e)
{
	static EVP_PKEY_CTX *c;		/* to look it up takes longer */

	if (g->nid != 0)
		return ecp_secret(d->x, g, e);
	if (g->prime != NULL)
		return BN_priv_rand(d->x, g->bits, BN_RAND_TOP_ONE,
		    BN_RAND_BOTTOM_ANY) == 1 ? 0 :
		    btns_fail_crypto(e, "MODP");
	if (c == NULL)
		c = EVP_PKEY_CTX_new_id(EVP_PKEY_X25519, NULL);
	return c != NULL && EVP_PKEY_keygen_init(c) == 1 &&
	    EVP_PKEY_keygen(c, &d->key) == 1 ? 0 :
	    btns_fail_crypto(e, "X25519");
}

static int
make(struct ike_dh **out, unsigned id, const uint8_t *secret, size_t n,
    uint8_t *pub, struct btns_err *e)
{
	const struct group *g = group_of(id);
	struct ike_dh *d;
	int rv;

	*out = NULL;
	if (g == NULL)
		return btns_fail(e, BTNS_E_INTERNAL, "DH group %u", id);
	if ((d = calloc(1, sizeof(*d))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	d->group = id;
	if ((g->nid != 0 || g->prime != NULL) && (d->x =
	    BN_secure_new()) == NULL)
		rv = btns_fail(e, BTNS_E_NOMEM, "out of memory");
	else if (secret == NULL)
		rv = generate(d, g, e);
	else if (d->x != NULL)
		rv = BN_bin2bn(secret, (int)n, d->x) != NULL ? 0 :
		    btns_fail_crypto(e, "DH");
	else
		rv = (d->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519,
		    NULL, secret, n)) != NULL ? 0 :
		    btns_fail_crypto(e, "X25519");
	if (d->x != NULL)
		BN_set_flags(d->x, BN_FLG_CONSTTIME);
	if (rv == 0)
		rv = public(pub, d, g, e);
	if (rv == 0)
		*out = d;
	else
		ike_dh_free(d);
	return rv;
}

int
ike_dh_new(struct ike_dh **out, unsigned id, uint8_t pub[IKE_DH_MAX],
    struct btns_err *e)
{
	return make(out, id, NULL, 0, pub, e);
}

int
ike_dh_from(struct ike_dh **out, unsigned id, const uint8_t *secret,
    size_t n, uint8_t pub[IKE_DH_MAX], struct btns_err *e)
{
	return make(out, id, secret, n, pub, e);
}

int
ike_dh_shared(uint8_t out[IKE_DH_MAX], size_t *n, const struct ike_dh *d,
    const uint8_t *peer, size_t len, struct btns_err *e)
{
	const struct group *g = group_of(d->group);

	if (len != ike_dh_len(d->group))
		return btns_fail(e, BTNS_E_FORMAT, "RFC 7296 3.4: %zu octets"
		    " for group %u", len, d->group);
	*n = g->len;
	return d->x == NULL ? x25519_shared(out, d->key, peer, e) :
	    g->nid != 0 ? ecp(out, g->len, g, d->x, peer, e) :
	    modp(out, g, d->x, peer, e);
}

void
ike_dh_free(struct ike_dh *d)
{
	if (d == NULL)
		return;
	BN_clear_free(d->x);
	EVP_PKEY_free(d->key);
	free(d);
}
