#include <string.h>

#include "err.h"
#include "keyder.h"
#include "oid.h"
#include "privder.h"

#define SPKI	"RFC 5280 4.1.2.7: SubjectPublicKeyInfo"
#define ALGID	"RFC 5280 4.1.1.2: AlgorithmIdentifier"
#define CERT	"RFC 5280 4.1: Certificate"
#define PKCS1	"RFC 8017 A.1.1: RSAPublicKey"

enum btns_kind
btns_kind_of(const uint8_t *p, size_t n)
{
	struct btns_err e;
	struct der d, in, first;
	int tag;

	der_init(&d, p, n);
	if (der_get(&d, DER_SEQUENCE, &in, "", &e) == -1)
		return BTNS_KIND_UNKNOWN;
	first = in;
	tag = der_peek(&in);
	if (der_skip(&in, "", &e) == -1)
		return BTNS_KIND_UNKNOWN;
	if (tag == DER_SEQUENCE) {
		switch (der_peek(&in)) {
		case DER_BITSTRING:
			return BTNS_KIND_SPKI;
		case DER_OCTETSTRING:
			return BTNS_KIND_PRIV_LOCKED;
		case DER_SEQUENCE:
			return BTNS_KIND_CERT;
		}
	} else if (tag == DER_INTEGER) {
		switch (der_peek(&in)) {
		case DER_SEQUENCE:
			return BTNS_KIND_PRIV_PKCS8;
		case DER_OCTETSTRING:
			return BTNS_KIND_PRIV_SEC1;
		case DER_INTEGER:
			return in.p - first.p == 3 && first.p[2] < 2 ?
			    BTNS_KIND_PRIV_PKCS1 : BTNS_KIND_PKCS1;
		}
	}
	return BTNS_KIND_UNKNOWN;
}

const char *
btns_kind_name(enum btns_kind kind)
{
	static const char *const names[] = {
		[BTNS_KIND_UNKNOWN] = "an unknown structure",
		[BTNS_KIND_SPKI] = "a SubjectPublicKeyInfo",
		[BTNS_KIND_PKCS1] = "an RSAPublicKey",
		[BTNS_KIND_CERT] = "a certificate",
		[BTNS_KIND_PRIV_PKCS1] = "an RSAPrivateKey",
		[BTNS_KIND_PRIV_PKCS8] = "a PKCS#8 private key",
		[BTNS_KIND_PRIV_SEC1] = "an ECPrivateKey",
		[BTNS_KIND_PRIV_LOCKED] = "an encrypted private key",
	};

	return names[kind];
}

int
btns_der_pkcs1(struct btns_key *k, struct der *d, struct btns_err *e)
{
	struct der seq, n, exp;
	size_t at = DER_AT(d);

	if (der_get(d, DER_SEQUENCE, &seq, PKCS1, e) == -1 ||
	    der_uint(&seq, &n, PKCS1 " modulus", e) == -1 ||
	    der_uint(&seq, &exp, PKCS1 " publicExponent", e) == -1 ||
	    der_end(&seq, PKCS1, e) == -1)
		return -1;
	if (btns_key_rsa(k, n.p, (size_t)(n.end - n.p), exp.p,
	    (size_t)(exp.end - exp.p), e) == -1)
		return btns_fail_at(e, "offset %zu", at);
	return 0;
}

static int
ec_curve(struct der *alg, struct btns_err *e)
{
	struct der oid;
	size_t at = DER_AT(alg);
	int t;

	if (der_peek(alg) == DER_SEQUENCE)
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: RFC 5480"
		    " 2.1.1: explicit curve parameters, not a named curve", at);
	if (der_get(alg, DER_OID, &oid, "RFC 5480 2.1.1: namedCurve", e) == -1)
		return -1;
	for (t = BTNS_P256; t <= BTNS_P521; t++)
		if (der_is(&oid, btns_alg(t)->curve, btns_alg(t)->curvelen))
			return der_end(alg, ALGID, e) == -1 ? -1 : t;
	return btns_fail(e, BTNS_E_FORMAT, "offset %zu: RFC 5480 2.1.1: a"
	    " curve other than P-256, P-384, P-521", at);
}

static int
rsa_params(struct der *alg, struct btns_err *e)
{
	struct der null;

	if (der_get(alg, DER_NULL, &null, "RFC 3279 2.3.1: the parameters"
	    " of rsaEncryption", e) == -1 || der_end(&null,
	    "RFC 3279 2.3.1: NULL", e) == -1)
		return -1;
	return der_end(alg, ALGID, e) == -1 ? -1 : BTNS_RSA;
}

