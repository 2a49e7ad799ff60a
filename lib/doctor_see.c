/* What several checks of doctor look at, read once. */
#include <stdlib.h>
#include <string.h>

#include "doctor_priv.h"
#include "fp.h"
#include "ikedkey.h"
#include "keyread.h"
#include "own.h"

bool
doctor_is_end(const struct btns_err *why)
{
	return why->code == BTNS_E_NOMEM || why->code == BTNS_E_CRYPTO ||
	    why->code == BTNS_E_INTERNAL;
}

struct look {
	struct doctor	*d;
	struct doctor_file *f;
	struct btns_fp	 own[2];
	unsigned	 nown;
	uint8_t		*buf;
};

static int
see_own(struct look *l, const struct btns_key *k)
{
	struct btns_fp fp;
	unsigned i;

	if (btns_fp_of(&fp, k, l->d->e) == -1)
		return -1;
	for (i = 0; i < l->nown; i++)
		l->f->own = l->f->own || memcmp(&fp, &l->own[i],
		    sizeof(fp)) == 0;
	return 0;
}

static int
see_key(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	struct look *l = arg;
	struct doctor_file *f = l->f;

	if (f->keys++ == 0) {
		f->ed25519 = k->type == BTNS_ED25519;
		f->weak = btns_key_weak(k);
		f->loads = btns_keyat_loads(at) && !f->ed25519;
	}
	return see_own(l, k);
}

static void
see_bad(const struct btns_err *why, void *arg)
{
	struct look *l = arg;

	(void)why;
	l->f->refused++;
}

/* iked's own reader takes more than ours, and takes longer. */
static int
see_keys(struct look *l, const char *path, size_t n)
{
	struct btns_keyread cb = { see_key, see_bad, NULL, l };
	struct btns_key k;
	int rv;

	if (n == 0)
		return 0;
	if (btns_keys_parse(l->buf, n, path, &cb, l->d->e) == -1 &&
	    l->d->e->code != BTNS_E_FORMAT)
		return -1;
	if (l->f->loads && l->f->keys + l->f->refused == 1)
		return 0;
	if ((rv = btns_iked_key(&k, l->buf, n, l->d->e)) == -1)
		return -1;
	l->f->loads = rv == 1;
	return rv == 1 ? see_own(l, &k) : 0;
}

static int
see_file(const char *path, void *arg)
{
	struct look *l = arg;
	struct doctor *d = l->d;
	struct doctor_file *f;
	size_t n = 0;

	if ((f = reallocarray(d->file, d->nfile + 1, sizeof(*f))) == NULL)
		return btns_fail(d->e, BTNS_E_NOMEM, "out of memory");
	d->file = f;
	l->f = f += d->nfile;
	memset(f, 0, sizeof(*f));
	if (btns_tree_look(d->tree, path, &f->st, NULL, NULL, d->e) != 1)
		return 0;		/* it went this moment */
	if ((f->path = strdup(path)) == NULL)
		return btns_fail(d->e, BTNS_E_NOMEM, "out of memory");
	d->nfile++;
	f->unread = f->st.st_size > 0 && !btns_tree_follow(d->tree, path,
	    l->buf, BTNS_TREE_LONG, &n);
	return f->unread ? 0 : see_keys(l, path, n);
}

static int
see_files(struct doctor *d)
{
	struct look l = { .d = d };
	struct btns_err why;
	int rv;

	if (d->tree == NULL)
		return 0;
	/* A pair that is damaged is a check's to tell. */
	if (btns_own_fps(l.own, &l.nown, d->how->iked, &why) == -1) {
		d->nomem = d->nomem || why.code == BTNS_E_NOMEM;
		l.nown = 0;
	}
	if ((l.buf = malloc(BTNS_TREE_LONG)) == NULL)
		return btns_fail(d->e, BTNS_E_NOMEM, "out of memory");
	rv = btns_tree_each(d->tree, see_file, &l, d->e);
	free(l.buf);
	return rv;
}

int
doctor_see(struct doctor *d)
{
	struct btns_err why;

	d->nomem = btns_ikeduser(&d->user, &why) == -1;
	if (btns_tree_open(&d->tree, d->how->iked, NULL, TREE_LOOK,
	    &d->files_why) == -1 && d->files_why.code == BTNS_E_NOMEM)
		d->nomem = true;
	if (d->tree != NULL)
		d->files_why.code = BTNS_OK;
	if (!ikedconf_path(d->conf_path, sizeof(d->conf_path), d->how->iked))
		return btns_fail(d->e, BTNS_E_USAGE, "%.60s...: too long",
		    d->how->iked);
	d->have_conf = ikedconf_read(&d->conf, d->conf_path,
	    &d->conf_why) == 0;
	if (!d->have_conf && d->conf_why.code == BTNS_E_NOMEM)
		d->nomem = true;
	if (see_files(d) == -1) {
		if (doctor_is_end(d->e))
			return -1;
		d->files_why = *d->e;
	}
	return 0;
}
