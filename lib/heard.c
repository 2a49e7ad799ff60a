/* fp.h's other half: a fingerprint that somebody read out. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "b64.h"
#include "err.h"
#include "fp.h"
#include "heard_text.h"
#include "keyline.h"
#include "words.h"

static bool
starts(const char **s, const char *what)
{
	size_t n = strlen(what);

	if (strncasecmp(*s, what, n) != 0)
		return false;
	*s += n;
	return true;
}

/* "sha256:", "SHA256:", "sha256//", "pin-sha256=": which hash? */
static void
prefix(struct btns_heard *h, const char **s)
{
	const char *at = *s;
	bool pin = starts(&at, "pin-");
	int i;

	for (i = 0; i < BTNS_HASH__COUNT; i++) {
		const char *p = at;

		if (!starts(&p, btns_hash_name(i)))
			continue;
		if (!starts(&p, "://") && !starts(&p, "//") &&
		    !starts(&p, ":") && !starts(&p, "="))
			continue;
		if (pin)
			h->enc = BTNS_ENC_SPKI;
		h->hash = i;
		*s = p + (*p == '"');
		return;
	}
}

static int
number(struct words *w, const char *what, unsigned *v, struct btns_err *e)
{
	const char *p;
	size_t n;

	if (!words_next(w, &p, &n) || n != 1 || !isdigit((unsigned char)*p))
		return btns_fail(e, BTNS_E_USAGE, "%s: a number is missing",
		    what);
	*v = (unsigned)(*p - '0');
	return 0;
}

/* RFC 4255 3.1: algorithm, hash type; RFC 6698 2.1: usage, selector, type. */
static int
record(struct btns_heard *h, const char **s, struct btns_err *e)
{
	struct words w = { *s, *s + strlen(*s) };
	const char *p;
	unsigned a, b, c = 0;
	size_t n;
	bool sshfp = false, tlsa = false;

	while (!sshfp && !tlsa && words_next(&w, &p, &n)) {
		sshfp = n == 5 && strncasecmp(p, "SSHFP", 5) == 0;
		tlsa = n == 4 && strncasecmp(p, "TLSA", 4) == 0;
	}
	if (!sshfp && !tlsa)
		return 0;
	if (number(&w, sshfp ? "SSHFP" : "TLSA", &a, e) == -1 ||
	    number(&w, sshfp ? "SSHFP" : "TLSA", &b, e) == -1 ||
	    (tlsa && number(&w, "TLSA", &c, e) == -1))
		return -1;
	if (tlsa && b != 1)
		return btns_fail(e, BTNS_E_USAGE, "RFC 6698 2.1.2: a TLSA of"
		    " selector %u is of a certificate, not of its key", b);
	c = sshfp ? b : c;
	if (c != 1 && c != 2)
		return btns_fail(e, BTNS_E_USAGE, "%s: no hash of type %u",
		    sshfp ? "RFC 4255 3.1.2" : "RFC 6698 2.1.3", c);
	h->enc = sshfp ? BTNS_ENC_SSH : BTNS_ENC_SPKI;
	h->hash = sshfp ? (c == 1 ? BTNS_SHA1 : BTNS_SHA256) :
	    (c == 1 ? BTNS_SHA256 : BTNS_SHA512);
	*s = w.p;
	return 0;
}

/* A hex digit, or what was typed for one; '\0' for anything else. */
static char
digit(char c)
{
	return isxdigit((unsigned char)c) ? (char)tolower((unsigned char)c) :
	    c == 'O' || c == 'o' ? '0' : c == 'l' || c == 'I' || c == 'i' ?
	    '1' : '\0';
}

/* Copy what is hex; true if all of it was. */
static bool
hex(struct btns_heard *h, const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		if (*s == ':' || *s == ' ' || *s == '\t' || *s == '-')
			continue;
		if (strcmp(s, "..") == 0)
			break;
		if (digit(*s) == '\0' || n + 1 >= sizeof(h->text))
			return false;
		h->text[n++] = digit(*s);
	}
	h->text[n] = '\0';
	h->len = n;
	h->spelling = BTNS_HEARD_HEX;
	return n > 0;
}

