/* Keys in their encodings, against the worked example and back again. */
#include <stdio.h>
#include <string.h>

#include "common.h"
#include "../../lib/b64.h"
#include "../../lib/hash.h"
#include "../../lib/keyder.h"
#include "../../lib/keydns.h"
#include "../../lib/keyssh.h"

static void
assert_digest(const struct btns_key *k, enum btns_enc enc, enum btns_hash h,
    const char *hex)
{
	uint8_t buf[BTNS_ENC_MAX], digest[BTNS_HASH_MAX];
	char out[2 * BTNS_HASH_MAX + 1];
	struct btns_err e;
	size_t n;

	assert_int_equal(btns_key_encode(buf, &n, k, enc, &e), 0);
	assert_int_equal(btns_hash(digest, h, buf, n, &e), 0);
	btns_hex(out, digest, btns_hash_len(h));
	assert_string_equal(out, hex);
}

static void
the_worked_example_has_the_digests_of_other_tools(void **state)
{
	struct btns_key k;

	(void)state;
	example_key(&k);
	assert_digest(&k, BTNS_ENC_SPKI, BTNS_SHA256, EXAMPLE_FP);
	assert_digest(&k, BTNS_ENC_SPKI, BTNS_SHA1,
	    "040d6d96fa3af860b051fba0fa3bd3399f97034d");
	assert_digest(&k, BTNS_ENC_PKCS1, BTNS_SHA1,
	    "5253ec5e71046058f401a6c567dba6cc49990a7b");
	assert_digest(&k, BTNS_ENC_PKCS1, BTNS_SHA256,
	    "f1dc957e4a7eae54b5120136b5ae0cc0"
	    "ebe7dd970531a4c26d6442d65f986f0c");
	assert_digest(&k, BTNS_ENC_BITS, BTNS_SHA1,
	    "5253ec5e71046058f401a6c567dba6cc49990a7b");
	assert_digest(&k, BTNS_ENC_SSH, BTNS_MD5,
	    "dc33923faa43e3fb30217ebd21973650");
	assert_digest(&k, BTNS_ENC_SSH, BTNS_SHA1,
	    "aa93ba8f202b291678c9825baf6b1aa6282bce53");
	assert_digest(&k, BTNS_ENC_MODULUS, BTNS_SHA1,
	    "56587034f16b26234c68ccf95cfd4c905d6284ed");
}

static void
the_worked_example_comes_out_as_it_went_in(void **state)
{
	uint8_t buf[BTNS_ENC_MAX];
	char b64[BTNS_B64_LEN(BTNS_ENC_MAX) + 1];
	const char *p = strchr(example_pem, '\n');
	struct btns_key k;
	struct btns_err e;
	size_t n, i;

	(void)state;
	example_key(&k);
	assert_int_equal(btns_key_encode(buf, &n, &k, BTNS_ENC_SPKI, &e), 0);
	btns_b64_encode(b64, buf, n);
	for (i = 0; b64[i] != '\0'; p++)
		if (*p != '\n')
			assert_int_equal(*p, b64[i++]);
	assert_string_equal(p, "\n-----END PUBLIC KEY-----\n");
}

static void
rfc_3110_begins_with_the_length_of_the_exponent(void **state)
{
	uint8_t buf[BTNS_ENC_MAX], head[8];
	struct btns_key k;
	struct btns_err e;
	size_t n;

	(void)state;
	example_key(&k);
	assert_int_equal(btns_key_encode(buf, &n, &k, BTNS_ENC_RFC3110, &e),
	    0);
	assert_int_equal(n, 1 + 3 + 256);
	assert_int_equal(unhex(head, 8, "03 010001 b7a713e7"), 8);
	assert_memory_equal(buf, head, 8);
	assert_int_equal(btns_key_encode(buf, &n, &k, BTNS_ENC_MODULUS, &e),
	    0);
	assert_int_equal(n, 256);
	assert_memory_equal(buf, head + 4, 4);
}

/* Keys of the corpus, one a type, and what they have no encoding for. */
static const struct {
	const char	*file, *name;
	unsigned	 lacks;		/* bits by enum btns_enc */
	unsigned	 dns;		/* 0: IPSECKEY has no number */
} types[] = {
#define LACKS	(1u << BTNS_ENC_PKCS1 | 1u << BTNS_ENC_MODULUS)
	{ "rsa3072.spki.pem", "RSA 3072", 0, 2 },
	{ "p256.spki.pem", "EC P-256", LACKS, 3 },
	{ "p384.spki.pem", "EC P-384", LACKS, 3 },
	{ "p521.spki.pem", "EC P-521", LACKS | 1u << BTNS_ENC_RFC3110, 0 },
	{ "ed25519.spki.pem", "Ed25519", LACKS, 4 },
};
#define NTYPES	(sizeof(types) / sizeof(types[0]))

