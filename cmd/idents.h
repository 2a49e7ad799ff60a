/* Identities whose files a decision may change: for changes_decided(). */
#ifndef BTNS_IDENTS_H
#define BTNS_IDENTS_H

#include "../lib/pins.h"

struct idents {
	struct btns_ident *id;		/* the caller frees it */
	size_t		 n;
};

/* One more.  BTNS_E_NOMEM. */
int	 idents_add(struct idents *, const struct btns_ident *,
	    struct btns_err *);

/* All that have a key, in whatever state. */
int	 idents_of_key(struct idents *, struct btns_pins *,
	    const struct btns_fp *, struct btns_err *);

#endif
