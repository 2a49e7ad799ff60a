#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "b64.h"
#include "err.h"
#include "input.h"
#include "keyder.h"
#include "keydns.h"
#include "keyline.h"
#include "keyssh.h"
#include "words.h"

static bool
is(const char *p, size_t n, const char *s)
{
	return n == strlen(s) && strncasecmp(p, s, n) == 0;
}

/* A type of OpenSSH's and what looks like its blob: where they stand. */
static bool
find_ssh(const char *s, size_t len, struct words *at)
{
	struct words w = { s, s + len }, before;
	const char *p, *q;
	size_t n, m, i;

	for (i = 0, before = w; words_next(&w, &p, &n); before = w, i++) {
		if (!btns_ssh_type(p, n))
			continue;
		*at = before;
		before = w;
		if (!words_next(&w, &q, &m))
			return i == 0 && n == len;
		if ((m >= 4 && memcmp(q, "AAAA", 4) == 0) ||
		    (i == 0 && !words_next(&w, &q, &m)))
			return true;
		w = before;
	}
	return false;
}

static size_t
b64_run(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n && (btns_b64_is(p[i]) || p[i] == '='); i++)
		continue;
	return i;
}

/* libreswan's pubkey= holds a SubjectPublicKeyInfo without 0s. */
static bool
find_pubkey(const char *s, size_t len, const char **body, size_t *n)
{
	size_t i;

	for (i = 0; i + 7 < len; i++)
		if (memcmp(s + i, "pubkey=", 7) == 0) {
			*body = s + i + 7;
			*n = b64_run(*body, len - i - 7);
			return *n >= 60 && **body == 'M';
		}
	return false;
}

/* Find 0s, as a word of its own or after name= or name=". */
static bool
find_0s(const char *s, size_t len, const char **body, size_t *n)
{
	size_t i;
	bool named = false, word = true;

	if (find_pubkey(s, len, body, n))
		return true;
	for (i = 0; i + 1 < len; i++) {
		if (word && s[i] == '0' && s[i + 1] == 's') {
			*body = s + i + 2;
			*n = b64_run(*body, len - i - 2);
			if (named || *n >= 16 || (i == 0 && *n + 2 == len))
				return true;
		}
		if (s[i] == '=')
			named = word = true;
		else if (s[i] == '"')
			word = true;
		else if (s[i] != ' ' && s[i] != '\t')
			named = word = false;
		else
			word = true;
	}
	return false;
}

static bool
digits(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!isdigit((unsigned char)p[i]))
			return false;
	return n > 0 && n <= 3;
}

/* ... IPSECKEY number, or dig +short's three numbers and more. */
static bool
find_record(const char *s, size_t len)
{
	struct words w = { s, s + len };
	const char *p;
	size_t n, i;
	bool numbers = true;

	for (i = 0; words_next(&w, &p, &n); i++) {
		if (is(p, n, "IPSECKEY")) {
			while (words_next(&w, &p, &n))
				if (*p != '(' || n > 1)
					break;
			return *p == '(' || isdigit((unsigned char)*p);
		}
		numbers = numbers && (i >= 3 || digits(p, n));
		if (i == 4 && numbers)
			return b64_run(p, n) >= 16;
	}
	return false;
}

int
btns_line_base64(const char *s, size_t n)
{
	return n >= 4 && b64_run(s, n) == n;
}

/* Other exponents don't show in the first characters: is it a key? */
static bool
rfc3110(const char *s, size_t n)
{
	uint8_t buf[BTNS_ENC_MAX];
	struct btns_b64 b = { .out = buf, .size = sizeof(buf) };
	struct btns_key k;
	struct btns_err e;

	return n >= BTNS_B64_LEN(BTNS_RSA_MIN_BITS / 8) &&
	    btns_b64_add(&b, s, n, &e) == 0 &&
	    btns_b64_end(&b, true, &e) == 0 &&
	    btns_key_rfc3110(&k, buf, b.len, &e) == 0;
}

