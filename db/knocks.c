/* What iked's log told: refusals, how far it was read, and when keys were
 * live. */
#include <stdlib.h>
#include <string.h>

#include "../lib/err.h"
#include "query.h"
#include "store.h"

int
store_knock_add(struct store *s, const struct store_knock *k,
    struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_KNOCK_ADD);
	q_text(&q, k->identity);
	q_text(&q, k->cause);
	q_text(&q, k->address);
	q_i64(&q, k->first_seen);
	q_i64(&q, k->last_seen);
	q_i64(&q, k->days);
	q_i64(&q, k->times);
	q_i64(&q, k->verified);
	q_blob(&q, k->fp, k->fp == NULL ? 0 : STORE_DIGEST);
	return q_run(&q, e);
}

/* Rows that outlive their statement; each is one block. */
struct kept {
	struct kept		*next;
	int64_t			 id;
	struct store_knock	 k;
	uint8_t			 fp[STORE_DIGEST];
	char			 text[];
};

static struct kept *
keep(struct query *q)
{
	const char *identity = q_column(q, 1), *address = q_column(q, 3);
	const char *cause = q_column(q, 2);
	const void *fp = sqlite3_column_blob(q->st, 9);
	size_t i = strlen(identity) + 1, a = strlen(address) + 1;
	size_t c = strlen(cause) + 1;
	struct kept *r = malloc(sizeof(*r) + i + a + c);

	if (r == NULL)
		return NULL;
	r->next = NULL;
	r->id = sqlite3_column_int64(q->st, 0);
	r->k = (struct store_knock){
		.identity = memcpy(r->text, identity, i),
		.address = memcpy(r->text + i, address, a),
		.cause = memcpy(r->text + i + a, cause, c),
		.first_seen = sqlite3_column_int64(q->st, 4),
		.last_seen = sqlite3_column_int64(q->st, 5),
		.days = sqlite3_column_int64(q->st, 6),
		.times = sqlite3_column_int64(q->st, 7),
		.verified = sqlite3_column_int64(q->st, 8)
	};
	if (fp != NULL)
		r->k.fp = memcpy(r->fp, fp, STORE_DIGEST);
	return r;
}

/* All rows of a query, then to the callback; *last is the last one's id. */
static int
walk(struct query *q, store_knock_fn *fn, void *arg, int64_t *last,
    int *rows, struct btns_err *e)
{
	struct kept *first = NULL, **end = &first, *r;
	int rv = 0;

	for (*rows = 0; rv == 0 && q_row(q); ++*rows) {
		if (!q_plain(q, 1) || !q_plain(q, 2) || !q_plain(q, 3) ||
		    (sqlite3_column_type(q->st, 9) != SQLITE_NULL &&
		    sqlite3_column_bytes(q->st, 9) != STORE_DIGEST))
			rv = btns_fail(e, BTNS_E_STORE, "damaged: knock");
		else if ((*end = keep(q)) == NULL)
			rv = btns_fail(e, BTNS_E_NOMEM, "out of memory");
		else
			end = &(*end)->next;
	}
	rv = q_finish(q, rv, e);
	for (r = first; r != NULL && rv == 0; r = r->next) {
		*last = r->id;
		rv = fn(&r->k, arg);
	}
	while ((r = first) != NULL) {
		first = r->next;
		free(r);
	}
	return rv;
}

int
store_knock_each(struct store *s, store_knock_fn *fn, void *arg,
    struct btns_err *e)
{
	struct query q;
	int64_t last = 0;
	int rows, rv;

	do {
		q_start(&q, s, STMT_KNOCK_EACH);
		q_i64(&q, last);
		rv = walk(&q, fn, arg, &last, &rows, e);
	} while (rv == 0 && rows == STMT_PAGE_ROWS);
	return rv;
}

int
store_knock_of(struct store *s, const char *identity, store_knock_fn *fn,
    void *arg, struct btns_err *e)
{
	struct query q;
	int64_t last;
	int rows;

	q_start(&q, s, STMT_KNOCK_OF);
	q_text(&q, identity);
	return walk(&q, fn, arg, &last, &rows, e);
}

