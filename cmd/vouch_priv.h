/* Between vouch.c and vouch_say.c; nobody else's. */
#ifndef BTNS_VOUCH_PRIV_H
#define BTNS_VOUCH_PRIV_H

#include "../lib/fp.h"
#include "session.h"
#include "vouch.h"

/* A key that the store knows for the identity. */
struct candidate {
	struct btns_key	 key;
	struct btns_fp	 fp;
	bool		 live, learned;
	struct btns_view view;		/* before one of several is picked */
};

struct vouch {
	struct cli	*cli;
	const struct cli_args *a;
	enum trust_verb	 verb;
	struct btns_pins *store;
	struct btns_ident id;
	char		 name[BTNS_ID_PRINT];	/* the identity, printed */
	const char	*file;		/* NULL: it was learned */
	bool		 chosen;	/* key is the one meant */
	bool		 asked;		/* a person looked, and answered */
	struct btns_key	 key;
	char		 key_name[BTNS_KEY_NAME_MAX];
	struct btns_order order;
	struct btns_view view;
	char		 replaces[2 * BTNS_FP_LEN + 1];
	struct candidate *cand;		/* of a promotion */
	size_t		 ncand;
	const struct candidate *picked;
	struct btns_err	*e;
};

/* Before the prompt: what there is, and what it would become. */
void	 vouch_intro(const struct vouch *, enum trust_evidence need);

/* After a refusal: CLI_NO where an alarm says it, or -1. */
int	 vouch_refuse(const struct vouch *, const struct trust_verdict *,
	    struct btns_err *);

/* After the deed: says it, and makes it live.  An exit status, or -1. */
int	 vouch_report(struct vouch *, const struct trust_verdict *,
	    struct btns_err *);

#endif
