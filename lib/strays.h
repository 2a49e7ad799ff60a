/* Files below iked's directory that are no export's; lib/tree.c's alone. */
#ifndef BTNS_STRAYS_H
#define BTNS_STRAYS_H

struct btns_err;

/*
 * As btns_tree_strays(), of iked's directory and its pubkeys/, both open;
 * root is the latter's path.
 */
int	 strays_each(int iked, int pubkeys, const char *root,
	    int (*)(const char *, void *), void *, struct btns_err *);

#endif
