/* The public half of private keys in DER. */
#ifndef BTNS_PRIVDER_H
#define BTNS_PRIVDER_H

#include "der.h"
#include "key.h"

/*
 * Each steps d over one object and fills in the key, after working out the
 * public half from the private one: BTNS_E_FORMAT where they don't belong
 * together.  For SEC1, type is the curve that a PKCS#8 wrapper named, or -1
 * where the object itself must name it.
 */
int	 btns_der_priv_pkcs1(struct btns_key *, struct der *,
	    struct btns_err *);
int	 btns_der_priv_pkcs8(struct btns_key *, struct der *,
	    struct btns_err *);
int	 btns_der_priv_sec1(struct btns_key *, struct der *, int type,
	    struct btns_err *);

#endif
