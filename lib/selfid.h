/* The names that this host goes by: iked.conf's srcid, or the host name. */
#ifndef BTNS_SELFID_H
#define BTNS_SELFID_H

#include "ident.h"

struct btns_err;

/*
 * Each identity that a srcid of iked.conf beside iked's directory, or of a
 * file that it includes, names; and, for each policy without one, or where
 * there is no policy, the host name.  A file that isn't there, can't be
 * read, or is over 1 MiB names none; what no pin could be of is left out.
 * 0, what the callback returned, or -1.
 */
int	 btns_selfid_each(const char *iked,
	    int (*)(const struct btns_ident *, void *), void *,
	    struct btns_err *);

#endif