/*
 * Nearly all hex: a slip, not base64, of which a third would be digits by
 * chance.  The character that is none, or 0.
 */
static char
slip(const char *s)
{
	size_t hex = 0, other = 0;
	char c = '\0';

	for (; *s != '\0'; s++) {
		if (digit(*s) != '\0')
			hex++;
		else if (strchr(" \t:-.", *s) == NULL) {
			c = other++ == 0 ? *s : c;
		}
	}
	return hex >= 24 && other <= 3 && isgraph((unsigned char)c) ? c :
	    '\0';
}

/* xopin-favom-...-fyxux, and its checksum is ours to compare later. */
static bool
babble(struct btns_heard *h, const char *s)
{
	size_t n = strlen(s), i;

	if (n < 5 || n >= BTNS_BABBLE_MAX || s[5] != '-' ||
	    tolower((unsigned char)*s) != 'x')
		return false;
	for (i = 0; i < n; i++) {
		h->text[i] = (char)tolower((unsigned char)s[i]);
		if (i % 6 == 5 ? s[i] != '-' : !isalpha((unsigned char)s[i]))
			return false;
	}
	h->text[n] = '\0';
	h->len = n;
	h->spelling = BTNS_HEARD_BABBLE;
	return true;
}

/* libreswan's 0s; but a digest may begin so as well. */
static const char *
after_0s(const struct btns_heard *h)
{
	return strncmp(h->text, "0s", 2) == 0 ? h->text + 2 : h->text;
}

static bool
base64(struct btns_heard *h, const char *s)
{
	size_t n = 0;

	for (; *s != '\0' && *s != '='; s++) {
		if (*s == ' ' || *s == '\t')
			continue;
		if (!btns_b64_is(*s) || n + 1 >= sizeof(h->text))
			return false;
		h->text[n++] = *s;
	}
	if (s[strspn(s, "=\"; \t")] != '\0')
		return false;
	h->text[n] = '\0';
	h->len = n;
	h->spelling = BTNS_HEARD_BASE64;
	return n > 0;
}

/* The walk of the bishop alone, without its frame. */
static bool
picture(char walk[BTNS_PICTURE_X * BTNS_PICTURE_Y], const char *s)
{
	const char *bar;
	size_t n = 0;

	while ((bar = strchr(s, '|')) != NULL && n < BTNS_PICTURE_Y) {
		if (strcspn(++bar, "|\n") != BTNS_PICTURE_X ||
		    bar[BTNS_PICTURE_X] != '|')
			return false;
		memcpy(walk + n++ * BTNS_PICTURE_X, bar, BTNS_PICTURE_X);
		s = bar + BTNS_PICTURE_X + 1;
	}
	return n == BTNS_PICTURE_Y && bar == NULL;
}

/* Four words or more of letters alone, and a half of them ours: 1, 0, -1. */
static int
in_words(struct btns_heard *h, const char *s, struct btns_err *e)
{
	struct words w = { s, s + strlen(s) };
	const char *p, *unknown = NULL, *near;
	size_t n, len = 0, known = 0, all = 0;
	int number;

	while (words_next(&w, &p, &n)) {
		if (strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
		    "stuvwxyz") < n || all == BTNS_WORDS_MAX)
			return 0;
		if ((number = btns_word_find(p, n)) != -1) {
			h->word[all] = (uint16_t)number;
			known++;
		} else if (unknown == NULL) {
			unknown = p;
			len = n;
		}
		all++;
	}
	if (all < 4 || 2 * known < all)
		return 0;
	h->spelling = BTNS_HEARD_WORDS;
	h->len = all;
	if (unknown == NULL)
		return 1;
	near = btns_word_near(unknown, len);
	return btns_fail(e, BTNS_E_USAGE, "%.*s is no word of the list%s%s",
	    len < 20 ? (int)len : 20, unknown, near == NULL ? "" :
	    "; perhaps ", near == NULL ? "" : near);
}

