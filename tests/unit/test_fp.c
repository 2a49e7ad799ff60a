#include <string.h>

#include "common.h"
#include "../../lib/hash.h"

static void
digest_of(uint8_t *digest, enum btns_enc enc, enum btns_hash h)
{
	uint8_t buf[BTNS_ENC_MAX];
	struct btns_key k;
	struct btns_err e;
	size_t n;

	example_key(&k);
	assert_int_equal(btns_key_encode(buf, &n, &k, enc, &e), 0);
	assert_int_equal(btns_hash(digest, h, buf, n, &e), 0);
}

static void
the_fingerprint_is_sha256_of_the_canonical_spki(void **state)
{
	char hex[BTNS_FP_HEX];
	struct btns_key k;
	struct btns_fp fp;
	struct btns_err e;

	(void)state;
	example_key(&k);
	assert_int_equal(btns_fp_of(&fp, &k, &e), 0);
	btns_fp_hex(hex, &fp);
	assert_string_equal(hex, EXAMPLE_FP);
}

/* What other tools print for the worked example. */
static const struct {
	enum btns_enc	 enc;
	enum btns_hash	 hash;
	enum btns_spell	 spell;
	const char	*text;
} spelt[] = {
	{ BTNS_ENC_SPKI, BTNS_SHA256, BTNS_SPELL_HEX, EXAMPLE_FP },
	{ BTNS_ENC_SPKI, BTNS_SHA256, BTNS_SPELL_BASE64,
	    "hivgaXBGpFkDCCUMiSt+edGwSF7IZF6oLKJCn4AIyro=" },
	{ BTNS_ENC_SPKI, BTNS_SHA1, BTNS_SPELL_HEX,
	    "040d6d96fa3af860b051fba0fa3bd3399f97034d" },
	{ BTNS_ENC_SPKI, BTNS_SHA1, BTNS_SPELL_COLON,
	    "04:0d:6d:96:fa:3a:f8:60:b0:51:fb:a0:fa:3b:d3:39:9f:97:03:4d" },
	{ BTNS_ENC_SSH, BTNS_SHA256, BTNS_SPELL_SSH,
	    "SHA256:Vum3JiZVNixBykl+b4Pphf3ndJNMNsxCDgP7IX0GWrk" },
	{ BTNS_ENC_SSH, BTNS_MD5, BTNS_SPELL_SSH,
	    "MD5:dc:33:92:3f:aa:43:e3:fb:30:21:7e:bd:21:97:36:50" },
	{ BTNS_ENC_SSH, BTNS_MD5, BTNS_SPELL_COLON,
	    "dc:33:92:3f:aa:43:e3:fb:30:21:7e:bd:21:97:36:50" },
};

static void
digests_are_spelt_as_other_tools_do(void **state)
{
	uint8_t digest[BTNS_HASH_MAX];
	char out[BTNS_SPELL_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(spelt) / sizeof(spelt[0]); i++) {
		digest_of(digest, spelt[i].enc, spelt[i].hash);
		btns_spell(out, spelt[i].spell, spelt[i].hash, digest);
		assert_string_equal(out, spelt[i].text);
	}
}

static void
every_hash_fits_every_spelling(void **state)
{
	char out[BTNS_SPELL_MAX];
	uint8_t digest[BTNS_HASH_MAX];
	int h, s;

	(void)state;
	memset(digest, 0xff, sizeof(digest));
	for (h = 0; h < BTNS_HASH__COUNT; h++)
		for (s = 0; s < BTNS_SPELL__COUNT; s++) {
			memset(out, '#', sizeof(out));
			btns_spell(out, s, h, digest);
			assert_non_null(memchr(out, '\0', sizeof(out)));
			assert_null(strchr(out, '#'));
		}
}

static void
spellings_and_hashes_have_names(void **state)
{
	static const char *const spells[] = { "hex", "colon", "base64",
	    "ssh" };
	static const char *const hashes[] = { "sha256", "sha1", "sha384",
	    "sha512", "md5" };
	static const size_t lens[] = { 32, 20, 48, 64, 16 };
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(btns_spell_parse(spells[i]), i);
	assert_int_equal(btns_spell_parse("HEX"), -1);
	assert_int_equal(btns_spell_parse(""), -1);
	for (i = 0; i < 5; i++) {
		assert_int_equal(btns_hash_parse(hashes[i]), i);
		assert_string_equal(btns_hash_name(i), hashes[i]);
		assert_int_equal(btns_hash_len(i), lens[i]);
	}
	assert_int_equal(btns_hash_parse("SHA256"), -1);
	assert_int_equal(btns_hash_parse("sha224"), -1);
}

/* FIPS 180-4's and RFC 1321's digests of "abc". */
static void
hashes_are_the_standards(void **state)
{
	static const char *const abc[] = {
		"ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad",
		"a9993e364706816aba3e25717850c26c9cd0d89d",
		"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
		    "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea2"
		    "0a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
		    "454d4423643ce80e2a9ac94fa54ca49f",
		"900150983cd24fb0d6963f7d28e17f72"
	};
	uint8_t digest[BTNS_HASH_MAX];
	char hex[2 * BTNS_HASH_MAX + 1];
	struct btns_err e;
	int h;

	(void)state;
	for (h = 0; h < BTNS_HASH__COUNT; h++) {
		assert_int_equal(btns_hash(digest, h, "abc", 3, &e), 0);
		btns_hex(hex, digest, btns_hash_len(h));
		assert_string_equal(hex, abc[h]);
	}
}

static void
bubble_babble_is_openssh_s(void **state)
{
	uint8_t digest[BTNS_HASH_MAX];
	char out[BTNS_BABBLE_MAX];

	(void)state;
	digest_of(digest, BTNS_ENC_SSH, BTNS_SHA1);
	btns_babble(out, digest);
	assert_string_equal(out, "xopin-favom-zemod-ripec-kivys-nuboh-ryrik"
	    "-rokyp-kopod-ryfeh-fyxux");
}

static void
an_rsaid_is_nine_characters_and_only_of_rsa(void **state)
{
	struct btns_key k;
	struct btns_err e;
	char out[10];

	(void)state;
	example_key(&k);
	assert_int_equal(btns_rsaid(out, &k, &e), 0);
	assert_string_equal(out, "AwEAAbenE");
	k.type = BTNS_P256;
	assert_failed(btns_rsaid(out, &k, &e), &e, BTNS_E_REFUSED, "rsaid");
}

static void
hex_is_lower_case_and_ends(void **state)
{
	char out[9] = "########";

	(void)state;
	btns_hex(out, (const uint8_t *)"\x00\xff\xa5", 3);
	assert_string_equal(out, "00ffa5");
	btns_hex(out, NULL, 0);
	assert_string_equal(out, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_fingerprint_is_sha256_of_the_canonical_spki),
		cmocka_unit_test(digests_are_spelt_as_other_tools_do),
		cmocka_unit_test(every_hash_fits_every_spelling),
		cmocka_unit_test(spellings_and_hashes_have_names),
		cmocka_unit_test(hashes_are_the_standards),
		cmocka_unit_test(bubble_babble_is_openssh_s),
		cmocka_unit_test(an_rsaid_is_nine_characters_and_only_of_rsa),
		cmocka_unit_test(hex_is_lower_case_and_ends),
	};

	return cmocka_run_group_tests_name("fp", tests, NULL, NULL);
}
