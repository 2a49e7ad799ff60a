/*
 * Learn keys on the wire.  Two processes: one reads what strangers send, and
 * has no key, no file and no store; the other issues the nonces, checks each
 * claim anew over octets that contain one, and has it decided.
 */
#ifndef BTNS_LISTEN_H
#define BTNS_LISTEN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "pins.h"
#include "udp.h"

struct btns_listener;

/* What came of a peer that called. */
enum btns_call {
	CALL_ACCEPTED,		/* its key is, and belongs in the tree */
	CALL_LEARNED,
	CALL_CONFLICT,		/* another key than the identity has, or had */
	CALL_SEEN,		/* a key that was known: nothing new; the same
				   peer within a minute is only counted */
	CALL_REFUSED,		/* by the decision table: reason */
	CALL_NO_PROOF,		/* no identity and key were shown: reason */
	CALL_LIMITED,		/* too many in an hour: nothing was kept */
	CALL_TROUBLE,		/* it could not be decided: reason */
	CALL__COUNT
};
const char *btns_call_name(enum btns_call);

/* Strings are borrowed. */
struct btns_caller {
	enum btns_call	 what;
	int64_t		 at;
	char		 address[BTNS_UDP_NAME];
	bool		 known;		/* these are: */
	struct btns_ident ident;
	struct btns_fp	 fp;
	bool		 live;		/* the key belongs in the tree */
	bool		 certificate;	/* the key was inside one */
	const char	*reason;	/* or NULL */
};

struct btns_listen {
	const char	*store;		/* opened for each decision */
	const char	*user;		/* of the process that reads */
	int		 family;	/* of all addresses: AF_UNSPEC: both */
	char *const	*address;	/* as btns_udp_open() takes them */
	size_t		 n;		/* 0: all addresses */
	unsigned	 port;		/* where an address has none */
	bool		 redirected;	/* its SPIs are tagged for the rules */
	/* Each minute, if not NULL. */
	void		(*tick)(void *);
	void		(*call)(const struct btns_caller *, void *);
	void		*arg;
	unsigned long	 count[CALL__COUNT];
};

/* Open the sockets and read the settings.  Borrows the struct. */
int	 btns_listener_new(struct btns_listener **, struct btns_listen *,
	    struct btns_err *);
void	 btns_listener_free(struct btns_listener *);

/* Redirect to it: btns_redirect_on() of each place that it listens on. */
int	 btns_listener_redirect(const struct btns_listener *,
	    struct btns_err *);

/* Each place that it listens on. */
void	 btns_listener_each(const struct btns_listener *,
	    void (*)(const char *, void *), void *);

/*
 * Part in two.  1: this is the one that decides; 0: the one that reads,
 * which calls btns_listener_read() and ends; -1.
 */
int	 btns_listener_split(struct btns_listener *, struct btns_err *);

/* Read until the other process is gone: 0, or -1 for trouble. */
int	 btns_listener_read(struct btns_listener *, struct btns_err *);

/*
 * What can't be decided, since the store is locked or full, is told: the peer
 * will call again.
 *
 * Decide until *stop, for so many seconds (0: for ever), or until so many
 * keys were learned or accepted (0: any number).  BTNS_E_INTERNAL: the
 * process that reads broke.
 */
int	 btns_listener_run(struct btns_listener *, volatile sig_atomic_t *stop,
	    int64_t seconds, unsigned long max, struct btns_err *);

/* The identities that iked.conf's policies name, and nobody has a key of. */
int	 btns_listener_missing(struct btns_listener *,
	    void (*)(const struct btns_ident *, void *), void *,
	    struct btns_err *);

#endif
