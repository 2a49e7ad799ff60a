#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common.h"
#include "../../lib/b64.h"
#include "../../lib/hash.h"

#define BABBLE	"xopin-favom-zemod-ripec-kivys-nuboh-ryrik-rokyp-kopod-" \
	"ryfeh-fyxux"
#define PKCS1	"5253ec5e71046058f401a6c567dba6cc49990a7b"
#define PKCS1_2	"f1dc957e4a7eae54b5120136b5ae0cc0" \
	"ebe7dd970531a4c26d6442d65f986f0c"
#define SSH1	"aa93ba8f202b291678c9825baf6b1aa6282bce53"
#define SSH2	"56e9b7262655362c41ca497e6f83e985" \
	"fde774934c36cc420e03fb217d065ab9"
#define CKAID	"56587034f16b26234c68ccf95cfd4c905d6284ed"
#define PIN	"hivgaXBGpFkDCCUMiSt+edGwSF7IZF6oLKJCn4AIyro"

/* What somebody reads out, and what of the example it is. */
static const struct {
	const char	*text;
	enum btns_enc	 enc;
	enum btns_hash	 hash;
	unsigned	 digits;
} good[] = {
	{ EXAMPLE_FP, BTNS_ENC_SPKI, BTNS_SHA256, 64 },
	{ "862BE0697046A4590308250C892B7E79"
	    "D1B0485EC8645EA82CA2429F8008CABA", BTNS_ENC_SPKI, BTNS_SHA256,
	    64 },
	{ "sha256:" EXAMPLE_FP, BTNS_ENC_SPKI, BTNS_SHA256, 64 },
	{ "SHA256:" EXAMPLE_FP, BTNS_ENC_SPKI, BTNS_SHA256, 64 },
	{ "  " EXAMPLE_FP, BTNS_ENC_SPKI, BTNS_SHA256, 64 },
	{ "862be0697046a4590308250c892b7e79", BTNS_ENC_SPKI, BTNS_SHA256,
	    32 },
	{ "862be0697046a4590308250c892b7e79..", BTNS_ENC_SPKI, BTNS_SHA256,
	    32 },
	{ "862be0697046a4590308250c892b7e79d", BTNS_ENC_SPKI, BTNS_SHA256,
	    33 },
	{ "862b e069 7046 a459 0308 250c 892b 7e79", BTNS_ENC_SPKI,
	    BTNS_SHA256, 32 },
	{ "86:2b:e0:69:70:46:a4:59:03:08:25:0c:89:2b:7e:79", BTNS_ENC_SPKI,
	    BTNS_SHA256, 32 },
	{ "862b-e069-7046-a459-0308-250c-892b-7e79", BTNS_ENC_SPKI,
	    BTNS_SHA256, 32 },
	{ "862b, e069, 7046, a459; 0308, 250c, 892b, 7e79", BTNS_ENC_SPKI,
	    BTNS_SHA256, 32 },
	{ "1 862b e069 7046 a459 0308 250c 892b 7e79"
	    " 2 d1b0 485e c864 5ea8 2ca2 429f 8008 caba", BTNS_ENC_SPKI,
	    BTNS_SHA256, 64 },
	{ "1  862b e069 7046 a459\n2  0308 250c 892b 7e79", BTNS_ENC_SPKI,
	    BTNS_SHA256, 32 },
	{ "1 862b e069 7046 a459 0308 250c 892b 7e79 (this line is enough)\n"
	    "2\td1b0 485e c864 5ea8\r\n", BTNS_ENC_SPKI, BTNS_SHA256, 48 },
	{ "2048 sha256 gw.pub (RSA)\n    1  862b e069 7046 a459\n"
	    "    2  0308 250c 892b 7e79    (enough)\n    3  d1b0 485e",
	    BTNS_ENC_SPKI, BTNS_SHA256, 40 },
	{ "1: 862b e069 7046 a459 0308 250c 892b 7e79"
	    " 2: d1b0 485e", BTNS_ENC_SPKI, BTNS_SHA256, 40 },
	{ "1. 862b e069 7046 a459\n2. 0308 250c 892b 7e79\n", BTNS_ENC_SPKI,
	    BTNS_SHA256, 32 },
	{ "1) 862b e069 7046 a459 0308 250c 892b 7e79", BTNS_ENC_SPKI,
	    BTNS_SHA256, 32 },
	{ "86 2b e0 69 70 46 a4 59 03 08 25 0c 89 2b 7e 79", BTNS_ENC_SPKI,
	    BTNS_SHA256, 32 },
	{ "8 6 2 b e 0 6 9 7 0 4 6 a 4 5 9 0 3 0 8 2 5 0 c 8 9 2 b 7 e 7 9",
	    BTNS_ENC_SPKI, BTNS_SHA256, 32 },
	{ PIN "=", BTNS_ENC_SPKI, BTNS_SHA256, 64 },
	{ PIN, BTNS_ENC_SPKI, BTNS_SHA256, 64 },
	{ "sha256//" PIN "=", BTNS_ENC_SPKI, BTNS_SHA256, 64 },
	{ "sha256:" PIN "=", BTNS_ENC_SPKI, BTNS_SHA256, 64 },
	{ "pin-sha256=" PIN "=", BTNS_ENC_SPKI, BTNS_SHA256, 64 },
	{ "pin-sha256=\"" PIN "=\"", BTNS_ENC_SPKI, BTNS_SHA256, 64 },
	{ "pin-sha256=\"" PIN "=\";", BTNS_ENC_SPKI, BTNS_SHA256, 64 },
	{ "hivgaXBGpFkDCCUMiSt+ed", BTNS_ENC_SPKI, BTNS_SHA256, 33 },
	{ "040d6d96fa3af860b051fba0fa3bd3399f97034d", BTNS_ENC_SPKI,
	    BTNS_SHA1, 40 },
	{ "04:0D:6D:96:FA:3A:F8:60:B0:51:FB:A0:FA:3B:D3:39:9F:97:03:4D",
	    BTNS_ENC_SPKI, BTNS_SHA1, 40 },
	{ "sha1:040d6d96fa3af860b051fba0fa3bd3399f97034d", BTNS_ENC_SPKI,
	    BTNS_SHA1, 40 },
	{ PKCS1, BTNS_ENC_PKCS1, BTNS_SHA1, 40 },
	{ PKCS1_2, BTNS_ENC_PKCS1, BTNS_SHA256, 64 },
	{ "SHA256:Vum3JiZVNixBykl+b4Pphf3ndJNMNsxCDgP7IX0GWrk", BTNS_ENC_SSH,
	    BTNS_SHA256, 64 },
	{ "Vum3JiZVNixBykl+b4Pphf3ndJNMNsxCDgP7IX0GWrk", BTNS_ENC_SSH,
	    BTNS_SHA256, 64 },
	{ "MD5:dc:33:92:3f:aa:43:e3:fb:30:21:7e:bd:21:97:36:50",
	    BTNS_ENC_SSH, BTNS_MD5, 32 },
	{ "dc:33:92:3f:aa:43:e3:fb:30:21:7e:bd:21:97:36:50", BTNS_ENC_SSH,
	    BTNS_MD5, 32 },
	{ SSH1, BTNS_ENC_SSH, BTNS_SHA1, 40 },
	{ BABBLE, BTNS_ENC_SSH, BTNS_SHA1, 40 },
	{ "XOPIN-favom-zemod-ripec-kivys-nuboh-ryrik-rokyp-kopod-ryfeh-"
	    "FYXUX", BTNS_ENC_SSH, BTNS_SHA1, 40 },
	{ "SSHFP 1 1 " SSH1, BTNS_ENC_SSH, BTNS_SHA1, 40 },
	{ "gw.example.org. IN SSHFP 1 2 " SSH2, BTNS_ENC_SSH, BTNS_SHA256,
	    64 },
	{ "gw 3600 in sshfp 1 2 56E9B7262655362C41CA497E6F83E985"
	    " FDE774934C36CC420E03FB217D065AB9", BTNS_ENC_SSH, BTNS_SHA256,
	    64 },
	{ "TLSA 3 1 1 " EXAMPLE_FP, BTNS_ENC_SPKI, BTNS_SHA256, 64 },
	{ "_443._tcp.gw.example.org. IN TLSA 3 1 1 " EXAMPLE_FP,
	    BTNS_ENC_SPKI, BTNS_SHA256, 64 },
};

