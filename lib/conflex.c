/*
 * iked reads its configuration with a hand-written scanner, whose habits
 * matter: a macro is put in place of $name and scanned again, so that it may
 * hold several words and grows together with what follows it; a backslash
 * joins lines in comments too; bare words end at / ( ) { } < > ! = # and
 * comma.
 */
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conflex.h"
#include "err.h"
#include "secret.h"

#define FILES	256		/* included in all: a file may come often */
#define CHARS	(16 * 1024 * 1024)	/* and macros with them */

struct source {
	struct conftext	 text;
	const char	*name;
	size_t		 at;
	unsigned	 line;
	bool		 ended;		/* its last line was given an end */
};

struct macro {
	char		*name, *value;
	struct macro	*next;
};

struct conflex {
	struct source	 src[CONFLEX_DEPTH];
	int		 depth;		/* of the source in use */
	const char	*exp;		/* what is left of a macro, or NULL */
	int		 after;		/* the character behind it, or NONE */
	int		 pushed;	/* a character given back, or NONE */
	bool		 expanded;	/* the last one is out of a macro */
	bool		 files, told;
	unsigned long	 chars;
	struct macro	*macro;
	char		*name[FILES];
	unsigned	 nname;
};

#define LONG	"a word of over 8,095 octets"
#define NONE	(-2)
#define END	(-1)

/* iked.conf(5) and OpenIKED 7.4; older ones know fewer. */
static const char *const reserved[] = {
	"active", "ah", "any", "auth", "bytes", "cert_partial_chain",
	"childsa", "config", "couple", "decouple", "default",
	"dpd_check_interval", "dstid", "dynamic", "eap", "enc",
	"enforcesingleikesa", "esn", "esp", "file", "flow", "fragmentation",
	"from", "group", "iface", "ike", "ikelifetime", "ikesa", "ikev2",
	"include", "inet", "inet6", "ipcomp", "lifetime", "local", "maxage",
	"mobike", "name", "natt", "noenforcesingleikesa", "noesn",
	"nofragmentation", "nomobike", "nostickyaddress", "novendorid",
	"ocsp", "passive", "peer", "port", "prf", "proto", "psk", "quick",
	"rdomain", "request", "sa", "set", "skip", "srcid", "stickyaddress",
	"tag", "tap", "tcpmd5", "to", "tolerate", "transport", "tunnel",
	"user", "vendorid", NULL
};

void
conflex_drop(struct conftext *t)
{
	if (t->p != NULL)
		btns_wipe(t->p, t->n);	/* a psk may be in it */
	free(t->p);
	memset(t, 0, sizeof(*t));
}

/* As iked's own check: others' eyes and hands are kept off. */
static int
secret(struct conftext *t, const struct stat *st, const char *name,
    struct btns_err *e)
{
	if (!S_ISREG(st->st_mode))
		return btns_fail(e, BTNS_E_FORMAT, "%s: not a regular file",
		    name);
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return btns_fail(e, BTNS_E_UNSAFE, "%s: belongs to user %ld,"
		    " and iked refuses it", name, (long)st->st_uid);
	if ((st->st_mode & 022) != 0)
		return btns_fail(e, BTNS_E_UNSAFE, "%s: writable by others"
		    " (mode %04o), and iked refuses it", name,
		    (unsigned)st->st_mode & 07777);
	if ((st->st_mode & (S_IXGRP | S_IRWXO)) != 0)
		(void)snprintf(t->warn, sizeof(t->warn), "mode %04o: iked"
		    " refuses a file that others can read",
		    (unsigned)st->st_mode & 07777);
	return 0;
}

