/* Identities: IKE IDs as iked names them (RFC 7296 3.5). */
#ifndef BTNS_IDENT_H
#define BTNS_IDENT_H

#include <stdbool.h>

struct btns_err;

enum btns_idtype {
	BTNS_ID_FQDN, BTNS_ID_UFQDN, BTNS_ID_IPV4, BTNS_ID_IPV6,
	BTNS_ID_FP,		/* RFC 5386's PUBLICKEY: the key itself */
	BTNS_ID__COUNT
};

#define BTNS_ID_MAX	255		/* octets of a value */

struct btns_ident {
	enum btns_idtype type;
	bool		 typed;		/* the type was written out */
	char		 value[BTNS_ID_MAX + 1];
};

/* "fqdn/gw.example.org", and NUL. */
#define BTNS_ID_PRINT	(BTNS_ID_MAX + 8)

/*
 * Read an identity as a person writes it: "type/value" in any case of the
 * type, with or without "pubkeys/" before it, or the value alone, whose
 * type is then inferred as iked does.  Addresses become canonical.  "fp/"
 * alone has an empty value: the fingerprint of a key that is still to come.
 * BTNS_E_USAGE for what cannot be pinned, naming the reason.
 */
int	 btns_ident_parse(struct btns_ident *, const char *,
	    struct btns_err *);

/* The same from the two words that the store holds: BTNS_E_STORE. */
int	 btns_ident_make(struct btns_ident *, const char *type,
	    const char *value, struct btns_err *);

/* The identity of a key that is its own: fp/ and its fingerprint. */
void	 btns_ident_of_fp(struct btns_ident *, const char *hex);

void	 btns_ident_print(char out[BTNS_ID_PRINT], const struct btns_ident *);
const char *btns_idtype_name(enum btns_idtype);		/* "fqdn" */

/*
 * What look-alikes share: the value without its type, in lower case,
 * without trailing dots, IPv4 without IPv6's wrapping.  out holds
 * BTNS_ID_MAX + 1.
 */
void	 btns_ident_fold(char *out, const struct btns_ident *);

bool	 btns_ident_same(const struct btns_ident *,
	    const struct btns_ident *);

/* What RFC 7296 allows but a person should know: capitals, a trailing
 * dot.  NULL, or a static text. */
const char *btns_ident_odd(const struct btns_ident *);

#endif
