/* Between the files of logread; nobody else's. */
#ifndef BTNS_LOGREAD_PRIV_H
#define BTNS_LOGREAD_PRIV_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "knock.h"

#define LOGREAD_BUF	(1024 * 1024)
#define TAIL	512
#define HEAD	1024
#define MARKS	512

/* An entry of journald's export format, field by field. */
struct journal {
	char		 id[64];	/* of the journal, by its cursor */
	int64_t		 seq;		/* its number there */
	int64_t		 at;		/* UTC seconds */
	bool		 iked;		/* it calls itself that */
	bool		 verified;	/* and journald saw the program */
	char		 text[4096];	/* its message */
	size_t		 textlen;
	/* Where the parser stands. */
	bool		 any, over, cut;
	uint64_t	 discard;
};

/*
 * Parse on in n octets at p, *used of them: 1 with a whole entry, 0 where
 * more is needed, or -1.  Of LOGREAD_BUF octets some are always used.
 */
int	 journal_parse(struct journal *, const char *p, size_t n,
	    size_t *used);

struct logread {
	const char	*path;		/* or NULL: the journal */
	const char	*name;		/* for messages */
	bool		 follow, eof;
	int		 fd;		/* what is read, */
	int		 file;		/* out of this one, or -1 */
	pid_t		 child;		/* it writes to fd; 0: none */
	const char	*program;
	bool		 journal;	/* in the export format */
	bool		 plain;		/* a regular file, not compressed */
	int64_t		 age;		/* when it was written last */
	char		*buf;		/* LOGREAD_BUF */
	size_t		 at, have;	/* in buf: what is still to give */
	int64_t		 done;		/* octets given out, from its start */
	char		 head[HEAD];	/* the first ones */
	size_t		 headlen;
	char		 tail[TAIL];	/* the last ones given out */
	size_t		 taillen;
	bool		 skip;		/* the rest of a line too long */
	struct btns_logmark mark[MARKS];
	int64_t		 stored[MARKS];	/* what is done by the store */
	size_t		 nmark;
	struct btns_logmark was;	/* that of this log, if known: */
	bool		 known;
	struct journal	 entry;
};

/* Skip to an offset by reading: 1, 0 where the log ends before, or -1. */
int	 logread_skip(struct logread *, int64_t to, struct btns_err *);

/* From its start again, through the program that made it small. */
int	 logread_expand(struct logread *, struct btns_err *);

/* Go to where an earlier run stopped; to the start if none knows it. */
int	 logread_resume(struct logread *, struct btns_err *);

/*
 * Is the entry behind the mark of its journal?  1, 0 or -1; the mark of a
 * new one is made.
 */
int	 logread_is_new(struct logread *, struct btns_err *);

#endif