static void
read_key(struct btns_key *k, const char *file)
{
	struct blob b;
	struct btns_err e;

	blob_read(&b, "good", file);
	assert_int_equal(btns_key_parse_one(k, b.p, b.n, file, &e), 0);
	blob_free(&b);
}

static void
an_encoding_that_a_type_lacks_is_a_plain_no(void **state)
{
	uint8_t buf[BTNS_ENC_MAX];
	char why[80];
	struct btns_err e;
	struct btns_key k;
	size_t i, n;
	int enc;

	(void)state;
	for (i = 0; i < NTYPES; i++)
		for (enc = 0; enc < BTNS_ENC__COUNT; enc++) {
			read_key(&k, types[i].file);
			if (!(types[i].lacks & 1u << enc)) {
				assert_int_equal(btns_key_encode(buf, &n, &k,
				    enc, &e), 0);
				continue;
			}
			(void)snprintf(why, sizeof(why),
			    "%s has no encoding %s", types[i].name,
			    btns_enc_name(enc));
			assert_failed(btns_key_encode(buf, &n, &k, enc, &e),
			    &e, BTNS_E_REFUSED, why);
		}
}

static void
every_encoding_of_every_type_reads_back(void **state)
{
	uint8_t buf[BTNS_ENC_MAX];
	struct btns_err e;
	struct btns_key k, back;
	size_t i, n;

	(void)state;
	for (i = 0; i < NTYPES; i++) {
		read_key(&k, types[i].file);
		assert_int_equal(btns_key_encode(buf, &n, &k, BTNS_ENC_SPKI,
		    &e), 0);
		assert_int_equal(btns_kind_of(buf, n), BTNS_KIND_SPKI);
		assert_int_equal(btns_key_der(&back, BTNS_KIND_SPKI, buf, n,
		    &e), 0);
		assert_true(btns_key_same(&k, &back));
		assert_int_equal(btns_key_encode(buf, &n, &k, BTNS_ENC_SSH,
		    &e), 0);
		assert_int_equal(btns_key_ssh(&back, NULL, 0, buf, n, &e), 0);
		assert_true(btns_key_same(&k, &back));
		if (types[i].dns == 0)
			continue;
		assert_int_equal(btns_key_encode(buf, &n, &k,
		    BTNS_ENC_RFC3110, &e), 0);
		assert_int_equal(btns_key_dns(&back, types[i].dns, buf, n,
		    &e), 0);
		assert_true(btns_key_same(&k, &back));
	}
}

static void
the_longest_key_fits_every_encoding(void **state)
{
	uint8_t buf[BTNS_ENC_MAX], n[BTNS_RSA_MAX], exp[BTNS_RSA_MAX];
	struct btns_key k, back;
	struct btns_err e;
	size_t len;
	int enc;

	(void)state;
	memset(n, 0xff, sizeof(n));
	memset(exp, 0x7f, sizeof(exp));
	assert_int_equal(btns_key_rsa(&k, n, sizeof(n), exp, sizeof(exp),
	    &e), 0);
	for (enc = 0; enc < BTNS_ENC__COUNT; enc++)
		assert_int_equal(btns_key_encode(buf, &len, &k, enc, &e), 0);
	assert_int_equal(btns_key_encode(buf, &len, &k, BTNS_ENC_RFC3110, &e),
	    0);
	assert_int_equal(len, 3 + 2 * BTNS_RSA_MAX);
	assert_int_equal(btns_key_rfc3110(&back, buf, len, &e), 0);
	assert_true(btns_key_same(&k, &back));
}

static void
encodings_have_names_and_bits_has_none(void **state)
{
	static const char *const names[] = { "spki", "pkcs1", "ssh",
	    "modulus", "rfc3110" };
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		assert_int_equal(btns_enc_parse(names[i]), i);
		assert_string_equal(btns_enc_name(i), names[i]);
	}
	assert_int_equal(btns_enc_parse("bits"), -1);
	assert_int_equal(btns_enc_parse("SPKI"), -1);
	assert_int_equal(btns_enc_parse(""), -1);
	assert_string_equal(btns_enc_name(BTNS_ENC_BITS), "bits");
}

int
main(void)
{
#define T(f)	cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(the_worked_example_has_the_digests_of_other_tools),
		T(the_worked_example_comes_out_as_it_went_in),
		T(rfc_3110_begins_with_the_length_of_the_exponent),
		T(an_encoding_that_a_type_lacks_is_a_plain_no),
		T(every_encoding_of_every_type_reads_back),
		T(the_longest_key_fits_every_encoding),
		T(encodings_have_names_and_bits_has_none),
	};

	return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
