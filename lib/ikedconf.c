#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conflex.h"
#include "err.h"
#include "ikedconf.h"
#include "path.h"
#include "secret.h"

#define POLICIES	65536

struct parse {
	struct ikedconf	*c;
	struct conflex	*l;
	struct confword	 w;		/* the word at hand */
	struct btns_err	*e;
};

/* What comes behind a reserved word of a policy. */
enum arg {
	ARG_NONE,
	ARG_WORD,		/* one word, or number */
	ARG_HOST,		/* an address, perhaps /bits and (srcnat) */
	ARG_OPTION,		/* a word and an address */
	ARG_PROTO,		/* a word, or a list in braces */
	ARG_ID,			/* a string, and nothing else */
	ARG_PSK			/* a string, or a file's name */
};

static const struct {
	const char	*word;
	enum arg	 arg;
} args[] = {
	{ "active", ARG_NONE }, { "ah", ARG_NONE }, { "auth", ARG_WORD },
	{ "bytes", ARG_WORD }, { "childsa", ARG_NONE },
	{ "config", ARG_OPTION }, { "default", ARG_NONE },
	{ "dstid", ARG_ID }, { "eap", ARG_WORD }, { "enc", ARG_WORD },
	{ "esn", ARG_NONE }, { "esp", ARG_NONE }, { "from", ARG_HOST },
	{ "group", ARG_WORD }, { "iface", ARG_WORD },
	{ "ikelifetime", ARG_WORD }, { "ikesa", ARG_NONE },
	{ "inet", ARG_NONE }, { "inet6", ARG_NONE }, { "ipcomp", ARG_NONE },
	{ "lifetime", ARG_WORD }, { "local", ARG_HOST },
	{ "natt", ARG_NONE }, { "noesn", ARG_NONE }, { "passive", ARG_NONE },
	{ "peer", ARG_HOST }, { "port", ARG_WORD }, { "prf", ARG_WORD },
	{ "proto", ARG_PROTO }, { "psk", ARG_PSK }, { "quick", ARG_NONE },
	{ "rdomain", ARG_WORD }, { "request", ARG_OPTION },
	{ "skip", ARG_NONE }, { "srcid", ARG_ID }, { "tag", ARG_WORD },
	{ "tap", ARG_WORD }, { "to", ARG_HOST },
	{ "transport", ARG_NONE }, { "tunnel", ARG_NONE },
};

static int
wrong(struct parse *p, unsigned line, const char *why)
{
	struct ikedconf_wrong *w = &p->c->wrong[p->c->nwrong];

	if (p->c->nwrong == IKEDCONF_WRONGS)
		return 0;
	if ((w->file = strdup(p->w.file)) == NULL ||
	    (w->why = strdup(why)) == NULL) {
		free(w->file);
		w->file = NULL;
		return btns_fail(p->e, BTNS_E_NOMEM, "out of memory");
	}
	w->line = line;
	p->c->nwrong++;
	return 0;
}

static void
next(struct parse *p)
{
	conflex_next(p->l, &p->w);
}

static bool
is(const struct parse *p, enum conftok what, const char *text)
{
	return p->w.what == what && strcmp(p->w.text, text) == 0;
}

/* Leave the rest of the statement. */
static void
to_end(struct parse *p)
{
	while (p->w.what != CONF_EOL && p->w.what != CONF_END &&
	    p->w.what != CONF_BAD)
		next(p);
}

/*
 * The word at hand is not what belongs there.  A string isn't shown: it may
 * be a psk.
 */
static int
unexpected(struct parse *p)
{
	char why[256];
	int rv;

	if (p->w.what == CONF_BAD)
		return wrong(p, p->w.line, p->w.why);
	if (p->w.what == CONF_KEYWORD || p->w.what == CONF_CHAR)
		(void)snprintf(why, sizeof(why), "%.40s is not expected"
		    " there", p->w.text);
	else
		(void)snprintf(why, sizeof(why), "%s", p->w.what ==
		    CONF_EOL || p->w.what == CONF_END ? "the line ends too"
		    " early" : "a word is not expected there");
	rv = wrong(p, p->w.line, why);
	to_end(p);
	return rv;
}

/* Each word is well, but not where it stands. */
static int
order(struct parse *p, const char *why)
{
	int rv = wrong(p, p->w.line, why);

	to_end(p);
	return rv;
}

