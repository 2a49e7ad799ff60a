#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "file.h"
#include "ident.h"
#include "own.h"
#include "path.h"
#include "strays.h"
#include "tree_priv.h"

#define ASIDE_MAX (64 * 1024 * 1024)

/* Make a directory with this mode, whatever the umask, unless it is there. */
static int
make_dir(int dir, const char *name, mode_t mode, const char *path,
    struct btns_err *e)
{
	mode_t mask = umask(0);	/* at once: a killed run leaves no other */
	int rv = mkdirat(dir, name, mode);

	(void)umask(mask);
	return rv == 0 || errno == EEXIST ? 0 :
	    btns_fail_sys(e, "%s", path);
}

static int
subdir(int *fd, struct btns_tree *t, int dir, const char *name, mode_t mode,
    bool make, struct btns_err *e)
{
	char path[PATH_MAX + 64];

	*fd = -1;
	(void)snprintf(path, sizeof(path), "%s/%s", t->path, name);
	if (make && make_dir(dir, name, mode, path, e) == -1)
		return -1;
	if (btns_path_below(fd, dir, name, path, e) == 0)
		return 0;
	return !make && e->code == BTNS_E_NOTFOUND ? 0 : -1;
}

int
btns_tree_fp(struct btns_tree *t, struct btns_err *e)
{
	int *fd = &t->type[BTNS_ID_FP];

	return *fd != -1 || t->mode == TREE_LOOK ? 0 :
	    subdir(fd, t, t->dir, btns_idtype_name(BTNS_ID_FP), 0755, true,
	    e);
}

/* Whose tree is it?  0: ours, 1: it is to be claimed, or -1. */
static int
own(struct btns_tree *t, int stage, const char *id, struct btns_err *e)
{
	char buf[64];
	size_t n;

	if (btns_file_read(stage, OWNER, buf, sizeof(buf), &n, e) == -1) {
		if (e->code != BTNS_E_NOTFOUND)
			return btns_fail_at(e, "%s/" STAGE, t->path);
		n = 0;
	} else if (n == strlen(id) && memcmp(buf, id, n) == 0)
		return 0;
	if (n > 0 && t->mode != TREE_TAKE)
		return btns_fail(e, BTNS_E_REFUSED, "%s: belongs to another"
		    " store (id %.*s)", t->path, n < 8 ? (int)n : 8, buf);
	return t->mode == TREE_LOOK ? 0 : 1;
}

/* Once all of it is there: what fails before leaves nobody's tree. */
static int
claim(struct btns_tree *t, const char *id, struct btns_err *e)
{
	int stage = t->stage;

	if (btns_file_temp(stage, OWNER ".new", 0600, id, strlen(id),
	    e) == -1)
		return btns_fail_at(e, "%s/" STAGE, t->path);
	if (renameat(stage, OWNER ".new", stage, OWNER) == -1)
		return btns_fail_sys(e, "%s/" STAGE, t->path);
	return btns_dir_sync(stage, t->path, e);
}

/*
 * The store's lock doesn't lock out a copy of the store, nor another one.
 * Nobody but root gets into this directory.
 */
static int
lock_stage(struct btns_tree *t, int stage, struct btns_err *e)
{
	int rv;

	if (fchmod(stage, 0700) == -1 ||
	    (rv = btns_file_lock(stage, 30000)) == -1)
		return btns_fail_sys(e, "%s/" STAGE, t->path);
	return rv == 1 ? 0 : btns_fail(e, BTNS_E_STORE, "%s: another program"
	    " has been writing it for 30 s", t->path);
}

