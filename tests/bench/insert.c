/*
 * usage: insert from to
 *
 * What an import must cost at least: reads the rows that it wrote to the
 * store from, and inserts the same ones, in the same order, into to, which
 * btnsctl init made, by prepared statements in one transaction.  Prints the
 * seconds of user and system time that the inserting took, and those that
 * went by.
 */
#include <sys/resource.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sqlite3.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define COLUMNS	16

struct table {
	const char	*read, *write;
	sqlite3_stmt	*st;
	sqlite3_value	*(*row)[COLUMNS];
	size_t		 n, room;
	int		 columns;
};

static struct table tables[] = {
	{ .read = "SELECT k.* FROM binding AS b JOIN key AS k ON k.fp = b.fp"
	    " ORDER BY b.id",
	    .write = "INSERT INTO key VALUES (?, ?, ?, ?)" },
	{ .read = "SELECT * FROM binding ORDER BY id",
	    .write = "INSERT INTO binding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?,"
	    " ?, ?, ?, ?, ?)" },
	{ .read = "SELECT * FROM sighting ORDER BY binding",
	    .write = "INSERT INTO sighting VALUES (?, ?, ?, ?, ?)" },
	{ .read = "SELECT * FROM event WHERE seq > 1 ORDER BY seq",
	    .write = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?,"
	    " ?)" },
};
#define TABLES	(sizeof(tables) / sizeof(tables[0]))

static void
check(sqlite3 *db, int ok)
{
	if (ok)
		return;
	fprintf(stderr, "insert: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static void
read_rows(sqlite3 *db, struct table *t)
{
	sqlite3_stmt *st;
	int i, rc;

	check(db, sqlite3_prepare_v2(db, t->read, -1, &st, NULL) ==
	    SQLITE_OK);
	t->columns = sqlite3_column_count(st);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (t->n == t->room) {
			t->room = t->room == 0 ? 1024 : 2 * t->room;
			t->row = realloc(t->row, t->room * sizeof(*t->row));
			if (t->row == NULL)
				abort();
		}
		for (i = 0; i < t->columns; i++)
			t->row[t->n][i] = sqlite3_value_dup(
			    sqlite3_column_value(st, i));
		t->n++;
	}
	check(db, rc == SQLITE_DONE);
	(void)sqlite3_finalize(st);
}

static void
write_row(sqlite3 *db, struct table *t, size_t n)
{
	int i;

	if (n >= t->n)
		return;
	for (i = 0; i < t->columns; i++)
		(void)sqlite3_bind_value(t->st, i + 1, t->row[n][i]);
	check(db, sqlite3_step(t->st) == SQLITE_DONE);
	(void)sqlite3_reset(t->st);
}

/* The pragmas are those of the store. */
static void
insert(sqlite3 *db)
{
	size_t i, n;

	check(db, sqlite3_exec(db, "PRAGMA journal_mode = DELETE;"
	    "PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON;"
	    "PRAGMA cell_size_check = ON; BEGIN IMMEDIATE", NULL, NULL,
	    NULL) == SQLITE_OK);
	for (i = 0; i < TABLES; i++)
		check(db, sqlite3_prepare_v2(db, tables[i].write, -1,
		    &tables[i].st, NULL) == SQLITE_OK);
	for (n = 0; n < tables[1].n; n++)
		for (i = 0; i < TABLES; i++)
			write_row(db, &tables[i], n);
	check(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
	for (i = 0; i < TABLES; i++)
		(void)sqlite3_finalize(tables[i].st);
}

static double
cpu(void)
{
	struct rusage ru;

	(void)getrusage(RUSAGE_SELF, &ru);
	return (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) +
	    (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6;
}

static double
wall(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	double c, w;
	sqlite3 *db;
	size_t i;

#ifdef M_TRIM_THRESHOLD
	/* Or the end of the heap goes and comes back with each row. */
	(void)mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
	if (argc != 3) {
		fputs("usage: insert from to\n", stderr);
		return 2;
	}
	check(db, sqlite3_open(argv[1], &db) == SQLITE_OK);
	for (i = 0; i < TABLES; i++)
		read_rows(db, &tables[i]);
	(void)sqlite3_close(db);
	c = cpu();
	w = wall();
	check(db, sqlite3_open(argv[2], &db) == SQLITE_OK);
	insert(db);
	check(db, sqlite3_close(db) == SQLITE_OK);
	printf("%.6f %.6f\n", cpu() - c, wall() - w);
	return 0;
}
