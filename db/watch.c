/* What is seen, told and counted beside the bindings. */
#include <stdlib.h>
#include <string.h>

#include "../lib/err.h"
#include "query.h"
#include "store.h"

int
store_sighting_add(struct store *s, int64_t binding, int64_t at,
    const char *address, int64_t times, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_SIGHTING_ADD);
	q_i64(&q, binding);
	q_i64(&q, at);
	q_text(&q, address);
	q_i64(&q, times);
	return q_run(&q, e);
}

int
store_alarm_add(struct store *s, const char *identity, int64_t day,
    int64_t *count, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_ALARM_ADD);
	q_text(&q, identity);
	q_i64(&q, day);
	if (q_row(&q))
		*count = sqlite3_column_int64(q.st, 0);
	return q_end(&q, e);
}

int
store_revoked_put(struct store *s, const struct store_revoked *r,
    struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_REVOKED_PUT);
	q_blob(&q, r->fp, STORE_DIGEST);
	q_i64(&q, r->at);
	q_text(&q, r->actor);
	q_text(&q, r->login);
	q_text(&q, r->comment);
	return q_run(&q, e);
}

int
store_revoked_delete(struct store *s, const uint8_t *fp, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_REVOKED_DELETE);
	q_blob(&q, fp, STORE_DIGEST);
	return q_run(&q, e);
}

static int
walk_revoked(struct store *s, const uint8_t *low, const uint8_t *high,
    store_revoked_fn *fn, void *arg, int *rows, struct btns_err *e)
{
	struct store_revoked r;
	struct query q;
	int rv = 0;

	q_start(&q, s, STMT_REVOKED_RANGE);
	q_blob(&q, low, STORE_DIGEST);
	q_blob(&q, high, STORE_DIGEST);
	for (*rows = 0; rv == 0 && q_row(&q); ++*rows) {
		r.fp = sqlite3_column_blob(q.st, 0);
		r.at = sqlite3_column_int64(q.st, 1);
		r.actor = q_column(&q, 2);
		r.login = q_column(&q, 3);
		r.comment = q_column(&q, 4);
		if (r.fp == NULL || sqlite3_column_bytes(q.st, 0) !=
		    STORE_DIGEST || r.at < 0 || !q_plain(&q, 2) ||
		    !q_plain(&q, 3))
			rv = btns_fail(e, BTNS_E_STORE, "damaged: revoked");
		else if (fn != NULL)
			rv = fn(&r, arg);
	}
	return q_finish(&q, rv, e);
}

int
store_revoked_get(struct store *s, const uint8_t *fp, store_revoked_fn *fn,
    void *arg, struct btns_err *e)
{
	int rows, rv = walk_revoked(s, fp, fp, fn, arg, &rows, e);

	return rv == 0 ? rows : rv;
}

/* A row that outlives its statement: one block, freed as one. */
struct kept {
	struct store_revoked	 r;
	struct kept		*next;
	uint8_t			 fp[STORE_DIGEST];
	char			 text[];
};

static int
keep(const struct store_revoked *r, void *arg)
{
	size_t a = strlen(r->actor) + 1, l = strlen(r->login) + 1;
	size_t c = r->comment == NULL ? 0 : strlen(r->comment) + 1;
	struct kept ***last = arg, *k = malloc(sizeof(*k) + a + l + c);

	if (k == NULL)
		return 1;		/* out of memory */
	memcpy(k->fp, r->fp, STORE_DIGEST);
	memcpy(k->text, r->actor, a);
	memcpy(k->text + a, r->login, l);
	k->r = (struct store_revoked){ k->fp, r->at, k->text, k->text + a,
	    NULL };
	if (c > 0)
		k->r.comment = memcpy(k->text + a + l, r->comment, c);
	k->next = NULL;
	**last = k;
	*last = &k->next;
	return 0;
}

int
store_revoked_range(struct store *s, const uint8_t *low, const uint8_t *high,
    store_revoked_fn *fn, void *arg, struct btns_err *e)
{
	struct kept *first = NULL, **last = &first, *k;
	int rows, rv = walk_revoked(s, low, high, keep, &last, &rows, e);

	if (rv == 1)
		rv = btns_fail(e, BTNS_E_NOMEM, "out of memory");
	for (k = first; k != NULL && rv == 0; k = k->next)
		rv = fn(&k->r, arg);
	for (; first != NULL; first = k) {
		k = first->next;
		free(first);
	}
	return rv;
}

int
store_news_each(struct store *s, store_news_fn *fn, void *arg,
    struct btns_err *e)
{
	struct store_news n;
	struct query q;
	int rv = 0;

	q_start(&q, s, STMT_NEWS_EACH);
	while (rv == 0 && q_row(&q)) {
		n.path = q_column(&q, 0);
		n.what = q_column(&q, 1);
		n.since = sqlite3_column_int64(q.st, 2);
		n.told = sqlite3_column_int64(q.st, 3);
		rv = n.path == NULL || n.what == NULL ?
		    btns_fail(e, BTNS_E_STORE, "damaged: news") :
		    fn(&n, arg);
	}
	return q_finish(&q, rv, e);
}

int
store_news_put(struct store *s, const struct store_news *n,
    struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_NEWS_PUT);
	q_text(&q, n->path);
	q_text(&q, n->what);
	q_i64(&q, n->since);
	q_i64(&q, n->told);
	return q_run(&q, e);
}

int
store_news_delete(struct store *s, const char *path, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_NEWS_DELETE);
	q_text(&q, path);
	return q_run(&q, e);
}

int
store_count(struct store *s, enum store_count what, int64_t *n,
    struct btns_err *e)
{
	static const enum stmt stmt[] = {
		[STORE_COUNT_PINNED] = STMT_COUNT_PINNED,
		[STORE_COUNT_ACCEPTED] = STMT_COUNT_ACCEPTED,
		[STORE_COUNT_REVOKED] = STMT_COUNT_REVOKED,
		[STORE_COUNT_EXPORTED] = STMT_COUNT_EXPORTED
	};
	struct query q;

	*n = 0;
	q_start(&q, s, stmt[what]);
	if (q_row(&q))
		*n = sqlite3_column_int64(q.st, 0);
	return q_end(&q, e);
}

int
store_stats(struct store *s, int64_t until, struct store_stats *n,
    struct btns_err *e)
{
	int64_t *const field[] = { &n->pinned, &n->accepted, &n->learned,
	    &n->rejected, &n->retired, &n->accepted_until, &n->conflicts,
	    &n->revoked, &n->exported, &n->seq, &n->at, &n->unknown,
	    &n->another, &n->unread };
	struct query q;
	int i;

	*n = (struct store_stats){ 0 };
	q_start(&q, s, STMT_STATS);
	q_i64(&q, until);
	if (q_row(&q))
		for (i = 0; i < (int)(sizeof(field) / sizeof(field[0])); i++)
			*field[i] = sqlite3_column_int64(q.st, i);
	return q_end(&q, e);
}
