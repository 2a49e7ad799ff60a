/* What somebody read out, before anybody knows what it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "heard_text.h"
#include "words.h"

/*
 * Lines as rsafp numbers them become one: "  1  862b e069" without its number,
 * and nothing of what stands in brackets, nor of the line that names the key.
 */
static bool
one_line(char *out, size_t size, const char *s)
{
	size_t n = 0, len, skip, digits;
	const char *end;

	for (; *s != '\0'; s += len + (s[len] == '\n')) {
		len = strcspn(s, "\n");
		skip = strspn(s, " \t");
		end = memchr(s, '(', len);
		digits = strspn(s + skip, "0123456789");
		if ((digits == 1 || digits == 2) && strncmp(s + skip + digits,
		    "  ", 2) == 0)
			skip += digits + 2;
		else if (end != NULL && strchr(s + len, '\n') != NULL)
			continue;	/* "3072 sha256 gw.pub (RSA)" */
		if (end == NULL)
			end = s + len;
		if (n + (size_t)(end - s) + 2 > size)
			return false;
		if (s + skip < end) {
			memcpy(out + n, s + skip, (size_t)(end - s) - skip);
			n += (size_t)(end - s) - skip;
		}
		out[n++] = ' ';
	}
	out[n] = '\0';
	return true;
}

/*
 * "1 vast sketch ... 2 valve ...": the k-th lone number is k, or one more where
 * a line's own is gone already, and nothing else is as short as they are.
 */
static bool
is_numbered(const char *s)
{
	struct words w = { s, s + strlen(s) };
	unsigned long k = 0, is, others = 0;
	const char *p;
	size_t n;

	while (words_next(&w, &p, &n)) {
		if (n > 2) {
			others++;
			continue;
		}
		is = strtoul(p, NULL, 10);
		if (strspn(p, "0123456789") < n || is == 0 ||
		    (k == 0 ? is > 2 : is != k + 1))
			return false;
		k = is;
	}
	return k > 0 && others >= 4;
}

static void
unnumber(char *s)
{
	struct words w = { s, s + strlen(s) };
	const char *p;
	char *out = s;
	size_t n;

	while (words_next(&w, &p, &n)) {
		if (n <= 2)
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
	if (strchr(s, '\n') != NULL || strchr(s, '(') != NULL) {
		if (!one_line(out, size, s))
			return false;
	} else if ((size_t)snprintf(out, size, "%s", s) >= size)
		return false;
	/* Of other spellings only those of keys have commas. */
	if (strpbrk(out, "=\"") == NULL)
		for (s = out; (s = strpbrk(s, ",;")) != NULL;)
			out[s - out] = ' ';
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
