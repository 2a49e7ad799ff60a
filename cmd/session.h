/* What the verbs that use the store share. */
#ifndef BTNS_SESSION_H
#define BTNS_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "../lib/fp.h"
#include "../lib/ident.h"
#include "../lib/pins.h"
#include "cli.h"

/* iked's directory where no store says otherwise. */
#define IKED_DIR	"/etc/iked"

/*
 * iked's directory of -D, or IKED_DIR, as an absolute path without / at
 * its end.  BTNS_E_USAGE: too long.  BTNS_E_SYS.
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
#define TIME_TEXT	32
void	 time_text(char out[TIME_TEXT], int64_t);

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

/* Write the tree for an identity, or all of it (NULL): an exit status. */
int	 changes_export(const struct cli *, struct btns_pins *,
	    const struct btns_ident *only, bool dry, bool force,
	    struct btns_err *);

/*
 * The same for an identity about which was decided just now.  done says
 * so, before an error that is never a plain no.
 */
int	 changes_decided(const struct cli *, struct btns_pins *,
	    const struct btns_ident *, const char *done, struct btns_err *);

#endif
