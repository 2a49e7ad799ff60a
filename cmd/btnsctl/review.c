/*
 * The work list, one key at a time, with a person who has the other side on
 * the phone.  A candidate's digits stay hidden until what they read was
 * typed: nobody can say yes to what he only skimmed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../ask.h"
#include "review.h"

/* --- the work list */

struct list {
	struct work	*work;
	size_t		 n;
	struct btns_err	*e;
};

/* What nobody decided on: conflicts, accepted keys, learned ones. */
static int
rank(const struct btns_pin *pin)
{
	return pin->revoked ? -1 : strcmp(pin->state, "conflict") == 0 ? 0 :
	    strcmp(pin->state, "accepted") == 0 ? 1 :
	    strcmp(pin->state, "learned") == 0 ? 2 : -1;
}

static int
add(const struct btns_pin *pin, void *arg)
{
	struct list *l = arg;
	struct work *p;

	if (rank(pin) == -1)
		return 0;
	if ((p = reallocarray(l->work, l->n + 1, sizeof(*p))) == NULL)
		return btns_fail(l->e, BTNS_E_NOMEM, "out of memory");
	l->work = p;
	l->work[l->n++] = (struct work){ rank(pin), pin->ident, pin->fp };
	return 0;
}

static int
by_rank(const void *a, const void *b)
{
	const struct work *x = a, *y = b;
	char p[BTNS_ID_PRINT], q[BTNS_ID_PRINT];

	if (x->rank != y->rank)
		return x->rank - y->rank;
	btns_ident_print(p, &x->ident);
	btns_ident_print(q, &y->ident);
	return strcmp(p, q);
}

/* --- one of them, as the store has it now */

static void
take(struct seen *s, const struct btns_pin *pin)
{
	s->there = true;
	s->fp = pin->fp;
	s->since = pin->since;
	s->last_seen = pin->last_seen;
	s->days = pin->days;
	s->times = pin->times;
	(void)snprintf(s->state, sizeof(s->state), "%s", pin->state);
	(void)snprintf(s->keyname, sizeof(s->keyname), "%s", pin->keyname);
	(void)snprintf(s->address, sizeof(s->address), "%s",
	    pin->address == NULL ? "-" : pin->address);
	(void)snprintf(s->source, sizeof(s->source), "%s", pin->source);
}

static int
binding(const struct btns_pin *pin, void *arg)
{
	struct review *r = arg;

	if (memcmp(&pin->fp, &r->work->fp, sizeof(pin->fp)) == 0 &&
	    rank(pin) != -1) {
		take(&r->candidate, pin);
		if (btns_pin_key(&r->key, pin, r->e) == -1)
			return -1;
	} else if (pin->live)
		take(&r->now, pin);
	return 0;
}

/* 1; 0: somebody decided on it meanwhile; or -1. */
static int
look(struct review *r, struct btns_err *e)
{
	struct btns_order o = { .given.evidence = TRUST_OPERATOR };
	struct trust_verdict v;

	r->candidate.there = r->now.there = false;
	if (btns_pins_of(r->store, &r->work->ident, binding, r, e) == -1)
		return -1;
	if (!r->candidate.there)
		return 0;
	if (btns_pins_try(r->store, TRUST_PROMOTE, &r->work->ident, &r->key,
	    &o, &v, &r->view, e) == -1)
		return -1;
	/* Does it take more than a yes? */
	r->proof = v.need == TRUST_PROOF;
	return 1;
}

/* --- answers */

#define WORD_OR_GROUP	8	/* characters: what is shorter is no answer */

static int
refused(const struct review *r, const struct trust_verdict *v,
    struct btns_err *e)
{
	char why[256];

	(void)snprintf(why, sizeof(why), "%s", v->reason == TRUST_NO_NAME ||
	    v->reason == TRUST_NO_MISNAMED ? "that is not the key it has now" :
	    v->reason == TRUST_ASK ? "that is not enough" :
	    trust_reason_text(v->reason));
	return btns_fail(e, BTNS_E_REFUSED, "%s: %s; nothing was changed",
	    r->name, why);
}

