#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "initiator.h"

void
initiator_new(struct initiator *i, unsigned group)
{
	struct btns_err e;

	memset(i, 0, sizeof(*i));
	i->suite = (struct ike_suite){ .proposal = 1,
	    .encr = IKE_AES_GCM_16, .encr_bits = 256,
	    .prf = IKE_PRF_SHA2_256, .group = (uint16_t)group };
	assert_int_equal(RAND_bytes(i->spi_i, IKE_SPI), 1);
	assert_int_equal(RAND_bytes(i->ni, sizeof(i->ni)), 1);
	assert_int_equal(ike_dh_new(&i->dh, group, i->pub, &e), 0);
	initiator_fqdn(i, "gw.example.org");
}

void
initiator_free(struct initiator *i)
{
	ike_dh_free(i->dh);
	EVP_PKEY_free(i->key);
	free((void *)(uintptr_t)i->cert);
	memset(i, 0, sizeof(*i));
}

void
initiator_fqdn(struct initiator *i, const char *name)
{
	i->id_type = IKE_ID_FQDN;
	i->id = name;
	i->idlen = strlen(name);
}

static void
head(struct ike_out *o, const struct initiator *i, uint8_t *p, size_t size,
    uint8_t exchange)
{
	struct ike_head h = { .exchange = exchange, .flags = IKE_INITIATOR,
	    .id = exchange == IKE_AUTH };

	memcpy(h.spi_i, i->spi_i, IKE_SPI);
	if (exchange == IKE_AUTH)
		memcpy(h.spi_r, i->spi_r, IKE_SPI);
	ike_begin(o, p, size, &h);
}

void
initiator_init(struct initiator *i)
{
	unsigned group = i->ke_group != 0 ? i->ke_group : i->suite.group;
	struct ike_out o;

	head(&o, i, i->init, sizeof(i->init), IKE_SA_INIT);
	if (i->cookielen > 0)
		ike_notify(&o, IKE_N_COOKIE, i->cookie, i->cookielen);
	ike_put_suite(&o, &i->suite);
	ike_open(&o, IKE_P_KE);
	ike_put16(&o, group);
	ike_put16(&o, 0);
	ike_put(&o, i->pub, ike_dh_len(i->suite.group));
	ike_close(&o);
	ike_open(&o, IKE_P_NONCE);
	ike_put(&o, i->ni, sizeof(i->ni));
	ike_close(&o);
	if (!i->no_hashes)
		ike_notify(&o, IKE_N_HASHES, "\0\2\0\3\0\4\0\5", 8);
	if (!i->no_fragments)
		ike_notify(&o, IKE_N_FRAGMENTS, NULL, 0);
	i->initlen = ike_end(&o);
	assert_int_not_equal(i->initlen, 0);
}

/* The one notification of a refusal, or 0. */
static int
refusal(struct initiator *i, const struct ike_head *h)
{
	struct ike_notify n;
	struct ike_payload p;
	struct btns_err e;

	if (ike_one(&p, h->next, &h->body, IKE_P_SA, &e) != 0 ||
	    ike_one(&p, h->next, &h->body, IKE_P_NOTIFY, &e) != 1 ||
	    ike_read_notify(&n, &p.body, &e) == -1)
		return 0;
	if (n.type == IKE_N_COOKIE && n.data.n <= IKE_COOKIE_MAX)
		memcpy(i->cookie, n.data.p, i->cookielen = n.data.n);
	return n.type;
}

static bool
same_suite(const struct ike_suite *a, const struct ike_suite *b)
{
	return a->proposal == b->proposal && a->encr == b->encr &&
	    a->encr_bits == b->encr_bits && a->prf == b->prf &&
	    a->integ == b->integ && a->group == b->group;
}

int
initiator_read_init(struct initiator *i, const uint8_t *p, size_t n)
{
	struct ike_payload sa, ke, nonce;
	struct ike_suite s;
	struct ike_head h;
	struct ike_view ni = { i->ni, sizeof(i->ni) }, shared;
	uint8_t secret[IKE_DH_MAX];
	struct btns_err e;
	struct ike_ke k;
	int rv;

	if (ike_head(&h, p, n, &e) == -1 || h.flags != IKE_RESPONSE ||
	    memcmp(h.spi_i, i->spi_i, IKE_SPI) != 0)
		return -1;
	if ((rv = refusal(i, &h)) != 0)
		return rv;
	if (ike_one(&sa, h.next, &h.body, IKE_P_SA, &e) != 1 ||
	    ike_one(&ke, h.next, &h.body, IKE_P_KE, &e) != 1 ||
	    ike_one(&nonce, h.next, &h.body, IKE_P_NONCE, &e) != 1 ||
	    ike_read_ke(&k, &ke.body, &e) == -1 || nonce.body.n > sizeof(
	    i->nr) || ike_choose(&s, &sa.body, k.group, &e) != 1 ||
	    !same_suite(&s, &i->suite))
		return -1;
	memcpy(i->spi_r, h.spi_r, IKE_SPI);
	memcpy(i->nr, nonce.body.p, i->nrlen = nonce.body.n);
	shared.p = secret;
	if (ike_dh_shared(secret, &shared.n, i->dh, k.data.p, k.data.n,
	    &e) == -1)
		return -1;
	assert_int_equal(ike_derive(&i->keys, &s, &shared, &ni, &nonce.body,
	    i->spi_i, i->spi_r, &e), 0);
	i->has_keys = true;
	return 0;
}

