/* A copy of the store, and putting one in its place. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "file.h"
#include "path.h"
#include "pins_priv.h"

static int
temp_name(char out[PATH_MAX + 16], const char *path, const char *end,
    struct btns_err *e)
{
	if (strlen(path) + 16 > PATH_MAX)
		return btns_fail(e, BTNS_E_USAGE, "%.60s...: too long", path);
	(void)snprintf(out, PATH_MAX + 16, "%s%s", path, end);
	return 0;
}

/* Is the directory that a path lies in there, and safe? */
static int
check_parent(const char *path, struct btns_err *e)
{
	const char *base;
	int fd;

	if (btns_path_parent(&fd, &base, path, e) == 0) {
		(void)close(fd);
		return 0;
	}
	if (e->code == BTNS_E_NOTFOUND)
		e->code = BTNS_E_STORE;	/* no answer, not a no */
	return -1;
}

/* Sync the directory that a path lies in. */
static int
sync_parent(const char *path, struct btns_err *e)
{
	const char *base;
	int fd, rv;

	if (btns_path_parent(&fd, &base, path, e) == -1)
		return -1;
	rv = btns_dir_sync(fd, path, e);
	(void)close(fd);
	return rv;
}

/* What a copy holds: as it lies there, not as the store is by now. */
static int
look_into(const char *copy, struct btns_counts *n, struct btns_head *head,
    struct btns_err *e)
{
	struct btns_pins p;
	int rv;

	memset(&p, 0, sizeof(p));
	if (store_open(&p.store, copy, e) == -1)
		return -1;
	rv = btns_pins_count(&p, n, e);
	if (rv == 0)
		rv = store_event_last(p.store, &head->seq, head->hash, e);
	store_close(p.store);
	return rv == -1 ? -1 : 0;
}

int
btns_backup(struct btns_pins *p, const char *file, bool force,
    struct btns_counts *n, struct btns_head *head, struct btns_err *e)
{
	char temp[PATH_MAX + 16];
	struct stat st;
	int rv;

	memset(head, 0, sizeof(*head));
	if (temp_name(temp, file, ".btns-new", e) == -1 ||
	    check_parent(file, e) == -1)
		return -1;
	if (strcmp(file, p->path) == 0)
		return btns_fail(e, BTNS_E_USAGE, "%s: the store itself",
		    file);
	if (lstat(file, &st) == 0 && !S_ISREG(st.st_mode))
		return btns_fail(e, BTNS_E_UNSAFE, "%s: not a regular file,"
		    " kept", file);
	if (!force && access(file, F_OK) == 0)
		return btns_fail(e, BTNS_E_EXISTS, "%s: exists, kept; backup"
		    " -f writes over it", file);
	pins_unlink(temp);		/* of a run that was killed */
	if (store_copy(p->store, temp, e) == -1)
		return -1;
	if ((rv = look_into(temp, n, head, e)) == 0) {
		rv = force ? rename(temp, file) : link(temp, file);
		if (rv == -1)
			(void)(errno == EEXIST ? btns_fail(e, BTNS_E_EXISTS,
			    "%s: exists, kept", file) :
			    btns_fail_sys(e, "%s", file));
	}
	(void)unlink(temp);
	return rv == -1 ? -1 : sync_parent(file, e);
}

/* Byte by byte: a backup that is only looked at stays as it was. */
static int
copy_bytes(int from, int to, const char *file, struct btns_err *e)
{
	char buf[65536];
	ssize_t n, w, at;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		for (at = 0; at < n; at += w)
			if ((w = write(to, buf + at, (size_t)(n - at))) == -1)
				return btns_fail_sys(e, "copy of %s", file);
	return n == 0 && fsync(to) == 0 ? 0 : btns_fail_sys(e, "%s", file);
}

