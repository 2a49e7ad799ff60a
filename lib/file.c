#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "file.h"

static int
write_all(int fd, const uint8_t *p, size_t len)
{
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n)
		if ((n = write(fd, p, len)) == -1) {
			if (errno != EINTR)
				return -1;
			n = 0;
		}
	return 0;
}

static int
temp(int dir, const char *name, mode_t mode, const void *p, size_t len,
    bool sync, bool *right, struct btns_err *e)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	struct stat st;
	int fd, rv = 0;

	/* An old one is rare: the unlink is for where there is one. */
	if ((fd = openat(dir, name, flags, mode)) == -1 && errno == EEXIST &&
	    unlinkat(dir, name, 0) == 0)
		fd = openat(dir, name, flags, mode);
	if (fd == -1)
		return btns_fail_sys(e, "%s", name);
	/* The umask, or the directory's list of rights, may have taken some. */
	if (write_all(fd, p, len) == -1 || (!*right && (fstat(fd, &st) == -1 ||
	    (!(*right = (st.st_mode & 07777) == mode) &&
	    fchmod(fd, mode) == -1))) || (sync && fsync(fd) == -1))
		rv = btns_fail_sys(e, "%s", name);
	if (close(fd) == -1 && rv == 0)
		rv = btns_fail_sys(e, "%s", name);
	if (rv == -1)
		(void)unlinkat(dir, name, 0);
	return rv;
}

int
btns_file_temp(int dir, const char *name, mode_t mode, const void *p,
    size_t len, struct btns_err *e)
{
	bool right = false;

	return temp(dir, name, mode, p, len, true, &right, e);
}

int
btns_file_temp_unsynced(int dir, const char *name, mode_t mode,
    const void *p, size_t len, bool *right, struct btns_err *e)
{
	return temp(dir, name, mode, p, len, false, right, e);
}

int
btns_file_read(int dir, const char *name, void *buf, size_t size, size_t *n,
    struct btns_err *e)
{
	uint8_t *p = buf, extra;
	struct stat st;
	ssize_t r = 1;
	int fd, rv = 0;

	/* O_NONBLOCK: a FIFO of somebody's must not hold us up. */
	if ((fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC)) == -1) {
		if (errno == ENOENT)
			return btns_fail(e, BTNS_E_NOTFOUND, "%s: no such"
			    " file", name);
		if (errno == ELOOP)
			return btns_fail(e, BTNS_E_FORMAT,
			    "%s: a symbolic link", name);
		return btns_fail_sys(e, "%s", name);
	}
	if (fstat(fd, &st) == -1)
		rv = btns_fail_sys(e, "%s", name);
	else if (!S_ISREG(st.st_mode))
		rv = btns_fail(e, BTNS_E_FORMAT, "%s: not a regular file",
		    name);
	/* All that it had when it was opened is all: no read for the end. */
	for (*n = 0; rv == 0 && *n < size && r != 0 &&
	    (*n == 0 || *n != (size_t)st.st_size); ) {
		if ((r = read(fd, p + *n, size - *n)) > 0)
			*n += (size_t)r;
		else if (r == -1 && errno != EINTR)
			rv = btns_fail_sys(e, "%s", name);
	}
	if (rv == 0 && *n == size && read(fd, &extra, 1) == 1)
		rv = btns_fail(e, BTNS_E_FORMAT, "%s: over %zu bytes", name,
		    size);
	(void)close(fd);
	return rv;
}

#define STEP	10		/* ms */

int
btns_file_lock(int fd, unsigned ms)
{
	const struct timespec step = { 0, STEP * 1000000 };

	while (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -1;
		if (ms < STEP)
			return 0;
		ms -= STEP;
		(void)nanosleep(&step, NULL);
	}
	return 1;
}

int
btns_dir_sync(int dir, const char *path, struct btns_err *e)
{
	/* Some file systems have no sync of directories. */
	if (fsync(dir) == -1 && errno != EINVAL && errno != EROFS)
		return btns_fail_sys(e, "%s", path);
	return 0;
}
