/* Files that are whole or absent, whenever the power goes. */
#ifndef BTNS_FILE_H
#define BTNS_FILE_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

struct btns_err;

/*
 * Write a new file below an open directory and sync it, so that a rename
 * or link may follow.  An old one of that name is removed first: it must be
 * a name that only this program uses.  The mode is set whatever the umask.
 * On failure nothing is left.  BTNS_E_SYS.
 */
int	 btns_file_temp(int dir, const char *name, mode_t, const void *,
	    size_t, struct btns_err *);

/*
 * As btns_file_temp() without the sync, for many files and one syncfs.
 * *right, false at first, remembers that files come out with their mode here,
 * and need no look, as long as neither directory, mode nor umask change.
 */
int	 btns_file_temp_unsynced(int dir, const char *name, mode_t,
	    const void *, size_t, bool *right, struct btns_err *);

/*
 * Read a regular file below an open directory, no symbolic link: up to
 * size octets.  *n is its length.  BTNS_E_NOTFOUND, BTNS_E_FORMAT where it
 * is longer or no regular file, BTNS_E_SYS.
 */
int	 btns_file_read(int dir, const char *name, void *, size_t size,
	    size_t *n, struct btns_err *);

/*
 * Lock an open file or directory, flock(2), for this process alone: 1, 0
 * where another has it for all of ms milliseconds, or -1 with errno.
 */
int	 btns_file_lock(int fd, unsigned ms);

int	 btns_dir_sync(int dir, const char *path, struct btns_err *);

#endif
