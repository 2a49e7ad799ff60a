/*
 * Keys to import, out of iked's tree, files, directories and lists: what
 * there is and what is left alone.  Decides nothing about trust.
 */
#ifndef BTNS_HARVEST_H
#define BTNS_HARVEST_H

#include <stdbool.h>
#include <stdint.h>

#include "fp.h"
#include "ident.h"
#include "key.h"

struct btns_err;

enum harvest_kind {
	HARVEST_KEY,		/* a key of an identity */
	HARVEST_REVOKED		/* a fingerprint that is to be revoked */
};

/* Borrowed, good during the callback. */
struct harvest_item {
	enum harvest_kind kind;
	struct btns_ident ident;
	struct btns_fp	 fp;
	const struct btns_key *key;	/* NULL where only fp is known */
	const char	*object;	/* for messages */
	const char	*source;	/* "file", "tree", "ssh" */
	bool		 trusted;	/* iked takes it from its tree today */
	const char	*path;		/* in the tree, else NULL */
	uint8_t		 digest[32];	/* of that file */
	const char	*odd;		/* worth telling, or NULL */
};

struct harvest {
	const char	*iked;		/* iked's directory */
	const struct btns_ident *as;	/* -i: of every key; or NULL */
	/* 0 goes on; anything else ends it and is returned. */
	int		(*item)(const struct harvest_item *, void *);
	/* Something that is left alone, and why. */
	void		(*left)(const char *object, const char *why, void *);
	void		*arg;
	/* Lines of a known_hosts that name no host as iked would. */
	unsigned long	 ca, hashed, patterns, ports;
};

/* All of iked's pubkeys/.  0, what a callback gave, or -1. */
int	 btns_harvest_tree(struct harvest *, struct btns_err *);

/*
 * A file or a directory: a path below iked's pubkeys/ counts as the tree; a
 * directory's files are named after identities, perhaps in directories of
 * types; a file is a list of revoked fingerprints, an OpenSSH known_hosts,
 * or one key, named after its identity or by `as`.  "-" is standard input.
 */
int	 btns_harvest_path(struct harvest *, const char *, struct btns_err *);

#endif
