/*
 * What is agreed on in IKE_SA_INIT: RFC 7296 3.3, and for AEAD RFC 5282 8.
 * We take what OpenIKED 7, strongSwan 5.9 and libreswan 4 propose without
 * being told: nothing of 3DES, of SHA-1, or of groups below 14.
 */
#ifndef BTNS_IKE_SUITE_H
#define BTNS_IKE_SUITE_H

#include "wire.h"

struct ike_suite {
	uint8_t		 proposal;	/* its number, for the answer */
	uint16_t	 encr, encr_bits;	/* 0: it has one size */
	uint16_t	 prf, integ, group;	/* integ: 0 for AEAD */
};

/* Sizes in octets of what a suite's parts take. */
struct ike_sizes {
	size_t	 key, salt, iv, tag;	/* of the cipher; tag: AEAD's */
	size_t	 block;			/* CBC: 16; else 1 */
	size_t	 prf;			/* its key and output */
	size_t	 integ, check;		/* key, and what is sent of it */
};

/*
 * Choose from an SA payload's body: the first proposal that has all we
 * need, in it the peer's first of each that we know, and the group of its
 * KE payload if that is among them.  1: chosen; 0: nothing we know;
 * BTNS_E_FORMAT.
 */
int	 ike_choose(struct ike_suite *, const struct ike_view *, uint16_t ke,
	    struct btns_err *);

/* Write the SA payload that answers it. */
void	 ike_put_suite(struct ike_out *, const struct ike_suite *);

void	 ike_sizes(struct ike_sizes *, const struct ike_suite *);

#endif
