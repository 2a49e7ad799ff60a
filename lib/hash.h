/* Digests, by libcrypto. */
#ifndef BTNS_HASH_H
#define BTNS_HASH_H

#include <stddef.h>
#include <stdint.h>

struct btns_err;

enum btns_hash {
	BTNS_SHA256, BTNS_SHA1, BTNS_SHA384, BTNS_SHA512, BTNS_MD5,
	BTNS_HASH__COUNT
};

#define BTNS_HASH_MAX	64

/* Digest n bytes into out, btns_hash_len() octets.  BTNS_E_CRYPTO. */
int	 btns_hash(uint8_t out[BTNS_HASH_MAX], enum btns_hash, const void *,
	    size_t n, struct btns_err *);
size_t	 btns_hash_len(enum btns_hash);

/* "sha256" ... or -1. */
int	 btns_hash_parse(const char *);
const char *btns_hash_name(enum btns_hash);

#endif
