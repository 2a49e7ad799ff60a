/*
 * Pins: the one module that joins the decision table to the store.  A
 * decision is one transaction: read, decide, write, and log.
 */
#ifndef BTNS_PINS_H
#define BTNS_PINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fp.h"
#include "history.h"
#include "ident.h"
#include "key.h"
#include "trust.h"

struct btns_err;
struct btns_pins;

#define BTNS_COMMENT_MAX 200	/* octets */
#define BTNS_EVIDENCE_MAX 16
#define BTNS_STATE_MAX	12
#define BTNS_ADDRESS_MAX 64
#define BTNS_RIVALS_MAX	8	/* learned keys that an identity keeps */

/*
 * Make a store at path, in a directory made where it is missing (0700),
 * and bind it to iked's directory.  BTNS_E_EXISTS, BTNS_E_UNSAFE, ...
 */
int	 btns_pins_init(struct btns_pins **, const char *path,
	    const char *iked, struct btns_err *);

/* Open one, after checking its path.  Close takes NULL. */
int	 btns_pins_open(struct btns_pins **, const char *path,
	    struct btns_err *);
void	 btns_pins_close(struct btns_pins *);

/* iked's directory, which the store is bound to; its id in hex; its path. */
const char *btns_pins_iked(const struct btns_pins *);
const char *btns_pins_id(const struct btns_pins *);
const char *btns_pins_path(const struct btns_pins *);

/* Remove a store that was made just now, and close it. */
void	 btns_pins_discard(struct btns_pins *);

/* Lock the tree's other writers out; wait up to 30 s for them. */
int	 btns_pins_lock(const struct btns_pins *, int *lock,
	    struct btns_err *);
void	 btns_pins_unlock(int lock);

/* When an export of the whole tree came through last; 0: never, or -1. */
int	 btns_pins_exported_at(const struct btns_pins *, int64_t *,
	    struct btns_err *);

/* A binding.  Strings and spki are borrowed, good during the callback. */
struct btns_pin {
	struct btns_ident ident;
	struct btns_fp	 fp;
	const char	*state;		/* "pinned", ..., "conflict" */
	bool		 live;		/* its key belongs in the tree */
	bool		 trouble;	/* its identity has a conflict */
	bool		 revoked;	/* its key is: */
	int64_t		 revoked_at;
	const char	*revoked_login, *revoked_comment;	/* or NULL */
	const char	*keyname;	/* "RSA 3072" */
	int64_t		 since, first_seen;
	int64_t		 last_seen, days, times;	/* 0: never */
	const char	*address;	/* or NULL */
	const char	*source, *evidence, *actor, *login, *comment;
	const uint8_t	*spki;
	size_t		 spkilen;
};

/* Its key, which has the fingerprint that the store says, or -1. */
int	 btns_pin_key(struct btns_key *, const struct btns_pin *,
	    struct btns_err *);

/* 0 goes on; anything else stops the walk and is returned. */
typedef int btns_pin_fn(const struct btns_pin *, void *);

/*
 * All, by identity.  No lock is held during the callbacks, here and below,
 * unless something else is said: what they print may block.
 */
int	 btns_pins_each(struct btns_pins *, btns_pin_fn *, void *,
	    struct btns_err *);
/* Those whose keys belong in the tree, by type and value: no sightings. */
int	 btns_pins_live(struct btns_pins *, btns_pin_fn *, void *,
	    struct btns_err *);
/* Whose key belongs in the tree.  Strings are borrowed. */
struct btns_live {
	const char	*type, *value;	/* of the identity */
	struct btns_fp	 fp;
	bool		 pinned;
	int64_t		 since;		/* in its state */
};
typedef int btns_live_fn(const struct btns_live *, void *);

/* All of these, by type and value.  A lock is held. */
int	 btns_live_each(struct btns_pins *, btns_live_fn *, void *,
	    struct btns_err *);
/* Those accepted by then, and not vouched for: the oldest first. */
int	 btns_accepted_until(struct btns_pins *, int64_t, btns_live_fn *,
	    void *, struct btns_err *);
/* Those of identities in conflict, an identity's together. */
int	 btns_pins_trouble(struct btns_pins *, btns_pin_fn *, void *,
	    struct btns_err *);
/* All as they were at a time, by the history; one time a session. */
int	 btns_pins_at(struct btns_pins *, int64_t at, btns_pin_fn *, void *,
	    struct btns_err *);
/* The bindings of an identity. */
int	 btns_pins_of(struct btns_pins *, const struct btns_ident *,
	    btns_pin_fn *, void *, struct btns_err *);
/* Does this key of its belong in the tree?  1, 0 or -1. */
int	 btns_pins_is_live(struct btns_pins *, const struct btns_ident *,
	    const struct btns_fp *, struct btns_err *);
/* The bindings of its look-alikes, and its own. */
int	 btns_pins_alike(struct btns_pins *, const struct btns_ident *,
	    btns_pin_fn *, void *, struct btns_err *);
/* Those of all keys whose fingerprint begins with these hex digits. */
int	 btns_pins_by_prefix(struct btns_pins *, const char *digits,
	    btns_pin_fn *, void *, struct btns_err *);