static int
too_little(const struct btns_heard *h, const char *s, struct btns_err *e)
{
	if (h->spelling == BTNS_HEARD_HEX && h->len < BTNS_PROOF_DIGITS)
		return btns_fail(e, BTNS_E_USAGE, "%zu digits; %d are the"
		    " least that proves anything", h->len, BTNS_PROOF_DIGITS);
	if (h->spelling == BTNS_HEARD_WORDS && h->len < BTNS_PROOF_WORDS)
		return btns_fail(e, BTNS_E_USAGE, "%zu words; %d are the"
		    " least that proves anything", h->len, BTNS_PROOF_WORDS);
	if (h->spelling != BTNS_HEARD_BASE64)
		return 0;
	if (h->hash == -1 && strlen(after_0s(h)) == 9)
		return btns_fail(e, BTNS_E_USAGE, "%s: an rsaid is 22 bits of"
		    " the key and proves nothing", s);
	/* 22 characters are the first to hold 128 bits. */
	if (h->len < 22)
		return btns_fail(e, BTNS_E_USAGE, "%zu characters of base64;"
		    " 22 are the least that proves anything", h->len);
	return 0;
}

/*
 * ssh-rsa AAAA..., rightrsasigkey=0s..., ... IPSECKEY ...: the key itself.
 * 1, 0 for none, or -1 for trouble of our own.
 */
static int
key_line(struct btns_heard *h, const char *s, struct btns_err *e)
{
	enum btns_line is_a = btns_line_is(s, strlen(s));
	enum btns_keymark mark;

	h->spelling = BTNS_HEARD_KEY;
	if (is_a == BTNS_LINE_TEXT || is_a == BTNS_LINE_BASE64)
		return 0;
	if (btns_line_key(&h->key, &mark, is_a, s, strlen(s), e) == 0)
		return mark == BTNS_MARK_NONE;
	return e->code == BTNS_E_FORMAT ? 0 : -1;
}

int
btns_heard_parse(struct btns_heard *h, const char *text, struct btns_err *e)
{
	char plain[2 * BTNS_ENC_MAX];
	const char *s = text;
	int is_key, rv;
	char c;

	memset(h, 0, offsetof(struct btns_heard, text));
	h->hash = h->enc = -1;
	if (picture(h->text, s)) {
		h->spelling = BTNS_HEARD_PICTURE;
		h->len = BTNS_PICTURE_X * BTNS_PICTURE_Y;
		return 0;
	}
	if (!heard_plain(plain, sizeof(plain), s))
		return btns_fail(e, BTNS_E_USAGE, "too long for a"
		    " fingerprint");
	s = plain;
	while (*s == ' ' || *s == '\t')
		s++;
	prefix(h, &s);
	if (record(h, &s, e) == -1)
		return -1;
	/* A line of btnskey show's, pasted whole. */
	if (starts(&s, "read out ") || starts(&s, "fingerprint "))
		s += strspn(s, " \t");
	if ((c = slip(s)) != '\0')
		return btns_fail(e, BTNS_E_USAGE, "'%c' is no hex digit", c);
	if ((rv = in_words(h, s, e)) == -1 || heard_group(s, e) == -1)
		return -1;
	if (rv == 1 || hex(h, s) || babble(h, s) || base64(h, s))
		return too_little(h, s, e);
	if ((is_key = key_line(h, s, e)) == 0)
		return btns_fail(e, BTNS_E_USAGE, *s == '\0' ?
		    "an empty fingerprint" :
		    "not a fingerprint in any spelling known here");
	return is_key == 1 ? 0 : -1;
}

static bool
same_picture(const struct btns_heard *h, const uint8_t *digest, size_t n)
{
	char drawn[BTNS_PICTURE_MAX], walk[BTNS_PICTURE_X * BTNS_PICTURE_Y];

	btns_picture(drawn, "", "", digest, n);
	return picture(walk, drawn) && memcmp(walk, h->text, h->len) == 0;
}

