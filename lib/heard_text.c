/* What somebody read out, before anybody knows what it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "hash.h"
#include "heard_text.h"
#include "words.h"

/* "3072 sha256 gw.pub (RSA)", above what rsafp prints: what is below it. */
static const char *
below_heading(const char *s)
{
	const char *end = strchr(s, '\n');
	char bits[8], hash[8];

	if (end != NULL && sscanf(s, "%7[0-9] %7[a-z0-9]", bits, hash) == 2 &&
	    btns_hash_parse(hash) != -1)
		return end + 1;
	return s;
}

/* The length of "(this line is enough)" and its like, or 0: no other goes. */
static size_t
enough(const char *s)
{
	size_t n = strspn(s + 1, "0123456789");

	if (strncmp(s, "(this line is enough)", 21) == 0)
		return 21;
	if (strncmp(s, "(enough)", 8) == 0)
		return 8;
	return n > 0 && n < 3 && strncmp(s + 1 + n, " are enough)", 12) == 0 ?
	    n + 13 : 0;
}

/* Of "1", "12", "1:", "1." and "1)"; 0: it is none. */
static unsigned long
number(const char *p, size_t n)
{
	size_t digits = strspn(p, "0123456789");

	if (digits == 0 || digits > 2 || (n != digits && (n != digits + 1 ||
	    strchr(":.)", p[digits]) == NULL)))
		return 0;
	return strtoul(p, NULL, 10);
}

/*
 * "1 vast sketch ... 2 valve ...", on lines or on one: 1 or 2 stands first, the
 * next number follows after as many words or groups again, and nothing else
 * is as short.  A digit too many elsewhere is no number of a line.
 */
static bool
is_numbered(const char *s)
{
	struct words w = { s, s + strlen(s) };
	unsigned long k = 0, is;
	size_t n, since = 0, each = 0, others = 0;
	const char *p;

	for (; words_next(&w, &p, &n); since++) {
		is = number(p, n);
		if (n > 2 && is == 0) {
			if (k == 0)
				return false;
			others++;
			continue;
		}
		if (is == 0 || (k == 0 ? is > 2 : is != k + 1) ||
		    (each != 0 && since != each) || (k != 0 && since < 2))
			return false;
		if (k != 0)
			each = since;
		k = is;
		since = 0;
	}
	return others >= 4 && (each == 0 || since <= each);
}

static void
unnumber(char *s)
{
	struct words w = { s, s + strlen(s) };
	const char *p;
	char *out = s;
	size_t n;

	while (words_next(&w, &p, &n)) {
		if (number(p, n) != 0)
			continue;
		memmove(out, p, n);
		out += n;
		*out++ = ' ';
	}
	*out = '\0';
}

bool
heard_plain(char *out, size_t size, const char *s)
{
	size_t n = 0;
	char *p;

	for (s = below_heading(s); *s != '\0'; s++) {
		if (*s == '(' && enough(s) != 0) {
			s += enough(s) - 1;
			continue;
		}
		if (n + 1 >= size)
			return false;
		out[n++] = strchr("\n\r\t", *s) != NULL ? ' ' : *s;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	/* Of other spellings only those of keys have commas. */
	if (strpbrk(out, "=\"") == NULL)
		for (p = out; (p = strpbrk(p, ",;")) != NULL;)
			*p = ' ';
	if (is_numbered(out))
		unnumber(out);
	return true;
}

int
heard_group(const char *s, struct btns_err *e)
{
	struct words w = { s, s + strlen(s) };
	const char *p, *odd = NULL;
	size_t n, i = 0, len = 0, which = 0;

	for (i = 1; words_next(&w, &p, &n); i++) {
		if (strspn(p, "0123456789abcdefABCDEFOoIil") < n)
			return 0;
		if (n == 4)
			continue;
		if (odd != NULL)
			return 0;
		odd = p;
		len = n;
		which = i;
	}
	/* i - 1 groups; the last may be cut short. */
	if (odd == NULL || i <= 5 || len > 8 || (len < 4 && which == i - 1))
		return 0;
	return btns_fail(e, BTNS_E_USAGE, "group %zu has %zu digits, %.*s; ask"
	    " for group %zu again", which, len, (int)len, odd, which);
}
