/* What the verbs that use the store share. */
#ifndef BTNS_SESSION_H
#define BTNS_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "../lib/fp.h"
#include "../lib/ident.h"
#include "../lib/pins.h"
#include "../lib/when.h"
#include "cli.h"

/* iked's directory where no store says otherwise. */
#define IKED_DIR	"/etc/iked"

/*
 * iked's directory of -D, or IKED_DIR, as an absolute path without / at
 * its end.  BTNS_E_USAGE: too long, control bytes.  BTNS_E_SYS.
 */
#define IKED_PATH	4096
int	 iked_path(char out[IKED_PATH], const struct cli *,
	    struct btns_err *);

/*
 * Open the store of -d.  BTNS_E_USAGE where -D names another directory
 * than the one that the store is bound to.
 */
int	 session_open(struct btns_pins **, const struct cli *,
	    struct btns_err *);

/* "390d26b2e447b49b..", and NUL. */
#define FP_SHORT	19
void	 fp_short(char out[FP_SHORT], const struct btns_fp *);

/* "2026-11-23T09:41:07Z" (RFC 3339), and NUL. */
#define TIME_TEXT	BTNS_TIME
#define time_text	btns_time_text

/* "4m", "17h", "340d": how long ago. */
void	 time_age(char out[24], int64_t now, int64_t then);

/*
 * A word for sh: as it is, or quoted.  False where it holds bytes that no
 * person should paste; out is then "".
 */
bool	 sh_word(char *out, size_t size, const char *);

/*
 * " -d store" or " -D directory", where this run was given one: what a
 * suggested command must repeat.  "" otherwise.
 */
#define AGAIN	4300
const char *again_store(char out[AGAIN], const struct cli *);
const char *again_iked(char out[AGAIN], const struct cli *);

/*
 * 8 to 64 hex digits, perhaps with sha256:, colons, blanks or ".." at the
 * end: copied to out in lower case.  False for anything else.
 */
bool	 hex_digits(char out[2 * BTNS_FP_LEN + 1], const char *);

/*
 * Write the tree as struct btns_export says (its change and arg are set
 * here) and print what changes: an exit status.
 */
struct btns_export;
int	 changes_export(const struct cli *, struct btns_pins *,
	    const struct btns_export *, struct btns_err *);

/*
 * The same for n identities about which was decided just now.  done says
 * so, before an error that is never a plain no.
 */
#define CHANGES_HUNT	1	/* and each file that holds a revoked key */
#define CHANGES_BESIDE	2	/* rows are of another kind: news to stderr */
int	 changes_decided(const struct cli *, struct btns_pins *,
	    const struct btns_ident *, size_t n, unsigned flags,
	    const char *done, struct btns_err *);

/*
 * WHAT: 8 to 64 digits are a fingerprint, anything else an identity.
 * BTNS_E_USAGE where both are known, or several keys begin so: they are
 * printed on standard error.
 */
struct what {
	bool		 is_key;
	char		 digits[2 * BTNS_FP_LEN + 1];	/* is_key: in full */
	struct btns_fp	 fp;		/* where known or given in full, */
	bool		 have_fp;	/* and then this is true */
	struct btns_ident id;		/* of an identity */
	char		 name[BTNS_ID_PRINT];		/* either, printed */
};
int	 what_find(struct what *, struct btns_pins *, const char *,
	    struct btns_err *);

/* An address, as it may be stored.  BTNS_E_USAGE. */
int	 address_check(const char *, struct btns_err *);

#endif
