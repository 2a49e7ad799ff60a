/*
 * iked's log lines, one at a time: pure functions over bytes.  Peers choose
 * their IDs, and on most systems any user can write such a line: what is
 * read here is a hint and never a reason to trust.
 */
#ifndef BTNS_IKELOG_H
#define BTNS_IKELOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ikelog_what {
	IKELOG_NOTHING,
	IKELOG_AUTH,		/* IKE_AUTH came in: spi, from */
	IKELOG_NO_FILE,		/* a key file could not be opened: id */
	IKELOG_OTHER_KEY,	/* the key is not that of the file: id */
	IKELOG_REFUSED,		/* authentication failed: spi, id */
	IKELOG_UP		/* an SA is up: spi, id, from */
};

/* Slices of the line, not terminated. */
struct ikelog {
	enum ikelog_what what;
	uint64_t	 spi;		/* 0: the line has none */
	const char	*id;		/* "FQDN/gw", "fqdn/gw": any bytes */
	size_t		 idlen;
	const char	*from;		/* "10.99.0.2", "2001:db8::1" */
	size_t		 fromlen;
	const char	*stamp;		/* of syslog; NULL: the line has none */
	size_t		 stamplen;
};

/*
 * The next line of a syslog file, or of iked's own output, that says
 * something, from *at on and before end; each line ends with LF.  *at is
 * moved behind it.  False, with *at at end, where there is none.
 */
bool	 btns_ikelog_next(struct ikelog *, const char **at, const char *end);

/* What one message says, without what a log puts before it. */
void	 btns_ikelog_message(struct ikelog *, const char *, size_t);

/*
 * UTC seconds of a line's stamp: RFC 3339, or RFC 3164's in local time and
 * without a year.  False, and nothing is set, for what is none, or is after
 * `now` by more than a day: anybody may write a line into a log.  Keep one
 * clock a file: it remembers the minute.
 */
struct ikelog_clock {
	int64_t		 now;		/* set by the caller */
	char		 minute[16];
	size_t		 len;
	int64_t		 base;
};
bool	 btns_ikelog_time(int64_t *, struct ikelog_clock *,
	    const struct ikelog *);

#endif