int
btns_der_alg(struct der *d, struct btns_err *e)
{
	struct der alg, oid;
	size_t at;

	if (der_get(d, DER_SEQUENCE, &alg, ALGID, e) == -1)
		return -1;
	at = DER_AT(&alg);
	if (der_get(&alg, DER_OID, &oid, ALGID, e) == -1)
		return -1;
	if (der_is(&oid, btns_oid_rsa, sizeof(btns_oid_rsa)))
		return rsa_params(&alg, e);
	if (der_is(&oid, btns_oid_ec, sizeof(btns_oid_ec)))
		return ec_curve(&alg, e);
	if (der_is(&oid, btns_oid_ed25519, sizeof(btns_oid_ed25519)))
		return der_end(&alg, "RFC 8410 3: parameters", e) == -1 ? -1 :
		    BTNS_ED25519;
	if (der_is(&oid, btns_oid_pss, sizeof(btns_oid_pss)))
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: RFC 4055 1.2:"
		    " an RSASSA-PSS key, which iked cannot use", at);
	return btns_fail(e, BTNS_E_FORMAT, "offset %zu: " ALGID ": not a key"
	    " of RSA, EC or Ed25519", at);
}

static int
spki(struct btns_key *k, struct der *d, struct btns_err *e)
{
	struct der seq, bits;
	size_t len, at;
	int type, rv;

	if (der_get(d, DER_SEQUENCE, &seq, SPKI, e) == -1 ||
	    (type = btns_der_alg(&seq, e)) == -1 ||
	    der_bits(&seq, &bits, SPKI ": subjectPublicKey", e) == -1 ||
	    der_end(&seq, SPKI, e) == -1)
		return -1;
	if (type == BTNS_RSA) {
		if (btns_der_pkcs1(k, &bits, e) == -1)
			return -1;
		return der_end(&bits, SPKI ": subjectPublicKey", e);
	}
	at = DER_AT(&bits);
	len = (size_t)(bits.end - bits.p);
	rv = type == BTNS_ED25519 ? btns_key_ed25519(k, bits.p, len, e) :
	    btns_key_ec(k, type, bits.p, len, e);
	if (rv == -1 && e->code == BTNS_E_FORMAT)
		(void)btns_fail_at(e, "offset %zu", at);
	return rv;
}

static int
cert(struct btns_key *k, struct der *d, struct btns_err *e)
{
	static const struct {
		int		 tag;
		const char	*what;
	} skip[] = {
		{ DER_INTEGER, CERT ": serialNumber" },
		{ DER_SEQUENCE, CERT ": signature" },
		{ DER_SEQUENCE, CERT ": issuer" },
		{ DER_SEQUENCE, CERT ": validity" },
		{ DER_SEQUENCE, CERT ": subject" }
	};
	struct der seq, tbs, sig, unused;
	size_t i;

	if (der_get(d, DER_SEQUENCE, &seq, CERT, e) == -1 ||
	    der_get(&seq, DER_SEQUENCE, &tbs, CERT ": tbsCertificate",
	    e) == -1)
		return -1;
	if (der_peek(&tbs) == DER_CTX0 &&
	    der_get(&tbs, DER_CTX0, &unused, CERT ": version", e) == -1)
		return -1;
	for (i = 0; i < sizeof(skip) / sizeof(skip[0]); i++)
		if (der_get(&tbs, skip[i].tag, &unused, skip[i].what,
		    e) == -1)
			return -1;
	if (spki(k, &tbs, e) == -1 ||
	    der_get(&seq, DER_SEQUENCE, &unused, CERT ": signatureAlgorithm",
	    e) == -1 ||
	    der_bits(&seq, &sig, CERT ": signature", e) == -1)
		return -1;
	while (tbs.p != tbs.end)
		if (der_skip(&tbs, CERT ": extensions", e) == -1)
			return -1;
	return der_end(&seq, CERT, e);
}

int
btns_key_der(struct btns_key *k, enum btns_kind kind, const uint8_t *p,
    size_t n, struct btns_err *e)
{
	static const char *const what[] = {
		[BTNS_KIND_SPKI] = SPKI, [BTNS_KIND_PKCS1] = PKCS1,
		[BTNS_KIND_CERT] = CERT,
		[BTNS_KIND_PRIV_PKCS1] = "RFC 8017 A.1.2: RSAPrivateKey",
		[BTNS_KIND_PRIV_PKCS8] = "RFC 5958 2: OneAsymmetricKey",
		[BTNS_KIND_PRIV_SEC1] = "RFC 5915 3: ECPrivateKey"
	};
	struct der d;
	int rv;

	der_init(&d, p, n);
	switch (kind) {
	case BTNS_KIND_SPKI:
		rv = spki(k, &d, e);
		break;
	case BTNS_KIND_PKCS1:
		rv = btns_der_pkcs1(k, &d, e);
		break;
	case BTNS_KIND_CERT:
		rv = cert(k, &d, e);
		break;
	case BTNS_KIND_PRIV_PKCS1:
		rv = btns_der_priv_pkcs1(k, &d, e);
		break;
	case BTNS_KIND_PRIV_PKCS8:
		rv = btns_der_priv_pkcs8(k, &d, e);
		break;
	case BTNS_KIND_PRIV_SEC1:
		rv = btns_der_priv_sec1(k, &d, -1, e);
		break;
	default:
		if (der_skip(&d, "X.690", e) == -1)
			return -1;
		return btns_fail(e, BTNS_E_FORMAT,
		    "offset 0: X.690: neither a key nor a certificate");
	}
	return rv == -1 ? -1 : der_end(&d, what[kind], e);
}
