/* Words, digits and times as the verbs print and take them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "../../cmd/session.h"

static void
plain_words_stay_as_they_are(void **state)
{
	static const char *const plain[] = { "gw.example.org",
	    "/etc/iked/pubkeys/ufqdn/a@b", "2001:db8::7", "a+b=c,d%_" };
	char out[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		assert_true(sh_word(out, sizeof(out), plain[i]));
		assert_string_equal(out, plain[i]);
	}
}

static void
other_words_are_quoted(void **state)
{
	static const char *const words[][2] = {
		{ "", "''" }, { "a b", "'a b'" }, { "-rf", "'-rf'" },
		{ "*", "'*'" }, { "$(x)", "'$(x)'" }, { "~", "'~'" },
		{ "it's", "'it'\\''s'" }, { "'", "''\\'''" },
		{ "a\\b", "'a\\b'" }, { "#x", "'#x'" }, { "`x`", "'`x`'" }
	};
	char out[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_true(sh_word(out, sizeof(out), words[i][0]));
		assert_string_equal(out, words[i][1]);
	}
}

static void
words_that_nobody_should_paste_are_refused(void **state)
{
	static const char *const bad[] = { "a\nb", "a\033[2J", "\t", "\177",
	    "\303\270", "\377", "\r" };
	char out[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(out, sizeof(out), "before");
		assert_false(sh_word(out, sizeof(out), bad[i]));
		assert_string_equal(out, "");
	}
}

/* A word that is too long is refused whole, not cut. */
static void
words_fit_or_are_refused(void **state)
{
	char word[40], out[64];
	size_t n, size;

	(void)state;
	for (n = 1; n < sizeof(word); n++)
		for (size = 1; size < sizeof(out); size++) {
			memset(word, n % 2 ? '*' : '\'', n);
			word[n] = '\0';
			memset(out, 'x', sizeof(out));
			if (sh_word(out, size, word)) {
				assert_true(strlen(out) < size);
				assert_int_equal(out[strlen(out) - 1], '\'');
			}
			assert_int_equal(out[size], 'x');
			memset(word, 'a', n);
			memset(out, 'x', sizeof(out));
			assert_int_equal(sh_word(out, size, word), n < size);
			assert_int_equal(out[size], 'x');
		}
}

static void
digits_are_taken_in_many_spellings(void **state)
{
	static const char *const good[][2] = {
		{ "862be069", "862be069" }, { "862BE069", "862be069" },
		{ "sha256:862be069", "862be069" },
		{ "SHA256:862be069", "862be069" },
		{ "862be0697046a459..", "862be0697046a459" },
		{ "86:2b:e0:69", "862be069" },
		{ "862b e069  7046 a459", "862be0697046a459" },
	};
	char out[2 * BTNS_FP_LEN + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(hex_digits(out, good[i][0]));
		assert_string_equal(out, good[i][1]);
	}
}

static void
digits_too_few_too_many_or_none_are_refused(void **state)
{
	static const char *const bad[] = { "", "862be06", "862be06g",
	    "gw.example.org", "862be069.", "862be069...", "..862be069",
	    "0x862be069", "862be069-", "sha1:862be069", "8", ":::::::::",
	    "        " };
	char out[2 * BTNS_FP_LEN + 1], digits[80];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(hex_digits(out, bad[i]));
	for (n = 1; n < sizeof(digits); n++) {
		memset(digits, 'a', n);
		digits[n] = '\0';
		assert_int_equal(hex_digits(out, digits), n >= 8 && n <= 64);
	}
}

static void
times_are_rfc_3339(void **state)
{
	char out[TIME_TEXT];

	(void)state;
	time_text(out, 0);
	assert_string_equal(out, "1970-01-01T00:00:00Z");
	time_text(out, 1795426867);
	assert_string_equal(out, "2026-11-23T09:41:07Z");
	time_text(out, 253402300799);
	assert_string_equal(out, "9999-12-31T23:59:59Z");
	time_text(out, INT64_MAX);
	assert_string_equal(out, "?");
	time_text(out, INT64_MIN);
	assert_string_equal(out, "?");
}

static void
ages_are_short(void **state)
{
	static const struct { int64_t s; const char *age; } ages[] = {
		{ -5, "0s" }, { 0, "0s" }, { 59, "59s" }, { 60, "1m" },
		{ 3599, "59m" }, { 3600, "1h" }, { 86399, "23h" },
		{ 2 * 86400 - 1, "47h" }, { 2 * 86400, "2d" },
		{ 340 * 86400, "340d" }
	};
	char out[24];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		time_age(out, 1000000000 + ages[i].s, 1000000000);
		assert_string_equal(out, ages[i].age);
	}
}

static void
a_fingerprint_is_cut_to_16_digits(void **state)
{
	struct btns_fp fp;
	struct btns_key k;
	struct btns_err e;
	char out[FP_SHORT];

	(void)state;
	example_key(&k);
	assert_int_equal(btns_fp_of(&fp, &k, &e), 0);
	fp_short(out, &fp);
	assert_string_equal(out, "862be0697046a459..");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_words_stay_as_they_are),
		cmocka_unit_test(other_words_are_quoted),
		cmocka_unit_test(words_that_nobody_should_paste_are_refused),
		cmocka_unit_test(words_fit_or_are_refused),
		cmocka_unit_test(digits_are_taken_in_many_spellings),
		cmocka_unit_test(digits_too_few_too_many_or_none_are_refused),
		cmocka_unit_test(times_are_rfc_3339),
		cmocka_unit_test(ages_are_short),
		cmocka_unit_test(a_fingerprint_is_cut_to_16_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
