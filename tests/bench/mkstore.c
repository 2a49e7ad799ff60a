/*
 * usage: mkstore store learned pinned
 *
 * Fills a store that btnsctl init made: so many learned bindings, of
 * h%09d.example.org, and pinned ones, of p%d.example.org, each with another
 * key of synth.h and its event in the chain of the history.  Rows go in in
 * the order of their tables, and indexes are made once all are there, so
 * that a million take seconds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/sha.h>
#include <sqlite3.h>

#include "synth.h"

#define FP	SHA256_DIGEST_LENGTH

struct key {
	uint8_t	fp[FP], n[NLEN];
};

static sqlite3 *db;

static void
check(int ok)
{
	if (ok)
		return;
	fprintf(stderr, "mkstore: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static void
sql(const char *text)
{
	check(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK);
}

static sqlite3_stmt *
prepare(const char *text)
{
	sqlite3_stmt *st;

	check(sqlite3_prepare_v2(db, text, -1, &st, NULL) == SQLITE_OK);
	return st;
}

static void
run(sqlite3_stmt *st)
{
	check(sqlite3_step(st) == SQLITE_DONE);
	(void)sqlite3_reset(st);
}

static void
text(sqlite3_stmt *st, int i, const char *s)
{
	(void)sqlite3_bind_text(st, i, s, -1, SQLITE_STATIC);
}

static void
blob(sqlite3_stmt *st, int i, const void *p, size_t n)
{
	(void)sqlite3_bind_blob(st, i, p, (int)n, SQLITE_STATIC);
}

static int
by_fp(const void *a, const void *b)
{
	return memcmp((*(struct key *const *)a)->fp,
	    (*(struct key *const *)b)->fp, FP);
}

static struct key *
make_keys(size_t count)
{
	struct key *k = calloc(count, sizeof(*k));
	uint8_t der[SPKI];
	size_t i;

	if (k == NULL)
		abort();
	for (i = 0; i < count; i++) {
		modulus(k[i].n);
		spki(der, k[i].n);
		(void)SHA256(der, sizeof(der), k[i].fp);
	}
	return k;
}

static void
put_keys(struct key *k, size_t count, int64_t now)
{
	struct key **sorted = calloc(count, sizeof(*sorted));
	sqlite3_stmt *st = prepare("INSERT INTO key (fp, spki, name,"
	    " first_seen) VALUES (?1, ?2, 'RSA 2048', ?3)");
	uint8_t der[SPKI];
	size_t i;

	if (sorted == NULL)
		abort();
	for (i = 0; i < count; i++)
		sorted[i] = &k[i];
	qsort(sorted, count, sizeof(*sorted), by_fp);
	(void)sqlite3_bind_int64(st, 3, now);
	for (i = 0; i < count; i++) {
		spki(der, sorted[i]->n);
		blob(st, 1, sorted[i]->fp, FP);
		blob(st, 2, der, sizeof(der));
		run(st);
	}
	free(sorted);
	(void)sqlite3_finalize(st);
}

/* Fields of an event as its hash takes them: length, octets. */
struct frame {
	uint8_t	buf[1024];
	size_t	n;
};

static void
put(struct frame *f, const void *p, size_t n)
{
	const uint8_t head[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
	    (uint8_t)(n >> 8), (uint8_t)n };

	memcpy(f->buf + f->n, head, sizeof(head));
	memcpy(f->buf + f->n + sizeof(head), p, n);
	f->n += sizeof(head) + n;
}

static void
put_text(struct frame *f, const char *s)
{
	put(f, s, strlen(s));
}

static void
put_number(struct frame *f, int64_t v)
{
	uint8_t b[8];
	int i;

	for (i = 0; i < 8; i++)
		b[i] = (uint8_t)((uint64_t)v >> (56 - 8 * i));
	put(f, b, sizeof(b));
}

struct event {
	sqlite3_stmt	*st;
	int64_t		 seq, at;
	uint8_t		 hash[FP];	/* of the last one */
};

static void
first_event(struct event *v, int64_t now)
{
	sqlite3_stmt *st = prepare("SELECT seq, hash FROM event"
	    " ORDER BY seq DESC LIMIT 1");

	check(sqlite3_step(st) == SQLITE_ROW);
	v->seq = sqlite3_column_int64(st, 0);
	memcpy(v->hash, sqlite3_column_blob(st, 1), FP);
	(void)sqlite3_finalize(st);
	v->at = now;
	v->st = prepare("INSERT INTO event (seq, at, actor, login, verb,"
	    " identity, fp, detail, previous, hash)"
	    " VALUES (?1, ?2, 'root', 'root', ?3, ?4, ?5, ?6, ?7, ?8)");
}

