/* The store by itself: what goes in comes out, or is named as damaged. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common.h"
#include "../../db/store.h"

static char base[PATH_MAX], path[PATH_MAX];
static struct store *s;
static struct btns_err e;

static int
setup(void **state)
{
	(void)state;
	if (scratch_make(base, sizeof(base)) == -1)
		return -1;
	(void)snprintf(path, sizeof(path), "%.3000s/pins.db", base);
	return store_create(&s, path, &e);
}

static int
teardown(void **state)
{
	(void)state;
	store_close(s);
	s = NULL;
	return scratch_remove(base);
}

/* SQL of somebody else's, past our checks; the store is closed then. */
static void
tamper(const char *sql)
{
	sqlite3 *db;
	char *why = NULL;

	store_close(s);
	s = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	(void)sqlite3_close(db);
}

static int
pragma(const char *sql)
{
	return sql_number(path, sql);
}

static uint8_t fp[STORE_DIGEST];

static struct store_binding
binding(const char *value, uint8_t n)
{
	memset(fp, n, sizeof(fp));
	return (struct store_binding){
		.type = "fqdn", .value = value, .fold = value, .fp = fp,
		.state = "pinned", .since = 11, .first_seen = 10,
		.source = "file", .evidence = "operator", .actor = "root",
		.login = "ops", .comment = "text", .keyname = "EC P-256",
		.spki = (const uint8_t *)"\0spki", .spkilen = 5
	};
}

static void
add(const char *value, uint8_t n)
{
	struct store_binding b = binding(value, n);

	assert_int_equal(store_key_put(s, &b, &e), 0);
	assert_int_equal(store_binding_put(s, &b, NULL, &e), 0);
}

static struct found {
	int	n, stop;
	int64_t	id;
	char	values[2048];
} found;

static int
on_binding(const struct store_binding *b, void *arg)
{
	struct found *f = arg;

	f->id = b->id;
	assert_string_equal(b->type, "fqdn");
	assert_int_equal(b->spkilen, 5);
	assert_memory_equal(b->spki, "\0spki", 5);
	if (strlen(f->values) + strlen(b->value) + 2 < sizeof(f->values)) {
		strcat(f->values, b->value);
		strcat(f->values, " ");
	}
	return ++f->n == f->stop ? 42 : 0;
}

static void
a_new_store_is_one_and_only_once(void **state)
{
	struct store *two;

	(void)state;
	assert_failed(store_create(&two, path, &e), &e, BTNS_E_EXISTS,
	    "pins.db");
	assert_null(two);
	store_close(s);
	s = NULL;
	assert_int_equal(pragma("PRAGMA application_id"), 0x42544e53);
	assert_int_equal(pragma("PRAGMA user_version") > 0, 1);
	assert_int_equal(store_open(&s, path, &e), 0);
	assert_int_equal(unlink(path), 0);
	assert_failed(store_open(&two, path, &e), &e, BTNS_E_STORE,
	    "no store");
	store_close(NULL);
}

