/* Spellings that fill more than a line. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/qr.h"
#include "../wrap.h"
#include "rsafp.h"

#define LINE	32		/* digits */
#define QUIET	2		/* modules around a code on a screen */
#define DOTS	8		/* of a module in a PNG */
#define BLOCK	"\xe2\x96\x88"	/* U+2588, and its halves */
#define UPPER	"\xe2\x96\x80"
#define LOWER	"\xe2\x96\x84"

bool
rsafp_is_picture(enum btns_spell s)
{
	return s >= BTNS_SPELL_PICTURE;
}

/* "390d 26b2 e447 b49b  e903 b75f 2ebb 00af", 32 digits a line if they fit. */
static void
groups(const struct rsafp *r, const uint8_t *digest)
{
	unsigned columns = wrap_columns(STDOUT_FILENO);
	size_t n = btns_hash_len(r->hash), i, bytes = columns >= 48 ? LINE / 2 :
	    columns >= 28 ? LINE / 4 : LINE / 8, end;
	char hex[LINE + 1], line[64];

	for (i = 0; i < n; i = end) {
		end = n - i < bytes ? n : i + bytes;
		btns_hex(hex, digest + i, end - i);
		hex_groups(line, sizeof(line), hex, strlen(hex));
		printf("%5zu  %s%s\n", i / bytes + 1, line,
		    end != LINE / 2 || n == end ? "" : bytes == LINE / 2 &&
		    columns >= 72 ? "    (this line is enough)" :
		    columns >= 36 ? "    (enough)" : "\n    (enough)");
	}
}

static void
words(const struct rsafp *r, const uint8_t *digest)
{
	unsigned columns = wrap_columns(STDOUT_FILENO), left;
	size_t n = btns_hash_len(r->hash), all = BTNS_WORDS_OF(n), i, row;
	bool last;

	for (row = 6; row > 1 && 7 + row * (BTNS_WORD_LEN + 1) > columns;)
		row = row == 6 ? 4 : row - 1;
	left = columns - (unsigned)(6 + row * (BTNS_WORD_LEN + 1));
	for (i = 0; i < all; i++) {
		last = i % row == row - 1 || i + 1 == all;
		if (i % row == 0)
			printf("%5zu  ", i / row + 1);
		printf("%-*s%s", last && i != 11 ? 0 : BTNS_WORD_LEN,
		    btns_word(btns_word_at(digest, n, i)), last ? "" : " ");
		if (last)
			puts(i != 11 || n <= 16 ? "" : left < 20 ?
			    "\n    (12 are enough)" : "    (12 are enough)");
	}
}

static void
picture(const struct rsafp *r, const struct btns_key *k,
    const uint8_t *digest)
{
	char top[32], bottom[32], drawn[BTNS_PICTURE_MAX], *p;

	(void)snprintf(top, sizeof(top), "[%s %u]", k->type == BTNS_RSA ?
	    "RSA" : k->type == BTNS_ED25519 ? "ED25519" : "ECDSA", k->bits);
	(void)snprintf(bottom, sizeof(bottom), "[%s]",
	    btns_hash_name(r->hash));
	for (p = bottom; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	btns_picture(drawn, top, bottom, digest, btns_hash_len(r->hash));
	fputs(drawn, stdout);
}

/* By the variables alone: the program stays in the C locale. */
static bool
utf8(void)
{
	const char *v;

	if (((v = getenv("LC_ALL")) == NULL || *v == '\0') &&
	    ((v = getenv("LC_CTYPE")) == NULL || *v == '\0') &&
	    (v = getenv("LANG")) == NULL)
		return false;
	return strcasestr(v, "utf-8") != NULL || strcasestr(v, "utf8") !=
	    NULL;
}

/*
 * Screens are dark: what is light is drawn.  Half blocks take two rows a
 * line; without UTF-8 a module is two characters wide.
 */
static void
blocks(const struct btns_qr *qr)
{
	static const char *const half[] = { BLOCK, UPPER, LOWER, " " };
	bool wide = !utf8();
	int x, y, end = qr->width + QUIET;

	for (y = -QUIET; y < end; y += wide ? 1 : 2) {
		for (x = -QUIET; x < end; x++)
			fputs(!wide ? half[btns_qr_dark(qr, x, y) * 2 +
			    (y + 1 >= end || btns_qr_dark(qr, x, y + 1))] :
			    btns_qr_dark(qr, x, y) ? "  " : "##", stdout);
		putchar('\n');
	}
}

static void
xml(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s == '<')
			fputs("&lt;", stdout);
		else if (*s == '>')
			fputs("&gt;", stdout);
		else if (*s == '&')
			fputs("&amp;", stdout);
		else
			putchar(*s);
}

