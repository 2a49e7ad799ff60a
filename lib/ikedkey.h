/* The key that iked takes out of a file: by its own way of loading it. */
#ifndef BTNS_IKEDKEY_H
#define BTNS_IKEDKEY_H

#include <stddef.h>
#include <stdint.h>

#include "key.h"

/*
 * iked reads with libcrypto: the first PUBLIC KEY that loads, else the
 * first RSA PUBLIC KEY.  That takes more than our own readers do: hybrid
 * points, explicit parameters, octets behind the object.  1 with the key as
 * canonical as any, 0 where iked loads none that it can use, or -1
 * (BTNS_E_NOMEM, BTNS_E_CRYPTO).
 */
int	 btns_iked_key(struct btns_key *, const uint8_t *, size_t,
	    struct btns_err *);

#endif
