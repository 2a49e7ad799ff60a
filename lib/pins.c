#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "err.h"
#include "file.h"
#include "keyder.h"
#include "own.h"
#include "path.h"
#include "pins_priv.h"

/* Longer than a run waits for a deaf peer's SA. */

/* The directory of the store: made where it is missing, and checked. */
static int
check_dir(const char *path, bool make, struct btns_err *e)
{
	char dir[PATH_MAX];
	const char *base, *slash = strrchr(path, '/');
	int fd, rv;

	rv = btns_path_parent(&fd, &base, path, e);
	if (rv == -1 && make && e->code == BTNS_E_NOTFOUND && slash != NULL) {
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path),
		    path);
		if (btns_path_parent(&fd, &base, dir, e) == -1) {
			if (e->code == BTNS_E_NOTFOUND)
				e->code = BTNS_E_STORE;
			return -1;
		}
		rv = mkdirat(fd, base, 0700);
		if (rv == -1)
			(void)btns_fail_sys(e, "%s", dir);
		(void)close(fd);
		if (rv == 0)
			rv = btns_path_parent(&fd, &base, path, e);
	}
	if (rv == -1)
		return -1;
	(void)close(fd);
	return 0;
}

static int
check_file(const char *path, struct btns_err *e)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? 0 : btns_fail_sys(e, "%s", path);
	if (!S_ISREG(st.st_mode))
		return btns_fail(e, BTNS_E_UNSAFE, "%s: not a regular file",
		    path);
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || st.st_mode & 022)
		return btns_fail(e, BTNS_E_UNSAFE, "%s: others may write it"
		    " (user %ld, mode %04o)", path, (long)st.st_uid,
		    (unsigned)st.st_mode & 07777);
	return 0;
}

static struct btns_pins *
pins_new(const char *path, struct btns_err *e)
{
	struct btns_pins *p;

	if (strlen(path) + 8 > PATH_MAX) {
		(void)btns_fail(e, BTNS_E_USAGE, "%.60s...: too long", path);
		return NULL;
	}
	if ((p = calloc(1, sizeof(*p))) == NULL) {
		(void)btns_fail(e, BTNS_E_NOMEM, "out of memory");
		return NULL;
	}
	(void)snprintf(p->path, sizeof(p->path), "%s", path);
	return p;
}

static int
first_event(struct btns_pins *p, struct btns_err *e)
{
	struct store_setting own = { "store-id", p->id, 0, NULL };
	struct store_setting dir = { "iked", p->iked, 0, NULL };
	char detail[PATH_MAX + 64];
	uint8_t id[16];

	if (RAND_bytes(id, sizeof(id)) != 1)
		return btns_fail_crypto(e, "store id");
	btns_hex(p->id, id, sizeof(id));
	(void)snprintf(detail, sizeof(detail), "%s iked=%s", p->id, p->iked);
	p->now = time(NULL);
	if (store_begin(p->store, e) == -1)
		return -1;
	if (store_setting_put(p->store, &own, e) == -1 ||
	    store_setting_put(p->store, &dir, e) == -1 ||
	    pins_log(p, "init", NULL, NULL, detail, e) == -1 ||
	    store_commit(p->store, e) == -1) {
		store_rollback(p->store);
		return -1;
	}
	return 0;
}

/* Open it, and remember which file that is. */
static int
open_store(struct btns_pins *p, struct btns_err *e)
{
	struct stat st;

	if (store_open(&p->store, p->path, e) == -1)
		return -1;
	if (lstat(p->path, &st) == -1)
		return btns_fail_sys(e, "%s", p->path);
	p->dev = st.st_dev;
	p->ino = st.st_ino;
	return 0;
}

void
pins_unlink(const char *path)
{
	char journal[PATH_MAX + 32];

	(void)snprintf(journal, sizeof(journal), "%s-journal", path);
	(void)unlink(journal);
	(void)unlink(path);
}

int
pins_no_journal(const char *path, struct btns_err *e)
{
	char journal[PATH_MAX + 16];

	(void)snprintf(journal, sizeof(journal), "%s-journal", path);
	if (access(journal, F_OK) == -1)
		return 0;
	return btns_fail(e, BTNS_E_STORE, "%s: of a store that is no more"
	    " there, and would damage another; move it to where that is",
	    journal);
}

/* Made under another name and linked: a store is whole or absent. */
static int
create(struct btns_pins *p, struct btns_err *e)
{
	char temp[PATH_MAX + 8];
	int lock, rv;

	(void)snprintf(temp, sizeof(temp), "%s.new", p->path);
	if (btns_pins_lock(p, &lock, e) == -1)
		return -1;
	/* Also of a run that was killed when the store had its name. */
	pins_unlink(temp);
	rv = access(p->path, F_OK) == -1 ? pins_no_journal(p->path, e) : 0;
	if (rv == 0)
		rv = store_create(&p->store, temp, e);
	if (rv == -1) {
		btns_pins_unlock(lock);
		return -1;
	}
	rv = first_event(p, e);
	store_close(p->store);
	p->store = NULL;
	/* Its head comes first: a store without one would look cut. */
	if (rv == 0 && access(p->path, F_OK) == -1)
		pins_head_write(p, &p->head, 1);
	if (rv == -1)
		(void)btns_fail_at(e, "%s", p->path);
	else if ((rv = link(temp, p->path)) == -1)
		(void)(errno == EEXIST ? btns_fail(e, BTNS_E_EXISTS,
		    "%s: exists, kept", p->path) :
		    btns_fail_sys(e, "%s", p->path));
	(void)unlink(temp);
	btns_pins_unlock(lock);
	if (rv == -1 || open_store(p, e) == -1)
		return -1;
	pins_tell(p);
	p->first = 0;
	return 0;
}