/* --- its key */

void
initiator_key(struct initiator *i, const char *file)
{
	struct blob b;
	uint8_t *cert = NULL;
	BIO *bio;
	int n;

	blob_read(&b, "good", file);
	bio = BIO_new_mem_buf(b.p, (int)b.n);
	EVP_PKEY_free(i->key);
	i->key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	assert_non_null(i->key);
	BIO_free(bio);
	blob_free(&b);
	free((void *)(uintptr_t)i->cert);
	if (EVP_PKEY_base_id(i->key) == EVP_PKEY_RSA) {
		n = i2d_PublicKey(i->key, &cert);
		i->cert_enc = IKE_CERT_RSA;
	} else {
		n = i2d_PUBKEY(i->key, &cert);
		i->cert_enc = IKE_CERT_ECDSA;
	}
	assert_true(n > 0);
	i->certlen = (size_t)n;
	i->cert = malloc(i->certlen);
	assert_non_null(i->cert);
	memcpy((void *)(uintptr_t)i->cert, cert, i->certlen);
	OPENSSL_free(cert);
	i->method = IKE_AUTH_SIGNATURE;
	i->md = "SHA256";
	i->alg = EVP_PKEY_base_id(i->key) == EVP_PKEY_RSA ?
	    "300d06092a864886f70d01010b0500" : "300a06082a8648ce3d040302";
	if (EVP_PKEY_base_id(i->key) == EVP_PKEY_ED25519) {
		i->md = NULL;
		i->alg = "300506032b6570";
	}
}

/* RFC 4754 7: both numbers in as many octets as the field has. */
static size_t
fixed(uint8_t *out, const uint8_t *der, size_t n, uint8_t method)
{
	const int half = method == IKE_AUTH_ECDSA_256 ? 32 :
	    method == IKE_AUTH_ECDSA_384 ? 48 : 66;
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &der, (long)n);

	assert_non_null(s);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(s), out, half), half);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(s), out + half, half),
	    half);
	ECDSA_SIG_free(s);
	return 2 * (size_t)half;
}

