/*
 * DESIGN's trust table, cell by cell: written out by hand from the table
 * and not from the code, and then what must hold for every combination.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common.h"
#include "../../lib/trust.h"

/* Facts, and what was given beside the evidence. */
enum {
	OWN = 1, ED = 2, WEAK = 4, ELSE = 8, ALIKE = 16, FRESH = 32,
	F = 64, TYPED = 128, R = 256, WRONG = 512, ALL = 1024
};

/* Short, so that a row is a line. */
#define BLANK	TRUST_BLANK
#define PAST	TRUST_PAST
#define RETIRED	TRUST_RETIRED
#define PINNED	TRUST_PINNED
#define OTHER	TRUST_OTHER
#define PIN	TRUST_PIN
#define FORGET	TRUST_FORGET
#define NONE	TRUST_NOTHING
#define YES	TRUST_OPERATOR
#define PROOF	TRUST_PROOF

struct row {
	enum trust_state	 state;
	enum trust_verb		 verb;
	enum trust_evidence	 evidence;
	unsigned		 bits;
	enum trust_reason	 reason;
	enum trust_effect	 effect;
	enum trust_evidence	 need;	/* where the reason is TRUST_ASK */
};

#define DO(e)	TRUST_OK, TRUST_##e, NONE
#define NO(r)	TRUST_##r, TRUST_NONE, NONE
#define ASK(n)	TRUST_ASK, TRUST_NONE, n

