/* A fingerprint that was misheard: which group of four to ask for again. */
#include <stdio.h>
#include <string.h>

#include "common.h"

static int
match(struct btns_verdict *v, const char *text, const struct btns_key *k)
{
	static struct btns_heard h;
	struct btns_err e;

	if (btns_heard_parse(&h, text, &e) == -1)
		fail_msg("%s: %s", text, e.msg);
	return btns_heard_match(v, &h, k, &e);
}

/* Each group of four in turn is misheard. */
static void
heard_wrong(size_t digits, const char *wrong)
{
	struct btns_verdict v;
	struct btns_key k;
	char text[65];
	size_t i;

	example_key(&k);
	for (i = 0; i < digits; i += 4) {
		(void)snprintf(text, sizeof(text), "%.*s", (int)digits,
		    EXAMPLE_FP);
		memcpy(text + i, wrong, 4);
		assert_int_equal(match(&v, text, &k), 0);
		assert_int_equal(v.what, BTNS_NO_MATCH);
		assert_int_equal(v.group, i / 4 + 1);
		assert_int_equal(v.groups, digits / 4);
		assert_string_equal(v.heard_group, wrong);
	}
}

static void
one_wrong_group_is_named(void **state)
{
	(void)state;
	heard_wrong(32, "ffff");
	heard_wrong(36, "0000");
	heard_wrong(64, "1234");
}

static void
two_wrong_groups_are_not_named(void **state)
{
	struct btns_verdict v;
	struct btns_key k;
	char text[65];
	size_t i, j;

	(void)state;
	example_key(&k);
	for (i = 0; i < 64; i += 4)
		for (j = i + 4; j < 64; j += 4) {
			strcpy(text, EXAMPLE_FP);
			memcpy(text + i, "ffff", 4);
			memcpy(text + j, "ffff", 4);
			assert_int_equal(match(&v, text, &k), 0);
			assert_int_equal(v.what, BTNS_NO_MATCH);
			assert_int_equal(v.group, 0);
		}
}

static void
no_group_is_named_where_none_was_compared(void **state)
{
	static const char *const texts[] = {
		/* not whole groups, and another hash's digits */
		"862be0697046a4590308250c892b7e7ad1",
		"5253ec5e71046058f401a6c567dba6cc49990a7b",
		"5253ec5e71046058f401a6c567dba6cc49990000",
		"hivgaXBGpFkDCCUMiSt+edGwSF7IZF6oLKJCn4AIyroA",
	};
	struct btns_verdict v;
	struct btns_key k;
	size_t i;

	(void)state;
	example_key(&k);
	k.pub[100] ^= 1;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(match(&v, texts[i], &k), 0);
		assert_int_equal(v.what, BTNS_NO_MATCH);
		assert_int_equal(v.group, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_wrong_group_is_named),
		cmocka_unit_test(two_wrong_groups_are_not_named),
		cmocka_unit_test(no_group_is_named_where_none_was_compared),
	};

	return cmocka_run_group_tests_name("misheard", tests, NULL, NULL);
}