static int
match(struct btns_verdict *v, const char *text, const struct btns_key *k)
{
	static struct btns_heard h;
	struct btns_err e;

	if (btns_heard_parse(&h, text, &e) == -1)
		fail_msg("%s: %s", text, e.msg);
	return btns_heard_match(v, &h, k, &e);
}

static void
every_spelling_of_the_example_matches(void **state)
{
	struct btns_verdict v;
	struct btns_key k;
	size_t i;

	(void)state;
	example_key(&k);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(match(&v, good[i].text, &k), 0);
		if (v.what != BTNS_MATCH)
			fail_msg("no match: %s", good[i].text);
		assert_int_equal(v.enc, good[i].enc);
		assert_int_equal(v.hash, good[i].hash);
		assert_int_equal(v.digits, good[i].digits);
		assert_int_equal(v.group, 0);
	}
}

/* One digit wrong anywhere is a mismatch, and never an error. */
static void
a_wrong_digit_never_matches(void **state)
{
	struct btns_verdict v;
	struct btns_key k;
	char text[256];
	size_t i, n;

	(void)state;
	example_key(&k);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s", good[i].text);
		for (n = strlen(text) - 5; !isalnum((unsigned char)text[n]);)
			n--;
		text[n] = tolower((unsigned char)text[n]) == 'b' ? 'c' : 'b';
		assert_int_equal(match(&v, text, &k), 0);
		if (v.what != BTNS_NO_MATCH)
			fail_msg("matches: %s", text);
	}
}

