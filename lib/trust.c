#include <stddef.h>

#include "trust.h"

/*
 * One cell a state and a verb.  replace: -R must name the pin.  no: the
 * answer is a plain no, whatever is given.
 */
struct cell {
	enum trust_evidence	 need;
	bool			 replace;
	enum trust_effect	 effect;
	const char		*event;
	bool			 ends;
	enum trust_reason	 no;
};

#define NO	.no = TRUST_NO_LIVE

static const struct cell table[TRUST_STATE__COUNT][TRUST_VERB__COUNT] = {
[TRUST_BLANK] = {
	[TRUST_PIN] =	 { TRUST_OPERATOR, .effect = TRUST_BIND,
			   .event = "pin" },
	[TRUST_FORGET] = { NO } },
[TRUST_PAST] = {
	[TRUST_PIN] =	 { TRUST_PROOF, .effect = TRUST_BIND,
			   .event = "pin" },
	[TRUST_FORGET] = { NO } },
[TRUST_RETIRED] = {
	[TRUST_PIN] =	 { TRUST_PROOF, .effect = TRUST_BIND,
			   .event = "pin" },
	[TRUST_FORGET] = { NO } },
[TRUST_PINNED] = {
	[TRUST_PIN] =	 { TRUST_NOTHING, .effect = TRUST_NOTE,
			   .event = "pin" },
	[TRUST_FORGET] = { TRUST_OPERATOR, .effect = TRUST_RETIRE,
			   .event = "forget", .ends = true } },
[TRUST_OTHER] = {
	[TRUST_PIN] =	 { TRUST_PROOF, .replace = true,
			   .effect = TRUST_REPLACE, .event = "replace",
			   .ends = true },
	[TRUST_FORGET] = { TRUST_OPERATOR, .effect = TRUST_RETIRE,
			   .event = "forget", .ends = true } },
};

/* What a key or a name forbids, whatever the state says. */
static enum trust_reason
forbidden(const struct trust_facts *f, const struct trust_given *g)
{
	if (f->own)
		return TRUST_NO_OWN;
	if (f->ed25519)
		return TRUST_NO_ED25519;
	if (f->weak && !g->force && f->state != TRUST_PINNED)
		return TRUST_NO_WEAK;
	if (f->alike && !g->typed && f->state != TRUST_PINNED)
		return TRUST_NO_ALIKE;
	return TRUST_OK;
}

static enum trust_reason
replacing(const struct cell *c, enum trust_state state,
    const struct trust_given *g)
{
	if (state == TRUST_PINNED)
		return TRUST_OK;	/* already so */
	if (g->misnamed)
		return state == TRUST_OTHER ? TRUST_NO_MISNAMED :
		    TRUST_NO_REPLACE;
	if (c->replace && !g->named)
		return TRUST_NO_NAME;
	return TRUST_OK;
}

struct trust_verdict
trust_decide(enum trust_verb verb, const struct trust_facts *f,
    const struct trust_given *g)
{
	const struct cell *c = &table[f->state][verb];
	struct trust_verdict v = { .reason = c->no, .need = c->need };

	if (verb == TRUST_PIN) {
		if ((v.reason = forbidden(f, g)) == TRUST_OK)
			v.reason = replacing(c, f->state, g);
		/* A key that is somebody's already takes proof. */
		if (f->elsewhere && f->state != TRUST_BLANK &&
		    f->state != TRUST_PINNED)
			v.need = TRUST_PROOF;
	}
	if (verb == TRUST_FORGET && g->misnamed)
		v.reason = TRUST_NO_LIVE;	/* another key is the pin */
	if (v.reason == TRUST_OK && g->evidence < v.need)
		v.reason = TRUST_ASK;
	if (v.reason != TRUST_OK ||
	    (c->effect == TRUST_NOTE && !f->fresh))
		return v;
	v.effect = c->effect;
	v.event = c->event;
	v.ends = c->ends;
	return v;
}

const char *
trust_reason_text(enum trust_reason r)
{
	static const char *const text[] = {
		[TRUST_OK] = "done",
		[TRUST_NO_OWN] = "this host's own key",
		[TRUST_NO_ED25519] = "an Ed25519 key, which iked cannot use",
		[TRUST_NO_WEAK] = "RSA below 2048 bits (RFC 8247 3.1.1);"
		    " -f pins it all the same",
		[TRUST_NO_ALIKE] = "looks like another identity here; write"
		    " the type out if both are meant",
		[TRUST_NO_NAME] = "already pinned, to another key",
		[TRUST_NO_MISNAMED] = "-R does not name its pin",
		[TRUST_NO_REPLACE] = "-R, but there is no pin to replace",
		[TRUST_NO_LIVE] = "nothing pinned",
		[TRUST_ASK] = "evidence is missing"
	};

	return text[r];
}
