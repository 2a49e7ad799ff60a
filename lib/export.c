#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "export_priv.h"
#include "file.h"
#include "path.h"
#include "redirect.h"

#define ASIDE	"aside"

static bool
acts(const struct item *i)
{
	return i->op == PLAN_REMOVE || i->op == PLAN_CHANGE ||
	    i->op == PLAN_ADD;
}

/* Before a file is touched, its digests before and after are written. */
static int
intend(struct run *r, struct btns_err *e)
{
	struct btns_exported x = { .sig = NULL };
	size_t n;

	if (btns_exported_begin(r->pins, e) == -1)
		return -1;
	for (n = 0; n < r->n; n++) {
		const struct item *i = &r->item[n];

		if (!acts(i) && !i->aside)
			continue;
		x.path = i->path;
		/* An old key whose SAs may still be up isn't lost sight of. */
		x.old = i->there || i->aside ? i->disk : i->had_old ? i->old :
		    NULL;
		x.new = i->want ? i->want_digest : NULL;
		if (btns_exported_put(r->pins, &x, e) == -1)
			return -1;
	}
	return btns_exported_end(r->pins, e);
}

/* Does a file lie there, or will, that the store answers for? */
static bool
ours(const struct item *i)
{
	return i->want && i->op != PLAN_FOREIGN;
}

/* Has its row the one digest already, and says how the file looks? */
static bool
stands(const struct item *i)
{
	return i->op == PLAN_NONE && i->row && i->had_old && i->had_new &&
	    memcmp(i->old, i->want_digest, DIGEST) == 0 &&
	    memcmp(i->new, i->want_digest, DIGEST) == 0 && export_signed(i);
}

/* Its intent stands: the next run looks again. */
static bool
open_still(const struct item *i)
{
	return i->held || i->failed || i->sa == BTNS_SA_UP;
}

/* A file where none was, and none was meant to be. */
static bool
first(const struct item *i)
{
	return i->op == PLAN_ADD && !i->there && !i->aside && !i->had_old;
}

/* Can all first files be settled at once?  Rows of no item may be open. */
static bool
at_once(const struct run *r)
{
	size_t n;

	for (n = 0; n < r->n; n++)
		if (open_still(&r->item[n]))
			return false;
	return r->how->only == NULL;
}

/* Afterwards a row has one digest, or is gone. */
static int
settle(struct run *r, struct btns_tally *t, struct btns_err *e)
{
	const bool all = at_once(r);
	struct btns_exported x;
	size_t n;

	if (btns_exported_begin(r->pins, e) == -1 ||
	    (all && btns_exported_settle(r->pins, e) == -1))
		return -1;
	for (n = 0; n < r->n; n++) {
		const struct item *i = &r->item[n];

		if (open_still(i) || (all && first(i)))
			continue;
		if (!ours(i) && !i->row && !i->aside && i->op != PLAN_REMOVE)
			continue;
		if (ours(i) && stands(i))
			continue;
		x.path = i->path;
		x.sig = ours(i) && i->op == PLAN_NONE && i->has_sig ?
		    &i->sig : NULL;
		x.old = x.new = ours(i) ? i->want_digest : NULL;
		if (btns_exported_put(r->pins, &x, e) == -1)
			return -1;
	}
	if (r->how->only == NULL && export_news(r, t, e) == -1) {
		struct btns_err ignored;

		(void)btns_pins_end(r->pins, false, &ignored);
		return -1;
	}
	return btns_exported_end(r->pins, e);
}

/*
 * Too many removals and replacements at once: hold all that adds, changes
 * or removes, but what takes a revoked key out.
 */
static void
hold(struct run *r, struct btns_tally *t, unsigned long rows)
{
	int64_t max = t->max;
	unsigned long n = 0;
	size_t i;

	if (max == BTNS_MAX_NONE)
		return;
	if (max == BTNS_MAX_DEFAULT)
		max = rows * 3 / 10 > 10 ? (int64_t)(rows * 3 / 10) : 10;
	for (i = 0; i < r->n; i++)
		n += !r->item[i].revoked && (r->item[i].op == PLAN_REMOVE ||
		    (r->item[i].op == PLAN_CHANGE && !r->item[i].same_key));
	t->max = max;
	if ((int64_t)n <= max)
		return;
	t->held = n;
	for (i = 0; i < r->n; i++) {
		struct item *it = &r->item[i];

		if (!acts(it) || (it->revoked && it->op != PLAN_ADD))
			continue;
		it->op = PLAN_NONE;
		it->ends = it->aside;
		it->held = true;
	}
}

