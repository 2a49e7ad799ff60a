#include <sys/file.h>
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
#include "keyder.h"
#include "own.h"
#include "path.h"
#include "pins_priv.h"

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
	uint8_t id[16];

	if (RAND_bytes(id, sizeof(id)) != 1)
		return btns_fail_crypto(e, "store id");
	btns_hex(p->id, id, sizeof(id));
	if (store_begin(p->store, e) == -1)
		return -1;
	if (store_setting_put(p->store, "store-id", p->id, e) == -1 ||
	    store_setting_put(p->store, "iked", p->iked, e) == -1 ||
	    pins_log(p, "init", NULL, NULL, p->id, e) == -1 ||
	    store_commit(p->store, e) == -1) {
		store_rollback(p->store);
		return -1;
	}
	return 0;
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
	if (unlink(temp) == -1 && errno != ENOENT)
		rv = btns_fail_sys(e, "%s", temp);
	else
		rv = store_create(&p->store, temp, e);
	if (rv == -1) {
		btns_pins_unlock(lock);
		return -1;
	}
	rv = first_event(p, e);
	store_close(p->store);
	p->store = NULL;
	if (rv == -1)
		(void)btns_fail_at(e, "%s", p->path);
	else if ((rv = link(temp, p->path)) == -1)
		(void)(errno == EEXIST ? btns_fail(e, BTNS_E_EXISTS,
		    "%s: exists, kept", p->path) :
		    btns_fail_sys(e, "%s", p->path));
	(void)unlink(temp);
	btns_pins_unlock(lock);
	return rv == -1 ? -1 : store_open(&p->store, p->path, e);
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
	if (store_open(&p->store, path, e) == -1) {
		btns_pins_close(p);
		return -1;
	}
	if (store_setting(p->store, "iked", p->iked, sizeof(p->iked),
	    e) == 1 && p->iked[0] == '/' && store_setting(p->store,
	    "store-id", p->id, sizeof(p->id), e) == 1) {
		*out = p;
		return 0;
	}
	btns_pins_close(p);
	return btns_fail(e, BTNS_E_STORE, "%s: damaged: no store id", path);
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

