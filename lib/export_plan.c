#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "export_priv.h"
#include "hash.h"
#include "keyder.h"
#include "keyread.h"
#include "keywrite.h"

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
	r->n++;
	return p;
nomem:
	(void)btns_fail(r->e, BTNS_E_NOMEM, "out of memory");
	return NULL;
}

int
export_render(char *text, size_t *n, const struct btns_key *k,
    struct btns_err *e)
{
	return btns_key_write(text, n, k, BTNS_FORM_PEM, e);
}

static int
add_want(const struct btns_pin *pin, void *arg)
{
	struct run *r = arg;
	char path[BTNS_ID_PRINT], text[BTNS_FORM_MAX];
	uint8_t digest[BTNS_HASH_MAX];
	struct btns_key k;
	struct item *i;
	size_t n;

	if (!pin->live)
		return 0;
	btns_ident_print(path, &pin->ident);
	if ((i = item_new(r, path)) == NULL)
		return -1;
	i->want = i->has_fp = true;
	i->fp = pin->fp;
	if (btns_pin_key(&k, pin, r->e) == -1 ||
	    export_render(text, &n, &k, r->e) == -1 ||
	    btns_hash(digest, BTNS_SHA256, text, n, r->e) == -1)
		return -1;
	if ((i->text = malloc(n)) == NULL)
		return btns_fail(r->e, BTNS_E_NOMEM, "out of memory");
	memcpy(i->text, text, n);
	i->textlen = n;
	memcpy(i->want_digest, digest, DIGEST);
	return 0;
}

static int
add_row(const struct btns_exported *x, void *arg)
{
	struct run *r = arg;
	struct item *i;

	if ((i = item_new(r, x->path)) == NULL)
		return -1;
	i->row = true;
	if ((i->had_old = x->old != NULL))
		memcpy(i->old, x->old, DIGEST);
	if ((i->had_new = x->new != NULL))
		memcpy(i->new, x->new, DIGEST);
	return 0;
}

static int
add_file(const char *path, void *arg)
{
	return item_new(arg, path) == NULL ? -1 : 0;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->path,
	    ((const struct item *)b)->path);
}

void
export_free(struct item *i)
{
	free(i->path);
	free(i->text);
	free(i->sa_id);
}

/* The same path from store, rows and tree becomes one item. */
static void
merge(struct run *r)
{
	struct item *a, *b;
	size_t i, o = 0;

	if (r->n == 0)
		return;
	qsort(r->item, r->n, sizeof(*r->item), by_path);
	for (i = 1; i < r->n; i++) {
		a = &r->item[o];
		b = &r->item[i];
		if (strcmp(a->path, b->path) != 0) {
			r->item[++o] = *b;
			continue;
		}
		if (b->want) {
			a->want = a->has_fp = true;
			memcpy(a->want_digest, b->want_digest, DIGEST);
			a->fp = b->fp;
			a->text = b->text;
			a->textlen = b->textlen;
			b->text = NULL;
		}
		if (b->row) {
			a->row = true;
			a->had_old = b->had_old;
			a->had_new = b->had_new;
			memcpy(a->old, b->old, DIGEST);
			memcpy(a->new, b->new, DIGEST);
		}
		export_free(b);
	}
	r->n = o + 1;
}

int
export_collect(struct run *r, struct btns_err *e)
{
	char path[BTNS_ID_PRINT];

	if (r->how->only != NULL) {
		btns_ident_print(path, r->how->only);
		if (btns_pins_of(r->pins, r->how->only, add_want, r,
		    e) == -1 || btns_exported_get(r->pins, path, add_row, r,
		    e) == -1 || item_new(r, path) == NULL)
			return -1;
	} else if (btns_pins_each(r->pins, add_want, r, e) == -1 ||
	    btns_exported_each(r->pins, add_row, r, e) == -1 ||
	    btns_tree_each(r->tree, add_file, r, e) == -1)
		return -1;
	merge(r);
	return 0;
}