static void
put_event(struct event *v, const char *verb, const char *identity,
    const uint8_t *fp, const char *detail)
{
	uint8_t previous[FP];
	struct frame f = { .n = 0 };

	memcpy(previous, v->hash, FP);
	v->seq++;
	put_text(&f, "btns event 1");
	put_number(&f, v->seq);
	put_number(&f, v->at);
	put_text(&f, "root");
	put_text(&f, "root");
	put_text(&f, verb);
	put_text(&f, identity);
	put(&f, fp, FP);
	put_text(&f, detail);
	put(&f, previous, FP);
	(void)SHA256(f.buf, f.n, v->hash);
	(void)sqlite3_bind_int64(v->st, 1, v->seq);
	(void)sqlite3_bind_int64(v->st, 2, v->at);
	text(v->st, 3, verb);
	text(v->st, 4, identity);
	blob(v->st, 5, fp, FP);
	text(v->st, 6, detail);
	blob(v->st, 7, previous, FP);
	blob(v->st, 8, v->hash, FP);
	run(v->st);
}

static void
put_bindings(const struct key *k, int learned, int pinned, int64_t now)
{
	sqlite3_stmt *st = prepare("INSERT INTO binding (id, type, value,"
	    " fold, fp, state, past, since, first_seen, source, evidence,"
	    " actor, login) VALUES (?1, 'fqdn', ?2, ?2, ?3, ?4, ?5, ?6, ?6,"
	    " ?7, ?8, 'root', 'root')");
	struct event v;
	char id[64];
	int i;

	first_event(&v, now);
	(void)sqlite3_bind_int64(st, 6, now);
	for (i = 1; i <= learned + pinned; i++, k++) {
		int pin = i > learned;

		(void)snprintf(id, sizeof(id), pin ? "fqdn/p%d.example.org" :
		    "fqdn/h%09d.example.org", pin ? i - learned : i);
		(void)sqlite3_bind_int64(st, 1, i);
		text(st, 2, id + 5);
		blob(st, 3, k->fp, FP);
		text(st, 4, pin ? "pinned" : "learned");
		(void)sqlite3_bind_int(st, 5, pin);
		text(st, 7, pin ? "file" : "ssh");
		text(st, 8, pin ? "operator" : NULL);
		run(st);
		put_event(&v, pin ? "pin" : "learn", id, k->fp, pin ?
		    "evidence=operator" : "source=ssh");
	}
	(void)sqlite3_finalize(st);
	(void)sqlite3_finalize(v.st);
}

static void
sight(int learned, int64_t now)
{
	sqlite3_stmt *st = prepare("INSERT INTO sighting (binding, last_seen,"
	    " days, times) SELECT id, ?1, 1, 1 FROM binding WHERE id <= ?2"
	    " ORDER BY id");

	(void)sqlite3_bind_int64(st, 1, now);
	(void)sqlite3_bind_int(st, 2, learned);
	run(st);
	(void)sqlite3_finalize(st);
}

/* Drop the indexes of binding; the text that makes them again. */
static char *
drop_indexes(void)
{
	sqlite3_stmt *st = prepare("SELECT group_concat(sql, ';'),"
	    " group_concat('DROP INDEX ' || name, ';') FROM sqlite_schema"
	    " WHERE type = 'index' AND tbl_name = 'binding' AND sql <> ''");
	char *make, *drop;

	check(sqlite3_step(st) == SQLITE_ROW);
	make = strdup((const char *)sqlite3_column_text(st, 0));
	drop = strdup((const char *)sqlite3_column_text(st, 1));
	if (make == NULL || drop == NULL)
		abort();
	(void)sqlite3_finalize(st);
	sql(drop);
	free(drop);
	return make;
}

int
main(int argc, char **argv)
{
	int64_t now = time(NULL);
	struct key *k;
	char *make;
	int learned, pinned;

	if (argc != 4) {
		fputs("usage: mkstore store learned pinned\n", stderr);
		return 2;
	}
	learned = atoi(argv[2]);
	pinned = atoi(argv[3]);
	check(sqlite3_open(argv[1], &db) == SQLITE_OK);
	k = make_keys((size_t)(learned + pinned));
	sql("PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;"
	    "PRAGMA journal_mode = OFF; BEGIN IMMEDIATE");
	make = drop_indexes();
	put_keys(k, (size_t)(learned + pinned), now);
	put_bindings(k, learned, pinned, now);
	sight(learned, now);
	sql(make);
	sql("COMMIT");
	free(make);
	free(k);
	return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
