#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/export.h"
#include "../../lib/harvest.h"
#include "../../lib/keyder.h"
#include "../idents.h"
#include "../progress.h"
#include "../session.h"
#include "btnsctl.h"

#define ITEMS_MAX	1000000

static const struct out_col cols[] = {
	{ .key = "op" }, { .key = "identity" }, { .key = "fingerprint" },
	{ .key = "path" }, { .key = "reason" },
};

/* What was found, kept until the store is locked: reading may take long. */
struct found {
	enum harvest_kind kind;
	struct btns_ident ident;
	struct btns_fp	 fp;
	uint8_t		*spki;		/* NULL: a fingerprint alone */
	size_t		 spkilen;
	char		*object, *path;	/* path: in the tree, or NULL */
	const char	*source;
	char		*odd_text;	/* or NULL */
	bool		 trusted;
	uint8_t		 digest[32];
	/* Of a row, once it was decided: NULL, nothing to tell. */
	const char	*op;
	char		*why;		/* or NULL */
};

struct import {
	struct cli	*cli;
	const struct cli_args *a;
	struct btns_pins *store;
	struct btns_ident as;
	char		 replaces[2 * BTNS_FP_LEN + 1];
	struct found	*found;
	size_t		 n, room;
	struct idents	 touched;	/* whose files are to be written */
	unsigned long	 pins, learned, seen, same, revoked, left;
	bool		 against;	/* another key speaks against one */
	FILE		*to;		/* stdout, or kept till it is done */
	struct found	*at;		/* is being decided, or NULL */
	struct out	 out;
	struct btns_err	*e;
	struct progress	 progress;
};

/* A row of something that has no identity, or of what was decided. */
static void
row(struct import *m, const char *op, const struct found *f,
    const char *object, const char *why)
{
	char name[BTNS_ID_PRINT], hex[BTNS_FP_HEX];

	if (f != NULL) {
		btns_ident_print(name, &f->ident);
		btns_fp_hex(hex, &f->fp);
	}
	out_str(&m->out, op);
	out_str(&m->out, f == NULL || f->kind == HARVEST_REVOKED ? NULL :
	    name);
	out_str(&m->out, f == NULL ? NULL : hex);
	out_str(&m->out, object);
	out_str(&m->out, why);
}

/* Kept with what is decided, behind what was said of it before. */
static void
note(struct import *m, struct found *f, const char *why)
{
	size_t n = f->why == NULL ? 0 : strlen(f->why);
	size_t size = n + strlen(why) + 3;
	char *p = realloc(f->why, size);

	if (p == NULL) {
		m->out.failed = 1;
		return;
	}
	(void)snprintf(p + n, size - n, "%s%s", n == 0 ? "" : "; ", why);
	f->why = p;
}

static void
told(struct import *m, const char *object, const char *why)
{
	progress_end(&m->progress);
	if (m->cli->fmt != OUT_TABLE) {
		if (m->at != NULL)
			note(m, m->at, why);
		else
			row(m, "leave", NULL, object, why);
		return;
	}
	fputs("! ", m->to);
	out_text(m->to, object);
	fputs(": ", m->to);
	out_text(m->to, why);
	putc('\n', m->to);
}

static void
left(const char *object, const char *why, void *arg)
{
	struct import *m = arg;
	size_t n = strlen(object);

	m->left++;
	/* An error names its file already. */
	if (strncmp(object, why, n) == 0 && why[n] == ':')
		why += n + 1 + (why[n + 1] == ' ');
	told(m, object, why);
}

static int
keep(const struct harvest_item *it, void *arg)
{
	struct import *m = arg;
	uint8_t spki[BTNS_ENC_MAX];
	struct found *f;

	if (m->n == ITEMS_MAX)
		return btns_fail(m->e, BTNS_E_FORMAT, "%s: over %d keys at"
		    " once", it->object, ITEMS_MAX);
	if (m->n == m->room) {
		m->room = m->room == 0 ? 256 : 2 * m->room;
		if ((f = reallocarray(m->found, m->room, sizeof(*f))) == NULL)
			return btns_fail(m->e, BTNS_E_NOMEM, "out of memory");
		m->found = f;
	}
	f = &m->found[m->n];
	*f = (struct found){ .kind = it->kind, .ident = it->ident,
	    .fp = it->fp, .source = it->source, .trusted = it->trusted };
	memcpy(f->digest, it->digest, sizeof(f->digest));
	m->n++;
	if (it->key != NULL && (btns_key_encode(spki, &f->spkilen, it->key,
	    BTNS_ENC_SPKI, m->e) == -1))
		return -1;
	if ((f->object = strdup(it->object)) == NULL ||
	    (it->path != NULL && (f->path = strdup(it->path)) == NULL) ||
	    (it->odd != NULL && (f->odd_text = strdup(it->odd)) == NULL) ||
	    (it->key != NULL && (f->spki = malloc(f->spkilen)) == NULL))
		return btns_fail(m->e, BTNS_E_NOMEM, "out of memory");
	if (f->spki != NULL)
		memcpy(f->spki, spki, f->spkilen);
	return 0;
}

