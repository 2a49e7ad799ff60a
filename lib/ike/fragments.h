/* Messages in pieces: RFC 7383 2.6.  Each was checked before it comes here. */
#ifndef BTNS_IKE_FRAGMENTS_H
#define BTNS_IKE_FRAGMENTS_H

#include "wire.h"

#define IKE_FRAGMENTS	64	/* more are refused */

struct ike_fragments {
	uint16_t	 total, have;	/* 0: none yet */
	uint8_t		 first;		/* of fragment 1: what is inside */
	size_t		 octets;
	struct { uint8_t *p; size_t n; } part[IKE_FRAGMENTS];
	uint8_t		*whole;		/* once all are there */
};

/*
 * Add one, of these decrypted octets.  1: it was the last that was missing;
 * inner is all of them, good until ike_fragments_clear(), and first the type
 * of what is inside.  0: more are to come, or it is no use.
 */
int	 ike_fragments_add(struct ike_fragments *, const struct ike_fragment *,
	    uint8_t *first, struct ike_view *inner);
void	 ike_fragments_clear(struct ike_fragments *);	/* wipes */

#endif
