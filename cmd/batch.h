/*
 * Decisions that are noted, to be made together later: what a verb would do
 * goes to a list instead of the store, with what the person looked at.
 */
#ifndef BTNS_BATCH_H
#define BTNS_BATCH_H

#include "../lib/pins.h"
#include "cli.h"

/* One decision, whole in itself: it goes through a pipe. */
struct batch_entry {
	enum trust_verb	 verb;		/* TRUST_REVOKE: under all identities */
	bool		 has_ident, has_key;
	struct btns_ident ident;
	struct btns_key	 key;
	struct btns_fp	 fp;		/* of has_key, and of TRUST_REVOKE */
	struct trust_given given;
	unsigned	 digits;
	char		 replaces[2 * BTNS_FP_LEN + 1];	/* or "" */
	char		 comment[BTNS_COMMENT_MAX + 1];	/* or "" */
	struct btns_view view;		/* what was looked at */
};

/* Is this run to note what it would do? */
bool	 batch_is(const struct cli *);

/*
 * Note it, and say so.  ident is NULL for a revocation, key where the
 * identity's whole is meant.  CLI_YES or -1.
 */
int	 batch_note(const struct cli *, enum trust_verb,
	    const struct btns_ident *, const struct btns_key *,
	    const struct btns_fp *, const struct btns_order *,
	    const struct btns_view *, struct btns_err *);

/* -N doesn't go with it: the tree is written at commit, for all.  -1. */
int	 batch_no_tree(struct btns_err *);

/* "promote fqdn/gw 862be0697046a459.. (fingerprint)", and NUL. */
#define BATCH_TEXT	(BTNS_ID_PRINT + 128)
void	 batch_text(char out[BATCH_TEXT], const struct batch_entry *);

/*
 * Would it still be done, as it was looked at?  CLI_YES; CLI_NO, with why in
 * the error; or -1.
 */
int	 batch_try(struct btns_pins *, const struct batch_entry *,
	    struct btns_err *);

/*
 * Make all of them in one transaction, then write the tree and end SAs: an
 * exit status, or -1.  *made: they are in the store.  Else none is, and *bad
 * is the number, from 0, of the one that could not be made, or n.
 */
int	 batch_commit(const struct cli *, const struct batch_entry *, size_t n,
	    size_t *bad, bool *made, struct btns_err *);

#endif
