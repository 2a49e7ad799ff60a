/* Making a raw key pair for iked. */
#ifndef BTNS_KEYGEN_H
#define BTNS_KEYGEN_H

#include <stddef.h>

#include "key.h"
#include "secret.h"

/*
 * Generate a pair: RSA of bits with e = 65537, or EC P-256 (bits unused).
 * *pem gets the private key as PKCS#8 PEM, the caller's to clear; *pub the
 * public half.  progress, where it isn't NULL, is called now and then while
 * primes are sought: so many candidates were looked at, of as many as it will
 * take on average from there.  BTNS_E_CRYPTO, BTNS_E_NOMEM.
 */
int	 btns_keygen(struct btns_secret *pem, struct btns_key *pub,
	    enum btns_keytype, unsigned bits,
	    void (*progress)(size_t done, size_t all, void *), void *arg,
	    struct btns_err *);

#endif
