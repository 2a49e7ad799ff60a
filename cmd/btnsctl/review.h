/* Between review.c and review_show.c; nobody else's. */
#ifndef BTNSCTL_REVIEW_H
#define BTNSCTL_REVIEW_H

#include "../session.h"
#include "btnsctl.h"

/* A key that waits: what comes first has the lowest rank. */
struct work {
	int		 rank;
	struct btns_ident ident;
	struct btns_fp	 fp;
};

/* A binding, as it is shown. */
struct seen {
	bool		 there;
	struct btns_fp	 fp;
	char		 state[BTNS_STATE_MAX], source[16];
	char		 keyname[BTNS_KEY_NAME_MAX];
	char		 address[BTNS_ADDRESS_MAX];
	int64_t		 since, last_seen, days, times;
};

struct review {
	struct cli	*cli;
	struct btns_pins *store;
	const struct work *work;
	char		 name[BTNS_ID_PRINT];
	struct btns_key	 key;		/* the candidate's */
	struct seen	 candidate, now;	/* and the key it has */
	struct btns_view view;
	bool		 proof;		/* a yes is not enough */
	bool		 shown;		/* the digits were */
	bool		 typed;		/* it and its look-alike are meant */
	struct btns_fp	*saw;		/* and of these keys */
	size_t		 nsaw;
	struct btns_err	*e;
};

/* The candidate beside what there is, and its look-alikes. */
int	 review_show(const struct review *, size_t i, size_t n,
	    struct btns_err *);
/* What each answer does. */
void	 review_help(const struct review *);
/* Its history and knocks, without a digit of the candidate. */
int	 review_more(const struct review *, struct btns_err *);
/* Who was refused, and showed no key. */
int	 review_knocking(const struct review *, struct btns_err *);

void	 review_digits(const struct btns_fp *);

/* Finds the binding of what was read; a btns_pin_fn. */
struct other {
	const struct review *r;
	const struct btns_heard *heard;
	char		 state[BTNS_ID_PRINT + 160];	/* to be said, or "" */
};
int	 review_other(const struct btns_pin *, void *);
int	 review_whose(const struct btns_pin *, void *);	/* of any identity */

#endif