/* 60 characters are the least that hold a key: Ed25519 in DER. */
static bool
like_key(const char *s, size_t n)
{
	static const char *const starts[] = {
		"AwEAA",		/* RFC 3110, e = 65537 */
		"AQN", "AQM",		/* RFC 3110, e = 3 */
		"AAAAB3NzaC1y", "AAAAE2VjZHNh", "AAAAC3NzaC1l",
		"MII", "MIG", "MFkw", "MHYw", "MCow"
	};
	size_t i;

	if (n < 60 || !btns_line_base64(s, n))
		return false;
	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(s, starts[i], strlen(starts[i])) == 0)
			return true;
	return rfc3110(s, n);
}

enum btns_line
btns_line_is(const char *s, size_t len)
{
	struct words at;
	const char *body;
	size_t n;

	if (len == 0 || *s == '#' || *s == ';')
		return BTNS_LINE_TEXT;
	if (find_ssh(s, len, &at))
		return BTNS_LINE_SSH;
	if (find_record(s, len))
		return BTNS_LINE_RECORD;
	if (find_0s(s, len, &body, &n))
		return BTNS_LINE_0S;
	return like_key(s, len) ? BTNS_LINE_BASE64 : BTNS_LINE_TEXT;
}

static int
decode(struct btns_b64 *b, const char *s, size_t n, struct btns_err *e)
{
	if (btns_b64_add(b, s, n, e) == -1 || btns_b64_end(b, true, e) == -1)
		return -1;
	return 0;
}

static enum btns_keymark
mark(const char *s, size_t len)
{
	struct words w = { s, s + len };
	const char *p;
	size_t n;

	if (!words_next(&w, &p, &n) || *p != '@')
		return BTNS_MARK_NONE;
	return is(p, n, "@revoked") ? BTNS_MARK_REVOKED : BTNS_MARK_CA;
}

static int
ssh_line(struct btns_key *k, const char *s, size_t len, struct btns_err *e)
{
	uint8_t buf[2 * BTNS_ENC_MAX];
	struct btns_b64 b = { .out = buf, .size = sizeof(buf) };
	struct words w;
	const char *type, *blob;
	size_t n, m;

	if (!find_ssh(s, len, &w) || !words_next(&w, &type, &n))
		return btns_fail(e, BTNS_E_INTERNAL, "no OpenSSH key");
	if (!words_next(&w, &blob, &m))
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 4253 6.6: no key after its type");
	if (decode(&b, blob, m, e) == -1)
		return -1;
	return btns_key_ssh(k, type, n, buf, b.len, e);
}

/* DER, OpenSSH's wire form or RFC 3110: their first bytes part them. */
static int
blob(struct btns_key *k, const uint8_t *p, size_t n, struct btns_err *e)
{
	if (n > 2 && der_object_size(p, n) == n)
		return btns_key_der(k, btns_kind_of(p, n), p, n, e);
	if (n > 3 && p[0] == 0 && p[1] == 0)
		return btns_key_ssh(k, NULL, 0, p, n, e);
	return btns_key_rfc3110(k, p, n, e);
}

int
btns_line_key(struct btns_key *k, enum btns_keymark *m, enum btns_line is_a,
    const char *s, size_t len, struct btns_err *e)
{
	uint8_t buf[2 * BTNS_ENC_MAX];
	struct btns_b64 b = { .out = buf, .size = sizeof(buf) };

	*m = BTNS_MARK_NONE;
	switch (is_a) {
	case BTNS_LINE_SSH:
		*m = mark(s, len);
		return ssh_line(k, s, len, e);
	case BTNS_LINE_RECORD:
		return btns_key_ipseckey(k, s, len, e);
	case BTNS_LINE_0S:
		if (!find_0s(s, len, &s, &len) || len == 0)
			return btns_fail(e, BTNS_E_FORMAT,
			    "RFC 3110 2: nothing after 0s");
		/* FALLTHROUGH */
	case BTNS_LINE_BASE64:
		if (decode(&b, s, len, e) == -1)
			return -1;
		return blob(k, buf, b.len, e);
	default:
		return btns_fail(e, BTNS_E_INTERNAL, "no key on the line");
	}
}

const char *
btns_line_name(enum btns_line is_a)
{
	static const char *const names[] = {
		[BTNS_LINE_TEXT] = "text", [BTNS_LINE_SSH] = "OpenSSH",
		[BTNS_LINE_RECORD] = "IPSECKEY", [BTNS_LINE_0S] = "0s",
		[BTNS_LINE_BASE64] = "base64"
	};

	return names[is_a];
}
