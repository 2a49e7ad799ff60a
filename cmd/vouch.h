/*
 * Vouching for a key: what btnskey pin and btnsctl promote share.  Options
 * are -F, -N, -R, -c, -f, -y, and the first operand is the identity.
 */
#ifndef BTNS_VOUCH_H
#define BTNS_VOUCH_H

#include "../lib/key.h"
#include "cli.h"

/* Check the options, before anything is read. */
int	 vouch_options(const struct cli_args *, struct btns_err *);

/* Pin a key that came in a file: an exit status, or -1. */
int	 vouch_file(struct cli *, const struct cli_args *,
	    const struct btns_key *, const char *file, struct btns_err *);

/* Promote the key that was learned. */
int	 vouch_learned(struct cli *, const struct cli_args *,
	    struct btns_err *);

#endif