struct btns_counts {
	int64_t	pinned, accepted, revoked, exported;
};
int	 btns_pins_count(struct btns_pins *, struct btns_counts *,
	    struct btns_err *);

/* All that is counted, at one moment. */
struct btns_stats {
	int64_t	pinned, accepted, learned, rejected, retired;	/* bindings */
	int64_t	uncompared;		/* accepted before accept-confirm */
	int64_t	conflicts;		/* identities */
	int64_t	revoked;		/* keys */
	int64_t	exported;		/* files of ours in the tree */
	int64_t	seq, at;		/* of the last event */
	int64_t	unknown, another, unread;	/* refusals, by cause */
};
int	 btns_pins_stats(struct btns_pins *, struct btns_stats *,
	    struct btns_err *);

/* A revoked key.  Strings are borrowed. */
struct btns_revoked {
	struct btns_fp	 fp;
	int64_t		 at;
	const char	*actor, *login;
	const char	*comment;	/* or NULL */
};
typedef int btns_revoked_fn(const struct btns_revoked *, void *);

/* Is it revoked?  1, 0 or -1. */
int	 btns_revoked_is(struct btns_pins *, const struct btns_fp *,
	    struct btns_err *);
int	 btns_revoked_by_prefix(struct btns_pins *, const char *digits,
	    btns_revoked_fn *, void *, struct btns_err *);

/* What an operator asks for. */
struct btns_order {
	struct trust_given given;	/* named, misnamed: set from replaces */
	const char	*replaces;	/* -R: hex digits, or NULL */
	unsigned	 digits;	/* of a fingerprint, compared */
	const char	*comment;	/* or NULL; BTNS_COMMENT_MAX, UTF-8 */
	const char	*source;	/* NULL: "file" */
	const char	*address;	/* where it was seen, or NULL */
};

/* What was found, for messages and to see that it stayed so. */
struct btns_view {
	struct trust_facts facts;
	struct btns_fp	 fp;		/* of the key in hand */
	char		 state[BTNS_STATE_MAX];	/* of its binding, or "" */
	int64_t		 since;
	bool		 live;		/* the identity has a live key: */
	struct btns_fp	 live_fp;
	char		 live_state[BTNS_STATE_MAX];
	int64_t		 live_since, live_seen;		/* 0: never */
	char		 live_login[BTNS_WHO_MAX];
	char		 live_evidence[BTNS_EVIDENCE_MAX];
	char		 live_address[BTNS_ADDRESS_MAX];
	unsigned	 learned;	/* keys, K among them: the first are */
	struct btns_fp	 learned_fp[BTNS_RIVALS_MAX];
	bool		 was;		/* the last retired one: */
	struct btns_fp	 was_fp;
	int64_t		 was_since;
	char		 alike[BTNS_ID_PRINT];		/* or "" */
	char		 elsewhere[BTNS_ID_PRINT];	/* or "" */
	int64_t		 revoked_at;
	char		 revoked_login[BTNS_WHO_MAX];
	char		 revoked_why[BTNS_COMMENT_MAX + 1];
	int64_t		 alarms;	/* of the identity, this day */
};

/*
 * Would this order be carried out?  Nothing is written.  0 with verdict and
 * view, or -1 for trouble.
 */
int	 btns_pins_try(struct btns_pins *, enum trust_verb,
	    const struct btns_ident *, const struct btns_key *,
	    const struct btns_order *, struct trust_verdict *,
	    struct btns_view *, struct btns_err *);

/* Is what a person looked at still so? */
bool	 btns_view_same(const struct btns_view *, const struct btns_view *);

/*
 * Decide, write and log in one transaction.  key is NULL for TRUST_FORGET.
 * shown, where it isn't NULL, is the view that a person answered to:
 * BTNS_E_REFUSED "changed while you looked" if the identity's keys or the
 * state of this one are others now.  0 with a verdict, a refusal too; -1
 * for trouble.
 */
int	 btns_pins_do(struct btns_pins *, enum trust_verb,
	    const struct btns_ident *, const struct btns_key *,
	    const struct btns_order *, const struct btns_view *shown,
	    struct trust_verdict *, struct btns_view *, struct btns_err *);

/*
 * Several decisions in one transaction: all of them, or none where end is
 * given false or -1 was returned.
 */
int	 btns_pins_begin(struct btns_pins *, struct btns_err *);
int	 btns_pins_end(struct btns_pins *, bool commit, struct btns_err *);

/*
 * Revoke a key, under every identity, seen before or not: 1, or 0 where it
 * is revoked already.  BTNS_E_REFUSED: this host's own.
 */
int	 btns_pins_revoke(struct btns_pins *, const struct btns_fp *,
	    const char *comment, struct btns_err *);
/* Take that back; no binding comes back.  BTNS_E_NOTFOUND. */
int	 btns_pins_unrevoke(struct btns_pins *, const struct btns_fp *,
	    const char *comment, struct btns_err *);

/* A comment as it may be stored.  BTNS_E_USAGE: too long, control bytes. */
int	 btns_comment_check(const char *, struct btns_err *);

