/* Who is expected: the setting accept-for. */
#ifndef BTNS_EXPECT_H
#define BTNS_EXPECT_H

#include <stdbool.h>

#include "ident.h"

struct btns_err;

/*
 * Blank-separated entries, each a glob over "type/value", which has a type
 * without wildcards, and perhaps a comma and a source prefix:
 * "fqdn/b?.example.org,203.0.113.0/24".  BTNS_E_USAGE with the entry.
 */
int	 btns_expect_check(const char *, struct btns_err *);

/*
 * Does an entry match the identity, and the address it came from?  address
 * may be NULL: entries with a prefix don't match then.
 */
bool	 btns_expect(const char *entries, const struct btns_ident *,
	    const char *address);

#endif