static void
a_named_hash_or_record_is_taken_at_its_word(void **state)
{
	static const char *const others[] = {
		"sha1:" EXAMPLE_FP, "sha512:" EXAMPLE_FP,
		"SHA1:862be0697046a4590308250c892b7e79",
		"md5:" EXAMPLE_FP, "SSHFP 1 2 " EXAMPLE_FP,
		"TLSA 3 1 1 " SSH2, "TLSA 3 1 2 " EXAMPLE_FP,
		"pin-sha256=Vum3JiZVNixBykl+b4Pphf3ndJNMNsxCDgP7IX0GWrk",
		EXAMPLE_FP "00",
	};
	struct btns_verdict v;
	struct btns_key k;
	size_t i;

	(void)state;
	example_key(&k);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(match(&v, others[i], &k), 0);
		if (v.what != BTNS_NO_MATCH)
			fail_msg("matches: %s", others[i]);
	}
}

/* What was said to be something else is not passed over in silence. */
static void
nothing_that_was_read_is_dropped(void **state)
{
#define HALF	"862b e069 7046 a459 0308 250c 892b 7e79"
#define WRONG	"1ff1 0b2e 9311 e17a 6bf7 7d46 fc53 f46f"
	static const char *const texts[] = {
		WRONG " (old)\n" HALF " (new)", HALF " (" WRONG ")",
		"1 " HALF " (this line is enough) 2 " WRONG,
		HALF " (or was it 1ff1)", "99  " HALF, "13  " HALF "\n",
		"99  862b e069 7046 a459\n42  0308 250c 892b 7e79",
		"862b e069 7046 1 a459 0308 250c 892b 7e79",
		"1 862b e069 7046 2 a459 0308 250c 892b 3 7e79 d1b0 485e",
	};
	struct btns_verdict v;
	struct btns_heard h;
	struct btns_key k;
	struct btns_err e;
	size_t i;

	(void)state;
	example_key(&k);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (btns_heard_parse(&h, texts[i], &e) == 0) {
			assert_int_equal(btns_heard_match(&v, &h, &k, &e), 0);
			if (v.what == BTNS_MATCH)
				fail_msg("matches: %s", texts[i]);
		}
}

