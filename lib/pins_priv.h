/* Between pins.c and pins_decide.c; nobody else's. */
#ifndef BTNS_PINS_PRIV_H
#define BTNS_PINS_PRIV_H

#include <limits.h>

#include "../db/store.h"
#include "pins.h"

#define ID_HEX	33

struct btns_pins {
	struct store	*store;
	char		 path[PATH_MAX];
	char		 iked[PATH_MAX];
	char		 id[ID_HEX];
};

/* Does a binding in this state belong in the tree? */
bool	 pins_live(const char *state);

/* Append to the history's chain; within a transaction. */
int	 pins_log(struct btns_pins *, const char *verb, const char *identity,
	    const uint8_t *fp, const char *detail, struct btns_err *);

#endif
