#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "file.h"
#include "path.h"
#include "selfid.h"

#define CONF_MAX	(1024 * 1024)
#define WORD_MAX	1024

/* iked.conf(5)'s words: blanks part them, "..." holds blanks, # comments. */
struct conf {
	const char	*p, *end;
};

static bool
quoted(struct conf *c, char word[WORD_MAX])
{
	size_t n = 0;

	for (c->p++; c->p < c->end && *c->p != '"'; c->p++)
		if (n + 1 < WORD_MAX)
			word[n++] = *c->p;
	if (c->p < c->end)
		c->p++;
	word[n] = '\0';
	return true;
}

static bool
blank(char ch)
{
	return isspace((unsigned char)ch) || ch == '{' || ch == '}' ||
	    ch == ',' || ch == '=';
}

static bool
next(struct conf *c, char word[WORD_MAX])
{
	size_t n = 0;

	for (; c->p < c->end; c->p++) {
		if (*c->p == '#')
			while (c->p + 1 < c->end && c->p[1] != '\n')
				c->p++;
		else if (!blank(*c->p) && *c->p != '\\')
			break;
	}
	if (c->p >= c->end)
		return false;
	if (*c->p == '"')
		return quoted(c, word);
	for (; c->p < c->end && !blank(*c->p) && *c->p != '#' &&
	    *c->p != '"'; c->p++)
		if (n + 1 < WORD_MAX)
			word[n++] = *c->p;
	word[n] = '\0';
	return true;
}

/* name="value": the value of $name, the last one before it is used. */
static bool
macro(const char *text, size_t len, const char *name, char word[WORD_MAX])
{
	struct conf c = { text, text + len };
	char w[WORD_MAX];
	bool found = false;
	const char *p;

	while (next(&c, w)) {
		for (p = c.p; p < c.end && (*p == ' ' || *p == '\t'); p++)
			continue;
		if (strcmp(w, name) != 0 || p >= c.end || *p != '=')
			continue;
		found = next(&c, word) || found;
	}
	return found;
}

static int
give(const char *word, int (*fn)(const struct btns_ident *, void *),
    void *arg)
{
	struct btns_ident id;
	struct btns_err ignored;

	return btns_ident_parse(&id, word, &ignored) == -1 ? 0 :
	    fn(&id, arg);
}

/* Each srcid; *n of them. */
static int
scan(const char *text, size_t len, unsigned *n,
    int (*fn)(const struct btns_ident *, void *), void *arg)
{
	struct conf c = { text, text + len };
	char word[WORD_MAX], name[WORD_MAX];
	int rv = 0;

	while (rv == 0 && next(&c, word)) {
		if (strcmp(word, "srcid") != 0 || !next(&c, word))
			continue;
		++*n;
		if (word[0] == '$') {
			(void)snprintf(name, sizeof(name), "%s", word + 1);
			if (!macro(text, len, name, word))
				continue;
		}
		rv = give(word, fn, arg);
	}
	return rv;
}

static int
read_conf(char **text, size_t *len, const char *iked, struct btns_err *e)
{
	const char *unused;
	int dir, rv;

	*len = 0;
	if ((*text = malloc(CONF_MAX)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	if (btns_path_parent(&dir, &unused, iked, e) == -1)
		return 0;		/* whoever needs it says so */
	rv = btns_file_read(dir, "iked.conf", *text, CONF_MAX, len, e);
	(void)close(dir);
	if (rv == -1)
		*len = 0;
	return 0;
}

int
btns_selfid_each(const char *iked, int (*fn)(const struct btns_ident *,
    void *), void *arg, struct btns_err *e)
{
	char host[256];
	struct btns_err ignored;
	unsigned n = 0;
	char *text;
	size_t len;
	int rv;

	if (read_conf(&text, &len, iked, &ignored) == -1) {
		*e = ignored;
		return -1;
	}
	rv = scan(text, len, &n, fn, arg);
	free(text);
	if (rv != 0 || n > 0 || gethostname(host, sizeof(host)) == -1)
		return rv;
	host[sizeof(host) - 1] = '\0';
	return give(host, fn, arg);
}
