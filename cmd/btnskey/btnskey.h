#ifndef BTNSKEY_H
#define BTNSKEY_H

#include "../../lib/keyread.h"
#include "../cli.h"

int	 key_gen(struct cli *, const struct cli_args *, struct btns_err *);
int	 key_pin(struct cli *, const struct cli_args *, struct btns_err *);
int	 key_pub(struct cli *, const struct cli_args *, struct btns_err *);
int	 key_show(struct cli *, const struct cli_args *, struct btns_err *);

/*
 * The key of a file, or of standard input for "-": just one, and nothing
 * refused beside it.  *private, unless NULL: it was a private key.
 */
int	 key_file(struct btns_key *, bool *private, const char *,
	    struct btns_err *);

/* Four groups of four, twice a line, as people read them out. */
void	 key_groups(char *out, size_t size, const char *hex, size_t digits);

#endif
