#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "common.h"
#include "../../cmd/out.h"

static void
assert_escaped(const char *text, const char *want)
{
	char out[512];

	out_escape(out, sizeof(out), text);
	assert_string_equal(out, want);
}

static void
plain_text_passes_unchanged(void **state)
{
	static const char *const plain[] = { "", "gw.example.org",
	    "a b~!\"'$", "gr\xc3\xbc\xc3\x9f", "\xe6\xbc\xa2\xe5\xad\x97",
	    "\xf0\x9f\x94\x91", "\xc2\xa0", "\xe2\x82\xac",
	    "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		assert_escaped(plain[i], plain[i]);
}

static void
every_control_byte_is_escaped(void **state)
{
	char text[4] = "aXb", want[8];
	int c;

	(void)state;
	for (c = 1; c < 0x20; c++) {
		text[1] = (char)c;
		(void)snprintf(want, sizeof(want), "a\\x%02xb", c);
		assert_escaped(text, want);
	}
	assert_escaped("\x7f", "\\x7f");
	assert_escaped("a\xcd\x8f", "a\\xcd\\x8f");
	assert_escaped("a\xef\xb8\x8f", "a\\xef\\xb8\\x8f");
	assert_escaped("a\nb\tc\rd\033[2J", "a\\x0ab\\x09c\\x0dd\\x1b[2J");
}

static void
c1_controls_are_escaped_in_utf_8_and_alone(void **state)
{
	char text[3] = "\xc2X", want[16];
	int c;

	(void)state;
	for (c = 0x80; c < 0xa0; c++) {
		text[1] = (char)c;
		(void)snprintf(want, sizeof(want), "\\xc2\\x%02x", c);
		assert_escaped(text, want);
		assert_escaped(text + 1, want + 4);
	}
}

/* Direction, joining, and what isn't seen at all. */
static void
marks_that_hide_or_turn_text_are_escaped(void **state)
{
	static const struct { const char *text, *want; } marks[] = {
		{ "\xe2\x80\x8b", "\\xe2\\x80\\x8b" },	/* U+200B */
		{ "\xe2\x80\x8e", "\\xe2\\x80\\x8e" },	/* U+200E */
		{ "\xe2\x80\x8f", "\\xe2\\x80\\x8f" },	/* U+200F */
		{ "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },	/* U+2028 */
		{ "\xe2\x80\xaa", "\\xe2\\x80\\xaa" },	/* U+202A */
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae" },	/* U+202E */
		{ "\xe2\x81\xa0", "\\xe2\\x81\\xa0" },	/* U+2060 */
		{ "\xe2\x81\xa6", "\\xe2\\x81\\xa6" },	/* U+2066 */
		{ "\xe2\x81\xa9", "\\xe2\\x81\\xa9" },	/* U+2069 */
		{ "\xef\xbb\xbf", "\\xef\\xbb\\xbf" },	/* U+FEFF */
		{ "\xd8\x9c", "\\xd8\\x9c" },		/* U+061C */
		{ "\xc2\xad", "\\xc2\\xad" },		/* U+00AD */
		{ "\xe1\xa0\x8e", "\\xe1\\xa0\\x8e" },	/* U+180E */
		{ "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81" }, /* E0041 */
	};
	size_t i, bad = 0;
	char out[32];

	(void)state;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		out_escape(out, sizeof(out), marks[i].text);
		if (strcmp(out, marks[i].want) == 0)
			continue;
		bad++;
		print_message("not escaped: %s\n", marks[i].want);
	}
	assert_int_equal(bad, 0);
}

static void
what_is_no_utf_8_is_escaped_byte_by_byte(void **state)
{
	(void)state;
	assert_escaped("a\xff" "b", "a\\xffb");
	assert_escaped("\xc3", "\\xc3");
	assert_escaped("\xc3(", "\\xc3(");
	assert_escaped("\xe2\x82", "\\xe2\\x82");
	assert_escaped("\xc0\xaf", "\\xc0\\xaf");	/* overlong */
	assert_escaped("\xc1\xbf", "\\xc1\\xbf");
	assert_escaped("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
	assert_escaped("\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf");
	assert_escaped("\xed\xa0\x80", "\\xed\\xa0\\x80"); /* surrogate */
	assert_escaped("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	assert_escaped("\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80");
	assert_escaped("\xc3\xa9\xa9", "\xc3\xa9\\xa9");
}

static void
an_escape_cannot_be_forged(void **state)
{
	(void)state;
	assert_escaped("\\x1b", "\\x5cx1b");
	assert_escaped("\\", "\\x5c");
}

static void
a_small_buffer_gets_the_beginning(void **state)
{
	char out[16], full[64];
	size_t size;

	(void)state;
	out_escape(full, sizeof(full), "ab\ncd\xc3\xa9xyz");
	for (size = 1; size <= sizeof(out); size++) {
		memset(out, '#', sizeof(out));
		out_escape(out, size, "ab\ncd\xc3\xa9xyz");
		assert_true(strlen(out) < size);
		/* Nothing is left out of the middle. */
		assert_int_equal(strncmp(out, full, strlen(out)), 0);
	}
}

static const struct out_col cols[] = {
	{ .key = "name", .title = "NAME", .width = 6 },
	{ .key = "n", .title = "N", .width = 3 },
	{ .key = "yes" },
	{ .key = "note", .title = "NOTE" },
};
#define NCOLS	(sizeof(cols) / sizeof(cols[0]))

/* What two rows look like; the caller frees it. */
static char *
render(enum out_format fmt, const char *name, const char *note)
{
	FILE *fp = tmpfile();
	char *text = calloc(1, 8192);
	struct btns_err e;
	struct out o;
	int was, rv;

	assert_non_null(fp);
	assert_non_null(text);
	(void)fflush(stdout);
	was = dup(STDOUT_FILENO);
	(void)dup2(fileno(fp), STDOUT_FILENO);
	out_begin(&o, fmt, cols, NCOLS);
	out_str(&o, name);
	out_int(&o, -7);
	out_bool(&o, 1);
	out_str(&o, note);
	out_str(&o, "b");
	out_int(&o, INT64_MAX);
	out_bool(&o, 0);
	out_both(&o, "short", "whole");
	rv = out_end(&o, &e);
	(void)dup2(was, STDOUT_FILENO);
	(void)close(was);
	rewind(fp);
	assert_true(fread(text, 1, 8191, fp) <= 8191);
	(void)fclose(fp);
	assert_int_equal(rv, 0);
	return text;
}

static void
assert_rendered(enum out_format fmt, const char *name, const char *note,
    const char *want)
{
	char *text = render(fmt, name, note);

	assert_string_equal(text, want);
	free(text);
}

/* A value wider than its column pushes the next one along. */
static void
the_same_rows_come_out_in_every_format(void **state)
{
	(void)state;
	assert_rendered(OUT_TABLE, "a", NULL,
	    "NAME    N    NOTE\n"
	    "a       -7   -\n"
	    "b       9223372036854775807  short\n");
	assert_rendered(OUT_TSV, "a", NULL,
	    "a\t-7\tyes\t-\n"
	    "b\t9223372036854775807\tno\twhole\n");
	assert_rendered(OUT_JSON, "a", NULL,
	    "{\"name\":\"a\",\"n\":-7,\"yes\":true,\"note\":null}\n"
	    "{\"name\":\"b\",\"n\":9223372036854775807,\"yes\":false,"
	    "\"note\":\"whole\"}\n");
}

static void
a_hostile_value_stays_in_its_cell(void **state)
{
	static const char evil[] = "x\ty\nb\t0\tno\twhole\r\033[2J\xff";

	(void)state;
	assert_rendered(OUT_TSV, evil, evil,
	    "x\\x09y\\x0ab\\x090\\x09no\\x09whole\\x0d\\x1b[2J\\xff\t-7\tyes"
	    "\tx\\x09y\\x0ab\\x090\\x09no\\x09whole\\x0d\\x1b[2J\\xff\n"
	    "b\t9223372036854775807\tno\twhole\n");
	assert_rendered(OUT_TABLE, "x\ny", "\x1b]0;t\x07",
	    "NAME    N    NOTE\n"
	    "x\\x0ay  -7   \\x1b]0;t\\x07\n"
	    "b       9223372036854775807  short\n");
}

/* The first row, as a reader of JSON sees its name. */
static void
assert_json_name(const char *name, const char *want)
{
	char *text = render(OUT_JSON, name, "n"), *nl = strchr(text, '\n');
	const unsigned char *p;
	json_t *v;

	assert_non_null(nl);
	*nl = '\0';
	v = json_loads(text, 0, NULL);
	assert_non_null(v);
	assert_string_equal(json_string_value(json_object_get(v, "name")),
	    want);
	json_decref(v);
	for (p = (const unsigned char *)text; *p != '\0'; p++)
		assert_true(*p >= 0x20 && *p != 0x7f);
	free(text);
}

static void
json_keeps_text_and_escapes_what_is_none(void **state)
{
	(void)state;
	assert_json_name("a\"b\\c", "a\"b\\c");
	assert_json_name("a\nb\tc\033[2J\001", "a\nb\tc\033[2J\001");
	assert_json_name("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
	assert_json_name("a\xff" "b", "a\\xffb");
	assert_json_name("\xed\xa0\x80", "\\xed\\xa0\\x80");
	assert_json_name("", "");
}

/* A terminal is steered by what jq -c or cat would show, too. */
static void
json_holds_no_byte_that_steers_a_terminal(void **state)
{
	static const char *const marks[] = { "\xc2\x9b[31m",
	    "\xe2\x80\xae", "\xd8\x9c" };
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		text = render(OUT_JSON, marks[i], "n");
		assert_null(strstr(text, marks[i]));
		free(text);
	}
}

static void
no_row_is_no_output_in_any_format(void **state)
{
	struct btns_err e;
	struct out o;
	int fmt;

	(void)state;
	for (fmt = OUT_TABLE; fmt <= OUT_TSV; fmt++) {
		out_begin(&o, fmt, cols, NCOLS);
		assert_int_equal(out_end(&o, &e), 0);
		assert_int_equal(o.nrow, 0);
	}
}

static void
a_failed_write_is_reported_at_the_end(void **state)
{
	struct btns_err e;
	struct out o;
	int was, rv;

	(void)state;
	if (access("/dev/full", W_OK) == -1)
		skip();
	(void)fflush(stdout);
	was = dup(STDOUT_FILENO);
	assert_non_null(freopen("/dev/full", "w", stdout));
	out_begin(&o, OUT_TSV, cols, 1);
	out_str(&o, "x");
	rv = out_end(&o, &e);
	clearerr(stdout);
	(void)dup2(was, STDOUT_FILENO);
	(void)fflush(stdout);
	(void)close(was);
	assert_failed(rv, &e, BTNS_E_SYS, "standard output: No space left");
}

static void
formats_have_names(void **state)
{
	(void)state;
	assert_int_equal(out_format_parse("table"), OUT_TABLE);
	assert_int_equal(out_format_parse("json"), OUT_JSON);
	assert_int_equal(out_format_parse("tsv"), OUT_TSV);
	assert_int_equal(out_format_parse("JSON"), -1);
	assert_int_equal(out_format_parse(""), -1);
}

int
main(void)
{
#define T(f)	cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(plain_text_passes_unchanged),
		T(every_control_byte_is_escaped),
		T(c1_controls_are_escaped_in_utf_8_and_alone),
		T(marks_that_hide_or_turn_text_are_escaped),
		T(what_is_no_utf_8_is_escaped_byte_by_byte),
		T(an_escape_cannot_be_forged),
		T(a_small_buffer_gets_the_beginning),
		T(the_same_rows_come_out_in_every_format),
		T(a_hostile_value_stays_in_its_cell),
		T(json_keeps_text_and_escapes_what_is_none),
		T(json_holds_no_byte_that_steers_a_terminal),
		T(no_row_is_no_output_in_any_format),
		T(a_failed_write_is_reported_at_the_end),
		T(formats_have_names),
	};

	return cmocka_run_group_tests_name("out", tests, NULL, NULL);
}
