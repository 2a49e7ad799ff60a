#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#if OPENSSL_VERSION_NUMBER >= 0x30000000L && !defined(LIBRESSL_VERSION_NUMBER)
#define BY_NUMBERS		/* its decoders take longer than a signature */
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#endif

#include <string.h>

#include "../err.h"
#include "../keyder.h"
#include "auth.h"
#include "crypt.h"

#define SIGNATURE_MAX	BTNS_RSA_MAX
#define OCTETS_MAX	(65535 + IKE_NONCE_MAX + IKE_PRF_MAX)

/* How a signature is made. */
struct scheme {
	enum { RSA_PKCS1, RSA_PSS, ECDSA, EDDSA } kind;
	const EVP_MD	*(*md)(void);
};

/* RFC 7427 A: algorithm identifiers, byte for byte. */
static const struct {
	struct scheme	 s;
	uint8_t		 len;
	uint8_t		 der[72];
} algorithms[] = {
#define RSA_WITH(n) { 0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, \
	1, n, 5, 0 }
#define ECDSA_WITH(n) { 0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, \
	n }
#define SHA2(n) 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, n, 5, 0
#define PSS(more, n, salt) 0x30, 65 + more, 6, 9, 0x2a, 0x86, 0x48, 0x86, \
	0xf7, 13, 1, 1, 10, 0x30, 52 + more, 0xa0, 15, SHA2(n), 0xa1, 28, \
	0x30, 26, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 8, SHA2(n), \
	0xa2, 3, 2, 1, salt
/* DER leaves out the trailer, which has its default; the RFC doesn't. */
#define PSS_WITH(n, salt) { PSS(0, n, salt) }
#define PSS_TRAILER(n, salt) { PSS(5, n, salt), 0xa3, 3, 2, 1, 1 }
	{ { RSA_PKCS1, EVP_sha256 }, 15, RSA_WITH(11) },
	{ { RSA_PKCS1, EVP_sha384 }, 15, RSA_WITH(12) },
	{ { RSA_PKCS1, EVP_sha512 }, 15, RSA_WITH(13) },
	{ { RSA_PSS, EVP_sha256 }, 67, PSS_WITH(1, 32) },
	{ { RSA_PSS, EVP_sha384 }, 67, PSS_WITH(2, 48) },
	{ { RSA_PSS, EVP_sha512 }, 67, PSS_WITH(3, 64) },
	{ { RSA_PSS, EVP_sha256 }, 72, PSS_TRAILER(1, 32) },
	{ { RSA_PSS, EVP_sha384 }, 72, PSS_TRAILER(2, 48) },
	{ { RSA_PSS, EVP_sha512 }, 72, PSS_TRAILER(3, 64) },
	{ { ECDSA, EVP_sha256 }, 12, ECDSA_WITH(2) },
	{ { ECDSA, EVP_sha384 }, 12, ECDSA_WITH(3) },
	{ { ECDSA, EVP_sha512 }, 12, ECDSA_WITH(4) },
	{ { EDDSA, NULL }, 7, { 0x30, 5, 6, 3, 0x2b, 0x65, 0x70 } },
};

void
ike_put_hashes(struct ike_out *o)
{
	static const uint8_t hashes[] = { 0, IKE_HASH_SHA2_256, 0,
	    IKE_HASH_SHA2_384, 0, IKE_HASH_SHA2_512, 0, IKE_HASH_IDENTITY };

	ike_notify(o, IKE_N_HASHES, hashes, sizeof(hashes));
}

static bool
fits(const struct scheme *s, const struct btns_key *k)
{
	return s->kind == EDDSA ? k->type == BTNS_ED25519 :
	    s->kind == ECDSA ? k->type == BTNS_P256 || k->type == BTNS_P384 ||
	    k->type == BTNS_P521 : k->type == BTNS_RSA;
}

#ifdef BY_NUMBERS
static bool
push(OSSL_PARAM_BLD *b, const struct btns_key *k, BIGNUM *n, BIGNUM *e,
    uint8_t point[1 + 2 * 66])
{
	if (k->type == BTNS_RSA)
		return OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N,
		    n) == 1 && OSSL_PARAM_BLD_push_BN(b,
		    OSSL_PKEY_PARAM_RSA_E, e) == 1;
	point[0] = 4;			/* uncompressed: SEC 1 2.3.3 */
	memcpy(point + 1, k->pub, k->publen);
	return OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME,
	    k->type == BTNS_P256 ? "P-256" : k->type == BTNS_P384 ?
	    "P-384" : "P-521", 0) == 1 && OSSL_PARAM_BLD_push_octet_string(b,
	    OSSL_PKEY_PARAM_PUB_KEY, point, 1 + k->publen) == 1;
}