static size_t
sign(const struct initiator *i, uint8_t *out, size_t size,
    const struct ike_view *id)
{
	const struct ike_view pi = { i->keys.pi, ike_prf_len(i->suite.prf) };
	uint8_t octets[IKE_REQUEST_MAX + IKE_NONCE_MAX + IKE_PRF_MAX];
	uint8_t der[1024];
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc;
	struct btns_err e;
	size_t n = 0, len = i->method == IKE_AUTH_SIGNATURE ? size :
	    sizeof(der);
	uint8_t *to = i->method >= IKE_AUTH_ECDSA_256 &&
	    i->method <= IKE_AUTH_ECDSA_521 ? der : out;

	memcpy(octets, i->init, i->initlen);
	memcpy(octets + (n = i->initlen), i->nr, i->nrlen);
	n += i->nrlen;
	assert_int_equal(ike_prf(octets + n, i->suite.prf, &pi, id, NULL,
	    NULL, &e), 0);
	n += pi.n;
	assert_int_equal(EVP_DigestSignInit(c, &pc, i->md == NULL ? NULL :
	    EVP_get_digestbyname(i->md), NULL, i->key), 1);
	if (i->alg != NULL && strstr(i->alg, "0d01010a") != NULL)
		assert_true(EVP_PKEY_CTX_set_rsa_padding(pc,
		    RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(pc,
		    RSA_PSS_SALTLEN_DIGEST) == 1);
	assert_int_equal(EVP_DigestSign(c, to, &len, octets, n), 1);
	EVP_MD_CTX_free(c);
	return to == out ? len : fixed(out, der, len, i->method);
}

static unsigned
digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void
put_auth(struct ike_out *o, const struct initiator *i,
    const struct ike_view *id)
{
	uint8_t sig[2048];
	size_t k, n = i->alg == NULL ? 0 : strlen(i->alg) / 2;

	ike_open(o, IKE_P_AUTH);
	ike_put8(o, i->method);
	ike_put(o, "\0\0\0", 3);
	if (i->method == IKE_AUTH_SIGNATURE) {
		ike_put8(o, (unsigned)n);
		for (k = 0; k < n; k++)
			ike_put8(o, digit(i->alg[2 * k]) << 4 |
			    digit(i->alg[2 * k + 1]));
	}
	n = sign(i, sig, sizeof(sig), id);
	ike_put(o, sig, n);
	ike_close(o);
}

size_t
initiator_inner(const struct initiator *i, uint8_t *p, size_t size)
{
	struct ike_out o;
	uint8_t id[4 + 512] = { i->id_type };

	assert_true(i->idlen <= 512);
	memcpy(id + 4, i->id, i->idlen);
	head(&o, i, p, size, IKE_AUTH);
	ike_open(&o, IKE_P_IDI);
	ike_put(&o, id, 4 + i->idlen);
	ike_close(&o);
	if (i->cert != NULL) {
		ike_open(&o, IKE_P_CERT);
		ike_put8(&o, i->cert_enc);
		ike_put(&o, i->cert, i->certlen);
		ike_close(&o);
	}
	if (i->key != NULL)
		put_auth(&o, i, &(struct ike_view){ id, 4 + i->idlen });
	assert_int_not_equal(ike_end(&o), 0);
	memmove(p, p + IKE_HEADER, o.n - IKE_HEADER);
	return o.n - IKE_HEADER;
}

size_t
initiator_sk(const struct initiator *i, uint8_t *p, size_t size,
    uint8_t first, const uint8_t *inner, size_t n)
{
	struct ike_keys k = i->keys;
	struct ike_out o;
	struct btns_err e;

	/* ike_seal() is the responder's: the keys change sides. */
	memcpy(k.er, k.ei, sizeof(k.er));
	memcpy(k.ar, k.ai, sizeof(k.ar));
	head(&o, i, p, size, IKE_AUTH);
	n = ike_seal(&o, first, &(struct ike_view){ inner, n }, &k,
	    &i->suite, &e);
	assert_int_not_equal(n, 0);
	return n;
}

/* AES-GCM-16-256, which initiator_new() proposes. */
size_t
initiator_skf(const struct initiator *i, uint8_t *p, size_t size,
    uint8_t first, unsigned number, unsigned total, const uint8_t *inner,
    size_t n)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t nonce[12], tag[16] = { 0 };
	struct ike_out o;
	size_t at;
	int len;

	memcpy(nonce, i->keys.ei + 32, 4);
	assert_int_equal(RAND_bytes(nonce + 4, 8), 1);
	head(&o, i, p, size, IKE_AUTH);
	ike_open(&o, IKE_P_SKF);
	ike_put16(&o, number);
	ike_put16(&o, total);
	ike_put(&o, nonce + 4, 8);
	at = o.n;
	ike_put(&o, inner, n);
	ike_put8(&o, 0);
	ike_put(&o, tag, sizeof(tag));
	ike_close(&o);
	assert_int_not_equal(ike_end(&o), 0);
	p[o.open] = first;
	assert_true(EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL,
	    i->keys.ei, nonce) == 1 && EVP_EncryptUpdate(c, NULL, &len, p,
	    (int)at - 8) == 1 && EVP_EncryptUpdate(c, p + at, &len, p + at,
	    (int)n + 1) == 1 && EVP_EncryptFinal_ex(c, tag, &len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16,
	    p + at + n + 1) == 1);
	EVP_CIPHER_CTX_free(c);
	return o.n;
}

int
initiator_read_auth(const struct initiator *i, const uint8_t *p, size_t n)
{
	struct ike_keys k = i->keys;
	struct ike_payload sk;
	struct ike_notify what;
	uint8_t plain[IKE_REPLY_MAX];
	struct ike_view inner = { plain, 0 };
	struct btns_err e;
	struct ike_head h;

	memcpy(k.ei, k.er, sizeof(k.ei));
	memcpy(k.ai, k.ar, sizeof(k.ai));
	if (ike_head(&h, p, n, &e) == -1 || h.flags != IKE_RESPONSE ||
	    h.id != 1 || memcmp(h.spi_r, i->spi_r, IKE_SPI) != 0 ||
	    ike_one(&sk, h.next, &h.body, IKE_P_SK, &e) != 1 ||
	    ike_unseal(plain, &inner.n, &k, &i->suite, p, n,
	    (size_t)(sk.body.p - p), &e) == -1 ||
	    ike_one(&sk, sk.next, &inner, IKE_P_NOTIFY, &e) != 1 ||
	    ike_read_notify(&what, &sk.body, &e) == -1)
		return -1;
	return what.type;
}
