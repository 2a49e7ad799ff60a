/*
 * An IKEv2 responder that goes just far enough to see who calls: it answers
 * IKE_SA_INIT, reads IDi, CERT and AUTH, checks that the peer has the key
 * that it shows, and refuses it whatever came out.  It never makes an SA.
 * RFC 7296 1.2, 2.6, 2.14, 2.15; RFC 7383; RFC 7427.
 *
 * This is all that the rest of the program sees of lib/ike/, which knows
 * neither sockets nor stores: octets come in and octets go out.
 */
#ifndef BTNS_IKE_H
#define BTNS_IKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../key.h"

struct btns_err;
struct ike_responder;

#define IKE_NONCE_LEN	32	/* of ours */
#define IKE_TAG_LEN	4
#define IKE_REQUEST_MAX	4096	/* of an IKE_SA_INIT; longer ones are dropped */
#define IKE_MESSAGE_MAX	65535
#define IKE_REPLY_MAX	2048
#define IKE_ID_MAX	260	/* of the body of an ID: 4 and 256 octets */
#define IKE_AUTH_MAX	2400

/* Where a message came from, and the answer goes to. */
struct ike_from {
	uint8_t		 family;	/* 4 or 6 */
	uint8_t		 addr[16];	/* network order; of IPv4 the first 4 */
	uint16_t	 port;
};

#define IKE_SPKI_MAX	BTNS_ENC_MAX

/*
 * All that a peer's proof is made of: no pointers, so that it can be handed
 * to another process.  Whoever issued the nonce can check it anew, and needs
 * to believe nothing of it.
 */
struct ike_claim {
	struct ike_from	 from;
	uint32_t	 ticket;	/* of the nonce */
	uint8_t		 request[IKE_REQUEST_MAX];	/* IKE_SA_INIT */
	size_t		 requestlen;
	uint8_t		 id[IKE_ID_MAX];	/* IDi's body: RFC 7296 3.5 */
	size_t		 idlen;
	uint8_t		 cert;		/* encoding: RFC 7296 3.6 */
	uint8_t		 spki[IKE_SPKI_MAX];	/* canonical, of the key */
	size_t		 spkilen;
	uint16_t	 prf;
	uint8_t		 pi[64];	/* SK_pi */
	size_t		 pilen;
	uint8_t		 method;	/* RFC 7296 3.8 */
	uint8_t		 auth[IKE_AUTH_MAX];
	size_t		 authlen;
};

/*
 * 0 with the key where its holder signed this nonce and this ID: RFC 7296
 * 2.15.  No length or number in it is believed.  BTNS_E_FORMAT: one is
 * wrong; BTNS_E_REFUSED: it isn't signed so.
 */
int	 ike_claim_check(struct btns_key *, const struct ike_claim *,
	    const uint8_t nonce[IKE_NONCE_LEN], struct btns_err *);

/* IDi's type and value of a checked claim; *n octets, borrowed. */
uint8_t	 ike_claim_id(const struct ike_claim *, const uint8_t **, size_t *n);

struct ike_hooks {
	/* A nonce that was never used, and its number: 1, or 0: not now. */
	int	(*nonce)(uint8_t[IKE_NONCE_LEN], uint32_t *ticket, void *);
	/* A peer proved that it has a key. */
	void	(*claim)(const struct ike_claim *, void *);
	/* A peer came through to IKE_AUTH and proved nothing: why. */
	void	(*refused)(const struct ike_from *, const char *why, void *);
	void	*arg;
	/* What the SPIs of the responder begin with, where it is tagged. */
	uint8_t	 tag[IKE_TAG_LEN];
	bool	 tagged;
};

/*
 * states: how many handshakes may be under way at once.  Afterwards no file
 * is opened any more, by libcrypto neither.  BTNS_E_NOMEM, BTNS_E_CRYPTO.
 */
int	 ike_responder_new(struct ike_responder **, unsigned states,
	    const struct ike_hooks *, struct btns_err *);
void	 ike_responder_free(struct ike_responder *);	/* wipes */

/*
 * A message of n octets that came at a time, in ms of a clock that only goes
 * forward.  What is to be sent back goes to reply: its length, or 0.
 */
size_t	 ike_responder_input(struct ike_responder *, int64_t now,
	    const struct ike_from *, const uint8_t *, size_t n,
	    uint8_t reply[IKE_REPLY_MAX]);

/*
 * Does a handshake begin with it, without a cookie (RFC 7296 2.6)?  Then its
 * first 8 octets are the peer's SPI (3.1).  Nothing else of it is looked at.
 */
bool	 ike_begins(const uint8_t *, size_t n);

/* How many handshakes are under way, and octets are kept for them. */
unsigned ike_responder_states(const struct ike_responder *, size_t *octets);

#endif
