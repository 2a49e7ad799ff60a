#include "words.h"

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

bool
words_next(struct words *w, const char **p, size_t *n)
{
	bool quoted = false;

	while (w->p < w->end && blank(*w->p))
		w->p++;
	if (w->p == w->end)
		return false;
	*p = w->p;
	for (; w->p < w->end && (quoted || !blank(*w->p)); w->p++) {
		if (*w->p == '\\' && w->p + 1 < w->end && w->p[1] == '"')
			w->p++;
		else if (*w->p == '"')
			quoted = !quoted;
	}
	*n = (size_t)(w->p - *p);
	return true;
}
