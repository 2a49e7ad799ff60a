#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../keyfile.h"
#include "../session.h"
#include "btnsctl.h"

struct learn {
	struct cli	*cli;
	const struct cli_args *a;
	struct btns_pins *store;
	struct btns_ident id;
	char		 name[BTNS_ID_PRINT];
	struct btns_key	 key;
	struct btns_order order;
	struct btns_view view;
};

/* What else is there, by whom and since when. */
static void
what_there_is(const struct learn *l)
{
	const struct btns_view *v = &l->view;
	char fp[FP_SHORT], since[TIME_TEXT];

	fp_short(fp, v->live ? &v->live_fp : &v->was_fp);
	time_text(since, v->live ? v->live_since : v->was_since);
	if (v->live)
		fprintf(stderr, "    %-8s %s since %.10s, by %s\n",
		    v->live_state, fp, since, v->live_login);
	else if (v->was)
		fprintf(stderr, "    retired  %s since %.10s\n", fp, since);
	else
		fprintf(stderr, "    learned  %u other key%s\n", v->learned,
		    v->learned == 1 ? "" : "s");
}

static void
alarm_text(const struct learn *l, const struct trust_verdict *v)
{
	char fp[FP_SHORT], name[BTNS_KEY_NAME_MAX], store[AGAIN];
	const char *d;

	fp_short(fp, &l->view.fp);
	btns_key_name(name, &l->key);
	d = again_store(store, l->cli);
	fprintf(stderr, "! %s: %s%s%s%s\n", l->name, out_red(stderr),
	    v->alarm == TRUST_CHANGED ? "ANOTHER KEY" : "CONFLICT",
	    out_plain(stderr), v->alarm == TRUST_CHANGED ?
	    " than before was learned" : ": another key was learned");
	what_there_is(l);
	fprintf(stderr, "    learned  %s %s%s%s%s\n", fp, name,
	    l->order.address == NULL ? "" : " from ",
	    l->order.address == NULL ? "" : l->order.address,
	    v->effect == TRUST_NONE ? " (not kept: too many)" : "");
	fprintf(stderr, "    nothing in iked's tree was changed\n"
	    "    look:    btnsctl show%s %s\n", d, l->name);
	if (v->effect != TRUST_NONE)
		fprintf(stderr, "    not its: btnsctl reject%s -F %.16s %s\n",
		    d, fp, l->name);
}

static int
refused(const struct learn *l, const struct trust_verdict *v,
    struct btns_err *e)
{
	char when[TIME_TEXT];

	if (v->reason != TRUST_NO_REVOKED)
		return btns_fail(e, BTNS_E_REFUSED, "%s: %s; not learned",
		    l->name, trust_reason_text(v->reason));
	time_text(when, l->view.revoked_at);
	return btns_fail(e, BTNS_E_REFUSED, "%s: this key was REVOKED %s by"
	    " %s%s%s; not learned", l->name, when, l->view.revoked_login,
	    l->view.revoked_why[0] == '\0' ? "" : ": ", l->view.revoked_why);
}

struct row {
	const struct learn *l;
	struct btns_tree *tree;
	struct out	 out;
	struct btns_err	*e;
};

static int
row(const struct btns_pin *pin, void *arg)
{
	struct row *r = arg;
	int there;

	if (memcmp(&pin->fp, &r->l->view.fp, sizeof(pin->fp)) != 0)
		return 0;
	if (pin_in_tree(&there, r->l->store, r->tree, pin, r->e) == -1)
		return -1;
	pin_row(&r->out, pin, there);
	return 0;
}

/* The binding, as show has it. */
static int
print_row(const struct learn *l, struct btns_err *e)
{
	struct row r = { .l = l, .e = e };
	int rv;

	if (pin_tree(&r.tree, l->store, e) == -1)
		return -1;
	out_begin(&r.out, l->cli->fmt, pin_cols, PIN_COLS);
	rv = btns_pins_of(l->store, &l->id, row, &r, e);
	btns_tree_close(r.tree);
	return rv == -1 ? -1 : out_end(&r.out, e);
}

static int
report(struct learn *l, const struct trust_verdict *v, struct btns_err *e)
{
	char fp[FP_SHORT];
	int rv = v->no ? CLI_NO : CLI_YES, tree = CLI_YES;
	bool rows = l->cli->fmt != OUT_TABLE;

	fp_short(fp, &l->view.fp);
	if (v->alarm != TRUST_QUIET)
		alarm_text(l, v);
	if (!rows && !l->cli->quiet && v->effect != TRUST_NONE)
		printf("%s %s %s%s\n", v->effect == TRUST_ACCEPT ?
		    "accepted" : v->effect == TRUST_NOTICE ? "learned" :
		    "seen", l->name, fp, l->view.facts.rejected ?
		    " (rejected)" : l->view.facts.ed25519 ?
		    " (Ed25519: iked cannot use it)" :
		    l->view.facts.weak ? " (weak)" : "");
	if (v->effect == TRUST_ACCEPT)
		tree = changes_decided(l->cli, l->store, &l->id, 1,
		    CHANGES_BESIDE,
		    "accepted in the store, but not in iked's tree", e);
	if (rows && !l->cli->quiet && tree != -1 && print_row(l, e) == -1)
		return -1;
	return tree == -1 ? -1 : cli_worst(rv, tree);
}

static int
run(struct learn *l, struct btns_err *e)
{
	struct trust_verdict v;

	if (btns_pins_do(l->store, TRUST_LEARN, &l->id, &l->key, &l->order,
	    NULL, &v, &l->view, e) == -1)
		return -1;
	return v.reason == TRUST_OK ? report(l, &v, e) : refused(l, &v, e);
}

static int
options(struct learn *l, struct btns_err *e)
{
	const char *s = l->a->opt['S'];

	l->order.address = l->a->opt['A'];
	l->order.source = s;
	if (l->order.address != NULL && address_check(l->order.address,
	    e) == -1)
		return -1;
	return s == NULL ? 0 : one_of("S", s, pin_sources, e);
}

int
ctl_learn(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct learn l = { .cli = cli, .a = a };
	char hex[BTNS_FP_HEX];
	struct btns_fp fp;
	int rv;

	if (btns_ident_parse(&l.id, a->argv[0], e) == -1 ||
	    options(&l, e) == -1)
		return -1;
	if (a->argc == 1 && isatty(STDIN_FILENO))
		return cli_usage(e, "no key: name its file, or give it on"
		    " standard input");
	if (key_file(&l.key, NULL, a->argc == 1 ? "-" : a->argv[1],
	    e) == -1 || btns_fp_of(&fp, &l.key, e) == -1)
		return -1;
	btns_fp_hex(hex, &fp);
	if (l.id.value[0] == '\0')
		btns_ident_of_fp(&l.id, hex);
	btns_ident_print(l.name, &l.id);
	if (session_open(&l.store, cli, e) == -1)
		return -1;
	rv = run(&l, e);
	btns_pins_close(l.store);
	return rv;
}
