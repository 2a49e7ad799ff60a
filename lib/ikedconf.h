/*
 * iked.conf(5), as far as it says who may come in and who this host is: the
 * policies, with the macros and included files that they come by.
 */
#ifndef BTNS_IKEDCONF_H
#define BTNS_IKEDCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "ident.h"

struct btns_err;

/* A srcid or dstid.  iked infers the type; it reads no "fqdn/". */
struct ikedconf_id {
	char		*raw;		/* as it is written, or NULL: none */
	bool		 pinnable;	/* a pin may be of it: */
	struct btns_ident ident;
};

/* How the peer is to authenticate (iked.conf(5), ikeauth). */
enum ikedconf_auth {
	IKEDCONF_SIGNATURE,	/* by any signature: the default */
	IKEDCONF_RSA, IKEDCONF_ECDSA, IKEDCONF_RFC7427,
	IKEDCONF_PSK, IKEDCONF_EAP
};

struct ikedconf_policy {
	char		*name;		/* "policy3" where it has none */
	const char	*file;		/* that it is in, and where */
	unsigned	 line;
	struct ikedconf_id srcid, dstid;
	enum ikedconf_auth auth;
	bool		 active, skip;
	char		 peer[64];	/* as it is written, or "" */
};

/* Something that iked refuses, or that can't be read here. */
struct ikedconf_wrong {
	char		*file;
	unsigned	 line;		/* 0: all of it */
	char		*why;
};

#define IKEDCONF_WRONGS	16	/* so many are kept */

struct ikedconf {
	struct ikedconf_policy *policy;	/* in the order of the files */
	size_t		 n;
	struct ikedconf_wrong wrong[IKEDCONF_WRONGS];
	size_t		 nwrong;
	bool		 partial_chain;	/* set cert_partial_chain */
	bool		 passive;	/* set passive */
	char		**name;		/* of files, that file points to */
	size_t		 nname;
};

/*
 * Read a file and what it includes.  What is wrong is kept in wrong, line
 * by line, and the rest is read all the same; iked itself would run with
 * none of it.  A psk is never kept.  BTNS_E_NOTFOUND, BTNS_E_UNSAFE,
 * BTNS_E_FORMAT for over 1 MiB and for what is no file, BTNS_E_SYS,
 * BTNS_E_NOMEM.  Free it in any case.
 */
int	 ikedconf_read(struct ikedconf *, const char *path,
	    struct btns_err *);
/* The same of n octets in memory; includes are left out. */
int	 ikedconf_parse(struct ikedconf *, const char *file, const void *,
	    size_t n, struct btns_err *);
void	 ikedconf_free(struct ikedconf *);

/*
 * The configuration that iked's directory goes with: "/etc/iked.conf".
 * False where that is too long.
 */
bool	 ikedconf_path(char *, size_t, const char *iked);

/* Does a key of the tree count for a peer that it lets in? */
bool	 ikedconf_by_key(const struct ikedconf_policy *);

/* "iked.conf:3", where file is the main one; else its whole path. */
void	 ikedconf_place(char *, size_t, const char *conf, const char *file,
	    unsigned line);		/* line 0: all of it */

/* An ID as iked types it: false where no pin could be of it. */
bool	 ikedconf_ident(struct btns_ident *, const char *raw);

/*
 * What iked goes by where a policy has no srcid: the host name, an FQDN
 * whatever it looks like.  False where no pin could be of it.
 */
bool	 ikedconf_host(struct btns_ident *);

#endif