/* A directory that can't be used stops what concerns it, and no more. */
static int
open_type(struct btns_tree *t, int i, struct btns_err *e)
{
	if (subdir(&t->type[i], t, t->dir, btns_idtype_name(i), 0755,
	    t->mode != TREE_LOOK && i != BTNS_ID_FP, e) == 0)
		return 0;
	if ((t->bad[i] = malloc(sizeof(*e))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	*t->bad[i] = *e;
	return 0;
}

/* To look at anybody's tree takes no right to look into its staging. */
static bool
blind(const struct btns_tree *t, const char *id, const struct btns_err *e)
{
	return t->mode == TREE_LOOK && id == NULL &&
	    e->code == BTNS_E_SYS && e->sys_errno == EACCES;
}

static int
open_all(struct btns_tree *t, const char *id, struct btns_err *e)
{
	int i, mine = 0, stage, rv;

	(void)snprintf(t->path + strlen(t->path),
	    sizeof(t->path) - strlen(t->path), "/pubkeys");
	if (t->mode != TREE_LOOK &&
	    make_dir(t->iked, "pubkeys", 0755, t->path, e) == -1)
		return -1;
	if (btns_path_below(&t->dir, t->iked, "pubkeys", t->path, e) == -1)
		return t->mode == TREE_LOOK && e->code == BTNS_E_NOTFOUND ?
		    0 : -1;
	/* First whose it is: nothing is made in another store's tree. */
	if (subdir(&stage, t, t->dir, STAGE, 0700, t->mode != TREE_LOOK,
	    e) == -1 && !blind(t, id, e))
		return -1;
	rv = t->mode == TREE_LOOK ? 0 : lock_stage(t, stage, e);
	if (rv == 0 && stage != -1 && id != NULL)
		rv = mine = own(t, stage, id, e);
	if (rv == 1)
		rv = 0;
	if (rv == 0 && t->mode != TREE_LOOK)
		t->stage = stage;
	else if (stage != -1)
		(void)close(stage);
	for (i = 0; i < BTNS_ID__COUNT && rv == 0; i++)
		rv = open_type(t, i, e);
	if (rv == 0 && mine == 1)
		rv = claim(t, id, e);
	return rv == 0 && t->stage != -1 ? tree_sweep(t, e) : rv;
}

int
btns_tree_open(struct btns_tree **out, const char *iked, const char *id,
    enum btns_tree_mode mode, struct btns_err *e)
{
	struct btns_tree *t;
	int i, dir;

	*out = NULL;
	if (btns_path_dir(&dir, iked, e) == -1) {
		if (e->code == BTNS_E_NOTFOUND) {
			e->code = BTNS_E_SYS;	/* no answer, not a no */
			e->sys_errno = ENOENT;
		}
		return -1;
	}
	if ((t = calloc(1, sizeof(*t))) == NULL) {
		(void)close(dir);
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	}
	(void)snprintf(t->path, sizeof(t->path) - 16, "%s", iked);
	t->mode = mode;
	t->iked = dir;
	t->dir = t->stage = t->other = -1;
	for (i = 0; i < BTNS_ID__COUNT; i++)
		t->type[i] = t->whole[i] = -1;
	if (open_all(t, id, e) == -1) {
		btns_tree_close(t);
		return -1;
	}
	*out = t;
	return 0;
}

void
btns_tree_close(struct btns_tree *t)
{
	struct btns_err ignored;
	int i;

	if (t == NULL)
		return;
	if (t->stage != -1) {
		(void)tree_sweep(t, &ignored);
		(void)close(t->stage);
	}
	for (i = 0; i < BTNS_ID__COUNT; i++) {
		if (t->type[i] != -1)
			(void)close(t->type[i]);
		if (t->whole[i] != -1)
			(void)close(t->whole[i]);
		free(t->bad[i]);
	}
	if (t->dir != -1)
		(void)close(t->dir);
	if (t->other != -1)
		(void)close(t->other);
	(void)close(t->iked);
	free(t);
}

/* The directory of a stray, component by component: no symbolic links. */
static int
walk(struct btns_tree *t, const char *path, const char **name)
{
	const char *p = path, *slash;
	char part[NAME_MAX + 1];
	int fd, next;

	if (strncmp(p, "../", 3) == 0)
		p += 3;
	if ((fd = openat(p == path ? t->dir : t->iked, ".", O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC)) == -1)
		return -1;
	for (; (slash = strchr(p, '/')) != NULL; p = slash + 1) {
		if (slash == p || (size_t)(slash - p) >= sizeof(part))
			break;
		(void)snprintf(part, sizeof(part), "%.*s", (int)(slash - p),
		    p);
		next = strcmp(part, "..") == 0 || strcmp(part, ".") == 0 ?
		    -1 : openat(fd, part, O_RDONLY | O_DIRECTORY |
		    O_NOFOLLOW | O_CLOEXEC);
		(void)close(fd);
		if ((fd = next) == -1)
			return -1;
	}
	if (slash != NULL || *p == '\0' || strcmp(p, ".") == 0 ||
	    strcmp(p, "..") == 0) {
		(void)close(fd);
		return -1;
	}
	*name = p;
	return fd;
}

int
tree_type_of(const char *path)
{
	const char *slash = strchr(path, '/');
	int i;

	if (slash == NULL || slash[1] == '\0' ||
	    strchr(slash + 1, '/') != NULL || strcmp(slash, "/.") == 0 ||
	    strcmp(slash, "/..") == 0)
		return -1;
	for (i = 0; i < BTNS_ID__COUNT; i++)
		if (strlen(btns_idtype_name(i)) == (size_t)(slash - path) &&
		    strncmp(btns_idtype_name(i), path,
		    (size_t)(slash - path)) == 0)
			return i;
	return -1;
}

bool
btns_tree_place_is(const char *path)
{
	return tree_type_of(path) != -1;
}

/*
 * "fqdn/gw" to the directory's descriptor and the name in it.  -1 for a
 * directory that isn't there, and for any other path.
 */
static int
split(const struct btns_tree *t, const char *path, const char **name)
{
	int i = tree_type_of(path);

	*name = i == -1 ? "" : strchr(path, '/') + 1;
	return i == -1 ? -1 : t->type[i];
}

/* To look only: a stray's too, good until the next one. */
static int
reach(struct btns_tree *t, const char *path, const char **name)
{
	if (btns_tree_place_is(path))
		return split(t, path, name);
	*name = "";
	if (t->other != -1)
		(void)close(t->other);
	return t->other = t->dir == -1 ? -1 : walk(t, path, name);
}

int
tree_bad(const struct btns_tree *t, const char *path, struct btns_err *e)
{
	size_t n;
	int i;

	for (i = 0; i < BTNS_ID__COUNT; i++) {
		n = strlen(btns_idtype_name(i));
		if (t->bad[i] != NULL && strncmp(path, btns_idtype_name(i),
		    n) == 0 && path[n] == '/') {
			*e = *t->bad[i];
			return -1;
		}
	}
	return 0;
}

int
btns_tree_look(struct btns_tree *t, const char *path, struct stat *st,
    uint8_t *buf, size_t *n, struct btns_err *e)
{
	const char *name;
	int dir = reach(t, path, &name);

	if (dir == -1)
		return tree_bad(t, path, e);
	if (fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 :
		    btns_fail_sys(e, "%s/%s", t->path, path);
	if (buf == NULL || !S_ISREG(st->st_mode))
		return 1;
	if (btns_file_read(dir, name, buf, BTNS_TREE_FILE, n, e) == 0)
		return 1;
	if (e->code == BTNS_E_NOTFOUND)
		return 0;		/* it went this moment */
	*n = BTNS_TREE_FILE + 1;
	return e->code == BTNS_E_FORMAT ? 1 : btns_fail_at(e, "%s", t->path);
}

static int
each_of(struct btns_tree *t, int type, int (*fn)(const char *, void *),
    void *arg, struct btns_err *e)
{
	char path[BTNS_TREE_PATH];
	const struct dirent *d;
	int fd, rv = 0;
	DIR *dp;

	if ((fd = openat(t->type[type], ".", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC)) == -1 || (dp = fdopendir(fd)) == NULL) {
		if (fd != -1)
			(void)close(fd);
		return btns_fail_sys(e, "%s/%s", t->path,
		    btns_idtype_name(type));
	}
	while (rv == 0 && (errno = 0, d = readdir(dp)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 ||
		    strcmp(d->d_name, "..") == 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s",
		    btns_idtype_name(type), d->d_name);
		rv = fn(path, arg);
	}
	if (rv == 0 && errno != 0)
		rv = btns_fail_sys(e, "%s/%s", t->path,
		    btns_idtype_name(type));
	(void)closedir(dp);
	return rv;
}

int
btns_tree_each(struct btns_tree *t, int (*fn)(const char *, void *),
    void *arg, struct btns_err *e)
{
	int i, rv = 0;

	for (i = 0; i < BTNS_ID__COUNT && rv == 0; i++)
		if (t->type[i] != -1)
			rv = each_of(t, i, fn, arg, e);
	for (i = 0; i < BTNS_ID__COUNT && rv == 0; i++)
		if (t->bad[i] != NULL) {
			*e = *t->bad[i];
			rv = -1;
		}
	return rv;
}

bool
btns_tree_shut(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == 0 &&
	    (st->st_mode & 044) == 0;
}

int
btns_tree_strays(struct btns_tree *t, int (*fn)(const char *path, void *),
    void *arg, struct btns_err *e)
{
	char iked[sizeof(t->path)];

	if (t->dir == -1)
		return 0;
	(void)snprintf(iked, sizeof(iked), "%s", t->path);
	*strrchr(iked, '/') = '\0';
	return strays_each(t->iked, t->dir, t->path, btns_own_public(iked),
	    fn, arg, e);
}

int
btns_tree_remove(struct btns_tree *t, const char *path, struct btns_err *e)
{
	const char *name;
	int dir = split(t, path, &name);

	if (dir == -1)
		return tree_bad(t, path, e);
	if (unlinkat(dir, name, 0) == -1 && errno != ENOENT)
		return btns_fail_sys(e, "%s/%s", t->path, path);
	return 0;
}

/* As iked opens it, whose root is its own directory. */
static int
open_as_iked(struct btns_tree *t, const char *path)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char target[PATH_MAX];
	const char *name;
	ssize_t n;
	int dir = reach(t, path, &name);

	if (dir == -1)
		return -1;
	n = readlinkat(dir, name, target, sizeof(target) - 1);
	if (n <= 0 || target[0] != '/')
		return openat(dir, name, flags);
	target[n] = '\0';
	return openat(t->iked, target + strspn(target, "/"), flags);
}

int
btns_tree_follow(struct btns_tree *t, const char *path, uint8_t *buf,
    size_t size, size_t *n)
{
	struct stat st;
	ssize_t got = 1;
	int fd = open_as_iked(t, path);

	*n = 0;
	if (fd == -1)
		return 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		while (*n < size && (got = read(fd, buf + *n,
		    size - *n)) > 0)
			*n += (size_t)got;
	(void)close(fd);
	return *n > 0;
}

int
btns_tree_aside(struct btns_tree *t, const char *path, int to,
    const char *as, struct btns_err *e)
{
	struct stat st;
	uint8_t *buf;
	const char *name;
	size_t n = 0;
	int dir, fd = open_as_iked(t, path), rv;

	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		st.st_size = 0;
	if (fd != -1)
		(void)close(fd);
	if (st.st_size > ASIDE_MAX)
		return btns_fail(e, BTNS_E_FORMAT, "over %d MiB: a REVOKED"
		    " key is in it; move it away", ASIDE_MAX >> 20);
	if ((buf = malloc((size_t)st.st_size + 1)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	(void)btns_tree_follow(t, path, buf, (size_t)st.st_size, &n);
	rv = btns_file_temp(to, as, 0600, buf, n, e);
	free(buf);
	if (rv == 0 && ((dir = reach(t, path, &name)) == -1 ||
	    unlinkat(dir, name, 0) == -1))
		rv = btns_fail_sys(e, "%s/%s", t->path, path);
	return rv;
}
