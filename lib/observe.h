/*
 * What iked's log lines come to: peers that were refused, pins that another
 * key was offered for, files that iked couldn't read, pins that were seen.
 * Told by what the store had exported at that time; the log itself moves
 * neither trust nor addresses.
 */
#ifndef BTNS_OBSERVE_H
#define BTNS_OBSERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "knock.h"

struct btns_err;
struct btns_pins;

/* Refusals of one identity from one address, for one cause. */
struct btns_refusal {
	struct btns_knock knock;	/* of this run, or part of it */
	bool		 pinnable;	/* the identity is one for the store */
	struct btns_ident ident;	/* if it is */
	bool		 first;		/* its first alarm of the day */
};

struct btns_observe {
	struct btns_pins *pins;
	/* Told after their transaction: no lock is held. */
	void		(*refusal)(const struct btns_refusal *, void *);
	void		*arg;
	/* Counted. */
	uint64_t	 knocks;	/* unknown */
	uint64_t	 alarms;	/* another, unread */
	uint64_t	 seen;		/* of pins, and of accepted keys */
	uint64_t	 others;	/* authenticated without one */
	uint64_t	 dropped;	/* of addresses with too many names */
};

struct observer;

/* BTNS_E_NOMEM. */
int	 btns_observer_new(struct observer **, struct btns_observe *,
	    struct btns_err *);
void	 btns_observer_free(struct observer *);	/* NULL is fine */

/*
 * Read a log as far as it goes (lib/logread.h says what may be named) and
 * write down what it says.  Rotated meanwhile: what was left of the file
 * that was read before, first.  0, or -1: what was read up to then is
 * written down, where the store could be written.
 */
int	 btns_observe(struct observer *, const char *path,
	    struct btns_err *);

/* The same and what comes after, until *stop: tell at once. */
int	 btns_observe_follow(struct observer *, const char *path,
	    const volatile int *stop, struct btns_err *);

/* The log that iked writes on this host, or NULL for the journal. */
const char *btns_observe_default(void);

#endif
