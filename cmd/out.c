#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "../lib/err.h"
#include "out.h"
#include "wrap.h"

#define LAST	16	/* columns that the last of a table needs */

const char *const out_formats[] = { "table", "json", "tsv", NULL };

int
out_format_parse(const char *s)
{
	int i;

	for (i = 0; out_formats[i] != NULL; i++)
		if (strcmp(s, out_formats[i]) == 0)
			return i;
	return -1;
}

/* Length of the well-formed UTF-8 sequence at s, or 0 (RFC 3629 4). */
static size_t
utf8(const unsigned char *s)
{
	size_t n, i;

	if (s[0] < 0x80)
		return 1;
	n = s[0] >= 0xc2 && s[0] <= 0xdf ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 :
	    s[0] >= 0xf0 && s[0] <= 0xf4 ? 4 : 0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

/*
 * C1 controls, marks that turn the direction of text, and zero-width
 * characters can make one name look like another.
 */
static bool
steers(const unsigned char *s, size_t n)
{
	if (n == 1)
		return *s < 0x20 || *s == 0x7f || *s == '\\';
	if (n == 2)		/* and what joins, U+034F */
		return (s[0] == 0xc2 && (s[1] < 0xa0 || s[1] == 0xad)) ||
		    (s[0] == 0xcd && s[1] == 0x8f) ||
		    (s[0] == 0xd8 && s[1] == 0x9c);
	if (n == 4)		/* tags, which are not seen at all */
		return s[0] == 0xf3 && s[1] == 0xa0;
	if (s[0] == 0xe1)
		return s[1] == 0xa0 && s[2] == 0x8e;
	if (s[0] == 0xef && s[1] == 0xb8)	/* U+FE00 and on: variants */
		return s[2] <= 0x8f;
	return n == 3 && ((s[0] == 0xe2 && s[1] == 0x80 && s[2] >= 0x8b &&
	    (s[2] <= 0x8f || s[2] >= 0xa8)) || (s[0] == 0xe2 &&
	    s[1] == 0x81) || (s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf));
}

void
out_escape(char *out, size_t size, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n, i, o = 0;

	for (; *s != '\0'; s += n) {
		n = utf8(s);
		if (n == 0 || steers(s, n)) {
			n = n == 0 ? 1 : n;
			if (o + 4 * n >= size)
				break;
			for (i = 0; i < n; i++, o += 4)
				(void)snprintf(out + o, 5, "\\x%02x", s[i]);
		} else {
			if (o + n >= size)
				break;
			memcpy(out + o, s, n);
			o += n;
		}
	}
	out[o] = '\0';
}

void
hex_groups(char *out, size_t size, const char *hex, size_t digits)
{
	size_t i, n = 0;

	for (i = 0; i < digits && n + 3 < size; i++) {
		if (i > 0 && i % 4 == 0)
			out[n++] = ' ';
		if (i > 0 && i % 16 == 0)
			out[n++] = ' ';
		out[n++] = hex[i];
	}
	out[n] = '\0';
}

static const char *
colour(FILE *fp, const char *code)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(fp)) && (no == NULL || *no == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0 ? code : "";
}

const char *
out_red(FILE *fp)
{
	return colour(fp, "\033[31m");
}

const char *
out_yellow(FILE *fp)
{
	return colour(fp, "\033[33m");
}

const char *
out_plain(FILE *fp)
{
	return colour(fp, "\033[39m");
}

void
out_text(FILE *fp, const char *s)
{
	size_t size = 4 * strlen(s) + 1;
	char small[1024], *buf = size <= sizeof(small) ? small : malloc(size);

	if (buf == NULL)
		return;
	out_escape(buf, size, s);
	fputs(buf, fp);
	if (buf != small)
		free(buf);
}

void
out_begin(struct out *o, enum out_format fmt, const struct out_col *col,
    size_t ncol)
{
	unsigned width = 0, columns = wrap_columns(STDOUT_FILENO);
	size_t i;

	memset(o, 0, sizeof(*o));
	o->fmt = fmt;
	o->col = col;
	o->ncol = ncol;
	if (fmt != OUT_TABLE)
		return;
	for (i = 0; i < ncol; i++)
		if (col[i].title != NULL)
			width += col[i].width == 0 ? LAST :
			    (unsigned)col[i].width + 2;
	if (columns < width)
		o->columns = columns;
}

/* Columns that out_text() takes, wide characters aside. */
static size_t
escaped_len(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n, len = 0;

	for (; *s != '\0'; s += n == 0 ? 1 : n) {
		n = utf8(s);
		len += n == 0 ? 4 : steers(s, n) ? 4 * n : 1;
	}
	return len;
}

