#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../ask.h"
#include "../session.h"
#include "btnsctl.h"

struct forget {
	struct cli	*cli;
	const struct cli_args *a;
	struct btns_pins *store;
	struct btns_ident id;
	char		 name[BTNS_ID_PRINT];
	char		 digits[2 * BTNS_FP_LEN + 1];
	struct btns_order order;
	struct btns_view view;
};

static int
ask(struct forget *f, struct btns_err *e)
{
	char line[64], text[1024], fp[FP_SHORT], age[24];
	int rv;

	fp_short(fp, &f->view.live_fp);
	time_age(age, time(NULL), f->view.live_since);
	(void)snprintf(text, sizeof(text), "%s: pinned to %s %s ago (%s)\n"
	    "After forgetting, only a key with proof may be pinned for it.\n",
	    f->name, fp, age, f->view.live_evidence);
	ask_say(text);
	for (;;) {
		if ((rv = ask_line(line, sizeof(line), "Forget it (yes/no)? ",
		    e)) == -1)
			return -1;
		if (rv == 0 || strcmp(line, "no") == 0)
			return btns_fail(e, BTNS_E_REFUSED,
			    "nothing was changed");
		if (strcmp(line, "yes") == 0)
			return 0;
	}
}

static int
decide(struct forget *f, struct btns_err *e)
{
	struct btns_view shown;
	struct trust_verdict v;
	char fp[FP_SHORT];
	int rv;

	if (btns_pins_try(f->store, TRUST_FORGET, &f->id, NULL, &f->order, &v,
	    &f->view, e) == -1)
		return -1;
	shown = f->view;
	if (v.reason == TRUST_ASK && f->a->opt['y'] == NULL) {
		if (!ask_can())
			return cli_usage(e, "no terminal to ask at: give -y");
		if (ask(f, e) == -1)
			return -1;
	}
	f->order.given.evidence = TRUST_OPERATOR;
	if (btns_pins_do(f->store, TRUST_FORGET, &f->id, NULL, &f->order,
	    &shown, &v, &f->view, e) == -1)
		return -1;
	if (v.reason != TRUST_OK)
		return btns_fail(e, BTNS_E_NOTFOUND, "%s: %s%s%s", f->name,
		    trust_reason_text(v.reason), f->digits[0] == '\0' ? "" :
		    " to ", f->digits);
	fp_short(fp, &f->view.live_fp);
	if (!f->cli->quiet && f->cli->fmt == OUT_TABLE)
		printf("forgot %s %s\n", f->name, fp);
	if (f->a->opt['N'] != NULL)
		return CLI_YES;
	rv = changes_decided(f->cli, f->store, &f->id, "forgotten in the"
	    " store, but its file may still be in iked's tree", e);
	return rv == CLI_NO ? CLI_TROUBLE : rv;	/* another file there */
}

int
ctl_forget(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct forget f = { .cli = cli, .a = a };
	int rv;

	if (btns_ident_parse(&f.id, a->argv[0], e) == -1)
		return -1;
	btns_ident_print(f.name, &f.id);
	if (a->argc == 2) {
		if (!hex_digits(f.digits, a->argv[1]))
			return cli_usage(e, "%s: not 8 to 64 digits of a"
			    " fingerprint", a->argv[1]);
		f.order.replaces = f.digits;
	}
	f.order.comment = a->opt['c'];
	if ((f.order.comment != NULL &&
	    btns_comment_check(f.order.comment, e) == -1) ||
	    session_open(&f.store, cli, e) == -1)
		return -1;
	rv = decide(&f, e);
	btns_pins_close(f.store);
	return rv;
}