static void
what_is_no_store_is_refused(void **state)
{
	static const struct { const char *sql, *why; } bad[] = {
		{ "PRAGMA user_version = 1000", "newer program" },
		{ "PRAGMA application_id = 1", "not a store" },
		{ "PRAGMA application_id = 0", "not a store" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tamper(bad[i].sql);
		assert_failed(store_open(&s, path, &e), &e, BTNS_E_STORE,
		    bad[i].why);
		assert_null(s);
	}
	assert_int_equal(truncate(path, 700), 0);
	assert_int_equal(store_open(&s, path, &e), -1);
	assert_int_equal(e.code, BTNS_E_STORE);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(store_open(&s, path, &e), -1);
	assert_int_equal(e.code, BTNS_E_STORE);
}

#define DROP_ALL "DROP TABLE exported; DROP TABLE event; DROP TABLE sighting;" \
	"DROP TABLE binding; DROP TABLE key; DROP TABLE setting;" \
	"DROP TABLE revoked; DROP TABLE alarm; DROP TABLE news;" \
	"DROP TABLE knock; DROP TABLE logmark;"

/* Of version 1, with all that it could hold. */
static void
a_store_of_version_1_keeps_what_it_held(void **state)
{
	struct blob b;
	char *sql;

	(void)state;
	tamper(DROP_ALL);
	blob_read(&b, "../../db/migrations", "0001_foundation.sql");
	assert_non_null(sql = calloc(1, b.n + 1));
	memcpy(sql, b.p, b.n);
	tamper(sql);
	free(sql);
	blob_free(&b);
	tamper("INSERT INTO setting VALUES ('store-id', 'x');"
	    "INSERT INTO key VALUES (zeroblob(32), x'01', 'EC P-256', 5);"
	    "INSERT INTO binding VALUES (7, 'fqdn', 'gw', 'gw',"
	    " zeroblob(32), 'pinned', 6, 5, 'file', 'operator', 'root',"
	    " 'ops', 'why'), (9, 'fqdn', 'old', 'old', zeroblob(32),"
	    " 'retired', 6, 5, 'file', 'operator', 'root', 'ops', NULL);"
	    "INSERT INTO exported VALUES ('fqdn/gw', NULL, NULL, 3);"
	    "PRAGMA user_version = 1");
	assert_int_equal(store_open(&s, path, &e), 0);
	assert_int_equal(store_whole(s, &e), 0);
	assert_int_equal(pragma("SELECT count(*) FROM binding WHERE past = 1"
	    " AND first_seen = 5 AND since = 6 AND login = 'ops'"), 2);
	assert_int_equal(pragma("SELECT id FROM binding WHERE value = 'gw'"
	    " AND state = 'pinned' AND comment = 'why'"), 7);
	assert_int_equal(pragma("SELECT count(*) FROM exported"), 1);
	assert_int_equal(pragma("SELECT count(*) FROM setting"
	    " WHERE value = 'x' AND ends IS NULL"), 1);
}

/* A store of an earlier program gets what it lacks, or stays as it is. */
static void
migrations_run_or_leave_the_store_alone(void **state)
{
	int head;

	(void)state;
	head = pragma("PRAGMA user_version");
	tamper(DROP_ALL "PRAGMA user_version = 0");
	assert_int_equal(store_open(&s, path, &e), 0);
	assert_int_equal(pragma("PRAGMA user_version"), head);
	add("gw", 1);
	tamper("PRAGMA user_version = 0");
	assert_failed(store_open(&s, path, &e), &e, BTNS_E_STORE,
	    "migration 1");
	assert_int_equal(pragma("PRAGMA user_version"), 0);
	assert_int_equal(pragma("SELECT count(*) FROM binding"), 1);
}

static void
a_binding_comes_back_as_it_was(void **state)
{
	struct store_binding b;

	(void)state;
	add("gw", 7);
	memset(&found, 0, sizeof(found));
	assert_int_equal(store_by_identity(s, "fqdn", "gw", on_binding,
	    &found, &e), 0);
	assert_int_equal(found.n, 1);
	b = binding("gw", 7);
	b.id = found.id;
	b.state = "retired";
	b.comment = b.evidence = NULL;
	assert_int_equal(store_binding_put(s, &b, NULL, &e), 0);
	assert_int_equal(pragma("SELECT state = 'retired' AND comment IS NULL"
	    " AND first_seen = 10 AND value = 'gw' FROM binding"), 1);
}

static void
walks_find_their_own_and_can_be_stopped(void **state)
{
	uint8_t low[STORE_DIGEST], high[STORE_DIGEST];

	(void)state;
	add("a", 1);
	add("b", 2);
	add("c", 2);
	add("d", 3);
	memset(&found, 0, sizeof(found));
	memset(low, 2, sizeof(low));
	assert_int_equal(store_by_fp(s, low, on_binding, &found, &e), 0);
	assert_string_equal(found.values, "b c ");
	memset(&found, 0, sizeof(found));
	memset(high, 3, sizeof(high));
	assert_int_equal(store_by_fp_range(s, low, high, on_binding, &found,
	    &e), 0);
	assert_string_equal(found.values, "b c d ");
	memset(&found, 0, sizeof(found));
	found.stop = 2;
	assert_int_equal(store_each(s, STORE_ALL, on_binding, &found, &e),
	    42);
	assert_string_equal(found.values, "a b ");
	memset(&found, 0, sizeof(found));
	assert_int_equal(store_by_fold(s, "c", on_binding, &found, &e), 0);
	assert_string_equal(found.values, "c ");
	memset(&found, 0, sizeof(found));
	assert_int_equal(store_by_identity(s, "ufqdn", "a", on_binding,
	    &found, &e), 0);
	assert_int_equal(found.n, 0);
}

static int
put_setting(struct store *to, const char *name, const char *value,
    struct btns_err *why)
{
	struct store_setting row = { name, value, 0, NULL };

	return store_setting_put(to, &row, why);
}

struct text {
	char	*buf;
	size_t	 size;
};

static int
on_setting(const struct store_setting *row, void *arg)
{
	struct text *t = arg;

	(void)snprintf(t->buf, t->size, "%s", row->value);
	return 0;
}

static int
get_setting(char *buf, size_t size)
{
	struct text t = { buf, size };

	return store_setting(s, "x", on_setting, &t, &e);
}

static int
on_many(const struct store_binding *b, void *arg)
{
	char *last = arg;

	assert_true(strcmp(b->value, last) > 0);
	(void)snprintf(last, 32, "%s", b->value);
	found.n++;
	/* No lock is held: another may write meanwhile. */
	if (found.n == 300) {
		struct store *two;

		assert_int_equal(store_open(&two, path, &e), 0);
		assert_int_equal(put_setting(two, "x", "y", &e), 0);
		store_close(two);
	}
	return 0;
}

static void
all_pages_are_walked_in_order(void **state)
{
	static const int sizes[] = { 255, 256, 257, 512, 700 };
	char value[32], last[32];
	int i, n = 0;
	size_t z;

	(void)state;
	for (z = 0; z < sizeof(sizes) / sizeof(sizes[0]); z++) {
		assert_int_equal(store_begin(s, &e), 0);
		for (i = n; i < sizes[z]; i++) {
			(void)snprintf(value, sizeof(value), "h%04d", i);
			add(value, (uint8_t)i);
		}
		assert_int_equal(store_commit(s, &e), 0);
		n = sizes[z];
		found.n = 0;
		last[0] = '\0';
		assert_int_equal(store_each(s, STORE_ALL, on_many, last,
		    &e), 0);
		assert_int_equal(found.n, n);
	}
}

static void
what_the_schema_forbids_is_refused(void **state)
{
	struct store_binding b;
	int i;

	(void)state;
	add("gw", 1);
	b = binding("gw", 2);		/* two live keys of one identity */
	assert_int_equal(store_key_put(s, &b, &e), 0);
	for (i = 0; i < 7; i++) {
		b = binding(i == 0 ? "gw" : "x", 2);
		switch (i) {
		case 1: b.type = "asn1"; break;
		case 2: b.state = "trusted"; break;
		case 3: b.evidence = NULL; break;
		case 4: b.source = "rumour"; break;
		case 5: b.value = ""; break;
		case 6: b = binding("x", 9); break;	/* no such key */
		}
		assert_int_equal(store_binding_put(s, &b, NULL, &e), -1);
		assert_int_equal(e.code, BTNS_E_STORE);
	}
	assert_int_equal(pragma("SELECT count(*) FROM binding"), 1);
}

static void
damaged_rows_are_named(void **state)
{
	static const char *const sql[] = {
		"UPDATE binding SET fp = x'00'; UPDATE key SET fp = x'00'",
		"UPDATE binding SET fp = x''; UPDATE key SET fp = x''",
	};
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
		if (s == NULL)
			assert_int_equal(store_open(&s, path, &e), 0);
		(void)snprintf(text, sizeof(text), "PRAGMA foreign_keys = 0;"
		    "PRAGMA ignore_check_constraints = 1; %s", sql[i]);
		if (i == 0)
			add("gw", 1);
		tamper(text);
		assert_int_equal(store_open(&s, path, &e), 0);
		assert_failed(store_each(s, STORE_ALL, on_binding, &found,
		    &e), &e,
		    BTNS_E_STORE, "damaged");
		assert_failed(store_by_identity(s, "fqdn", "gw", on_binding,
		    &found, &e), &e, BTNS_E_STORE, "damaged");
	}
}

