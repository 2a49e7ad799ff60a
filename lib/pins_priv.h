/* Between the files of pins; nobody else's. */
#ifndef BTNS_PINS_PRIV_H
#define BTNS_PINS_PRIV_H

#include <sys/types.h>
#include <limits.h>

#include "../db/store.h"
#include "pins.h"

#define ID_HEX		33
#define SELF_MAX	64

struct btns_pins {
	struct store	*store;
	char		 path[PATH_MAX];
	char		 iked[PATH_MAX];
	char		 id[ID_HEX];
	dev_t		 dev;		/* of the file that is open */
	ino_t		 ino;
	int64_t		 now;		/* of this transaction */
	bool		 batch;		/* within btns_pins_begin() */
	bool		 tell;		/* syslog, whatever the setting */
	int64_t		 replayed;	/* until when; 0: not at all */
	int64_t		 periods;	/* the next event of theirs, or 0 */
	int64_t		 first;		/* event of this transaction, or 0 */
	struct btns_head head;		/* and its last one */
	struct {			/* of what reads the whole history: */
		void	(*fn)(size_t done, size_t all, void *);	/* or NULL */
		void	*arg;
		size_t	 done, all;	/* events, each as often as it's read */
	}		 progress;
	/* This host's own, read for each decision, or once a batch. */
	struct btns_fp	 own;
	bool		 has_own;
	struct btns_ident self[SELF_MAX];
	unsigned	 nself;
	char		 expect[BTNS_SETTING_MAX];	/* "" : nobody */
};

/* Does a binding in this state belong in the tree? */
bool	 pins_live(const char *state);

/* The whole history will be read so many times; one more event of it was. */
int	 pins_times(struct btns_pins *, size_t, struct btns_err *);
void	 pins_step(struct btns_pins *);

/*
 * Remove a file that only we use, and its journal first: it would be rolled
 * into the next file of that name.
 */
void	 pins_unlink(const char *path);

/* No store at path: then no journal may lie there either.  BTNS_E_STORE. */
int	 pins_no_journal(const char *path, struct btns_err *);

/* A binding as pins.h shows it, to fn. */
struct pins_walk {
	btns_pin_fn	*fn;
	void		*arg;
	struct btns_err	*e;
};
int	 pins_row(const struct store_binding *, void *walk);

/* The least and the greatest fingerprint that begins with these digits. */
void	 pins_range(uint8_t low[BTNS_FP_LEN], uint8_t high[BTNS_FP_LEN],
	    const char *digits);

/*
 * A transaction of decisions: begin refuses where another file lies at the
 * store's path by now; commit writes the head file and tells syslog.
 */
int	 pins_begin(struct btns_pins *, struct btns_err *);
int	 pins_commit(struct btns_pins *, struct btns_err *);
void	 pins_rollback(struct btns_pins *);

/* Append to the history's chain; within a transaction. */
int	 pins_log(struct btns_pins *, const char *verb, const char *identity,
	    const uint8_t *fp, const char *detail, struct btns_err *);

/* Tell syslog of the transaction that was committed just now. */
void	 pins_tell(struct btns_pins *);

/*
 * The head file beside the store: how many heads it names, 0 where there is
 * none, or -1.  While a store is replaced it names the old and the new one.
 */
#define HEADS	2
int	 pins_head_read(const struct btns_pins *, struct btns_head[HEADS],
	    struct btns_err *);
void	 pins_head_write(const struct btns_pins *, const struct btns_head *,
	    unsigned n);
/* After a decision: a head of one that came later stays. */
void	 pins_head_next(const struct btns_pins *);

/* Revoke within a transaction; logs how. */
int	 pins_revoke(struct btns_pins *, const uint8_t *fp,
	    const char *comment, const char *how, struct btns_err *);

/*
 * As btns_verify(), of a store that has no head file beside it.  The history
 * is read so many times by either.
 */
#define CHECKED	2
int	 pins_check(struct btns_pins *, void (*wrong)(const char *, void *),
	    void *, struct btns_head *, struct btns_err *);

/* The state that an event of this verb gives a binding, or NULL. */
const char *pins_verb_state(const char *verb);

/* A field of an event's detail, "name=...", to buf; false without one. */
bool	 pins_field(char *buf, size_t size, const char *detail,
	    const char *name);

#endif
