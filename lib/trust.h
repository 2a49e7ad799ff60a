/*
 * The decision table, pure: what is known of an identity and a key, the
 * verb, and what was given, to what happens.  Nothing else in the project
 * decides about trust.
 */
#ifndef BTNS_TRUST_H
#define BTNS_TRUST_H

#include <stdbool.h>

/* The identity, with respect to the key in hand. */
enum trust_state {
	TRUST_BLANK,		/* nothing known */
	TRUST_PAST,		/* retired keys, this one not among them */
	TRUST_RETIRED,		/* this key was retired; nothing live */
	TRUST_PINNED,		/* this key is the pin */
	TRUST_OTHER,		/* another key is the pin */
	TRUST_STATE__COUNT
};

enum trust_verb { TRUST_PIN, TRUST_FORGET, TRUST_VERB__COUNT };

/* How much a decision takes, and what was given; more covers less. */
enum trust_evidence {
	TRUST_NOTHING,
	TRUST_OPERATOR,		/* somebody said yes */
	TRUST_PROOF		/* 128 bits or more of a fingerprint agreed */
};

struct trust_facts {
	enum trust_state state;
	bool	own;		/* this host's own key */
	bool	ed25519;	/* a type that iked cannot use */
	bool	weak;		/* RSA below 2048 bits */
	bool	elsewhere;	/* the key is live under another identity */
	bool	alike;		/* a look-alike of the identity is known */
	bool	fresh;		/* new evidence or a new comment is offered */
};

struct trust_given {
	enum trust_evidence evidence;
	bool	force;		/* -f */
	bool	typed;		/* the identity's type was written out */
	bool	named;		/* -R named the present pin */
	bool	misnamed;	/* -R named something else */
};

enum trust_effect {
	TRUST_NONE,		/* nothing changes */
	TRUST_BIND,		/* the key becomes the pin */
	TRUST_NOTE,		/* it is the pin; its evidence is renewed */
	TRUST_REPLACE,		/* it becomes the pin, the other is retired */
	TRUST_RETIRE		/* the live key is retired */
};

enum trust_reason {
	TRUST_OK,
	TRUST_NO_OWN,		/* this host's own key */
	TRUST_NO_ED25519,
	TRUST_NO_WEAK,		/* -f is missing */
	TRUST_NO_ALIKE,		/* write the type out */
	TRUST_NO_NAME,		/* -R is missing */
	TRUST_NO_MISNAMED,	/* -R names another key than the pin */
	TRUST_NO_REPLACE,	/* -R, and there is no pin to replace */
	TRUST_NO_LIVE,		/* nothing to forget */
	TRUST_ASK		/* evidence is missing: see need */
};

struct trust_verdict {
	enum trust_reason reason;
	enum trust_evidence need;	/* the least that the decision takes */
	enum trust_effect effect;	/* TRUST_NONE unless TRUST_OK */
	const char	*event;		/* verb of the history, or NULL */
	bool		 ends;		/* a file goes or changes: SAs too */
};

/* Total: every combination has an answer. */
struct trust_verdict trust_decide(enum trust_verb, const struct trust_facts *,
	    const struct trust_given *);

/* "is this host's own key" and the like; static. */
const char *trust_reason_text(enum trust_reason);

#endif