/* Do it as it was looked at, say so, and make it live: 1 or -1. */
static int
decide(struct review *r, enum trust_verb verb, const struct btns_order *o,
    const char *said, const char *how, const char *half_done,
    struct btns_err *e)
{
	const struct btns_view shown = r->view;
	struct trust_verdict v;
	char fp[FP_SHORT];

	if (btns_pins_do(r->store, verb, &r->work->ident, &r->key, o, &shown,
	    &v, &r->view, e) == -1)
		return -1;
	if (v.reason != TRUST_OK)
		return refused(r, &v, e);
	fp_short(fp, &r->work->fp);
	printf("%s %s %s%s\n", said, r->name, fp, how);
	return (verb == TRUST_PROMOTE || v.ends) && changes_decided(r->cli,
	    r->store, &r->work->ident, 1, 0, half_done, e) == -1 ? -1 : 1;
}

static int
promote(struct review *r, const char *old, enum trust_evidence given,
    unsigned digits, struct btns_err *e)
{
	const struct btns_order o = { .given.evidence = given,
	    .given.typed = r->typed, .digits = digits,
	    .replaces = *old == '\0' ? NULL : old };

	return decide(r, TRUST_PROMOTE, &o, "pinned", given == TRUST_PROOF ?
	    " (fingerprint)" : " (operator)",
	    "pinned in the store, but not in iked's tree", e);
}

static void
tell(const char *text)
{
	char line[sizeof(((struct btns_err *)0)->msg) + 8];

	(void)snprintf(line, sizeof(line), "    %s\n", text);
	ask_say(line);
}

/* Whose is it, if it isn't the candidate's? */
static void
not_its(const struct review *r, const struct btns_heard *h)
{
	struct other o = { .r = r, .heard = h };
	struct btns_err ignored;

	(void)btns_pins_of(r->store, &r->work->ident, review_other, &o,
	    &ignored);
	if (o.state[0] == '\0')
		(void)btns_pins_each(r->store, review_whose, &o, &ignored);
	tell(o.state[0] == '\0' ? "no match: that is the fingerprint of"
	    " a key that is not known here" : o.state);
	tell("if they are sure of it, this key is not theirs: r rejects it");
}

/* What they read: 1 it is the candidate's, 0 ask again, or -1. */
static int
judge(struct review *r, const char *line, unsigned *digits,
    struct btns_err *e)
{
	struct btns_verdict v;
	struct btns_heard h;
	struct btns_err why;
	char again[128];

	if (strlen(line) < WORD_OR_GROUP) {
		tell("type what they read, all of it: 8 groups or 12 words");
		return 0;
	}
	if (btns_heard_parse(&h, line, &why) == -1) {
		tell(why.msg);
		return 0;
	}
	if (btns_heard_match(&v, &h, &r->key, e) == -1)
		return -1;
	*digits = v.digits;
	if (v.what == BTNS_MATCH)
		return 1;
	btns_verdict_again(again, sizeof(again), &v);
	if (v.group != 0)
		tell(again);
	else if (btns_verdict_idle(&v) != NULL)
		tell(btns_verdict_idle(&v));
	else
		not_its(r, &h);
	return 0;
}

/* Of this key, also where it was another identity's? */
static bool
was_shown(const struct review *r)
{
	size_t i;

	for (i = 0; i < r->nsaw; i++)
		if (memcmp(&r->saw[i], &r->work->fp, sizeof(r->saw[i])) == 0)
			return true;
	return false;
}

