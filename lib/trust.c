#include <stddef.h>

#include "trust.h"

/*
 * One cell a state and a verb.  replace: -R must name the live key, or the
 * last one.  refuse: the answer is a plain no, whatever is given.  no: it is
 * done, and the answer is no.
 */
struct cell {
	enum trust_effect	 effect;
	const char		*event;
	enum trust_evidence	 need;
	bool			 replace, ends, no;
	enum trust_alarm	 alarm;
	enum trust_reason	 refuse;
};

#define REFUSE(r)	{ .refuse = TRUST_NO_##r }
#define NEED(x)		.need = TRUST_##x
#define ALARM(x)	.no = true, .alarm = TRUST_##x

#define SEEN		{ .effect = TRUST_SIGHT }
#define SEEN_NO		{ .effect = TRUST_SIGHT, .no = true }
#define LEARNED		{ .effect = TRUST_NOTICE, .event = "learn" }
#define LEARNED_BUT(x)	{ .effect = TRUST_NOTICE, .event = "learn", ALARM(x) }
#define PINNED(v, n)	{ .effect = TRUST_BIND, .event = v, NEED(n) }
#define RENEWED(v)	{ .effect = TRUST_NOTE, .event = v }
#define REPLACED(n)	{ .effect = TRUST_REPLACE, .event = "replace", \
			    NEED(n), .replace = true, .ends = true }
#define SAME		{ .effect = TRUST_NONE }
#define FORGOTTEN(x)	.effect = TRUST_##x, .event = "forget", NEED(OPERATOR)
#define CLEARED		{ FORGOTTEN(CLEAR) }
#define CLEARED_OUT	{ FORGOTTEN(CLEAR), .ends = true }
#define DROPPED		{ FORGOTTEN(DROP) }
#define DROPPED_OUT	{ FORGOTTEN(DROP), .ends = true }
#define STRUCK		{ .effect = TRUST_STRIKE, .event = "reject" }
#define STRUCK_OUT	{ .effect = TRUST_STRIKE, .event = "reject", \
			    .ends = true }
#define RETIRED		{ .effect = TRUST_RETIRE }
#define RETIRED_OUT	{ .effect = TRUST_RETIRE, .ends = true }