static int
copy_file(const char *file, const char *temp, struct btns_err *e)
{
	char journal[PATH_MAX + 16];
	struct stat st;
	int from, to, rv;

	if (temp_name(journal, file, "-journal", e) == -1)
		return -1;
	if (access(journal, F_OK) == 0)
		return btns_fail(e, BTNS_E_STORE, "%s: a journal lies beside"
		    " it: no finished backup", file);
	if ((from = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
	    O_NOCTTY)) == -1)
		return btns_fail_sys(e, "%s", file);
	if (fstat(from, &st) == -1 || !S_ISREG(st.st_mode)) {
		(void)close(from);
		return btns_fail(e, BTNS_E_FORMAT, "%s: not a regular file",
		    file);
	}
	pins_unlink(temp);
	if ((to = open(temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600)) == -1) {
		(void)close(from);
		return btns_fail_sys(e, "%s", temp);
	}
	rv = copy_bytes(from, to, file, e);
	(void)close(from);
	(void)close(to);
	if (rv == -1)
		(void)unlink(temp);
	return rv;
}

struct work {
	struct btns_restore *r;
	struct btns_pins *old;		/* NULL: there is none */
	struct btns_pins *new;		/* the copy of the backup */
	int64_t		 common;	/* last event that both have */
	bool		 found;		/* the event looked for is there */
	const uint8_t	*hash;
	bool		 deeds;		/* the old one is more than new */
	struct btns_err	*e;
};

static void
first_wrong(const char *what, void *arg)
{
	char *text = arg;

	if (text[0] == '\0')
		(void)snprintf(text, 256, "%s", what);
}

static int
check_backup(struct work *w, const char *file)
{
	char text[256] = "";
	int rv;

	/* Here, in compare(), and in check_again(). */
	if (pins_times(w->new, CHECKED + (w->old != NULL) +
	    (w->r->dry ? 0 : CHECKED), w->e) == -1)
		return -1;
	rv = pins_check(w->new, first_wrong, text, &w->r->head, w->e);

	if (rv == 1)
		return btns_fail(w->e, BTNS_E_STORE, "%s: not whole: %s",
		    file, text);
	return rv == -1 ? btns_fail_at(w->e, "%s", file) :
	    btns_pins_count(w->new, &w->r->counts, w->e);
}

static int
check_again(struct work *w, const char *file)
{
	struct btns_head unused;
	char text[256] = "";
	int rv = pins_check(w->new, first_wrong, text, &unused, w->e);

	return rv != 1 ? rv : btns_fail(w->e, BTNS_E_STORE, "%s: not whole"
	    " with what is kept: %s", file, text);
}

static int
same_hash(const struct btns_event *v, const uint8_t *hash, void *arg)
{
	struct work *w = arg;

	(void)v;
	w->found = memcmp(hash, w->hash, BTNS_EVENT_HASH) == 0;
	return 1;			/* the first one is the one */
}

/* Does the backup hold this event of the old store? */
static int
both(const struct btns_event *v, const uint8_t *hash, void *arg)
{
	struct work *w = arg;

	pins_step(w->new);
	w->found = false;
	w->hash = hash;
	if (btns_events_each(w->new, v->seq, same_hash, w, w->e) == -1)
		return -1;
	if (!w->found)
		return 1;
	w->common = v->seq;
	return 0;
}

static int
tell_lost(const struct btns_event *v, const uint8_t *hash, void *arg)
{
	struct work *w = arg;
	struct btns_fp fp;
	int there = 0, now = 0;

	(void)hash;
	if (strcmp(v->verb, "init") == 0)
		return 0;
	w->deeds = w->deeds || strcmp(v->verb, "set") != 0;
	if (strcmp(v->verb, "revoke") == 0 && v->fp != NULL) {
		memcpy(fp.b, v->fp, BTNS_FP_LEN);
		if ((there = btns_revoked_is(w->new, &fp, w->e)) == -1 ||
		    (now = btns_revoked_is(w->old, &fp, w->e)) == -1)
			return -1;
	}
	if (now == 1)
		w->r->nkept += !there;
	else
		w->r->nlost++;
	w->r->lost(v, now == 1, w->r->arg);
	return 0;
}