/* 1: the word was as it should be, and is passed; 0: it was not, or -1. */
static int
value(struct parse *p, bool number)
{
	if (p->w.what != CONF_STRING && !(number && p->w.what ==
	    CONF_NUMBER))
		return unexpected(p);
	next(p);
	return 1;
}

static int
host(struct parse *p, char *out, size_t size)
{
	if (p->w.what != CONF_STRING && !is(p, CONF_KEYWORD, "any") &&
	    !is(p, CONF_KEYWORD, "dynamic"))
		return unexpected(p);
	if (out != NULL)
		(void)snprintf(out, size, "%.*s", (int)size - 1, p->w.text);
	next(p);
	if (is(p, CONF_CHAR, "/")) {
		next(p);
		if (p->w.what != CONF_NUMBER)
			return unexpected(p);
		if (out != NULL && strlen(out) + 12 < size)
			(void)snprintf(out + strlen(out), 12, "/%.10s",
			    p->w.text);
		next(p);
	}
	if (out != NULL || !is(p, CONF_CHAR, "("))
		return 1;
	while (!is(p, CONF_CHAR, ")")) {
		if (p->w.what == CONF_EOL || p->w.what == CONF_END ||
		    p->w.what == CONF_BAD)
			return unexpected(p);
		next(p);
	}
	next(p);
	return 1;
}

static int
proto(struct parse *p)
{
	if (!is(p, CONF_CHAR, "{"))
		return value(p, true);
	for (next(p); !is(p, CONF_CHAR, "}"); next(p))
		if (p->w.what != CONF_STRING && p->w.what != CONF_NUMBER &&
		    !is(p, CONF_CHAR, ","))
			return unexpected(p);
	next(p);
	return 1;
}

static int
id(struct parse *p, struct ikedconf_id *out)
{
	if (p->w.what != CONF_STRING)
		return unexpected(p);
	if (out->raw != NULL)
		return order(p, "srcid or dstid twice");
	if ((out->raw = strdup(p->w.text)) == NULL)
		return btns_fail(p->e, BTNS_E_NOMEM, "out of memory");
	out->pinnable = ikedconf_ident(&out->ident, out->raw);
	next(p);
	return 1;
}

/* iked takes any beginning of a method's name. */
static bool
method(const char *s, enum ikedconf_auth *auth)
{
	static const struct {
		const char	*name;
		enum ikedconf_auth auth;
	} methods[] = {
		{ "rsa", IKEDCONF_RSA }, { "ecdsa256", IKEDCONF_ECDSA },
		{ "ecdsa384", IKEDCONF_ECDSA },
		{ "ecdsa521", IKEDCONF_ECDSA },
		{ "rfc7427", IKEDCONF_RFC7427 },
		{ "signature", IKEDCONF_SIGNATURE },
	};
	size_t i, n = strlen(s);

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (n > 0 && strncmp(methods[i].name, s, n) == 0) {
			*auth = methods[i].auth;
			return true;
		}
	return false;
}

static int
argument(struct parse *p, struct ikedconf_policy *y, const char *word,
    enum arg arg)
{
	int rv;

	switch (arg) {
	case ARG_NONE:
		return 1;
	case ARG_WORD:
		return value(p, true);
	case ARG_HOST:
		return strcmp(word, "peer") == 0 ? host(p, y->peer,
		    sizeof(y->peer)) : host(p, NULL, 0);
	case ARG_OPTION:
		return (rv = value(p, false)) != 1 ? rv : host(p, NULL, 0);
	case ARG_PROTO:
		return proto(p);
	case ARG_ID:
		return id(p, strcmp(word, "srcid") == 0 ? &y->srcid :
		    &y->dstid);
	case ARG_PSK:
		if (is(p, CONF_KEYWORD, "file"))
			next(p);
		return value(p, false);
	}
	return 1;
}

