/*
 * How many keys may be learned in an hour: from strangers, from identities
 * that accept-for expects, and from each that iked.conf names.  A flood of
 * the ones takes nothing from the others.
 */
#ifndef BTNS_QUOTA_H
#define BTNS_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ident.h"
#include "ike/ike.h"

#define QUOTA_PREFIXES	1024
#define QUOTA_NAMED	8	/* of an identity that iked.conf names */

enum quota_class { QUOTA_STRANGER, QUOTA_EXPECTED, QUOTA__COUNT };

struct quota {
	unsigned	 rate;		/* in an hour */
	int64_t		 since;		/* of this hour */
	struct {
		unsigned total, n;
		struct { uint8_t family, net[6]; unsigned n; }
			 prefix[QUOTA_PREFIXES];
	}		 of[QUOTA__COUNT];
	struct { struct btns_ident ident; unsigned n; } *named;
	size_t		 nnamed;
};

/* Is there one left for it?  It is taken then. */
bool	 quota_take(struct quota *, int64_t now, enum quota_class,
	    const struct btns_ident *, const struct ike_from *);

#endif
