/*
 * The store: one file of keys, bindings, events and what was exported.
 * Rows come and go as they are; what may be in them is lib/trust.c's and
 * lib/pins.c's to say.  lib/pins_priv.h alone includes this.
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
	int		 past;		/* it was live once */
	int64_t		 since, first_seen;
	const char	*source;
	const char	*evidence;	/* or NULL */
	const char	*actor, *login;
	const char	*comment;	/* or NULL */
	const uint8_t	*spki;		/* of the key */
	size_t		 spkilen;
	const char	*keyname;
	/* What was seen of it; 0 and NULL: never.  Not written with it. */
	int64_t		 last_seen, days, times;
	const char	*address;
	int		 revoked;	/* its key is: */
	int64_t		 revoked_at;
	const char	*revoked_login, *revoked_comment;	/* or NULL */
	/* Bindings of the same identity, this one among them. */
	int64_t		 learned, live;
};

struct store_event {
	int64_t		 seq, at;
	const char	*actor, *login, *verb;
	const char	*identity;	/* or NULL */
	const uint8_t	*fp;		/* or NULL */
	const char	*detail;
	const uint8_t	*previous, *hash;
};

/*
 * A file of the tree.  old, new: STORE_DIGEST octets, or NULL: no file.
 * fp, of the key wanted there, goes with how the file looked; NULL: unknown.
 */
struct store_exported {
	const char	*path;
	const uint8_t	*old, *new;
	int64_t		 at;
	const uint8_t	*fp;
	int64_t		 dev, ino, size, mtime, ctime;
};

/* A binding whose key is exported, as far as its file's name goes. */
struct store_live {
	const char	*type, *value;
	const uint8_t	*fp;
	const char	*state;
	int64_t		 since;
};

struct store_revoked {
	const uint8_t	*fp;
	int64_t		 at;
	const char	*actor, *login;
	const char	*comment;	/* or NULL */
};

struct store_setting {
	const char	*name, *value;	/* value NULL: back to the default */
	int64_t		 ends;		/* 0: never by itself */
	const char	*back;		/* or NULL: to the default */
};

struct store_news {
	const char	*path, *what;
	int64_t		 since, told;
};

/* 0 goes on; anything else stops the walk and is passed through. */
typedef int store_binding_fn(const struct store_binding *, void *);
typedef int store_event_fn(const struct store_event *, void *);
typedef int store_exported_fn(const struct store_exported *, void *);
typedef int store_live_fn(const struct store_live *, void *);
typedef int store_revoked_fn(const struct store_revoked *, void *);
typedef int store_setting_fn(const struct store_setting *, void *);
typedef int store_news_fn(const struct store_news *, void *);

/*
 * Create an empty store at path (BTNS_E_EXISTS if there is a file), or
 * open one and bring it up to date.  BTNS_E_NOTFOUND where there is none;
 * BTNS_E_STORE: locked for 10 s, damaged, newer than this program, or no
 * store of ours.  path and its directory must have been checked.
 */
int	 store_create(struct store **, const char *path, struct btns_err *);
int	 store_open(struct store **, const char *path, struct btns_err *);
void	 store_close(struct store *);		/* NULL is fine */

/*
 * SQLite's own check of every page and index, and the schema: it is the
 * migrations' and has nothing beside them.  BTNS_E_STORE.
 */
int	 store_whole(struct store *, struct btns_err *);

/* Copy the store, as it is now, to a new file, and sync it. */
int	 store_copy(struct store *, const char *path, struct btns_err *);

/*
 * Make every table what it is in the store at path, in one transaction, if
 * the last event is still this one: 1, or 0 where it isn't, or -1.  Both
 * must be whole, and no transaction open.
 */
int	 store_become(struct store *, const char *path, int64_t seq,
	    const uint8_t hash[STORE_DIGEST], struct btns_err *);

/* From here on keep 16 MB of it in memory: for a walk to and fro. */
void	 store_roomy(struct store *);

/* One write transaction: BEGIN IMMEDIATE. */
int	 store_begin(struct store *, struct btns_err *);
int	 store_commit(struct store *, struct btns_err *);
void	 store_rollback(struct store *);

/* 1 and the setting to the callback, or 0: there is none, or -1. */
int	 store_setting(struct store *, const char *name, store_setting_fn *,
	    void *, struct btns_err *);
int	 store_settings(struct store *, store_setting_fn *, void *,
	    struct btns_err *);
int	 store_setting_put(struct store *, const struct store_setting *,
	    struct btns_err *);		/* value NULL: the row goes */

