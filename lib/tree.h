/*
 * iked's pubkeys/, by descriptors.  Paths here are "fqdn/gw.example.org",
 * below pubkeys/.  Staging is pubkeys/.btns, 0700, where _iked can't look;
 * in it lies store-id, the name of the store that the tree belongs to.
 */
#ifndef BTNS_TREE_H
#define BTNS_TREE_H

#include <sys/stat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BTNS_TREE_PATH	264	/* "ufqdn/", 255 octets, NUL */
#define BTNS_TREE_FILE	65536	/* longer than any that we write */
#define BTNS_TREE_LONG	(4 * 1024 * 1024)	/* others are looked into */

struct btns_err;
struct btns_tree;

enum btns_tree_mode {
	TREE_LOOK,		/* nothing is made or written */
	TREE_WRITE,		/* missing directories are made */
	TREE_TAKE		/* and another store's tree is taken over */
};

/*
 * Open the tree below iked's directory for the store of this id.  With
 * TREE_WRITE left-overs in staging are swept: hold the store's lock.  id
 * may be NULL to look at a tree, whosever it is.
 * BTNS_E_REFUSED: it belongs to another store.  BTNS_E_SYS: also, with
 * ENOENT, where iked's directory isn't there.  BTNS_E_UNSAFE.
 */
int	 btns_tree_open(struct btns_tree **, const char *iked,
	    const char *id, enum btns_tree_mode, struct btns_err *);
void	 btns_tree_close(struct btns_tree *);	/* sweeps, if writing */

/* Is it a path where an export writes, "type/name"?  Others are strays. */
bool	 btns_tree_place_is(const char *path);

/*
 * Look at a path: 1 with st filled in, 0 where nothing is there, or -1.
 * Of a regular file up to BTNS_TREE_FILE octets are read to buf, *n of
 * them; a longer one has *n = BTNS_TREE_FILE + 1.  buf may be NULL.
 */
int	 btns_tree_look(struct btns_tree *, const char *path,
	    struct stat *st, uint8_t *buf, size_t *n, struct btns_err *);

/*
 * What iked would read at a path, also behind a symbolic link, if that is a
 * regular file: its first size octets, *n of them, 1, or 0.
 */
int	 btns_tree_follow(struct btns_tree *, const char *path, uint8_t *,
	    size_t size, size_t *n);

/* Make pubkeys/fp, which a stock iked never reads, unless it is there. */
int	 btns_tree_fp(struct btns_tree *, struct btns_err *);

/*
 * Everything below the type directories, in no order.  -1 at the end where
 * one of them can't be used; the others were walked then.
 */
int	 btns_tree_each(struct btns_tree *, int (*)(const char *path, void *),
	    void *, struct btns_err *);

/* A file that user _iked, neither root nor in its group, can't read? */
bool	 btns_tree_shut(const struct stat *);

/*
 * Everything else below iked's directory that _iked could read: a peer may
 * name it, so a public key has no business there.  Paths are as iked would
 * take them from pubkeys/: "x.pem", "fqdn/old/gw", "../gw.pub".  Left out:
 * local.pub if it is this host's, and what only root gets at.  0, what fn
 * gave, or -1.
 */
int	 btns_tree_strays(struct btns_tree *, int (*)(const char *, void *),
	    void *, struct btns_err *);

/*
 * Stage bytes as file number n for this path, 0644; not yet synced.  First
 * all are staged, no path twice, then they are placed.  BTNS_E_FORMAT for a
 * path that is none of an export's.
 */
int	 btns_tree_stage(struct btns_tree *, unsigned n, const char *path,
	    const void *, size_t, struct btns_err *);
/* Sync all that was staged. */
int	 btns_tree_sync_stage(struct btns_tree *, struct btns_err *);
/*
 * Move staged file n to its path, over what is there; or, unless over, only
 * where nothing is: BTNS_E_SYS with EEXIST.  Where a type has no file yet the
 * first brings all that were staged for the type.
 */
int	 btns_tree_place(struct btns_tree *, unsigned n, const char *path,
	    bool over, struct btns_err *);
int	 btns_tree_remove(struct btns_tree *, const char *path,
	    struct btns_err *);
/*
 * Copy a file, or what a symbolic link leads to, to a directory elsewhere,
 * 0600, and remove it from the tree.
 */
int	 btns_tree_aside(struct btns_tree *, const char *path, int to,
	    const char *as, struct btns_err *);
/* Sync the type directories: names that came and went. */
int	 btns_tree_sync(struct btns_tree *, struct btns_err *);

#endif