/* What lies at a path that isn't ours, for the person who put it there. */
static void
describe(struct item *i, const struct stat *st, const char *what)
{
	const struct passwd *pw = getpwuid(st->st_uid);
	char when[32], who[16];
	struct tm tm;

	if (pw != NULL)
		(void)snprintf(who, sizeof(who), "%.15s", pw->pw_name);
	else
		(void)snprintf(who, sizeof(who), "%ld", (long)st->st_uid);
	if (gmtime_r(&st->st_mtime, &tm) == NULL ||
	    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		when[0] = '\0';
	(void)snprintf(i->note, sizeof(i->note), "%s, %s %04o, %s", what, who,
	    (unsigned)st->st_mode & 07777, when);
}

/* What iked finds in a file: it takes the first key that it can use. */
struct found {
	struct btns_key	 key;
	unsigned	 keys, refused;
	bool		 usable;
};

static int
found_key(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	struct found *f = arg;

	(void)at;
	f->keys++;
	if (f->keys == 1 || (!f->usable && k->type != BTNS_ED25519))
		f->key = *k;
	f->usable = f->usable || k->type != BTNS_ED25519;
	return 0;
}

static void
found_bad(const struct btns_err *why, void *arg)
{
	struct found *f = arg;

	(void)why;
	f->refused++;
}

static int
see_keys(struct run *r, struct item *i, size_t n, char what[64],
    struct plan_facts *f, struct btns_err *e)
{
	char name[BTNS_KEY_NAME_MAX], text[BTNS_FORM_MAX];
	struct found found = { .keys = 0 };
	struct btns_keyread cb = { found_key, found_bad, NULL, &found };
	struct btns_fp fp;
	size_t len;
	bool wanted;

	if (n > BTNS_TREE_FILE)
		return 0;
	if (btns_keys_parse(r->buf, n, i->path, &cb, e) == -1 &&
	    e->code != BTNS_E_FORMAT)
		return -1;
	if (found.keys == 0)
		return 0;
	if (export_render(text, &len, &found.key, e) == -1 ||
	    btns_fp_of(&fp, &found.key, e) == -1)
		return -1;
	wanted = i->want && len == i->textlen &&
	    memcmp(text, i->text, len) == 0;
	f->same_key = wanted && found.keys + found.refused == 1;
	i->trusted = found.usable && !wanted;
	if (!i->want && found.keys + found.refused == 1) {
		i->fp = fp;
		i->has_fp = true;
	}
	btns_key_name(name, &found.key);
	(void)snprintf(what, 64, "%s %02x%02x%02x%02x%02x%02x%02x%02x..%s",
	    name, fp.b[0], fp.b[1], fp.b[2], fp.b[3], fp.b[4], fp.b[5],
	    fp.b[6], fp.b[7], found.keys + found.refused > 1 ? " and more" :
	    "");
	return 0;
}

static int
see_other(struct run *r, struct item *i, const struct stat *st, size_t n,
    struct plan_facts *f, struct btns_err *e)
{
	char what[64] = "no key that can be read";

	i->directory = S_ISDIR(st->st_mode);
	if (!f->file)
		(void)snprintf(what, sizeof(what), "%s",
		    S_ISLNK(st->st_mode) ? "a symbolic link" :
		    i->directory ? "a directory" : "no regular file");
	else if (see_keys(r, i, n, what, f, e) == -1)
		return -1;
	if (S_ISLNK(st->st_mode))
		i->trusted = true;	/* iked follows it */
	describe(i, st, what);
	return 0;
}

bool
export_open_mode(const struct stat *st)
{
	return (st->st_mode & 07777) == 0644 &&
	    (st->st_uid == 0 || st->st_uid == geteuid());
}

int
export_examine(struct run *r, struct item *i, struct btns_err *e)
{
	struct plan_facts f = { .want = i->want, .force = r->how->force };
	uint8_t digest[BTNS_HASH_MAX];
	struct stat st;
	size_t n = 0;
	int there;

	if ((there = btns_tree_look(r->tree, i->path, &st, r->buf, &n,
	    e)) == -1)
		return -1;
	i->there = f.there = there == 1;
	f.file = i->there && S_ISREG(st.st_mode);
	if (f.file && n <= BTNS_TREE_FILE) {
		if (btns_hash(digest, BTNS_SHA256, r->buf, n, e) == -1)
			return -1;
		memcpy(i->disk, digest, DIGEST);
		f.same = i->want && memcmp(digest, i->want_digest,
		    DIGEST) == 0;
		f.ours = i->row && ((i->had_old && memcmp(digest, i->old,
		    DIGEST) == 0) || (i->had_new && memcmp(digest, i->new,
		    DIGEST) == 0));
		f.open = export_open_mode(&st);
	}
	if (i->there && !f.same && see_other(r, i, &st, n, &f, e) == -1)
		return -1;
	i->op = plan(&f);
	/* Also where a killed run removed the file and got no further. */
	i->ends = (i->row && !i->want) ||
	    (i->op == PLAN_CHANGE && !f.same && !f.same_key) ||
	    (i->row && (f.same || i->op == PLAN_ADD) && i->had_old &&
	    memcmp(i->old, i->want_digest, DIGEST) != 0);
	return 0;
}

int
btns_export_holds(struct btns_tree *t, const struct btns_pin *pin,
    struct btns_err *e)
{
	char path[BTNS_ID_PRINT], text[BTNS_FORM_MAX];
	uint8_t buf[BTNS_TREE_FILE];
	struct btns_key k;
	struct stat st;
	size_t n, len = 0;
	int there;

	btns_ident_print(path, &pin->ident);
	if (btns_pin_key(&k, pin, e) == -1 ||
	    export_render(text, &n, &k, e) == -1)
		return -1;
	if ((there = btns_tree_look(t, path, &st, buf, &len, e)) != 1)
		return there;
	return S_ISREG(st.st_mode) && len == n &&
	    memcmp(buf, text, n) == 0 && export_open_mode(&st);
}
