#include <string.h>

#include <openssl/bn.h>
#include <openssl/evp.h>

#include "err.h"
#include "keyder.h"
#include "oid.h"
#include "point.h"
#include "privder.h"

#define PKCS1	"RFC 8017 A.1.2: RSAPrivateKey"
#define PKCS8	"RFC 5958 2: OneAsymmetricKey"
#define SEC1	"RFC 5915 3: ECPrivateKey"
#define ED	"RFC 8410 7: CurvePrivateKey"

#define LEN(d)	((size_t)((d)->end - (d)->p))

enum { N, E, D, P, Q, DP, DQ, QI, NUMBERS };

/* Is x y = 1 modulo m - 1?  1, 0, or -1 for trouble. */
static int
inverse(const BIGNUM *x, const BIGNUM *y, const BIGNUM *m, BN_CTX *ctx)
{
	BIGNUM *t, *m1;
	int rv = -1;

	BN_CTX_start(ctx);
	t = BN_CTX_get(ctx);
	if ((m1 = BN_CTX_get(ctx)) != NULL && BN_copy(m1, m) != NULL &&
	    BN_sub_word(m1, 1) && BN_mod_mul(t, x, y, m1, ctx))
		rv = BN_is_one(t);
	BN_CTX_end(ctx);
	return rv;
}

/* n = p q, and d undoes e modulo p - 1 and q - 1? */
static int
belongs(const struct der num[NUMBERS])
{
	BIGNUM *b[NUMBERS] = { NULL }, *t = BN_secure_new();
	BN_CTX *ctx = BN_CTX_secure_new();
	int i, rv = -1;

	for (i = N; i <= Q; i++)
		if ((b[i] = BN_secure_new()) == NULL || BN_bin2bn(num[i].p,
		    (int)LEN(&num[i]), b[i]) == NULL)
			goto out;
	if (t == NULL || ctx == NULL || !BN_mul(t, b[P], b[Q], ctx))
		goto out;
	rv = BN_cmp(t, b[N]) == 0 && !BN_is_one(b[P]) && !BN_is_one(b[Q]);
	if (rv == 1)
		rv = inverse(b[E], b[D], b[P], ctx);
	if (rv == 1)
		rv = inverse(b[E], b[D], b[Q], ctx);
out:
	for (i = N; i <= Q; i++)
		BN_clear_free(b[i]);
	BN_clear_free(t);
	BN_CTX_free(ctx);
	return rv;
}

int
btns_der_priv_pkcs1(struct btns_key *k, struct der *d, struct btns_err *e)
{
	struct der seq, version, num[NUMBERS];
	size_t at = DER_AT(d);
	int i, j;

	if (der_get(d, DER_SEQUENCE, &seq, PKCS1, e) == -1 ||
	    der_uint(&seq, &version, PKCS1 " version", e) == -1)
		return -1;
	if (LEN(&version) != 1 || *version.p != 0)
		return btns_fail(e, BTNS_E_FORMAT,
		    "offset %zu: " PKCS1 ": a key of several primes", at);
	for (i = 0; i < NUMBERS; i++)
		if (der_uint(&seq, &num[i], PKCS1, e) == -1)
			return -1;
	if (der_end(&seq, PKCS1, e) == -1)
		return -1;
	if (btns_key_rsa(k, num[N].p, LEN(&num[N]), num[E].p, LEN(&num[E]),
	    e) == -1)
		return btns_fail_at(e, "offset %zu", at);
	/* No number of an honest key is longer than n. */
	i = 1;
	for (j = D; j < NUMBERS; j++)
		if (LEN(&num[j]) > LEN(&num[N]))
			i = 0;
	if (i == 1)
		i = belongs(num);
	if (i == -1)
		return btns_fail_crypto(e, "RSA private key");
	if (i == 0)
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: " PKCS1
		    ": its numbers don't belong together", at);
	return 0;
}

static int
sec1_curve(struct der *seq, int type, struct btns_err *e)
{
	struct der ctx, oid;
	size_t at = DER_AT(seq);
	int t;

	if (der_peek(seq) != DER_CTX0) {
		if (type != -1)
			return type;
		return btns_fail(e, BTNS_E_FORMAT,
		    "offset %zu: " SEC1 ": no curve is named", at);
	}
	if (der_get(seq, DER_CTX0, &ctx, SEC1 " parameters", e) == -1)
		return -1;
	if (der_peek(&ctx) == DER_SEQUENCE)
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: RFC 5480"
		    " 2.1.1: explicit curve parameters, not a named curve", at);
	if (der_get(&ctx, DER_OID, &oid, SEC1 " namedCurve", e) == -1 ||
	    der_end(&ctx, SEC1 " parameters", e) == -1)
		return -1;
	for (t = BTNS_P256; t <= BTNS_P521; t++)
		if (der_is(&oid, btns_alg(t)->curve, btns_alg(t)->curvelen))
			break;
	if (t > BTNS_P521)
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: " SEC1 ": a"
		    " curve other than P-256, P-384, P-521", at);
	if (type != -1 && type != t)
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: " SEC1
		    ": two different curves are named", at);
	return t;
}