/* Does what was heard begin this digest, in the spelling heard? */
static bool
begins(const struct btns_heard *h, enum btns_hash hash, const uint8_t *digest)
{
	char spelt[BTNS_SPELL_MAX];
	size_t n = btns_hash_len(hash), i;

	if (h->spelling == BTNS_HEARD_WORDS) {
		for (i = 0; i < h->len; i++)
			if (i >= BTNS_WORDS_OF(n) ||
			    btns_word_at(digest, n, i) != h->word[i])
				return false;
		return true;
	}
	if (h->spelling == BTNS_HEARD_PICTURE)
		return hash == BTNS_SHA256 && same_picture(h, digest, n);
	if (h->spelling == BTNS_HEARD_HEX)
		btns_hex(spelt, digest, btns_hash_len(hash));
	else {
		btns_b64_encode(spelt, digest, btns_hash_len(hash));
		spelt[strcspn(spelt, "=")] = '\0';
	}
	return h->len <= strlen(spelt) &&
	    memcmp(spelt, h->text, h->len) == 0;
}

/* What so many words are worth, in hex digits of a digest. */
static size_t
word_digits(const struct btns_heard *h, enum btns_hash hash)
{
	size_t n = h->len * BTNS_WORD_BITS / 4, all = 2 * btns_hash_len(hash);

	return n < all ? n : all;
}

static int
try_hashes(struct btns_verdict *v, const struct btns_heard *h,
    enum btns_enc enc, const uint8_t *p, size_t n, struct btns_err *e)
{
	char spelt[BTNS_BABBLE_MAX];
	uint8_t digest[BTNS_HASH_MAX];
	int i;
	bool same;

	for (i = 0; i < BTNS_HASH__COUNT; i++) {
		if (h->hash != -1 && h->hash != i)
			continue;
		if (h->spelling == BTNS_HEARD_BABBLE &&
		    (i != BTNS_SHA1 || enc != BTNS_ENC_SSH))
			continue;
		if (btns_hash(digest, i, p, n, e) == -1)
			return -1;
		if (h->spelling == BTNS_HEARD_BABBLE) {
			btns_babble(spelt, digest);
			same = strcmp(spelt, h->text) == 0;
		} else
			same = begins(h, i, digest);
		if (!same)
			continue;
		v->what = enc == BTNS_ENC_MODULUS ? BTNS_MATCH_CKAID :
		    h->spelling == BTNS_HEARD_PICTURE ? BTNS_MATCH_PICTURE :
		    BTNS_MATCH;
		v->enc = enc;
		v->hash = i;
		v->digits = (unsigned)(h->spelling == BTNS_HEARD_HEX ? h->len :
		    h->spelling == BTNS_HEARD_BABBLE ? 40 :
		    h->spelling == BTNS_HEARD_WORDS ? word_digits(h, i) :
		    h->len * 6 / 4);
		return 0;
	}
	return 0;
}

/* The key itself, in base64. */
static void
try_whole(struct btns_verdict *v, const struct btns_heard *h,
    enum btns_enc enc, const uint8_t *p, size_t n)
{
	char b64[BTNS_B64_LEN(BTNS_ENC_MAX) + 1];

	if (h->spelling != BTNS_HEARD_BASE64 || h->hash != -1 ||
	    enc == BTNS_ENC_MODULUS)
		return;
	btns_b64_encode(b64, p, n);
	b64[strcspn(b64, "=")] = '\0';
	if (strcmp(b64, h->text) != 0 && strcmp(b64, after_0s(h)) != 0)
		return;
	v->what = BTNS_MATCH;
	v->enc = enc;
	v->hash = -1;
	v->digits = (unsigned)(2 * n);
}

static void
near_words(struct btns_verdict *v, const struct btns_heard *h,
    const struct btns_fp *fp)
{
	unsigned i, at = 0, wrong = 0;

	if (h->len > BTNS_WORDS_OF(BTNS_FP_LEN))
		return;
	v->words = true;
	v->groups = (unsigned)h->len;
	for (at = 1; at + h->len <= BTNS_WORDS_OF(BTNS_FP_LEN); at++) {
		for (i = 0; i < h->len && btns_word_at(fp->b, BTNS_FP_LEN,
		    at + i) == h->word[i]; i++)
			;
		if (i == h->len) {
			v->later = true;
			v->group = at + 1;
			return;
		}
	}
	for (i = 0; i < h->len; i++)
		if (btns_word_at(fp->b, BTNS_FP_LEN, i) != h->word[i]) {
			at = i;
			wrong++;
		}
	if (wrong != 1)
		return;
	v->group = at + 1;
	(void)snprintf(v->heard_group, sizeof(v->heard_group), "%s",
	    btns_word(h->word[at]));
}