static int
compare(struct work *w, const char *file)
{
	if (w->old == NULL)
		return 0;
	if (btns_events_each(w->old, 1, both, w, w->e) == -1)
		return -1;
	w->r->other = w->common == 0;
	if (btns_events_each(w->old, w->common + 1, tell_lost, w,
	    w->e) == -1)
		return -1;
	if (w->r->other && w->deeds && !w->r->force && !w->r->dry)
		return btns_fail(w->e, BTNS_E_REFUSED, "%s: of another store"
		    " than %s, which has decisions of its own; restore -f"
		    " puts it in its place", file, w->old->path);
	return 0;
}

static int
keep_revoked(const struct store_revoked *r, void *arg)
{
	struct work *w = arg;
	int rv = store_revoked_get(w->new->store, r->fp, NULL, NULL, w->e);

	return rv != 0 ? (rv == -1 ? -1 : 0) : pins_revoke(w->new, r->fp,
	    r->comment, "kept=yes", w->e);
}

static int
drop_exported(const struct store_exported *x, void *arg)
{
	struct work *w = arg;
	struct store_exported none = *x;

	none.old = none.new = NULL;
	return store_exported_put(w->new->store, &none, w->e);
}

static int
copy_exported(const struct store_exported *x, void *arg)
{
	struct work *w = arg;

	return store_exported_put(w->new->store, x, w->e);
}

/*
 * What the old store knows and the backup can't: keys revoked since, and
 * which files of the tree are ours.
 */
static int
carry_over(struct work *w)
{
	uint8_t low[BTNS_FP_LEN], high[BTNS_FP_LEN];
	struct store *new = w->new->store;
	char detail[128], hex[2 * BTNS_EVENT_HASH + 1];

	pins_range(low, high, "");
	w->new->now = time(NULL);
	w->new->first = 0;
	if (store_begin(new, w->e) == -1)
		return -1;
	btns_hex(hex, w->r->head.hash, BTNS_EVENT_HASH);
	(void)snprintf(detail, sizeof(detail), "head=%lld:%.16s",
	    (long long)w->r->head.seq, hex);
	if ((w->old != NULL && (store_revoked_range(w->old->store, low, high,
	    keep_revoked, w, w->e) == -1 || (!w->r->other &&
	    (store_exported_each(new, drop_exported, w, w->e) == -1 ||
	    store_exported_each(w->old->store, copy_exported, w,
	    w->e) == -1)))) ||
	    pins_log(w->new, "restore", NULL, NULL, detail, w->e) == -1 ||
	    store_commit(new, w->e) == -1) {
		store_rollback(new);
		return -1;
	}
	return 0;
}

/* pins.db.20261124, or with a number where that is taken. */
static int
set_aside(struct work *w)
{
	struct store *old;
	char day[16];
	struct tm tm;
	time_t t = time(NULL);
	int i, rv = -1;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(day, sizeof(day), "%Y%m%d", &tm) == 0)
		day[0] = '\0';
	if (store_open(&old, w->old->path, w->e) == -1)
		return -1;
	for (i = 1; i < 1000; i++) {
		(void)snprintf(w->r->former, sizeof(w->r->former),
		    i == 1 ? "%s.%s" : "%s.%s.%d", w->old->path, day, i);
		rv = store_copy(old, w->r->former, w->e);
		if (rv == 0 || w->e->sys_errno != EEXIST)
			break;
	}
	store_close(old);
	if (rv == -1)
		w->r->former[0] = '\0';
	return rv;
}

/* Where there was no store. */
static int
put_new(struct work *w, const char *path, const char *temp)
{
	pins_head_write(w->new, &w->new->head, 1);
	if (link(temp, path) == -1)
		return btns_fail_sys(w->e, "%s", path);
	return sync_parent(path, w->e);
}

/*
 * The store's file stays the same one: others have it open, and SQLite
 * finds a journal by the file's name.  The head file names both meanwhile.
 */
