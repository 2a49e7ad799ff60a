/*
 * Files that need not be read: what stat(2) says of them is what it said
 * when a run read them and found them right.  Whatever changes a file, its
 * mode or its owner changes its ctime, and nobody can set that one back.
 */
#include <stdlib.h>
#include <string.h>

#include "export_priv.h"

/*
 * A file that changed this shortly before it was looked at may change once
 * more and have the same ctime: file systems count in up to 2 s.
 */
#define RACY	2

static int64_t
ns(const struct timespec *ts)
{
	return (int64_t)((uint64_t)ts->tv_sec * 1000000000 +
	    (uint64_t)ts->tv_nsec);
}

static void
sig_of(struct btns_sig *sig, const struct btns_fp *fp, const struct stat *st)
{
	sig->fp = *fp;
	sig->dev = (int64_t)st->st_dev;
	sig->ino = (int64_t)st->st_ino;
	sig->size = (int64_t)st->st_size;
	sig->mtime = ns(&st->st_mtim);
	sig->ctime = ns(&st->st_ctim);
}

static bool
sig_same(const struct btns_sig *a, const struct btns_sig *b)
{
	return memcmp(a->fp.b, b->fp.b, BTNS_FP_LEN) == 0 &&
	    a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	    a->mtime == b->mtime && a->ctime == b->ctime;
}

void
export_sign(const struct run *r, struct item *i, const struct stat *st)
{
	if (!i->want || !S_ISREG(st->st_mode) ||
	    (int64_t)st->st_ctim.tv_sec + RACY >= r->began)
		return;
	sig_of(&i->sig, &i->fp, st);
	i->has_sig = true;
}

bool
export_signed(const struct item *i)
{
	return !i->has_sig || (i->had_sig && sig_same(&i->sig, &i->was));
}

static const char *
path_of(const struct clean *c, size_t i)
{
	return c->text + c->row[i].path;
}

/* Asked in the order of paths it is mostly the next one. */
static struct clean_row *
find(struct clean *c, const char *path)
{
	size_t low = 0, high = c->n, mid;
	int d;

	if (c->next < c->n && strcmp(path_of(c, c->next), path) == 0)
		return &c->row[c->next++];
	while (low < high) {
		mid = low + (high - low) / 2;
		if ((d = strcmp(path_of(c, mid), path)) == 0) {
			c->next = mid + 1;
			return &c->row[mid];
		}
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool
export_clean_has(struct run *r, const char *path)
{
	return r->clean.n > 0 && find(&r->clean, path) != NULL;
}

/* The paths that a binding has files at; -1: not to be said without its key. */
static int
paths(const struct run *r, const struct btns_live *l,
    char path[2][BTNS_TREE_PATH])
{
	size_t type = strlen(l->type), value = strlen(l->value);
	bool fp = strcmp(l->type, btns_idtype_name(BTNS_ID_FP)) == 0;
	char hex[BTNS_FP_HEX];
	int n = 0;

	if (type + value + 2 > BTNS_TREE_PATH)
		return -1;
	if (!fp) {
		memcpy(path[n], l->type, type);
		path[n][type] = '/';
		memcpy(path[n++] + type + 1, l->value, value + 1);
	}
	if (r->fp_tree == 0 || (!fp && (r->fp_tree < 2 || !l->pinned)))
		return n;
	if (r->legacy)
		return -1;
	btns_fp_hex(hex, &l->fp);
	memcpy(path[n], "fp/", 3);
	memcpy(path[n++] + 3, hex, sizeof(hex));
	return n;
}

bool
export_clean_pin(struct run *r, const struct btns_pin *pin)
{
	struct btns_live l = { .type = btns_idtype_name(pin->ident.type),
	    .value = pin->ident.value, .fp = pin->fp,
	    .pinned = strcmp(pin->state, "pinned") == 0 };
	char path[2][BTNS_TREE_PATH];
	int i, n;

	if (r->clean.n == 0 || (n = paths(r, &l, path)) == -1)
		return false;
	for (i = 0; i < n; i++)
		if (!export_clean_has(r, path[i]))
			return false;
	return true;
}

/* Room for one more row, and for the octets of its path. */
static int
grow(struct clean *c, size_t len, struct btns_err *e)
{
	size_t room = c->room == 0 ? 256 : 2 * c->room;
	size_t space = 2 * (c->space + len);
	void *p;

	if (c->n == c->room) {
		if ((p = reallocarray(c->row, room, sizeof(*c->row))) == NULL)
			return btns_fail(e, BTNS_E_NOMEM, "out of memory");
		c->row = p;
		c->room = room;
	}
	if (c->used + len > c->space) {
		if ((p = realloc(c->text, space)) == NULL)
			return btns_fail(e, BTNS_E_NOMEM, "out of memory");
		c->text = p;
		c->space = space;
	}
	return 0;
}

/* A row with nothing left to do. */
static int
add_row(const struct btns_exported *x, void *arg)
{
	struct run *r = arg;
	struct clean *c = &r->clean;
	size_t len = strlen(x->path) + 1;

	if (x->sig == NULL || x->old == NULL || x->new == NULL ||
	    memcmp(x->old, x->new, DIGEST) != 0) {
		c->all_rows = false;
		return 0;
	}
	if (grow(c, len, r->e) == -1)
		return -1;
	memcpy(c->text + c->used, x->path, len);
	c->row[c->n].path = c->used;
	c->row[c->n].sig = *x->sig;
	c->row[c->n++].wanted = false;
	c->used += len;
	return 0;
}

static int
on_live(const struct btns_live *l, void *arg)
{
	struct run *r = arg;
	struct clean *c = &r->clean;
	struct clean_row *row;
	char path[2][BTNS_TREE_PATH];
	int i, n = paths(r, l, path);

	c->all_wants = c->all_wants && n != -1;
	for (i = 0; i < n; i++)
		if ((row = find(c, path[i])) != NULL && memcmp(row->sig.fp.b,
		    l->fp.b, BTNS_FP_LEN) == 0)
			row->wanted = true;
		else
			c->all_wants = false;
	return 0;
}

static bool
looks_same(const struct run *r, const char *path, const struct btns_sig *was)
{
	struct btns_err ignored;	/* whoever reads it meets it again */
	struct btns_sig sig;
	struct stat st;

	if (btns_tree_look(r->tree, path, &st, NULL, NULL, &ignored) != 1 ||
	    !S_ISREG(st.st_mode) || !export_open_mode(&st))
		return false;
	sig_of(&sig, &was->fp, &st);
	return sig_same(&sig, was);
}

int
export_clean(struct run *r, struct btns_err *e)
{
	struct clean *c = &r->clean;
	size_t i, n = 0;

	c->all_rows = c->all_wants = true;
	if (btns_exported_each(r->pins, add_row, r, e) == -1 ||
	    (c->n > 0 && btns_live_each(r->pins, on_live, r, e) == -1))
		return -1;
	for (i = 0; i < c->n; i++)
		if (!c->row[i].wanted)
			c->all_rows = false;
		else if (looks_same(r, path_of(c, i), &c->row[i].sig))
			c->row[n++] = c->row[i];
		else
			c->all_rows = c->all_wants = false;
	c->all_wants = c->all_wants && n > 0;
	c->n = n;
	c->next = 0;
	return 0;
}

void
export_clean_free(struct run *r)
{
	free(r->clean.row);
	free(r->clean.text);
}
