/* Base64 (RFC 4648 section 4), in one go or piece by piece. */
#ifndef BTNS_B64_H
#define BTNS_B64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btns_err;

/* Characters, with padding but without NUL, that n bytes take. */
#define BTNS_B64_LEN(n)	(((n) + 2) / 3 * 4)

/* A decoder at work.  Zeroed is ready; out and size are the caller's. */
struct btns_b64 {
	uint8_t		*out;
	size_t		 size;		/* room at out */
	size_t		 len;		/* bytes decoded so far */
	uint32_t	 acc;
	unsigned	 have;		/* characters in acc: 0 to 3 */
	unsigned	 pad;		/* '=' seen: 0 to 2 */
};

/*
 * Decode n more characters; blanks and tabs are skipped.
 * Errors: BTNS_E_FORMAT for a foreign character, for data after the
 * padding, and where out is full.
 */
int	 btns_b64_add(struct btns_b64 *, const char *, size_t,
	    struct btns_err *);

/*
 * End of input.  BTNS_E_FORMAT where the last group is incomplete, padded
 * wrongly, or has bits set that no byte holds (RFC 4648 section 3.5).
 * Where padding is optional, as in SHA256:..., pass false.
 */
int	 btns_b64_end(struct btns_b64 *, bool padded, struct btns_err *);

/* Encode, with padding and NUL; out holds BTNS_B64_LEN(n) + 1. */
void	 btns_b64_encode(char *out, const uint8_t *, size_t n);

/* Is c one of the 64 characters (not padding)? */
bool	 btns_b64_is(int c);

#endif
