#include <sys/stat.h>
#include <sys/wait.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common.h"

/* Linux keeps the writes of such a pipe apart, one a read. */
#ifdef O_DIRECT
# define PACKETS	O_DIRECT
#else
# define PACKETS	0
#endif

const char example_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAt6cT58JqQfp12GKAtDzR\n"
    "c3OmdIlfkq3thIolXfjNhvQUsLUkpd09sWO81svfCVIoGJjKZyeQF70iKmKmNfmG\n"
    "7lKJ9Wf0WnmMDCZUdmHgk3y9QWYzCdgmZxa6KPU6PXnvau4dR3c3V+F7W8VhCwtH\n"
    "lk2KWdur0LRONBHX+9iwhac1NS2NQIHwSzYjDXjz441PTE9f4ksczenB9qsmC7wu\n"
    "zQA54D7qejK2AeSbGDiPD5H0Gj/eNUokPEZfHCpqrjVznSvLRdp2ZFgBJsb60sD/\n"
    "AgT50Xm+F6aXdRNcJcpdbHknPmWeHGEth5sp2hmsyLvwSLqfhQcclNGpJgMnr2+i\n"
    "qwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

void
example_key(struct btns_key *k)
{
	struct btns_err e;

	assert_int_equal(btns_key_parse_one(k, example_pem,
	    sizeof(example_pem) - 1, "example", &e), 0);
}

