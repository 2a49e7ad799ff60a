/*
 * What iked's log told, as the store keeps it: refusals, sightings, and how
 * far logs were read.  Moves no trust and no address.
 */
#ifndef BTNS_KNOCK_H
#define BTNS_KNOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fp.h"
#include "ident.h"

struct btns_err;
struct btns_pins;

/* By what the store had exported for the identity at that time. */
enum btns_cause {
	BTNS_UNKNOWN,		/* nothing: iked has no file of that name */
	BTNS_ANOTHER,		/* a key: the peer has another, or none */
	BTNS_UNREAD,		/* a key, in a file that iked couldn't read */
	BTNS_CAUSE__COUNT
};

#define BTNS_KNOCKS_MAX	4096	/* rows that are kept */
#define BTNS_KNOCKS_FROM 64	/* unknown identities of one address */
#define BTNS_KNOCK_ID	1100	/* an identity, escaped, and NUL */

/* Strings are borrowed. */
struct btns_knock {
	const char	*identity;	/* printed, or escaped as it came */
	enum btns_cause	 cause;
	const char	*address;	/* "": unknown */
	int64_t		 first_seen, last_seen, days, times;
	int64_t		 verified;	/* of times: by journald's own word */
	bool		 has_fp;
	struct btns_fp	 fp;		/* what was exported */
};

const char *btns_cause_name(enum btns_cause);	/* "unknown" ... */

/* Stored ones, or an identity's.  No lock is held. */
typedef int btns_knock_fn(const struct btns_knock *, void *);
int	 btns_knock_each(struct btns_pins *, btns_knock_fn *, void *,
	    struct btns_err *);
int	 btns_knock_of(struct btns_pins *, const char *identity,
	    btns_knock_fn *, void *, struct btns_err *);

/* What was exported for an identity, and from when to when it was so. */
struct btns_period {
	bool		 live;
	struct btns_fp	 fp;
	int64_t		 from, to;	/* from <= at < to */
};
int	 btns_live_at(struct btns_pins *, const struct btns_ident *,
	    int64_t at, struct btns_period *, struct btns_err *);

/*
 * How far a log was read.  head is of its first length octets, or of a
 * journal's id, and length 0; tail of what stands before done.  Together
 * they tell it apart.
 */
struct btns_logmark {
	uint8_t		 head[BTNS_FP_LEN], tail[BTNS_FP_LEN];
	int64_t		 length, done;
	int64_t		 at;		/* when it was noted */
};
typedef int btns_logmark_fn(const struct btns_logmark *, void *);
int	 btns_logmark_each(struct btns_pins *, btns_logmark_fn *, void *,
	    struct btns_err *);

/*
 * One transaction: begin, any of the others, and end, which undoes all where
 * commit is false.  On failure all is undone already.
 */
int	 btns_knock_begin(struct btns_pins *, struct btns_err *);
int	 btns_knock_end(struct btns_pins *, bool commit, struct btns_err *);
/* 1, or 0 where the address has knocked under too many names. */
int	 btns_knock_add(struct btns_pins *, const struct btns_knock *,
	    struct btns_err *);
/*
 * The identity was seen so often within a day, with the key that it has
 * now: 1, or 0 where that isn't fp.
 */
int	 btns_knock_sighting(struct btns_pins *, const struct btns_ident *,
	    const struct btns_fp *, int64_t at, int64_t times,
	    struct btns_err *);
/* One more alarm of an identity; *first: of this day. */
int	 btns_knock_alarm(struct btns_pins *, const char *identity,
	    bool *first, struct btns_err *);
/* Replace a mark by a later one; from is NULL for a log's first. */
int	 btns_logmark_move(struct btns_pins *, const struct btns_logmark *from,
	    const struct btns_logmark *to, struct btns_err *);

#endif
