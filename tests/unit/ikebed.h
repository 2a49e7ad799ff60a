/* A responder, an initiator, and what goes to and fro. */
#ifndef TEST_IKEBED_H
#define TEST_IKEBED_H

#include "initiator.h"

/* What the responder asked for and told. */
struct told {
	unsigned	 nonces, claims, refused;
	bool		 no_nonce;
	uint8_t		 nonce[IKE_NONCE_LEN];
	struct ike_claim claim;
	char		 why[1024];
};

struct bed {
	struct told	 told;
	struct ike_responder *r;
	struct initiator i;		/* with a P-256 key */
	struct ike_from	 from;
	int64_t		 now;
	uint8_t		 reply[IKE_REPLY_MAX], msg[IKE_MESSAGE_MAX];
	size_t		 n, msglen;	/* of them */
};

struct bed *bed_new(unsigned group);
/* One whose SPIs begin with "btns". */
struct bed *bed_tagged(unsigned group, bool);
void	 bed_free(struct bed *);

/* Give octets to the responder: the length of its reply. */
size_t	 bed_put(struct bed *, const uint8_t *, size_t);

/* An IKE_SA_INIT: what initiator_read_init() says; -1: no answer. */
int	 bed_init(struct bed *);

/* As far as IKE_AUTH, which is in msg and not yet sent. */
void	 bed_ready(struct bed *);

/* msg is refused like all are, and told as a claim, or why it is none. */
void	 bed_ends(struct bed *, const char *why);

#endif
