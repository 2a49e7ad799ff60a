/*
 * Cookies: a peer that got one and brings it back is where it says that it
 * is.  Nothing is kept for it until then: RFC 7296 2.6.
 */
#ifndef BTNS_IKE_COOKIE_H
#define BTNS_IKE_COOKIE_H

#include "ike.h"
#include "wire.h"

#define IKE_COOKIE_LEN	17	/* which secret, and 128 bits */

struct ike_cookies {
	uint8_t		 secret[2][32];	/* the present one, the one before */
	uint8_t		 number;	/* of the present one; 0: none yet */
	int64_t		 since;
};

/* False where there is no randomness. */
bool	 ike_cookie_make(uint8_t[IKE_COOKIE_LEN], struct ike_cookies *,
	    int64_t now, const struct ike_from *, const struct ike_view *ni,
	    const uint8_t spi_i[IKE_SPI]);
bool	 ike_cookie_good(struct ike_cookies *, int64_t now,
	    const struct ike_view *cookie, const struct ike_from *,
	    const struct ike_view *ni, const uint8_t spi_i[IKE_SPI]);

#endif
