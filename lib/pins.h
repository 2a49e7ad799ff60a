/*
 * Pins: the one module that joins the decision table to the store.  A
 * decision is one transaction: read, decide, write, log.
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

/* iked's directory, which the store is bound to; the store's id in hex. */
const char *btns_pins_iked(const struct btns_pins *);
const char *btns_pins_id(const struct btns_pins *);

/* Remove a store that was made just now, and close it. */
void	 btns_pins_discard(struct btns_pins *);

/* Lock the tree's other writers out; wait up to 10 s for them. */
int	 btns_pins_lock(const struct btns_pins *, int *lock,
	    struct btns_err *);
void	 btns_pins_unlock(int lock);

/* A binding.  Strings and spki are borrowed, good during the callback. */
struct btns_pin {
	struct btns_ident ident;
	struct btns_fp	 fp;
	const char	*state;		/* "pinned", "retired", ... */
	bool		 live;		/* its key belongs in the tree */
	const char	*keyname;	/* "RSA 3072" */
	int64_t		 since, first_seen;
	const char	*source, *evidence, *actor, *login, *comment;
	const uint8_t	*spki;
	size_t		 spkilen;
};

/* Its key, which has the fingerprint that the store says, or -1. */
int	 btns_pin_key(struct btns_key *, const struct btns_pin *,
	    struct btns_err *);

/* 0 goes on; anything else stops the walk and is returned. */
typedef int btns_pin_fn(const struct btns_pin *, void *);

/* All, by identity; no lock is held during the callbacks. */
int	 btns_pins_each(struct btns_pins *, btns_pin_fn *, void *,
	    struct btns_err *);
/* The bindings of an identity.  A lock is held: callbacks don't block. */
int	 btns_pins_of(struct btns_pins *, const struct btns_ident *,
	    btns_pin_fn *, void *, struct btns_err *);
/* The bindings of its look-alikes, and its own. */
int	 btns_pins_alike(struct btns_pins *, const struct btns_ident *,
	    btns_pin_fn *, void *, struct btns_err *);
/* Those of all keys whose fingerprint begins with these hex digits. */
int	 btns_pins_by_prefix(struct btns_pins *, const char *digits,
	    btns_pin_fn *, void *, struct btns_err *);
int	 btns_pins_count(struct btns_pins *, int64_t *, struct btns_err *);

/* What an operator asks for. */
struct btns_order {
	struct trust_given given;	/* named, misnamed: set from replaces */
	const char	*replaces;	/* -R: hex digits, or NULL */
	unsigned	 digits;	/* of a fingerprint, compared */
	const char	*comment;	/* or NULL; BTNS_COMMENT_MAX, UTF-8 */
};

/* What was found, for messages and to see that it stayed so. */
struct btns_view {
	struct trust_facts facts;
	struct btns_fp	 fp;		/* of the key in hand */
	bool		 live;		/* the identity has a pin: */
	struct btns_fp	 live_fp;
	int64_t		 live_since;
	char		 live_login[BTNS_WHO_MAX];
	char		 live_evidence[BTNS_EVIDENCE_MAX];
	char		 alike[BTNS_ID_PRINT];		/* or "" */
	char		 elsewhere[BTNS_ID_PRINT];	/* or "" */
};

/*
 * Would this order be carried out?  Nothing is written.  0 with verdict and
 * view, or -1 for trouble.
 */
int	 btns_pins_try(struct btns_pins *, enum trust_verb,
	    const struct btns_ident *, const struct btns_key *,
	    const struct btns_order *, struct trust_verdict *,
	    struct btns_view *, struct btns_err *);

/*
 * Decide, write and log in one transaction.  key is NULL for TRUST_FORGET.
 * shown, where it isn't NULL, is the view that a person answered to:
 * BTNS_E_REFUSED "changed while you looked" if the identity's pin or its
 * state is another now.  0 with a verdict, a refusal too; -1 for trouble.
 */
int	 btns_pins_do(struct btns_pins *, enum trust_verb,
	    const struct btns_ident *, const struct btns_key *,
	    const struct btns_order *, const struct btns_view *shown,
	    struct trust_verdict *, struct btns_view *, struct btns_err *);

/* A comment as it may be stored.  BTNS_E_USAGE: too long, control bytes. */
int	 btns_comment_check(const char *, struct btns_err *);

/* What the tree holds of ours; see lib/export.h.  NULL digest: no file. */
struct btns_exported {
	const char	*path;
	const uint8_t	*old, *new;
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
int	 btns_exported_end(struct btns_pins *, struct btns_err *);

#endif