static void
a_missing_table_is_trouble_and_no_crash(void **state)
{
	uint8_t hash[STORE_DIGEST];
	char buf[8];
	int64_t n;

	(void)state;
	tamper("DROP TABLE exported; DROP TABLE event; DROP TABLE binding;"
	    "DROP TABLE key; DROP TABLE setting");
	assert_int_equal(store_open(&s, path, &e), 0);
	assert_int_equal(store_each(s, STORE_ALL, on_binding, &found, &e),
	    -1);
	assert_int_equal(e.code, BTNS_E_STORE);
	assert_int_equal(get_setting(buf, sizeof(buf)), -1);
	assert_int_equal(store_event_last(s, &n, hash, &e), -1);
	assert_int_equal(store_count(s, STORE_COUNT_PINNED, &n, &e), -1);
	assert_int_equal(store_exported_delete(s, "x", &e), -1);
}

static void
what_is_rolled_back_never_was(void **state)
{
	char buf[16];

	(void)state;
	assert_int_equal(store_begin(s, &e), 0);
	assert_int_equal(put_setting(s, "x", "1", &e), 0);
	store_rollback(s);
	store_rollback(s);		/* harmless */
	assert_int_equal(get_setting(buf, sizeof(buf)), 0);
	assert_int_equal(store_begin(s, &e), 0);
	assert_int_equal(store_begin(s, &e), -1);
	assert_int_equal(put_setting(s, "x", "1", &e), 0);
	assert_int_equal(put_setting(s, "x", "2", &e), 0);
	assert_int_equal(store_commit(s, &e), 0);
	assert_int_equal(get_setting(buf, sizeof(buf)), 1);
	assert_string_equal(buf, "2");
}

