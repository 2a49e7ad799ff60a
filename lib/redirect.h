/*
 * Peers that iked doesn't know are sent to a listener, while iked keeps its
 * port: rules of nftables(8) that look at each message.  What begins a
 * handshake (IKE_SA_INIT, RFC 7296 3.1) and comes from no address of the
 * pass set goes to the listener's port, and so does each IKE_AUTH whose SPI
 * begins with the listener's tag.  All else is iked's, as is port 4500.
 *
 * The rules rewrite ports, and keep no state of any peer: who enters the set
 * reaches iked with its next message.  The set says who is let through to
 * iked, never who is trusted.
 */
#ifndef BTNS_REDIRECT_H
#define BTNS_REDIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fp.h"
#include "ident.h"
#include "ike/ike.h"
#include "udp.h"

struct btns_err;
struct btns_pins;

#define BTNS_REDIRECT_PORT 501	/* the listener's, where none is given */
#define BTNS_PASS_TIME	600		/* s that an address stays in the set */
#define BTNS_PASS_MAX	4096		/* addresses of a family */
#define BTNS_PASS_PREFIX 64		/* of them in one /24 or /48 */
#define BTNS_PASS_KEY	16		/* of them by one key */

/* A place that a listener has. */
struct btns_redirect_to {
	char		 address[BTNS_UDP_NAME];	/* "": all */
	bool		 v6;
	unsigned	 port;
};

/*
 * May unknown peers of this iked be sent away?  BTNS_E_REFUSED: some may
 * come in otherwise than by a raw key, or it can't be said.
 */
int	 btns_redirect_may(const char *iked, struct btns_err *);

/* What the SPIs of this store's listeners begin with. */
int	 btns_redirect_tag(uint8_t[IKE_TAG_LEN], const struct btns_pins *,
	    struct btns_err *);

/* Put the rules in, or put others in their place; the set is empty then. */
int	 btns_redirect_on(const uint8_t tag[IKE_TAG_LEN],
	    const struct btns_redirect_to *, size_t n, struct btns_err *);
/* 1; 0: they were not there; -1, also where there is no nft to ask. */
int	 btns_redirect_off(struct btns_err *);
int	 btns_redirect_is_on(struct btns_err *);

/*
 * A port that peers are sent to, and where nobody is to hear them: 1 with it
 * in *port; 0: there is none, or the rules are off; -1.
 */
int	 btns_redirect_unheard(unsigned *port, struct btns_err *);

/* An address of the set. */
struct btns_pass {
	char		 address[BTNS_UDP_NAME];
	int64_t		 left;		/* s that it stays */
	bool		 known;		/* by this key, or an operator: */
	struct btns_fp	 fp;
};
/*
 * All of them, until the callback says -1: 1; 0: the rules are off; or -1.
 */
int	 btns_pass_each(int (*)(const struct btns_pass *, void *), void *,
	    struct btns_err *);

/*
 * An address enters for its key, or for an operator where fp is NULL; one
 * that is there stays for as long anew.  1; 0: the rules are off, and
 * nothing was done; -1, BTNS_E_REFUSED: the set, or what a prefix has of it,
 * is full.  Of a key's addresses the one that would stay the shortest makes
 * room.  BTNS_E_USAGE: no address.
 */
int	 btns_pass_add(const char *address, const struct btns_fp *fp,
	    struct btns_err *);
/* The same for a peer that proved its key, if that is in the tree. */
int	 btns_pass_peer(struct btns_pins *, const char *address,
	    const struct btns_ident *, const struct btns_fp *,
	    struct btns_err *);

/* The addresses of n keys leave.  1; 0: the rules are off; -1. */
int	 btns_pass_drop(const struct btns_fp *, size_t n, struct btns_err *);

/*
 * Those whose SA with iked is up enter or stay, and those whose key has left
 * the tree leave.
 */
int	 btns_pass_renew(struct btns_pins *, struct btns_err *);

#endif