/* The optional public point must be the one that the scalar gives. */
static int
sec1_point(const struct btns_key *k, struct der *seq, struct btns_err *e)
{
	struct btns_key other;
	struct der ctx, bits;
	size_t at = DER_AT(seq);

	if (der_peek(seq) != DER_CTX1)
		return 0;
	if (der_get(seq, DER_CTX1, &ctx, SEC1 " publicKey", e) == -1 ||
	    der_bits(&ctx, &bits, SEC1 " publicKey", e) == -1 ||
	    der_end(&ctx, SEC1 " publicKey", e) == -1)
		return -1;
	if (btns_key_ec(&other, k->type, bits.p, LEN(&bits), e) == -1)
		return btns_fail_at(e, "offset %zu", at);
	if (!btns_key_same(k, &other))
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: " SEC1
		    ": the public point is not the private key's", at);
	return 0;
}

int
btns_der_priv_sec1(struct btns_key *k, struct der *d, int type,
    struct btns_err *e)
{
	struct der seq, version, scalar;
	uint8_t point[1 + 2 * 66];
	size_t at = DER_AT(d), f;

	if (der_get(d, DER_SEQUENCE, &seq, SEC1, e) == -1 ||
	    der_uint(&seq, &version, SEC1 " version", e) == -1 ||
	    der_get(&seq, DER_OCTETSTRING, &scalar, SEC1 " privateKey",
	    e) == -1 || (type = sec1_curve(&seq, type, e)) == -1)
		return -1;
	f = btns_key_field(type);
	if (LEN(&version) != 1 || *version.p != 1)
		return btns_fail(e, BTNS_E_FORMAT,
		    "offset %zu: " SEC1 ": its version is not 1", at);
	if (LEN(&scalar) != f)
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: " SEC1 ": a"
		    " scalar of %zu octets, not %zu", at, LEN(&scalar), f);
	point[0] = 0x04;
	if (btns_point_derive(point + 1, type, scalar.p, LEN(&scalar),
	    e) == -1)
		return btns_fail_at(e, "offset %zu", at);
	if (btns_key_ec(k, type, point, 1 + 2 * f, e) == -1 ||
	    sec1_point(k, &seq, e) == -1)
		return -1;
	return der_end(&seq, SEC1, e);
}

static int
ed25519(struct btns_key *k, struct der *d, struct btns_err *e)
{
	struct der seed;
	uint8_t pub[32];
	size_t len = sizeof(pub);
	EVP_PKEY *pkey;
	int ok;

	if (der_get(d, DER_OCTETSTRING, &seed, ED, e) == -1)
		return -1;
	if (LEN(&seed) != 32)
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: " ED
		    ": %zu octets where 32 belong", DER_AT(&seed), LEN(&seed));
	pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed.p,
	    32);
	ok = pkey != NULL && EVP_PKEY_get_raw_public_key(pkey, pub, &len);
	EVP_PKEY_free(pkey);
	if (!ok)
		return btns_fail_crypto(e, "Ed25519 private key");
	return btns_key_ed25519(k, pub, sizeof(pub), e);
}

/* publicKey [1] IMPLICIT BIT STRING must be the one worked out. */
static int
public_half(const struct btns_key *k, struct der *seq, struct btns_err *e)
{
	uint8_t ours[BTNS_ENC_MAX];
	struct der bits;
	size_t n, at = DER_AT(seq);

	if (der_get(seq, DER_CTX1_PRIMITIVE, &bits, PKCS8 " publicKey",
	    e) == -1 || btns_key_encode(ours, &n, k, BTNS_ENC_BITS, e) == -1)
		return -1;
	if (LEN(&bits) != n + 1 || *bits.p != 0 ||
	    memcmp(bits.p + 1, ours, n) != 0)
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: " PKCS8
		    ": publicKey is not the private key's", at);
	return 0;
}

int
btns_der_priv_pkcs8(struct btns_key *k, struct der *d, struct btns_err *e)
{
	struct der seq, version, priv;
	int type, rv;

	if (der_get(d, DER_SEQUENCE, &seq, PKCS8, e) == -1 ||
	    der_uint(&seq, &version, PKCS8 " version", e) == -1 ||
	    (type = btns_der_alg(&seq, e)) == -1 ||
	    der_get(&seq, DER_OCTETSTRING, &priv, PKCS8 " privateKey",
	    e) == -1)
		return -1;
	if (type == BTNS_RSA)
		rv = btns_der_priv_pkcs1(k, &priv, e);
	else if (type == BTNS_ED25519)
		rv = ed25519(k, &priv, e);
	else
		rv = btns_der_priv_sec1(k, &priv, type, e);
	if (rv == -1 || der_end(&priv, PKCS8 " privateKey", e) == -1)
		return -1;
	if (der_peek(&seq) == DER_CTX0 &&
	    der_skip(&seq, PKCS8 " attributes", e) == -1)
		return -1;
	if (der_peek(&seq) == DER_CTX1_PRIMITIVE &&
	    public_half(k, &seq, e) == -1)
		return -1;
	return der_end(&seq, PKCS8, e);
}
