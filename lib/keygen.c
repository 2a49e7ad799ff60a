#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <string.h>

#include "err.h"
#include "keygen.h"
#include "keyread.h"

struct search {
	void		(*progress)(size_t done, size_t all, void *);
	void		*arg;
	size_t		 done;
	size_t		 mean;		/* for one prime */
	size_t		 primes;	/* that are still to come */
};

/* BN_generate_prime(3): 0 for a candidate, 3 for a prime. */
static int
on_progress(EVP_PKEY_CTX *ctx)
{
	struct search *s = EVP_PKEY_CTX_get_app_data(ctx);
	int what = EVP_PKEY_CTX_get_keygen_info(ctx, 0);

	if (what == 3 && s->primes > 0)
		s->primes--;
	s->done += what == 0;
	/* A search has no memory: what was in vain makes the rest no less. */
	s->progress(s->done, s->done + s->primes * s->mean, s->arg);
	return 1;
}

static EVP_PKEY *
generate(enum btns_keytype type, unsigned bits, struct search *s)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(type == BTNS_RSA ?
	    EVP_PKEY_RSA : EVP_PKEY_EC, NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || EVP_PKEY_keygen_init(ctx) <= 0 ||
	    (type == BTNS_RSA ?
	    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits) :
	    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx,
	    NID_X9_62_prime256v1)) <= 0)
		goto out;
	if (s->progress != NULL) {
		EVP_PKEY_CTX_set_app_data(ctx, s);
		EVP_PKEY_CTX_set_cb(ctx, on_progress);
	}
	if (EVP_PKEY_keygen(ctx, &pkey) <= 0)
		pkey = NULL;
out:
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static int
to_pem(struct btns_secret *pem, EVP_PKEY *pkey, struct btns_err *e)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *p;
	long n;
	int rv = -1;

	if (bio == NULL || !PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL,
	    NULL, 0, NULL, NULL) || (n = BIO_get_mem_data(bio, &p)) <= 0)
		(void)btns_fail_crypto(e, "private key");
	else if ((rv = btns_secret_new(pem, (size_t)n, e)) == 0)
		memcpy(pem->p, p, (size_t)n);
	BIO_free(bio);
	return rv;
}

int
btns_keygen(struct btns_secret *pem, struct btns_key *pub,
    enum btns_keytype type, unsigned bits,
    void (*progress)(size_t, size_t, void *), void *arg, struct btns_err *e)
{
	/* Of odd numbers of n bits, one in n * ln(2) / 2 is a prime. */
	struct search s = { .progress = progress, .arg = arg, .primes = 2,
	    .mean = bits / 2 * 693 / 2000 };
	EVP_PKEY *pkey;
	int rv;

	if ((pkey = generate(type, bits, &s)) == NULL)
		return btns_fail_crypto(e, "generating a key");
	rv = to_pem(pem, pkey, e);
	EVP_PKEY_free(pkey);
	if (rv == -1)
		return -1;
	/* Read it back as iked will; that also checks its numbers. */
	if (btns_key_parse_one(pub, pem->p, pem->len, "generated key",
	    e) == 0)
		return 0;
	btns_secret_clear(pem);
	return -1;
}
