#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/keyder.h"
#include "ask.h"
#include "batch.h"
#include "vouch_priv.h"

/* What was heard agrees with too little, or not at all: say which. */
static void
judge_short(char *out, size_t size, const char *heard, const char *hex,
    const char *reason)
{
	char digits[2 * BTNS_FP_LEN + 1];

	if (hex_digits(digits, heard) &&
	    strncmp(digits, hex, strlen(digits)) == 0)
		(void)snprintf(out, size, "%zu digits agree; %d are the least"
		    " that proves anything", strlen(digits),
		    BTNS_PROOF_DIGITS);
	else
		(void)snprintf(out, size, "%.200s", reason);
}

enum judged { JUDGED_PROOF, JUDGED_AGAIN, JUDGED_NO };

/* A key's view of what was heard. */
static enum judged
judge_key(struct vouch *p, const struct btns_verdict *v, char *why,
    size_t size)
{
	if (v->what == BTNS_MATCH) {
		p->order.given.evidence = TRUST_PROOF;
		p->order.digits = v->digits;
		return JUDGED_PROOF;
	}
	if (btns_verdict_idle(v) != NULL)
		(void)snprintf(why, size, "%s", btns_verdict_idle(v));
	else if (v->group != 0)
		btns_verdict_again(why, size, v);
	else {
		(void)snprintf(why, size, "no match: that is the fingerprint"
		    " of another key");
		return JUDGED_NO;
	}
	return JUDGED_AGAIN;
}

static void
choose(struct vouch *p, const struct candidate *c)
{
	p->key = c->key;
	p->picked = c;
	p->chosen = true;
	btns_key_name(p->key_name, &p->key);
}

/* A fingerprint that was typed or given by -F: of which key? */
static int
judge(enum judged *j, struct vouch *p, const char *heard, char *why,
    size_t size, struct btns_err *e)
{
	char hex[BTNS_FP_HEX] = "";
	struct btns_heard h;
	struct btns_verdict v;
	size_t i;

	*j = JUDGED_AGAIN;
	if (p->chosen)
		btns_fp_hex(hex, &p->view.fp);
	if (btns_heard_parse(&h, heard, e) == -1) {
		judge_short(why, size, heard, hex, e->msg);
		return 0;
	}
	for (i = 0; !p->chosen && i < p->ncand; i++) {
		if (btns_heard_match(&v, &h, &p->cand[i].key, e) == -1)
			return -1;
		if (v.what != BTNS_MATCH)
			continue;
		choose(p, &p->cand[i]);
		*j = judge_key(p, &v, why, size);
		return 0;
	}
	if (!p->chosen) {
		*j = JUDGED_NO;
		(void)snprintf(why, size, "no match: no key learned has that"
		    " fingerprint");
		return 0;
	}
	if (btns_heard_match(&v, &h, &p->key, e) == -1)
		return -1;
	*j = judge_key(p, &v, why, size);
	return 0;
}

static const char *
not_enough(const struct vouch *p)
{
	return p->view.live && p->view.facts.state != TRUST_ACCEPTED ?
	    "replace a pin" : "pin this key";
}

/* One answer: 1 enough, 0 ask again with why, or -1. */
static int
answer(struct vouch *p, const char *line, enum trust_evidence need,
    char *why, size_t size, struct btns_err *e)
{
	enum judged j;

	if (strcmp(line, "yes") == 0 && need != TRUST_PROOF) {
		p->order.given.evidence = TRUST_OPERATOR;
		return 1;
	}
	if (strcmp(line, "yes") == 0) {
		(void)snprintf(why, size, "yes is not enough to %s",
		    not_enough(p));
		return 0;
	}
	if (strlen(line) < 22 && strpbrk(line, "0123456789") == NULL) {
		(void)snprintf(why, size, "%s in full, or the fingerprint"
		    " that they read", need == TRUST_PROOF ? "no" :
		    "yes or no");
		return 0;
	}
	if (judge(&j, p, line, why, size, e) == -1)
		return -1;
	if (j == JUDGED_NO)
		return btns_fail(e, BTNS_E_REFUSED, "%s; nothing was changed",
		    why);
	return j == JUDGED_PROOF;
}