static const struct cell table[TRUST_STATE__COUNT][TRUST_VERB__COUNT] = {
[TRUST_BLANK] = {
	[TRUST_LEARN] =		LEARNED,
	[TRUST_PROMOTE] =	REFUSE(LEARNED),
	[TRUST_PIN] =		PINNED("pin", OPERATOR),
	[TRUST_REJECT] =	REFUSE(LEARNED),
	[TRUST_REVOKE] =	SAME,
	[TRUST_FORGET] =	REFUSE(LIVE),
	[TRUST_FORGET_ONE] =	REFUSE(LIVE),
	[TRUST_IMPORT_TREE] =	PINNED("import", NOTHING),
	[TRUST_IMPORT] =	LEARNED },
[TRUST_PAST] = {
	[TRUST_LEARN] =		LEARNED_BUT(CHANGED),
	[TRUST_PROMOTE] =	REFUSE(LEARNED),
	[TRUST_PIN] =		PINNED("pin", PROOF),
	[TRUST_REJECT] =	REFUSE(LEARNED),
	[TRUST_REVOKE] =	SAME,
	[TRUST_FORGET] =	REFUSE(LIVE),
	[TRUST_FORGET_ONE] =	REFUSE(LIVE),
	[TRUST_IMPORT_TREE] =	{ .effect = TRUST_BIND, .event = "import",
				  .replace = true },
	[TRUST_IMPORT] =	LEARNED_BUT(CHANGED) },
[TRUST_RETIRED] = {
	[TRUST_LEARN] =		LEARNED,
	[TRUST_PROMOTE] =	REFUSE(LEARNED),
	[TRUST_PIN] =		PINNED("pin", PROOF),
	[TRUST_REJECT] =	STRUCK,
	[TRUST_REVOKE] =	SAME,
	[TRUST_FORGET] =	REFUSE(LIVE),
	[TRUST_FORGET_ONE] =	REFUSE(LIVE),
	[TRUST_IMPORT_TREE] =	REFUSE(PAST),
	[TRUST_IMPORT] =	LEARNED },
[TRUST_LEARNED] = {
	[TRUST_LEARN] =		SEEN,
	[TRUST_PROMOTE] =	PINNED("promote", OPERATOR),
	[TRUST_PIN] =		PINNED("pin", OPERATOR),
	[TRUST_REJECT] =	STRUCK,
	[TRUST_REVOKE] =	RETIRED,
	[TRUST_FORGET] =	CLEARED,
	[TRUST_FORGET_ONE] =	DROPPED,
	[TRUST_IMPORT_TREE] =	PINNED("import", NOTHING),
	[TRUST_IMPORT] =	SEEN },
[TRUST_STRANGER] = {
	[TRUST_LEARN] =		LEARNED_BUT(CONFLICT),
	[TRUST_PROMOTE] =	REFUSE(LEARNED),
	[TRUST_PIN] =		PINNED("pin", PROOF),
	[TRUST_REJECT] =	REFUSE(LEARNED),
	[TRUST_REVOKE] =	SAME,
	[TRUST_FORGET] =	CLEARED,
	[TRUST_FORGET_ONE] =	REFUSE(LIVE),
	[TRUST_IMPORT_TREE] =	PINNED("import", NOTHING),
	[TRUST_IMPORT] =	LEARNED_BUT(CONFLICT) },
[TRUST_RIVALS] = {
	[TRUST_LEARN] =		SEEN_NO,
	[TRUST_PROMOTE] =	PINNED("promote", PROOF),
	[TRUST_PIN] =		PINNED("pin", PROOF),
	[TRUST_REJECT] =	STRUCK,
	[TRUST_REVOKE] =	RETIRED,
	[TRUST_FORGET] =	CLEARED,
	[TRUST_FORGET_ONE] =	DROPPED,
	[TRUST_IMPORT_TREE] =	PINNED("import", NOTHING),
	[TRUST_IMPORT] =	SEEN_NO },
[TRUST_ACCEPTED] = {
	[TRUST_LEARN] =		SEEN,
	[TRUST_PROMOTE] =	PINNED("promote", OPERATOR),
	[TRUST_PIN] =		PINNED("pin", OPERATOR),
	[TRUST_REJECT] =	STRUCK_OUT,
	[TRUST_REVOKE] =	RETIRED_OUT,
	[TRUST_FORGET] =	CLEARED_OUT,
	[TRUST_FORGET_ONE] =	DROPPED_OUT,
	[TRUST_IMPORT_TREE] =	SAME,
	[TRUST_IMPORT] =	SAME },
[TRUST_ACCEPTED_OTHER] = {
	[TRUST_LEARN] =		LEARNED_BUT(CONFLICT),
	[TRUST_PROMOTE] =	REPLACED(PROOF),
	[TRUST_PIN] =		REPLACED(PROOF),
	[TRUST_REJECT] =	STRUCK,
	[TRUST_REVOKE] =	RETIRED,
	[TRUST_FORGET] =	CLEARED_OUT,
	[TRUST_FORGET_ONE] =	DROPPED,
	[TRUST_IMPORT_TREE] =	REPLACED(NOTHING),
	[TRUST_IMPORT] =	LEARNED_BUT(CONFLICT) },
[TRUST_PINNED] = {
	[TRUST_LEARN] =		SEEN,
	[TRUST_PROMOTE] =	RENEWED("promote"),
	[TRUST_PIN] =		RENEWED("pin"),
	[TRUST_REJECT] =	REFUSE(PIN),
	[TRUST_REVOKE] =	RETIRED_OUT,
	[TRUST_FORGET] =	CLEARED_OUT,
	[TRUST_FORGET_ONE] =	DROPPED_OUT,
	[TRUST_IMPORT_TREE] =	SAME,
	[TRUST_IMPORT] =	SAME },
[TRUST_PINNED_OTHER] = {
	[TRUST_LEARN] =		LEARNED_BUT(CHANGED),
	[TRUST_PROMOTE] =	REPLACED(PROOF),
	[TRUST_PIN] =		REPLACED(PROOF),
	[TRUST_REJECT] =	STRUCK,
	[TRUST_REVOKE] =	RETIRED,
	[TRUST_FORGET] =	CLEARED_OUT,
	[TRUST_FORGET_ONE] =	DROPPED,
	[TRUST_IMPORT_TREE] =	REPLACED(NOTHING),
	[TRUST_IMPORT] =	LEARNED_BUT(CHANGED) },
};

static bool
vouches(enum trust_verb v)
{
	return v == TRUST_PROMOTE || v == TRUST_PIN || v == TRUST_IMPORT_TREE;
}

