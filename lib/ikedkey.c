#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "err.h"
#include "ikedkey.h"
#include "keyder.h"

/* The first RSA PUBLIC KEY that loads. */
static EVP_PKEY *
load_rsa(BIO *bio)
{
	EVP_PKEY *pkey = NULL;
	const unsigned char *p;
	char *name, *header;
	unsigned char *data;
	long len;

	while (pkey == NULL && PEM_read_bio(bio, &name, &header, &data,
	    &len) == 1) {
		p = data;
		if (strcmp(name, PEM_STRING_RSA_PUBLIC) == 0)
			pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, len);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
	}
	return pkey;
}

static EVP_PKEY *
load(const uint8_t *p, size_t n)
{
	BIO *bio = BIO_new_mem_buf(p, (int)n);
	EVP_PKEY *pkey;

	if (bio == NULL)
		return NULL;
	if ((pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL)) == NULL &&
	    BIO_reset(bio) == 1)
		pkey = load_rsa(bio);
	BIO_free(bio);
	ERR_clear_error();
	return pkey;
}

/* A point of a curve that we know, whatever parameters came with it. */
static bool
ec_key(struct btns_key *k, uint8_t *point, size_t n)
{
	static const enum btns_keytype curve[] = { BTNS_P256, BTNS_P384,
	    BTNS_P521 };
	struct btns_err not_on_it;
	size_t i, field;

	if (n > 0 && (point[0] == 6 || point[0] == 7))
		point[0] = 4;		/* X9.62 4.3.6: hybrid */
	for (i = 0; i < sizeof(curve) / sizeof(curve[0]); i++) {
		field = btns_key_field(curve[i]);
		if ((n == 1 + field || n == 1 + 2 * field) &&
		    btns_key_ec(k, curve[i], point, n, &not_on_it) == 0)
			return true;
	}
	return false;
}

int
btns_iked_key(struct btns_key *k, const uint8_t *p, size_t n,
    struct btns_err *e)
{
	uint8_t buf[BTNS_ENC_MAX], *out = buf;
	struct btns_err unfit;
	EVP_PKEY *pkey;
	int len, type, rv = BTNS_LOADS_NONE;
	bool fit;

	/* libcrypto takes its time over text without one. */
	if (n > INT32_MAX || memmem(p, n, "PUBLIC KEY-----", 15) == NULL ||
	    (pkey = load(p, n)) == NULL)
		return BTNS_LOADS_NONE;
	type = EVP_PKEY_base_id(pkey);
	len = type == EVP_PKEY_RSA || type == EVP_PKEY_EC ?
	    i2d_PublicKey(pkey, NULL) : 0;
	if (len > (int)sizeof(buf))
		rv = BTNS_LOADS_UNFIT;
	else if (len > 0 && (len = i2d_PublicKey(pkey, &out)) <= 0)
		rv = btns_fail_crypto(e, "i2d_PublicKey");
	else if (len > 0) {
		fit = type == EVP_PKEY_EC ? ec_key(k, buf, (size_t)len) :
		    btns_key_der(k, BTNS_KIND_PKCS1, buf, (size_t)len,
		    &unfit) == 0;
		rv = fit ? BTNS_LOADS_KEY : BTNS_LOADS_UNFIT;
	}
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return rv;
}
