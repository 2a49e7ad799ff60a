#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "path.h"

#define DIRFLAGS	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
/* To pass through a directory takes no right to list it. */
#ifdef O_PATH
# define PASSFLAGS	(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#else
# define PASSFLAGS	DIRFLAGS
#endif

static int
check(int fd, const char *path, bool last, struct btns_err *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return btns_fail_sys(e, "%s", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return btns_fail(e, BTNS_E_UNSAFE, "%s: belongs to user %ld,"
		    " who could change it", path, (long)st.st_uid);
	if ((st.st_mode & 022) == 0)
		return 0;
	if (!last && st.st_uid == 0 && (st.st_mode & S_ISVTX))
		return 0;
	return btns_fail(e, BTNS_E_UNSAFE, "%s: writable by %s (mode %04o)",
	    path, st.st_mode & 02 ? "others" : "its group",
	    (unsigned)st.st_mode & 07777);
}

/* Why did openat() not give a directory? */
static int
no_dir(int dir, const char *name, const char *path, struct btns_err *e)
{
	struct stat st;
	int eno = errno;

	if (eno == ENOENT)
		return btns_fail(e, BTNS_E_NOTFOUND, "%s: no such directory",
		    path);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISLNK(st.st_mode))
		return btns_fail(e, BTNS_E_UNSAFE, "%s: a symbolic link; name"
		    " the directory itself", path);
	errno = eno;
	return btns_fail_sys(e, "%s", path);
}

static int
step(int *fd, const char *name, const char *path, bool last,
    struct btns_err *e)
{
	int next = openat(*fd, name, last ? DIRFLAGS : PASSFLAGS);

	if (next == -1)
		return no_dir(*fd, name, path, e);
	(void)close(*fd);
	*fd = next;
	return check(next, path, last, e);
}

/* Walk an absolute path in place; s is cut and mended as we go. */
static int
walk(int *fd, char *s, struct btns_err *e)
{
	char *p = s + 1, *slash;
	bool last;

	if ((*fd = open("/", DIRFLAGS)) == -1)
		return btns_fail_sys(e, "/");
	last = p[strspn(p, "/")] == '\0';
	if (check(*fd, "/", last, e) == -1)
		return -1;
	for (; *(p += strspn(p, "/")) != '\0'; p = slash) {
		slash = p + strcspn(p, "/");
		last = slash[strspn(slash, "/")] == '\0';
		if (*slash == '\0') {
			if (step(fd, p, s, last, e) == -1)
				return -1;
			continue;
		}
		*slash = '\0';
		if (step(fd, p, s, last, e) == -1)
			return -1;
		*slash = '/';
	}
	return 0;
}

int
btns_path_dir(int *fd, const char *path, struct btns_err *e)
{
	char full[2 * PATH_MAX], cwd[PATH_MAX] = "";
	int n;

	*fd = -1;
	if (*path != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
		return btns_fail_sys(e, ".");
	n = snprintf(full, sizeof(full), "%s%s%s", cwd,
	    *path == '/' ? "" : "/", path);
	if (n < 0 || (size_t)n >= sizeof(full))
		return btns_fail(e, BTNS_E_USAGE, "%.60s...: too long", path);
	if (walk(fd, full, e) == 0)
		return 0;
	if (*fd != -1)
		(void)close(*fd);
	*fd = -1;
	return -1;
}

int
btns_path_parent(int *fd, const char **base, const char *path,
    struct btns_err *e)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');

	*fd = -1;
	*base = slash == NULL ? path : slash + 1;
	if (**base == '\0' || strcmp(*base, ".") == 0 ||
	    strcmp(*base, "..") == 0)
		return btns_fail(e, BTNS_E_USAGE, "%s: not a file's name",
		    path);
	if (slash == NULL)
		return btns_path_dir(fd, ".", e);
	if ((size_t)(slash - path) + 2 > sizeof(dir))
		return btns_fail(e, BTNS_E_USAGE, "%.60s...: too long", path);
	memcpy(dir, path, (size_t)(slash - path) + 1);
	dir[slash - path + 1] = '\0';
	return btns_path_dir(fd, dir, e);
}

int
btns_path_below(int *fd, int dir, const char *name, const char *path,
    struct btns_err *e)
{
	if ((*fd = openat(dir, name, DIRFLAGS)) == -1)
		return no_dir(dir, name, path, e);
	if (check(*fd, path, true, e) == 0)
		return 0;
	(void)close(*fd);
	*fd = -1;
	return -1;
}