static EVP_PKEY *
pkey(const struct btns_key *k)
{
	static EVP_PKEY_CTX *made[2];	/* to look it up takes longer */
	bool rsa = k->type == BTNS_RSA;
	EVP_PKEY_CTX *c = made[rsa] != NULL ? made[rsa] : (made[rsa] =
	    EVP_PKEY_CTX_new_from_name(NULL, rsa ? "RSA" : "EC", NULL));
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(k->pub, (int)k->publen, NULL);
	BIGNUM *e = BN_bin2bn(k->e, (int)k->elen, NULL);
	uint8_t point[1 + 2 * 66];
	OSSL_PARAM *p = NULL;
	EVP_PKEY *out = NULL;

	if (c == NULL || b == NULL || n == NULL || e == NULL ||
	    !push(b, k, n, e, point) ||
	    (p = OSSL_PARAM_BLD_to_param(b)) == NULL ||
	    EVP_PKEY_fromdata_init(c) != 1 || EVP_PKEY_fromdata(c, &out,
	    EVP_PKEY_PUBLIC_KEY, p) != 1)
		out = NULL;
	OSSL_PARAM_free(p);
	OSSL_PARAM_BLD_free(b);
	BN_free(n);
	BN_free(e);
	return out;
}
#else
static EVP_PKEY *
pkey(const struct btns_key *k)
{
	uint8_t der[BTNS_ENC_MAX];
	const uint8_t *p = der;
	struct btns_err e;
	size_t n;

	return btns_key_encode(der, &n, k, BTNS_ENC_SPKI, &e) == -1 ? NULL :
	    d2i_PUBKEY(NULL, &p, (long)n);
}
#endif

/* 1: the key signed it so, 0: no, or -1. */
static int
verify(const struct scheme *s, const struct btns_key *k,
    const struct ike_view *sig, const uint8_t *octets, size_t n,
    struct btns_err *e)
{
	EVP_PKEY_CTX *pc = NULL;
	EVP_MD_CTX *c = NULL;
	EVP_PKEY *key;
	int rv = -1;

	ERR_clear_error();
	key = k->type == BTNS_ED25519 ? EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, k->pub, k->publen) : pkey(k);
	if (key == NULL || (c = EVP_MD_CTX_new()) == NULL ||
	    EVP_DigestVerifyInit(c, &pc, s->md == NULL ? NULL : s->md(),
	    NULL, key) != 1 ||
	    (s->kind == RSA_PSS && (EVP_PKEY_CTX_set_rsa_padding(pc,
	    RSA_PKCS1_PSS_PADDING) != 1 || EVP_PKEY_CTX_set_rsa_pss_saltlen(
	    pc, RSA_PSS_SALTLEN_DIGEST) != 1)))
		(void)btns_fail_crypto(e, "signature");
	else
		rv = EVP_DigestVerify(c, sig->p, sig->n, octets, n) == 1;
	ERR_clear_error();
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(key);
	return rv;
}

/* RFC 4754 7: r and s one after the other; libcrypto takes them in DER. */
static int
verify_ecdsa(const struct btns_key *k, const struct ike_view *sig,
    const uint8_t *octets, size_t n, struct btns_err *e)
{
	struct scheme s = { ECDSA, k->type == BTNS_P256 ? EVP_sha256 :
	    k->type == BTNS_P384 ? EVP_sha384 : EVP_sha512 };
	size_t half = btns_key_field(k->type);
	ECDSA_SIG *both = ECDSA_SIG_new();
	BIGNUM *r, *v;
	uint8_t *der = NULL;
	int len, rv = 0;

	if (sig->n != 2 * half) {
		ECDSA_SIG_free(both);
		return 0;
	}
	r = BN_bin2bn(sig->p, (int)half, NULL);
	v = BN_bin2bn(sig->p + half, (int)half, NULL);
	if (both == NULL || r == NULL || v == NULL ||
	    ECDSA_SIG_set0(both, r, v) != 1) {
		BN_free(r);
		BN_free(v);
		rv = btns_fail_crypto(e, "signature");
	} else if ((len = i2d_ECDSA_SIG(both, &der)) <= 0)
		rv = btns_fail_crypto(e, "signature");
	else
		rv = verify(&s, k, &(struct ike_view){ der, (size_t)len },
		    octets, n, e);
	OPENSSL_free(der);
	ECDSA_SIG_free(both);
	return rv;
}

