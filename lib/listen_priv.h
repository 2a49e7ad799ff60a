/* Between listen.c and listen_read.c; nobody else's. */
#ifndef BTNS_LISTEN_PRIV_H
#define BTNS_LISTEN_PRIV_H

#include <sys/stat.h>

#include "confine.h"
#include "listen.h"
#include "quota.h"
#include "redirect.h"

#define SOCKETS	16
#define TICKETS	512		/* nonces that are remembered */
#define STATES	256		/* handshakes under way */

/* What the two processes say to each other, each in one datagram. */
enum say {
	SAY_READY,		/* it is confined, and reads */
	SAY_NONCES,		/* asks for some, and gets them */
	SAY_REFUSED,		/* a peer proved nothing: why */
	SAY_BROKEN,		/* it can't go on: why */
	SAY_CLAIM
};

struct message {
	enum say	 say;
	struct ike_from	 from;
	char		 why[256];
};

#define NONCES		16	/* at a time: not every call wakes the other */
#define FRESH		10000	/* ms: from then on nobody gets one of them */
struct nonces {
	enum say	 say;
	uint32_t	 ticket[NONCES];
	uint8_t		 nonce[NONCES][IKE_NONCE_LEN];
};

struct claim_message {
	enum say	 say;
	struct ike_claim claim;
};

/* A nonce that was issued: good for one claim. */
struct ticket {
	uint32_t	 number;	/* 0: none, or used */
	int64_t		 at;		/* s */
	uint8_t		 nonce[IKE_NONCE_LEN];
};

/* Who called a moment ago, with what: once more is no news. */
#define RECENT	256
struct recent {
	int64_t		 at;		/* s; 0: none */
	int64_t		 seq;		/* of the last event then */
	struct btns_ident ident;
	struct btns_fp	 fp;
	char		 address[BTNS_UDP_NAME];
};

struct btns_listener {
	struct btns_listen *how;
	struct btns_pins *pins;		/* or NULL: opened at the next call */
	struct {
		int	 fd[2];		/* as btns_udp_open() opens them */
		char	 name[BTNS_UDP_NAME];
	}		 socket[SOCKETS];
	size_t		 n;
	struct ike_from	*own;
	size_t		 nown;
	uint8_t		 tag[IKE_TAG_LEN];
	struct btns_confine_user user;
	int		 fd;		/* to the other process */
	pid_t		 pid;		/* of the one that reads */
	struct ticket	 ticket[TICKETS];
	uint32_t	 tickets;	/* issued so far */
	struct recent	 recent[RECENT];
	unsigned	 nrecent;	/* so far */
	struct stat	 looked;	/* the store, when its last event was */
	int64_t		 seq;		/* this one */
	struct quota	 quota;
	unsigned long	 kept;		/* learned, accepted */
};

/*
 * A peer that calls again and again costs no write each time, as long as
 * nothing was decided meanwhile.  remember: what it showed is in the store.
 */
bool	 listen_again(struct btns_listener *, const struct btns_caller *);
void	 listen_remember(struct btns_listener *, const struct btns_caller *);

#endif