static void
heading(struct out *o)
{
	size_t i;

	for (i = 0; i < o->ncol; i++)
		if (o->col[i].title != NULL)
			printf("%-*s", o->col[i].width == 0 ? 0 :
			    o->col[i].width + 2, o->col[i].title);
	putchar('\n');
}

static void
pad(int n)
{
	for (; n > 0; n--)
		putchar(' ');
}

/* "STATE learned  TREE no", as many as fit; what is too long stands alone. */
static void
narrow_cell(struct out *o, const char *title, const char *s)
{
	size_t len = escaped_len(s), all = strlen(title) + 1 + len;

	if (o->used > 0 && o->used + 2 + all <= o->columns) {
		pad(2);
		o->used += 2;
	} else if (o->used > 0) {
		putchar('\n');
		o->used = 0;
	}
	fputs(title, stdout);
	putchar(all > o->columns ? '\n' : ' ');
	out_text(stdout, s);
	o->used += all > o->columns ? len : all;
}

static void
cell(struct out *o, const char *s)
{
	const struct out_col *c = &o->col[o->at];
	int n;

	if (o->fmt == OUT_TSV) {
		if (o->at > 0)
			putchar('\t');
		out_text(stdout, s == NULL ? "-" : s);
		return;
	}
	if (c->title == NULL)
		return;
	s = s == NULL ? "-" : s;
	if (o->columns != 0) {
		narrow_cell(o, c->title, s);
		return;
	}
	out_text(stdout, s);
	if (c->width != 0) {
		n = c->width - (int)escaped_len(s);
		pad(n < 0 ? 2 : n + 2);
	}
}

/*
 * A row that lacks a value is none.  jansson's own growing buffer (2.14)
 * drops text where an allocation fails, and doesn't say so: measure first.
 */
static void
json_row(struct out *o)
{
	const size_t how = JSON_COMPACT | JSON_ENSURE_ASCII;
	size_t n = o->json == NULL || o->failed ? 0 :
	    json_dumpb(o->json, NULL, 0, how);
	char *s = n == 0 ? NULL : malloc(n);

	if (s == NULL || json_dumpb(o->json, s, n, how) != n)
		o->failed = 1;
	else {
		(void)fwrite(s, 1, n, stdout);
		putchar('\n');
	}
	free(s);
	json_decref(o->json);
	o->json = NULL;
}

static void
next(struct out *o)
{
	if (++o->at < o->ncol)
		return;
	if (o->fmt == OUT_JSON)
		json_row(o);
	else
		putchar('\n');
	o->at = 0;
	o->used = 0;
	o->nrow++;
}

static void
json_put(struct out *o, json_t *v)
{
	if (o->at == 0)
		o->json = json_object();
	if (json_object_set_new(o->json, o->col[o->at].key, v) == -1)
		o->failed = 1;
	next(o);
}

/* Text that isn't UTF-8 has no JSON: escaped, it has. */
static json_t *
json_text(const char *s)
{
	size_t size = 4 * strlen(s) + 1, n;
	const char *p;
	json_t *v = NULL;
	char *buf;

	for (p = s; *p != '\0'; p += n)
		if ((n = utf8((const unsigned char *)p)) == 0)
			break;
	if (*p == '\0')
		return json_string(s);
	if ((buf = malloc(size)) != NULL) {
		out_escape(buf, size, s);
		v = json_string(buf);
		free(buf);
	}
	return v;
}

static void
text(struct out *o, const char *s)
{
	if (o->fmt == OUT_TABLE && o->at == 0 && o->columns == 0 &&
	    o->nrow == 0)
		heading(o);
	else if (o->columns != 0 && o->at == 0 && o->nrow > 0)
		putchar('\n');
	cell(o, s);
	next(o);
}

void
out_str(struct out *o, const char *s)
{
	if (o->fmt == OUT_JSON)
		json_put(o, s == NULL ? json_null() : json_text(s));
	else
		text(o, s);
}

void
out_int(struct out *o, int64_t v)
{
	char buf[24];

	if (o->fmt == OUT_JSON) {
		json_put(o, json_integer(v));
		return;
	}
	(void)snprintf(buf, sizeof(buf), "%" PRId64, v);
	text(o, buf);
}

void
out_bool(struct out *o, int v)
{
	if (o->fmt == OUT_JSON)
		json_put(o, json_boolean(v));
	else
		text(o, v ? "yes" : "no");
}

void
out_both(struct out *o, const char *table, const char *whole)
{
	out_str(o, o->fmt == OUT_TABLE ? table : whole);
}

int
out_end(struct out *o, struct btns_err *e)
{
	if (o->failed)
		return btns_fail(e, BTNS_E_NOMEM, "output: out of memory");
	if (fflush(stdout) == EOF || ferror(stdout))
		return btns_fail_sys(e, "standard output");
	return 0;
}