/* The code, and below it what it says, for a sheet of paper. */
static void
svg(const struct rsafp *r, const struct btns_qr *qr, const char *object,
    const char *family, const uint8_t *digest)
{
	int side = qr->width + 2 * BTNS_QR_MARGIN, x, y;
	size_t n = btns_hash_len(r->hash), i;
	char all[BTNS_SPELL_MAX];

	printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %zu\""
	    " width=\"%dmm\">\n<rect width=\"100%%\" height=\"100%%\""
	    " fill=\"#fff\"/>\n<path d=\"", side, (size_t)side + 4 +
	    2 * ((n + 15) / 16), 2 * side);
	for (y = 0; y < side; y++)
		for (x = 0; x < side; x++)
			if (btns_qr_dark(qr, x - BTNS_QR_MARGIN,
			    y - BTNS_QR_MARGIN))
				printf("M%d %dh1v1h-1z", x, y);
	printf("\"/>\n<g font-family=\"monospace\" font-size=\"1.5\">\n"
	    "<text x=\"%d\" y=\"%d\">", BTNS_QR_MARGIN, side);
	xml(object);
	printf(" (%s), %s %s</text>", family, btns_enc_name(r->enc),
	    btns_hash_name(r->hash));
	btns_spell(all, BTNS_SPELL_GROUPS, r->hash, digest);
	for (i = 0; i < n; i += LINE / 2)
		printf("\n<text x=\"%d\" y=\"%zu\">%.39s</text>",
		    BTNS_QR_MARGIN, (size_t)side + 3 + i / 8, all + 5 * i / 2);
	puts("\n</g>\n</svg>");
}

static int
code(struct rsafp *r, const struct btns_key *k, const struct btns_keyat *at,
    const uint8_t *digest, struct btns_err *e)
{
	char text[BTNS_SPELL_MAX], hex[2 * BTNS_HASH_MAX + 1], object[1024];
	struct btns_qr qr;
	uint8_t *png;
	size_t n;
	int rv = 0;

	btns_spell(hex, BTNS_SPELL_HEX, r->hash, digest);
	(void)snprintf(text, sizeof(text), "%s:%s", btns_hash_name(r->hash),
	    hex);
	if (btns_qr(&qr, text, e) == -1)
		return -1;
	rsafp_object(object, sizeof(object), at);
	if (r->spell == BTNS_SPELL_QR)
		blocks(&qr);
	else if (r->spell == BTNS_SPELL_SVG)
		svg(r, &qr, object, btns_key_family(k), digest);
	else if ((rv = btns_qr_png(&png, &n, &qr, DOTS, e)) == 0) {
		(void)fwrite(png, 1, n, stdout);
		free(png);
	}
	btns_qr_free(&qr);
	return rv;
}

int
rsafp_view(struct rsafp *r, const struct btns_key *k,
    const struct btns_keyat *at, const uint8_t *digest, struct btns_err *e)
{
	bool file = r->spell == BTNS_SPELL_PNG || r->spell == BTNS_SPELL_SVG;
	char object[1024];

	if (file && r->viewed++ > 0)
		return btns_fail(e, BTNS_E_USAGE, "%s: -s %s is a file of one"
		    " key", at->file, r->spell == BTNS_SPELL_PNG ? "png" :
		    "svg");
	if (!file && !r->cli->quiet) {
		rsafp_object(object, sizeof(object), at);
		printf("%u %s%s%s %s (%s%s)\n", k->bits,
		    r->enc == BTNS_ENC_SPKI ? "" : btns_enc_name(r->enc),
		    r->enc == BTNS_ENC_SPKI ? "" : " ",
		    btns_hash_name(r->hash), object, btns_key_family(k),
		    btns_key_weak(k) ? ", weak" : "");
	}
	if (r->spell == BTNS_SPELL_GROUPS)
		groups(r, digest);
	else if (r->spell == BTNS_SPELL_WORDS)
		words(r, digest);
	else if (r->spell == BTNS_SPELL_PICTURE)
		picture(r, k, digest);
	else
		return code(r, k, at, digest, e);
	return 0;
}