static int
become(struct work *w, const char *temp, const struct btns_head *old)
{
	struct btns_head head[HEADS] = { w->new->head, *old };
	int rv;

	if (set_aside(w) == -1)
		return -1;
	pins_head_write(w->new, head, old->seq == 0 ? 1 : 2);
	rv = store_become(w->old->store, temp, old->seq, old->hash, w->e);
	if (rv == 1) {
		pins_head_write(w->new, head, 1);
		return 0;
	}
	if (old->seq != 0)
		pins_head_write(w->new, old, 1);
	(void)unlink(w->r->former);
	w->r->former[0] = '\0';
	return rv == -1 ? btns_fail_at(w->e, "%s", w->old->path) :
	    btns_fail(w->e, BTNS_E_STORE, "%s: something was decided just"
	    " now; nothing was restored, run this again", w->old->path);
}

/* What is carried over and where; while the old store can't change. */
static int
prepare(struct work *w, const char *file, struct btns_head *old)
{
	int rv;

	if (w->old != NULL && pins_begin(w->old, w->e) == -1)
		return -1;
	rv = compare(w, file);
	if (rv == 0 && !w->r->dry)
		rv = carry_over(w);
	if (rv == 0 && w->old != NULL && store_event_last(w->old->store,
	    &old->seq, old->hash, w->e) == -1)
		rv = -1;
	if (w->old != NULL)
		pins_rollback(w->old);
	return rv;
}

static int
replace(struct work *w, const char *path, const char *file, const char *temp)
{
	struct btns_head old = { .seq = 0 };

	if (prepare(w, file, &old) == -1)
		return -1;
	if (w->r->dry)
		return 0;
	/* What was carried over is there: the file was somebody else's. */
	if (check_again(w, file) == -1 || (w->old == NULL ?
	    put_new(w, path, temp) : become(w, temp, &old)) == -1)
		return -1;
	pins_tell(w->new);
	return 0;
}

static int
replace_locked(struct work *w, const char *path, const char *file,
    const char *temp)
{
	int lock, rv;

	if (w->old == NULL)
		return replace(w, path, file, temp);
	if (btns_pins_lock(w->old, &lock, w->e) == -1)
		return -1;
	rv = replace(w, path, file, temp);
	btns_pins_unlock(lock);
	return rv;
}

static int
open_old(struct work *w, const char *path)
{
	if (access(path, F_OK) == -1 && errno == ENOENT)
		return pins_no_journal(path, w->e);
	return btns_pins_open(&w->old, path, w->e);
}

static int
restore(struct work *w, const char *path, const char *file, const char *temp)
{
	struct stat st;

	/* Its own directory may be new: checked as a store's is. */
	if (open_old(w, path) == -1)
		return -1;
	if (w->old != NULL && stat(file, &st) == 0 && st.st_dev ==
	    w->old->dev && st.st_ino == w->old->ino)
		return btns_fail(w->e, BTNS_E_USAGE, "%s: the store itself",
		    file);
	if (copy_file(file, temp, w->e) == -1)
		return -1;
	if (store_open(&w->new->store, temp, w->e) == -1)
		return btns_fail(w->e, BTNS_E_STORE, "%s: no backup of a"
		    " store, or damaged", file);
	return check_backup(w, file) == -1 ? -1 :
	    replace_locked(w, path, file, temp);
}

int
btns_restore(const char *path, const char *file, struct btns_restore *r,
    struct btns_err *e)
{
	struct work w = { .r = r, .e = e };
	char temp[PATH_MAX + 16];
	int rv;

	r->former[0] = '\0';
	if (temp_name(temp, path, ".restore", e) == -1 ||
	    check_parent(path, e) == -1)
		return -1;
	if ((w.new = calloc(1, sizeof(*w.new))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	btns_pins_progress(w.new, r->progress, r->arg);
	(void)snprintf(w.new->path, sizeof(w.new->path), "%s", path);
	(void)umask(077);
	rv = restore(&w, path, file, temp);
	if (w.new->store != NULL)
		store_close(w.new->store);
	pins_unlink(temp);
	free(w.new);
	btns_pins_close(w.old);
	return rv;
}
