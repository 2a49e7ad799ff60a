/*
 * The store: one file of keys, bindings, events and what was exported.
 * Rows come and go as they are; what may be in them is lib/trust.c's and
 * lib/pins.c's to say.  lib/pins.c alone includes this.
 */
#ifndef BTNS_STORE_H
#define BTNS_STORE_H

#include <stddef.h>
#include <stdint.h>

#define STORE_DIGEST	32

struct btns_err;
struct store;

/* A binding and its key.  Strings and blobs are borrowed. */
struct store_binding {
	int64_t		 id;		/* 0: not stored yet */
	const char	*type, *value, *fold;
	const uint8_t	*fp;		/* STORE_DIGEST octets */
	const char	*state;
	int64_t		 since, first_seen;
	const char	*source;
	const char	*evidence;	/* or NULL */
	const char	*actor, *login;
	const char	*comment;	/* or NULL */
	const uint8_t	*spki;		/* of the key */
	size_t		 spkilen;
	const char	*keyname;
};

struct store_event {
	int64_t		 seq, at;
	const char	*actor, *login, *verb;
	const char	*identity;	/* or NULL */
	const uint8_t	*fp;		/* or NULL */
	const char	*detail;
	const uint8_t	*previous, *hash;
};

/* A file of the tree.  old, new: STORE_DIGEST octets, or NULL: no file. */
struct store_exported {
	const char	*path;
	const uint8_t	*old, *new;
	int64_t		 at;
};

/* 0 goes on; anything else stops the walk and is passed through. */
typedef int store_binding_fn(const struct store_binding *, void *);
typedef int store_exported_fn(const struct store_exported *, void *);

/*
 * Create an empty store at path (BTNS_E_EXISTS if there is a file), or
 * open one and bring it up to date.  BTNS_E_NOTFOUND where there is none;
 * BTNS_E_STORE: locked for 10 s, damaged, newer than this program, or no
 * store of ours.  path and its directory must have been checked.
 */
int	 store_create(struct store **, const char *path, struct btns_err *);
int	 store_open(struct store **, const char *path, struct btns_err *);
void	 store_close(struct store *);		/* NULL is fine */

/* One write transaction: BEGIN IMMEDIATE. */
int	 store_begin(struct store *, struct btns_err *);
int	 store_commit(struct store *, struct btns_err *);
void	 store_rollback(struct store *);

/* Copy a setting to buf; 1, 0 where there is none, or -1. */
int	 store_setting(struct store *, const char *name, char *buf,
	    size_t size, struct btns_err *);
int	 store_setting_put(struct store *, const char *name, const char *value,
	    struct btns_err *);

/* Insert the key of b if it is new. */
int	 store_key_put(struct store *, const struct store_binding *,
	    struct btns_err *);

/* Insert (id 0) or update everything but the identity and the key. */
int	 store_binding_put(struct store *, const struct store_binding *,
	    struct btns_err *);

/* Walks hold a read lock: only for callbacks that don't block. */
int	 store_by_identity(struct store *, const char *type,
	    const char *value, store_binding_fn *, void *, struct btns_err *);
int	 store_by_fold(struct store *, const char *fold, store_binding_fn *,
	    void *, struct btns_err *);
int	 store_by_fp(struct store *, const uint8_t *fp, store_binding_fn *,
	    void *, struct btns_err *);
/* Keys whose fingerprint lies in a range, both ends in it. */
int	 store_by_fp_range(struct store *, const uint8_t *low,
	    const uint8_t *high, store_binding_fn *, void *,
	    struct btns_err *);

/*
 * All bindings by value, type, id.  Read page by page: no lock is held
 * while the callback runs.
 */
int	 store_each(struct store *, store_binding_fn *, void *,
	    struct btns_err *);

int	 store_event_last(struct store *, int64_t *seq,
	    uint8_t hash[STORE_DIGEST], struct btns_err *); /* 0: none */
int	 store_event_add(struct store *, const struct store_event *,
	    struct btns_err *);

int	 store_exported_each(struct store *, store_exported_fn *, void *,
	    struct btns_err *);
/* 1 and the row to the callback, or 0: no such path. */
int	 store_exported_get(struct store *, const char *path,
	    store_exported_fn *, void *, struct btns_err *);
int	 store_exported_put(struct store *, const struct store_exported *,
	    struct btns_err *);
int	 store_exported_delete(struct store *, const char *path,
	    struct btns_err *);

/* How many bindings are pinned or accepted. */
int	 store_count_exported(struct store *, int64_t *, struct btns_err *);

#endif
