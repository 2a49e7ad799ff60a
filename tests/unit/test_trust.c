/*
 * DESIGN's trust table, cell by cell: written out by hand from the table
 * and not from the code, and then what must hold for every combination.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common.h"
#include "../../lib/trust.h"
#include "trust_rows.h"

static struct trust_verdict
decide(enum trust_state state, enum trust_verb verb,
    enum trust_evidence evidence, unsigned b)
{
	struct trust_facts f = {
		.state = state, .own = b & OWN, .self = b & SELF,
		.ed25519 = b & ED, .weak = b & WEAK, .elsewhere = b & ELSE,
		.alike = b & ALIKE, .fresh = b & FRESH, .known = b & KNOWN,
		.rejected = b & REJ, .past = b & WAS, .full = b & FULL,
		.revoked = b & REV, .misfit = b & FIT, .bound = b & BOUND,
		.expected = b & WAIT, .was = b & LIVED
	};
	struct trust_given g = {
		.evidence = evidence, .force = b & F, .typed = b & TYPED,
		.named = b & R, .misnamed = b & WRONG,
		.vouched = b & VOUCHED
	};

	return trust_decide(verb, &f, &g);
}

/* A row, and the name that it is tested under. */
struct cell {
	const struct row *row;
	char		 name[200];
};

static void
cell_is_as_designed(void **state)
{
	const struct cell *c = *state;
	const struct row *r = c->row;
	struct trust_verdict v = decide(r->state, r->verb, r->evidence,
	    r->bits);

	assert_int_equal(v.reason, r->reason);
	assert_int_equal(v.effect, r->effect);
	assert_int_equal(v.no, r->no);
	assert_int_equal(v.alarm, r->alarm);
	assert_int_equal(v.ends, r->ends);
	if (r->reason == TRUST_ASK)
		assert_int_equal(v.need, r->need);
}

/* A row above for every state and verb: nothing is left to chance. */
static void
every_cell_has_a_row(void **state)
{
	bool seen[TRUST_STATE__COUNT][TRUST_VERB__COUNT] = { { false } };
	size_t i;
	int s, v;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		seen[rows[i].state][rows[i].verb] = true;
	for (s = 0; s < TRUST_STATE__COUNT; s++)
		for (v = 0; v < TRUST_VERB__COUNT; v++)
			if (!seen[s][v])
				fail_msg("state %d, verb %d", s, v);
}

static void
events_have_the_verbs_of_the_history(void **state)
{
	(void)state;
	assert_string_equal(decide(BLANK, PIN, YES, 0).event, "pin");
	assert_string_equal(decide(PINNED, PIN, YES, FRESH).event, "pin");
	assert_string_equal(decide(LEARNED, PROMOTE, YES, KNOWN).event,
	    "promote");
	assert_string_equal(decide(BLANK, PROMOTE, PROOF, REJ).event,
	    "promote");
	assert_string_equal(decide(PIN_OTHER, PIN, PROOF, R).event,
	    "replace");
	assert_string_equal(decide(PINNED, FORGET, YES, 0).event, "forget");
	assert_string_equal(decide(BLANK, LEARN, NONE, 0).event, "learn");
	assert_string_equal(decide(BLANK, LEARN, NONE, WAIT).event,
	    "accept");
	assert_string_equal(decide(BLANK, TREE, NONE, 0).event, "import");
	assert_string_equal(decide(LEARNED, REJECT, NONE, KNOWN).event,
	    "reject");
}

/* Not more than four facts at once: each alone, and what they do together. */
static bool
few(unsigned b)
{
	int n;

	for (n = 0; b != 0; n++)
		b &= b - 1;
	return n <= 4;
}

/* Call f for every combination there is, up to four facts. */
static void
sweep(void (*f)(enum trust_state, enum trust_verb, enum trust_evidence,
    unsigned, const struct trust_verdict *))
{
	static unsigned combination[8192];
	struct trust_verdict v;
	unsigned s, verb, ev, b, i, n = 0;

	for (b = 0; b < ALL; b++)
		if (few(b)) {
			assert_true(n < 8192);
			combination[n++] = b;
		}
	for (s = 0; s < TRUST_STATE__COUNT; s++)
		for (verb = 0; verb < TRUST_VERB__COUNT; verb++)
			for (ev = NONE; ev <= PROOF; ev++)
				for (i = 0; i < n; i++) {
					b = combination[i];
					v = decide(s, verb, ev, b);
					f(s, verb, ev, b, &v);
				}
}

static bool
binds(enum trust_effect e)
{
	return e == TRUST_BIND || e == TRUST_REPLACE || e == TRUST_ACCEPT;
}

/* Rule 1: accepted only by learn, and only where nothing speaks against. */
static void
check_accepting(enum trust_state s, enum trust_verb verb,
    enum trust_evidence ev, unsigned b, const struct trust_verdict *v)
{
	(void)ev;
	if (v->effect != TRUST_ACCEPT)
		return;
	assert_int_equal(verb, LEARN);
	assert_int_equal(s, BLANK);
	assert_true(b & WAIT);
	assert_false(b & (WAS | REJ | REV | OWN | SELF | FIT | ALIKE | WEAK |
	    ED | BOUND | ELSE | FULL));
}

