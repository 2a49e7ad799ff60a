#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <stdbool.h>
#include <string.h>

#include "err.h"
#include "point.h"

/* Made once and kept: to make one takes longer than what it is for. */
static const EC_GROUP *
group_of(enum btns_keytype type)
{
	static EC_GROUP *kept[3];
	unsigned i = type == BTNS_P256 ? 0 : type == BTNS_P384 ? 1 : 2;

	if (kept[i] == NULL)
		kept[i] = EC_GROUP_new_by_curve_name(i == 0 ?
		    NID_X9_62_prime256v1 : i == 1 ? NID_secp384r1 :
		    NID_secp521r1);
	return kept[i];
}

static int
coordinates(uint8_t *xy, const EC_GROUP *g, const EC_POINT *p, size_t field,
    struct btns_err *e)
{
	uint8_t buf[1 + 2 * 66];

	if (EC_POINT_point2oct(g, p, POINT_CONVERSION_UNCOMPRESSED, buf,
	    sizeof(buf), NULL) != 1 + 2 * field)
		return btns_fail_crypto(e, "EC point");
	memcpy(xy, buf + 1, 2 * field);
	return 0;
}

int
btns_point_ec(uint8_t *xy, enum btns_keytype type, const uint8_t *p,
    size_t len, struct btns_err *e)
{
	const EC_GROUP *g;
	EC_POINT *pt = NULL;
	int rv = -1;

	ERR_clear_error();
	if ((g = group_of(type)) == NULL || (pt = EC_POINT_new(g)) == NULL) {
		(void)btns_fail_crypto(e, "EC point");
		goto out;
	}
	/* oct2point checks the curve equation and the range of x and y. */
	if (EC_POINT_oct2point(g, pt, p, len, NULL) != 1) {
		if (ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE)
			(void)btns_fail_crypto(e, "EC point");
		else
			(void)btns_fail(e, BTNS_E_FORMAT,
			    "RFC 5480 2.2: the point is not on the curve");
		ERR_clear_error();
		goto out;
	}
	rv = coordinates(xy, g, pt, btns_key_field(type), e);
out:
	EC_POINT_free(pt);
	return rv;
}

int
btns_point_derive(uint8_t *xy, enum btns_keytype type, const uint8_t *d,
    size_t len, struct btns_err *e)
{
	const EC_GROUP *g;
	EC_POINT *pt = NULL;
	BIGNUM *k = NULL;
	int rv = -1;

	if ((g = group_of(type)) == NULL || (pt = EC_POINT_new(g)) == NULL ||
	    (k = BN_secure_new()) == NULL ||
	    BN_bin2bn(d, (int)len, k) == NULL)
		(void)btns_fail_crypto(e, "EC private key");
	else if (BN_is_zero(k) ||
	    BN_cmp(k, EC_GROUP_get0_order(g)) >= 0)
		(void)btns_fail(e, BTNS_E_FORMAT,
		    "RFC 5915 3: the private scalar is out of range");
	else if (EC_POINT_mul(g, pt, k, NULL, NULL, NULL) != 1)
		(void)btns_fail_crypto(e, "EC private key");
	else
		rv = coordinates(xy, g, pt, btns_key_field(type), e);
	BN_clear_free(k);
	EC_POINT_free(pt);
	return rv;
}

/*
 * x^2 = (y^2 - 1) / (d y^2 + 1) with d = -121665/121666, so the fraction
 * is (y^2 - 1) * 121666 / (121666 - 121665 y^2).  1 where it has a root,
 * 0 where it hasn't, -1 for trouble.  RFC 8032 5.1.3 step 4: the root 0
 * has no sign.
 */
static int
has_root(BIGNUM *y, bool sign, const BIGNUM *p, BN_CTX *ctx)
{
	BIGNUM *u, *v, *t;
	int k;

	BN_CTX_start(ctx);
	u = BN_CTX_get(ctx);
	v = BN_CTX_get(ctx);
	if ((t = BN_CTX_get(ctx)) == NULL || !BN_mod_sqr(u, y, p, ctx) ||
	    !BN_copy(v, u) || !BN_mul_word(v, 121665) || !BN_set_word(t,
	    121666) || !BN_mod_sub(v, t, v, p, ctx) || !BN_sub_word(u, 1) ||
	    !BN_mod_mul(u, u, t, p, ctx) || !BN_mod_mul(u, u, v, p, ctx)) {
		BN_CTX_end(ctx);
		return -1;
	}
	/* u / v is a square just where u * v is; 0 has a root, x = 0. */
	k = BN_kronecker(u, p, ctx);
	BN_CTX_end(ctx);
	return k == 0 ? !sign : k == 1 ? 1 : k == -1 ? 0 : -1;
}

int
btns_point_ed25519(const uint8_t in[32], struct btns_err *e)
{
	BIGNUM *y = NULL, *p = NULL;
	BN_CTX *ctx = NULL;
	uint8_t be[32];
	int i, ok = -1;

	for (i = 0; i < 32; i++)
		be[i] = in[31 - i];
	be[0] &= 0x7f;			/* the sign of x */
	if ((ctx = BN_CTX_new()) != NULL &&
	    (y = BN_bin2bn(be, 32, NULL)) != NULL &&
	    (p = BN_new()) != NULL && BN_set_bit(p, 255) &&
	    BN_sub_word(p, 19))
		ok = BN_cmp(y, p) >= 0 ? 0 :
		    has_root(y, in[31] >> 7, p, ctx);
	BN_free(p);
	BN_free(y);
	BN_CTX_free(ctx);
	if (ok == -1)
		return btns_fail_crypto(e, "Ed25519 point");
	if (ok == 0)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 8032 5.1.3: the point is not on the curve");
	return 0;
}