/* What proves nothing, or isn't one at all, and why. */
static const struct { const char *text, *why; } refused[] = {
	{ "", "an empty fingerprint" },
	{ "   ", "an empty fingerprint" },
	{ "sha256:", "an empty fingerprint" },
	{ "AwEAAbenE", "AwEAAbenE: an rsaid is 22 bits of the key and proves"
	    " nothing" },
	{ "0sAwEAAbenE", "an rsaid is 22 bits" },
	{ "862be069", "8 digits; 32 are the least" },
	{ "862be0697046a459..", "16 digits; 32 are the least" },
	{ "862be0697046a4590308250c892b7e7", "31 digits; 32 are the least" },
	{ "86:2b:e0:69:70:46:a4:59", "16 digits; 32 are the least" },
	{ "sha256:862be0697046a4590308250c892b7e7", "31 digits" },
	{ "SSHFP 1 1 aa93ba8f202b2916", "16 digits" },
	{ "hivgaXBGpFkDCCUMiSt+e", "21 characters of base64; 22 are the" },
	{ "SHA256:Vum3JiZV", "8 characters of base64" },
	{ "SHA256:Vum3JiZVN", "9 characters of base64" },
	{ "yes", "3 characters of base64" },
	{ "gw.example.org", "not a fingerprint" },
	{ "/etc/iked/local.pub", "not a fingerprint" },
	{ "862be0697046a459...308250c892b7e79d1b0", "not a fingerprint" },
	{ "xopin-favom zemod", "not a fingerprint" },
	{ "862be0697046a4590308250c892b7e7\xc3\xa9", "not a fingerprint" },
	{ "862be0697046a4590308250c892b7e7Z", "'Z' is no hex digit" },
	{ "862be0697046a4590308250c892b7\n  1  7", "31 digits; 32 are the" },
	{ "862b e069 7046 a459 x308 250c 892b 7e79", "'x' is no hex digit" },
	{ "862b e0699 7046 a459 0308 250c 892b 7e79", "group 2 has 5 digits,"
	    " e0699; ask for group 2 again" },
	{ "862b e06 7046 a459 0308 250c 892b 7e79 d1b0", "group 2 has 3" },
	{ "862b e069 7046 a459 0308 250c 892b 7e799", "group 8 has 5 digits" },
	{ "1 862b e069 7046 a459 0308 250c 892b 7e7 2 d1b0 485e", "group 8 has"
	    " 3 digits" },
	{ "SSHFP 1", "SSHFP: a number is missing" },
	{ "SSHFP", "SSHFP: a number is missing" },
	{ "SSHFP x 1 " SSH1, "SSHFP: a number is missing" },
	{ "SSHFP 1 3 " SSH1, "RFC 4255 3.1.2: no hash of type 3" },
	{ "SSHFP 1 1", "an empty fingerprint" },
	{ "TLSA 3 1", "TLSA: a number is missing" },
	{ "TLSA 3 0 1 " EXAMPLE_FP, "RFC 6698 2.1.2: a TLSA of selector 0 is"
	    " of a certificate" },
	{ "TLSA 3 1 0 3082", "RFC 6698 2.1.3: no hash of type 0" },
};

static void
what_proves_nothing_is_wrong_usage_with_a_reason(void **state)
{
	static struct btns_heard h;
	struct btns_err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_failed(btns_heard_parse(&h, refused[i].text, &e), &e,
		    BTNS_E_USAGE, refused[i].why);
}

static void
a_ckaid_is_recognised_and_proves_nothing(void **state)
{
	struct btns_verdict v;
	struct btns_key k, other;
	struct btns_err e;

	(void)state;
	example_key(&k);
	assert_int_equal(match(&v, CKAID, &k), 0);
	assert_int_equal(v.what, BTNS_MATCH_CKAID);
	assert_int_equal(v.enc, BTNS_ENC_MODULUS);
	/* Another key with the same modulus has the same CKAID. */
	assert_int_equal(btns_key_rsa(&other, k.pub, k.publen,
	    (const uint8_t *)"\3", 1, &e), 0);
	assert_int_equal(match(&v, CKAID, &other), 0);
	assert_int_equal(v.what, BTNS_MATCH_CKAID);
}