static int
revoke(struct import *m, struct found *f)
{
	int rv = btns_pins_revoke(m->store, &f->fp, m->a->opt['c'], m->e);

	if (rv == -1 && m->e->code == BTNS_E_REFUSED) {
		f->op = "leave";
		left(f->object, m->e->msg, m);
		return 0;
	}
	if (rv == -1)
		return -1;
	f->op = rv == 1 ? "revoke" : NULL;
	m->revoked += rv == 1;
	m->same += rv == 0;
	return idents_of_key(&m->touched, m->store, &f->fp, m->e);
}

/* The file becomes ours as it lies. */
static int
adopt(struct import *m, const struct found *f)
{
	struct btns_exported x = { .path = f->path, .old = f->digest,
	    .new = f->digest };

	return btns_exported_put(m->store, &x, m->e);
}

static void
alike(struct import *m, const char *name, const char *other)
{
	char text[BTNS_ID_PRINT + 64];

	(void)snprintf(text, sizeof(text), "pinned, and looks like %s",
	    other);
	told(m, name, text);
}

static int
done(struct import *m, struct found *f, const struct trust_verdict *v,
    const struct btns_view *view, const char *name)
{
	if (v->alarm != TRUST_QUIET)
		told(m, name, v->alarm == TRUST_CONFLICT ? "CONFLICT: another"
		    " key is learned too" : "ANOTHER KEY than before; learned"
		    " only");
	m->against = m->against || v->no;
	switch (v->effect) {
	case TRUST_BIND:
	case TRUST_REPLACE:
		m->pins++;
		f->op = v->effect == TRUST_BIND ? "pin" : "replace";
		if (f->odd_text != NULL)
			told(m, name, f->odd_text);
		if (view->alike[0] != '\0')
			alike(m, name, view->alike);
		return f->path != NULL && f->trusted ? adopt(m, f) :
		    idents_add(&m->touched, &f->ident, m->e);
	case TRUST_NOTICE:
		m->learned++;
		f->op = "learn";
		if (v->alarm == TRUST_QUIET && f->odd_text != NULL)
			told(m, name, f->odd_text);
		return 0;
	case TRUST_SIGHT:
		m->seen++;
		return 0;
	default:
		m->same++;
		return f->path != NULL && f->trusted && v->alarm ==
		    TRUST_QUIET ? adopt(m, f) : 0;
	}
}

static int
bind(struct import *m, struct found *f)
{
	struct btns_order o = { .given = { .force = m->a->opt['f'] != NULL,
	    .typed = f->trusted || f->ident.typed,
	    .vouched = m->a->opt['p'] != NULL }, .comment = m->a->opt['c'],
	    .source = f->source, .replaces = m->a->opt['R'] == NULL ? NULL :
	    m->replaces };
	enum trust_verb verb = f->trusted ? TRUST_IMPORT_TREE : TRUST_IMPORT;
	char name[BTNS_ID_PRINT];
	struct trust_verdict v;
	struct btns_view view;
	struct btns_key k;

	btns_ident_print(name, &f->ident);
	if (btns_key_der(&k, BTNS_KIND_SPKI, f->spki, f->spkilen,
	    m->e) == -1 || btns_pins_do(m->store, verb, &f->ident, &k, &o,
	    NULL, &v, &view, m->e) == -1)
		return -1;
	if (v.reason == TRUST_OK)
		return done(m, f, &v, &view, name);
	m->left++;
	f->op = "leave";
	told(m, name, v.reason == TRUST_ASK ? "its key is another identity's"
	    " too, and that takes proof: btnskey pin -F" :
	    trust_reason_text(v.reason));
	return 0;
}

