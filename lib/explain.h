/*
 * What iked will do with a peer that calls itself so, and why: the file that
 * it opens, what the store says, the policies, what its log told.  Looks
 * and changes nothing.
 */
#ifndef BTNS_EXPLAIN_H
#define BTNS_EXPLAIN_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "ident.h"
#include "key.h"
#include "knock.h"
#include "pins.h"

struct btns_err;

/* What lies where iked looks. */
enum explain_file {
	EXPLAIN_NOTHING,	/* no such file */
	EXPLAIN_KEY,		/* a key, which iked takes */
	EXPLAIN_UNFIT,		/* one that iked takes, and no pin can be */
	EXPLAIN_NO_KEY,		/* something that iked takes no key from */
	EXPLAIN_CLOSED,		/* iked can't read it */
	EXPLAIN_UNSEEN		/* the caller can't look; why says so */
};

enum explain_policy {
	EXPLAIN_NO_CONF,	/* it can't be read: why */
	EXPLAIN_NOBODY,		/* no policy is for this peer */
	EXPLAIN_NAMED,		/* one has this dstid */
	EXPLAIN_OPEN		/* one takes any peer that has a pin */
};

/* The likely cause, the first that holds. */
enum explain_cause {
	EXPLAIN_WELL,		/* it gets in with its key */
	EXPLAIN_REVOKED_FILE,	/* a revoked key lies there */
	EXPLAIN_STALE,		/* tree and store differ: export */
	EXPLAIN_FOREIGN,	/* iked takes a key that is no pin's */
	EXPLAIN_OTHER_KEY,	/* the log has another key offered */
	EXPLAIN_BLIND,		/* iked can't read the file, doctor */
	EXPLAIN_SHORT_NAME,	/* the peer leaves its domain out */
	EXPLAIN_SPELLING,	/* a look-alike is pinned */
	EXPLAIN_LEARNED,	/* a key is learned and not vouched for */
	EXPLAIN_REVOKED,	/* its last key was revoked */
	EXPLAIN_PAST,		/* it had a key and has none */
	EXPLAIN_STRANGER,	/* nothing is known of it */
	EXPLAIN_POLICY		/* no policy is for it */
};

#define EXPLAIN_ALIKE	4
struct explain {
	char		 name[BTNS_KNOCK_ID];	/* as it was asked for */
	bool		 pinnable;
	struct btns_ident ident;
	bool		 in;		/* the key in the file gets in */
	struct btns_fp	 fp;		/* of EXPLAIN_KEY */
	char		 keyname[BTNS_KEY_NAME_MAX];
	enum explain_file file;
	char		 path[PATH_MAX];
	char		 why_file[256];	/* "mode 0600", ... or "" */
	bool		 link;
	/* The store's live key, if there is one. */
	bool		 live;
	struct btns_fp	 live_fp;
	int64_t		 live_since;
	unsigned	 learned, past;
	bool		 last_revoked;	/* the newest past key is */
	/* Identities that a person, or a peer, takes for this one. */
	unsigned	 nalike;
	struct explain_alike {
		struct btns_ident ident;
		bool	 live;
		int64_t	 seen;		/* 0: never */
		bool	 shorter;	/* this one lacks only its domain */
	} alike[EXPLAIN_ALIKE];
	/* Of EXPLAIN_SHORT_NAME and EXPLAIN_SPELLING; else NULL. */
	const struct explain_alike *meant;
	/* Of its knocks, all causes; 0 times: none. */
	int64_t		 times, first, last, another;
	char		 address[64];	/* of the last, or "" */
	bool		 addresses;	/* there are others */
	enum explain_policy policy;
	char		 policy_name[128];
	char		 policy_at[PATH_MAX + 16];	/* "iked.conf:14" */
	char		 policy_dstid[BTNS_ID_PRINT];
	char		 why_conf[256];
	enum explain_cause cause;
};

/*
 * name: an identity as a person writes it, or as a knock has it.
 * BTNS_E_USAGE where it is neither, BTNS_E_NOMEM, the store's.
 */
int	 btns_explain(struct explain *, struct btns_pins *, const char *name,
	    struct btns_err *);

/* A name of this host's own, and where it comes from. */
struct explain_self {
	struct btns_ident ident;
	bool		 conf;		/* by a srcid; else the host name */
	bool		 short_name;	/* which has no dot */
};
int	 btns_explain_self(struct btns_pins *,
	    int (*)(const struct explain_self *, void *), void *,
	    struct btns_err *);

#endif
