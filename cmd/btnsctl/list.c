#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../lib/export.h"
#include "../../lib/knock.h"
#include "../session.h"
#include "btnsctl.h"

const struct out_col pin_cols[PIN_COLS] = {
	{ "state", "STATE", 8 }, { "exported", "TREE", 4 },
	{ "fingerprint", "KEY", 18 }, { "first_seen", NULL, 0 },
	{ "last_seen", "SEEN", 4 }, { "days_seen", "DAYS", 4 },
	{ "times_seen", NULL, 0 }, { "source", NULL, 0 },
	{ "address", NULL, 0 }, { "evidence", NULL, 0 },
	{ "actor", NULL, 0 }, { "identity", "IDENTITY", 0 },
	{ "comment", NULL, 0 }, { "revoked_at", NULL, 0 },
	{ "revoked_by", NULL, 0 }, { "revoked_comment", NULL, 0 },
};

const char *const pin_states[] = { "accepted", "conflict", "knocking",
    "learned", "pinned", "rejected", "retired", "revoked", NULL };
const char *const pin_sources[] = { "dns", "file", "ike", "ssh", "tree",
    NULL };

struct list {
	struct out	 out;
	struct btns_pins *pins;
	struct btns_tree *tree;		/* NULL: can't be looked at */
	const char	*state;		/* -s, or NULL */
	const char	*source;	/* -S, or NULL */
	int64_t		 at;		/* -a, or 0 */
	int64_t		 age, now;	/* -t, or 0 */
	bool		 older;		/* -t +age */
	bool		 trouble;	/* this pass prints those, */
	int		 npattern;
	char		**pattern;
	bool		*used;		/* patterns that matched something */
	struct btns_err	*e;
};

int
pin_tree(struct btns_tree **t, struct btns_pins *p, struct btns_err *e)
{
	return btns_tree_open(t, btns_pins_iked(p), btns_pins_id(p),
	    TREE_LOOK, e) == -1 && e->code == BTNS_E_NOMEM ? -1 : 0;
}

int
pin_in_tree(int *there, struct btns_pins *p, struct btns_tree *t,
    const struct btns_pin *pin, struct btns_err *e)
{
	*there = t == NULL ? -1 : 0;
	if (t == NULL || !pin->live)
		return 0;
	*there = btns_export_holds(p, t, pin, e);
	return *there == -1 && e->code != BTNS_E_SYS &&
	    e->code != BTNS_E_UNSAFE ? -1 : 0;
}

void
pin_row(struct out *o, const struct btns_pin *pin, int exported)
{
	char hex[BTNS_FP_HEX], fp[FP_SHORT], first[TIME_TEXT];
	char id[BTNS_ID_PRINT], seen[TIME_TEXT], revoked[TIME_TEXT], age[24];

	btns_fp_hex(hex, &pin->fp);
	fp_short(fp, &pin->fp);
	time_text(first, pin->first_seen);
	time_text(seen, pin->last_seen);
	time_age(age, time(NULL), pin->last_seen);
	btns_ident_print(id, &pin->ident);
	out_str(o, pin->state);
	if (exported == -1)
		out_str(o, NULL);
	else
		out_bool(o, exported);
	out_both(o, fp, hex);
	out_str(o, first);
	if (pin->last_seen == 0)
		out_str(o, NULL);
	else
		out_both(o, age, seen);
	out_int(o, pin->days);
	out_int(o, pin->times);
	out_str(o, pin->source);
	out_str(o, pin->address);
	out_str(o, pin->evidence);
	out_str(o, pin->login);
	out_str(o, id);
	out_str(o, pin->comment);
	time_text(revoked, pin->revoked_at);
	out_str(o, pin->revoked ? revoked : NULL);
	out_str(o, pin->revoked_login);
	out_str(o, pin->revoked_comment);
}

static int
is_bound(const struct btns_pin *pin, void *arg)
{
	(void)pin;
	(void)arg;
	return 1;
}

int
revoked_row(struct out *o, struct btns_pins *p, const struct btns_revoked *k,
    struct btns_err *e)
{
	char hex[BTNS_FP_HEX], fp[FP_SHORT], at[TIME_TEXT];
	int i, rv;

	btns_fp_hex(hex, &k->fp);
	if ((rv = btns_pins_by_prefix(p, hex, is_bound, NULL, e)) != 0)
		return rv == 1 ? 0 : -1;
	fp_short(fp, &k->fp);
	time_text(at, k->at);
	out_str(o, "revoked");
	out_bool(o, 0);
	out_both(o, fp, hex);
	for (i = 3; i < PIN_COLS - 3; i++)
		out_str(o, NULL);
	out_str(o, at);
	out_str(o, k->login);
	out_str(o, k->comment);
	return 1;
}

