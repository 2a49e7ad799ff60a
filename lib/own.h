/* This host's own key pair, as iked reads it. */
#ifndef BTNS_OWN_H
#define BTNS_OWN_H

#include <sys/types.h>
#include <stdbool.h>

#include "fp.h"
#include "key.h"
#include "keyread.h"
#include "secret.h"

#define OWN_PRIVATE	"private/local.key"
#define OWN_PUBLIC	"local.pub"

struct btns_own {
	bool		 have_public, have_private;
	bool		 unreadable;	/* the private key, to this user */
	mode_t		 mode;		/* of the private key */
	struct btns_key	 public, private;
};

/*
 * Read what lies below iked's directory.  An absent half is no error; a
 * damaged one is.  cb's passphrase is asked for an encrypted private key;
 * with cb NULL the private key is not opened, only looked for.
 */
int	 btns_own_read(struct btns_own *, const char *iked,
	    const struct btns_keyread *cb, struct btns_err *);

/*
 * The fingerprint of this host's own key: of the private half, or where that
 * is missing or can't be read, of local.pub, which may be anybody's.  1; 0
 * where there is neither, or no iked directory; or -1.
 */
int	 btns_own_fp(struct btns_fp *, const char *iked, struct btns_err *);

/* Is it this one?  1, 0, or -1. */
int	 btns_own_is(const char *iked, const struct btns_fp *,
	    struct btns_err *);

/* Is local.pub the private key's, as far as one can see? */
bool	 btns_own_public(const char *iked);

/*
 * Write a new pair, both halves whole or absent, the private key first and
 * mode 0600: without local.pub, btns_own_mend() finishes it.  Under a lock,
 * so that two runs don't mix.  BTNS_E_EXISTS if there is a private key.
 */
int	 btns_own_write(const char *iked, const struct btns_secret *pem,
	    const struct btns_key *pub, struct btns_err *);

/*
 * The same over a pair, or half of one, that is first copied to a new
 * directory below statedir/old, 0700, and synced, under the same lock.  as
 * is that directory's name (at most 24 characters; a number follows where
 * it is taken).  kept gets its path, "" where nothing was kept.  statedir is
 * made where it is missing.
 */
int	 btns_own_replace(char *kept, size_t size, const char *iked,
	    const char *statedir, const char *as, const struct btns_secret *,
	    const struct btns_key *, struct btns_err *);

/* Remove what a killed run left in private/, if anything. */
int	 btns_own_sweep(const char *iked, struct btns_err *);

/*
 * Write the missing local.pub from the private key's public half: 1, or 0
 * where another has finished the pair meanwhile and it is left alone, or -1.
 */
int	 btns_own_mend(const char *iked, const struct btns_key *,
	    struct btns_err *);

#endif