static void
rule_1_accepted_is_what_is_expected_and_unknown_so_far(void **state)
{
	(void)state;
	sweep(check_accepting);
}

/* Rule 2: whatever is observed, a live key stays. */
static void
check_conflict(enum trust_state s, enum trust_verb verb,
    enum trust_evidence ev, unsigned b, const struct trust_verdict *v)
{
	(void)s;
	(void)ev;
	if (verb != LEARN && verb != IMPORT)
		return;
	assert_false(v->ends);
	if (b & VOUCHED)
		return;			/* it may pin a key, and end none */
	assert_true(v->effect == TRUST_NONE || v->effect == TRUST_SIGHT ||
	    v->effect == TRUST_NOTICE || v->effect == TRUST_ACCEPT);
	if (v->alarm != TRUST_QUIET)
		assert_true(v->no);
}

static void
rule_2_a_conflict_never_withdraws_a_key(void **state)
{
	(void)state;
	sweep(check_conflict);
}

static void
check_replacing(enum trust_state s, enum trust_verb verb,
    enum trust_evidence ev, unsigned b, const struct trust_verdict *v)
{
	if (v->effect == TRUST_REPLACE) {
		assert_true(s == PIN_OTHER || s == ACC_OTHER);
		assert_true(verb == TREE || ev == PROOF);
		assert_true((b & R) && !(b & WRONG));
		assert_true(v->ends);
	}
	/* Nothing else makes a key the pin where another is live. */
	if (s == PIN_OTHER || s == ACC_OTHER)
		assert_false(v->effect == TRUST_BIND ||
		    v->effect == TRUST_ACCEPT);
}

static void
rule_3_a_key_is_replaced_only_with_proof_and_by_its_name(void **state)
{
	(void)state;
	sweep(check_replacing);
}

/* What isn't compared takes the place of no key that was live before. */
static void
check_past(enum trust_state s, enum trust_verb verb, enum trust_evidence ev,
    unsigned b, const struct trust_verdict *v)
{
	(void)ev;
	if (v->effect != TRUST_BIND || (verb != TREE && verb != IMPORT) ||
	    (s == PAST && (b & LIVED)))		/* that cannot be */
		return;
	assert_true(s == BLANK || !(b & WAS) || (verb == TREE && (b & R) &&
	    !(b & LIVED)));
	assert_true(s != RETIRED);
}

static void
rule_3_importing_washes_no_past_away(void **state)
{
	(void)state;
	sweep(check_past);
}

static void
check_revoked(enum trust_state s, enum trust_verb verb,
    enum trust_evidence ev, unsigned b, const struct trust_verdict *v)
{
	(void)s;
	(void)ev;
	if ((b & REV) && (verb == LEARN || verb == PROMOTE || verb == PIN ||
	    verb == TREE || verb == IMPORT))
		assert_int_equal(v->reason, TRUST_NO_REVOKED);
	if (verb == REVOKE && !(b & OWN))
		assert_int_equal(v->reason, TRUST_OK);
	if (verb == REVOKE && (s == PINNED || s == ACCEPTED) &&
	    !(b & (OWN | REJ)))
		assert_true(v->effect == TRUST_RETIRE && v->ends);
}

static void
rule_4_a_revoked_key_is_never_used_again(void **state)
{
	(void)state;
	sweep(check_revoked);
}

static void
check_binding(enum trust_state s, enum trust_verb verb,
    enum trust_evidence ev, unsigned b, const struct trust_verdict *v)
{
	if (!binds(v->effect))
		return;
	assert_false(b & (OWN | SELF | ED | FIT | REV));
	assert_true(!(b & WEAK) || (b & F));
	assert_true(!(b & ALIKE) || (b & TYPED));
	if (verb == PIN || verb == PROMOTE)
		assert_true(ev >= (s == BLANK || s == LEARNED ||
		    s == ACCEPTED ? YES : PROOF));
	if ((verb == PIN || verb == PROMOTE) && (b & REJ))
		assert_int_equal(ev, PROOF);
	assert_int_not_equal(s, PINNED);
}

static void
rule_12_own_and_unfit_keys_never_bind(
    void **state)
{
	(void)state;
	sweep(check_binding);
}