static bool
observes(enum trust_verb v)
{
	return v == TRUST_LEARN || v == TRUST_IMPORT;
}

/* I has a key that a live file holds, and it is not K. */
static bool
other(enum trust_state s)
{
	return s == TRUST_ACCEPTED_OTHER || s == TRUST_PINNED_OTHER;
}

static bool
live(enum trust_state s)
{
	return s == TRUST_ACCEPTED || s == TRUST_PINNED;
}

/* What a key or a name forbids, whatever the state says. */
static enum trust_reason
forbidden(enum trust_verb verb, const struct trust_facts *f,
    const struct trust_given *g)
{
	bool so = f->state == TRUST_PINNED && verb != TRUST_IMPORT_TREE;

	if (!vouches(verb) && !observes(verb))
		return verb == TRUST_REVOKE && f->own ? TRUST_NO_OWN :
		    verb == TRUST_REJECT && f->revoked ? TRUST_NO_REVOKED :
		    TRUST_OK;
	if (f->revoked)
		return TRUST_NO_REVOKED;
	if (f->own)
		return TRUST_NO_OWN;
	if (f->self)
		return TRUST_NO_SELF;
	if (f->misfit)
		return TRUST_NO_MISFIT;
	if (!vouches(verb))
		return TRUST_OK;
	if (f->ed25519)
		return TRUST_NO_ED25519;
	if (f->weak && !g->force && !so)
		return TRUST_NO_WEAK;
	if (f->alike && !g->typed && !so)
		return TRUST_NO_ALIKE;
	return TRUST_OK;
}

/* -R: asked for where a key is replaced, and nowhere else. */
static enum trust_reason
replacing(const struct cell *c, enum trust_state state,
    const struct trust_given *g)
{
	if (live(state))
		return TRUST_OK;	/* already so */
	if (!c->replace && (g->named || g->misnamed))
		return TRUST_NO_REPLACE;
	if (g->misnamed)
		return TRUST_NO_MISNAMED;
	if (c->replace && !g->named)
		return other(state) ? TRUST_NO_NAME : TRUST_NO_PAST;
	return TRUST_OK;
}

/*
 * More than the state asks for: a key that is somebody's already, an
 * identity that had another key, and a key that was rejected take proof.
 */
static enum trust_evidence
needed(enum trust_verb verb, const struct cell *c,
    const struct trust_facts *f)
{
	if (verb != TRUST_PIN && verb != TRUST_PROMOTE)
		return c->need;
	if (f->state == TRUST_BLANK || f->state == TRUST_PINNED)
		return f->rejected ? TRUST_PROOF : c->need;
	if (f->rejected || f->elsewhere || (f->past && !live(f->state)))
		return TRUST_PROOF;
	return c->need;
}

/* DESIGN's rule 1: does accept-new let this key in, here and now? */
static bool
gate(const struct trust_facts *f)
{
	return f->expected && f->state == TRUST_BLANK && !f->past &&
	    !f->rejected && !f->revoked && !f->own && !f->self &&
	    !f->misfit && !f->alike && !f->weak && !f->ed25519 &&
	    !f->bound && !f->elsewhere;
}

/* The cell, with what a rejected K changes in it. */
static struct cell
find(enum trust_verb verb, const struct trust_facts *f)
{
	struct cell c = table[f->state][verb];

	if (!f->rejected || live(f->state))
		return c;		/* both at once cannot be */
	if (observes(verb))
		return verb == TRUST_LEARN ? (struct cell)SEEN_NO :
		    (struct cell)REFUSE(REJECTED);
	if (verb == TRUST_IMPORT_TREE)
		return (struct cell)REFUSE(REJECTED);
	if (verb == TRUST_PROMOTE && !other(f->state))
		return (struct cell)PINNED("promote", PROOF);
	if (verb == TRUST_PIN && !other(f->state))
		return (struct cell)PINNED("pin", PROOF);
	if (verb == TRUST_REVOKE)
		return (struct cell)RETIRED;
	if (verb == TRUST_REJECT)
		return (struct cell)SAME;
	if (verb == TRUST_FORGET_ONE)
		return (struct cell)DROPPED;
	return c;
}

/*
 * A past isn't washed away by learning: what iked's tree or the operator's
 * files say of such an identity needs the last key's name, and of a key
 * that was live before it says nothing.
 */