/* Ask until there is an answer; the end of input is one: no. */
static int
ask(struct vouch *p, enum trust_evidence need, struct btns_err *e)
{
	const char *prompt = need == TRUST_PROOF ?
	    "What do they read (no/[fingerprint])? " :
	    "Do they read the same (yes/no/[fingerprint])? ";
	char line[2 * BTNS_ENC_MAX], why[256], text[300];
	int rv;

	vouch_intro(p, need);
	p->asked = true;
	for (;;) {
		if ((rv = ask_line(line, sizeof(line), prompt, e)) == -1)
			return -1;
		if (rv == 0 || strcmp(line, "no") == 0)
			return btns_fail(e, BTNS_E_REFUSED,
			    "nothing was changed");
		if (line[0] == '\0')
			continue;
		if ((rv = answer(p, line, need, why, sizeof(why), e)) != 0)
			return rv == 1 ? 0 : -1;
		(void)snprintf(text, sizeof(text), "%s: %s\n", p->cli->prog,
		    why);
		ask_say(text);
	}
}

/* -F: proof, or a definite no. */
static int
heard(struct vouch *p, struct btns_err *e)
{
	char line[2 * BTNS_ENC_MAX], why[256];
	const char *text;
	struct btns_heard h;
	enum judged j;

	if ((text = ask_heard(p->a->opt['F'], line, sizeof(line),
	    e)) == NULL || btns_heard_parse(&h, text, e) == -1)
		return -1;
	if (judge(&j, p, text, why, sizeof(why), e) == -1)
		return -1;
	return j == JUDGED_PROOF ? 0 : btns_fail(e, BTNS_E_REFUSED,
	    "%s: %s; nothing was changed", p->name, why);
}

static int
no_terminal(enum trust_evidence need, struct btns_err *e)
{
	return cli_usage(e, "no terminal to ask at: give -F fingerprint%s",
	    need == TRUST_PROOF ? "" : ", or -y to pin uncompared");
}

/* Which of several keys?  Only a fingerprint says; it is proof as well. */
static int
pick(struct vouch *p, struct btns_err *e)
{
	if (p->a->opt['F'] != NULL)
		return heard(p, e);
	if (p->a->opt['y'] != NULL)
		return btns_fail(e, BTNS_E_REFUSED, "%s: %u keys learned;"
		    " -y does not say which, -F does", p->name,
		    p->view.learned);
	if (!ask_can())
		return no_terminal(TRUST_PROOF, e);
	return ask(p, TRUST_PROOF, e);
}

static int
give_evidence(struct vouch *p, const struct trust_verdict *v,
    struct btns_err *e)
{
	if (p->order.given.evidence == TRUST_PROOF)
		return 0;		/* it chose the key */
	if (p->a->opt['F'] != NULL)
		return v->reason == TRUST_OK || v->reason == TRUST_ASK ?
		    heard(p, e) : 0;
	if (p->a->opt['y'] != NULL)
		p->order.given.evidence = TRUST_OPERATOR;
	else if (v->reason == TRUST_ASK) {
		if (!ask_can())
			return no_terminal(v->need, e);
		return ask(p, v->need, e);
	}
	return 0;
}

/*
 * What a person who picks one of them looks at: taken before they are asked,
 * for any key may be chosen.
 */
static int
look_at_all(struct vouch *p, struct btns_err *e)
{
	struct trust_verdict v;
	size_t i;

	for (i = 0; i < p->ncand; i++)
		if (btns_pins_try(p->store, p->verb, &p->id, &p->cand[i].key,
		    &p->order, &v, &p->cand[i].view, e) == -1)
			return -1;
	return 0;
}

/* For later: what would be refused now is refused. */
static int
note(struct vouch *p, const struct btns_view *shown, struct btns_err *e)
{
	struct trust_verdict v;

	if (p->a->opt['N'] != NULL)
		return batch_no_tree(e);
	if (btns_pins_try(p->store, p->verb, &p->id, &p->key, &p->order, &v,
	    &p->view, e) == -1)
		return -1;
	return v.reason != TRUST_OK ? vouch_refuse(p, &v, e) :
	    batch_note(p->cli, p->verb, &p->id, &p->key, &p->view.fp,
	    &p->order, shown, e);
}

static int
decide(struct vouch *p, struct btns_err *e)
{
	struct btns_view shown;
	struct trust_verdict v;
	bool picked = !p->chosen;

	if (picked && (look_at_all(p, e) == -1 || pick(p, e) == -1))
		return -1;
	if (btns_pins_try(p->store, p->verb, &p->id, &p->key, &p->order, &v,
	    &p->view, e) == -1)
		return -1;
	shown = picked ? p->picked->view : p->view;
	if (give_evidence(p, &v, e) == -1)
		return -1;
	if (batch_is(p->cli))
		return note(p, &shown, e);
	/* Without a prompt nobody looked: the table decides on what is now. */
	if (btns_pins_do(p->store, p->verb, &p->id, &p->key, &p->order,
	    p->asked ? &shown : NULL, &v, &p->view, e) == -1)
		return -1;
	return v.reason == TRUST_OK ? vouch_report(p, &v, e) :
	    vouch_refuse(p, &v, e);
}

