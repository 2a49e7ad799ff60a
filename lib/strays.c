#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "ident.h"
#include "strays.h"
#include "tree.h"

#define DEPTH	16

/* Can _iked, which is neither root nor in root's group, go on from here? */
static bool
passable(const struct stat *st)
{
	return st->st_uid != 0 || (st->st_mode & 011) != 0;
}

/* Where a walk for strays is: a directory, and its path from pubkeys/. */
struct place {
	const char	*root;		/* path of pubkeys/, for messages */
	int		 depth;
	bool		 types;		/* its files are the export's */
	bool		 own;		/* local.pub is this host's */
	int		(*fn)(const char *, void *);
	void		*arg;
	struct btns_err	*e;
};

static int strays(const struct place *, int, const char *);

static bool
is_type(const char *name)
{
	int i;

	for (i = 0; i < BTNS_ID__COUNT; i++)
		if (strcmp(btns_idtype_name(i), name) == 0)
			return true;
	return false;
}

static int
stray_dir(const struct place *w, int dir, const char *name, const char *path)
{
	struct place in = *w;
	struct stat st;
	int fd, rv = 0;

	if ((fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC)) == -1)
		return errno == ENOENT || errno == ENOTDIR ||
		    errno == EACCES ? 0 :
		    btns_fail_sys(w->e, "%s/%s", w->root, path);
	in.depth++;
	in.types = strcmp(path, name) == 0 && is_type(name);
	if (fstat(fd, &st) == 0 && passable(&st) && in.depth < DEPTH)
		rv = strays(&in, fd, path);
	(void)close(fd);
	return rv;
}

/* An absolute link leads nowhere for iked, which runs in a chroot. */
static bool
absolute(int dir, const char *name)
{
	char c;

	return readlinkat(dir, name, &c, 1) == 1 && c == '/';
}

/* Where the file system tells: nothing that has to be looked at. */
static bool
plain(const struct dirent *d)
{
#ifdef DT_DIR
	return d->d_type == DT_REG || d->d_type == DT_LNK;
#else
	return false;
#endif
}

static int
stray(const struct place *w, int dir, const char *name, const char *path)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return 0;		/* it went this moment */
	if (S_ISDIR(st.st_mode))
		return strcmp(path, "../pubkeys") == 0 ? 0 :
		    stray_dir(w, dir, name, path);
	if (w->types || (w->own && strcmp(path, "../local.pub") == 0))
		return 0;
	if (S_ISLNK(st.st_mode) ? absolute(dir, name) :
	    !S_ISREG(st.st_mode) || btns_tree_shut(&st))
		return 0;
	return w->fn(path, w->arg);
}

/* prefix: "" for pubkeys/, ".." for iked's directory, "../ca", "fqdn". */
static int
strays(const struct place *w, int dir, const char *prefix)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rv = 0;
	char path[PATH_MAX];
	const struct dirent *d;
	DIR *dp;

	if (fd == -1 || (dp = fdopendir(fd)) == NULL) {
		if (fd != -1)
			(void)close(fd);
		return btns_fail_sys(w->e, "%s/%s", w->root, prefix);
	}
	while (rv == 0 && (errno = 0, d = readdir(dp)) != NULL)
		if (!(w->types && plain(d)) &&
		    strcmp(d->d_name, ".") != 0 &&
		    strcmp(d->d_name, "..") != 0 &&
		    (size_t)snprintf(path, sizeof(path), "%s%s%s", prefix,
		    *prefix == '\0' ? "" : "/", d->d_name) < sizeof(path))
			rv = stray(w, dir, d->d_name, path);
	if (rv == 0 && errno != 0)
		rv = btns_fail_sys(w->e, "%s/%s", w->root, prefix);
	(void)closedir(dp);
	return rv;
}

int
strays_each(int iked, int pubkeys, const char *root, bool own,
    int (*fn)(const char *, void *), void *arg, struct btns_err *e)
{
	struct place w = { root, 0, false, own, fn, arg, e };

	return strays(&w, iked, "..") == -1 ? -1 : strays(&w, pubkeys, "");
}
