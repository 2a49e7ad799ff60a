/* The schema, and all tables of a store at once. */
#include <stdio.h>
#include <string.h>

#include "../lib/err.h"
#include "query.h"
#include "store.h"

static const char objects[] = "SELECT type, name, ifnull(sql, '')"
    " FROM main.sqlite_schema ORDER BY type, name";

static const char *
column(sqlite3_stmt *st, int i)
{
	const char *s = (const char *)sqlite3_column_text(st, i);

	return s == NULL ? "" : s;
}

/* Step through both: the first object that only one of them has so. */
static int
compare(struct store *s, sqlite3_stmt *is, sqlite3_stmt *should,
    struct btns_err *e)
{
	int a, b, i;

	for (;;) {
		a = sqlite3_step(is);
		b = sqlite3_step(should);
		if (a == SQLITE_DONE && b == SQLITE_DONE)
			return 0;
		if (a != SQLITE_ROW && a != SQLITE_DONE)
			return store_fail(s, a, e);
		for (i = 0; i < 3 && a == b && a == SQLITE_ROW; i++)
			if (strcmp(column(is, i), column(should, i)) != 0)
				break;
		if (a == b && i == 3)
			continue;
		return btns_fail(e, BTNS_E_STORE, "its schema is not ours,"
		    " from the %.20s %.60s on", column(a == SQLITE_ROW ? is :
		    should, 0), column(a == SQLITE_ROW ? is : should, 1));
	}
}

int
store_schema(struct store *s, struct btns_err *e)
{
	sqlite3_stmt *is = NULL, *should = NULL;
	struct store *ours;
	int rc, rv = -1;

	if (store_empty(&ours, e) == -1)
		return -1;
	if ((rc = sqlite3_prepare_v2(s->db, objects, -1, &is,
	    NULL)) != SQLITE_OK)
		(void)store_fail(s, rc, e);
	else if ((rc = sqlite3_prepare_v2(ours->db, objects, -1, &should,
	    NULL)) != SQLITE_OK)
		(void)store_fail(ours, rc, e);
	else
		rv = compare(s, is, should, e);
	(void)sqlite3_finalize(is);
	(void)sqlite3_finalize(should);
	store_close(ours);
	return rv;
}

static int
exec(struct store *s, const char *sql, struct btns_err *e)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : store_fail(s, rc, e);
}

/* One statement for each table, in the order that they were made in. */
static int
each_table(struct store *s, const char *sql, struct btns_err *e)
{
	sqlite3_stmt *st = NULL;
	char *text;
	int rc, rv = 0;

	rc = sqlite3_prepare_v2(s->db, "SELECT name FROM main.sqlite_schema"
	    " WHERE type = 'table' ORDER BY rowid", -1, &st, NULL);
	while (rc == SQLITE_OK && rv == 0 &&
	    sqlite3_step(st) == SQLITE_ROW) {
		text = sqlite3_mprintf(sql, column(st, 0), column(st, 0));
		rv = text == NULL ? btns_fail(e, BTNS_E_NOMEM,
		    "out of memory") : exec(s, text, e);
		sqlite3_free(text);
	}
	(void)sqlite3_finalize(st);
	return rc == SQLITE_OK ? rv : store_fail(s, rc, e);
}

/* Keys come before the bindings that point to them, and go after. */
static int
copy_tables(struct store *s, struct btns_err *e)
{
	return exec(s, "PRAGMA defer_foreign_keys = ON", e) == -1 ||
	    each_table(s, "DELETE FROM main.\"%w\"", e) == -1 ||
	    each_table(s, "INSERT INTO main.\"%w\" SELECT * FROM"
	    " other.\"%w\"", e) == -1 ? -1 : 0;
}

static int
become(struct store *s, int64_t seq, const uint8_t *hash, struct btns_err *e)
{
	uint8_t last[STORE_DIGEST] = { 0 };
	int64_t at = 0;

	if (store_begin(s, e) == -1)
		return -1;
	if (store_event_last(s, &at, last, e) == -1) {
		store_rollback(s);
		return -1;
	}
	if (at != seq || memcmp(last, hash, sizeof(last)) != 0) {
		store_rollback(s);
		return 0;
	}
	if (copy_tables(s, e) == 0 && store_commit(s, e) == 0)
		return 1;
	store_rollback(s);
	return -1;
}

int
store_become(struct store *s, const char *path, int64_t seq,
    const uint8_t hash[STORE_DIGEST], struct btns_err *e)
{
	char *sql = sqlite3_mprintf("ATTACH %Q AS other", path);
	int rv = sql == NULL ? btns_fail(e, BTNS_E_NOMEM, "out of memory") :
	    exec(s, sql, e);

	sqlite3_free(sql);
	if (rv == -1)
		return -1;
	/* It is only read: no journal of both. */
	rv = exec(s, "PRAGMA other.journal_mode = MEMORY", e);
	if (rv == 0)
		rv = become(s, seq, hash, e);
	(void)sqlite3_exec(s->db, "DETACH other", NULL, NULL, NULL);
	return rv;
}
