#include <string.h>

#include "common.h"
#include "../../lib/keydns.h"

static struct seen seen;

/* SEC 2 2.4.2: the base point of P-256. */
#define GX "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define GY "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"

/* RFC 8032 5.1: the base point of edwards25519. */
#define ED_B "5866666666666666666666666666666666666666666666666666666666666666"

/* An exponent of elen octets: 01 00 ... 01. */
static int
rsa(struct btns_key *k, unsigned bits, size_t elen, struct btns_err *e)
{
	static uint8_t n[BTNS_RSA_MAX + 2], exp[BTNS_RSA_MAX + 2];
	size_t nlen = (bits + 7) / 8;

	memset(n, 0xa5, sizeof(n));
	memset(exp, 0, sizeof(exp));
	if (nlen > 0) {
		n[0] = (uint8_t)(1u << (bits + 7) % 8);
		n[nlen - 1] |= 1;
	}
	if (elen > 0)
		exp[0] = exp[elen - 1] = elen == 1 ? 3 : 1;
	return btns_key_rsa(k, n, nlen, exp, elen, e);
}

static void
a_modulus_has_between_1024_and_16384_bits(void **state)
{
	static const unsigned good[] = { 1024, 1025, 1031, 2047, 2048, 3072,
	    16383, 16384 };
	static const unsigned below[] = { 0, 1, 512, 1023 };
	struct btns_err e;
	struct btns_key k;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(rsa(&k, good[i], 3, &e), 0);
		assert_int_equal(k.bits, good[i]);
		assert_int_equal(btns_key_weak(&k), good[i] < 2048);
	}
	for (i = 0; i < sizeof(below) / sizeof(below[0]); i++)
		assert_failed(rsa(&k, below[i], 3, &e), &e, BTNS_E_FORMAT,
		    "below 1024");
	assert_failed(rsa(&k, 16385, 3, &e), &e, BTNS_E_FORMAT,
	    "RFC 8017 3.1: a modulus of 16385 bits, above 16384");
}

static void
exponents_are_odd_and_between_3_and_the_modulus(void **state)
{
	uint8_t n[128], exp[129] = { 0 };
	struct btns_err e;
	struct btns_key k;

	(void)state;
	memset(n, 0xff, sizeof(n));
	assert_failed(btns_key_rsa(&k, n, 128, exp, 0, &e), &e,
	    BTNS_E_FORMAT, "RFC 8017 3.1: the exponent is below 3");
	for (; exp[0] < 3; exp[0]++)
		assert_failed(btns_key_rsa(&k, n, 128, exp, 1, &e), &e,
		    BTNS_E_FORMAT, "the exponent is below 3");
	assert_int_equal(btns_key_rsa(&k, n, 128, exp, 1, &e), 0);
	exp[0] = 4;
	assert_failed(btns_key_rsa(&k, n, 128, exp, 1, &e), &e,
	    BTNS_E_FORMAT, "the exponent is even");
	memcpy(exp, n, 128);
	assert_failed(btns_key_rsa(&k, n, 128, exp, 128, &e), &e,
	    BTNS_E_FORMAT, "the exponent is not below the modulus");
	exp[127] -= 2;
	assert_int_equal(btns_key_rsa(&k, n, 128, exp, 128, &e), 0);
	exp[128] = 1;
	assert_failed(btns_key_rsa(&k, n, 128, exp, 129, &e), &e,
	    BTNS_E_FORMAT, "the exponent is not below the modulus");
	n[127] = 0xfe;
	assert_failed(btns_key_rsa(&k, n, 128, exp, 1, &e), &e,
	    BTNS_E_FORMAT, "RFC 8017 3.1: the modulus is even");
}

static void
leading_zeros_make_no_other_key(void **state)
{
	uint8_t n[140] = { 0 }, exp[10] = { 0 };
	struct btns_key a, b;
	struct btns_err e;

	(void)state;
	memset(n + 12, 0xff, 128);
	exp[9] = 3;
	assert_int_equal(btns_key_rsa(&a, n + 12, 128, exp + 9, 1, &e), 0);
	assert_int_equal(btns_key_rsa(&b, n, 140, exp, 10, &e), 0);
	assert_true(btns_key_same(&a, &b));
	assert_int_equal(b.publen, 128);
	assert_int_equal(b.elen, 1);
}

static void
keys_differ_by_modulus_exponent_and_type(void **state)
{
	struct btns_key a, b, c;
	struct btns_err e;

	(void)state;
	example_key(&a);
	b = c = a;
	assert_true(btns_key_same(&a, &b));
	b.pub[200] ^= 1;
	assert_false(btns_key_same(&a, &b));
	assert_int_equal(btns_key_rsa(&c, a.pub, a.publen,
	    (const uint8_t *)"\3", 1, &e), 0);
	assert_false(btns_key_same(&a, &c));
	b = a;
	b.type = BTNS_P256;
	assert_false(btns_key_same(&a, &b));
}