static void
the_modulus_in_base64_is_not_the_key(void **state)
{
	char b64[BTNS_B64_LEN(BTNS_RSA_MAX) + 1];
	struct btns_verdict v;
	struct btns_key k;

	(void)state;
	example_key(&k);
	btns_b64_encode(b64, k.pub, k.publen);
	assert_int_equal(match(&v, b64, &k), 0);
	assert_int_equal(v.what, BTNS_NO_MATCH);
}

static void
the_key_itself_matches_in_base64(void **state)
{
	static const enum btns_enc encs[] = { BTNS_ENC_SPKI, BTNS_ENC_PKCS1,
	    BTNS_ENC_SSH, BTNS_ENC_RFC3110 };
	uint8_t buf[BTNS_ENC_MAX];
	char text[BTNS_B64_LEN(BTNS_ENC_MAX) + 3];
	struct btns_verdict v;
	struct btns_key k;
	struct btns_err e;
	size_t i, n;

	(void)state;
	example_key(&k);
	for (i = 0; i < sizeof(encs) / sizeof(encs[0]); i++) {
		assert_int_equal(btns_key_encode(buf, &n, &k, encs[i], &e),
		    0);
		memcpy(text, "0s", 2);
		btns_b64_encode(text + 2, buf, n);
		assert_int_equal(match(&v, text + 2, &k), 0);
		assert_int_equal(v.what, BTNS_MATCH);
		assert_int_equal(v.hash, -1);
		assert_int_equal(v.digits, 2 * n);
		assert_int_equal(match(&v, text, &k), 0);
		assert_int_equal(v.what, BTNS_MATCH);
		/* Half of it isn't it. */
		text[2 + strlen(text + 2) / 2] = '\0';
		assert_int_equal(match(&v, text + 2, &k), 0);
		assert_int_equal(v.what, BTNS_NO_MATCH);
	}
}

/* A digest whose base64 begins with 0s, as one in 4096 does. */
static void
a_digest_that_begins_like_a_libreswan_key_matches(void **state)
{
	uint8_t buf[BTNS_ENC_MAX], digest[BTNS_HASH_MAX];
	char text[BTNS_SPELL_MAX];
	struct btns_verdict v;
	struct btns_key k;
	struct btns_err e;
	unsigned tries;
	size_t n;

	(void)state;
	example_key(&k);
	for (tries = 0; tries < 100000; tries++) {
		k.pub[9] = (uint8_t)tries;
		k.pub[8] = (uint8_t)(tries >> 8);
		k.pub[7] = (uint8_t)(tries >> 16);
		assert_int_equal(btns_key_encode(buf, &n, &k, BTNS_ENC_SSH,
		    &e), 0);
		assert_int_equal(btns_hash(digest, BTNS_SHA256, buf, n, &e),
		    0);
		if (digest[0] == 0xd2 && digest[1] >> 4 == 0xc)
			break;
	}
	btns_spell(text, BTNS_SPELL_SSH, BTNS_SHA256, digest);
	assert_int_equal(strncmp(text, "SHA256:0s", 9), 0);
	assert_int_equal(match(&v, text, &k), 0);
	assert_int_equal(v.what, BTNS_MATCH);
	assert_int_equal(match(&v, text + 7, &k), 0);
	assert_int_equal(v.what, BTNS_MATCH);
}

int
main(void)
{
#define T(f)	cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(every_spelling_of_the_example_matches),
		T(a_wrong_digit_never_matches),
		T(a_named_hash_or_record_is_taken_at_its_word),
		T(nothing_that_was_read_is_dropped),
		T(what_proves_nothing_is_wrong_usage_with_a_reason),
		T(a_ckaid_is_recognised_and_proves_nothing),
		T(the_modulus_in_base64_is_not_the_key),
		T(the_key_itself_matches_in_base64),
		T(a_digest_that_begins_like_a_libreswan_key_matches),
	};

	return cmocka_run_group_tests_name("heard", tests, NULL, NULL);
}
