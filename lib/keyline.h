/* Keys that stand on one line of text. */
#ifndef BTNS_KEYLINE_H
#define BTNS_KEYLINE_H

#include <stddef.h>

#include "key.h"
#include "keyread.h"

enum btns_line {
	BTNS_LINE_TEXT,		/* nothing that claims to be a key */
	BTNS_LINE_SSH,		/* OpenSSH: authorized_keys, known_hosts */
	BTNS_LINE_RECORD,	/* IPSECKEY, perhaps open: see below */
	BTNS_LINE_0S,		/* libreswan, strongSwan: [name=]0s... */
	BTNS_LINE_BASE64	/* nothing but base64 that begins like a key */
};

/* What does this line claim to be?  No key is read yet. */
enum btns_line btns_line_is(const char *, size_t);

/*
 * Read it.  A RECORD must be joined and free of comments and parentheses.
 * BTNS_E_FORMAT.
 */
int	 btns_line_key(struct btns_key *, enum btns_keymark *,
	    enum btns_line, const char *, size_t, struct btns_err *);

/* Is the line base64 and nothing else? */
int	 btns_line_base64(const char *, size_t);

/* "OpenSSH", "IPSECKEY", "0s", "base64"; static. */
const char *btns_line_name(enum btns_line);

#endif