int
store_knock_full(struct store *s, const char *address, const char *identity,
    int64_t most, struct btns_err *e)
{
	struct query q;
	int full = 0;

	q_start(&q, s, STMT_KNOCK_FULL);
	q_text(&q, address);
	q_i64(&q, most);
	q_text(&q, identity);
	if (q_row(&q))
		full = sqlite3_column_int(q.st, 0) != 0;
	return q_end(&q, e) == -1 ? -1 : full;
}

int
store_knock_trim(struct store *s, int64_t most, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_KNOCK_TRIM);
	q_i64(&q, most);
	return q_run(&q, e);
}

int
store_logmark_each(struct store *s, store_logmark_fn *fn, void *arg,
    struct btns_err *e)
{
	struct store_logmark m;
	struct query q;
	int rv = 0;

	q_start(&q, s, STMT_LOGMARK_EACH);
	while (rv == 0 && q_row(&q)) {
		m.head = sqlite3_column_blob(q.st, 0);
		m.length = sqlite3_column_int64(q.st, 1);
		m.done = sqlite3_column_int64(q.st, 2);
		m.tail = sqlite3_column_blob(q.st, 3);
		m.at = sqlite3_column_int64(q.st, 4);
		rv = sqlite3_column_bytes(q.st, 0) != STORE_DIGEST ||
		    sqlite3_column_bytes(q.st, 3) != STORE_DIGEST ||
		    m.length < 0 || m.done < 0 ?
		    btns_fail(e, BTNS_E_STORE, "damaged: logmark") :
		    fn(&m, arg);
	}
	return q_finish(&q, rv, e);
}

int
store_logmark_put(struct store *s, const struct store_logmark *m,
    struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_LOGMARK_PUT);
	q_blob(&q, m->head, STORE_DIGEST);
	q_i64(&q, m->length);
	q_i64(&q, m->done);
	q_blob(&q, m->tail, STORE_DIGEST);
	q_i64(&q, m->at);
	return q_run(&q, e);
}

int
store_logmark_delete(struct store *s, const uint8_t *head,
    const uint8_t *tail, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_LOGMARK_DELETE);
	q_blob(&q, head, STORE_DIGEST);
	q_blob(&q, tail, STORE_DIGEST);
	return q_run(&q, e);
}

int
store_logmark_trim(struct store *s, int64_t most, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_LOGMARK_TRIM);
	q_i64(&q, most);
	return q_run(&q, e);
}

int
store_period_table(struct store *s, struct btns_err *e)
{
	int rc = sqlite3_exec(s->db, stmt_period_table, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : store_fail(s, rc, e);
}

int
store_period_begin(struct store *s, const char *identity, const uint8_t *fp,
    int64_t at, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_PERIOD_BEGIN);
	q_text(&q, identity);
	q_blob(&q, fp, STORE_DIGEST);
	q_i64(&q, at);
	return q_run(&q, e);
}

int
store_period_end(struct store *s, const char *identity, const uint8_t *fp,
    int64_t at, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_PERIOD_END);
	q_text(&q, identity);
	q_i64(&q, at);
	q_blob(&q, fp, fp == NULL ? 0 : STORE_DIGEST);
	return q_run(&q, e);
}

int
store_period_end_key(struct store *s, const uint8_t *fp, int64_t at,
    struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_PERIOD_END_KEY);
	q_blob(&q, fp, STORE_DIGEST);
	q_i64(&q, at);
	return q_run(&q, e);
}

int
store_period_each(struct store *s, const char *identity, store_period_fn *fn,
    void *arg, struct btns_err *e)
{
	struct query q;
	int rv = 0;

	q_start(&q, s, STMT_PERIOD_EACH);
	q_text(&q, identity);
	while (rv == 0 && q_row(&q))
		rv = fn(sqlite3_column_blob(q.st, 0),
		    sqlite3_column_int64(q.st, 1),
		    sqlite3_column_int64(q.st, 2), arg);
	return q_finish(&q, rv, e);
}
