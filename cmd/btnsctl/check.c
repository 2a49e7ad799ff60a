#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ask.h"
#include "../keyfile.h"
#include "../session.h"
#include "btnsctl.h"

struct check {
	struct cli	*cli;
	const struct cli_args *a;
	struct btns_pins *store;
	struct btns_ident id;
	char		 name[BTNS_ID_PRINT];
	bool		 have_key, have_heard;
	struct btns_key	 key;
	struct btns_fp	 fp;
	struct btns_heard heard;
	/* What was found. */
	bool		 live, revoked, rejected, learned, match, past;
	struct btns_fp	 live_fp, match_fp;
	char		 live_state[BTNS_STATE_MAX];
	struct btns_verdict verdict;	/* of the live key, by ear */
	struct btns_err	*e;
};

/* Is this binding's key the one in hand, or the one that was heard? */
static int
same(struct check *c, const struct btns_pin *pin, bool *is)
{
	struct btns_verdict v;
	struct btns_key k;

	if (c->have_key) {
		*is = memcmp(&pin->fp, &c->fp, sizeof(c->fp)) == 0;
		return 0;
	}
	if (btns_pin_key(&k, pin, c->e) == -1 ||
	    btns_heard_match(&v, &c->heard, &k, c->e) == -1)
		return -1;
	if (btns_verdict_idle(&v) != NULL)
		return btns_fail(c->e, BTNS_E_USAGE, "%s: %s", c->name,
		    btns_verdict_idle(&v));
	*is = v.what == BTNS_MATCH;
	if (pin->live || *is)
		c->verdict = v;
	return 0;
}

static int
binding(const struct btns_pin *pin, void *arg)
{
	struct check *c = arg;
	bool is = false;

	if ((c->have_key || c->have_heard) && same(c, pin, &is) == -1)
		return -1;
	if (pin->live) {
		c->live = true;
		c->live_fp = pin->fp;
		(void)snprintf(c->live_state, sizeof(c->live_state), "%s",
		    pin->state);
	} else if (strcmp(pin->state, "retired") == 0)
		c->past = true;
	if (!is)
		return 0;
	c->match_fp = pin->fp;
	c->match = pin->live;
	c->revoked = pin->revoked;
	c->rejected = strcmp(pin->state, "rejected") == 0;
	c->learned = strcmp(pin->state, "learned") == 0 ||
	    strcmp(pin->state, "conflict") == 0;
	return 0;
}

/* "spki sha256, 32 digits": what agreed. */
static void
how(const struct check *c, char *out, size_t size)
{
	if (!c->have_heard)
		(void)snprintf(out, size, "%s", c->live_state);
	else if (c->verdict.hash == -1)
		(void)snprintf(out, size, "%s, the key itself",
		    c->live_state);
	else
		(void)snprintf(out, size, "%s, %u digits of %s %s",
		    c->live_state, c->verdict.digits,
		    btns_enc_name(c->verdict.enc),
		    btns_hash_name((enum btns_hash)c->verdict.hash));
}

static const struct out_col cols[] = {
	{ .key = "result" }, { .key = "identity" }, { .key = "fingerprint" },
	{ .key = "state" }, { .key = "digits" },
};

