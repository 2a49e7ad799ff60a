#ifndef RSAFP_H
#define RSAFP_H

#include "../../lib/fp.h"
#include "../../lib/keyread.h"
#include "../cli.h"

/* What one run was asked for, and what came of it. */
struct rsafp {
	struct cli	*cli;
	struct out	 out;
	enum btns_enc	 enc;		/* -e */
	enum btns_hash	 hash;		/* -a */
	enum btns_spell	 spell;		/* -s */
	bool		 every;		/* -A */
	bool		 comparing;	/* -F */
	struct btns_heard heard;
	unsigned	 viewed;	/* keys drawn to a file */
	int		 status;
};

int	 rsafp(struct cli *, const struct cli_args *, struct btns_err *);

/* "file", or "file#2" for a file's second key. */
void	 rsafp_object(char *, size_t, const struct btns_keyat *);

/* Is it none that fits in a column? */
bool	 rsafp_is_picture(enum btns_spell);

/* -s groups and on: lines, or a picture. */
int	 rsafp_view(struct rsafp *, const struct btns_key *,
	    const struct btns_keyat *, const uint8_t *digest,
	    struct btns_err *);

/* -A: every name of the key, with the tools that use it. */
int	 rsafp_names(struct rsafp *, const struct btns_key *,
	    const struct btns_keyat *, struct btns_err *);

/* One row of -o json or tsv. */
void	 rsafp_row(struct rsafp *, const struct btns_key *,
	    const struct btns_keyat *, const char *encoding,
	    const char *hash, const char *text, const char *users);

#endif
