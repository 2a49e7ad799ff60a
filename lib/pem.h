/* PEM's labels (RFC 7468), and encrypted private keys. */
#ifndef BTNS_PEM_H
#define BTNS_PEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keyder.h"

struct btns_err;

#define PEM_LABEL_MAX	64
#define PEM_INFO_MAX	128	/* RFC 1421 4.6.1.3: DEK-Info */

/*
 * What belongs inside the label.  -1 with BTNS_E_FORMAT for a label that
 * holds no key that is read here; BTNS_KIND_UNKNOWN for one that stands
 * beside keys and is passed over (EC PARAMETERS).
 */
int	 pem_kind(const char *label, struct btns_err *);

/* "-----BEGIN x-----" or END: copies x.  False if the line isn't one. */
bool	 pem_boundary(const char *line, size_t, const char *which,
	    char label[PEM_LABEL_MAX]);

/*
 * Decrypt in place, by RFC 5958's EncryptedPrivateKeyInfo (info NULL) or
 * by the DEK-Info of RFC 1421.  *kind becomes what came out.  The
 * passphrase stays the caller's to wipe.  BTNS_E_FORMAT: unknown cipher,
 * or "wrong passphrase".
 */
int	 pem_unlock(uint8_t *, size_t *len, enum btns_kind *, const char *info,
	    const char *pass, size_t passlen, struct btns_err *);

#endif