static void
check_forgetting(enum trust_state s, enum trust_verb verb,
    enum trust_evidence ev, unsigned b, const struct trust_verdict *v)
{
	if (v->effect == TRUST_CLEAR)
		assert_true(verb == FORGET && ev >= YES);
	if (v->effect == TRUST_DROP)
		assert_true(verb == ONE && ev >= YES);
	if (verb != FORGET && verb != ONE)
		return;
	assert_true(v->effect == TRUST_NONE || v->effect == TRUST_CLEAR ||
	    v->effect == TRUST_DROP);
	/* A key that should never have been pinned can be forgotten. */
	b &= KNOWN | REJ;
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
	(void)verb;
	if (v->reason != TRUST_OK) {
		assert_int_equal(v->effect, TRUST_NONE);
		assert_true(strlen(trust_reason_text(v->reason)) > 4);
	}
	/* What changes a binding is an event; but one for each key revoked. */
	assert_int_equal(v->event == NULL, v->effect == TRUST_NONE ||
	    v->effect == TRUST_SIGHT || v->effect == TRUST_RETIRE);
	if (v->reason == TRUST_ASK)
		assert_true(ev < v->need);
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

/* The table's words for its rows and columns, and for what was given. */
static const char *const row_name[] = {
	[BLANK] = "blank", [PAST] = "past, other keys only",
	[RETIRED] = "retired K, nothing live", [LEARNED] = "learned K alone",
	[STRANGER] = "learned others, not K",
	[RIVALS] = "learned K and others", [ACCEPTED] = "accepted K",
	[ACC_OTHER] = "accepted other", [PINNED] = "pin K",
	[PIN_OTHER] = "pin other"
};
static const char *const column_name[] = {
	[LEARN] = "learn", [PROMOTE] = "promote", [PIN] = "pin",
	[REJECT] = "reject", [REVOKE] = "revoke K", [FORGET] = "forget I",
	[ONE] = "forget I FP", [TREE] = "import T", [IMPORT] = "import O"
};
static const char *const given_name[] = {
	[NONE] = "", [YES] = " -y", [PROOF] = " with proof"
};
static const struct {
	unsigned	 bit;
	const char	*name;
} fact_name[] = {
	{ REV, "K revoked" }, { OWN, "own key" }, { SELF, "own name" },
	{ FIT, "another key's fp/" }, { ED, "Ed25519" }, { WEAK, "weak" },
	{ ELSE, "live under J" }, { BOUND, "bound to J" },
	{ ALIKE, "a look-alike" }, { REJ, "rejected K" },
	{ LIVED, "K live before" }, { VOUCHED, "-p" },
	{ WAS, "with a past" }, { FULL, "8 are kept" },
	{ FRESH, "new evidence" }, { WAIT, "expected" }, { F, "-f" },
	{ TYPED, "type written out" }, { R, "-R" }, { WRONG, "wrong -R" },
};
static const char *const effect_name[] = {
	[TRUST_NONE] = "nothing changes", [TRUST_SIGHT] = "sighting",
	[TRUST_NOTICE] = "learned", [TRUST_ACCEPT] = "accepted",
	[TRUST_BIND] = "pin", [TRUST_NOTE] = "new evidence",
	[TRUST_REPLACE] = "pin, old retired", [TRUST_RETIRE] = "retired",
	[TRUST_DROP] = "K dropped", [TRUST_CLEAR] = "all dropped",
	[TRUST_STRIKE] = "rejected"
};

/* "table: pin other | pin with proof, -R: pin, old retired, out 0" */
static void
name_cell(struct cell *c)
{
	const struct row *r = c->row;
	size_t i, n;

	n = (size_t)snprintf(c->name, sizeof(c->name), "table: %s | %s%s",
	    row_name[r->state], column_name[r->verb],
	    given_name[r->evidence]);
	for (i = 0; i < sizeof(fact_name) / sizeof(fact_name[0]); i++)
		if (r->bits & fact_name[i].bit)
			n += (size_t)snprintf(c->name + n,
			    sizeof(c->name) - n, ", %s", fact_name[i].name);
	(void)snprintf(c->name + n, sizeof(c->name) - n, ": %s%s %d",
	    r->reason == TRUST_OK ? effect_name[r->effect] :
	    r->reason == TRUST_ASK ? "asked for more" : "refused",
	    r->ends ? ", out" : "", r->no || r->reason != TRUST_OK);
}

#define ROWS	(sizeof(rows) / sizeof(rows[0]))

int
main(void)
{
#define T(f)	cmocka_unit_test(f)
	const struct CMUnitTest rest[] = {
		T(every_cell_has_a_row),
		T(events_have_the_verbs_of_the_history),
		T(rule_1_accepted_is_what_is_expected_and_unknown_so_far),
		T(rule_2_a_conflict_never_withdraws_a_key),
		T(rule_3_a_key_is_replaced_only_with_proof_and_by_its_name),
		T(rule_3_importing_washes_no_past_away),
		T(rule_4_a_revoked_key_is_never_used_again),
		T(rule_12_own_and_unfit_keys_never_bind),
		T(forgetting_never_binds_and_asks_nothing_of_the_key),
		T(every_answer_is_whole),
		T(what_is_asked_for_is_enough_and_more_never_spoils_it),
	};
	static struct cell cells[ROWS];
	static struct CMUnitTest tests[ROWS + sizeof(rest) / sizeof(rest[0])];
	size_t i;

	for (i = 0; i < ROWS; i++) {
		cells[i].row = &rows[i];
		name_cell(&cells[i]);
		tests[i] = (struct CMUnitTest){ cells[i].name,
		    cell_is_as_designed, NULL, NULL, &cells[i] };
	}
	memcpy(&tests[ROWS], rest, sizeof(rest));
	return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