/* "55 pins, 1 learned": what there is none of is left out. */
static void
print_counts(const struct import *m)
{
	const struct { unsigned long n; const char *what; } part[] = {
		{ m->pins, m->pins == 1 ? "pin" : "pins" },
		{ m->learned, "learned" }, { m->revoked, "revoked" },
		{ m->same + m->seen, "known already" },
		{ m->left, "left alone" }
	};
	const char *between = "";
	size_t i;

	for (i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		if (part[i].n > 0) {
			printf("%s%lu %s", between, part[i].n, part[i].what);
			between = ", ";
		}
	if (*between == '\0')
		printf("nothing found");
}

static void
summary(const struct import *m, bool dry, const struct harvest *h)
{
	if (m->cli->quiet || m->cli->fmt != OUT_TABLE)
		return;
	if (m->pins > 0)
		printf("+ %lu pin%s%s\n", m->pins, m->pins == 1 ? "" : "s",
		    m->a->argc == 0 ? ", as iked trusts these files today"
		    " (evidence: file)" : "");
	if (h->ca + h->hashed + h->patterns + h->ports > 0)
		printf("skipped: %lu of certificate authorities, %lu hashed,"
		    " %lu patterns, %lu with ports\n", h->ca, h->hashed,
		    h->patterns, h->ports);
	printf("import: ");
	print_counts(m);
	printf("%s\n", dry ? "; nothing was changed" : "");
}

/* All that was found, in one transaction; a plan is one that ends in no. */
static int
decide(struct import *m, bool dry)
{
	size_t i;
	int rv = 0;

	if (btns_pins_begin(m->store, m->e) == -1)
		return -1;
	progress_begin(&m->progress, m->cli, "import");
	for (i = 0; i < m->n && rv == 0; i++) {
		progress_at(&m->progress, i, m->n);
		m->at = &m->found[i];
		rv = m->at->kind == HARVEST_REVOKED ? revoke(m, m->at) :
		    bind(m, m->at);
	}
	m->at = NULL;
	progress_end(&m->progress);
	if (rv == 0)
		return btns_pins_end(m->store, !dry, m->e);
	(void)btns_pins_end(m->store, false, m->e);
	return rv;
}

static void
print_rows(struct import *m)
{
	const struct found *f;
	size_t i;

	for (i = 0; i < m->n; i++) {
		f = &m->found[i];
		if (f->op != NULL && (!m->cli->quiet || f->why != NULL))
			row(m, f->op, f, f->object, f->why);
	}
}

/* What is said is kept meanwhile: a reader that stops blocks nobody. */
static int
decide_quietly(struct import *m, bool dry)
{
	char *text = NULL;
	size_t n = 0;
	int rv;

	if ((m->to = open_memstream(&text, &n)) == NULL)
		return btns_fail_sys(m->e, "import");
	rv = decide(m, dry);
	if (fclose(m->to) != 0 && rv == 0)
		rv = btns_fail_sys(m->e, "import");
	m->to = stdout;
	(void)fwrite(text, 1, n, stdout);
	free(text);
	if (rv == 0 && m->cli->fmt != OUT_TABLE)
		print_rows(m);
	return rv;
}

static int
run(struct import *m)
{
	bool dry = m->a->opt['n'] != NULL;
	struct harvest h = { .iked = btns_pins_iked(m->store),
	    .as = m->a->opt['i'] == NULL ? NULL : &m->as, .item = keep,
	    .left = left, .arg = m };
	int i, rv = 0, tree = CLI_YES;

	out_begin(&m->out, m->cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	if (m->a->argc == 0)
		rv = btns_harvest_tree(&h, m->e);
	for (i = 0; i < m->a->argc && rv == 0; i++)
		rv = btns_harvest_path(&h, m->a->argv[i], m->e);
	if (rv != 0 || decide_quietly(m, dry) == -1)
		return -1;
	summary(m, dry, &h);
	rv = m->left > 0 ? CLI_NO : CLI_YES;
	if (!dry && m->a->opt['N'] == NULL && m->touched.n + m->revoked > 0)
		tree = changes_decided(m->cli, m->store, m->touched.id,
		    m->touched.n, CHANGES_BESIDE | (m->revoked > 0 ?
		    CHANGES_HUNT : 0), "imported into the store,"
		    " but not in iked's tree", m->e);
	if (tree == -1 || out_end(&m->out, m->e) == -1)
		return -1;
	return cli_worst(rv, tree);
}

static int
options(struct import *m, struct btns_err *e)
{
	const struct cli_args *a = m->a;

	if (a->opt['i'] != NULL && a->argc == 0)
		return cli_usage(e, "-i needs a file");
	if (a->opt['i'] != NULL && btns_ident_parse(&m->as, a->opt['i'],
	    e) == -1)
		return -1;
	if (a->opt['R'] != NULL && !hex_digits(m->replaces, a->opt['R']))
		return cli_usage(e, "-R %s: not 8 to 64 digits of a"
		    " fingerprint", a->opt['R']);
	return a->opt['c'] == NULL ? 0 : btns_comment_check(a->opt['c'], e);
}

int
ctl_import(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct import m = { .cli = cli, .a = a, .to = stdout, .e = e };
	size_t i;
	int rv;

	if (options(&m, e) == -1 || session_open(&m.store, cli, e) == -1)
		return -1;
	rv = run(&m);
	if (rv != -1 && m.against)
		rv = cli_worst(rv, CLI_NO);
	for (i = 0; i < m.n; i++) {
		free(m.found[i].spki);
		free(m.found[i].object);
		free(m.found[i].path);
		free(m.found[i].odd_text);
		free(m.found[i].why);
	}
	free(m.found);
	free(m.touched.id);
	btns_pins_close(m.store);
	return rv;
}
