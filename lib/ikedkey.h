/* The key that iked takes out of a file: by its own way of loading it. */
#ifndef BTNS_IKEDKEY_H
#define BTNS_IKEDKEY_H

#include <stddef.h>
#include <stdint.h>

#include "key.h"

enum btns_loads {
	BTNS_LOADS_NONE,	/* none that iked can use */
	BTNS_LOADS_KEY,
	BTNS_LOADS_UNFIT	/* one that no pin can be: a curve that we
				   don't know, RSA of a few bits, an even e */
};

/*
 * iked reads with libcrypto: the first PUBLIC KEY that loads, else the
 * first RSA PUBLIC KEY.  That takes more than our own readers do: hybrid
 * points, explicit parameters, octets behind the object or the armour's
 * dashes.  An enum btns_loads, with the key as canonical as any, or -1
 * (BTNS_E_NOMEM, BTNS_E_CRYPTO).
 */
int	 btns_iked_key(struct btns_key *, const uint8_t *, size_t,
	    struct btns_err *);

#endif
