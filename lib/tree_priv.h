/* Between tree.c and tree_stage.c; nobody else's. */
#ifndef BTNS_TREE_PRIV_H
#define BTNS_TREE_PRIV_H

#include <limits.h>

#include "ident.h"
#include "tree.h"

#define STAGE	".btns"
#define OWNER	"store-id"

/* How the files of a type come to their places, decided at the first. */
enum tree_way {
	WAY_OPEN,		/* not yet decided */
	WAY_SINGLY,		/* each moves from staging */
	WAY_WHOLE,		/* a new directory goes over the empty one */
	WAY_NOT_WHOLE,		/* that one isn't empty: each moves */
	WAY_DONE		/* it is there, and they with it */
};

struct btns_tree {
	char		 path[PATH_MAX + 16];	/* of pubkeys/ */
	enum btns_tree_mode mode;
	int		 iked;			/* iked's directory */
	int		 dir;			/* -1: it isn't there */
	int		 stage;			/* -1 unless writing */
	bool		 right;			/* modes come out right there */
	int		 type[BTNS_ID__COUNT];	/* -1: not there */
	struct btns_err	*bad[BTNS_ID__COUNT];	/* why it can't be used */
	enum tree_way	 way[BTNS_ID__COUNT];
	int		 whole[BTNS_ID__COUNT];	/* in staging; or -1 */
	int		 other;			/* of a stray, by reach() */
};

/* The type that a path is of, if an export may write there; or -1. */
int	 tree_type_of(const char *path);

/* Nothing lies in a directory that isn't there; of a bad one, who knows? */
int	 tree_bad(const struct btns_tree *, const char *path,
	    struct btns_err *);

/* Remove what a killed run left in staging.  Nobody else writes there. */
int	 tree_sweep(struct btns_tree *, struct btns_err *);

#endif
