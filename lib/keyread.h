/*
 * Every public key of a file, whatever its spelling, judged by content:
 * PEM (RFC 7468), DER, OpenSSH's lines, RFC 4716, IPSECKEY records and
 * their base64, libreswan's 0s.  Memory doesn't grow with the input.
 */
#ifndef BTNS_KEYREAD_H
#define BTNS_KEYREAD_H

#include <stdbool.h>
#include <stddef.h>

#include "key.h"

/* A mark that known_hosts puts in front of a line (sshd(8)). */
enum btns_keymark { BTNS_MARK_NONE, BTNS_MARK_REVOKED, BTNS_MARK_CA };

/* Where a key stood.  Borrowed, good during the callback. */
struct btns_keyat {
	const char	*file;		/* as given to btns_keys_read() */
	unsigned long	 line;		/* from 1; 0 in a DER file */
	unsigned	 index;		/* 1 for the file's first key */
	const char	*form;		/* "PUBLIC KEY", "OpenSSH", "DER" ... */
	bool		 private;	/* a private key's public half */
	enum btns_keymark mark;
};

/* Does iked load a key of this form from its pubkeys/? */
bool	 btns_keyat_loads(const struct btns_keyat *);

struct btns_keyread {
	/* A key.  Anything but 0 ends the reading and is returned. */
	int	(*key)(const struct btns_key *, const struct btns_keyat *,
		    void *arg);
	/*
	 * An object that was refused; the error names file, line, form,
	 * offset, reason and section.  Reading goes on.
	 */
	void	(*refused)(const struct btns_err *, void *arg);
	/*
	 * Ask for a passphrase, into buf, without NUL; its length, or -1
	 * for none.  NULL: encrypted keys are refused.
	 */
	int	(*passphrase)(char *buf, int size, const char *file,
		    void *arg);
	void	*arg;
};

/*
 * Read all of fd, which stays the caller's.  0 at the end of the input,
 * refused objects or not; -1 with BTNS_E_SYS, BTNS_E_NOMEM, or
 * BTNS_E_FORMAT where not one object, good or refused, was found; what a
 * callback returned otherwise.  file is for messages.
 */
int	 btns_keys_read(int fd, const char *file, const struct btns_keyread *,
	    struct btns_err *);

/* The same for n bytes in memory. */
int	 btns_keys_parse(const void *, size_t n, const char *file,
	    const struct btns_keyread *, struct btns_err *);

/*
 * A file that must hold one key and nothing refused beside it, as iked
 * wants its files.  BTNS_E_FORMAT for none, several or a refused one;
 * BTNS_E_REFUSED for a line marked @revoked or @cert-authority.  cb's
 * calls may be NULL; refused is not used.
 */
int	 btns_key_read_one(struct btns_key *, int fd, const char *file,
	    const struct btns_keyread *cb, struct btns_err *);
int	 btns_key_parse_one(struct btns_key *, const void *, size_t,
	    const char *file, struct btns_err *);

#endif
