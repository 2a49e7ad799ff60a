#include <stdio.h>
#include <string.h>

#include "../../lib/keyder.h"
#include "../../lib/keywrite.h"
#include "../session.h"
#include "btnsctl.h"

struct show {
	struct cli	*cli;
	struct out	 out;
	struct btns_pins *pins;
	struct btns_tree *tree;
	bool		 pem;		/* -k */
	unsigned	 n;
	bool		 revoked;
	struct btns_err	*e;
};

static int
pem(const struct btns_pin *pin, struct btns_err *e)
{
	char text[BTNS_FORM_MAX];
	struct btns_key k;
	size_t n;

	if (btns_pin_key(&k, pin, e) == -1 ||
	    btns_key_write(text, &n, &k, BTNS_FORM_PEM, e) == -1)
		return -1;
	(void)fwrite(text, 1, n, stdout);
	return 0;
}

static void
print(struct show *s, const struct btns_pin *pin, int there)
{
	char hex[BTNS_FP_HEX], id[BTNS_ID_PRINT], since[TIME_TEXT];
	char seen[TIME_TEXT];
	/* Whose doing that was, the history knows. */
	bool past = strcmp(pin->state, "rejected") == 0 ||
	    strcmp(pin->state, "retired") == 0;

	btns_fp_hex(hex, &pin->fp);
	btns_ident_print(id, &pin->ident);
	time_text(since, pin->since);
	printf("%s%s %s\nkey      %s\nkind     %s\n"
	    "tree     %s\nsince    %s%s%s%s%s\n",
	    s->n > 0 ? "\n" : "", pin->state, id, hex, pin->keyname,
	    there == -1 ? "can't be looked at" : there ? "yes" : "no",
	    since, past ? "" : " by ", past ? "" : pin->login,
	    pin->evidence == NULL ? "" : ", ",
	    pin->evidence == NULL ? "" : pin->evidence);
	time_text(seen, pin->last_seen);
	if (pin->times > 0)
		printf("seen     %s, %lld time%s on %lld day%s%s%s\n", seen,
		    (long long)pin->times, pin->times == 1 ? "" : "s",
		    (long long)pin->days, pin->days == 1 ? "" : "s",
		    pin->address == NULL ? "" : ", last from ",
		    pin->address == NULL ? "" : pin->address);
	if (pin->revoked)
		printf("key      is REVOKED: btnsctl show %.16s\n", hex);
	if (pin->comment != NULL) {
		printf("comment  ");
		out_text(stdout, pin->comment);
		putchar('\n');
	}
}

static int
binding(const struct btns_pin *pin, void *arg)
{
	struct show *s = arg;
	int there;

	if (s->pem) {
		/* The key once, not once a binding; live before past. */
		if (pin->live && pem(pin, s->e) == -1)
			return -1;
		s->n += pin->live;
		return 0;
	}
	if (pin_in_tree(&there, s->pins, s->tree, pin, s->e) == -1)
		return -1;
	if (s->cli->fmt == OUT_TABLE)
		print(s, pin, there);
	else
		pin_row(&s->out, pin, there);
	s->n++;
	return 0;
}

/* Names that a person could take for this one. */
static int
alike(const struct btns_pin *pin, void *arg)
{
	const struct btns_ident *id = arg;
	char name[BTNS_ID_PRINT];

	if (btns_ident_same(id, &pin->ident))
		return 0;
	btns_ident_print(name, &pin->ident);
	printf("alike    %s, %s\n", name, pin->state);
	return 0;
}

/* The line of a revoked key, before its bindings. */
static int
revoked(const struct btns_revoked *r, void *arg)
{
	struct show *s = arg;
	char hex[BTNS_FP_HEX], at[TIME_TEXT];
	int rv;

	btns_fp_hex(hex, &r->fp);
	time_text(at, r->at);
	s->revoked = true;
	if (s->cli->fmt != OUT_TABLE) {
		rv = revoked_row(&s->out, s->pins, r, s->e);
		s->n += rv == 1;
		return rv == -1 ? -1 : 0;
	}
	if (s->pem)
		return 0;
	printf("revoked %s\nrevoked  %s by %s\n", hex, at, r->login);
	if (r->comment != NULL) {
		printf("why      ");
		out_text(stdout, r->comment);
		putchar('\n');
	}
	s->n++;
	return 0;
}

static int
run(struct show *s, const char *text, struct btns_err *e)
{
	struct btns_pins *p = s->pins;
	struct what w;

	if (what_find(&w, p, text, e) == -1)
		return -1;
	out_begin(&s->out, s->cli->fmt, pin_cols, PIN_COLS);
	if ((w.is_key ? btns_revoked_by_prefix(p, w.digits, revoked, s,
	    e) == -1 || btns_pins_by_prefix(p, w.digits, binding, s,
	    e) == -1 : btns_pins_of(p, &w.id, binding, s, e) == -1) ||
	    out_end(&s->out, e) == -1)
		return -1;
	if (s->n == 0 && s->pem)
		return btns_fail(e, BTNS_E_NOTFOUND, "%s: no pin", w.name);
	if (s->n == 0 && s->cli->fmt == OUT_TABLE && !s->cli->quiet)
		printf("unknown %s\n", w.name);
	if (!w.is_key && !s->pem && s->cli->fmt == OUT_TABLE &&
	    btns_pins_alike(p, &w.id, alike, &w.id, e) == -1)
		return -1;
	return s->n > 0 || s->revoked ? CLI_YES : CLI_NO;
}

int
ctl_show(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct show s = { .cli = cli, .pem = a->opt['k'] != NULL, .e = e };
	int rv;

	if (s.pem && cli->fmt != OUT_TABLE)
		return cli_usage(e, "-k and -o: one or the other");
	if (session_open(&s.pins, cli, e) == -1)
		return -1;
	if ((rv = pin_tree(&s.tree, s.pins, e)) == 0)
		rv = run(&s, a->argv[0], e);
	btns_tree_close(s.tree);
	btns_pins_close(s.pins);
	return rv;
}
