#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "err.h"
#include "repeats.h"
#include "secret.h"

#define BITS	(1UL << 24)	/* of a half */
#define FULL	(1UL << 21)	/* requests, */
#define TURN	5000		/* or ms, then the other half is begun */

struct btns_repeats {
	uint64_t	 key[7];
	int64_t		 since;		/* ms: this half was begun */
	unsigned long	 n;		/* requests in it */
	unsigned	 half;
	uint8_t		 bit[2][BITS / 8];
};

int
btns_repeats_new(struct btns_repeats **out, struct btns_err *e)
{
	struct btns_repeats *r = malloc(sizeof(*r));

	*out = NULL;
	if (r == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	btns_wipe(r, sizeof(*r));	/* each page of it; memset may not */
	if (RAND_bytes((uint8_t *)r->key, sizeof(r->key)) != 1) {
		free(r);
		return btns_fail_crypto(e, "random octets");
	}
	*out = r;
	return 0;
}

void
btns_repeats_free(struct btns_repeats *r)
{
	free(r);
}

/*
 * Multilinear hashing: with a secret key nobody can choose two that meet.  Of
 * addresses that follow one another it makes steps of one width, which for some
 * keys meet again soon; splitmix64's last steps scatter them.
 */
static size_t
place(const struct btns_repeats *r, const struct ike_from *from,
    const uint8_t spi[8])
{
	uint64_t h = r->key[6];
	uint32_t w[6];
	size_t i;

	memcpy(w, from->addr, 16);
	memcpy(w + 4, spi, 8);
	for (i = 0; i < 6; i++)
		h += r->key[i] * w[i];
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9;
	h = (h ^ h >> 27) * 0x94d049bb133111eb;
	return (size_t)(h >> 40);
}

bool
btns_repeats_seen(struct btns_repeats *r, int64_t now,
    const struct ike_from *from, const uint8_t spi[8])
{
	size_t at = place(r, from, spi);
	uint8_t bit = (uint8_t)(1 << at % 8);
	bool seen;

	if (r->n == FULL || now - r->since > TURN) {
		r->half ^= 1;
		memset(r->bit[r->half], 0, sizeof(r->bit[0]));
		r->n = 0;
		r->since = now;
	}
	seen = ((r->bit[0][at / 8] | r->bit[1][at / 8]) & bit) != 0;
	r->bit[r->half][at / 8] |= bit;
	r->n++;
	return seen;
}