int
btns_pins_lock(const struct btns_pins *p, int *fd, struct btns_err *e)
{
	const struct timespec tenth = { 0, 100000000 };
	char path[PATH_MAX + 8];
	int i;

	(void)snprintf(path, sizeof(path), "%s.lock", p->path);
	if ((*fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    0600)) == -1)
		return btns_fail_sys(e, "%s", path);
	for (i = 0; i < 100; i++) {
		if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			break;
		(void)nanosleep(&tenth, NULL);
	}
	(void)(i == 100 ? btns_fail(e, BTNS_E_STORE, "%s: another program"
	    " has been writing the tree for 10 s", path) :
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

void
btns_pins_discard(struct btns_pins *p)
{
	store_close(p->store);
	(void)unlink(p->path);		/* not its lock: others may wait */
	free(p);
}

struct walk {
	btns_pin_fn	*fn;
	void		*arg;
	struct btns_err	*e;
};

static int
on_row(const struct store_binding *b, void *arg)
{
	struct walk *w = arg;
	struct btns_pin pin;

	memset(&pin, 0, sizeof(pin));
	if (btns_ident_make(&pin.ident, b->type, b->value, w->e) == -1)
		return -1;
	/* Another spelling would be a second pin of the same file. */
	if (strcmp(pin.ident.value, b->value) != 0)
		return btns_fail(w->e, BTNS_E_STORE, "damaged: binding %lld",
		    (long long)b->id);
	memcpy(pin.fp.b, b->fp, BTNS_FP_LEN);
	pin.state = b->state;
	pin.live = pins_live(b->state);
	pin.keyname = b->keyname;
	pin.since = b->since;
	pin.first_seen = b->first_seen;
	pin.source = b->source;
	pin.evidence = b->evidence;
	pin.actor = b->actor;
	pin.login = b->login;
	pin.comment = b->comment;
	pin.spki = b->spki;
	pin.spkilen = b->spkilen;
	return w->fn(&pin, w->arg);
}

int
btns_pin_key(struct btns_key *k, const struct btns_pin *pin,
    struct btns_err *e)
{
	char name[BTNS_ID_PRINT];
	struct btns_fp fp;

	btns_ident_print(name, &pin->ident);
	if (btns_key_der(k, BTNS_KIND_SPKI, pin->spki, pin->spkilen,
	    e) == -1 || btns_fp_of(&fp, k, e) == -1)
		return btns_fail_at(e, "store: key of %s", name);
	if (memcmp(fp.b, pin->fp.b, BTNS_FP_LEN) == 0)
		return 0;
	return btns_fail(e, BTNS_E_STORE, "store: damaged: the key of %s has"
	    " another fingerprint", name);
}

int
btns_pins_each(struct btns_pins *p, btns_pin_fn *fn, void *arg,
    struct btns_err *e)
{
	struct walk w = { fn, arg, e };

	return store_each(p->store, on_row, &w, e);
}

int
btns_pins_of(struct btns_pins *p, const struct btns_ident *id,
    btns_pin_fn *fn, void *arg, struct btns_err *e)
{
	struct walk w = { fn, arg, e };

	return store_by_identity(p->store, btns_idtype_name(id->type),
	    id->value, on_row, &w, e);
}

int
btns_pins_alike(struct btns_pins *p, const struct btns_ident *id,
    btns_pin_fn *fn, void *arg, struct btns_err *e)
{
	struct walk w = { fn, arg, e };
	char fold[BTNS_ID_MAX + 1];

	btns_ident_fold(fold, id);
	return store_by_fold(p->store, fold, on_row, &w, e);
}

int
btns_pins_by_prefix(struct btns_pins *p, const char *digits, btns_pin_fn *fn,
    void *arg, struct btns_err *e)
{
	struct walk w = { fn, arg, e };
	uint8_t low[BTNS_FP_LEN], high[BTNS_FP_LEN];
	size_t i, n = strlen(digits);
	unsigned v;
	char c;

	memset(low, 0, sizeof(low));
	memset(high, 0xff, sizeof(high));
	for (i = 0; i < n && i < 2 * BTNS_FP_LEN; i++) {
		c = digits[i];
		v = (unsigned)(c >= 'a' ? c - 'a' + 10 : c - '0');
		if (i % 2 == 0) {
			low[i / 2] = (uint8_t)(v << 4);
			high[i / 2] = (uint8_t)(v << 4 | 0x0f);
		} else {
			low[i / 2] = (uint8_t)(low[i / 2] | v);
			high[i / 2] = low[i / 2];
		}
	}
	return store_by_fp_range(p->store, low, high, on_row, &w, e);
}

int
btns_pins_count(struct btns_pins *p, int64_t *n, struct btns_err *e)
{
	return store_count_exported(p->store, n, e);
}

int
btns_exported_begin(struct btns_pins *p, struct btns_err *e)
{
	return store_begin(p->store, e);
}

int
btns_exported_end(struct btns_pins *p, struct btns_err *e)
{
	if (store_commit(p->store, e) == 0)
		return 0;
	store_rollback(p->store);
	return -1;
}

int
btns_exported_put(struct btns_pins *p, const struct btns_exported *x,
    struct btns_err *e)
{
	struct store_exported row = { x->path, x->old, x->new, time(NULL) };
	int rv;

	rv = x->old == NULL && x->new == NULL ?
	    store_exported_delete(p->store, x->path, e) :
	    store_exported_put(p->store, &row, e);
	if (rv == -1)
		store_rollback(p->store);
	return rv;
}

struct exported_walk {
	btns_exported_fn *fn;
	void		*arg;
};

static int
on_exported(const struct store_exported *row, void *arg)
{
	struct exported_walk *w = arg;
	struct btns_exported x = { row->path, row->old, row->new };

	return w->fn(&x, w->arg);
}

int
btns_exported_each(struct btns_pins *p, btns_exported_fn *fn, void *arg,
    struct btns_err *e)
{
	struct exported_walk w = { fn, arg };

	return store_exported_each(p->store, on_exported, &w, e);
}

int
btns_exported_get(struct btns_pins *p, const char *path,
    btns_exported_fn *fn, void *arg, struct btns_err *e)
{
	struct exported_walk w = { fn, arg };

	return store_exported_get(p->store, path, on_exported, &w, e);
}
