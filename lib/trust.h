/*
 * The decision table, pure: what is known of an identity and a key, the
 * verb, and what was given, to what happens.  Nothing else in the project
 * decides about trust.
 */
#ifndef BTNS_TRUST_H
#define BTNS_TRUST_H

#include <stdbool.h>

/*
 * The identity I, with respect to the key K in hand.  Live is what is
 * pinned or accepted; a rejected K counts as none here.
 */
enum trust_state {
	TRUST_BLANK,		/* nothing known */
	TRUST_PAST,		/* retired keys, K not among them */
	TRUST_RETIRED,		/* K was retired; nothing live or learned */
	TRUST_LEARNED,		/* K is learned, alone */
	TRUST_STRANGER,		/* others are learned, K is not */
	TRUST_RIVALS,		/* K is learned, and others too */
	TRUST_ACCEPTED,		/* K is the accepted key */
	TRUST_ACCEPTED_OTHER,	/* another key is; K is learned or nothing */
	TRUST_PINNED,		/* K is the pin */
	TRUST_PINNED_OTHER,	/* another key is; K is learned or nothing */
	TRUST_STATE__COUNT
};

enum trust_verb {
	TRUST_LEARN,
	TRUST_PROMOTE,
	TRUST_PIN,
	TRUST_REJECT,
	TRUST_REVOKE,		/* one binding of the key */
	TRUST_FORGET,		/* of I: all but what is rejected */
	TRUST_FORGET_ONE,	/* of I: K */
	TRUST_IMPORT_TREE,	/* a file that iked trusts */
	TRUST_IMPORT,		/* anything else */
	TRUST_VERB__COUNT
};

/* How much a decision takes, and what was given; more covers less. */
enum trust_evidence {
	TRUST_NOTHING,
	TRUST_OPERATOR,		/* somebody said yes */
	TRUST_PROOF		/* 128 bits or more of a fingerprint agreed */
};

struct trust_facts {
	enum trust_state state;
	bool	known;		/* K has a learned binding of I */
	bool	rejected;	/* K is rejected for I */
	bool	past;		/* I had a live key that is one no more */
	bool	was;		/* K was that, once */
	bool	full;		/* I has as many learned keys as are kept */
	bool	revoked;	/* K is */
	bool	own;		/* K is this host's own key */
	bool	self;		/* I is this host's own name */
	bool	misfit;		/* I is fp/, of another key than K */
	bool	ed25519;	/* a type that iked cannot use */
	bool	weak;		/* RSA below 2048 bits */
	bool	elsewhere;	/* K is live under another identity */
	bool	bound;		/* K has another identity, in any state */
	bool	alike;		/* a look-alike of I is known */
	bool	expected;	/* accept-new is on, and accept-for matches */
	bool	fresh;		/* new evidence or a new comment is offered */
};

struct trust_given {
	enum trust_evidence evidence;
	bool	force;		/* -f */
	bool	typed;		/* the identity's type was written out */
	bool	named;		/* -R named the key that is replaced */
	bool	misnamed;	/* -R named something else */
	bool	vouched;	/* import -p: nobody compared it */
};

enum trust_effect {
	TRUST_NONE,		/* nothing changes */
	TRUST_SIGHT,		/* K was seen again */
	TRUST_NOTICE,		/* K is learned */
	TRUST_ACCEPT,		/* K is learned and, from now on, accepted */
	TRUST_BIND,		/* K becomes the pin */
	TRUST_NOTE,		/* it is the pin; its evidence is renewed */
	TRUST_REPLACE,		/* it becomes the pin, the other is retired */
	TRUST_RETIRE,		/* K, which was live or learned, is retired */
	TRUST_DROP,		/* K's binding goes, or is retired again */
	TRUST_CLEAR,		/* every binding of I but the rejected goes */
	TRUST_STRIKE		/* K is rejected for I */
};

enum trust_alarm {
	TRUST_QUIET,
	TRUST_CHANGED,		/* another key than before, or than the pin */
	TRUST_CONFLICT		/* another key than the learned or accepted */
};

enum trust_reason {
	TRUST_OK,
	TRUST_NO_REVOKED,	/* never again */
	TRUST_NO_OWN,		/* this host's own key */
	TRUST_NO_SELF,		/* this host's own name */
	TRUST_NO_MISFIT,	/* fp/, and another key */
	TRUST_NO_ED25519,
	TRUST_NO_WEAK,		/* -f is missing */
	TRUST_NO_ALIKE,		/* write the type out */
	TRUST_NO_NAME,		/* -R is missing */
	TRUST_NO_MISNAMED,	/* -R names another key */
	TRUST_NO_REPLACE,	/* -R, and there is nothing to replace */
	TRUST_NO_LIVE,		/* nothing to forget */
	TRUST_NO_LEARNED,	/* no such key learned */
	TRUST_NO_PIN,		/* a pin is not rejected */
	TRUST_NO_REJECTED,	/* rejected for this identity */
	TRUST_NO_PAST,		/* it had a key before */
	TRUST_ASK		/* evidence is missing: see need */
};

struct trust_verdict {
	enum trust_reason reason;
	enum trust_evidence need;	/* the least that the decision takes */
	enum trust_effect effect;	/* TRUST_NONE unless TRUST_OK */
	const char	*event;		/* verb of the history, or NULL */
	bool		 no;		/* done, and the answer is no */
	bool		 ends;		/* a file goes or changes: SAs too */
	enum trust_alarm alarm;
};

/* Total: every combination has an answer. */
struct trust_verdict trust_decide(enum trust_verb, const struct trust_facts *,
	    const struct trust_given *);

/* "is this host's own key" and the like; static. */
const char *trust_reason_text(enum trust_reason);

#endif
