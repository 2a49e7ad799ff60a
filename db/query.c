#include <errno.h>

#include "../lib/err.h"
#include "query.h"

int
store_fail(struct store *s, int rc, struct btns_err *e)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return btns_fail(e, BTNS_E_STORE,
		    "in use by another program for %d s", STORE_WAIT_MS / 1000);
	case SQLITE_NOTADB:
		return btns_fail(e, BTNS_E_STORE, "not a store");
	case SQLITE_CORRUPT:
		return btns_fail(e, BTNS_E_STORE, "damaged");
	case SQLITE_NOMEM:
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	case SQLITE_FULL:
		errno = ENOSPC;
		return btns_fail_sys(e, "store");
	default:
		/* Never sqlite3_expanded_sql(): values stay out of logs. */
		return btns_fail(e, BTNS_E_STORE, "%s",
		    s->db == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(s->db));
	}
}

void
q_start(struct query *q, struct store *s, enum stmt n)
{
	q->s = s;
	q->nbound = 0;
	q->rc = SQLITE_OK;
	if (s->st[n] == NULL)
		q->rc = sqlite3_prepare_v3(s->db, stmt_sql[n], -1,
		    SQLITE_PREPARE_PERSISTENT, &s->st[n], NULL);
	q->st = s->st[n];
}

void
q_text(struct query *q, const char *v)
{
	if (q->rc == SQLITE_OK)
		q->rc = sqlite3_bind_text(q->st, ++q->nbound, v, -1,
		    SQLITE_STATIC);
}

void
q_blob(struct query *q, const void *v, size_t len)
{
	if (q->rc == SQLITE_OK)
		q->rc = sqlite3_bind_blob(q->st, ++q->nbound, v, (int)len,
		    SQLITE_STATIC);
}

void
q_i64(struct query *q, int64_t v)
{
	if (q->rc == SQLITE_OK)
		q->rc = sqlite3_bind_int64(q->st, ++q->nbound, v);
}

int
q_row(struct query *q)
{
	if (q->rc == SQLITE_OK || q->rc == SQLITE_ROW)
		q->rc = sqlite3_step(q->st);
	return q->rc == SQLITE_ROW;
}

int
q_end(struct query *q, struct btns_err *e)
{
	int rv = 0;

	if (q->rc != SQLITE_OK && q->rc != SQLITE_ROW && q->rc != SQLITE_DONE)
		rv = store_fail(q->s, q->rc, e);
	if (q->st == NULL)
		return rv;		/* it could not be prepared */
	(void)sqlite3_reset(q->st);
	(void)sqlite3_clear_bindings(q->st);
	return rv;
}

/* A statement whose rows, if any, nobody reads. */
int
q_run(struct query *q, struct btns_err *e)
{
	(void)q_row(q);
	return q_end(q, e);
}

int
q_finish(struct query *q, int rv, struct btns_err *e)
{
	if (rv == 0)
		return q_end(q, e);
	q->rc = SQLITE_OK;		/* the callback's answer stands */
	(void)q_end(q, e);
	return rv;
}

int
q_plain(struct query *q, int i)
{
	const char *p, *s = q_column(q, i);

	for (p = s; p != NULL && *p >= 0x20 && *p < 0x7f; p++)
		continue;
	return p != NULL && *p == '\0' &&
	    p - s == sqlite3_column_bytes(q->st, i);
}

const char *
q_column(struct query *q, int i)
{
	return (const char *)sqlite3_column_text(q->st, i);
}