/* A reserved word of a policy, and what belongs to it. */
static int
clause(struct parse *p, struct ikedconf_policy *y, bool *from)
{
	char word[32];
	size_t i;

	for (i = 0; i < sizeof(args) / sizeof(args[0]); i++)
		if (strcmp(args[i].word, p->w.text) == 0)
			break;
	if (i == sizeof(args) / sizeof(args[0]))
		return unexpected(p);
	(void)snprintf(word, sizeof(word), "%s", args[i].word);
	*from = *from || strcmp(word, "from") == 0;
	y->active = y->active || strcmp(word, "active") == 0;
	y->skip = y->skip || strcmp(word, "skip") == 0;
	if (strcmp(word, "psk") == 0)
		y->auth = IKEDCONF_PSK;
	else if (strcmp(word, "eap") == 0)
		y->auth = IKEDCONF_EAP;
	else if (strcmp(word, "srcid") == 0 && y->dstid.raw != NULL)
		return order(p, "srcid stands behind dstid");
	next(p);
	return argument(p, y, word, args[i].arg);
}

static int
clauses(struct parse *p, struct ikedconf_policy *y)
{
	bool from = false;
	int rv = 1;

	while (rv == 1 && p->w.what != CONF_EOL && p->w.what != CONF_END) {
		if (p->w.what == CONF_KEYWORD)
			rv = clause(p, y, &from);
		else if (is(p, CONF_CHAR, ",") ||
		    (p->w.what == CONF_STRING && method(p->w.text,
		    &y->auth)))
			next(p);
		else
			rv = unexpected(p);
	}
	return rv == 1 && !from ? wrong(p, y->line, "a policy without from"
	    " and to") : rv;
}

/* The file's name, once. */
static const char *
keep_name(struct parse *p, const char *name)
{
	struct ikedconf *c = p->c;
	char **more;
	size_t i;

	for (i = c->nname; i-- > 0; )
		if (strcmp(c->name[i], name) == 0)
			return c->name[i];
	if ((more = reallocarray(c->name, c->nname + 1,
	    sizeof(*more))) == NULL)
		return NULL;
	c->name = more;
	if ((c->name[c->nname] = strdup(name)) == NULL)
		return NULL;
	return c->name[c->nname++];
}

static struct ikedconf_policy *
room(struct parse *p)
{
	struct ikedconf *c = p->c;
	struct ikedconf_policy *more;

	/* Sizes double: powers of two are when there is no room. */
	if ((c->n & (c->n - 1)) == 0) {
		more = reallocarray(c->policy, c->n == 0 ? 1 : 2 * c->n,
		    sizeof(*more));
		if (more == NULL)
			return NULL;
		c->policy = more;
	}
	memset(&c->policy[c->n], 0, sizeof(c->policy[0]));
	return &c->policy[c->n];
}

static int
policy(struct parse *p)
{
	struct ikedconf_policy *y;
	char name[32];

	if (p->c->n == POLICIES)
		return wrong(p, p->w.line, "over 65,536 policies");
	(void)snprintf(name, sizeof(name), "policy%zu", p->c->n + 1);
	if ((y = room(p)) == NULL || (y->file = keep_name(p,
	    p->w.file)) == NULL)
		return btns_fail(p->e, BTNS_E_NOMEM, "out of memory");
	y->line = p->w.line;
	next(p);
	y->name = strdup(p->w.what == CONF_STRING ? p->w.text : name);
	p->c->n++;
	if (y->name == NULL)
		return btns_fail(p->e, BTNS_E_NOMEM, "out of memory");
	if (p->w.what == CONF_STRING)
		next(p);
	return clauses(p, y);
}

/* A macro's value, which may be a psk: no copy of it stays behind. */
struct text {
	char		*p;
	size_t		 n, size;
};

static void
text_free(struct text *t)
{
	if (t->p != NULL)
		btns_wipe(t->p, t->n);
	free(t->p);
}

static int
text_add(struct text *t, const char *word, struct btns_err *e)
{
	size_t len = strlen(word);
	struct text more = { .n = t->n, .size = 2 * t->size + len + 2 };

	if (t->n + len + 2 > t->size) {
		if ((more.p = malloc(more.size)) == NULL)
			return btns_fail(e, BTNS_E_NOMEM, "out of memory");
		if (t->n > 0)
			memcpy(more.p, t->p, t->n);
		text_free(t);
		*t = more;
	}
	t->n += (size_t)sprintf(t->p + t->n, "%s%s", t->n == 0 ? "" : " ",
	    word);
	return 0;
}

