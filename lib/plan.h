/*
 * What an export does with one path, pure: what the store wants there, what
 * it knows of having written, and what lies there.
 */
#ifndef BTNS_PLAN_H
#define BTNS_PLAN_H

#include <stdbool.h>

enum plan_op {
	PLAN_NONE,		/* as it should be, or nothing there */
	PLAN_REMOVE,		/* '-' our file, wanted no more */
	PLAN_CHANGE,		/* '~' our file, other content or mode */
	PLAN_ADD,		/* '+' no file, and one is wanted */
	PLAN_FOREIGN,		/* '!' not ours: reported, and left alone */
	PLAN_ASIDE,		/* '!' not ours, a revoked key in it: moved */
	PLAN_GONE,		/* '=' what was told of is no more */
	PLAN_UNSURE		/* '!' accepted long ago, and not compared */
};

struct plan_facts {
	bool	want;		/* a pin or an accepted key */
	bool	there;		/* something of that name */
	bool	file;		/* and it is a regular file */
	bool	ours;		/* with a digest that we wrote or meant to */
	bool	same;		/* its content is just what is wanted */
	bool	same_key;	/* it holds the wanted key, and only that */
	bool	open;		/* iked can read it, nobody else can write */
	bool	force;		/* -f: overwrite what stands in the way */
	bool	revoked;	/* a key in it is */
};

/*
 * PLAN_ASIDE leaves the path free: plan() once more, with nothing there,
 * says what becomes of it then.
 */
enum plan_op plan(const struct plan_facts *);

#endif
