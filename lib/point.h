/* Points of elliptic curves: the part of a key that needs arithmetic. */
#ifndef BTNS_POINT_H
#define BTNS_POINT_H

#include <stddef.h>
#include <stdint.h>

#include "key.h"

/*
 * Is the point, as SEC 1 2.3.3 spells it, on the curve?  Its coordinates
 * go to xy, twice btns_key_field() octets.  BTNS_E_FORMAT if it isn't;
 * BTNS_E_NOMEM, BTNS_E_CRYPTO.
 */
int	 btns_point_ec(uint8_t *xy, enum btns_keytype, const uint8_t *,
	    size_t, struct btns_err *);

/* The same for edwards25519, RFC 8032 5.1.3. */
int	 btns_point_ed25519(const uint8_t p[32], struct btns_err *);

/* The public point of a private scalar: x and y. */
int	 btns_point_derive(uint8_t *xy, enum btns_keytype, const uint8_t *d,
	    size_t, struct btns_err *);

#endif
