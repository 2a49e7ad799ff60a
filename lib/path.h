/*
 * Paths that nobody else can turn: every component is opened by
 * descriptor, is no symbolic link, belongs to root or to the caller, and is
 * not writable by group or others.  A directory of root's that is sticky,
 * such as /tmp, may be writable, but not as the last one.
 */
#ifndef BTNS_PATH_H
#define BTNS_PATH_H

#include <sys/types.h>

struct btns_err;

/*
 * Open a directory.  BTNS_E_NOTFOUND where it isn't there, BTNS_E_UNSAFE
 * with the component and the reason, BTNS_E_SYS.  *fd is the caller's to
 * close, -1 on failure.
 */
int	 btns_path_dir(int *fd, const char *path, struct btns_err *);

/* The same for the directory that path lies in; *base is inside path. */
int	 btns_path_parent(int *fd, const char **base, const char *path,
	    struct btns_err *);

/* A directory below an open one, checked alike.  path is for messages. */
int	 btns_path_below(int *fd, int dir, const char *name, const char *path,
	    struct btns_err *);

#endif