static void
a_process_that_dies_in_a_transaction_leaves_nothing(void **state)
{
	char buf[16];
	int status;
	pid_t pid;

	(void)state;
	store_close(s);
	s = NULL;
	assert_int_not_equal(pid = fork(), -1);
	if (pid == 0) {
		if (store_open(&s, path, &e) == -1 ||
		    store_begin(s, &e) == -1 ||
		    put_setting(s, "x", "1", &e) == -1)
			_exit(1);
		(void)raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(store_open(&s, path, &e), 0);
	assert_int_equal(get_setting(buf, sizeof(buf)), 0);
}

static void
events_are_appended_and_the_last_is_found(void **state)
{
	uint8_t hash[STORE_DIGEST], got[STORE_DIGEST];
	struct store_event v = { 1, 2, "root", "ops", "pin", NULL, NULL, "",
	    hash, hash };
	int64_t seq = 0;

	(void)state;
	assert_int_equal(store_event_last(s, &seq, got, &e), 0);
	memset(hash, 1, sizeof(hash));
	assert_int_equal(store_event_add(s, &v, &e), 0);
	assert_int_equal(store_event_add(s, &v, &e), -1);	/* twice */
	v.seq = 2;
	assert_int_equal(store_event_add(s, &v, &e), -1);	/* same hash */
	memset(hash, 2, sizeof(hash));
	v.identity = "fqdn/gw";
	v.fp = hash;
	assert_int_equal(store_event_add(s, &v, &e), 0);
	assert_int_equal(store_event_last(s, &seq, got, &e), 1);
	assert_int_equal(seq, 2);
	assert_memory_equal(got, hash, sizeof(hash));
}

static int
on_exported(const struct store_exported *x, void *arg)
{
	int *bits = arg;

	*bits = (x->old != NULL) | (x->new != NULL) << 1 | 4;
	return 0;
}

static void
what_was_exported_is_kept(void **state)
{
	uint8_t one[STORE_DIGEST] = { 1 };
	struct store_exported x = { .path = "fqdn/gw", .new = one,
	    .at = 5 };
	int bits = 0;

	(void)state;
	assert_int_equal(store_exported_get(s, "fqdn/gw", on_exported, &bits,
	    &e), 0);
	assert_int_equal(store_exported_put(s, &x, &e), 0);
	assert_int_equal(store_exported_get(s, "fqdn/gw", on_exported, &bits,
	    &e), 1);
	assert_int_equal(bits, 4 | 2);
	x.old = one;
	x.new = NULL;
	assert_int_equal(store_exported_put(s, &x, &e), 0);
	assert_int_equal(store_exported_each(s, on_exported, &bits, &e), 0);
	assert_int_equal(bits, 4 | 1);
	assert_int_equal(store_exported_delete(s, "fqdn/gw", &e), 0);
	assert_int_equal(store_exported_delete(s, "fqdn/gw", &e), 0);
	assert_int_equal(store_exported_get(s, "fqdn/gw", on_exported, &bits,
	    &e), 0);
}

static int
on_looks(const struct store_exported *x, void *arg)
{
	struct store_exported *out = arg;

	*out = *x;
	out->fp = x->fp != NULL && x->fp[0] == 7 ? out->old : NULL;
	return 0;
}

static void
how_a_file_looks_is_kept_until_its_row_changes(void **state)
{
	uint8_t one[STORE_DIGEST] = { 1 }, key[STORE_DIGEST] = { 7 };
	struct store_exported got, x = { .path = "fqdn/gw", .old = one,
	    .new = one, .at = 5, .fp = key, .dev = -1, .ino = INT64_MAX,
	    .size = 2, .mtime = INT64_MIN, .ctime = 4 };

	(void)state;
	assert_int_equal(store_exported_put(s, &x, &e), 0);
	assert_int_equal(store_exported_each(s, on_looks, &got, &e), 0);
	assert_non_null(got.fp);
	assert_true(got.dev == -1 && got.ino == INT64_MAX && got.size == 2 &&
	    got.mtime == INT64_MIN && got.ctime == 4);
	x.fp = NULL;
	assert_int_equal(store_exported_put(s, &x, &e), 0);
	assert_int_equal(store_exported_get(s, "fqdn/gw", on_looks, &got,
	    &e), 1);
	assert_null(got.fp);
	assert_true(got.dev == 0 && got.ino == 0 && got.ctime == 0);
}

static int
on_live(const struct store_live *l, void *arg)
{
	char *said = arg;

	(void)sprintf(said + strlen(said), "%s/%s %s %d;", l->type, l->value,
	    l->state, l->fp[0]);
	return 0;
}

static void
live_bindings_come_by_type_and_value(void **state)
{
	struct store_binding b = binding("z", 3);
	char said[256] = "";

	(void)state;
	b.state = "retired";
	assert_int_equal(store_key_put(s, &b, &e), 0);
	assert_int_equal(store_binding_put(s, &b, NULL, &e), 0);
	b.type = "ufqdn";
	b.value = "a@b";
	b.state = "accepted";
	assert_int_equal(store_binding_put(s, &b, NULL, &e), 0);
	add("gw", 4);
	assert_int_equal(store_live_each(s, on_live, said, &e), 0);
	assert_string_equal(said, "fqdn/gw pinned 4;ufqdn/a@b accepted 3;");
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_store_is_one_and_only_once),
		TEST(what_is_no_store_is_refused),
		TEST(a_store_of_version_1_keeps_what_it_held),
		TEST(migrations_run_or_leave_the_store_alone),
		TEST(a_binding_comes_back_as_it_was),
		TEST(walks_find_their_own_and_can_be_stopped),
		TEST(all_pages_are_walked_in_order),
		TEST(what_the_schema_forbids_is_refused),
		TEST(damaged_rows_are_named),
		TEST(a_missing_table_is_trouble_and_no_crash),
		TEST(what_is_rolled_back_never_was),
		TEST(a_process_that_dies_in_a_transaction_leaves_nothing),
		TEST(events_are_appended_and_the_last_is_found),
		TEST(what_was_exported_is_kept),
		TEST(how_a_file_looks_is_kept_until_its_row_changes),
		TEST(live_bindings_come_by_type_and_value),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
