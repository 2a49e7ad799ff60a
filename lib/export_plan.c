/* What the store wants in the tree, what it wrote, what lies there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export_priv.h"
#include "hash.h"
#include "keyder.h"
#include "keywrite.h"
#include "when.h"

#define NOTE	159

static struct item *
item_new(struct run *r, const char *path)
{
	struct item *p = r->item;
	size_t room = r->room == 0 ? 64 : 2 * r->room;

	if (r->n == r->room) {
		if ((p = reallocarray(p, room, sizeof(*p))) == NULL)
			goto nomem;
		r->item = p;
		r->room = room;
	}
	p = &r->item[r->n];
	memset(p, 0, sizeof(*p));
	if ((p->path = strdup(path)) == NULL)
		goto nomem;
	p->stray = !btns_tree_place_is(path);
	r->n++;
	return p;
nomem:
	(void)btns_fail(r->e, BTNS_E_NOMEM, "out of memory");
	return NULL;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->path,
	    ((const struct item *)b)->path);
}

/* The item of a path among those in order already, or a new one. */
static struct item *
item_at(struct run *r, const char *path)
{
	struct item key = { .path = (char *)(uintptr_t)path }, *i = NULL;

	if (r->sorted > 0)
		i = bsearch(&key, r->item, r->sorted, sizeof(key), by_path);
	return i != NULL ? i : item_new(r, path);
}

int
export_render(char *text, size_t *n, const struct btns_key *k,
    struct btns_err *e)
{
	return btns_key_write(text, n, k, BTNS_FORM_PEM, e);
}

/* The original's names in pubkeys/fp were, as far as is known, these. */
static int
legacy_name(char out[BTNS_FP_HEX], const struct btns_key *k,
    struct btns_err *e)
{
	uint8_t bits[BTNS_ENC_MAX], digest[BTNS_HASH_MAX];
	size_t n;

	if (btns_key_encode(bits, &n, k, BTNS_ENC_BITS, e) == -1 ||
	    btns_hash(digest, BTNS_SHA1, bits, n, e) == -1)
		return -1;
	btns_hex(out, digest, btns_hash_len(BTNS_SHA1));
	return 0;
}

/* The file of a key in pubkeys/fp. */
static int
fp_path(char path[BTNS_TREE_PATH], const struct run *r,
    const struct btns_fp *fp, const struct btns_key *k, struct btns_err *e)
{
	char name[BTNS_FP_HEX];

	btns_fp_hex(name, fp);
	if (r->legacy && legacy_name(name, k, e) == -1)
		return -1;
	(void)snprintf(path, BTNS_TREE_PATH, "fp/%s", name);
	return 0;
}

int
export_path(char path[BTNS_TREE_PATH], const struct run *r,
    const struct btns_pin *pin, const struct btns_key *k, struct btns_err *e)
{
	if (pin->ident.type != BTNS_ID_FP) {
		btns_ident_print(path, &pin->ident);
		return 1;
	}
	if (r->fp_tree == 0)
		return 0;
	return fp_path(path, r, &pin->fp, k, e) == -1 ? -1 : 1;
}

static int
want(struct run *r, const char *path, const struct btns_pin *pin,
    const char *text, size_t n)
{
	uint8_t digest[BTNS_HASH_MAX];
	struct item *i;

	if (export_clean_has(r, path))
		return 0;
	if ((i = item_new(r, path)) == NULL ||
	    btns_hash(digest, BTNS_SHA256, text, n, r->e) == -1)
		return -1;
	i->want = i->has_fp = true;
	i->fp = pin->fp;
	if ((i->text = malloc(n)) == NULL)
		return btns_fail(r->e, BTNS_E_NOMEM, "out of memory");
	memcpy(i->text, text, n);
	i->textlen = n;
	memcpy(i->want_digest, digest, DIGEST);
	return 0;
}

static int
add_want(const struct btns_pin *pin, void *arg)
{
	struct run *r = arg;
	char path[BTNS_TREE_PATH], text[BTNS_FORM_MAX];
	struct btns_key k;
	size_t n;
	int rv;

	if (!pin->live || export_clean_pin(r, pin))
		return 0;
	if (btns_pin_key(&k, pin, r->e) == -1 ||
	    export_render(text, &n, &k, r->e) == -1 ||
	    (rv = export_path(path, r, pin, &k, r->e)) == -1)
		return -1;
	if (rv == 1 && (!r->fp_only || pin->ident.type == BTNS_ID_FP) &&
	    want(r, path, pin, text, n) == -1)
		return -1;
	/* By choice every pin can be found by its key; never an accepted. */
	if (r->fp_tree < 2 || pin->ident.type == BTNS_ID_FP ||
	    strcmp(pin->state, "pinned") != 0)
		return 0;
	return fp_path(path, r, &pin->fp, &k, r->e) == -1 ? -1 :
	    want(r, path, pin, text, n);
}

