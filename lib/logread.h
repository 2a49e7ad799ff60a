/*
 * Logs as bytes: syslog files, also rotated and compressed ones, iked's own
 * output, and journald's, by journalctl(1) or in its export format.  What
 * was read before is skipped, by what a log holds and not by its name.
 */
#ifndef BTNS_LOGREAD_H
#define BTNS_LOGREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "knock.h"

struct btns_err;
struct btns_pins;
struct logread;

#define LOGREAD_PIECE	32768	/* octets of lines; one line may be longer */

/* A part of a log: whole lines, or one message of the journal. */
struct logread_piece {
	const char	*p;
	size_t		 n;
	bool		 message;	/* else lines, each with its LF */
	int64_t		 at;		/* of a message; else the log's age */
	bool		 verified;	/* journald says that iked wrote it */
};

/*
 * Open a file, "-" for standard input, or NULL for this host's journal of
 * iked, with what is still to come if follow is set.  The marks of the
 * store say what was read before.  BTNS_E_SYS, BTNS_E_NOMEM, the store's.
 */
int	 logread_open(struct logread **, const char *path, bool follow,
	    struct btns_pins *, struct btns_err *);
void	 logread_close(struct logread *);	/* NULL is fine */

/* Does this host have a journal that can be read? */
bool	 logread_journal(void);

/*
 * The next piece, good until the next call: 1, or 0 at the end for now; a
 * file that grew has more then.  -1: BTNS_E_SYS, BTNS_E_FORMAT.
 */
int	 logread_next(struct logread *, struct logread_piece *,
	    struct btns_err *);

/*
 * Note in the store, within a transaction of btns_knock_begin(), that all
 * pieces so far are done with.
 */
int	 logread_mark(struct logread *, struct btns_pins *,
	    struct btns_err *);

/* Was more given than the store has been told of? */
bool	 logread_ahead(const struct logread *);

/* It was read in part at least, by this run or an earlier one. */
bool	 logread_known(const struct logread *);

/* Does another file lie at its path by now, or a shorter one? */
bool	 logread_moved(const struct logread *);

/* Nothing more will come: the end of a pipe. */
bool	 logread_over(const struct logread *);

/* Wait for more of what is followed, ms milliseconds or less. */
void	 logread_wait(const struct logread *, int ms);

#endif