static FILE *
data_open(const char *dir, const char *name)
{
	const char *base = getenv("BTNS_DATA");
	char path[PATH_MAX];
	FILE *fp;

	(void)snprintf(path, sizeof(path), "%s/%s%s%s",
	    base == NULL ? "tests/data" : base, dir, *dir == '\0' ? "" : "/",
	    name);
	if ((fp = fopen(path, "rb")) == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	return fp;
}

void
blob_read(struct blob *b, const char *dir, const char *name)
{
	FILE *fp = data_open(dir, name);
	long n;

	assert_int_equal(fseek(fp, 0, SEEK_END), 0);
	n = ftell(fp);
	assert_true(n >= 0);
	rewind(fp);
	b->n = (size_t)n;
	b->p = malloc(b->n + 1);
	assert_non_null(b->p);
	assert_int_equal(fread(b->p, 1, b->n, fp), b->n);
	b->p[b->n] = '\0';
	fclose(fp);
}

void
blob_free(struct blob *b)
{
	free(b->p);
	b->p = NULL;
}

static void
split(char *line, char **col)
{
	static char none[] = "";
	size_t i;

	line[strcspn(line, "\n")] = '\0';
	for (i = 0; i < TABLE_COLS; i++)
		col[i] = line == NULL ? none : strsep(&line, "\t");
}

int
table_each(const char *name, void (*row)(char **, void *), void *arg)
{
	FILE *fp = data_open("", name);
	char line[1024], *col[TABLE_COLS];
	int n = 0;

	assert_non_null(fgets(line, sizeof(line), fp));
	while (fgets(line, sizeof(line), fp) != NULL) {
		split(line, col);
		row(col, arg);
		n++;
	}
	fclose(fp);
	return n;
}

static int
on_key(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	struct seen *s = arg;
	struct btns_fp fp;
	struct btns_err e;

	assert_true(s->nkeys < SEEN_MAX);
	assert_int_equal(btns_fp_of(&fp, k, &e), 0);
	btns_fp_hex(s->k[s->nkeys].fp, &fp);
	s->k[s->nkeys].key = *k;
	s->k[s->nkeys].at = *at;
	s->k[s->nkeys].at.file = s->k[s->nkeys].at.form = NULL;
	(void)snprintf(s->k[s->nkeys].form, sizeof(s->k[0].form), "%s",
	    at->form);
	s->nkeys++;
	strcat(s->order, "k");
	return 0;
}

static void
on_refused(const struct btns_err *e, void *arg)
{
	struct seen *s = arg;

	assert_true(s->nrefused < SEEN_MAX);
	s->refused[s->nrefused++] = *e;
	strcat(s->order, "r");
}

static int
on_passphrase(char *buf, int size, const char *file, void *arg)
{
	struct seen *s = arg;
	size_t n;

	assert_non_null(file);
	s->asked++;
	if (s->pass == NULL)
		return -1;
	n = strlen(s->pass);
	assert_true(n <= (size_t)size);
	memcpy(buf, s->pass, n);
	return (int)n;
}

void
seen_reset(struct seen *s)
{
	const char *pass = s->pass;

	memset(s, 0, sizeof(*s));
	s->pass = pass;
}

void
seen_parse(struct seen *s, const void *p, size_t n, const char *file)
{
	struct btns_keyread cb = { on_key, on_refused, on_passphrase, s };

	seen_reset(s);
	s->rv = btns_keys_parse(p, n, file, &cb, &s->e);
}

static void
feed(int fd, const struct blob *b, size_t chunk)
{
	size_t at, n;

	for (at = 0; at < b->n; at += n) {
		n = b->n - at < chunk ? b->n - at : chunk;
		if (write(fd, b->p + at, n) != (ssize_t)n)
			_exit(1);
	}
	_exit(0);
}

void
seen_pipe(struct seen *s, const struct blob *b, const char *file,
    size_t chunk)
{
	struct btns_keyread cb = { on_key, on_refused, on_passphrase, s };
	int fd[2], status;
	pid_t pid;

	seen_reset(s);
	if (pipe2(fd, PACKETS) == -1)
		assert_int_equal(pipe(fd), 0);
	assert_int_not_equal(pid = fork(), -1);
	if (pid == 0) {
		(void)close(fd[0]);
		feed(fd[1], b, chunk);
	}
	(void)close(fd[1]);
	s->rv = btns_keys_read(fd[0], file, &cb, &s->e);
	(void)close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

void
seen_file(struct seen *s, const char *dir, const char *name, size_t chunk)
{
	struct blob b;

	blob_read(&b, dir, name);
	if (chunk == 0)
		seen_parse(s, b.p, b.n, name);
	else
		seen_pipe(s, &b, name, chunk);
	blob_free(&b);
}

static uint8_t
digit(char c)
{
	return (uint8_t)(isdigit((unsigned char)c) ? c - '0' :
	    tolower((unsigned char)c) - 'a' + 10);
}

size_t
unhex(uint8_t *out, size_t max, const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		if (*s == ' ')
			continue;
		assert_true(isxdigit((unsigned char)s[0]) &&
		    isxdigit((unsigned char)s[1]) && n < max);
		out[n++] = (uint8_t)(digit(s[0]) << 4 | digit(s[1]));
		s++;
	}
	return n;
}

int
scratch_make(char *path, size_t size)
{
	const char *tmp = getenv("TMPDIR");
	char name[PATH_MAX], real[PATH_MAX];

	(void)umask(022);
	(void)snprintf(name, sizeof(name), "%.2000s/btns-unit.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(name) == NULL || realpath(name, real) == NULL)
		return -1;
	return (size_t)snprintf(path, size, "%s", real) < size ? 0 : -1;
}

static int
drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int
scratch_remove(const char *path)
{
	return nftw(path, drop, 8, FTW_DEPTH | FTW_PHYS);
}

void
good_key(struct btns_key *k, const char *name)
{
	struct btns_err e;
	struct blob b;

	blob_read(&b, "good", name);
	if (btns_key_parse_one(k, b.p, b.n, name, &e) == -1)
		fail_msg("%s", e.msg);
	blob_free(&b);
}

int
sql_number(const char *path, const char *sql)
{
	sqlite3_stmt *st;
	sqlite3 *db;
	int v;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	v = sqlite3_column_int(st, 0);
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
	return v;
}
