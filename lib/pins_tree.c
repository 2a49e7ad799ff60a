/* What export keeps in the store: its own files, and what it told. */
#include <string.h>
#include <time.h>

#include "err.h"
#include "pins_priv.h"

int
btns_exported_begin(struct btns_pins *p, struct btns_err *e)
{
	return pins_begin(p, e);
}

int
btns_exported_end(struct btns_pins *p, struct btns_err *e)
{
	return pins_commit(p, e);
}

int
btns_exported_put(struct btns_pins *p, const struct btns_exported *x,
    struct btns_err *e)
{
	struct store_exported row = { .path = x->path, .old = x->old,
	    .new = x->new, .at = time(NULL) };
	int rv;

	if (x->sig != NULL) {
		row.fp = x->sig->fp.b;
		row.dev = x->sig->dev;
		row.ino = x->sig->ino;
		row.size = x->sig->size;
		row.mtime = x->sig->mtime;
		row.ctime = x->sig->ctime;
	}
	rv = x->old == NULL && x->new == NULL ?
	    store_exported_delete(p->store, x->path, e) :
	    store_exported_put(p->store, &row, e);
	if (rv == -1)
		pins_rollback(p);
	return rv;
}

int
btns_exported_settle(struct btns_pins *p, struct btns_err *e)
{
	int rv = store_exported_settle(p->store, e);

	if (rv == -1)
		pins_rollback(p);
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
	struct btns_exported x = { .path = row->path, .old = row->old,
	    .new = row->new };
	struct btns_sig sig = { .dev = row->dev, .ino = row->ino,
	    .size = row->size, .mtime = row->mtime, .ctime = row->ctime };

	if (row->fp != NULL) {
		memcpy(sig.fp.b, row->fp, BTNS_FP_LEN);
		x.sig = &sig;
	}
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

struct news_walk {
	btns_news_fn	*fn;
	void		*arg;
};

static int
on_news(const struct store_news *n, void *arg)
{
	struct news_walk *w = arg;
	struct btns_news out = { n->path, n->what, n->since, n->told };

	return w->fn(&out, w->arg);
}

int
btns_news_each(struct btns_pins *p, btns_news_fn *fn, void *arg,
    struct btns_err *e)
{
	struct news_walk w = { fn, arg };

	return store_news_each(p->store, on_news, &w, e);
}

int
btns_news_put(struct btns_pins *p, const struct btns_news *n,
    struct btns_err *e)
{
	struct store_news row = { n->path, n->what, n->since, n->told };
	int rv;

	rv = n->what == NULL ? store_news_delete(p->store, n->path, e) :
	    store_news_put(p->store, &row, e);
	if (rv == -1)
		pins_rollback(p);
	return rv;
}
