#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/err.h"
#include "query.h"
#include "store.h"

#define APP_ID	0x42544e53	/* "BTNS", so that file(1) and we can tell */

static const char *const migrations[] = {
#include "migrations.inc"
};
#define HEAD	((int)(sizeof(migrations) / sizeof(migrations[0])))

static int
run(struct store *s, enum stmt n, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, n);
	return q_run(&q, e);
}

static int
exec(struct store *s, const char *sql, struct btns_err *e)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : store_fail(s, rc, e);
}

static int
pragma(struct store *s, const char *sql, int *out, struct btns_err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	if ((rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL)) == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int(st, 0);
	(void)sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 0 : store_fail(s, rc, e);
}

/* Each step commits with its own version number, or not at all. */
static int
migrate_one(struct store *s, int v, struct btns_err *e)
{
	char set[96];

	(void)snprintf(set, sizeof(set),
	    "PRAGMA user_version = %d; PRAGMA application_id = %d", v + 1,
	    APP_ID);
	if (store_begin(s, e) == -1)
		return -1;
	if (exec(s, migrations[v], e) == -1 || exec(s, set, e) == -1 ||
	    store_commit(s, e) == -1) {
		store_rollback(s);
		return btns_fail_at(e, "migration %d", v + 1);
	}
	return 0;
}

static int
migrate(struct store *s, int fresh, struct btns_err *e)
{
	int v = 0, app = 0;

	if (pragma(s, "PRAGMA user_version", &v, e) == -1 ||
	    pragma(s, "PRAGMA application_id", &app, e) == -1)
		return -1;
	if (!fresh && app != APP_ID)
		return btns_fail(e, BTNS_E_STORE, "not a store");
	if (v > HEAD)
		return btns_fail(e, BTNS_E_STORE, "written by a newer program"
		    " (version %d, this one knows %d); not touched", v, HEAD);
	for (; v < HEAD; v++)
		if (migrate_one(s, v, e) == -1)
			return -1;
	return 0;
}

/* A hostile file must not run code of its own, nor be changed by ours. */
static int
harden(struct store *s, struct btns_err *e)
{
	static const int off[] = {
		SQLITE_DBCONFIG_TRUSTED_SCHEMA,
		SQLITE_DBCONFIG_ENABLE_TRIGGER,
		SQLITE_DBCONFIG_ENABLE_VIEW
	};
	size_t i;

	(void)sqlite3_extended_result_codes(s->db, 1);
	(void)sqlite3_busy_timeout(s->db, STORE_WAIT_MS);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	for (i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		(void)sqlite3_db_config(s->db, off[i], 0, NULL);
	return exec(s, "PRAGMA journal_mode = DELETE;"
	    "PRAGMA synchronous = EXTRA;"
	    "PRAGMA foreign_keys = ON;"
	    "PRAGMA cell_size_check = ON", e);
}

static int
open_file(struct store **out, const char *path, int fresh,
    struct btns_err *e)
{
	struct store *s;
	int rc;

	*out = NULL;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "%s: out of memory", path);
	/* One thread: no mutex at each call. */
	if ((rc = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX, NULL)) != SQLITE_OK)
		(void)store_fail(s, rc, e);
	else if (harden(s, e) == 0 && migrate(s, fresh, e) == 0) {
		*out = s;
		return 0;
	}
	store_close(s);
	return btns_fail_at(e, "%s", path);
}

int
store_create(struct store **out, const char *path, struct btns_err *e)
{
	int fd;

	*out = NULL;
	if ((fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600)) == -1)
		return errno == EEXIST ?
		    btns_fail(e, BTNS_E_EXISTS, "%s: exists", path) :
		    btns_fail_sys(e, "%s", path);
	(void)close(fd);
	if (open_file(out, path, 1, e) == 0)
		return 0;
	(void)unlink(path);
	return -1;
}

int
store_open(struct store **out, const char *path, struct btns_err *e)
{
	*out = NULL;
	if (access(path, R_OK) == -1)
		return errno == ENOENT ? btns_fail(e, BTNS_E_STORE,
		    "%s: no store; make one with btnsctl init", path) :
		    btns_fail_sys(e, "%s", path);
	return open_file(out, path, 0, e);
}

void
store_close(struct store *s)
{
	int i;

	if (s == NULL)
		return;
	for (i = 0; i < STMT__COUNT; i++)
		(void)sqlite3_finalize(s->st[i]);
	(void)sqlite3_close(s->db);
	free(s);
}

void
store_roomy(struct store *s)
{
	struct btns_err ignored;

	(void)exec(s, "PRAGMA cache_size = -16384", &ignored);
}

int
store_begin(struct store *s, struct btns_err *e)
{
	return run(s, STMT_BEGIN, e);
}

int
store_commit(struct store *s, struct btns_err *e)
{
	return run(s, STMT_COMMIT, e);
}

void
store_rollback(struct store *s)
{
	struct btns_err ignored;

	if (!sqlite3_get_autocommit(s->db))
		(void)run(s, STMT_ROLLBACK, &ignored);
}

static int
check_pages(struct store *s, struct btns_err *e)
{
	sqlite3_stmt *st = NULL;
	const char *said = NULL;
	int rc;

	rc = sqlite3_prepare_v2(s->db, "PRAGMA integrity_check(1)", -1, &st,
	    NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW)
		said = (const char *)sqlite3_column_text(st, 0);
	if (said == NULL)
		(void)store_fail(s, rc, e);
	else if (strcmp(said, "ok") != 0)
		(void)btns_fail(e, BTNS_E_STORE, "damaged: %.200s", said);
	rc = said != NULL && strcmp(said, "ok") == 0 ? 0 : -1;
	(void)sqlite3_finalize(st);
	return rc;
}

int
store_whole(struct store *s, struct btns_err *e)
{
	return check_pages(s, e) == -1 ? -1 : store_schema(s, e);
}

/* A store without a row, which only this process sees. */
int
store_empty(struct store **out, struct btns_err *e)
{
	struct store *s = calloc(1, sizeof(*s));
	int rc;

	*out = NULL;
	if (s == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	if ((rc = sqlite3_open(":memory:", &s->db)) != SQLITE_OK)
		(void)store_fail(s, rc, e);
	else if (migrate(s, 1, e) == 0) {
		*out = s;
		return 0;
	}
	store_close(s);
	return -1;
}

/* Page by page in one read transaction; the copy has no journal left. */
static int
copy_pages(struct store *s, sqlite3 *to, struct btns_err *e)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", s->db, "main");
	int rc = b == NULL ? SQLITE_ERROR : sqlite3_backup_step(b, -1);

	if (b != NULL)
		(void)sqlite3_backup_finish(b);
	return rc == SQLITE_DONE ? 0 : store_fail(s, rc, e);
}

int
store_copy(struct store *s, const char *path, struct btns_err *e)
{
	sqlite3 *to = NULL;
	int fd, rc, rv = -1;

	if ((fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600)) == -1)
		return btns_fail_sys(e, "%s", path);
	rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOFOLLOW, NULL);
	if (rc != SQLITE_OK)
		(void)store_fail(s, rc, e);
	else
		rv = copy_pages(s, to, e);
	if (sqlite3_close(to) != SQLITE_OK && rv == 0)
		rv = btns_fail(e, BTNS_E_STORE, "%s: not closed", path);
	if (rv == 0 && fsync(fd) == -1)
		rv = btns_fail_sys(e, "%s", path);
	(void)close(fd);
	if (rv == -1)
		(void)unlink(path);
	return rv;
}
