/* The list of words, and digests in it. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common.h"
#include "../../lib/err.h"
#include "../../lib/fp.h"
#include "../../lib/wordlist.h"

static void
words_are_short_and_sorted(void **state)
{
	unsigned i;
	size_t n;

	(void)state;
	for (i = 0; i < BTNS_WORDS; i++) {
		n = strlen(btns_word(i));
		if (n < 4 || n > BTNS_WORD_LEN || strspn(btns_word(i),
		    "abcdefghijklmnopqrstuvwxyz") != n)
			fail_msg("%s", btns_word(i));
		if (i > 0 && strcmp(btns_word(i - 1), btns_word(i)) >= 0)
			fail_msg("%s before %s", btns_word(i - 1),
			    btns_word(i));
	}
}

static void
four_letters_tell_a_word(void **state)
{
	char four[BTNS_WORD_PREFIX + 1] = "";
	unsigned i;

	(void)state;
	for (i = 0; i < BTNS_WORDS; i++) {
		assert_int_not_equal(strncmp(four, btns_word(i),
		    BTNS_WORD_PREFIX), 0);
		memcpy(four, btns_word(i), BTNS_WORD_PREFIX);
		assert_int_equal(btns_word_find(four, BTNS_WORD_PREFIX), i);
		assert_int_equal(btns_word_find(btns_word(i),
		    strlen(btns_word(i))), i);
	}
	assert_int_equal(btns_word_find("abac", 3), -1);
	assert_int_equal(btns_word_find("zzzz", 4), -1);
	assert_int_equal(btns_word_find("aaaa", 4), -1);
	assert_int_equal(btns_word_find("", 0), -1);
	assert_int_equal(btns_word_find("ABACUS", 6),
	    btns_word_find("abacus", 6));
	assert_int_equal(btns_word_find("abacuses", 8), -1);
}

/* Is b made of a by one letter more, less, other, or two changed about? */
static bool
one_apart(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), lead = 0, tail = 0;

	while (lead < n && a[lead] == b[lead])
		lead++;
	while (tail < n - lead && tail < m - (lead < m ? lead : m) &&
	    a[n - 1 - tail] == b[m - 1 - tail])
		tail++;
	n -= lead + tail;
	m -= lead + tail;
	return (n <= 1 && m <= 1) || (n == 2 && m == 2 &&
	    a[lead] == b[lead + 1] && a[lead + 1] == b[lead]);
}

static void
no_slip_makes_one_word_another(void **state)
{
	unsigned i, k;

	(void)state;
	assert_true(one_apart("lock", "clock"));
	assert_true(one_apart("trail", "trial"));
	assert_true(one_apart("mouse", "house"));
	assert_false(one_apart("mouse", "horse"));
	for (i = 0; i < BTNS_WORDS; i++)
		for (k = i + 1; k < BTNS_WORDS; k++)
			if (one_apart(btns_word(i), btns_word(k)))
				fail_msg("%s and %s", btns_word(i),
				    btns_word(k));
}

static void
bits_become_words_from_the_first_on(void **state)
{
	static const uint8_t d[4] = { 0x80, 0x1f, 0xff, 0xff };
	uint8_t zeros[32] = { 0 };
	char text[BTNS_SPELL_MAX];

	(void)state;
	assert_int_equal(BTNS_WORDS_OF(32), 24);
	assert_int_equal(BTNS_WORDS_OF(20), 15);
	assert_int_equal(BTNS_WORDS_OF(64), BTNS_WORDS_MAX);
	/* 10000000000 11111111111 1111111111(0) */
	assert_int_equal(btns_word_at(d, 4, 0), 1024);
	assert_int_equal(btns_word_at(d, 4, 1), 2047);
	assert_int_equal(btns_word_at(d, 4, 2), 2046);
	btns_spell(text, BTNS_SPELL_WORDS, BTNS_SHA256, zeros);
	assert_int_equal(strncmp(text, "abacus abacus ", 14), 0);
	assert_int_equal(strlen(text), 24 * 7 - 1);
	btns_spell(text, BTNS_SPELL_GROUPS, BTNS_SHA256, zeros);
	assert_int_equal(strlen(text), 16 * 5 - 1);
}

static void
a_slip_is_asked_for(void **state)
{
	(void)state;
	assert_string_equal(btns_word_near("abakus", 6), "abacus");
	assert_string_equal(btns_word_near("ABACU", 5), "abacus");
	assert_null(btns_word_near("xqxqxqxq", 8));
	assert_null(btns_word_near("abcdefghijklmnopqrstuvwxyz", 26));
}

/* What was heard parses, or says why not. */
static int
heard(const char *text, struct btns_err *e)
{
	static struct btns_heard h;
	int rv = btns_heard_parse(&h, text, e);

	return rv == -1 ? -1 : (int)h.spelling;
}

static void
words_are_heard(void **state)
{
	char text[BTNS_SPELL_MAX], *p;
	uint8_t d[32];
	struct btns_err e;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(d); i++)
		d[i] = (uint8_t)(37 * i + 11);
	btns_spell(text, BTNS_SPELL_WORDS, BTNS_SHA256, d);
	assert_int_equal(heard(text, &e), BTNS_HEARD_WORDS);
	for (p = text; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	assert_int_equal(heard(text, &e), BTNS_HEARD_WORDS);
	for (i = 0, p = text; i < 11; i++)
		p = strchr(p, ' ') + 1;
	p[-1] = '\0';
	assert_int_equal(heard(text, &e), -1);
	assert_string_equal(e.msg,
	    "11 words; 12 are the least that proves anything");
	assert_int_equal(heard("abacus abacus abakus abacus", &e), -1);
	assert_string_equal(e.msg,
	    "abakus is no word of the list; perhaps abacus");
	assert_int_equal(heard("these are no words of it", &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_short_and_sorted),
		cmocka_unit_test(four_letters_tell_a_word),
		cmocka_unit_test(no_slip_makes_one_word_another),
		cmocka_unit_test(bits_become_words_from_the_first_on),
		cmocka_unit_test(a_slip_is_asked_for),
		cmocka_unit_test(words_are_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
