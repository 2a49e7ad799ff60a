#include <string.h>

#include "../lib/err.h"
#include "query.h"
#include "store.h"

int
store_event_last(struct store *s, int64_t *seq, uint8_t hash[STORE_DIGEST],
    struct btns_err *e)
{
	struct query q;
	int found, sound = 1;

	q_start(&q, s, STMT_EVENT_LAST);
	if ((found = q_row(&q))) {
		const void *p = sqlite3_column_blob(q.st, 1);

		*seq = sqlite3_column_int64(q.st, 0);
		sound = p != NULL && *seq >= 0 && *seq < INT64_MAX &&
		    sqlite3_column_bytes(q.st, 1) == STORE_DIGEST;
		if (sound)
			memcpy(hash, p, STORE_DIGEST);
	}
	if (q_end(&q, e) == -1)
		return -1;
	return sound ? found : btns_fail(e, BTNS_E_STORE,
	    "damaged: the last event");
}

int
store_event_add(struct store *s, const struct store_event *v,
    struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_EVENT_ADD);
	q_i64(&q, v->seq);
	q_i64(&q, v->at);
	q_text(&q, v->actor);
	q_text(&q, v->login);
	q_text(&q, v->verb);
	q_text(&q, v->identity);
	q_blob(&q, v->fp, STORE_DIGEST);
	q_text(&q, v->detail);
	q_blob(&q, v->previous, STORE_DIGEST);
	q_blob(&q, v->hash, STORE_DIGEST);
	return q_run(&q, e);
}

static int
walk_exported(struct query *q, store_exported_fn *fn, void *arg, int *rows,
    struct btns_err *e)
{
	struct store_exported x;
	int rv = 0;

	for (*rows = 0; rv == 0 && q_row(q); ++*rows) {
		x.path = q_column(q, 0);
		x.old = sqlite3_column_blob(q->st, 1);
		x.new = sqlite3_column_blob(q->st, 2);
		x.at = sqlite3_column_int64(q->st, 3);
		rv = x.path == NULL || (x.old != NULL &&
		    sqlite3_column_bytes(q->st, 1) != STORE_DIGEST) ||
		    (x.new != NULL &&
		    sqlite3_column_bytes(q->st, 2) != STORE_DIGEST) ?
		    btns_fail(e, BTNS_E_STORE, "damaged: exported") :
		    fn(&x, arg);
	}
	if (rv == 0)
		return q_end(q, e);
	q->rc = SQLITE_OK;
	(void)q_end(q, e);
	return rv;
}

int
store_exported_each(struct store *s, store_exported_fn *fn, void *arg,
    struct btns_err *e)
{
	struct query q;
	int rows;

	q_start(&q, s, STMT_EXPORTED_EACH);
	return walk_exported(&q, fn, arg, &rows, e);
}

int
store_exported_get(struct store *s, const char *path, store_exported_fn *fn,
    void *arg, struct btns_err *e)
{
	struct query q;
	int rows, rv;

	q_start(&q, s, STMT_EXPORTED_GET);
	q_text(&q, path);
	rv = walk_exported(&q, fn, arg, &rows, e);
	return rv == 0 ? rows : rv;
}

int
store_exported_put(struct store *s, const struct store_exported *x,
    struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_EXPORTED_PUT);
	q_text(&q, x->path);
	q_blob(&q, x->old, STORE_DIGEST);
	q_blob(&q, x->new, STORE_DIGEST);
	q_i64(&q, x->at);
	return q_run(&q, e);
}

int
store_exported_delete(struct store *s, const char *path, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_EXPORTED_DELETE);
	q_text(&q, path);
	return q_run(&q, e);
}

int
store_count_exported(struct store *s, int64_t *n, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_COUNT_EXPORTED);
	if (q_row(&q))
		*n = sqlite3_column_int64(q.st, 0);
	return q_end(&q, e);
}
