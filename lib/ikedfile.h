/* What a file of iked's tree holds: to our readers, and to iked's own. */
#ifndef BTNS_IKEDFILE_H
#define BTNS_IKEDFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ikedkey.h"
#include "key.h"

struct btns_err;

struct btns_ikedfile {
	struct btns_key	 key;		/* iked's, else the first of ours */
	unsigned	 keys, refused;	/* what our readers met */
	enum btns_loads	 loads;		/* what iked takes from it */
	bool		 one;		/* key is the one that all see */
	bool		 private;	/* a private key is in it */
};

/*
 * Look at n octets of a file; name is for messages.  The readers may differ:
 * iked takes what libcrypto takes, so where a file isn't octet for octet what
 * an export writes, both are asked.  fn gets every key that either of them
 * sees; anything but 0 ends it and is returned.  -1: BTNS_E_NOMEM,
 * BTNS_E_CRYPTO.
 */
int	 btns_ikedfile(struct btns_ikedfile *, const uint8_t *, size_t n,
	    const char *name, int (*fn)(const struct btns_key *, void *),
	    void *arg, struct btns_err *);

#endif