static const struct row rows[] = {
	/* blank: pin 0; forget 1 */
	{ BLANK, PIN, NONE, 0, ASK(YES) },
	{ BLANK, PIN, YES, 0, DO(BIND) },
	{ BLANK, PIN, PROOF, 0, DO(BIND) },
	{ BLANK, PIN, PROOF, WRONG, NO(NO_REPLACE) },
	{ BLANK, PIN, YES, WRONG, NO(NO_REPLACE) },
	{ BLANK, FORGET, YES, 0, NO(NO_LIVE) },
	{ BLANK, FORGET, PROOF, F, NO(NO_LIVE) },
	/* past, other keys only: proof: pin 0; -y 1; forget 1 */
	{ PAST, PIN, NONE, 0, ASK(PROOF) },
	{ PAST, PIN, YES, 0, ASK(PROOF) },
	{ PAST, PIN, YES, F | TYPED, ASK(PROOF) },
	{ PAST, PIN, PROOF, 0, DO(BIND) },
	{ PAST, PIN, PROOF, WRONG, NO(NO_REPLACE) },
	{ PAST, FORGET, YES, 0, NO(NO_LIVE) },
	/* retired K, nothing live: proof: pin 0; -y 1; forget 1 */
	{ RETIRED, PIN, NONE, 0, ASK(PROOF) },
	{ RETIRED, PIN, YES, 0, ASK(PROOF) },
	{ RETIRED, PIN, PROOF, 0, DO(BIND) },
	{ RETIRED, PIN, PROOF, WRONG, NO(NO_REPLACE) },
	{ RETIRED, FORGET, YES, 0, NO(NO_LIVE) },
	/* pin K: 0, already so; new evidence is an event; forget: retired */
	{ PINNED, PIN, NONE, 0, DO(NONE) },
	{ PINNED, PIN, YES, 0, DO(NONE) },
	{ PINNED, PIN, PROOF, 0, DO(NONE) },
	{ PINNED, PIN, PROOF, FRESH, DO(NOTE) },
	{ PINNED, PIN, YES, FRESH, DO(NOTE) },
	{ PINNED, PIN, YES, R, DO(NONE) },
	{ PINNED, PIN, YES, WRONG, DO(NONE) },
	{ PINNED, FORGET, NONE, 0, ASK(YES) },
	{ PINNED, FORGET, YES, 0, DO(RETIRE) },
	{ PINNED, FORGET, PROOF, 0, DO(RETIRE) },
	/* pin other: -R and proof: replaced 0; else 1; forget: retired */
	{ OTHER, PIN, NONE, 0, NO(NO_NAME) },
	{ OTHER, PIN, YES, 0, NO(NO_NAME) },
	{ OTHER, PIN, PROOF, 0, NO(NO_NAME) },
	{ OTHER, PIN, PROOF, F | TYPED, NO(NO_NAME) },
	{ OTHER, PIN, NONE, R, ASK(PROOF) },
	{ OTHER, PIN, YES, R, ASK(PROOF) },
	{ OTHER, PIN, YES, R | F | TYPED, ASK(PROOF) },
	{ OTHER, PIN, PROOF, R, DO(REPLACE) },
	{ OTHER, PIN, PROOF, R | FRESH, DO(REPLACE) },
	{ OTHER, PIN, PROOF, WRONG, NO(NO_MISNAMED) },
	{ OTHER, PIN, PROOF, R | WRONG, NO(NO_MISNAMED) },
	{ OTHER, FORGET, NONE, 0, ASK(YES) },
	{ OTHER, FORGET, YES, 0, DO(RETIRE) },
	/* forget I FP, and FP is not the pin */
	{ PINNED, FORGET, YES, WRONG, NO(NO_LIVE) },
	{ OTHER, FORGET, PROOF, WRONG | F, NO(NO_LIVE) },
	{ OTHER, FORGET, YES, R, DO(RETIRE) },
	/* own key: refused 1, whatever else */
	{ BLANK, PIN, PROOF, OWN, NO(NO_OWN) },
	{ BLANK, PIN, PROOF, OWN | F | TYPED, NO(NO_OWN) },
	{ PAST, PIN, PROOF, OWN | F, NO(NO_OWN) },
	{ RETIRED, PIN, PROOF, OWN | F, NO(NO_OWN) },
	{ PINNED, PIN, PROOF, OWN | F, NO(NO_OWN) },
	{ OTHER, PIN, PROOF, OWN | R | F, NO(NO_OWN) },
	{ PINNED, FORGET, YES, OWN, DO(RETIRE) },
	/* Ed25519: never pinned */
	{ BLANK, PIN, PROOF, ED, NO(NO_ED25519) },
	{ BLANK, PIN, PROOF, ED | F | TYPED, NO(NO_ED25519) },
	{ PAST, PIN, PROOF, ED | F, NO(NO_ED25519) },
	{ RETIRED, PIN, PROOF, ED | F, NO(NO_ED25519) },
	{ PINNED, PIN, PROOF, ED | F, NO(NO_ED25519) },
	{ OTHER, PIN, PROOF, ED | R | F, NO(NO_ED25519) },
	{ PINNED, FORGET, YES, ED, DO(RETIRE) },
	/* weak: pin 1, with -f as above */
	{ BLANK, PIN, PROOF, WEAK, NO(NO_WEAK) },
	{ BLANK, PIN, YES, WEAK | F, DO(BIND) },
	{ BLANK, PIN, NONE, WEAK | F, ASK(YES) },
	{ PAST, PIN, PROOF, WEAK, NO(NO_WEAK) },
	{ PAST, PIN, YES, WEAK | F, ASK(PROOF) },
	{ PAST, PIN, PROOF, WEAK | F, DO(BIND) },
	{ RETIRED, PIN, PROOF, WEAK, NO(NO_WEAK) },
	{ RETIRED, PIN, PROOF, WEAK | F, DO(BIND) },
	{ PINNED, PIN, YES, WEAK, DO(NONE) },	/* already so */
	{ OTHER, PIN, PROOF, WEAK | R, NO(NO_WEAK) },
	{ OTHER, PIN, PROOF, WEAK | F, NO(NO_NAME) },
	{ OTHER, PIN, YES, WEAK | F | R, ASK(PROOF) },
	{ OTHER, PIN, PROOF, WEAK | F | R, DO(REPLACE) },
	{ PINNED, FORGET, YES, WEAK, DO(RETIRE) },
	/* live under J: proof, unless I is blank */
	{ BLANK, PIN, YES, ELSE, DO(BIND) },
	{ BLANK, PIN, NONE, ELSE, ASK(YES) },
	{ PAST, PIN, YES, ELSE, ASK(PROOF) },
	{ PAST, PIN, PROOF, ELSE, DO(BIND) },
	{ RETIRED, PIN, YES, ELSE, ASK(PROOF) },
	{ PINNED, PIN, YES, ELSE, DO(NONE) },
	{ OTHER, PIN, YES, ELSE | R, ASK(PROOF) },
	{ OTHER, PIN, PROOF, ELSE, NO(NO_NAME) },
	{ OTHER, PIN, PROOF, ELSE | R, DO(REPLACE) },
	{ OTHER, FORGET, YES, ELSE, DO(RETIRE) },
	/* look-alikes are pinned only with the type written out */
	{ BLANK, PIN, PROOF, ALIKE, NO(NO_ALIKE) },
	{ BLANK, PIN, PROOF, ALIKE | F, NO(NO_ALIKE) },
	{ BLANK, PIN, YES, ALIKE | TYPED, DO(BIND) },
	{ PAST, PIN, PROOF, ALIKE, NO(NO_ALIKE) },
	{ PAST, PIN, YES, ALIKE | TYPED, ASK(PROOF) },
	{ RETIRED, PIN, PROOF, ALIKE, NO(NO_ALIKE) },
	{ PINNED, PIN, YES, ALIKE, DO(NONE) },	/* already so */
	{ OTHER, PIN, PROOF, ALIKE | R, NO(NO_ALIKE) },
	{ OTHER, PIN, PROOF, ALIKE | R | TYPED, DO(REPLACE) },
	{ PINNED, FORGET, YES, ALIKE, DO(RETIRE) },
};

