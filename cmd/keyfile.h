/* Reading one key for a command. */
#ifndef BTNS_KEYFILE_H
#define BTNS_KEYFILE_H

#include <stdbool.h>

#include "../lib/keyread.h"

struct btns_err;

/*
 * The key of a file, or of standard input for "-": just one, and nothing
 * refused beside it.  *private, unless NULL: it was a private key.
 */
int	 key_file(struct btns_key *, bool *private, const char *,
	    struct btns_err *);

#endif
