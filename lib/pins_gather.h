/* Between pins_gather.c and pins_decide.c; nobody else's. */
#ifndef BTNS_PINS_GATHER_H
#define BTNS_PINS_GATHER_H

#include "pins_priv.h"

/* What a decision is about, and what pins_gather() reads, row by row. */
struct gather {
	struct btns_pins	*p;
	const struct btns_ident *id;
	const struct btns_key	*key;	/* NULL: none in hand */
	const struct btns_order *o;
	struct btns_view	*v;
	bool			 was_k;	/* K was retired */
	bool			 past;	/* of K's binding */
	char			 source[8];	/* of K's binding */
	int64_t			 row;	/* id of K's binding, or 0 */
	int64_t			 live_row;
	int64_t			 first_seen;	/* of K's binding */
	char			 comment[BTNS_COMMENT_MAX + 1];	/* live's */
};

/* The comment of an order: none, or an empty one, is NULL. */
const char *pins_comment(const struct btns_order *);

/* This host's keys and names, and whom it expects: once a transaction. */
int	 pins_read_host(struct btns_pins *, struct btns_err *);

/* All of the view, its facts too; reads the host outside of a batch. */
int	 pins_gather(struct gather *, struct btns_err *);

#endif
