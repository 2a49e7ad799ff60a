#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/export.h"
#include "../session.h"
#include "btnsctl.h"

const struct out_col pin_cols[PIN_COLS] = {
	{ "state", "STATE", 8 }, { "exported", "TREE", 4 },
	{ "fingerprint", "KEY", 18 }, { "first_seen", NULL, 0 },
	{ "last_seen", "SEEN", 4 }, { "days_seen", "DAYS", 4 },
	{ "times_seen", NULL, 0 }, { "source", NULL, 0 },
	{ "address", NULL, 0 }, { "evidence", NULL, 0 },
	{ "actor", NULL, 0 }, { "identity", "IDENTITY", 0 },
	{ "comment", NULL, 0 },
};

struct list {
	struct out	 out;
	struct btns_tree *tree;		/* NULL: can't be looked at */
	const char	*state;		/* -s, or NULL */
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
pin_in_tree(int *there, struct btns_tree *t, const struct btns_pin *pin,
    struct btns_err *e)
{
	*there = t == NULL ? -1 : 0;
	if (t == NULL || !pin->live)
		return 0;
	*there = btns_export_holds(t, pin, e);
	return *there == -1 && e->code != BTNS_E_SYS ? -1 : 0;
}

void
pin_row(struct out *o, const struct btns_pin *pin, int exported)
{
	char hex[BTNS_FP_HEX], fp[FP_SHORT], first[TIME_TEXT];
	char id[BTNS_ID_PRINT];

	btns_fp_hex(hex, &pin->fp);
	fp_short(fp, &pin->fp);
	time_text(first, pin->first_seen);
	btns_ident_print(id, &pin->ident);
	out_str(o, pin->state);
	if (exported == -1)
		out_str(o, NULL);
	else
		out_bool(o, exported);
	out_both(o, fp, hex);
	out_str(o, first);
	out_str(o, NULL);		/* seen: nothing watches peers yet */
	out_int(o, 0);
	out_int(o, 0);
	out_str(o, pin->source);
	out_str(o, NULL);
	out_str(o, pin->evidence);
	out_str(o, pin->login);
	out_str(o, id);
	out_str(o, pin->comment);
}

static bool
matches(struct list *l, const struct btns_pin *pin)
{
	char id[BTNS_ID_PRINT];
	bool any = l->npattern == 0;
	int i;

	btns_ident_print(id, &pin->ident);
	for (i = 0; i < l->npattern; i++)
		if (fnmatch(l->pattern[i], id, 0) == 0 ||
		    fnmatch(l->pattern[i], pin->ident.value, 0) == 0)
			any = l->used[i] = true;
	return any;
}

static int
row(const struct btns_pin *pin, void *arg)
{
	struct list *l = arg;
	int there;

	/* What is past is shown to those who ask for it. */
	if (l->state == NULL ? strcmp(pin->state, "retired") == 0 :
	    strcmp(pin->state, l->state) != 0)
		return 0;
	if (!matches(l, pin))
		return 0;
	if (pin_in_tree(&there, l->tree, pin, l->e) == -1)
		return -1;
	pin_row(&l->out, pin, there);
	return ferror(stdout) ? 1 : 0;
}

static int
finish(struct list *l, const struct cli *cli, struct btns_err *e)
{
	int i, status = CLI_YES;

	if (out_end(&l->out, e) == -1)
		return -1;
	for (i = 0; i < l->npattern; i++)
		if (!l->used[i]) {
			(void)btns_fail(e, BTNS_E_NOTFOUND,
			    "%s: matches nothing", l->pattern[i]);
			cli_warn(cli, e);
			status = CLI_NO;
		}
	return status;
}

static int
state(struct list *l, const char *s, struct btns_err *e)
{
	static const char *const states[] = { "pinned", "retired" };
	size_t i;

	l->state = s;
	for (i = 0; s != NULL && i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(s, states[i]) == 0)
			return 0;
	return s == NULL ? 0 : cli_usage(e, "-s %s: not pinned or retired", s);
}

int
ctl_list(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct list l = { .npattern = a->argc, .pattern = a->argv, .e = e };
	struct btns_pins *p;
	int rv;

	if (state(&l, a->opt['s'], e) == -1 || session_open(&p, cli, e) == -1)
		return -1;
	out_begin(&l.out, cli->fmt, pin_cols, PIN_COLS);
	if ((l.used = calloc((size_t)a->argc + 1, sizeof(*l.used))) == NULL)
		rv = btns_fail(e, BTNS_E_NOMEM, "out of memory");
	else if ((rv = pin_tree(&l.tree, p, e)) == 0)
		rv = btns_pins_each(p, row, &l, e);
	if (rv != -1)
		rv = finish(&l, cli, e);
	btns_tree_close(l.tree);
	btns_pins_close(p);
	free(l.used);
	return rv;
}
