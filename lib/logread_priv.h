/* Between logread.c and logread_journal.c; nobody else's. */
#ifndef BTNS_LOGREAD_PRIV_H
#define BTNS_LOGREAD_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOGREAD_BUF	(1024 * 1024)

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

#endif
