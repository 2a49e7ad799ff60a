/* New pairs: sound, whole, and each another. */
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <string.h>

#include "common.h"
#include "../../lib/keygen.h"

struct told {
	unsigned	 n;
	size_t		 first, done, all;
};

static void
progress(size_t done, size_t all, void *arg)
{
	struct told *t = arg;

	assert_true(done >= t->done && all >= done);
	if (t->n++ == 0)
		t->first = all - done;
	t->done = done;
	t->all = all;
}

/* Read by libcrypto: its bits, or 0 where it isn't sound. */
static int
bits(const struct btns_secret *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->p, (int)pem->len);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_PKEY_CTX *ctx = pkey == NULL ? NULL : EVP_PKEY_CTX_new(pkey, NULL);
	int n = ctx != NULL && EVP_PKEY_check(ctx) == 1 ?
	    EVP_PKEY_bits(pkey) : 0;

	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	return n;
}

static void
same_as_read(const struct btns_secret *pem, const struct btns_key *pub)
{
	struct btns_key k;
	struct btns_err e;

	assert_int_equal(btns_key_parse_one(&k, pem->p, pem->len, "pem", &e),
	    0);
	assert_true(btns_key_same(&k, pub));
	assert_memory_equal(pem->p, "-----BEGIN PRIVATE KEY-----\n", 28);
	assert_int_equal(pem->p[pem->len - 1], '\n');
}

static void
an_rsa_pair_is_sound(void **state)
{
	static const unsigned sizes[] = { 2048, 2050, 3072 };
	struct btns_secret pem = { NULL, 0 };
	struct btns_key pub;
	struct btns_err e;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(btns_keygen(&pem, &pub, BTNS_RSA, sizes[i],
		    NULL, NULL, &e), 0);
		assert_int_equal(bits(&pem), sizes[i]);
		assert_int_equal(pub.type, BTNS_RSA);
		assert_int_equal(pub.bits, sizes[i]);
		assert_int_equal(pub.elen, 3);
		assert_memory_equal(pub.e, "\001\000\001", 3);
		same_as_read(&pem, &pub);
		btns_secret_clear(&pem);
		assert_null(pem.p);
		assert_int_equal(pem.len, 0);
	}
}

static void
an_ec_pair_is_sound(void **state)
{
	struct btns_secret pem = { NULL, 0 };
	struct btns_key pub;
	struct btns_err e;

	(void)state;
	assert_int_equal(btns_keygen(&pem, &pub, BTNS_P256, 0, NULL, NULL,
	    &e), 0);
	assert_int_equal(bits(&pem), 256);
	assert_int_equal(pub.type, BTNS_P256);
	same_as_read(&pem, &pub);
	btns_secret_clear(&pem);
}

static void
no_two_are_the_same(void **state)
{
	struct btns_secret pem = { NULL, 0 };
	struct btns_key pub[8];
	struct btns_err e;
	size_t i, j;

	(void)state;
	for (i = 0; i < 8; i++) {
		assert_int_equal(btns_keygen(&pem, &pub[i], BTNS_P256, 0,
		    NULL, NULL, &e), 0);
		btns_secret_clear(&pem);
		for (j = 0; j < i; j++)
			assert_false(btns_key_same(&pub[i], &pub[j]));
	}
}

static void
progress_is_told(void **state)
{
	struct told t = { 0 };
	struct btns_secret pem = { NULL, 0 };
	struct btns_key pub;
	struct btns_err e;

	(void)state;
	assert_int_equal(btns_keygen(&pem, &pub, BTNS_RSA, 2048, progress, &t,
	    &e), 0);
	/* One odd number in 355 is a prime, of 1024 bits; two are sought. */
	assert_in_range(t.first, 700, 720);
	assert_true(t.n > 1 && t.all == t.done);
	btns_secret_clear(&pem);
}

static void
what_cannot_be_made_leaves_nothing(void **state)
{
	struct btns_secret pem = { NULL, 0 };
	struct btns_key pub;
	struct btns_err e;

	(void)state;
	assert_int_equal(btns_keygen(&pem, &pub, BTNS_RSA, 16, NULL, NULL,
	    &e), -1);
	assert_int_equal(e.code, BTNS_E_CRYPTO);
	assert_null(pem.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_rsa_pair_is_sound),
		cmocka_unit_test(an_ec_pair_is_sound),
		cmocka_unit_test(no_two_are_the_same),
		cmocka_unit_test(progress_is_told),
		cmocka_unit_test(what_cannot_be_made_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