/* One file's failure stops none of the others. */
static void
failed(struct item *i, const struct btns_err *why)
{
	i->failed = true;
	export_note(i, why->msg);
}

/* The directory beside the store where such files go, 0700. */
static int
open_aside(int *fd, char path[PATH_MAX], struct run *r, struct btns_err *e)
{
	const char *base;
	int dir, rv;

	if (btns_path_parent(&dir, &base, btns_pins_path(r->pins), e) == -1)
		return -1;
	(void)snprintf(path, PATH_MAX, "%.*s" ASIDE, (int)(base -
	    btns_pins_path(r->pins)), btns_pins_path(r->pins));
	rv = mkdirat(dir, ASIDE, 0700) == -1 && errno != EEXIST ?
	    btns_fail_sys(e, "%s", path) :
	    btns_path_below(fd, dir, ASIDE, path, e);
	(void)close(dir);
	return rv;
}

/* aside/ce3ef40598ff75d9, or with a number where that is taken. */
static int
move_aside(struct run *r, struct item *i, struct btns_err *e)
{
	char dir[PATH_MAX], name[64], hex[BTNS_FP_HEX], kept[PATH_MAX + 80];
	int fd, n, rv;

	if (open_aside(&fd, dir, r, e) == -1)
		return -1;
	btns_fp_hex(hex, &i->bad);
	for (n = 1; n < 100000; n++) {
		(void)snprintf(name, sizeof(name), n == 1 ? "%.16s" :
		    "%.16s.%d", hex, n);
		if (faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == -1)
			break;
	}
	rv = btns_tree_aside(r->tree, i->path, fd, name, e);
	if (rv == 0)
		rv = btns_dir_sync(fd, dir, e);
	(void)close(fd);
	(void)snprintf(kept, sizeof(kept), "%s/%s", dir, name);
	if (rv == 0 && (i->kept = strdup(kept)) == NULL)
		rv = btns_fail(e, BTNS_E_NOMEM, "out of memory");
	return rv;
}

static void
aside_all(struct run *r)
{
	struct btns_err why;
	size_t n;

	for (n = 0; n < r->n; n++)
		if (r->item[n].aside &&
		    move_aside(r, &r->item[n], &why) == -1)
			failed(&r->item[n], &why);
}

static void
remove_all(struct run *r)
{
	struct btns_err why;
	size_t n;

	for (n = 0; n < r->n; n++)
		if (r->item[n].op == PLAN_REMOVE && btns_tree_remove(r->tree,
		    r->item[n].path, &why) == -1)
			failed(&r->item[n], &why);
}

/* Stage all, sync once, then put in place: changes before additions. */
static void
stage_all(struct run *r)
{
	const mode_t mask = umask(022);	/* else each needs an fchmod() */
	struct btns_err why;
	size_t n;

	for (n = 0; n < r->n; n++) {
		struct item *i = &r->item[n];

		export_progress(r, n);
		if ((i->op == PLAN_CHANGE || i->op == PLAN_ADD) &&
		    !i->failed && btns_tree_stage(r->tree, (unsigned)n,
		    i->path, i->text, i->textlen, &why) == -1)
			failed(i, &why);
	}
	(void)umask(mask);
	if (btns_tree_sync_stage(r->tree, &why) == -1)
		for (n = 0; n < r->n; n++)
			if ((r->item[n].op == PLAN_CHANGE ||
			    r->item[n].op == PLAN_ADD) &&
			    !r->item[n].failed)
				failed(&r->item[n], &why);
}

static void
place_all(struct run *r, enum plan_op op)
{
	struct btns_err why;
	size_t n;

	for (n = 0; n < r->n; n++)
		if (r->item[n].op == op && !r->item[n].failed &&
		    btns_tree_place(r->tree, (unsigned)n, r->item[n].path,
		    op == PLAN_CHANGE, &why) == -1)
			failed(&r->item[n], &why);
}