/* An identity, with its type and without. */
static bool
matches(struct list *l, const char *id, const char *value)
{
	bool any = l->npattern == 0;
	int i;

	for (i = 0; i < l->npattern; i++)
		if (fnmatch(l->pattern[i], id, 0) == 0 ||
		    fnmatch(l->pattern[i], value, 0) == 0)
			any = l->used[i] = true;
	return any;
}

/* What is past is shown to those who ask for it. */
static bool
wanted(const struct list *l, const struct btns_pin *pin)
{
	int64_t last = pin->last_seen != 0 ? pin->last_seen : pin->since;

	if (l->source != NULL && strcmp(pin->source, l->source) != 0)
		return false;
	if (l->age != 0 && (l->now - last > l->age) != l->older)
		return false;
	if (l->state == NULL)
		return strcmp(pin->state, "retired") != 0 &&
		    strcmp(pin->state, "rejected") != 0;
	if (strcmp(l->state, "revoked") == 0)
		return pin->revoked;
	return strcmp(pin->state, l->state) == 0 ||
	    (strcmp(l->state, "learned") == 0 &&
	    strcmp(pin->state, "conflict") == 0);
}

static int
row(const struct btns_pin *pin, void *arg)
{
	struct list *l = arg;
	char id[BTNS_ID_PRINT];
	int there = -1;

	if (pin->trouble != l->trouble || !wanted(l, pin))
		return 0;
	btns_ident_print(id, &pin->ident);
	if (!matches(l, id, pin->ident.value))
		return 0;
	if (l->at == 0 && pin_in_tree(&there, l->pins, l->tree, pin,
	    l->e) == -1)
		return -1;
	pin_row(&l->out, pin, there);
	return ferror(stdout) ? 1 : 0;
}

static int
has_key(const struct btns_pin *pin, void *arg)
{
	(void)arg;
	return pin->live || strcmp(pin->state, "learned") == 0 ||
	    strcmp(pin->state, "conflict") == 0;
}

/* Who is refused, and no key of it is known. */
static int
knock(const struct btns_knock *k, void *arg)
{
	struct list *l = arg;
	const char *value = strchr(k->identity, '/');
	char seen[TIME_TEXT], first[TIME_TEXT], age[24];
	struct btns_ident id;
	struct btns_err odd;
	int i, rv;

	value = value == NULL ? k->identity : value + 1;
	if (k->cause != BTNS_UNKNOWN || (l->age != 0 &&
	    (l->now - k->last_seen > l->age) != l->older))
		return 0;
	if (btns_ident_parse(&id, k->identity, &odd) == 0 && (rv =
	    btns_pins_of(l->pins, &id, has_key, NULL, l->e)) != 0)
		return rv == 1 ? 0 : -1;
	if (!matches(l, k->identity, value))
		return 0;
	time_text(first, k->first_seen);
	time_text(seen, k->last_seen);
	time_age(age, l->now, k->last_seen);
	out_str(&l->out, "knocking");
	out_bool(&l->out, 0);
	out_str(&l->out, NULL);
	out_str(&l->out, first);
	out_both(&l->out, age, seen);
	out_int(&l->out, k->days);
	out_int(&l->out, k->times);
	out_str(&l->out, NULL);
	out_str(&l->out, k->address[0] == '\0' ? NULL : k->address);
	out_str(&l->out, NULL);
	out_str(&l->out, NULL);
	out_str(&l->out, k->identity);
	for (i = 12; i < PIN_COLS; i++)
		out_str(&l->out, NULL);
	return ferror(stdout) ? 1 : 0;
}

/*
 * Keys that were revoked, gathered: a lock is held while they are read, and
 * what prints them may block.
 */
struct revoked {
	struct list	*l;
	struct gone {
		struct btns_fp	 fp;
		int64_t		 at;
		char		 login[BTNS_WHO_MAX];
		char		 why[BTNS_COMMENT_MAX + 1];
	}		*key;
	size_t		 n;
};

static int
revoked(const struct btns_revoked *k, void *arg)
{
	struct revoked *r = arg;
	const struct list *l = r->l;
	struct gone *key;

	if (l->age != 0 && (l->now - k->at > l->age) != l->older)
		return 0;
	if ((key = reallocarray(r->key, r->n + 1, sizeof(*key))) == NULL)
		return btns_fail(l->e, BTNS_E_NOMEM, "out of memory");
	r->key = key;
	key = &r->key[r->n++];
	key->fp = k->fp;
	key->at = k->at;
	(void)snprintf(key->login, sizeof(key->login), "%s", k->login);
	(void)snprintf(key->why, sizeof(key->why), "%s", k->comment == NULL ?
	    "" : k->comment);
	return 0;
}

