/* A public key in the forms that other tools read. */
#ifndef BTNS_KEYWRITE_H
#define BTNS_KEYWRITE_H

#include <stddef.h>

#include "key.h"

enum btns_form {
	BTNS_FORM_PEM,		/* SubjectPublicKeyInfo: iked, openssl, pki */
	BTNS_FORM_PKCS1,	/* RSA PUBLIC KEY: RSA only */
	BTNS_FORM_DER,		/* SubjectPublicKeyInfo */
	BTNS_FORM_SSH,		/* OpenSSH's one line */
	BTNS_FORM_IPSECKEY,	/* a zone file's record, RFC 4025 */
	BTNS_FORM_STRONGSWAN,	/* 0s and SPKI in base64: pubkeys = ... */
	BTNS_FORM_LIBRESWAN,	/* rightrsasigkey=0s..., rightpubkey=... */
	BTNS_FORM__COUNT
};

/* Room for the longest key in any form. */
#define BTNS_FORM_MAX	(2 * BTNS_ENC_MAX)

/*
 * Write the key, with its last newline but without NUL, to out, which
 * holds BTNS_FORM_MAX.  BTNS_E_REFUSED: no such form of this type of key.
 */
int	 btns_key_write(char *out, size_t *len, const struct btns_key *,
	    enum btns_form, struct btns_err *);

int	 btns_form_parse(const char *);		/* "pem" ..., or -1 */

#endif