static struct trust_verdict
decide(enum trust_state state, enum trust_verb verb,
    enum trust_evidence evidence, unsigned b)
{
	struct trust_facts f = {
		.state = state, .own = b & OWN, .ed25519 = b & ED,
		.weak = b & WEAK, .elsewhere = b & ELSE, .alike = b & ALIKE,
		.fresh = b & FRESH
	};
	struct trust_given g = {
		.evidence = evidence, .force = b & F, .typed = b & TYPED,
		.named = b & R, .misnamed = b & WRONG
	};

	return trust_decide(verb, &f, &g);
}

static void
every_cell_of_the_table_is_as_designed(void **state)
{
	struct trust_verdict v;
	const struct row *r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = &rows[i];
		v = decide(r->state, r->verb, r->evidence, r->bits);
		if (v.reason != r->reason || v.effect != r->effect)
			fail_msg("row %zu: reason %d effect %d, not %d and"
			    " %d", i + 1, v.reason, v.effect, r->reason,
			    r->effect);
		if (r->reason == TRUST_ASK)
			assert_int_equal(v.need, r->need);
	}
}

static void
events_have_the_verbs_of_the_history(void **state)
{
	(void)state;
	assert_string_equal(decide(BLANK, PIN, YES, 0).event, "pin");
	assert_string_equal(decide(PAST, PIN, PROOF, 0).event, "pin");
	assert_string_equal(decide(RETIRED, PIN, PROOF, 0).event, "pin");
	assert_string_equal(decide(PINNED, PIN, YES, FRESH).event, "pin");
	assert_string_equal(decide(OTHER, PIN, PROOF, R).event, "replace");
	assert_string_equal(decide(PINNED, FORGET, YES, 0).event, "forget");
	assert_string_equal(decide(OTHER, FORGET, YES, 0).event, "forget");
}

/* Call f for every combination there is. */
static void
sweep(void (*f)(enum trust_state, enum trust_verb, enum trust_evidence,
    unsigned, const struct trust_verdict *))
{
	struct trust_verdict v;
	unsigned s, verb, ev, b;

	for (s = 0; s < TRUST_STATE__COUNT; s++)
		for (verb = 0; verb < TRUST_VERB__COUNT; verb++)
			for (ev = NONE; ev <= PROOF; ev++)
				for (b = 0; b < ALL; b++) {
					v = decide(s, verb, ev, b);
					f(s, verb, ev, b, &v);
				}
}

static void
check_replacing(enum trust_state s, enum trust_verb verb,
    enum trust_evidence ev, unsigned b, const struct trust_verdict *v)
{
	if (v->effect == TRUST_REPLACE) {
		assert_int_equal(s, OTHER);
		assert_int_equal(verb, PIN);
		assert_int_equal(ev, PROOF);
		assert_true((b & R) && !(b & WRONG));
		assert_true(v->ends);
	}
	/* Nothing else makes a key the pin where another is. */
	if (s == OTHER && verb == PIN)
		assert_true(v->effect == TRUST_NONE ||
		    v->effect == TRUST_REPLACE);
}

static void
a_pin_is_replaced_only_with_proof_and_by_its_name(void **state)
{
	(void)state;
	sweep(check_replacing);
}