static int
p256(struct btns_key *k, const char *hex, struct btns_err *e)
{
	uint8_t p[200];

	return btns_key_ec(k, BTNS_P256, p, unhex(p, sizeof(p), hex), e);
}

static void
a_point_is_one_key_however_it_is_spelt(void **state)
{
	struct btns_key a, b;
	struct btns_err e;
	uint8_t spki[BTNS_ENC_MAX];
	size_t n;

	(void)state;
	assert_int_equal(p256(&a, "04" GX GY, &e), 0);
	assert_int_equal(p256(&b, "03" GX, &e), 0);	/* y is odd */
	assert_true(btns_key_same(&a, &b));
	assert_int_equal(btns_key_encode(spki, &n, &b, BTNS_ENC_SPKI, &e), 0);
	assert_int_equal(n, 91);
	assert_int_equal(spki[26], 0x04);
	assert_int_equal(p256(&b, "02" GX, &e), 0);
	assert_false(btns_key_same(&a, &b));
}

static void
what_is_no_point_is_refused(void **state)
{
	static const struct { const char *hex, *why; } bad[] = {
		{ "06" GX GY, "a hybrid point" },
		{ "07" GX GY, "a hybrid point" },
		{ "07", "a hybrid point" },
		{ "00", "the point at infinity" },
		{ "", "0 octets are no point of P-256" },
		{ "04", "1 octets are no point" },
		{ "04" GX, "33 octets are no point" },
		{ "03" GX GY, "65 octets are no point" },
		{ "05" GX GY, "65 octets are no point" },
		{ "04" GX GY "00", "66 octets are no point" },
		{ "0000", "2 octets are no point" },
		{ "04" GY GX, "not on the curve" },
		{ "04" GX GX, "not on the curve" },
	};
	struct btns_key k;
	struct btns_err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_failed(p256(&k, bad[i].hex, &e), &e, BTNS_E_FORMAT,
		    bad[i].why);
		assert_non_null(strstr(e.msg, "RFC 5480 2.2: "));
	}
}

static void
an_ed25519_key_is_a_point_of_32_octets(void **state)
{
	struct btns_key k;
	struct btns_err e;
	uint8_t p[33];

	(void)state;
	(void)unhex(p, 32, ED_B);
	assert_int_equal(btns_key_ed25519(&k, p, 32, &e), 0);
	assert_int_equal(k.bits, 256);
	assert_failed(btns_key_ed25519(&k, p, 31, &e), &e, BTNS_E_FORMAT,
	    "RFC 8032 5.1.5: 31 octets");
	assert_failed(btns_key_ed25519(&k, p, 33, &e), &e, BTNS_E_FORMAT,
	    "33 octets");
	memset(p, 0xff, 32);
	assert_failed(btns_key_ed25519(&k, p, 32, &e), &e, BTNS_E_FORMAT,
	    "RFC 8032 5.1.3: ");
}

/* Keys of the corpus, one a type, and what is said of them. */
static const struct {
	const char	*file, *family, *name;
	size_t		 field;		/* 0: no curve of that kind */
	unsigned	 dns;		/* 0: IPSECKEY has no number */
} types[] = {
	{ "rsa3072.spki.pem", "RSA", "RSA 3072", 0, 2 },
	{ "p256.spki.pem", "EC", "EC P-256", 32, 3 },
	{ "p384.spki.pem", "EC", "EC P-384", 48, 3 },
	{ "p521.spki.pem", "EC", "EC P-521", 66, 0 },
	{ "ed25519.spki.pem", "Ed25519", "Ed25519", 0, 4 },
};

static void
types_have_their_names_and_numbers(void **state)
{
	char name[BTNS_KEY_NAME_MAX];
	struct btns_key k;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		seen_file(&seen, "good", types[i].file, 0);
		assert_int_equal(seen.nkeys, 1);
		k = seen.k[0].key;
		btns_key_name(name, &k);
		assert_string_equal(name, types[i].name);
		assert_string_equal(btns_key_family(&k), types[i].family);
		assert_int_equal(btns_dns_algorithm(&k), types[i].dns);
		assert_false(btns_key_weak(&k));
		if (types[i].field != 0)
			assert_int_equal(btns_key_field(k.type),
			    types[i].field);
	}
}

int
main(void)
{
#define T(f)	cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(a_modulus_has_between_1024_and_16384_bits),
		T(exponents_are_odd_and_between_3_and_the_modulus),
		T(leading_zeros_make_no_other_key),
		T(keys_differ_by_modulus_exponent_and_type),
		T(a_point_is_one_key_however_it_is_spelt),
		T(what_is_no_point_is_refused),
		T(an_ed25519_key_is_a_point_of_32_octets),
		T(types_have_their_names_and_numbers),
	};

	return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
