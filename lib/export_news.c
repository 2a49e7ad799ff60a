/* What was told of the tree, so that cron's mail says it once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "export_priv.h"

#define HELD	"export"	/* no path of the tree: those have a slash */

struct old {
	char	*path, *what;
	int64_t	 since, told;
	bool	 seen;
};

struct list {
	struct old	*old;
	size_t		 n;
};

static int
add(const struct btns_news *n, void *arg)
{
	struct list *l = arg;
	struct old *o;

	if ((o = reallocarray(l->old, l->n + 1, sizeof(*o))) == NULL)
		return 1;
	l->old = o;
	o += l->n;
	o->path = strdup(n->path);
	o->what = strdup(n->what);
	o->since = n->since;
	o->told = n->told;
	o->seen = false;
	l->n++;
	return o->path == NULL || o->what == NULL;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct old *)a)->path,
	    ((const struct old *)b)->path);
}

/* Told lately?  It is written down that it is now. */
static int
tell(struct run *r, struct list *l, const char *path, const char *what,
    bool *told, struct btns_err *e)
{
	int64_t now = time(NULL);
	struct btns_news n = { path, what, now, now };
	struct old key = { .path = (char *)(uintptr_t)path }, *o = NULL;

	if (l->n > 0)
		o = bsearch(&key, l->old, l->n, sizeof(*l->old), by_path);
	*told = false;
	if (o != NULL) {
		o->seen = true;
		n.since = o->since;
		*told = strcmp(o->what, what) == 0 &&
		    now < o->told + r->remind;
	}
	return *told ? 0 : btns_news_put(r->pins, &n, e);
}

static int
tell_all(struct run *r, struct list *l, struct btns_tally *t,
    struct btns_err *e)
{
	char what[32];
	size_t n;

	for (n = 0; n < r->n; n++)
		if (r->item[n].op == PLAN_FOREIGN && tell(r, l,
		    r->item[n].path, r->item[n].note, &r->item[n].told,
		    e) == -1)
			return -1;
	if (t->held == 0)
		return 0;
	(void)snprintf(what, sizeof(what), "%lu", t->held);
	return tell(r, l, HELD, what, &t->told, e);
}

static bool
acted(const struct run *r, const char *path)
{
	size_t n;

	for (n = 0; n < r->n; n++)
		if (r->item[n].op != PLAN_NONE &&
		    strcmp(r->item[n].path, path) == 0)
			return true;
	return false;
}

/* What is no more is told once, after the transaction, and forgotten. */
static int
forget_gone(struct run *r, const struct list *l, struct btns_err *e)
{
	struct btns_news none = { .what = NULL };
	size_t i;

	if ((r->gone = calloc(l->n + 1, sizeof(*r->gone))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	for (i = 0; i < l->n; i++) {
		if (l->old[i].seen)
			continue;
		none.path = l->old[i].path;
		if (btns_news_put(r->pins, &none, e) == -1)
			return -1;
		if (strcmp(none.path, HELD) == 0 || acted(r, none.path))
			continue;	/* that was told */
		if ((r->gone[r->ngone] = strdup(none.path)) == NULL)
			return btns_fail(e, BTNS_E_NOMEM, "out of memory");
		r->ngone++;
	}
	return 0;
}

int
export_news(struct run *r, struct btns_tally *t, struct btns_err *e)
{
	struct list l = { NULL, 0 };
	size_t i;
	int rv = btns_news_each(r->pins, add, &l, e);

	if (rv == 1)
		rv = btns_fail(e, BTNS_E_NOMEM, "out of memory");
	if (l.n > 1)
		qsort(l.old, l.n, sizeof(*l.old), by_path);
	if (rv == 0 && (tell_all(r, &l, t, e) == -1 ||
	    forget_gone(r, &l, e) == -1))
		rv = -1;
	for (i = 0; i < l.n; i++) {
		free(l.old[i].path);
		free(l.old[i].what);
	}
	free(l.old);
	return rv;
}