/* RFC 7296 3.8: SHA-1 unless the signer knows better. */
static int
verify_rsa(const struct btns_key *k, const struct ike_view *sig,
    const uint8_t *octets, size_t n, struct btns_err *e)
{
	static const EVP_MD *(*const mds[])(void) = { EVP_sha1, EVP_sha256,
	    EVP_sha384, EVP_sha512 };
	struct scheme s = { RSA_PKCS1, NULL };
	size_t i;
	int rv = 0;

	for (i = 0; i < sizeof(mds) / sizeof(mds[0]) && rv == 0; i++) {
		s.md = mds[i];
		rv = verify(&s, k, sig, octets, n, e);
	}
	return rv;
}

static int
refused(struct btns_err *e, const char *why)
{
	return btns_fail(e, BTNS_E_REFUSED, "%s", why);
}

/* RFC 7427 3: the length of an AlgorithmIdentifier, it, the signature. */
static int
verify_named(const struct btns_key *k, const struct ike_view *auth,
    const uint8_t *octets, size_t n, struct btns_err *e)
{
	struct ike_view alg, sig;
	size_t i;

	if (auth->n < 1 || auth->p[0] > auth->n - 1)
		return refused(e, "RFC 7427 3: AUTH is cut off");
	alg = (struct ike_view){ auth->p + 1, auth->p[0] };
	sig = (struct ike_view){ alg.p + alg.n, auth->n - 1 - alg.n };
	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (algorithms[i].len == alg.n &&
		    memcmp(algorithms[i].der, alg.p, alg.n) == 0)
			return fits(&algorithms[i].s, k) ?
			    verify(&algorithms[i].s, k, &sig, octets, n, e) :
			    refused(e, "RFC 7427 3: the signature is of"
			    " another type of key");
	return refused(e, "RFC 7427 3: a signature algorithm that was not"
	    " asked for");
}

int
ike_verify(const struct btns_key *k, uint8_t method,
    const struct ike_view *auth, const uint8_t *octets, size_t n,
    struct btns_err *e)
{
	static const struct { uint8_t method; enum btns_keytype type; }
	    fixed[] = { { IKE_AUTH_RSA, BTNS_RSA },
	    { IKE_AUTH_ECDSA_256, BTNS_P256 },
	    { IKE_AUTH_ECDSA_384, BTNS_P384 },
	    { IKE_AUTH_ECDSA_521, BTNS_P521 } };
	size_t i;

	if (method == IKE_AUTH_SIGNATURE)
		return verify_named(k, auth, octets, n, e);
	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (fixed[i].method == method)
			return fixed[i].type != k->type ? refused(e,
			    "RFC 7296 3.8: the method is for another type of"
			    " key") : k->type == BTNS_RSA ?
			    verify_rsa(k, auth, octets, n, e) :
			    verify_ecdsa(k, auth, octets, n, e);
	return btns_fail(e, BTNS_E_REFUSED, "RFC 7296 3.8: method %d shows"
	    " no key", method);
}

int
ike_prove(const struct ike_proof *f, const struct btns_key *k,
    struct btns_err *e)
{
	uint8_t octets[OCTETS_MAX], *p = octets;
	int rv;

	if (f->message.n > 65535 || f->nonce.n > IKE_NONCE_MAX ||
	    f->auth.n > SIGNATURE_MAX + 256)
		return refused(e, "RFC 7296 2.15: too long to be signed");
	memcpy(p, f->message.p, f->message.n);
	p += f->message.n;
	memcpy(p, f->nonce.p, f->nonce.n);
	p += f->nonce.n;
	if (ike_prf(p, f->prf, &f->pi, &f->id, NULL, NULL, e) == -1)
		return -1;
	p += ike_prf_len(f->prf);
	rv = ike_verify(k, f->method, &f->auth, octets,
	    (size_t)(p - octets), e);
	return rv == 0 ? refused(e, "RFC 7296 2.15: the signature is not"
	    " this key's") : rv == 1 ? 0 : -1;
}

int
ike_cert_key(struct btns_key *k, const struct ike_typed *c,
    struct btns_err *e)
{
	enum btns_kind kind;

	switch (c->type) {
	case IKE_CERT_RSA:
		kind = BTNS_KIND_PKCS1;
		break;
	case IKE_CERT_SPKI:
	case IKE_CERT_ECDSA:
		kind = BTNS_KIND_SPKI;
		break;
	case IKE_CERT_X509:
		kind = BTNS_KIND_CERT;
		break;
	default:
		return btns_fail(e, BTNS_E_REFUSED,
		    "RFC 7296 3.6: encoding %d shows no key", c->type);
	}
	return btns_key_der(k, kind, c->data.p, c->data.n, e);
}
