/*
 * Who asks again.  Where more requests come than can be answered, those that
 * come a second time are answered first: a peer asks again where it gets no
 * answer (RFC 7296 2.1), and a flood from addresses that are nobody's has no
 * reason to.  One that does so, too, is no worse than one that is answered
 * in the order of its coming.
 *
 * Bits of a Bloom filter, in two halves by turns: of 2^21 requests at least
 * the last ones are remembered, or of 5 seconds where there are fewer.  One
 * in five that are new seems to be a repetition then, and no more.
 */
#ifndef BTNS_REPEATS_H
#define BTNS_REPEATS_H

#include <stdbool.h>
#include <stdint.h>

#include "ike/ike.h"

struct btns_err;
struct btns_repeats;

/* Its memory, 4 MiB, is there from the start.  BTNS_E_NOMEM, _CRYPTO. */
int	 btns_repeats_new(struct btns_repeats **, struct btns_err *);
void	 btns_repeats_free(struct btns_repeats *);	/* NULL: nothing */

/*
 * Did this address ask with this SPI (RFC 7296 3.1) before?  It is
 * remembered for the next time.  now: ms of a clock that only goes forward.
 */
bool	 btns_repeats_seen(struct btns_repeats *, int64_t now,
	    const struct ike_from *, const uint8_t spi[8]);

#endif