int
btns_pins_init(struct btns_pins **out, const char *path, const char *iked,
    struct btns_err *e)
{
	struct btns_pins *p;
	mode_t mask;
	int rv;

	*out = NULL;
	if (check_dir(path, true, e) == -1 || (p = pins_new(path, e)) == NULL)
		return -1;
	(void)snprintf(p->iked, sizeof(p->iked), "%s", iked);
	mask = umask(077);
	rv = create(p, e);
	(void)umask(mask);
	if (rv == -1) {
		btns_pins_close(p);
		return -1;
	}
	*out = p;
	return 0;
}

struct copied {
	char	*buf;
	size_t	 size;
};

static int
copy_setting(const struct store_setting *row, void *arg)
{
	struct copied *c = arg;

	(void)snprintf(c->buf, c->size, "%s", row->value);
	return 0;
}

static bool
read_setting(struct btns_pins *p, const char *name, char *buf, size_t size,
    struct btns_err *e)
{
	struct copied c = { buf, size };

	return store_setting(p->store, name, copy_setting, &c, e) == 1;
}

/* What init stores; a path with control bytes would steer a terminal. */
static bool
absolute(const char *path)
{
	const char *p;

	for (p = path; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return path[0] == '/';
}

int
btns_pins_open(struct btns_pins **out, const char *path, struct btns_err *e)
{
	struct btns_pins *p;

	*out = NULL;
	if (check_dir(path, false, e) == -1) {
		/* No directory: no store, and the same advice. */
		if (e->code == BTNS_E_NOTFOUND)
			(void)btns_fail(e, BTNS_E_STORE, "%s: no store; make"
			    " one with btnsctl init", path);
		return -1;
	}
	if (check_file(path, e) == -1 || (p = pins_new(path, e)) == NULL)
		return -1;
	(void)umask(077);		/* for the journal */
	if (open_store(p, e) == -1) {
		btns_pins_close(p);
		return -1;
	}
	e->code = BTNS_OK;
	if (read_setting(p, "iked", p->iked, sizeof(p->iked), e) &&
	    absolute(p->iked) &&
	    read_setting(p, "store-id", p->id, sizeof(p->id), e)) {
		*out = p;
		return 0;
	}
	btns_pins_close(p);
	return e->code != BTNS_OK ? -1 : btns_fail(e, BTNS_E_STORE,
	    "%s: damaged: no store id, or none of iked's directory", path);
}

void
btns_pins_close(struct btns_pins *p)
{
	if (p == NULL)
		return;
	store_close(p->store);
	free(p);
}

const char *
btns_pins_iked(const struct btns_pins *p)
{
	return p->iked;
}

const char *
btns_pins_id(const struct btns_pins *p)
{
	return p->id;
}

const char *
btns_pins_path(const struct btns_pins *p)
{
	return p->path;
}

int
btns_pins_lock(const struct btns_pins *p, int *fd, struct btns_err *e)
{
	char path[PATH_MAX + 8];
	int rv;

	(void)snprintf(path, sizeof(path), "%s.lock", p->path);
	if ((*fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    0600)) == -1)
		return btns_fail_sys(e, "%s", path);
	if ((rv = btns_file_lock(*fd, 30000)) == 1)
		return 0;
	(void)(rv == 0 ? btns_fail(e, BTNS_E_STORE, "%s: another"
	    " program has been writing the tree for 30 s", path) :
	    btns_fail_sys(e, "%s", path));
	(void)close(*fd);
	*fd = -1;
	return -1;
}

void
btns_pins_unlock(int lock)
{
	(void)close(lock);
}

int
btns_pins_exported_at(const struct btns_pins *p, int64_t *at,
    struct btns_err *e)
{
	char path[PATH_MAX + 8];
	struct stat st;

	*at = 0;
	(void)snprintf(path, sizeof(path), "%s.lock", p->path);
	if (stat(path, &st) == 0)
		*at = st.st_mtime;
	else if (errno != ENOENT)
		return btns_fail_sys(e, "%s", path);
	return 0;
}

void
btns_pins_discard(struct btns_pins *p)
{
	char head[PATH_MAX + 8];

	store_close(p->store);
	(void)snprintf(head, sizeof(head), "%s.head", p->path);
	(void)unlink(p->path);		/* not its lock: others may wait */
	(void)unlink(head);
	free(p);
}