static int
add_row(const struct btns_exported *x, void *arg)
{
	struct run *r = arg;
	struct item *i;

	if (export_clean_has(r, x->path))
		return 0;
	if ((i = item_at(r, x->path)) == NULL)
		return -1;
	i->row = true;
	if ((i->had_sig = x->sig != NULL))
		i->was = *x->sig;
	if ((i->had_old = x->old != NULL))
		memcpy(i->old, x->old, DIGEST);
	if ((i->had_new = x->new != NULL))
		memcpy(i->new, x->new, DIGEST);
	return 0;
}

static int
add_file(const char *path, void *arg)
{
	struct item *i;

	if (export_clean_has(arg, path))
		return 0;
	if ((i = item_at(arg, path)) == NULL)
		return -1;
	i->listed = true;
	return 0;
}

void
export_free(struct item *i)
{
	free(i->path);
	free(i->text);
	free(i->sa_id);
	free(i->kept);
	free(i->note);
}

void
export_note(struct item *i, const char *text)
{
	free(i->note);
	i->note = strndup(text, NOTE);
}

const char *
export_noted(const struct item *i)
{
	return i->note == NULL ? "" : i->note;
}

/* The same path from store, rows and tree becomes one item. */
static void
merge(struct run *r)
{
	struct item *a, *b;
	size_t i, o = 0;

	if (r->n == 0)
		return;
	for (i = 1; i < r->n && by_path(&r->item[i - 1], &r->item[i]) <= 0;)
		i++;
	if (i < r->n)
		qsort(r->item, r->n, sizeof(*r->item), by_path);
	for (i = 1; i < r->n; i++) {
		a = &r->item[o];
		b = &r->item[i];
		if (strcmp(a->path, b->path) != 0) {
			if (++o != i)
				r->item[o] = *b;
			continue;
		}
		if (b->want && !a->want) {
			a->want = a->has_fp = true;
			memcpy(a->want_digest, b->want_digest, DIGEST);
			a->fp = b->fp;
			a->text = b->text;
			a->textlen = b->textlen;
			b->text = NULL;
		}
		a->listed = a->listed || b->listed;
		if (b->row) {
			a->row = true;
			a->had_old = b->had_old;
			a->had_new = b->had_new;
			a->had_sig = b->had_sig;
			a->was = b->was;
			memcpy(a->old, b->old, DIGEST);
			memcpy(a->new, b->new, DIGEST);
		}
		export_free(b);
	}
	r->n = r->sorted = o + 1;
}

/* What the store wrote at a path, and what may lie there. */
static int
collect_path(struct run *r, const char *path, struct btns_err *e)
{
	return btns_exported_get(r->pins, path, add_row, r, e) == -1 ||
	    item_new(r, path) == NULL ? -1 : 0;
}

/* Keys of an identity: their files in pubkeys/fp are its too. */
struct keys {
	struct run	*r;
	struct { struct btns_fp fp; struct btns_key key; } *k;
	size_t		 n;
};

static int
add_key(const struct btns_pin *pin, void *arg)
{
	struct keys *l = arg;
	void *p = reallocarray(l->k, l->n + 1, sizeof(*l->k));

	if (p == NULL)
		return btns_fail(l->r->e, BTNS_E_NOMEM, "out of memory");
	l->k = p;
	l->k[l->n].fp = pin->fp;
	return btns_pin_key(&l->k[l->n++].key, pin, l->r->e);
}

/*
 * Was this key collected just now?  A key may have any number of identities,
 * and a decision is about all of them: not each looks through all of them.
 */
static bool
lately(struct run *r, const struct btns_fp *fp)
{
	size_t i = 0;
	bool found;

	while (i < r->nlately && memcmp(&r->lately[i], fp, sizeof(*fp)) != 0)
		i++;
	found = i < r->nlately;
	if (!found && r->nlately < LATELY)
		r->nlately++;
	else if (!found)
		i--;
	memmove(&r->lately[1], &r->lately[0], i * sizeof(*fp));
	r->lately[0] = *fp;
	return found;
}

