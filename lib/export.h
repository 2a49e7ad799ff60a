/*
 * Making iked's tree what the store says: plan, intent, removals, changes,
 * additions.  Killed at any point, every file is whole and the next run
 * finishes.
 */
#ifndef BTNS_EXPORT_H
#define BTNS_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "fp.h"
#include "ident.h"
#include "iked.h"
#include "plan.h"

struct btns_err;
struct btns_pin;
struct btns_pins;
struct btns_tree;

/* Would an import pin the key of a foreign file: no, yes, with -f? */
enum btns_keep { BTNS_KEEP_NOT, BTNS_KEEP, BTNS_KEEP_FORCE };

/* One path that changes, or that was left alone. */
struct btns_change {
	enum plan_op	 op;
	const char	*path;		/* "fqdn/gw.example.org", any bytes */
	bool		 stray;		/* elsewhere: "x", "../old/x" */
	bool		 want;		/* the store wants a file there */
	bool		 has_fp;
	struct btns_fp	 fp;		/* wanted or removed; '!': there */
	bool		 had_fp;
	struct btns_fp	 old_fp;	/* '~': of the key it held before */
	bool		 trusted;	/* '!': iked takes a key from it */
	enum btns_keep	 keep;		/* '!' */
	bool		 directory;	/* '!': it is one, */
	bool		 file;		/* or a regular file: -f replaces it */
	bool		 told;		/* '!': lately, by a run like this */
	int64_t		 since;		/* of PLAN_UNSURE: accepted */
	const char	*note;		/* what lies there, or why it failed */
	const char	*aside;		/* where it lies now, or NULL */
	bool		 failed;	/* it was not done */
	enum btns_sa	 sa;		/* of a file that went or changed */
	const char	*sa_id;		/* of BTNS_SA_UP, as ikectl takes it */
};

#define BTNS_MAX_DEFAULT (-1)	/* the setting, else 30 % or 10 files */
#define BTNS_MAX_NONE	(-2)

struct btns_export {
	bool		 dry;		/* -n: plan only */
	bool		 force;		/* -f: overwrite, take over */
	int64_t		 max;		/* -m: of removals and replacements */
	const struct btns_ident *only;	/* NULL: the whole tree, */
	size_t		 nonly;		/* else so many identities */
	bool		 hunt;		/* and each file with a revoked key */
	void		(*change)(const struct btns_change *, void *);
	/* So many of all were looked at, or staged; or NULL. */
	void		(*progress)(size_t done, size_t all, void *);
	void		*arg;
};

struct btns_tally {
	unsigned long	 added, changed, removed, foreign, failed;
	unsigned long	 aside;		/* files with a revoked key, moved */
	unsigned long	 up;		/* SAs that could not be ended */
	unsigned long	 held;		/* more than max: these were not done */
	int64_t		 max;
	bool		 told;		/* of held, lately */
};

/*
 * Where a file goes or changes, its SAs are ended before this returns, if
 * the tree is the one that iked reads.  0 with the tally, also where single
 * files failed; -1 where nothing could be done (lock, another store's tree,
 * a read error, the store), or, BTNS_E_IKED, where iked doesn't answer: the
 * files are done then, and the next run asks iked again.
 */
int	 btns_export(struct btns_pins *, const struct btns_export *,
	    struct btns_tally *, struct btns_err *);

/*
 * Does the tree hold this pin's file, just as an export writes it or found
 * it?  1, 0, or -1.
 */
int	 btns_export_holds(struct btns_pins *, struct btns_tree *,
	    const struct btns_pin *, struct btns_err *);

/* How many files lie in the tree, whoever wrote them. */
int	 btns_export_count(const char *iked, unsigned long *,
	    struct btns_err *);

#endif
