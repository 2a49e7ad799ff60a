/* A process that reads what strangers send, and can do nothing else. */
#ifndef BTNS_CONFINE_H
#define BTNS_CONFINE_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

struct btns_err;

struct btns_confine_user {
	bool	 have;		/* false: not root, nobody to become */
	uid_t	 uid;
	gid_t	 gid;
};

/*
 * Who a process of root's becomes; for another user nobody.  BTNS_E_USAGE:
 * no such user, or root.
 */
int	 btns_confine_user(struct btns_confine_user *, const char *name,
	    struct btns_err *);

/* Every descriptor but these is closed, and 0 to 2 are nothing. */
int	 btns_close_others(const int *keep, size_t n, struct btns_err *);

/*
 * From here on: that user, an empty root, no new privileges, no file, no
 * program, no socket but these open ones, and no terminal.
 * Whatever breaks it ends the process.  BTNS_E_SYS where this system can't.
 */
int	 btns_confine(const struct btns_confine_user *, const int *keep,
	    size_t n, struct btns_err *);

#endif