/* Insert the key of b if it is new. */
int	 store_key_put(struct store *, const struct store_binding *,
	    struct btns_err *);
/* The key of this fingerprint to spki, size octets: 1, 0 or -1. */
int	 store_key_get(struct store *, const uint8_t *fp, uint8_t *spki,
	    size_t size, size_t *len, struct btns_err *);

/* Insert (id 0) or update everything but the identity and the key. */
int	 store_binding_put(struct store *, const struct store_binding *,
	    int64_t *id, struct btns_err *);	/* id: of the row; or NULL */
/* Another state since then, and all else as it was. */
int	 store_binding_state(struct store *, int64_t id, const char *state,
	    int64_t at, struct btns_err *);
int	 store_binding_delete(struct store *, int64_t id, struct btns_err *);

/* The rows are copied first: no lock is held while the callback runs. */
int	 store_by_identity(struct store *, const char *type,
	    const char *value, store_binding_fn *, void *, struct btns_err *);
int	 store_by_fold(struct store *, const char *fold, store_binding_fn *,
	    void *, struct btns_err *);
int	 store_by_fp(struct store *, const uint8_t *fp, store_binding_fn *,
	    void *, struct btns_err *);
/* Two of them at most, of the live ones or of all: is there another? */
int	 store_by_fp_few(struct store *, const uint8_t *fp, int live,
	    store_binding_fn *, void *, struct btns_err *);
/* Keys whose fingerprint lies in a range, both ends in it. */
int	 store_by_fp_range(struct store *, const uint8_t *low,
	    const uint8_t *high, store_binding_fn *, void *,
	    struct btns_err *);

/*
 * All bindings by value, type, id; or those that are learned; or those of
 * the replayed history (store_replay_begin()); or, by type and value, those
 * that are pinned or accepted, without what is known beside them.  Read page
 * by page: no lock is held while the callback runs.
 */
enum store_set { STORE_ALL, STORE_LEARNED, STORE_REPLAYED, STORE_LIVE };
int	 store_each(struct store *, enum store_set, store_binding_fn *,
	    void *, struct btns_err *);

/* As STORE_LIVE, in one walk. */
int	 store_live_each(struct store *, store_live_fn *, void *,
	    struct btns_err *);
/* Those that are accepted since then or longer, the oldest first. */
int	 store_accepted_until(struct store *, int64_t since,
	    store_live_fn *, void *, struct btns_err *);

/* It was seen so often within a day by UTC, last at that time, from
 * address (or NULL). */
int	 store_sighting_add(struct store *, int64_t binding, int64_t at,
	    const char *address, int64_t times, struct btns_err *);

/* One more alarm of an identity that day; *count is that day's so far. */
int	 store_alarm_add(struct store *, const char *identity, int64_t day,
	    int64_t *count, struct btns_err *);

/* Revoked keys.  get: 1 and the row to the callback, which may be NULL. */
int	 store_revoked_put(struct store *, const struct store_revoked *,
	    struct btns_err *);
int	 store_revoked_delete(struct store *, const uint8_t *fp,
	    struct btns_err *);
int	 store_revoked_get(struct store *, const uint8_t *fp,
	    store_revoked_fn *, void *, struct btns_err *);
/* The rows are copied first, as above. */
int	 store_revoked_range(struct store *, const uint8_t *low,
	    const uint8_t *high, store_revoked_fn *, void *,
	    struct btns_err *);

int	 store_event_last(struct store *, int64_t *seq,
	    uint8_t hash[STORE_DIGEST], struct btns_err *); /* 0: none */
int	 store_event_add(struct store *, const struct store_event *,
	    struct btns_err *);
/* Events from a number on, in order, page by page as store_each(). */
int	 store_events(struct store *, int64_t from, store_event_fn *, void *,
	    struct btns_err *);

/*
 * The history once more: tables of this connection's own, that nobody else
 * sees.  apply: the state that an event gives a binding.
 */
int	 store_replay_begin(struct store *, struct btns_err *);
int	 store_replay_bind(struct store *, const struct store_binding *,
	    struct btns_err *);
int	 store_replay_state(struct store *, const char *type,
	    const char *value, const uint8_t *fp, const char *state,
	    int64_t at, struct btns_err *);
int	 store_replay_forget(struct store *, const char *type,
	    const char *value, const uint8_t *fp, int64_t at,
	    struct btns_err *);
int	 store_replay_revoke(struct store *, const struct store_revoked *,
	    struct btns_err *);
int	 store_replay_unrevoke(struct store *, const uint8_t *fp,
	    struct btns_err *);
int	 store_replay_set(struct store *, const struct store_setting *,
	    struct btns_err *);
