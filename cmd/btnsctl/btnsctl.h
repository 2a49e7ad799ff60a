#ifndef BTNSCTL_H
#define BTNSCTL_H

#include "../../lib/pins.h"
#include "../../lib/tree.h"
#include "../cli.h"

int	 ctl_backup(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_check(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_doctor(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_explain(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_export(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_forget(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_import(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_init(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_learn(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_list(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_listen(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_log(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_observe(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_promote(struct cli *, const struct cli_args *,
	    struct btns_err *);
int	 ctl_redirect(struct cli *, const struct cli_args *,
	    struct btns_err *);
int	 ctl_reject(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_restore(struct cli *, const struct cli_args *,
	    struct btns_err *);
int	 ctl_review(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_revoke(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_set(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_shell(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_show(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_stats(struct cli *, const struct cli_args *, struct btns_err *);
int	 ctl_unrevoke(struct cli *, const struct cli_args *,
	    struct btns_err *);
int	 ctl_verify(struct cli *, const struct cli_args *, struct btns_err *);

/* The columns of list, and of show in JSON and TSV. */
#define PIN_COLS	16
extern const struct out_col pin_cols[PIN_COLS];

/* What -s and -S take; they end with NULL. */
extern const char *const pin_states[], *const pin_sources[];

/* Is s one of words?  0, or -1 with all of them. */
int	 one_of(const char *option, const char *s, const char *const *words,
	    struct btns_err *);

/*
 * Open the tree to look at pins in it; NULL where it can't be looked at.
 * -1 for want of memory alone.
 */
int	 pin_tree(struct btns_tree **, struct btns_pins *, struct btns_err *);

/*
 * Is this pin in the tree, as it should be?  *there is 1, 0, or -1 where
 * the tree can't be looked at; -1 for trouble of another kind.
 */
int	 pin_in_tree(int *there, struct btns_pins *, struct btns_tree *,
	    const struct btns_pin *, struct btns_err *);

/* One row of pin_cols.  exported: as pin_in_tree() says. */
void	 pin_row(struct out *, const struct btns_pin *, int exported);

/*
 * The row of a revoked key that has no identity: 1, 0 where it has one and so
 * a row of its own, or -1.
 */
int	 revoked_row(struct out *, struct btns_pins *,
	    const struct btns_revoked *, struct btns_err *);

/*
 * Revoke a key and say so, everywhere but where store_alone: an exit status,
 * or -1.
 */
int	 revoke_key(struct cli *, struct btns_pins *, const struct btns_fp *,
	    const char *comment, bool store_alone, struct btns_err *);

/* May it be redirected?  -1, with what to do all the same. */
int	 redirect_may(const struct cli *, struct btns_pins *,
	    struct btns_err *);
/*
 * Start what takes the rules away where this process dies.  And end it, by
 * clean without that: they are gone, or were never there.  Takes -1.
 */
int	 redirect_guard(int *, struct btns_err *);
bool	 redirect_guarded(int);		/* is it still there? */
void	 redirect_unguard(int, bool clean);

#endif