/* The answer to a program; fp and state are NULL where no key is meant. */
static int
row(const struct check *c, const char *result, const char *identity,
    const struct btns_fp *fp, const char *state)
{
	char hex[BTNS_FP_HEX] = "";
	struct out o;

	if (fp != NULL)
		btns_fp_hex(hex, fp);
	out_begin(&o, c->cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	out_str(&o, result);
	out_str(&o, identity);
	out_str(&o, fp == NULL ? NULL : hex);
	out_str(&o, state);
	if (c->have_heard && strcmp(result, "match") == 0)
		out_int(&o, c->verdict.digits);
	else
		out_str(&o, NULL);
	if (out_end(&o, c->e) == -1)
		return -1;
	return strcmp(result, "match") == 0 ? CLI_YES : CLI_NO;
}

/* Has a program asked, and does it want to know? */
static bool
rows(const struct check *c)
{
	return c->cli->fmt != OUT_TABLE && !c->cli->quiet;
}

static int
match(const struct check *c)
{
	char fp[FP_SHORT], text[128];

	if (rows(c))
		return row(c, "match", c->name, &c->live_fp, c->live_state);
	how(c, text, sizeof(text));
	fp_short(fp, &c->live_fp);
	if (!c->cli->quiet)
		printf("match: %s %s (%s)\n", c->name, fp, text);
	return CLI_YES;
}

static int
no_row(const struct check *c)
{
	if (c->revoked)
		return row(c, "revoked", c->name, &c->match_fp, "revoked");
	if (c->rejected)
		return row(c, "rejected", c->name, &c->match_fp, "rejected");
	if (c->live)
		return row(c, c->have_heard && c->verdict.group != 0 ?
		    "again" : "changed", c->name, &c->live_fp,
		    c->live_state);
	return row(c, "unknown", c->name, c->learned ? &c->match_fp : NULL,
	    c->learned ? "learned" : NULL);
}

static int
no(const struct check *c)
{
	char live[FP_SHORT], fp[FP_SHORT], again[128];

	if (rows(c))
		return no_row(c);
	btns_verdict_again(again, sizeof(again), &c->verdict);
	fp_short(live, &c->live_fp);
	fp_short(fp, &c->match_fp);
	if (c->cli->quiet)
		return CLI_NO;
	if (c->revoked)
		printf("revoked: %s %s was REVOKED; never use it\n", c->name,
		    fp);
	else if (c->rejected)
		printf("rejected: %s %s was rejected for it\n", c->name, fp);
	else if (c->have_heard && c->live && c->verdict.group != 0)
		printf("no match: %s\n", again);
	else if (c->live)
		printf("changed: %s is %s to %s, ANOTHER KEY\n", c->name,
		    c->live_state, live);
	else if (c->learned)
		printf("unknown: %s %s is learned, nobody vouched for it\n",
		    c->name, fp);
	else
		printf("unknown: %s has no pin%s\n", c->name, c->past ?
		    ", but had one" : "");
	return CLI_NO;
}

/*
 * RFC 5386 2: an identity that has an entry is decided by it alone; only
 * one without is looked for by its key.
 */
static int
by_key(struct check *c)
{
	char hex[BTNS_FP_HEX], on[BTNS_SETTING_MAX], fp[FP_SHORT];
	struct check k = *c;

	if (!c->have_key || c->live || c->past || c->learned || c->rejected)
		return no(c);
	btns_fp_hex(hex, &c->fp);
	btns_ident_of_fp(&k.id, hex);
	if (btns_pins_of(c->store, &k.id, binding, &k, c->e) == -1 ||
	    btns_setting_get(c->store, "fp-tree", on, c->e) == -1)
		return -1;
	if (!k.match || strcmp(on, "off") == 0)
		return no(c);
	if (rows(c)) {
		btns_ident_print(k.name, &k.id);
		return row(c, "match", k.name, &c->fp, k.live_state);
	}
	fp_short(fp, &c->fp);
	if (!c->cli->quiet)
		printf("match: fp/%s by its key, %s has no entry (RFC 5386 2;"
		    " only for an iked that looks in pubkeys/fp)\n", fp,
		    c->name);
	return CLI_YES;
}

static int
run(struct check *c)
{
	int rv;

	if (c->have_key) {
		if ((rv = btns_revoked_is(c->store, &c->fp, c->e)) == -1)
			return -1;
		c->match_fp = c->fp;
		c->revoked = rv == 1;
	}
	if (btns_pins_of(c->store, &c->id, binding, c, c->e) == -1)
		return -1;
	if (c->have_key && !c->revoked && (rv = btns_revoked_is(c->store,
	    &c->fp, c->e)) == 1)
		c->revoked = true;
	if (!c->have_key && !c->have_heard)
		c->match = c->live;
	return c->match && !c->revoked ? match(c) : by_key(c);
}

int
ctl_check(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct check c = { .cli = cli, .a = a, .e = e };
	char line[2 * BTNS_ENC_MAX];
	const char *said;
	int rv;

	if (a->opt['F'] != NULL && a->argc == 2)
		return cli_usage(e, "-F and a file: one or the other");
	if (btns_ident_parse(&c.id, a->argv[0], e) == -1)
		return -1;
	if (a->argc == 2) {
		if (key_file(&c.key, NULL, a->argv[1], e) == -1 ||
		    btns_fp_of(&c.fp, &c.key, e) == -1)
			return -1;
		c.have_key = true;
	}
	if (a->opt['F'] != NULL) {
		if ((said = ask_heard(a->opt['F'], line, sizeof(line),
		    e)) == NULL || btns_heard_parse(&c.heard, said, e) == -1)
			return -1;
		c.have_heard = true;
	}
	btns_ident_print(c.name, &c.id);
	if (session_open(&c.store, cli, e) == -1)
		return -1;
	rv = run(&c);
	btns_pins_close(c.store);
	return rv;
}
