#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "../../lib/b64.h"

/* RFC 4648 section 10. */
static const struct { const char *plain, *coded; } vectors[] = {
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" }
};
#define NVECTORS	(sizeof(vectors) / sizeof(vectors[0]))

static int
decode(char *out, size_t *n, size_t size, const char *s, bool padded,
    struct btns_err *e)
{
	struct btns_b64 b = { .out = (uint8_t *)out, .size = size };

	if (btns_b64_add(&b, s, strlen(s), e) == -1 ||
	    btns_b64_end(&b, padded, e) == -1)
		return -1;
	*n = b.len;
	return 0;
}

static void
the_vectors_of_rfc_4648_are_encoded(void **state)
{
	char out[BTNS_B64_LEN(6) + 1];
	size_t i, n;

	(void)state;
	for (i = 0; i < NVECTORS; i++) {
		n = strlen(vectors[i].plain);
		btns_b64_encode(out, (const uint8_t *)vectors[i].plain, n);
		assert_string_equal(out, vectors[i].coded);
		assert_int_equal(strlen(out), BTNS_B64_LEN(n));
	}
}

static void
the_vectors_of_rfc_4648_are_decoded(void **state)
{
	struct btns_err e;
	char out[6];
	size_t i, n;

	(void)state;
	for (i = 0; i < NVECTORS; i++) {
		assert_int_equal(decode(out, &n, sizeof(out),
		    vectors[i].coded, true, &e), 0);
		assert_int_equal(n, strlen(vectors[i].plain));
		assert_memory_equal(out, vectors[i].plain, n);
	}
}

static void
padding_may_be_left_out_where_it_is_optional(void **state)
{
	struct btns_err e;
	char out[6], bare[9];
	size_t i, n;

	(void)state;
	for (i = 0; i < NVECTORS; i++) {
		strcpy(bare, vectors[i].coded);
		bare[strcspn(bare, "=")] = '\0';
		assert_int_equal(decode(out, &n, sizeof(out), bare, false,
		    &e), 0);
		assert_int_equal(n, strlen(vectors[i].plain));
		assert_int_equal(decode(out, &n, sizeof(out),
		    vectors[i].coded, false, &e), 0);
	}
}

static void
every_byte_comes_back_whatever_the_pieces(void **state)
{
	uint8_t all[256], back[256];
	char text[BTNS_B64_LEN(256) + 1];
	struct btns_err e;
	size_t i, n, len, step;

	(void)state;
	for (i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)(i * 167 + 13);
	for (len = 0; len <= sizeof(all); len++)
		for (step = 1; step <= 9; step += 2) {
			struct btns_b64 b = { .out = back, .size = len };

			btns_b64_encode(text, all, len);
			for (i = 0; i < strlen(text); i += n) {
				n = strlen(text + i) < step ?
				    strlen(text + i) : step;
				assert_int_equal(btns_b64_add(&b, text + i,
				    n, &e), 0);
			}
			assert_int_equal(btns_b64_end(&b, true, &e), 0);
			assert_int_equal(b.len, len);
			assert_memory_equal(back, all, len);
		}
}

static void
blanks_and_tabs_are_skipped_anywhere(void **state)
{
	struct btns_err e;
	char out[6];
	size_t n;

	(void)state;
	assert_int_equal(decode(out, &n, 6, " Z\tm9 vY mE = ", true, &e), 0);
	assert_int_equal(n, 5);
	assert_memory_equal(out, "fooba", 5);
}

/* Wrong text, whether padding is due, and what the message says. */
static const struct { const char *s; bool padded; const char *why; } bad[] = {
	{ "Zm9v!mFy", true, "byte 0x21 is not base64" },
	{ "Zm9v\nZg==", true, "byte 0x0a is not base64" },
	{ "Zm9vYm\xc3\xa9", true, "byte 0xc3 is not base64" },
	{ "Zm9-", true, "byte 0x2d is not base64" },
	{ "Zm9_", true, "byte 0x5f is not base64" },
	{ "Zg==Zg==", true, "data after the padding" },
	{ "Zg=g", true, "data after the padding" },
	{ "=", true, "misplaced padding" },
	{ "Z===", true, "misplaced padding" },
	{ "Zm9v=", true, "misplaced padding" },
	{ "Zm8==", true, "misplaced padding" },
	{ "Zg===", true, "misplaced padding" },
	{ "Zg", true, "the last group is incomplete" },
	{ "Zm8", true, "the last group is incomplete" },
	{ "Zg=", true, "the last group is incomplete" },
	{ "Z", true, "the last group is incomplete" },
	{ "Z", false, "the last group is incomplete" },
	{ "Zm9vY", false, "the last group is incomplete" },
	{ "Zg=", false, "the last group is incomplete" },
	{ "Zh==", true, "3.5: unused bits are set" },
	{ "Zm9=", true, "3.5: unused bits are set" },
	{ "Zh", false, "3.5: unused bits are set" },
};

static void
what_is_no_base64_is_refused_with_its_section(void **state)
{
	struct btns_err e;
	char out[16];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_failed(decode(out, &n, sizeof(out), bad[i].s,
		    bad[i].padded, &e), &e, BTNS_E_FORMAT, bad[i].why);
		assert_non_null(strstr(e.msg, "RFC 4648 section "));
	}
}

static void
every_byte_is_in_the_alphabet_or_refused(void **state)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	struct btns_err e;
	char s[5] = "AAAA", out[3];
	size_t n;
	int c;
	bool is;

	(void)state;
	for (c = 1; c < 256; c++) {
		is = strchr(alphabet, c) != NULL;
		assert_int_equal(btns_b64_is(c), is);
		if (c == ' ' || c == '\t' || c == '=')
			continue;
		s[0] = (char)c;
		assert_int_equal(decode(out, &n, 3, s, true, &e),
		    is ? 0 : -1);
	}
	assert_false(btns_b64_is(0));
}

static void
a_full_buffer_is_refused_and_not_overrun(void **state)
{
	struct btns_err e;
	size_t size, n, i;
	char *out;

	(void)state;
	for (i = 1; i < NVECTORS; i++)
		for (size = 0; size <= 6; size++) {
			/* On the heap, so that tools see an overrun. */
			out = malloc(size + 1);
			assert_non_null(out);
			out[size] = '#';
			if (size < strlen(vectors[i].plain))
				assert_failed(decode(out, &n, size,
				    vectors[i].coded, true, &e), &e,
				    BTNS_E_FORMAT, "over ");
			else
				assert_int_equal(decode(out, &n, size,
				    vectors[i].coded, true, &e), 0);
			assert_int_equal(out[size], '#');
			free(out);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_rfc_4648_are_encoded),
		cmocka_unit_test(the_vectors_of_rfc_4648_are_decoded),
		cmocka_unit_test(padding_may_be_left_out_where_it_is_optional),
		cmocka_unit_test(every_byte_comes_back_whatever_the_pieces),
		cmocka_unit_test(blanks_and_tabs_are_skipped_anywhere),
		cmocka_unit_test(what_is_no_base64_is_refused_with_its_section),
		cmocka_unit_test(every_byte_is_in_the_alphabet_or_refused),
		cmocka_unit_test(a_full_buffer_is_refused_and_not_overrun),
	};

	return cmocka_run_group_tests_name("b64", tests, NULL, NULL);
}