static void
near_groups(struct btns_verdict *v, const struct btns_heard *h,
    const struct btns_fp *fp)
{
	char ours[BTNS_FP_HEX];
	size_t i;

	if (h->len % 4 != 0 || h->len >= sizeof(ours))
		return;
	btns_fp_hex(ours, fp);
	v->groups = (unsigned)(h->len / 4);
	for (i = 4; i + h->len < sizeof(ours); i += 4)
		if (memcmp(ours + i, h->text, h->len) == 0) {
			v->later = true;
			v->group = (unsigned)(i / 4 + 1);
			return;
		}
	for (i = 0; i < h->len; i += 4) {
		if (memcmp(ours + i, h->text + i, 4) == 0)
			continue;
		if (v->group != 0) {
			v->group = 0;
			return;
		}
		v->group = (unsigned)(i / 4 + 1);
		memcpy(v->heard_group, h->text + i, 4);
	}
}

/*
 * One group or word misheard: all others agree with the canonical
 * fingerprint; or all of them, but from its middle.  Naming it gives nothing
 * away that was not said.
 */
static void
near_miss(struct btns_verdict *v, const struct btns_heard *h,
    const struct btns_key *k)
{
	struct btns_err e;
	struct btns_fp fp;

	if ((h->spelling != BTNS_HEARD_HEX &&
	    h->spelling != BTNS_HEARD_WORDS) || btns_fp_of(&fp, k, &e) == -1)
		return;
	if (h->spelling == BTNS_HEARD_WORDS)
		near_words(v, h, &fp);
	else
		near_groups(v, h, &fp);
}

const char *
btns_verdict_idle(const struct btns_verdict *v)
{
	return v->what == BTNS_MATCH_CKAID ? "a CKAID leaves out the exponent"
	    " and proves nothing" : v->what == BTNS_MATCH_PICTURE ?
	    "it looks the same, but so do many keys: a picture proves nothing"
	    : NULL;
}

void
btns_verdict_again(char *out, size_t size, const struct btns_verdict *v)
{
	const char *what = v->words ? "word" : "group";

	*out = '\0';
	if (v->later)
		(void)snprintf(out, size, "these are %ss %u to %u of it; ask"
		    " for those from %s 1 on", what, v->group, v->group +
		    v->groups - 1, what);
	else if (v->group != 0)
		(void)snprintf(out, size, "%s %u is not %s, the other %u"
		    " agree; ask for %s %u again", what, v->group,
		    v->heard_group, v->groups - 1, what, v->group);
}

int
btns_heard_match(struct btns_verdict *v, const struct btns_heard *h,
    const struct btns_key *k, struct btns_err *e)
{
	struct btns_err ignored;
	uint8_t buf[BTNS_ENC_MAX];
	size_t n;
	int enc;

	memset(v, 0, sizeof(*v));
	if (h->spelling == BTNS_HEARD_KEY) {
		v->what = btns_key_same(&h->key, k) ? BTNS_MATCH :
		    BTNS_NO_MATCH;
		v->hash = -1;
		v->digits = 2 * (unsigned)k->publen;
		return 0;
	}
	for (enc = 0; enc < BTNS_ENC__COUNT; enc++) {
		if (h->enc != -1 && h->enc != enc)
			continue;
		if (btns_key_encode(buf, &n, k, enc, &ignored) == -1)
			continue;	/* no such encoding of this type */
		try_whole(v, h, enc, buf, n);
		if (v->what == BTNS_NO_MATCH &&
		    try_hashes(v, h, enc, buf, n, e) == -1)
			return -1;
		if (v->what == BTNS_MATCH || v->what == BTNS_MATCH_PICTURE)
			return 0;
	}
	if (v->what == BTNS_NO_MATCH)
		near_miss(v, h, k);
	return 0;
}
