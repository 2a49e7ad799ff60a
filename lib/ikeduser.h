/* The user that iked reads keys as, and what it can get at. */
#ifndef BTNS_IKEDUSER_H
#define BTNS_IKEDUSER_H

#include <sys/stat.h>
#include <stdbool.h>

struct btns_err;

struct btns_ikeduser {
	bool		 there;		/* _iked is known on this host: */
	uid_t		 uid;
	gid_t		 gid;
};

/* BTNS_E_NOMEM. */
int	 btns_ikeduser(struct btns_ikeduser *, struct btns_err *);

/* Can it do this (4 read, 1 pass)?  Without such a user: can others? */
bool	 btns_ikeduser_can(const struct btns_ikeduser *, const struct stat *,
	    unsigned bit);

#endif
