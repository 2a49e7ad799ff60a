#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "wordlist.h"

static const char *const list[BTNS_WORDS] = {
#include "wordlist.inc"
};

const char *
btns_word(unsigned i)
{
	return list[i % BTNS_WORDS];
}

int
btns_word_find(const char *s, size_t n)
{
	unsigned lo = 0, hi = BTNS_WORDS, mid;
	int c;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if ((c = strncasecmp(list[mid], s, n)) == 0 &&
		    (list[mid][n] == '\0' || n >= BTNS_WORD_PREFIX))
			return (int)mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}

/* Levenshtein's distance of two short words, up to 3. */
static unsigned
distance(const char *a, size_t n, const char *b)
{
	unsigned row[BTNS_WORD_LEN + 1], left, up, cost;
	size_t m = strlen(b), i, j;

	for (j = 0; j <= m; j++)
		row[j] = (unsigned)j;
	for (i = 1; i <= n; i++) {
		up = row[0];
		row[0] = (unsigned)i;
		for (j = 1; j <= m; j++) {
			cost = up + (tolower((unsigned char)a[i - 1]) !=
			    b[j - 1]);
			up = row[j];
			left = row[j - 1] + 1;
			row[j] = up + 1 < left ? up + 1 : left;
			if (cost < row[j])
				row[j] = cost;
		}
	}
	return row[m];
}

const char *
btns_word_near(const char *s, size_t n)
{
	const char *near = NULL;
	unsigned best = 3, d, i;

	for (i = 0; i < BTNS_WORDS && n <= 2 * BTNS_WORD_LEN; i++)
		if ((d = distance(s, n, list[i])) < best) {
			best = d;
			near = list[i];
		}
	return near;
}

unsigned
btns_word_at(const uint8_t *p, size_t n, size_t i)
{
	size_t bit = i * BTNS_WORD_BITS, end = bit + BTNS_WORD_BITS;
	unsigned v = 0;

	for (; bit < end; bit++)
		v = v << 1 | (bit < 8 * n ? p[bit / 8] >> (7 - bit % 8) & 1 :
		    0);
	return v;
}