/* A setting, as it is now.  Strings are borrowed. */
struct btns_setting {
	const char	*name, *value, *standard;
	int64_t		 ends;		/* 0: stays; else the time */
	const char	*back;		/* what it becomes then, or NULL */
	const char	*about;		/* what it may be */
	const char	*words;		/* " these only ", or NULL */
};
typedef int btns_setting_fn(const struct btns_setting *, void *);

#define BTNS_SETTING_MAX 1024

/* All of them, or one: BTNS_E_USAGE with their names. */
int	 btns_settings_each(struct btns_pins *, btns_setting_fn *, void *,
	    struct btns_err *);
int	 btns_setting_get(struct btns_pins *, const char *name,
	    char buf[BTNS_SETTING_MAX], struct btns_err *);
/* ends: 0, or when it falls back.  "default" undoes.  BTNS_E_USAGE. */
int	 btns_setting_set(struct btns_pins *, const char *name,
	    const char *value, int64_t ends, struct btns_err *);

/* The history.  Events from a number on; no lock is held. */
typedef int btns_event_fn(const struct btns_event *,
	    const uint8_t hash[BTNS_EVENT_HASH], void *);
int	 btns_events_each(struct btns_pins *, int64_t from, btns_event_fn *,
	    void *, struct btns_err *);

/* Now and then verify will say how far it is. */
void	 btns_pins_progress(struct btns_pins *,
	    void (*)(size_t done, size_t all, void *), void *);

/*
 * Check the chain, replay it and compare it with the tables; the head file
 * and, if seq isn't 0, an anchor: the first digits of event seq's hash.
 * wrong is told each thing that is.  0 with the head, 1 where something was
 * wrong, or -1.
 */
struct btns_head {
	int64_t	seq;
	uint8_t	hash[BTNS_EVENT_HASH];
};
int	 btns_verify(struct btns_pins *, int64_t seq, const char *digits,
	    void (*wrong)(const char *, void *), void *,
	    struct btns_head *, struct btns_err *);

/* The number of the last event. */
int	 btns_pins_last(struct btns_pins *, int64_t *, struct btns_err *);

/*
 * The number of the last event, and of the one that the head file names, 0
 * where there is none.  BTNS_E_STORE where that is damaged.
 */
int	 btns_head_lag(struct btns_pins *, int64_t *last, int64_t *head,
	    struct btns_err *);

/* Copy the store to a new file, 0600, or over an old one with force. */
int	 btns_backup(struct btns_pins *, const char *file, bool force,
	    struct btns_counts *, struct btns_head *, struct btns_err *);

/*
 * Put a backup in the store's place.  lost is told each event of the store
 * that the backup lacks; kept: it is a revocation and is carried over.
 * BTNS_E_REFUSED: another store's backup, and no force.  Nothing is done
 * with dry.  former gets the old store's new name, or "".
 */
struct btns_restore {
	bool		 dry, force;
	void		(*lost)(const struct btns_event *, bool kept, void *);
	void		(*progress)(size_t done, size_t all, void *);
	void		*arg;		/* of both; no progress where NULL */
	struct btns_counts counts;	/* of the backup */
	struct btns_head head;
	unsigned long	 nlost, nkept;
	bool		 other;		/* another store's */
	char		 former[4128];
};
int	 btns_restore(const char *path, const char *file,
	    struct btns_restore *, struct btns_err *);

/* How a file looked that held the key wanted; see lib/export_sig.c. */
struct btns_sig {
	struct btns_fp	 fp;		/* of that key */
	int64_t		 dev, ino, size;
	int64_t		 mtime, ctime;	/* ns */
};

/* What the tree holds of ours; see lib/export.h.  NULL digest: no file. */
struct btns_exported {
	const char	*path;
	const uint8_t	*old, *new;
	const struct btns_sig *sig;	/* or NULL */
};
typedef int btns_exported_fn(const struct btns_exported *, void *);

int	 btns_exported_each(struct btns_pins *, btns_exported_fn *, void *,
	    struct btns_err *);
int	 btns_exported_get(struct btns_pins *, const char *path,
	    btns_exported_fn *, void *, struct btns_err *);

/* Several rows in one transaction: between begin and end. */
int	 btns_exported_begin(struct btns_pins *, struct btns_err *);
int	 btns_exported_put(struct btns_pins *, const struct btns_exported *,
	    struct btns_err *);		/* no digests at all: the row goes */
/* All that were put with a new digest alone were written. */
int	 btns_exported_settle(struct btns_pins *, struct btns_err *);
int	 btns_exported_end(struct btns_pins *, struct btns_err *);

/* What was told of a path; within begin and end too. */
struct btns_news {
	const char	*path, *what;
	int64_t		 since, told;
};
typedef int btns_news_fn(const struct btns_news *, void *);
int	 btns_news_each(struct btns_pins *, btns_news_fn *, void *,
	    struct btns_err *);
int	 btns_news_put(struct btns_pins *, const struct btns_news *,
	    struct btns_err *);		/* what NULL: it is no news any more */

#endif
