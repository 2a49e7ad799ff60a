/* Files come into staging, and from there to their places. */
#include "../config.h"

#include <sys/stat.h>
#ifdef HAVE_FLISTXATTR
#include <sys/xattr.h>
#endif

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "file.h"
#include "tree_priv.h"

/* Call fn for each name in a directory; 0, what it gave, or -1. */
static int
each(int dir, int (*fn)(int dir, const char *name))
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rv = 0;
	const struct dirent *d;
	DIR *dp;

	if (fd == -1 || (dp = fdopendir(fd)) == NULL) {
		if (fd != -1)
			(void)close(fd);
		return -1;
	}
	while (rv == 0 && (d = readdir(dp)) != NULL)
		if (strcmp(d->d_name, ".") != 0 &&
		    strcmp(d->d_name, "..") != 0)
			rv = fn(dir, d->d_name);
	(void)closedir(dp);
	return rv;
}

static int
sweep_file(int dir, const char *name)
{
	(void)unlinkat(dir, name, 0);
	return 0;
}

static int
sweep_one(int dir, const char *name)
{
	int fd;

	if (strcmp(name, OWNER) == 0 || unlinkat(dir, name, 0) == 0 ||
	    (fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC)) == -1)
		return 0;
	(void)each(fd, sweep_file);
	(void)close(fd);
	(void)unlinkat(dir, name, AT_REMOVEDIR);
	return 0;
}

int
tree_sweep(struct btns_tree *t, struct btns_err *e)
{
	return each(t->stage, sweep_one) == -1 ?
	    btns_fail_sys(e, "%s/" STAGE, t->path) : 0;
}

static int
not_empty(int dir, const char *name)
{
	(void)dir;
	(void)name;
	return 1;
}

/* What is beside the mode: lists of rights, labels. */
static bool
same_labels(int a, int b)
{
#ifdef HAVE_FLISTXATTR
	return flistxattr(a, NULL, 0) == flistxattr(b, NULL, 0);
#else
	(void)a;
	(void)b;
	return true;
#endif
}

/* Is nothing lost with a directory if one that we made comes over it? */
static bool
plain(int dir, int made)
{
	struct stat a, b;

	return each(dir, not_empty) == 0 && fstat(dir, &a) == 0 &&
	    fstat(made, &b) == 0 && a.st_mode == b.st_mode &&
	    a.st_uid == b.st_uid && a.st_gid == b.st_gid &&
	    same_labels(dir, made);
}

/*
 * All the files of a type go to their places with one rename where it has
 * none yet: half the work of a first export were theirs.
 */
static void
choose_way(struct btns_tree *t, int type)
{
	const char *name = btns_idtype_name(type);
	const mode_t mask = umask(0);
	int made = mkdirat(t->stage, name, 0755);

	(void)umask(mask);
	t->way[type] = WAY_SINGLY;
	if (made == -1)
		return;
	t->whole[type] = openat(t->stage, name, O_RDONLY | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC);
	if (t->whole[type] != -1 && plain(t->type[type], t->whole[type])) {
		t->way[type] = WAY_WHOLE;
		return;
	}
	(void)unlinkat(t->stage, name, AT_REMOVEDIR);
}

static int
nowhere(const struct btns_tree *t, const char *path, struct btns_err *e)
{
	return btns_fail(e, BTNS_E_FORMAT, "%s/%s: no pin's file lies there",
	    t->path, path);
}

/* The name of a file in staging: its own, or a number. */
static const char *
staged(const struct btns_tree *t, int type, unsigned n, const char *path,
    char number[16])
{
	if (t->way[type] > WAY_SINGLY)
		return strchr(path, '/') + 1;
	(void)snprintf(number, 16, "%u", n);
	return number;
}

int
btns_tree_stage(struct btns_tree *t, unsigned n, const char *path,
    const void *p, size_t len, struct btns_err *e)
{
	int type = tree_type_of(path), dir = t->stage;
	const char *name;
	char as[16];

	if (type == -1)
		return nowhere(t, path, e);
	if (t->way[type] == WAY_OPEN && t->type[type] != -1)
		choose_way(t, type);
	name = staged(t, type, n, path, as);
	if (t->way[type] == WAY_WHOLE)
		dir = t->whole[type];
	return btns_file_temp_unsynced(dir, name, 0644, p, len, &t->right,
	    e) == -1 ? btns_fail_at(e, "%s/" STAGE, t->path) : 0;
}

#ifdef HAVE_SYNCFS
int
btns_tree_sync_stage(struct btns_tree *t, struct btns_err *e)
{
	if (syncfs(t->stage) == -1)
		return btns_fail_sys(e, "%s/" STAGE, t->path);
	return 0;
}
#else
int
btns_tree_sync_stage(struct btns_tree *t, struct btns_err *e)
{
	sync();
	return btns_dir_sync(t->stage, t->path, e);
}
#endif

/* Move a file to a name that must be free. */
static int
move_new(int from, const char *name, int dir, const char *to)
{
	struct stat st;

#ifdef RENAME_NOREPLACE
	if (renameat2(from, name, dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
#endif
	if (fstatat(dir, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
		errno = EEXIST;
	return errno == ENOENT ? renameat(from, name, dir, to) : -1;
}

/* The rename itself sees to it that what it goes over is empty. */
static void
place_whole(struct btns_tree *t, int type)
{
	const char *name = btns_idtype_name(type);

	t->way[type] = WAY_NOT_WHOLE;
	if (renameat(t->stage, name, t->dir, name) == -1)
		return;
	t->way[type] = WAY_DONE;
	(void)close(t->type[type]);
	t->type[type] = t->whole[type];
	t->whole[type] = -1;
}

int
btns_tree_place(struct btns_tree *t, unsigned n, const char *path, bool over,
    struct btns_err *e)
{
	int type = tree_type_of(path), from = t->stage;
	const char *name, *to;
	char as[16];

	if (type == -1)
		return nowhere(t, path, e);
	if (t->type[type] == -1 && tree_bad(t, path, e) == -1)
		return -1;
	if (t->way[type] == WAY_WHOLE)
		place_whole(t, type);
	if (t->way[type] == WAY_DONE)
		return 0;
	name = staged(t, type, n, path, as);
	to = strchr(path, '/') + 1;
	if (t->way[type] == WAY_NOT_WHOLE)
		from = t->whole[type];
	if ((over ? renameat(from, name, t->type[type], to) :
	    move_new(from, name, t->type[type], to)) == -1)
		return btns_fail_sys(e, "%s/%s", t->path, path);
	return 0;
}

int
btns_tree_sync(struct btns_tree *t, struct btns_err *e)
{
	bool whole = false;
	int i;

	for (i = 0; i < BTNS_ID__COUNT; i++) {
		whole = whole || t->way[i] == WAY_DONE;
		if (t->type[i] != -1 &&
		    btns_dir_sync(t->type[i], t->path, e) == -1)
			return -1;
	}
	return whole ? btns_dir_sync(t->dir, t->path, e) : 0;
}
