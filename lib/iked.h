/*
 * The running iked, by ikectl(8): ending the SAs of peers whose key was
 * taken away.  A removed file alone doesn't: an SA that is up stays up.
 */
#ifndef BTNS_IKED_H
#define BTNS_IKED_H

#include <stdbool.h>
#include <stddef.h>

struct btns_err;

/* The directory that a stock iked reads; its tree alone has SAs. */
#define BTNS_IKED_DIR	"/etc/iked"
#define BTNS_IKED_ID	1024		/* iked's IKED_ID_SIZE */

enum btns_sa {
	BTNS_SA_UNKNOWN,	/* not looked for */
	BTNS_SA_NO_IKED,	/* none runs, so none is up */
	BTNS_SA_NONE,		/* none was up */
	BTNS_SA_GONE,		/* was up, and is gone */
	BTNS_SA_UP		/* is still up: trouble */
};

/* A file that went or changed: "fqdn/gw.example.org", and what came of it. */
struct btns_ending {
	const char	*path;
	bool		 empty;		/* no key takes the old one's place */
	enum btns_sa	 sa;
	char		 id[BTNS_IKED_ID];	/* one that is still up */
};

/*
 * Of an empty path a new SA counts as well, which a peer that was up may
 * have rekeyed meanwhile.
 * End every SA whose peer's ID makes iked open one of these files, also by
 * an alias such as FQDN/../fqdn/gw or the name of a symbolic link, and wait
 * up to 10 s until the last is out of iked's list.  0 with each sa set; -1
 * with BTNS_E_IKED where iked doesn't answer, BTNS_E_SYS or BTNS_E_NOMEM.
 */
int	 btns_iked_end(struct btns_ending *, size_t, struct btns_err *);

/*
 * For tests and btns_iked_end(): the peer's ID and the SA's own name out of
 * one line of `ikectl show sa`.  The ID is the peer's words, any bytes:
 * parsed from both ends.  1, 0 for a line that is no SA, or -1 for one that
 * cannot be read.
 */
struct btns_sa_line {
	char	id[BTNS_IKED_ID];
	char	spis[64];
	char	peer[64];	/* its address, as it is written there */
	bool	up;		/* ESTABLISHED */
	bool	open;		/* neither CLOSING nor CLOSED: may be up soon */
};
int	 btns_sa_parse(struct btns_sa_line *, const char *);

/*
 * Would iked open this path, from pubkeys/ on or "../x", for this ID?  root
 * is iked's directory, whose symbolic links are followed within it, as in
 * its chroot; or -1 for what the names alone say.
 */
bool	 btns_iked_opens(const char *id, int root, const char *path);

/*
 * Each SA that is up.  0, also where no iked runs; what the callback gave;
 * or -1 with BTNS_E_IKED: iked doesn't answer.
 */
int	 btns_iked_each(int (*)(const struct btns_sa_line *, void *), void *,
	    struct btns_err *);

#endif