/* Under either name; and wanted there, perhaps, for another identity. */
static int
collect_key(struct run *r, const struct btns_fp *fp,
    const struct btns_key *k, struct btns_err *e)
{
	char path[BTNS_TREE_PATH], hex[BTNS_FP_HEX];
	int rv;

	if (lately(r, fp))
		return 0;
	btns_fp_hex(hex, fp);
	(void)snprintf(path, sizeof(path), "fp/%s", hex);
	r->fp_only = true;
	rv = btns_pins_by_prefix(r->pins, hex, add_want, r, e);
	r->fp_only = false;
	if (rv == -1 || collect_path(r, path, e) == -1 ||
	    legacy_name(hex, k, e) == -1)
		return -1;
	(void)snprintf(path, sizeof(path), "fp/%s", hex);
	return collect_path(r, path, e);
}

/* The paths that one identity has, or had. */
static int
collect_one(struct run *r, const struct btns_ident *id, struct btns_err *e)
{
	struct keys l = { r, NULL, 0 };
	char path[BTNS_ID_PRINT];
	size_t i;
	int rv;

	btns_ident_print(path, id);
	rv = btns_pins_of(r->pins, id, add_want, r, e);
	if (rv == 0 && id->type != BTNS_ID_FP)
		rv = collect_path(r, path, e);
	/* Also with fp-tree off: what was written there before must go. */
	if (rv == 0)
		rv = btns_pins_of(r->pins, id, add_key, &l, e);
	for (i = 0; i < l.n && rv == 0; i++)
		rv = collect_key(r, &l.k[i].fp, &l.k[i].key, e);
	free(l.k);
	return rv;
}

/*
 * A file with a revoked key, wherever it lies: with what the store wants
 * in its place, if anything.
 */
static int
hunt_file(const char *path, void *arg)
{
	struct run *r = arg;
	struct btns_ident id;
	struct btns_err ignored;
	int rv = export_holds_revoked(r, path, false, r->e);

	if (rv != 1)
		return rv;
	return btns_ident_parse(&id, path, &ignored) == 0 &&
	    id.type != BTNS_ID_FP ? collect_one(r, &id, r->e) :
	    collect_path(r, path, r->e);
}

static int
hunt_stray(const char *path, void *arg)
{
	struct run *r = arg;
	int rv = export_holds_revoked(r, path, true, r->e);

	return rv == 1 ? add_file(path, arg) : rv;
}

void
export_progress(const struct run *r, size_t n)
{
	if (r->how->progress != NULL)
		r->how->progress(n, r->n, r->how->arg);
}

int
export_collect(struct run *r, struct btns_err *e)
{
	size_t i;

	for (i = 0; i < r->how->nonly; i++)
		if (collect_one(r, &r->how->only[i], e) == -1)
			return -1;
	if (r->how->only == NULL &&
	    ((!r->how->force && export_clean(r, e) == -1) ||
	    (!r->clean.all_wants &&
	    btns_pins_live(r->pins, add_want, r, e) == -1)))
		return -1;
	/* Now rows and files mostly find the item of their path. */
	merge(r);
	if (r->how->only == NULL &&
	    ((!r->clean.all_rows &&
	    btns_exported_each(r->pins, add_row, r, e) == -1) ||
	    btns_tree_each(r->tree, add_file, r, e) == -1 ||
	    btns_tree_strays(r->tree, add_file, r, e) == -1))
		return -1;
	/* What can't be looked at doesn't keep a revoked key elsewhere in. */
	if (r->how->hunt && btns_tree_each(r->tree, hunt_file, r, e) == -1)
		r->unseen = *e;
	if (r->how->hunt && btns_tree_strays(r->tree, hunt_stray, r,
	    e) == -1)
		r->unseen = *e;
	merge(r);
	return 0;
}

int
export_settings(struct run *r, struct btns_err *e)
{
	char v[BTNS_SETTING_MAX];

	if (btns_setting_get(r->pins, "fp-tree", v, e) == -1)
		return -1;
	r->fp_tree = strcmp(v, "all") == 0 ? 2 : strcmp(v, "on") == 0;
	if (btns_setting_get(r->pins, "fp-name", v, e) == -1)
		return -1;
	r->legacy = strcmp(v, "legacy") == 0;
	if (btns_setting_get(r->pins, "reset", v, e) == -1)
		return -1;
	r->no_reset = strcmp(v, "never") == 0;
	if (btns_setting_get(r->pins, "accept-confirm", v, e) == -1 ||
	    btns_duration(&r->confirm, v, e) == -1)
		return -1;
	return btns_setting_get(r->pins, "remind", v, e) == -1 ? -1 :
	    btns_duration(&r->remind, v, e);
}
