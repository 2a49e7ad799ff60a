#include <stdio.h>
#include <string.h>

#include "../ask.h"
#include "../batch.h"
#include "../session.h"
#include "btnsctl.h"

struct reject {
	struct cli	*cli;
	const struct cli_args *a;
	struct btns_pins *store;
	struct btns_ident id;
	char		 name[BTNS_ID_PRINT];
	const char	*said;		/* -F */
	struct btns_heard heard;	/* unless it is a prefix: */
	char		 digits[2 * BTNS_FP_LEN + 1];	/* or "" */
	struct btns_key	 key;
	unsigned	 n;
	struct btns_order order;
	struct btns_view view;
	struct btns_err	*e;
};

static int
choose(const struct btns_pin *pin, void *arg)
{
	struct reject *r = arg;
	char hex[BTNS_FP_HEX];
	struct btns_key k;
	struct btns_verdict v;
	bool is;

	btns_fp_hex(hex, &pin->fp);
	if (btns_pin_key(&k, pin, r->e) == -1)
		return -1;
	if (r->digits[0] != '\0')
		is = strncmp(hex, r->digits, strlen(r->digits)) == 0;
	else if (btns_heard_match(&v, &r->heard, &k, r->e) == -1)
		return -1;
	else
		is = v.what == BTNS_MATCH;
	if (!is)
		return 0;
	r->key = k;
	r->n++;
	return 0;
}

static int
run(struct reject *r, struct btns_err *e)
{
	struct trust_verdict v;
	char fp[FP_SHORT];

	if (btns_pins_of(r->store, &r->id, choose, r, e) == -1)
		return -1;
	if (r->n == 0)
		return btns_fail(e, BTNS_E_NOTFOUND, "%s: no key learned that"
		    " has this fingerprint", r->name);
	if (r->n > 1)
		return btns_fail(e, BTNS_E_USAGE, "%s: several keys of %s"
		    " begin so", r->digits, r->name);
	if ((batch_is(r->cli) ? btns_pins_try(r->store, TRUST_REJECT, &r->id,
	    &r->key, &r->order, &v, &r->view, e) : btns_pins_do(r->store,
	    TRUST_REJECT, &r->id, &r->key, &r->order, NULL, &v, &r->view,
	    e)) == -1)
		return -1;
	if (v.reason == TRUST_OK && batch_is(r->cli))
		return batch_note(r->cli, TRUST_REJECT, &r->id, &r->key,
		    &r->view.fp, &r->order, &r->view, e);
	if (v.reason != TRUST_OK)
		return btns_fail(e, BTNS_E_REFUSED, "%s: %s; nothing was"
		    " changed", r->name, trust_reason_text(v.reason));
	fp_short(fp, &r->view.fp);
	if (!r->cli->quiet && r->cli->fmt == OUT_TABLE)
		printf("%s %s %s\n", v.effect == TRUST_NONE ?
		    "already rejected" : "rejected", r->name, fp);
	return v.ends ? changes_decided(r->cli, r->store, &r->id, 1, 0,
	    "rejected in the store, but its file may still be in iked's"
	    " tree", e) : CLI_YES;
}

int
ctl_reject(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct reject r = { .cli = cli, .a = a, .e = e };
	char line[2 * BTNS_ENC_MAX];
	int rv;

	if (a->opt['F'] == NULL)
		return cli_usage(e, "-F is needed: which key?");
	if (btns_ident_parse(&r.id, a->argv[0], e) == -1 ||
	    (a->opt['c'] != NULL &&
	    btns_comment_check(a->opt['c'], e) == -1) ||
	    (r.said = ask_heard(a->opt['F'], line, sizeof(line),
	    e)) == NULL ||
	    (!hex_digits(r.digits, r.said) &&
	    btns_heard_parse(&r.heard, r.said, e) == -1))
		return -1;
	if (!hex_digits(r.digits, r.said))
		r.digits[0] = '\0';
	btns_ident_print(r.name, &r.id);
	r.order.comment = a->opt['c'];
	if (session_open(&r.store, cli, e) == -1)
		return -1;
	rv = run(&r, e);
	btns_pins_close(r.store);
	return rv;
}