/* What the tables say and the history doesn't, or the other way round. */
int	 store_replay_differs(struct store *,
	    int (*)(const char *what, void *), void *, struct btns_err *);

int	 store_exported_each(struct store *, store_exported_fn *, void *,
	    struct btns_err *);
/* 1 and the row to the callback, or 0: no such path. */
int	 store_exported_get(struct store *, const char *path,
	    store_exported_fn *, void *, struct btns_err *);
int	 store_exported_put(struct store *, const struct store_exported *,
	    struct btns_err *);
int	 store_exported_delete(struct store *, const char *path,
	    struct btns_err *);
/* Those with a new digest alone have it as their old one too now. */
int	 store_exported_settle(struct store *, struct btns_err *);

int	 store_news_each(struct store *, store_news_fn *, void *,
	    struct btns_err *);
int	 store_news_put(struct store *, const struct store_news *,
	    struct btns_err *);
int	 store_news_delete(struct store *, const char *path,
	    struct btns_err *);

/* A refusal that iked's log has.  fp: exported then, or NULL. */
struct store_knock {
	const char	*identity, *cause;
	const char	*address;	/* "": unknown */
	int64_t		 first_seen, last_seen, days, times, verified;
	const uint8_t	*fp;
};
typedef int store_knock_fn(const struct store_knock *, void *);

/* More of them: counts are added. */
int	 store_knock_add(struct store *, const struct store_knock *,
	    struct btns_err *);
/* Page by page, as store_each(); or those of an identity, copied first. */
int	 store_knock_each(struct store *, store_knock_fn *, void *,
	    struct btns_err *);
int	 store_knock_of(struct store *, const char *identity,
	    store_knock_fn *, void *, struct btns_err *);
/*
 * Are `most` unknown identities of this address there, and this isn't one
 * of them?  1, 0 or -1.
 */
int	 store_knock_full(struct store *, const char *address,
	    const char *identity, int64_t most, struct btns_err *);
/* Keep so many: what no pin is about goes first, then what is rare. */
int	 store_knock_trim(struct store *, int64_t keep, struct btns_err *);

/* How far a log was read; see db/migrations/0005_knock.sql. */
struct store_logmark {
	const uint8_t	*head;		/* STORE_DIGEST octets */
	int64_t		 length, done;
	const uint8_t	*tail;		/* STORE_DIGEST octets */
	int64_t		 at;
};
typedef int store_logmark_fn(const struct store_logmark *, void *);
int	 store_logmark_each(struct store *, store_logmark_fn *, void *,
	    struct btns_err *);
int	 store_logmark_put(struct store *, const struct store_logmark *,
	    struct btns_err *);
int	 store_logmark_delete(struct store *, const uint8_t *head,
	    const uint8_t *tail, struct btns_err *);
int	 store_logmark_trim(struct store *, int64_t keep, struct btns_err *);

/*
 * When which key of an identity was live, in a table of this connection's
 * own: made once, filled from the history by the caller in its order.  end:
 * fp NULL for any; end_key: under every identity.
 */
int	 store_period_table(struct store *, struct btns_err *);
int	 store_period_begin(struct store *, const char *identity,
	    const uint8_t *fp, int64_t at, struct btns_err *);
int	 store_period_end(struct store *, const char *identity,
	    const uint8_t *fp, int64_t at, struct btns_err *);
int	 store_period_end_key(struct store *, const uint8_t *fp, int64_t at,
	    struct btns_err *);
/* In order; stop is 0 for the one that is live now.  A lock is held. */
typedef int store_period_fn(const uint8_t *fp, int64_t start, int64_t stop,
	    void *);
int	 store_period_each(struct store *, const char *identity,
	    store_period_fn *, void *, struct btns_err *);

/* How many there are of each. */
enum store_count {
	STORE_COUNT_PINNED, STORE_COUNT_ACCEPTED, STORE_COUNT_REVOKED,
	STORE_COUNT_EXPORTED
};
int	 store_count(struct store *, enum store_count, int64_t *,
	    struct btns_err *);

/* All that is counted, at one moment. */
struct store_stats {
	int64_t	pinned, accepted, learned, rejected, retired;
	int64_t	accepted_until;		/* accepted then or before */
	int64_t	conflicts;		/* identities */
	int64_t	revoked, exported;	/* keys; files */
	int64_t	seq, at;		/* of the last event; 0: none */
	int64_t	unknown, another, unread;	/* refusals, by cause */
};
int	 store_stats(struct store *, int64_t until, struct store_stats *,
	    struct btns_err *);

#endif
