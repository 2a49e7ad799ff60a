/* OpenSSH's spellings of a public key. */
#ifndef BTNS_KEYSSH_H
#define BTNS_KEYSSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "key.h"

/*
 * A key from its wire form.  type, where it isn't NULL, is the name that
 * stood outside and must be the one inside.  BTNS_E_FORMAT with offset and
 * section: RFC 4253 6.6 (RSA), RFC 5656 3.1 (ECDSA), RFC 8709 4 (Ed25519),
 * RFC 4251 5 (strings and integers).
 */
int	 btns_key_ssh(struct btns_key *, const char *type, size_t typelen,
	    const uint8_t *, size_t, struct btns_err *);

/* Does this word name a key type of OpenSSH's, known to us or not? */
bool	 btns_ssh_type(const char *, size_t);

#endif
