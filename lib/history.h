/* The history's chain, and who acts. */
#ifndef BTNS_HISTORY_H
#define BTNS_HISTORY_H

#include <stddef.h>
#include <stdint.h>

struct btns_err;

#define BTNS_EVENT_HASH	32
#define BTNS_WHO_MAX	33

struct btns_event {
	int64_t		 seq, at;	/* from 1; UTC seconds */
	const char	*actor;		/* name of the real user */
	const char	*login;		/* behind sudo or doas, or the same */
	const char	*verb;
	const char	*identity;	/* printed, or NULL */
	const uint8_t	*fp;		/* 32 octets, or NULL */
	const char	*detail;
	uint8_t		 previous[BTNS_EVENT_HASH];	/* zero for the first */
};

/*
 * SHA-256 over "btns event 1" and the fields in the order above, each with
 * its length before it (4 octets, big-endian; numbers as 8 octets; absent
 * as length 0xffffffff).  BTNS_E_CRYPTO, BTNS_E_FORMAT for a field too long.
 */
int	 btns_event_hash(uint8_t out[BTNS_EVENT_HASH],
	    const struct btns_event *, struct btns_err *);

/* The real user's name, and the login that sudo or doas names. */
void	 btns_who(char actor[BTNS_WHO_MAX], char login[BTNS_WHO_MAX]);

#endif
