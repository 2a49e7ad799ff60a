/* Between harvest.c and harvest_list.c; nobody else's. */
#ifndef BTNS_HARVEST_PRIV_H
#define BTNS_HARVEST_PRIV_H

#include "harvest.h"

/*
 * A list of revoked fingerprints, or a known_hosts: 0 when it was read, 1
 * where its first line says that it is neither, what a callback gave, or -1.
 * The descriptor stays the caller's; of a 1, lines were taken from it.
 */
int	 harvest_list(struct harvest *, int fd, const char *file,
	    struct btns_err *);

#endif
