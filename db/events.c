#include <stdbool.h>
#include <stdlib.h>
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

/* An event that outlives its statement. */
struct kept_event {
	struct store_event	 v;
	struct kept_event	*next;
	uint8_t			 fp[STORE_DIGEST], previous[STORE_DIGEST];
	uint8_t			 hash[STORE_DIGEST];
	char			 text[];
};

static const char *
keep_text(char **p, const char *s)
{
	char *at = *p;

	if (s == NULL)
		return NULL;
	*p = stpcpy(at, s) + 1;
	return at;
}

static size_t
size(const char *s)
{
	return s == NULL ? 0 : strlen(s) + 1;
}

static int
sound_event(struct query *q, const struct store_event *v)
{
	return v->seq > 0 && q_plain(q, 2) && q_plain(q, 3) &&
	    q_plain(q, 4) && (v->identity == NULL || q_plain(q, 5)) &&
	    (v->fp == NULL || sqlite3_column_bytes(q->st, 6) ==
	    STORE_DIGEST) && v->detail != NULL &&
	    (size_t)sqlite3_column_bytes(q->st, 7) == strlen(v->detail) &&
	    sqlite3_column_bytes(q->st, 8) == STORE_DIGEST &&
	    sqlite3_column_bytes(q->st, 9) == STORE_DIGEST;
}

static int
keep_event(struct kept_event **out, struct query *q, struct btns_err *e)
{
	struct store_event v = {
		sqlite3_column_int64(q->st, 0),
		sqlite3_column_int64(q->st, 1), q_column(q, 2),
		q_column(q, 3), q_column(q, 4), q_column(q, 5),
		sqlite3_column_blob(q->st, 6), q_column(q, 7),
		sqlite3_column_blob(q->st, 8), sqlite3_column_blob(q->st, 9)
	};
	struct kept_event *k;
	char *p;

	if (!sound_event(q, &v))
		return btns_fail(e, BTNS_E_STORE, "damaged: event %lld",
		    (long long)v.seq);
	if ((k = malloc(sizeof(*k) + size(v.actor) + size(v.login) +
	    size(v.verb) + size(v.identity) + size(v.detail))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	k->v = v;
	k->next = NULL;
	p = k->text;
	k->v.actor = keep_text(&p, v.actor);
	k->v.login = keep_text(&p, v.login);
	k->v.verb = keep_text(&p, v.verb);
	k->v.identity = keep_text(&p, v.identity);
	k->v.detail = keep_text(&p, v.detail);
	if (v.fp != NULL)
		k->v.fp = memcpy(k->fp, v.fp, STORE_DIGEST);
	k->v.previous = memcpy(k->previous, v.previous, STORE_DIGEST);
	k->v.hash = memcpy(k->hash, v.hash, STORE_DIGEST);
	*out = k;
	return 0;
}

/* A page from a number on; *rows of it. */
static int
event_page(struct store *s, int64_t from, struct kept_event **first,
    int *rows, struct btns_err *e)
{
	struct kept_event **last = first;
	struct query q;
	int rv = 0;

	*first = NULL;
	q_start(&q, s, STMT_EVENT_PAGE);
	q_i64(&q, from);
	for (*rows = 0; rv == 0 && q_row(&q); ++*rows)
		if ((rv = keep_event(last, &q, e)) == 0)
			last = &(*last)->next;
	return q_finish(&q, rv, e);
}

int
store_events(struct store *s, int64_t from, store_event_fn *fn, void *arg,
    struct btns_err *e)
{
	struct kept_event *k, *next;
	int rows, rv;

	do {
		rv = event_page(s, from, &k, &rows, e);
		for (; k != NULL; k = next) {
			next = k->next;
			if (rv == 0)
				rv = fn(&k->v, arg);
			from = k->v.seq + 1;
			free(k);
		}
	} while (rv == 0 && rows == STMT_PAGE_ROWS);
	return rv;
}

static bool
row_exported(struct query *q, struct store_exported *x)
{
	x->path = q_column(q, 0);
	x->old = sqlite3_column_blob(q->st, 1);
	x->new = sqlite3_column_blob(q->st, 2);
	x->at = sqlite3_column_int64(q->st, 3);
	x->fp = sqlite3_column_blob(q->st, 4);
	x->dev = sqlite3_column_int64(q->st, 5);
	x->ino = sqlite3_column_int64(q->st, 6);
	x->size = sqlite3_column_int64(q->st, 7);
	x->mtime = sqlite3_column_int64(q->st, 8);
	x->ctime = sqlite3_column_int64(q->st, 9);
	return x->path != NULL && (x->old == NULL ||
	    sqlite3_column_bytes(q->st, 1) == STORE_DIGEST) &&
	    (x->new == NULL ||
	    sqlite3_column_bytes(q->st, 2) == STORE_DIGEST) &&
	    (x->fp == NULL ||
	    sqlite3_column_bytes(q->st, 4) == STORE_DIGEST);
}

static int
walk_exported(struct query *q, store_exported_fn *fn, void *arg, int *rows,
    struct btns_err *e)
{
	struct store_exported x;
	int rv = 0;

	for (*rows = 0; rv == 0 && q_row(q); ++*rows) {
		rv = row_exported(q, &x) ? fn(&x, arg) :
		    btns_fail(e, BTNS_E_STORE, "damaged: exported");
	}
	return q_finish(q, rv, e);
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
	q_blob(&q, x->fp, STORE_DIGEST);
	if (x->fp != NULL) {
		q_i64(&q, x->dev);
		q_i64(&q, x->ino);
		q_i64(&q, x->size);
		q_i64(&q, x->mtime);
		q_i64(&q, x->ctime);
	}
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
store_exported_settle(struct store *s, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_EXPORTED_SETTLE);
	return q_run(&q, e);
}