/* name = word word ...: joined by a blank. */
static int
assign(struct parse *p, const char *name)
{
	struct text v = { .p = NULL };
	int rv = 0;

	for (next(p); rv == 0 && p->w.what == CONF_STRING; next(p))
		rv = text_add(&v, p->w.text, p->e);
	if (rv == 0)
		rv = v.p == NULL || (p->w.what != CONF_EOL &&
		    p->w.what != CONF_END) ? unexpected(p) :
		    conflex_macro(p->l, name, v.p, p->e);
	text_free(&v);
	return rv;
}

static int
include(struct parse *p)
{
	unsigned line = p->w.line;
	char why[240];

	next(p);
	if (p->w.what != CONF_STRING)
		return unexpected(p);
	if (conflex_include(p->l, p->w.text, why, sizeof(why), p->e) == -1)
		return -1;
	return why[0] == '\0' ? 0 : wrong(p, line, why);
}

/* Rules of isakmpd, and keys by hand: iked skips them. */
static bool
others(const char *word)
{
	static const char *const words[] = { "ike", "sa", "flow", "tcpmd5",
	    "from", "to", "tunnel", "transport" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

/* The word of a statement is at hand: the statement, to its end. */
static int
statement(struct parse *p)
{
	char name[CONFLEX_WORD];

	if (p->w.what == CONF_EOL)
		return 0;
	if (p->w.what == CONF_STRING) {
		memcpy(name, p->w.text, sizeof(name));
		next(p);
		return is(p, CONF_CHAR, "=") ? assign(p, name) :
		    unexpected(p);
	}
	if (p->w.what != CONF_KEYWORD)
		return unexpected(p);
	if (strcmp(p->w.text, "ikev2") == 0)
		return policy(p);
	if (strcmp(p->w.text, "include") == 0)
		return include(p);
	if (strcmp(p->w.text, "set") == 0) {
		next(p);
		p->c->partial_chain |= is(p, CONF_KEYWORD,
		    "cert_partial_chain");
		p->c->passive |= is(p, CONF_KEYWORD, "passive");
	} else if (others(p->w.text)) {
		conflex_skip(p->l);
		next(p);
	} else if (strcmp(p->w.text, "user") != 0)
		return unexpected(p);
	to_end(p);
	return p->w.what == CONF_BAD ? unexpected(p) : 0;
}

static int
parse(struct ikedconf *c, const char *file, struct conftext *t, bool files,
    struct btns_err *e)
{
	struct parse *p;
	int rv = 0;

	if ((p = calloc(1, sizeof(*p))) == NULL) {
		conflex_drop(t);
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	}
	p->c = c;
	p->e = e;
	p->w.file = file;
	if (t->warn[0] != '\0')
		rv = wrong(p, 0, t->warn);
	if (conflex_new(&p->l, file, t, files, e) == -1)
		rv = -1;
	while (rv != -1) {
		next(p);
		if (p->w.what == CONF_END)
			break;
		rv = statement(p);
	}
	conflex_free(p->l);
	btns_wipe(p, sizeof(*p));
	free(p);
	return rv == -1 ? -1 : 0;
}

int
ikedconf_parse(struct ikedconf *c, const char *file, const void *text,
    size_t n, struct btns_err *e)
{
	struct conftext t = { .n = n };

	memset(c, 0, sizeof(*c));
	if ((t.p = malloc(n + 1)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	memcpy(t.p, text, n);
	return parse(c, file, &t, false, e);
}

int
ikedconf_read(struct ikedconf *c, const char *path, struct btns_err *e)
{
	struct conftext t;
	const char *base;
	int dir, rv;

	memset(c, 0, sizeof(*c));
	if (btns_path_parent(&dir, &base, path, e) == -1)
		return -1;
	rv = conflex_read(&t, dir, base, e);
	(void)close(dir);
	return rv == -1 ? -1 : parse(c, path, &t, true, e);
}

void
ikedconf_free(struct ikedconf *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free(c->policy[i].name);
		free(c->policy[i].srcid.raw);
		free(c->policy[i].dstid.raw);
	}
	for (i = 0; i < c->nwrong; i++) {
		free(c->wrong[i].file);
		free(c->wrong[i].why);
	}
	for (i = 0; i < c->nname; i++)
		free(c->name[i]);
	free(c->policy);
	free(c->name);
	memset(c, 0, sizeof(*c));
}

bool
ikedconf_by_key(const struct ikedconf_policy *y)
{
	return y->auth != IKEDCONF_PSK && y->auth != IKEDCONF_EAP;
}
