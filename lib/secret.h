/* Bytes that must not outlive their use. */
#ifndef BTNS_SECRET_H
#define BTNS_SECRET_H

#include <stddef.h>
#include <stdint.h>

struct btns_err;

/* Owned bytes.  Zeroed is empty; never grown. */
struct btns_secret {
	uint8_t	*p;
	size_t	 len;
};

int	 btns_secret_new(struct btns_secret *, size_t, struct btns_err *);
void	 btns_secret_clear(struct btns_secret *);

/* Overwrite bytes in place; the compiler doesn't drop it. */
void	 btns_wipe(void *, size_t);

#endif
