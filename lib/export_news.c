/* What was told of the tree, so that cron's mail says it once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "export_priv.h"

/* No paths of the tree: those have a slash, and no blank before it. */
#define HELD	"export"
#define UNSURE	"accepted "

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
add_unsure(const struct btns_live *l, void *arg)
{
	struct run *r = arg;
	struct unsure *u = reallocarray(r->unsure, r->nunsure + 1,
	    sizeof(*u));

	if (u == NULL)
		return btns_fail(r->e, BTNS_E_NOMEM, "out of memory");
	r->unsure = u;
	u += r->nunsure++;
	(void)snprintf(u->ident, sizeof(u->ident), "%s/%s", l->type,
	    l->value);
	u->fp = l->fp;
	u->since = l->since;
	u->told = false;
	return 0;
}

static int
tell_unsure(struct run *r, struct list *l, struct btns_err *e)
{
	char path[sizeof(UNSURE) + BTNS_ID_PRINT], hex[BTNS_FP_HEX];
	size_t n;

	if (btns_accepted_until(r->pins, r->began - r->confirm, add_unsure,
	    r, e) == -1)
		return -1;
	for (n = 0; n < r->nunsure; n++) {
		(void)snprintf(path, sizeof(path), UNSURE "%s",
		    r->unsure[n].ident);
		btns_fp_hex(hex, &r->unsure[n].fp);
		if (tell(r, l, path, hex, &r->unsure[n].told, e) == -1)
			return -1;
	}
	return 0;
}

static int
tell_all(struct run *r, struct list *l, struct btns_tally *t,
    struct btns_err *e)
{
	char what[32];
	size_t n;

	for (n = 0; n < r->n; n++)
		if (r->item[n].op == PLAN_FOREIGN && tell(r, l,
		    r->item[n].path, export_noted(&r->item[n]),
		    &r->item[n].told, e) == -1)
			return -1;
	if (tell_unsure(r, l, e) == -1)
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
		if (strcmp(none.path, HELD) == 0 || strncmp(none.path,
		    UNSURE, strlen(UNSURE)) == 0 || acted(r, none.path))
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
