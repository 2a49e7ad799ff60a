/* The corpus of what is no key, or none that is taken. */
#include <regex.h>
#include <stdbool.h>
#include <string.h>

#include "common.h"

static struct seen seen, other;

/* Bad by the book, and read all the same. */
static const struct { const char *file, *why; } lenient[] = {
	{ "label-four-dashes.pem", "its base64 lines are a bare key's" },
	{ "priv-ec-other-curve.pem", "EC PARAMETERS are passed over" },
	{ "rfc4716-header-tag-long.rfc4716", "as ssh-keygen" },
	{ "rfc4716-header-value-long.rfc4716", "as ssh-keygen" },
	{ "rfc4716-line-long.rfc4716", "as ssh-keygen" },
};
#define NLENIENT	(sizeof(lenient) / sizeof(lenient[0]))

/* Nothing in these claims to be a key, so that no section is broken. */
static const struct { const char *file, *why; } silent[] = {
	{ "der-trunc-1.der", "one octet, an ASCII zero" },
	{ "ipseckey-precedence-minus.ipseckey", "a word IPSECKEY in prose" },
	{ "ipseckey-precedence-word.ipseckey", "a word IPSECKEY in prose" },
	{ "rfc3110-garbage.b64", "no base64" },
	{ "libreswan-garbage.libreswan", "no base64 after 0s" },
	{ "ssh-length-huge.ssh", "a word ssh-rsa, and no AAAA after it" },
	{ "ssh-length-truncated.ssh", "a word ssh-rsa, and no AAAA" },
	{ "ssh-padding-middle.ssh", "a word ssh-rsa, and no AAAA" },
};
#define NSILENT		(sizeof(silent) / sizeof(silent[0]))

static bool
is_lenient(const char *file)
{
	size_t i;

	for (i = 0; i < NLENIENT; i++)
		if (strcmp(lenient[i].file, file) == 0)
			return true;
	return false;
}

static bool
is_silent(const char *file)
{
	size_t i;

	for (i = 0; i < NSILENT; i++)
		if (strcmp(silent[i].file, file) == 0)
			return true;
	return false;
}

/* "file: reason", and nothing that steers a terminal. */
static void
assert_message(const struct btns_err *e, const char *file)
{
	const size_t n = strlen(file);
	const char *p;

	assert_int_equal(e->code, BTNS_E_FORMAT);
	if (strncmp(e->msg, file, n) != 0 || strncmp(e->msg + n, ": ", 2) != 0)
		fail_msg("%s is not named first in %s", file, e->msg);
	assert_true(strlen(e->msg) > n + 4);
	for (p = e->msg; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			fail_msg("byte 0x%02x in %s", (unsigned char)*p,
			    e->msg);
}

static bool
cites(const struct seen *s)
{
	regex_t re;
	bool any = false;
	unsigned i;

	assert_int_equal(regcomp(&re, "(RFC [0-9]+|X\\.690|SEC 1)",
	    REG_EXTENDED | REG_NOSUB), 0);
	for (i = 0; i < s->nrefused; i++)
		any = any || regexec(&re, s->refused[i].msg, 0, NULL, 0) == 0;
	regfree(&re);
	return any;
}

static void
bad_row(char **col, void *arg)
{
	unsigned i;

	(void)arg;
	seen_file(&seen, "bad", col[0], 0);
	if (is_lenient(col[0])) {
		assert_int_equal(seen.nkeys, 1);
		return;
	}
	if (seen.nkeys != 0)
		fail_msg("%s: a key came out (%s)", col[0], col[1]);
	if (seen.rv == -1)
		assert_message(&seen.e, col[0]);
	else if (seen.nrefused == 0)
		fail_msg("%s: refused in silence (%s)", col[0], col[1]);
	for (i = 0; i < seen.nrefused; i++)
		assert_message(&seen.refused[i], col[0]);
	assert_int_equal(is_silent(col[0]), seen.rv == -1 &&
	    strcmp(col[2], "-") != 0);
}

static void
every_bad_file_is_refused_with_its_name_and_a_reason(void **state)
{
	(void)state;
	seen.pass = PASSPHRASE;
	assert_true(table_each("bad.tsv", bad_row, NULL) > 250);
}

/* Some section: which rule breaks first is the parser's to say. */
static void
cites_row(char **col, void *arg)
{
	unsigned *missing = arg;

	seen_file(&seen, "bad", col[0], 0);
	if (strcmp(col[2], "-") != 0 && !is_lenient(col[0]) &&
	    !is_silent(col[0]) && !cites(&seen)) {
		print_message("%s: %s is due: %s\n", col[0], col[2],
		    seen.refused[0].msg);
		++*missing;
	}
}

static void
a_section_is_cited_wherever_the_corpus_has_one(void **state)
{
	unsigned missing = 0;

	(void)state;
	seen.pass = PASSPHRASE;
	(void)table_each("bad.tsv", cites_row, &missing);
	assert_int_equal(missing, 0);
}

static void
pieces_row(char **col, void *arg)
{
	static const size_t chunks[] = { 7, 4093 };
	size_t c;
	unsigned i;

	(void)arg;
	seen_file(&seen, "bad", col[0], 0);
	for (c = 0; c < 2; c++) {
		seen_file(&other, "bad", col[0], chunks[c]);
		assert_int_equal(other.rv, seen.rv);
		assert_string_equal(other.order, seen.order);
		assert_string_equal(other.e.msg, seen.e.msg);
		for (i = 0; i < seen.nrefused; i++)
			assert_string_equal(other.refused[i].msg,
			    seen.refused[i].msg);
	}
}

static void
bad_files_are_refused_alike_from_a_pipe(void **state)
{
	(void)state;
	seen.pass = other.pass = PASSPHRASE;
	(void)table_each("bad.tsv", pieces_row, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_bad_file_is_refused_with_its_name_and_a_reason),
		cmocka_unit_test(
		    a_section_is_cited_wherever_the_corpus_has_one),
		cmocka_unit_test(bad_files_are_refused_alike_from_a_pipe),
	};

	return cmocka_run_group_tests_name("keybad", tests, NULL, NULL);
}