static bool
washed(enum trust_verb verb, const struct trust_facts *f)
{
	return verb == TRUST_IMPORT_TREE && f->past &&
	    (f->state == TRUST_LEARNED || f->state == TRUST_STRANGER ||
	    f->state == TRUST_RIVALS);
}

/* What a learned K, none, or one too many makes of a cell of two. */
static void
refine(struct cell *c, enum trust_verb verb, const struct trust_facts *f)
{
	if (other(f->state) && !f->known && !f->rejected) {
		if (verb == TRUST_REJECT)
			*c = (struct cell)REFUSE(LEARNED);
		else if (verb == TRUST_REVOKE)
			*c = (struct cell)SAME;
		else if (verb == TRUST_FORGET_ONE)
			*c = (struct cell)REFUSE(LIVE);
	}
	if (washed(verb, f) && c->refuse == TRUST_OK)
		*c = table[f->was ? TRUST_RETIRED : TRUST_PAST][verb];
	if (c->effect == TRUST_NOTICE && f->known) {
		c->effect = TRUST_SIGHT;
		c->event = NULL;
	} else if (c->effect == TRUST_NOTICE && f->full) {
		c->effect = TRUST_NONE;	/* counted as an alarm, not kept */
		c->event = NULL;
	}
	if (verb == TRUST_LEARN && c->effect == TRUST_NOTICE && gate(f)) {
		c->effect = TRUST_ACCEPT;
		c->event = "accept";
	}
	/* An observed K beside a past of other keys says so each time. */
	if (observes(verb) && f->state == TRUST_LEARNED && f->past)
		c->no = true;
}

struct trust_verdict
trust_decide(enum trust_verb verb, const struct trust_facts *f,
    const struct trust_given *g)
{
	struct trust_verdict v = { .reason = TRUST_OK };
	struct cell c;

	/* -p pins what nothing speaks against, and learns the rest. */
	if (verb == TRUST_IMPORT && g->vouched && !f->past && !f->rejected &&
	    (f->state == TRUST_BLANK || f->state == TRUST_LEARNED))
		verb = TRUST_IMPORT_TREE;
	c = find(verb, f);
	refine(&c, verb, f);
	v.need = needed(verb, &c, f);
	if ((v.reason = forbidden(verb, f, g)) == TRUST_OK)
		v.reason = c.refuse;
	if (v.reason == TRUST_OK && vouches(verb))
		v.reason = replacing(&c, f->state, g);
	/* A file in the tree proves nothing of a key that is another's. */
	if (v.reason == TRUST_OK && verb == TRUST_IMPORT_TREE &&
	    f->elsewhere && f->state != TRUST_BLANK && !live(f->state))
		v.need = TRUST_PROOF;
	if (v.reason == TRUST_OK && g->evidence < v.need)
		v.reason = TRUST_ASK;
	if (v.reason != TRUST_OK || (c.effect == TRUST_NOTE && !f->fresh))
		return v;
	v.effect = c.effect;
	v.event = c.event;
	v.ends = c.ends;
	v.no = c.no;
	v.alarm = c.alarm;
	return v;
}

const char *
trust_reason_text(enum trust_reason r)
{
	static const char *const text[] = {
		[TRUST_OK] = "done",
		[TRUST_NO_REVOKED] = "this key is REVOKED",
		[TRUST_NO_OWN] = "this host's own key",
		[TRUST_NO_SELF] = "this host's own name (srcid)",
		[TRUST_NO_MISFIT] = "that is the fingerprint of another key",
		[TRUST_NO_ED25519] = "an Ed25519 key, which iked cannot use",
		[TRUST_NO_WEAK] = "RSA below 2048 bits (RFC 8247 3.1.1);"
		    " -f pins it all the same",
		[TRUST_NO_ALIKE] = "looks like another identity here; write"
		    " the type out if both are meant",
		[TRUST_NO_NAME] = "already bound, to another key",
		[TRUST_NO_MISNAMED] = "-R does not name its key",
		[TRUST_NO_REPLACE] = "-R, but there is no pin to replace",
		[TRUST_NO_LIVE] = "nothing to forget",
		[TRUST_NO_LEARNED] = "no key learned",
		[TRUST_NO_PIN] = "pinned; a pin is forgotten, or its key"
		    " revoked",
		[TRUST_NO_REJECTED] = "this key is rejected for it",
		[TRUST_NO_PAST] = "it had another key before; -R names it",
		[TRUST_ASK] = "evidence is missing"
	};

	return text[r];
}