static int
all_unbound(struct list *l)
{
	struct revoked r = { .l = l };
	int rv = btns_revoked_by_prefix(l->pins, "", revoked, &r, l->e);
	size_t i;

	for (i = 0; i < r.n && rv != -1 && !ferror(stdout); i++) {
		const struct gone *k = &r.key[i];
		const struct btns_revoked one = { .fp = k->fp, .at = k->at,
		    .login = k->login,
		    .comment = k->why[0] == '\0' ? NULL : k->why };

		rv = revoked_row(&l->out, l->pins, &one, l->e);
	}
	free(r.key);
	return rv == -1 ? -1 : 0;
}

static bool
is_one_of(const char *s, const char *const *words)
{
	while (*words != NULL && strcmp(s, *words) != 0)
		words++;
	return *words != NULL;
}

static int
finish(struct list *l, const struct cli *cli, struct btns_err *e)
{
	const char *state;		/* written without its option */
	int i, status = CLI_YES;

	if (out_end(&l->out, e) == -1)
		return -1;
	for (i = 0; i < l->npattern; i++)
		if (!l->used[i]) {
			state = is_one_of(l->pattern[i], pin_states) ?
			    l->pattern[i] : NULL;
			(void)btns_fail(e, BTNS_E_NOTFOUND,
			    "%s: matches nothing%s%s", l->pattern[i],
			    state == NULL ? "" : "; of that state: list -s ",
			    state == NULL ? "" : state);
			cli_warn(cli, e);
			status = CLI_NO;
		}
	return status;
}

int
one_of(const char *option, const char *s, const char *const *words,
    struct btns_err *e)
{
	const char *const *w;

	if (is_one_of(s, words))
		return 0;
	(void)cli_usage(e, "-%s %s: not one of", option, s);
	for (w = words; *w != NULL; w++) {
		btns_fail_more(e, " ");
		btns_fail_more(e, *w);
	}
	return -1;
}

static int
options(struct list *l, const struct cli_args *a, struct btns_err *e)
{
	const char *age = a->opt['t'];

	l->state = a->opt['s'];
	l->source = a->opt['S'];
	if ((l->state != NULL && one_of("s", l->state, pin_states, e) == -1) ||
	    (l->source != NULL && one_of("S", l->source, pin_sources,
	    e) == -1) ||
	    (a->opt['a'] != NULL && btns_date(&l->at, a->opt['a'],
	    e) == -1))
		return -1;
	if (l->state != NULL && strcmp(l->state, "knocking") == 0 &&
	    (a->opt['a'] != NULL || l->source != NULL))
		return cli_usage(e, "-s knocking goes with neither -a nor"
		    " -S");
	if (a->opt['a'] != NULL && l->at < 1)
		l->at = 1;		/* 0: as it is now */
	if (age == NULL)
		return 0;
	l->older = *age == '+';
	return btns_duration(&l->age, age + l->older, e);
}

/* Trouble first; the identities of one pass are left out of the other. */
static int
print(struct list *l)
{
	int rv;

	if (l->state != NULL && strcmp(l->state, "knocking") == 0)
		return btns_knock_each(l->pins, knock, l, l->e);
	l->trouble = true;
	rv = l->at == 0 ? btns_pins_trouble(l->pins, row, l, l->e) :
	    btns_pins_at(l->pins, l->at, row, l, l->e);
	l->trouble = false;
	if (rv != 0)
		return rv;
	rv = l->at == 0 ? btns_pins_each(l->pins, row, l, l->e) :
	    btns_pins_at(l->pins, l->at, row, l, l->e);
	/* What has no identity matches no pattern and has no source. */
	return rv == 0 && l->state != NULL && l->at == 0 &&
	    strcmp(l->state, "revoked") == 0 && l->npattern == 0 &&
	    l->source == NULL ? all_unbound(l) : rv;
}

int
ctl_list(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct list l = { .npattern = a->argc, .pattern = a->argv, .e = e,
	    .now = time(NULL) };
	int rv;

	if (options(&l, a, e) == -1 || session_open(&l.pins, cli, e) == -1)
		return -1;
	out_begin(&l.out, cli->fmt, pin_cols, PIN_COLS);
	if ((l.used = calloc((size_t)a->argc + 1, sizeof(*l.used))) == NULL)
		rv = btns_fail(e, BTNS_E_NOMEM, "out of memory");
	else if ((rv = pin_tree(&l.tree, l.pins, e)) == 0)
		rv = print(&l);
	if (rv != -1)
		rv = finish(&l, cli, e);
	btns_tree_close(l.tree);
	btns_pins_close(l.pins);
	free(l.used);
	return rv;
}