int
vouch_options(const struct cli_args *a, struct btns_err *e)
{
	char unused[2 * BTNS_FP_LEN + 1];

	if (a->opt['F'] != NULL && a->opt['y'] != NULL)
		return cli_usage(e, "-F and -y: one or the other");
	if (a->opt['R'] != NULL && !hex_digits(unused, a->opt['R']))
		return cli_usage(e, "-R %s: not 8 to 64 digits of a"
		    " fingerprint", a->opt['R']);
	return a->opt['c'] == NULL ? 0 : btns_comment_check(a->opt['c'], e);
}

/* The order that the options make, and the store. */
static int
start(struct vouch *p, struct btns_err *e)
{
	const struct cli_args *a = p->a;

	if (vouch_options(a, e) == -1)
		return -1;
	if (a->opt['R'] != NULL && hex_digits(p->replaces, a->opt['R']))
		p->order.replaces = p->replaces;
	p->order.comment = a->opt['c'];
	p->order.given.force = a->opt['f'] != NULL;
	p->order.given.typed = p->id.typed;
	btns_ident_print(p->name, &p->id);
	return session_open(&p->store, p->cli, e);
}

int
vouch_file(struct cli *cli, const struct cli_args *a,
    const struct btns_key *key, const char *file, struct btns_err *e)
{
	struct vouch p = { .cli = cli, .a = a, .verb = TRUST_PIN,
	    .file = file, .key = *key, .chosen = true };
	char hex[BTNS_FP_HEX];
	struct btns_fp fp;
	int rv;

	if (btns_ident_parse(&p.id, a->argv[0], e) == -1 ||
	    btns_fp_of(&fp, key, e) == -1)
		return -1;
	btns_fp_hex(hex, &fp);
	if (p.id.value[0] == '\0')
		btns_ident_of_fp(&p.id, hex);
	btns_key_name(p.key_name, key);
	if (start(&p, e) == -1)
		return -1;
	rv = decide(&p, e);
	btns_pins_close(p.store);
	return rv;
}

static int
candidate(const struct btns_pin *pin, void *arg)
{
	struct vouch *p = arg;
	struct candidate *c;

	if (strcmp(pin->state, "retired") == 0)
		return 0;
	if ((c = reallocarray(p->cand, p->ncand + 1, sizeof(*c))) == NULL)
		return btns_fail(p->e, BTNS_E_NOMEM, "out of memory");
	p->cand = c;
	c += p->ncand++;
	c->fp = pin->fp;
	c->live = pin->live;
	c->learned = !pin->live && strcmp(pin->state, "rejected") != 0;
	p->view.learned += c->learned;
	return btns_pin_key(&c->key, pin, p->e);
}

/*
 * Without a fingerprint: the live key, or the one learned key; with -R, the
 * one that would replace the live one.
 */
static void
only_one(struct vouch *p)
{
	const struct candidate *live = NULL, *learned = NULL;
	size_t i;

	for (i = 0; i < p->ncand; i++) {
		if (p->cand[i].live)
			live = &p->cand[i];
		if (p->cand[i].learned)
			learned = &p->cand[i];
	}
	if (p->a->opt['F'] != NULL && p->ncand > 1)
		return;			/* that chooses */
	if (live != NULL && p->a->opt['R'] == NULL)
		choose(p, live);
	else if (p->view.learned == 1)
		choose(p, learned);
	else if (live != NULL && p->view.learned == 0)
		choose(p, live);
}

int
vouch_learned(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct vouch p = { .cli = cli, .a = a, .verb = TRUST_PROMOTE,
	    .e = e };
	int rv;

	if (btns_ident_parse(&p.id, a->argv[0], e) == -1 ||
	    start(&p, e) == -1)
		return -1;
	rv = btns_pins_of(p.store, &p.id, candidate, &p, e);
	only_one(&p);
	if (rv == 0 && p.ncand == 0)
		rv = btns_fail(e, BTNS_E_NOTFOUND, "%s: no key learned",
		    p.name);
	else if (rv == 0 && !p.chosen && p.view.learned == 0 &&
	    a->opt['F'] == NULL)
		rv = btns_fail(e, BTNS_E_REFUSED, "%s: its only key was"
		    " rejected; -F and its fingerprint take that back",
		    p.name);
	if (rv == 0)
		rv = decide(&p, e);
	btns_pins_close(p.store);
	free(p.cand);
	return rv;
}