/* Where peers are let through to iked by their key, these are no more. */
static void
drop_passes(const struct run *r)
{
	struct btns_err ignored;	/* a listener looks each minute */
	struct btns_fp *fp = calloc(r->n + 1, sizeof(*fp));
	size_t i, n = 0;

	for (i = 0; fp != NULL && i < r->n; i++) {
		const struct item *it = &r->item[i];

		if (it->ends && !it->failed && (it->has_found || it->has_fp))
			fp[n++] = it->has_found ? it->found : it->fp;
	}
	if (n > 0 && strcmp(btns_pins_iked(r->pins), BTNS_IKED_DIR) == 0)
		(void)btns_pass_drop(fp, n, &ignored);
	free(fp);
}

/* The SAs of keys that went: only iked's own tree has any. */
static int
end_sas(struct run *r, struct btns_err *e)
{
	struct btns_ending *end;
	size_t i, n;
	int rv;

	if (r->no_reset || strcmp(btns_pins_iked(r->pins),
	    BTNS_IKED_DIR) != 0)
		return 0;
	if ((end = calloc(r->n + 1, sizeof(*end))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	for (i = n = 0; i < r->n; i++)
		if (r->item[i].ends && !r->item[i].failed) {
			end[n].path = r->item[i].path;
			end[n++].empty = !r->item[i].want;
		}
	rv = n == 0 ? 0 : btns_iked_end(end, n, e);
	for (i = n = 0; i < r->n && rv == 0; i++) {
		if (!r->item[i].ends || r->item[i].failed)
			continue;
		r->item[i].sa = end[n].sa;
		if (end[n].sa == BTNS_SA_UP)
			r->item[i].sa_id = strdup(end[n].id);
		n++;
	}
	free(end);
	return rv;
}

/* A revoked key goes also where there is no room for the one after it. */
static void
drop_revoked(struct run *r)
{
	struct btns_err ignored;
	size_t n;

	for (n = 0; n < r->n; n++)
		if (r->item[n].op == PLAN_CHANGE && r->item[n].revoked &&
		    r->item[n].failed)
			(void)btns_tree_remove(r->tree, r->item[n].path,
			    &ignored);
}

/*
 * Is there anything to do, or to settle?  Where a killed run did it, its
 * names may not be on the disk yet.
 */
static bool
idle(const struct run *r)
{
	size_t n;

	for (n = 0; n < r->n; n++) {
		const struct item *i = &r->item[n];

		if (acts(i) || i->aside ||
		    (ours(i) ? !stands(i) : i->row))
			return false;
	}
	return true;
}

/*
 * What goes needs no room and no row: it goes also where the store can't
 * be written, and its old row makes the next run ask iked again.
 */
static int
act(struct run *r, struct btns_tally *t, struct btns_err *e)
{
	struct btns_err why;
	int rv;

	if (idle(r))
		return settle(r, t, e);
	rv = intend(r, &why);
	aside_all(r);
	remove_all(r);
	if (rv == 0) {
		stage_all(r);
		place_all(r, PLAN_CHANGE);
		place_all(r, PLAN_ADD);
		drop_revoked(r);
	}
	if (btns_tree_sync(r->tree, e) == -1)
		return -1;
	drop_passes(r);
	if (end_sas(r, e) == -1)
		return -1;
	if (rv == 0)
		return settle(r, t, e);
	*e = why;
	return -1;
}

static void
count(struct btns_tally *t, const struct item *i)
{
	if (i->failed)
		t->failed++;
	else if (i->op == PLAN_ADD)
		t->added++;
	else if (i->op == PLAN_CHANGE)
		t->changed++;
	else if (i->op == PLAN_REMOVE)
		t->removed++;
	else if (i->op == PLAN_FOREIGN)
		t->foreign++;
	t->aside += i->aside;
	if (i->sa == BTNS_SA_UP)
		t->up++;
}

static void
report(struct run *r, struct btns_tally *t)
{
	struct btns_change c;
	size_t n;

	for (n = 0; n < r->n; n++) {
		const struct item *i = &r->item[n];

		count(t, i);
		c = (struct btns_change){ i->op, i->path, i->stray, i->want,
		    i->has_fp, i->fp, i->op == PLAN_CHANGE && i->has_found,
		    i->found, i->trusted, i->keep, i->directory, i->file,
		    i->told, 0, export_noted(i), i->kept, i->failed, i->sa,
		    i->sa_id };
		if (i->aside) {
			c.op = PLAN_ASIDE;
			c.fp = i->bad;
			c.has_fp = true;
			r->how->change(&c, r->how->arg);
			if (i->op != PLAN_ADD || i->failed)
				continue;
			c.op = i->op;
			c.fp = i->fp;
			c.has_fp = i->has_fp;
		}
		if (i->op == PLAN_FOREIGN) {
			c.fp = i->found;
			c.has_fp = i->has_found;
		}
		if (i->op != PLAN_NONE || i->sa > BTNS_SA_NONE)
			r->how->change(&c, r->how->arg);
	}
	for (n = 0; n < r->nunsure; n++) {
		const struct unsure *u = &r->unsure[n];

		c = (struct btns_change){ .op = PLAN_UNSURE,
		    .path = u->ident, .has_fp = true, .fp = u->fp,
		    .told = u->told, .since = u->since };
		r->how->change(&c, r->how->arg);
	}
	for (n = 0; n < r->ngone; n++) {
		c = (struct btns_change){ .op = PLAN_GONE,
		    .path = r->gone[n] };
		r->how->change(&c, r->how->arg);
	}
}

/* -m, else the setting max-change, else what hold() makes of it. */
static int
limit(struct run *r, struct btns_tally *t, struct btns_err *e)
{
	char v[BTNS_SETTING_MAX];

	t->max = r->how->max;
	if (t->max != BTNS_MAX_DEFAULT)
		return 0;
	if (btns_setting_get(r->pins, "max-change", v, e) == -1)
		return -1;
	if (v[0] != '\0')
		t->max = strtoll(v, NULL, 10);
	return 0;
}

static int
run(struct run *r, struct btns_tally *t, struct btns_err *e)
{
	unsigned long rows;
	size_t n;

	r->began = time(NULL);
	if (export_settings(r, e) == -1 || limit(r, t, e) == -1 ||
	    (r->fp_tree > 0 && !r->how->dry &&
	    btns_tree_fp(r->tree, e) == -1) || export_collect(r, e) == -1)
		return -1;
	for (n = 0; n < r->n; n++) {
		export_progress(r, n);
		if (export_examine(r, &r->item[n], e) == -1)
			return -1;	/* nothing was touched */
	}
	rows = r->clean.n;
	for (n = 0; n < r->n; n++)
		rows += r->item[n].row;
	if (r->how->only == NULL)
		hold(r, t, rows);
	if (!r->how->dry && act(r, t, e) == -1)
		return -1;
	if (r->unseen.code == BTNS_OK)
		return 0;
	*e = r->unseen;
	return -1;
}

int
btns_export(struct btns_pins *pins, const struct btns_export *how,
    struct btns_tally *t, struct btns_err *e)
{
	struct run r = { .pins = pins, .how = how, .e = e };
	enum btns_tree_mode mode = how->dry ? TREE_LOOK : how->force ?
	    TREE_TAKE : TREE_WRITE;
	int lock, rv = -1;
	size_t n;

	memset(t, 0, sizeof(*t));
	if (btns_pins_lock(pins, &lock, e) == -1)
		return -1;
	if ((r.buf = malloc(BTNS_TREE_FILE)) == NULL)
		(void)btns_fail(e, BTNS_E_NOMEM, "out of memory");
	/* What -f would take over is looked at, whosever it is. */
	else if (btns_tree_open(&r.tree, btns_pins_iked(pins),
	    how->dry && how->force ? NULL : btns_pins_id(pins), mode,
	    e) == 0)
		rv = run(&r, t, e);
	btns_tree_close(r.tree);
	/* For those who ask whether cron does its work; no reason to fail. */
	if (rv == 0 && how->only == NULL && !how->dry)
		(void)futimens(lock, NULL);
	/* Whoever reads what is said may take long: no lock is held. */
	btns_pins_unlock(lock);
	if (rv == 0 || r.unseen.code != BTNS_OK)
		report(&r, t);
	for (n = 0; n < r.n; n++)
		export_free(&r.item[n]);
	free(r.item);
	export_clean_free(&r);
	for (n = 0; n < r.ngone; n++)
		free(r.gone[n]);
	free(r.gone);
	free(r.unsure);
	free(r.buf);
	free(r.big);
	return rv;
}

static int
count_file(const char *path, void *arg)
{
	unsigned long *n = arg;

	(void)path;
	++*n;
	return 0;
}

int
btns_export_count(const char *iked, unsigned long *n, struct btns_err *e)
{
	struct btns_tree *t;
	int rv;

	*n = 0;
	if (btns_tree_open(&t, iked, NULL, TREE_LOOK, e) == -1)
		return -1;
	rv = btns_tree_each(t, count_file, n, e);
	btns_tree_close(t);
	return rv;
}
