#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../ask.h"
#include "../batch.h"
#include "../session.h"
#include "btnsctl.h"

struct forget {
	struct cli	*cli;
	const struct cli_args *a;
	struct btns_pins *store;
	struct btns_ident id;
	char		 name[BTNS_ID_PRINT];
	char		 digits[2 * BTNS_FP_LEN + 1];
	struct btns_key	 key;		/* of the digits */
	bool		 one;
	struct btns_order order;
	struct btns_view view;
	struct btns_err	*e;
};

static void
warn(const struct forget *f)
{
	char text[1024], fp[FP_SHORT], age[24], seen[24], id[1024];
	char store[AGAIN], command[AGAIN + 1100];
	const struct btns_view *v = &f->view;

	fp_short(fp, &v->live_fp);
	time_age(age, time(NULL), v->live_since);
	time_age(seen, time(NULL), v->live_seen);
	if (!v->live)
		(void)snprintf(text, sizeof(text), "%s: %u learned, nothing"
		    " trusted\n", f->name, v->learned);
	else
		(void)snprintf(text, sizeof(text), "%s: %s to %s\n    %s ago"
		    "%s%s%s%s%s%s\nAfter forgetting, another key may be"
		    " pinned for it.  Lost or stolen means:\n", f->name,
		    v->live_state, fp, age,
		    v->live_evidence[0] == '\0' ? "" : " (",
		    v->live_evidence, v->live_evidence[0] == '\0' ? "" : ")",
		    v->live_seen == 0 ? "" : ", used ",
		    v->live_seen == 0 ? "" : seen,
		    v->live_seen == 0 ? "" : " ago");
	ask_say(text);
	if (v->live && sh_word(id, sizeof(id), f->a->argv[0])) {
		(void)snprintf(command, sizeof(command),
		    "    btnsctl revoke%s %s\n", again_store(store, f->cli),
		    id);
		ask_say(command);
	}
}

static int
ask(const struct forget *f, struct btns_err *e)
{
	int rv;

	warn(f);
	if ((rv = ask_yes("Forget it (yes/no)? ", e)) == 0)
		return btns_fail(e, BTNS_E_REFUSED, "nothing was changed");
	return rv == 1 ? 0 : -1;
}

/* The key of the identity that the digits select. */
static int
choose(const struct btns_pin *pin, void *arg)
{
	struct forget *f = arg;
	char hex[BTNS_FP_HEX];

	btns_fp_hex(hex, &pin->fp);
	if (strncmp(hex, f->digits, strlen(f->digits)) != 0)
		return 0;
	if (f->one)
		return btns_fail(f->e, BTNS_E_USAGE, "%s: several keys of %s"
		    " begin so", f->digits, f->name);
	f->one = true;
	return btns_pin_key(&f->key, pin, f->e);
}

static void
said(const struct forget *f, const struct trust_verdict *v)
{
	char fp[FP_SHORT];

	fp_short(fp, f->one ? &f->view.fp : &f->view.live_fp);
	if (f->cli->quiet || f->cli->fmt != OUT_TABLE ||
	    v->effect == TRUST_NONE)
		return;
	if (f->one || f->view.live)
		printf("forgot %s %s\n", f->name, fp);
	else
		printf("forgot %s, %u learned\n", f->name, f->view.learned);
}

static int
decide(struct forget *f, struct btns_err *e)
{
	enum trust_verb verb = f->one ? TRUST_FORGET_ONE : TRUST_FORGET;
	const struct btns_key *key = f->one ? &f->key : NULL;
	struct btns_view shown;
	struct trust_verdict v;
	bool asked = false;
	int rv;

	if (btns_pins_try(f->store, verb, &f->id, key, &f->order, &v,
	    &f->view, e) == -1)
		return -1;
	shown = f->view;
	if (v.reason == TRUST_ASK && f->a->opt['y'] == NULL) {
		if (!ask_can())
			return cli_usage(e, "no terminal to ask at: give -y");
		if (ask(f, e) == -1)
			return -1;
		asked = true;
	}
	f->order.given.evidence = TRUST_OPERATOR;
	if (batch_is(f->cli) && f->a->opt['N'] != NULL)
		return batch_no_tree(e);
	if (batch_is(f->cli) && (v.reason == TRUST_OK ||
	    v.reason == TRUST_ASK))
		return batch_note(f->cli, verb, &f->id, key, f->one ?
		    &f->view.fp : NULL, &f->order, &shown, e);
	if (btns_pins_do(f->store, verb, &f->id, key, &f->order,
	    asked ? &shown : NULL, &v, &f->view, e) == -1)
		return -1;
	if (v.reason != TRUST_OK)
		return btns_fail(e, BTNS_E_NOTFOUND, "%s: %s%s%s", f->name,
		    trust_reason_text(v.reason), f->digits[0] == '\0' ? "" :
		    " of ", f->digits);
	said(f, &v);
	if (f->a->opt['N'] != NULL || !v.ends)
		return CLI_YES;
	rv = changes_decided(f->cli, f->store, &f->id, 1, 0,
	    "forgotten in the store, but its file may still be in iked's"
	    " tree", e);
	return rv == CLI_NO ? CLI_TROUBLE : rv;	/* another file there */
}

static int
run(struct forget *f, struct btns_err *e)
{
	if (f->digits[0] != '\0') {
		if (btns_pins_of(f->store, &f->id, choose, f, e) == -1)
			return -1;
		if (!f->one)
			return btns_fail(e, BTNS_E_NOTFOUND, "%s: %s of %s",
			    f->name, trust_reason_text(TRUST_NO_LIVE),
			    f->digits);
	}
	return decide(f, e);
}

int
ctl_forget(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct forget f = { .cli = cli, .a = a, .e = e };
	int rv;

	if (btns_ident_parse(&f.id, a->argv[0], e) == -1)
		return -1;
	btns_ident_print(f.name, &f.id);
	if (a->argc == 2 && !hex_digits(f.digits, a->argv[1]))
		return cli_usage(e, "%s: not 8 to 64 digits of a fingerprint",
		    a->argv[1]);
	f.order.comment = a->opt['c'];
	if ((f.order.comment != NULL &&
	    btns_comment_check(f.order.comment, e) == -1) ||
	    session_open(&f.store, cli, e) == -1)
		return -1;
	rv = run(&f, e);
	btns_pins_close(f.store);
	return rv;
}
