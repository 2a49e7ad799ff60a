/* What several checks of doctor look at, read once. */
#include <stdlib.h>
#include <string.h>

#include "doctor_priv.h"
#include "fp.h"
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
	struct btns_fp	 own;
	int		 has_own;
	uint8_t		*buf;
};

static int
see_own(const struct btns_key *k, void *arg)
{
	struct look *l = arg;
	struct btns_fp fp;

	if (btns_fp_of(&fp, k, l->d->e) == -1)
		return -1;
	l->f->own = l->f->own || (l->has_own == 1 &&
	    memcmp(&fp, &l->own, sizeof(fp)) == 0);
	return 0;
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
	return f->unread ? 0 : btns_ikedfile(&f->in, l->buf, n, path,
	    see_own, l, d->e);
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
	if ((l.has_own = btns_own_fp(&l.own, d->how->iked, &why)) == -1)
		d->nomem = d->nomem || why.code == BTNS_E_NOMEM;
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