static int
slurp(struct conftext *t, int fd, const char *name, struct btns_err *e)
{
	size_t size = CONFLEX_FILE + 1;
	ssize_t r;

	if ((t->p = malloc(size)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	while (t->n < size && (r = read(fd, t->p + t->n, size - t->n)) != 0) {
		if (r == -1 && errno != EINTR)
			return btns_fail_sys(e, "%s", name);
		t->n += r == -1 ? 0 : (size_t)r;
	}
	return t->n < size ? 0 : btns_fail(e, BTNS_E_FORMAT,
	    "%s: over 1 MiB", name);
}

int
conflex_read(struct conftext *t, int dir, const char *name,
    struct btns_err *e)
{
	struct stat st;
	int fd, rv;

	memset(t, 0, sizeof(*t));
	/* iked follows a symbolic link; a FIFO must not hold us up. */
	if ((fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC)) == -1)
		return errno == ENOENT ? btns_fail(e, BTNS_E_NOTFOUND,
		    "%s: no such file", name) : btns_fail_sys(e, "%s", name);
	if (fstat(fd, &st) == -1)
		rv = btns_fail_sys(e, "%s", name);
	else if ((rv = secret(t, &st, name, e)) == 0)
		rv = slurp(t, fd, name, e);
	(void)close(fd);
	if (rv == -1)
		conflex_drop(t);
	t->dev = (unsigned long)st.st_dev;
	t->ino = (unsigned long)st.st_ino;
	return rv;
}

/* Begin a source; its text is taken over. */
static int
push(struct conflex *l, const char *name, struct conftext *t,
    struct btns_err *e)
{
	struct source *s = &l->src[l->depth + 1];
	char *copy = strdup(name);

	if (copy == NULL) {
		conflex_drop(t);
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	}
	l->name[l->nname++] = copy;
	*s = (struct source){ .text = *t, .name = copy, .line = 1 };
	l->depth++;
	return 0;
}

int
conflex_new(struct conflex **out, const char *file, struct conftext *t,
    bool files, struct btns_err *e)
{
	struct conflex *l;

	*out = NULL;
	if ((l = calloc(1, sizeof(*l))) == NULL) {
		conflex_drop(t);
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	}
	l->depth = -1;
	l->pushed = l->after = NONE;
	l->files = files;
	if (push(l, file, t, e) == -1) {
		free(l);
		return -1;
	}
	*out = l;
	return 0;
}

static void
pop(struct conflex *l)
{
	conflex_drop(&l->src[l->depth--].text);
}

static void
macro_free(struct macro *m)
{
	btns_wipe(m->value, strlen(m->value));
	free(m->name);
	free(m->value);
	free(m);
}

void
conflex_free(struct conflex *l)
{
	struct macro *m;
	unsigned i;

	if (l == NULL)
		return;
	while (l->depth >= 0)
		pop(l);
	while ((m = l->macro) != NULL) {
		l->macro = m->next;
		macro_free(m);
	}
	for (i = 0; i < l->nname; i++)
		free(l->name[i]);
	free(l);
}

static struct source *
here(struct conflex *l)
{
	return &l->src[l->depth];
}

/* The next octet: given back, of a macro, behind it, of the file. */
static int
octet(struct conflex *l)
{
	struct source *s = here(l);
	int c = l->pushed;

	l->pushed = NONE;
	if (c != NONE)
		return c;
	if (++l->chars > CHARS)
		return END;
	l->expanded = l->exp != NULL && *l->exp != '\0';
	if (l->expanded)
		return (unsigned char)*l->exp++;
	l->exp = NULL;
	c = l->after;
	l->after = NONE;
	return c != NONE ? c : s->at < s->text.n ?
	    (unsigned char)s->text.p[s->at++] : END;
}

/*
 * A character outside of quotes: lines are joined, a file's end is first
 * the end of its line, then the rest of the file that included it.
 */
static int
get(struct conflex *l)
{
	int c;

	while ((c = octet(l)) == '\\') {
		if ((c = octet(l)) != '\n')
			break;
		here(l)->line++;
	}
	while (c == END) {
		if (!here(l)->ended) {
			here(l)->ended = true;
			return '\n';
		}
		if (l->depth == 0 || l->chars > CHARS)
			return END;
		pop(l);
		c = octet(l);
	}
	return c;
}

static void
unget(struct conflex *l, int c)
{
	l->pushed = c;
}

/* This line is lost: the next word is the next line's. */
static void
bad(struct conflex *l, struct confword *w, const char *why)
{
	int c;

	w->what = CONF_BAD;
	(void)snprintf(w->why, sizeof(w->why), "%s", why);
	l->exp = NULL;
	while ((c = get(l)) != '\n' && c != END)
		continue;
	if (c == '\n')
		here(l)->line++;
}

static int
add(struct confword *w, size_t *n, int c)
{
	if (*n + 1 >= sizeof(w->text))
		return -1;
	w->text[(*n)++] = (char)c;
	w->text[*n] = '\0';
	return 0;
}

static void
quoted(struct conflex *l, struct confword *w, int quote)
{
	size_t n = 0;
	int c, next;

	w->what = CONF_STRING;
	while ((c = octet(l)) != quote) {
		if (c == '\\') {
			next = octet(l);
			if (next == quote || next == ' ' || next == '\t' ||
			    next == '\n')
				c = next;
			else
				unget(l, next);
		}
		if (c == END || c == '\0') {
			bad(l, w, c == END ? "a quote is not closed" :
			    "a NUL octet");
			return;
		}
		if (c == '\n')
			here(l)->line++;	/* it isn't part of it */
		else if (add(w, &n, c) == -1) {
			bad(l, w, LONG);
			return;
		}
	}
}

static bool
in_word(int c)
{
	return c > 0 && c < 0x80 && (isalnum(c) ||
	    (ispunct(c) && strchr("(){}<>!=/#,", c) == NULL));
}

static bool
is_reserved(const char *s)
{
	size_t i;

	for (i = 0; reserved[i] != NULL; i++)
		if (strcmp(reserved[i], s) == 0)
			return true;
	return false;
}

/* Digits are a number where nothing of a word follows. */
static void
word(struct conflex *l, struct confword *w, int c)
{
	bool digits = true;
	size_t n = 0;

	do {
		digits = digits && isdigit(c);
		if (add(w, &n, c) == -1) {
			bad(l, w, LONG);
			return;
		}
	} while (in_word(c = get(l)));
	unget(l, c);
	w->what = digits && n < 20 ? CONF_NUMBER : is_reserved(w->text) ?
	    CONF_KEYWORD : CONF_STRING;
}

/* $name: its value is scanned next.  False where there is none. */
static bool
expand(struct conflex *l, struct confword *w)
{
	const struct macro *m;
	char name[64], why[128];
	size_t n = 0;
	int c;

	while ((c = get(l)) > 0 && c < 0x80 && (isalnum(c) || c == '_'))
		if (n + 1 < sizeof(name))
			name[n++] = (char)c;
	name[n] = '\0';
	for (m = l->macro; m != NULL && strcmp(m->name, name) != 0; )
		m = m->next;
	if (m == NULL) {
		unget(l, c);
		(void)snprintf(why, sizeof(why), "no macro $%s is defined"
		    " above", name);
		bad(l, w, why);
		return false;
	}
	l->after = c;
	l->exp = m->value;
	return true;
}

/* The first character of a word, without blanks and comments. */
static int
first(struct conflex *l)
{
	int c;

	while ((c = get(l)) == ' ' || c == '\t')
		continue;
	if (c == '#')
		while ((c = get(l)) != '\n' && c != END)
			continue;
	return c;
}

static void
one(struct conflex *l, struct confword *w, int c)
{
	w->what = c == END ? CONF_END : c == '\n' ? CONF_EOL : CONF_CHAR;
	if (c == '\n')
		here(l)->line++;
	else if (c == '\0')
		bad(l, w, "a NUL octet");
	else if (c != END)
		w->text[0] = (char)c;
}

void
conflex_next(struct conflex *l, struct confword *w)
{
	int c;

	w->text[0] = w->text[1] = w->why[0] = '\0';
	do {
		c = first(l);
		w->file = here(l)->name;
		w->line = here(l)->line;
	} while (c == '$' && !l->expanded && expand(l, w));
	if (w->why[0] != '\0')
		return;
	if (l->chars > CHARS && !l->told) {
		l->told = true;
		bad(l, w, "over 16 MiB, with its macros and includes");
	} else if (c == '"' || c == '\'')
		quoted(l, w, c);
	else if (c > 0 && c < 0x80 && (isalnum(c) || strchr(":_*", c) !=
	    NULL))
		word(l, w, c);
	else
		one(l, w, c);
}

void
conflex_skip(struct conflex *l)
{
	int c;

	while ((c = get(l)) != '\n' && c != END)
		continue;
	unget(l, c);
}

int
conflex_macro(struct conflex *l, const char *name, const char *value,
    struct btns_err *e)
{
	struct macro **at = &l->macro, *m, *next;

	if ((m = calloc(1, sizeof(*m))) == NULL ||
	    (m->name = strdup(name)) == NULL ||
	    (m->value = strdup(value)) == NULL) {
		if (m != NULL)
			free(m->name);
		free(m);
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	}
	while (*at != NULL && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	next = *at == NULL ? NULL : (*at)->next;
	if (*at != NULL)
		macro_free(*at);
	m->next = next;
	*at = m;
	return 0;
}

static const char *
loops(const struct conflex *l, const struct conftext *t)
{
	int i;

	for (i = 0; i <= l->depth; i++)
		if (l->src[i].text.dev == t->dev &&
		    l->src[i].text.ino == t->ino)
			return "it includes itself";
	return NULL;
}

int
conflex_include(struct conflex *l, const char *name, char *why, size_t size,
    struct btns_err *e)
{
	const char *no = NULL;
	char path[PATH_MAX];
	struct conftext t;

	*why = '\0';
	if (!l->files)
		return 0;
	/* iked has left for / when it reads its configuration. */
	(void)snprintf(path, sizeof(path), "%s%s", *name == '/' ? "" : "/",
	    name);
	if (l->depth + 1 == CONFLEX_DEPTH)
		no = "more than 8 files deep";
	else if (l->nname == FILES)
		no = "more than 256 files";
	if (no == NULL && conflex_read(&t, AT_FDCWD, path, e) == -1) {
		if (e->code == BTNS_E_NOMEM)
			return -1;
		no = e->msg;
	} else if (no == NULL && (no = loops(l, &t)) != NULL)
		conflex_drop(&t);
	if (no == NULL && t.warn[0] != '\0')
		(void)snprintf(why, size, "%.60s: %s", name, t.warn);
	if (no == NULL)
		return push(l, path, &t, e);
	(void)snprintf(why, size, "include \"%.60s\": %.160s", name, no);
	return 0;
}