static int
show_now(struct review *r, struct btns_err *e)
{
	struct btns_fp *p = reallocarray(r->saw, r->nsaw + 1, sizeof(*p));

	if (p == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	r->saw = p;
	r->saw[r->nsaw++] = r->work->fp;
	r->shown = true;
	review_digits(&r->work->fp);
	return 1;
}

/* 1; 0: not at that price; or -1. */
static int
show_digits(struct review *r, struct btns_err *e)
{
	int rv = r->proof && !r->shown ? ask_yes("This key takes what they"
	    " read, typed.  Once shown it can't be promoted\nhere: show its"
	    " digits all the same (yes/no)? ", e) : 1;

	return rv == 1 ? show_now(r, e) : rv;
}

/* The digits, for one who says yes to them. */
static int
compare_by_eye(struct review *r, const char *old, struct btns_err *e)
{
	int rv = show_digits(r, e);

	if (rv != 1 || r->proof)
		return rv == -1 ? -1 : 0;
	rv = ask_yes("Do they read the same (yes/no)? ", e);
	return rv == 1 ? promote(r, old, TRUST_OPERATOR, 0, e) : rv;
}

/* An existing pin goes only by its own name.  1, 0: not now, or -1. */
static int
ask_old(struct review *r, char old[2 * BTNS_FP_LEN + 1], struct btns_err *e)
{
	char line[256], prompt[160], hex[BTNS_FP_HEX];
	int rv;

	*old = '\0';
	if (!r->now.there)
		return 1;
	btns_fp_hex(hex, &r->now.fp);
	(void)snprintf(prompt, sizeof(prompt), "It REPLACES the %s key. "
	    " Type 8 digits or more of that one: ", r->now.state);
	for (;;) {
		if ((rv = ask_line(line, sizeof(line), prompt, e)) != 1)
			return rv;
		if (line[0] == '\0')
			return 0;
		if (!hex_digits(old, line))
			tell("8 to 64 digits of the key it has now; an empty"
			    " line goes back");
		else if (strncmp(hex, old, strlen(old)) != 0)
			tell("the key it has now begins otherwise: look above");
		else
			return 1;
	}
}

/* Two that look alike are pinned where both are meant: 1, 0, or -1. */
static int
ask_alike(struct review *r, struct btns_err *e)
{
	char prompt[BTNS_ID_PRINT + 80];
	int rv;

	r->typed = false;
	if (r->view.alike[0] == '\0')
		return 1;
	(void)snprintf(prompt, sizeof(prompt), "%s looks like it; are both"
	    " meant (yes/no)? ", r->view.alike);
	rv = ask_yes(prompt, e);
	r->typed = rv == 1;
	return rv;
}

static int
do_promote(struct review *r, struct btns_err *e)
{
	char line[2 * BTNS_ENC_MAX], old[2 * BTNS_FP_LEN + 1];
	unsigned digits;
	int rv;

	if (r->shown && r->proof) {
		tell("its digits were shown here, and this key takes what they"
		    " read: s, and");
		tell("btnsctl review once more, or: btnsctl promote -F -");
		return 0;
	}
	if ((rv = ask_alike(r, e)) != 1 || (rv = ask_old(r, old, e)) != 1)
		return rv;
	for (;;) {
		if ((rv = ask_reading(line, sizeof(line), "What do they read"
		    " (? shows ours, an empty line goes back)?\n    ", e)) != 1)
			return rv;
		if (line[0] == '\0')
			return 0;
		if (strcmp(line, "?") == 0)
			return compare_by_eye(r, old, e);
		if ((rv = judge(r, line, &digits, e)) == -1)
			return -1;
		if (rv == 1)
			return promote(r, old, r->shown ? TRUST_OPERATOR :
			    TRUST_PROOF, digits, e);
	}
}

static int
do_reject(struct review *r, struct btns_err *e)
{
	const struct btns_order o = { .digits = 0 };

	return decide(r, TRUST_REJECT, &o, "rejected", "", "rejected in the"
	    " store, but its file may still be in iked's tree", e);
}

static int
do_forget(struct review *r, struct btns_err *e)
{
	const struct btns_order o = { .given.evidence = TRUST_OPERATOR };

	return decide(r, TRUST_FORGET_ONE, &o, "forgot", "", "forgotten in the"
	    " store, but its file may still be in iked's tree", e);
}

static int
do_revoke(struct review *r, struct btns_err *e)
{
	int rv = ask_yes("Revoke it for good, under every identity (yes/no)? ",
	    e);

	if (rv != 1)
		return rv;
	return revoke_key(r->cli, r->store, &r->work->fp, NULL, 0, e) == -1 ?
	    -1 : 1;
}

/* --- the loop */

enum answer { ANSWER_DONE, ANSWER_AGAIN, ANSWER_SKIP, ANSWER_QUIT };

static int
answer(struct review *r, const char *line, struct btns_err *e)
{
	int rv;

	switch (line[0] == '\0' || line[1] != '\0' ? '\0' : line[0]) {
	case 'p':
		rv = do_promote(r, e);
		break;
	case 'r':
		rv = do_reject(r, e);
		break;
	case 'v':
		rv = do_revoke(r, e);
		break;
	case 'f':
		rv = do_forget(r, e);
		break;
	case '?':
		return show_digits(r, e) == -1 ? -1 : ANSWER_AGAIN;
	case 'h':
		review_help(r);
		return ANSWER_AGAIN;
	case 's':
		return ANSWER_SKIP;
	case 'm':
		return review_more(r, e) == -1 ? -1 : ANSWER_AGAIN;
	case 'q':
		return ANSWER_QUIT;
	default:
		tell("one of p r v f s m q ?; h says what they do");
		return ANSWER_AGAIN;
	}
	(void)fflush(stdout);
	return rv == -1 ? -1 : rv == 1 ? ANSWER_DONE : ANSWER_AGAIN;
}

/* A line: 1, 0 at the end of input, or -1. */
static int
command(const struct review *r, char *line, size_t size, size_t i, size_t n,
    struct btns_err *e)
{
	char prompt[128];
	int rv;

	(void)fflush(stdout);
	(void)snprintf(prompt, sizeof(prompt), "%zu of %zu (p r v f s m q, ?"
	    " the digits, h help)? ", i + 1, n);
	rv = ask_line(line, size, prompt, e);
	if (rv == -1 && e->code == BTNS_E_USAGE) {
		cli_warn(r->cli, e);		/* far too long */
		*line = '\0';
		return 1;
	}
	return rv;
}

/* One key, until it is decided on or passed over. */
static int
one(struct review *r, size_t i, size_t n, struct btns_err *e)
{
	char line[256];
	struct btns_view seen;
	bool show = true;
	int rv;

	r->shown = was_shown(r);
	btns_ident_print(r->name, &r->work->ident);
	for (;;) {
		if ((rv = look(r, e)) != 1)
			return rv == 0 ? ANSWER_DONE : -1;
		/* An answer is to what stands on the screen. */
		if (!show && !btns_view_same(&seen, &r->view)) {
			tell("it changed meanwhile:");
			show = true;
		}
		if (show && review_show(r, i, n, e) == -1)
			return -1;
		seen = r->view;
		show = false;
		if ((rv = command(r, line, sizeof(line), i, n, e)) == -1)
			return -1;
		if (rv == 0)
			return ANSWER_QUIT;
		if ((rv = answer(r, line, e)) == -1) {
			/* So is a refusal, or nonsense; trouble ends it. */
			if (e->code != BTNS_E_REFUSED &&
			    e->code != BTNS_E_USAGE)
				return -1;
			cli_warn(r->cli, e);
			show = true;
		} else if (rv != ANSWER_AGAIN)
			return rv;
	}
}

static int
all(struct review *r, const struct list *l, struct btns_err *e)
{
	size_t i, left = 0;
	int rv;

	for (i = 0; i < l->n; i++) {
		r->work = &l->work[i];
		if ((rv = one(r, i, l->n, e)) == -1)
			return -1;
		if (rv == ANSWER_QUIT) {
			left += l->n - i;
			break;
		}
		left += rv == ANSWER_SKIP;
	}
	if (left > 0)
		printf("review: %zu left\n", left);
	return left == 0 ? CLI_YES : CLI_NO;
}

int
ctl_review(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct review r = { .cli = cli, .e = e };
	struct list l = { NULL, 0, e };
	int rv;

	(void)a;
	if (!ask_can())
		return cli_usage(e, "no terminal to ask at; btnsctl list is"
		    " for programs");
	if (session_open(&r.store, cli, e) == -1)
		return -1;
	if ((rv = btns_pins_each(r.store, add, &l, e)) == 0) {
		if (l.n > 1)
			qsort(l.work, l.n, sizeof(*l.work), by_rank);
		if (l.n == 0)
			puts("review: nothing waits for a decision");
		rv = all(&r, &l, e);
		if (rv != -1 && review_knocking(&r, e) == -1)
			rv = -1;
	}
	free(l.work);
	free(r.saw);
	btns_pins_close(r.store);
	return rv;
}
