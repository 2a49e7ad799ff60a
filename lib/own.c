#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "file.h"
#include "fp.h"
#include "keywrite.h"
#include "own.h"
#include "path.h"

#define KEY_MAX		65536
#define TEMP_PRIVATE	".btnskey.key"	/* in private/, 0700 */
#define TEMP_PUBLIC	".btnskey.pub"	/* there too: iked can't search it */

static int
read_half(struct btns_key *k, bool *have, int dir, const char *name,
    const char *iked, const struct btns_keyread *cb, struct btns_err *e)
{
	char path[4096];
	int fd, rv;

	(void)snprintf(path, sizeof(path), "%s/%s", iked, name);
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return 0;
	if (fd == -1)
		return btns_fail_sys(e, "%s", path);
	*have = true;
	rv = btns_key_read_one(k, fd, path, cb, e);
	(void)close(fd);
	return rv;
}

/* What can be said of the private key without opening it. */
static void
stat_private(struct btns_own *o, int dir)
{
	struct stat st;

	if (fstatat(dir, OWN_PRIVATE, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		o->have_private = true;
		o->mode = st.st_mode & 07777;
	} else if (errno == EACCES)
		o->unreadable = true;
}

int
btns_own_read(struct btns_own *o, const char *iked,
    const struct btns_keyread *cb, struct btns_err *e)
{
	int dir, rv;

	memset(o, 0, sizeof(*o));
	if (btns_path_dir(&dir, iked, e) == -1) {
		if (e->code == BTNS_E_NOTFOUND) {
			e->code = BTNS_E_SYS;	/* no answer, not a no */
			e->sys_errno = ENOENT;
		}
		return -1;
	}
	stat_private(o, dir);
	rv = read_half(&o->public, &o->have_public, dir, OWN_PUBLIC, iked,
	    NULL, e);
	if (rv == 0 && cb != NULL && !o->unreadable) {
		rv = read_half(&o->private, &o->have_private, dir,
		    OWN_PRIVATE, iked, cb, e);
		if (rv == -1 && e->code == BTNS_E_SYS &&
		    e->sys_errno == EACCES) {
			o->unreadable = true;
			rv = 0;
		}
	}
	(void)close(dir);
	return rv;
}

int
btns_own_fp(struct btns_fp *fp, const char *iked, struct btns_err *e)
{
	struct btns_keyread cb = { NULL, NULL, NULL, NULL };
	struct btns_own o;

	if (btns_own_read(&o, iked, &cb, e) == -1)
		return e->code == BTNS_E_SYS && e->sys_errno == ENOENT ? 0 :
		    -1;
	if (o.have_private && !o.unreadable)
		return btns_fp_of(fp, &o.private, e) == -1 ? -1 : 1;
	return !o.have_public ? 0 : btns_fp_of(fp, &o.public, e) == -1 ? -1 :
	    1;
}

int
btns_own_is(const char *iked, const struct btns_fp *fp, struct btns_err *e)
{
	struct btns_fp own;
	int rv = btns_own_fp(&own, iked, e);

	return rv != 1 ? rv : memcmp(&own, fp, sizeof(own)) == 0;
}

bool
btns_own_public(const char *iked)
{
	struct btns_keyread cb = { NULL, NULL, NULL, NULL };
	struct btns_err ignored;
	struct btns_own o;

	if (btns_own_read(&o, iked, &cb, &ignored) == 0)
		return !o.have_private || o.unreadable ||
		    (o.have_public && btns_key_same(&o.public, &o.private));
	return ignored.code == BTNS_E_NOMEM;
}

/* Open, lock and sweep private/, and the directory that it is in. */
static int
open_private(int *priv, int *dir, const char *iked, struct btns_err *e)
{
	char path[4096];

	*priv = -1;
	if (btns_path_dir(dir, iked, e) == -1)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/private", iked);
	if (mkdirat(*dir, "private", 0700) == -1 && errno != EEXIST)
		(void)btns_fail_sys(e, "%s", path);
	else if (btns_path_below(priv, *dir, "private", path, e) == 0) {
		if (flock(*priv, LOCK_EX | LOCK_NB) == 0) {
			(void)unlinkat(*priv, TEMP_PRIVATE, 0);
			(void)unlinkat(*priv, TEMP_PUBLIC, 0);
			return 0;
		}
		(void)btns_fail(e, BTNS_E_STORE,
		    "%s: another btnskey is at work there", path);
		(void)close(*priv);
	}
	(void)close(*dir);
	*dir = *priv = -1;
	return -1;
}

static int
put_public(int priv, int dir, const char *iked, const struct btns_key *k,
    struct btns_err *e)
{
	char text[BTNS_FORM_MAX];
	size_t n;

	if (btns_key_write(text, &n, k, BTNS_FORM_PEM, e) == -1)
		return -1;
	if (btns_file_temp(priv, TEMP_PUBLIC, 0644, text, n, e) == -1)
		return btns_fail_at(e, "%s/" OWN_PUBLIC, iked);
	if (renameat(priv, TEMP_PUBLIC, dir, OWN_PUBLIC) == -1)
		return btns_fail_sys(e, "%s/" OWN_PUBLIC, iked);
	return btns_dir_sync(dir, iked, e);
}

static int
put_private(int priv, const char *iked, bool over,
    const struct btns_secret *pem, struct btns_err *e)
{
	int rv;

	if (btns_file_temp(priv, TEMP_PRIVATE, 0600, pem->p, pem->len,
	    e) == -1)
		return btns_fail_at(e, "%s/" OWN_PRIVATE, iked);
	rv = over ?
	    renameat(priv, TEMP_PRIVATE, priv, "local.key") :
	    linkat(priv, TEMP_PRIVATE, priv, "local.key", 0);
	if (rv == -1 && errno == EEXIST)
		(void)btns_fail(e, BTNS_E_EXISTS, "%s/" OWN_PRIVATE
		    ": exists", iked);
	else if (rv == -1)
		(void)btns_fail_sys(e, "%s/" OWN_PRIVATE, iked);
	(void)unlinkat(priv, TEMP_PRIVATE, 0);
	return rv == -1 ? -1 : btns_dir_sync(priv, iked, e);
}

int
btns_own_write(const char *iked, const struct btns_secret *pem,
    const struct btns_key *pub, struct btns_err *e)
{
	int priv, dir, rv;

	if (open_private(&priv, &dir, iked, e) == -1)
		return -1;
	rv = put_private(priv, iked, false, pem, e);
	if (rv == 0)
		rv = put_public(priv, dir, iked, pub, e);
	(void)close(priv);
	(void)close(dir);
	return rv;
}

int
btns_own_sweep(const char *iked, struct btns_err *e)
{
	int priv, dir;

	if (open_private(&priv, &dir, iked, e) == -1)
		return -1;
	(void)close(priv);
	(void)close(dir);
	return 0;
}

int
btns_own_mend(const char *iked, const struct btns_key *k, struct btns_err *e)
{
	int priv, dir, rv;

	if (open_private(&priv, &dir, iked, e) == -1)
		return -1;
	if (faccessat(dir, OWN_PUBLIC, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		rv = 0;
	else
		rv = put_public(priv, dir, iked, k, e) == -1 ? -1 : 1;
	(void)close(priv);
	(void)close(dir);
	return rv;
}

static int
make_dir(int dir, const char *name, struct btns_err *e)
{
	if (mkdirat(dir, name, 0700) == -1 && errno != EEXIST)
		return btns_fail_sys(e, "%s", name);
	return 0;
}

/* statedir/old, made where it is missing. */
static int
open_old(int *old, const char *statedir, struct btns_err *e)
{
	const char *base;
	char path[4096];
	int dir, up;

	*old = -1;
	(void)snprintf(path, sizeof(path), "%s/old", statedir);
	if (btns_path_dir(&dir, statedir, e) == -1) {
		if (e->code != BTNS_E_NOTFOUND ||
		    btns_path_parent(&up, &base, statedir, e) == -1)
			return -1;
		if (make_dir(up, base, e) == -1 ||
		    btns_path_below(&dir, up, base, statedir, e) == -1) {
			(void)close(up);
			return btns_fail_at(e, "%s", statedir);
		}
		(void)close(up);
	}
	if (make_dir(dir, "old", e) == 0)
		(void)btns_path_below(old, dir, "old", path, e);
	(void)close(dir);
	return *old == -1 ? -1 : 0;
}

static int
copy(int from, const char *name, int to, const char *as, mode_t mode,
    struct btns_err *e)
{
	uint8_t buf[KEY_MAX];
	size_t n;
	int rv;

	rv = btns_file_read(from, name, buf, sizeof(buf), &n, e);
	if (rv == 0)
		rv = btns_file_temp(to, as, mode, buf, n, e);
	else if (e->code == BTNS_E_NOTFOUND)
		rv = 0;
	btns_wipe(buf, sizeof(buf));
	return rv;
}

/* old/68c6a490, or old/68c6a490.2 where that was kept before. */
static int
new_old(int *to, char *name, size_t size, int old, const char *as,
    struct btns_err *e)
{
	unsigned i;

	for (i = 1; i < 1000; i++) {
		if (i == 1)
			(void)snprintf(name, size, "%.24s", as);
		else
			(void)snprintf(name, size, "%.24s.%u", as, i);
		if (mkdirat(old, name, 0700) == 0)
			return btns_path_below(to, old, name, name, e);
		if (errno != EEXIST)
			break;
	}
	return btns_fail_sys(e, "%s", name);
}

/* Copy what there is of the pair to a directory of its own, and sync it. */
static int
keep(char *kept, size_t size, int dir, const char *statedir, const char *as,
    struct btns_err *e)
{
	int old, to = -1, rv = -1;
	char name[32] = "";

	if (open_old(&old, statedir, e) == -1)
		return -1;
	if (new_old(&to, name, sizeof(name), old, as, e) == 0 &&
	    copy(dir, OWN_PRIVATE, to, "local.key", 0600, e) == 0 &&
	    copy(dir, OWN_PUBLIC, to, "local.pub", 0644, e) == 0 &&
	    btns_dir_sync(to, name, e) == 0)
		rv = btns_dir_sync(old, "old", e);
	if (rv == -1)
		(void)btns_fail_at(e, "%s/old", statedir);
	(void)snprintf(kept, size, "%s/old/%s", statedir, name);
	if (to != -1)
		(void)close(to);
	(void)close(old);
	return rv;
}

int
btns_own_replace(char *kept, size_t size, const char *iked,
    const char *statedir, const char *as, const struct btns_secret *pem,
    const struct btns_key *pub, struct btns_err *e)
{
	int priv, dir, rv;

	kept[0] = '\0';
	if (open_private(&priv, &dir, iked, e) == -1)
		return -1;
	rv = keep(kept, size, dir, statedir, as, e);
	if (rv == -1)
		kept[0] = '\0';
	if (rv == 0)
		rv = put_private(priv, iked, true, pem, e);
	if (rv == 0)
		rv = put_public(priv, dir, iked, pub, e);
	(void)close(priv);
	(void)close(dir);
	return rv;
}