static void
check_binding(enum trust_state s, enum trust_verb verb,
    enum trust_evidence ev, unsigned b, const struct trust_verdict *v)
{
	if (verb == PIN && (b & (OWN | ED))) {
		assert_int_equal(v->effect, TRUST_NONE);
		assert_int_equal(v->reason, b & OWN ? TRUST_NO_OWN :
		    TRUST_NO_ED25519);
	}
	if (v->effect != TRUST_BIND && v->effect != TRUST_REPLACE)
		return;
	assert_int_equal(verb, PIN);
	assert_false(b & (OWN | ED));
	assert_true(!(b & WEAK) || (b & F));
	assert_true(!(b & ALIKE) || (b & TYPED));
	assert_true(ev >= (s == BLANK ? YES : PROOF));
	assert_int_not_equal(s, PINNED);
}

static void
own_and_ed25519_keys_never_bind_nor_others_without_their_due(void **state)
{
	(void)state;
	sweep(check_binding);
}

static void
check_forgetting(enum trust_state s, enum trust_verb verb,
    enum trust_evidence ev, unsigned b, const struct trust_verdict *v)
{
	if (v->effect == TRUST_RETIRE) {
		assert_int_equal(verb, FORGET);
		assert_true(s == PINNED || s == OTHER);
		assert_true(ev >= YES);
		assert_false(b & WRONG);
	}
	if (verb != FORGET)
		return;
	assert_true(v->effect == TRUST_NONE || v->effect == TRUST_RETIRE);
	/* A key that should never have been pinned can be forgotten. */
	b &= WRONG;
	assert_int_equal(v->reason, decide(s, verb, ev, b).reason);
	assert_int_equal(v->effect, decide(s, verb, ev, b).effect);
}

static void
forgetting_never_binds_and_asks_nothing_of_the_key(void **state)
{
	(void)state;
	sweep(check_forgetting);
}

static void
check_form(enum trust_state s, enum trust_verb verb, enum trust_evidence ev,
    unsigned b, const struct trust_verdict *v)
{
	if (v->reason != TRUST_OK) {
		assert_int_equal(v->effect, TRUST_NONE);
		assert_true(strlen(trust_reason_text(v->reason)) > 4);
	}
	assert_int_equal(v->event == NULL, v->effect == TRUST_NONE);
	assert_int_equal(v->ends, v->effect == TRUST_REPLACE ||
	    v->effect == TRUST_RETIRE);
	if (v->reason == TRUST_ASK)
		assert_true(ev < v->need);
	if (v->reason == TRUST_OK && v->effect == TRUST_NONE)
		assert_true(s == PINNED && verb == PIN && !(b & FRESH));
	if (v->effect == TRUST_NOTE)
		assert_true(s == PINNED && (b & FRESH));
}

static void
every_answer_is_whole(void **state)
{
	(void)state;
	sweep(check_form);
}

static void
check_more(enum trust_state s, enum trust_verb verb, enum trust_evidence ev,
    unsigned b, const struct trust_verdict *v)
{
	if (v->reason == TRUST_ASK)
		assert_int_equal(decide(s, verb, v->need, b).reason,
		    TRUST_OK);
	if (v->reason != TRUST_OK)
		return;
	/* More evidence, -f and a written type never spoil a yes. */
	if (ev < PROOF)
		assert_int_equal(decide(s, verb, ev + 1, b).effect,
		    v->effect);
	assert_int_equal(decide(s, verb, ev, b | F).effect, v->effect);
	assert_int_equal(decide(s, verb, ev, b | TYPED).effect, v->effect);
}

static void
what_is_asked_for_is_enough_and_more_never_spoils_it(void **state)
{
	(void)state;
	sweep(check_more);
}

int
main(void)
{
#define T(f)	cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(every_cell_of_the_table_is_as_designed),
		T(events_have_the_verbs_of_the_history),
		T(a_pin_is_replaced_only_with_proof_and_by_its_name),
		T(own_and_ed25519_keys_never_bind_nor_others_without_their_due),
		T(forgetting_never_binds_and_asks_nothing_of_the_key),
		T(every_answer_is_whole),
		T(what_is_asked_for_is_enough_and_more_never_spoils_it),
	};

	return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
