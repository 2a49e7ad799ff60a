/* Between export.c and export_plan.c; nobody else's. */
#ifndef BTNS_EXPORT_PRIV_H
#define BTNS_EXPORT_PRIV_H

#include <sys/stat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "export.h"
#include "key.h"
#include "pins.h"
#include "tree.h"
#include "when.h"

#define DIGEST	32

/* A path, and all that is known of it. */
struct item {
	char		*path;
	bool		 want, row, had_old, had_new, there;
	bool		 listed;	/* the walk of the tree met it */
	uint8_t		 want_digest[DIGEST], old[DIGEST], new[DIGEST];
	uint8_t		 disk[DIGEST];
	char		*text;		/* of the file wanted, or NULL */
	size_t		 textlen;
	struct btns_fp	 fp;
	bool		 has_fp;
	enum plan_op	 op;
	bool		 stray;		/* not where a pin's file lies */
	bool		 trusted, directory, file, failed;
	enum btns_keep	 keep;
	bool		 same_key;	/* what lies there holds it already */
	bool		 aside;		/* a foreign file with a revoked key */
	char		*kept;		/* where that lies now */
	bool		 revoked;	/* the key that goes is, or this: */
	struct btns_fp	 bad;		/* of what is moved aside */
	struct btns_fp	 found;		/* the key that lies there */
	bool		 has_found;
	bool		 told, held;
	char		*note;		/* what lies there, or what failed */
	bool		 ends;		/* its key went, or becomes another */
	bool		 had_sig, has_sig;
	struct btns_sig	 was, sig;	/* how it looked, and looks */
	enum btns_sa	 sa;
	char		*sa_id;
};

/* A key that was accepted long ago. */
struct unsure {
	char		 ident[BTNS_ID_PRINT];
	struct btns_fp	 fp;
	int64_t		 since;
	bool		 told;
};

/* Files that need not be read, by path. */
struct clean {
	struct clean_row {
		size_t		 path;		/* where in text */
		struct btns_sig	 sig;
		bool		 wanted;
	} *row;
	size_t		 n, room, next;
	char		*text;
	size_t		 used, space;
	bool		 all_rows, all_wants;	/* there are no others */
};

struct run {
	struct btns_pins *pins;
	const struct btns_export *how;
	struct btns_tree *tree;
	struct item	*item;
	size_t		 n, room;
	size_t		 sorted;	/* the first of them, by path */
	uint8_t		*buf;		/* BTNS_TREE_FILE */
	uint8_t		*big;		/* BTNS_TREE_LONG, or NULL */
	int		 fp_tree;	/* 0 off, 1 pins of fp/, 2 all pins */
	bool		 legacy;	/* the names in it */
	bool		 fp_only;	/* collect what belongs there alone */
#define LATELY	8
	struct btns_fp	 lately[LATELY];	/* keys that were collected */
	size_t		 nlately;
	bool		 no_reset;	/* SAs are left alone */
	int64_t		 remind, confirm;	/* seconds */
	struct unsure	*unsure;
	size_t		 nunsure;
	char		**gone;		/* what was told of and is no more */
	size_t		 ngone;
	struct btns_err	unseen;		/* where a hunt could not look */
	struct clean	 clean;
	int64_t		 began;
	struct btns_err	*e;
};

/* Gather what the store wants, what it wrote and what lies there. */
int	 export_collect(struct run *, struct btns_err *);

/* Does the file at a path hold a revoked key?  1, 0 or -1. */
int	 export_holds_revoked(struct run *, const char *path, bool stray,
	    struct btns_err *);

/* Item number n is at work: tell it. */
void	 export_progress(const struct run *, size_t n);

/* Look at an item's path and plan what is done with it. */
int	 export_examine(struct run *, struct item *, struct btns_err *);

void	 export_free(struct item *);

/* Note text, cut to what a line takes; without memory there is none. */
void	 export_note(struct item *, const char *);

/* What was noted, or "". */
const char *export_noted(const struct item *);

/* The bytes of a file: BTNS_FORM_MAX. */
int	 export_render(char *, size_t *, const struct btns_key *,
	    struct btns_err *);

/* Where a pin's file lies below pubkeys/: 1, 0: nowhere, or -1. */
int	 export_path(char path[BTNS_TREE_PATH], const struct run *,
	    const struct btns_pin *, const struct btns_key *,
	    struct btns_err *);

/* The settings that an export goes by. */
int	 export_settings(struct run *, struct btns_err *);

/*
 * Which of what was found was told lately?  Within the transaction that
 * settles: told, gone and new are written.
 */
int	 export_news(struct run *, struct btns_tally *, struct btns_err *);

/*
 * Find the files that are as they should be without reading them; the rest
 * is for all else here.  has: is this one of them?  pin: all that a pin has?
 */
int	 export_clean(struct run *, struct btns_err *);
bool	 export_clean_has(struct run *, const char *path);
bool	 export_clean_pin(struct run *, const struct btns_pin *);
void	 export_clean_free(struct run *);

/* Note how a file looks, before it is read; does its row say just that? */
void	 export_sign(const struct run *, struct item *, const struct stat *);
bool	 export_signed(const struct item *);

/* Is it readable for _iked, and writable for root or us alone? */
bool	 export_open_mode(const struct stat *);

#endif
