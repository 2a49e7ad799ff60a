/* Files below iked's directory that are no export's; lib/tree.c's alone. */
#ifndef BTNS_STRAYS_H
#define BTNS_STRAYS_H

#include <stdbool.h>

struct btns_err;

/*
 * As btns_tree_strays(), of iked's directory and its pubkeys/, both open;
 * root is the latter's path.  own: local.pub is this host's, and no stray.
 */
int	 strays_each(int iked, int pubkeys, const char *root, bool own,
	    int (*)(const char *, void *), void *, struct btns_err *);

#endif
