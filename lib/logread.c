#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "hash.h"
#include "logread.h"
#include "logread_priv.h"

#define TAIL	512
#define HEAD	1024
#define MARKS	512

struct logread {
	const char	*path;		/* or NULL: the journal */
	bool		 follow, eof;
	int		 fd;		/* what is read, */
	int		 file;		/* out of this one, or -1 */
	pid_t		 child;		/* it writes to fd; 0: none */
	const char	*program;
	bool		 journal;	/* in the export format */
	bool		 plain;		/* a regular file, not compressed */
	int64_t		 age;		/* when it was written last */
	char		*buf;		/* LOGREAD_BUF */
	size_t		 at, have;	/* in buf: what is still to give */
	int64_t		 done;		/* octets given out, from its start */
	char		 head[HEAD];	/* the first ones */
	size_t		 headlen;
	char		 tail[TAIL];	/* the last ones given out */
	size_t		 taillen;
	bool		 skip;		/* the rest of a line too long */
	struct btns_logmark mark[MARKS];
	int64_t		 stored[MARKS];	/* what is done by the store */
	size_t		 nmark;
	struct btns_logmark was;	/* that of this log, if known: */
	bool		 known;
	struct journal	 entry;
};

static int
keep_mark(const struct btns_logmark *m, void *arg)
{
	struct logread *r = arg;

	if (r->nmark < MARKS) {
		r->stored[r->nmark] = m->done;
		r->mark[r->nmark++] = *m;
	}
	return 0;
}

/* Read on, behind what is there: octets, 0 at the end, or -1. */
static ssize_t
fill(struct logread *r, struct btns_err *e)
{
	size_t more;
	ssize_t n;

	if (r->at > 0) {
		memmove(r->buf, r->buf + r->at, r->have - r->at);
		r->have -= r->at;
		r->at = 0;
	}
	do
		n = read(r->fd, r->buf + r->have, LOGREAD_BUF - r->have);
	while (n == -1 && errno == EINTR && !r->follow);
	r->eof = n == 0;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == -1)
		return btns_fail_sys(e, "%s", r->path == NULL ? "journal" :
		    r->path);
	if (r->done + (int64_t)r->have == (int64_t)r->headlen) {
		more = HEAD - r->headlen < (size_t)n ? HEAD - r->headlen :
		    (size_t)n;
		memcpy(r->head + r->headlen, r->buf + r->have, more);
		r->headlen += more;
	}
	r->have += (size_t)n;
	return n;
}

/* n octets are given out, or skipped. */
static void
pass(struct logread *r, size_t n)
{
	const char *p = r->buf + r->at;
	size_t keep;

	if (n >= TAIL) {
		memcpy(r->tail, p + n - TAIL, TAIL);
		r->taillen = TAIL;
	} else {
		keep = r->taillen + n > TAIL ? TAIL - n : r->taillen;
		memmove(r->tail, r->tail + r->taillen - keep, keep);
		memcpy(r->tail + keep, p, n);
		r->taillen = keep + n;
	}
	r->at += n;
	r->done += (int64_t)n;
}

/* Skip to an offset by reading: 1, or 0 where the log ends before. */
static int
skip_to(struct logread *r, int64_t to, struct btns_err *e)
{
	size_t n;
	ssize_t got;

	while (r->done < to) {
		n = r->have - r->at;
		if ((int64_t)n > to - r->done)
			n = (size_t)(to - r->done);
		pass(r, n);
		if (r->done < to && (got = fill(r, e)) <= 0)
			return got == 0 ? 0 : -1;
	}
	return 1;
}

/* Is it a mark of a log that begins as this one does?  1, 0 or -1. */
static int
is_head(const struct logread *r, const struct btns_logmark *m,
    struct btns_err *e)
{
	uint8_t d[BTNS_HASH_MAX];

	if (m->length == 0 || m->length > (int64_t)r->headlen)
		return 0;
	return btns_hash(d, BTNS_SHA256, r->head, (size_t)m->length,
	    e) == -1 ? -1 : memcmp(d, m->head, sizeof(m->head)) == 0;
}

static int
is_tail(const struct btns_logmark *m, const char *p, size_t n,
    struct btns_err *e)
{
	uint8_t d[BTNS_HASH_MAX];

	return btns_hash(d, BTNS_SHA256, p, n, e) == -1 ? -1 :
	    memcmp(d, m->tail, sizeof(m->tail)) == 0;
}

static int
by_done(const void *a, const void *b)
{
	const struct btns_logmark *x = a, *y = b;

	return (x->done > y->done) - (x->done < y->done);
}

static void
again(struct logread *r)
{
	r->skip = false;
	r->at = r->have = r->taillen = r->headlen = 0;
	r->done = 0;
}

/* Marks of logs that begin alike, by how far they go; how many, or -1. */
static int
candidates(struct btns_logmark out[MARKS], struct logread *r,
    struct btns_err *e)
{
	size_t i;
	int n = 0, rv;

	for (i = 0; i < r->nmark; i++) {
		if ((rv = is_head(r, &r->mark[i], e)) == -1)
			return -1;
		if (rv == 1)
			out[n++] = r->mark[i];
	}
	qsort(out, (size_t)n, sizeof(*out), by_done);
	return n;
}

/* Of a file: the furthest mark whose tail stands where it should. */
static int
resume_file(struct logread *r, const struct btns_logmark *m, int n,
    struct btns_err *e)
{
	char tail[TAIL];
	size_t len;
	int rv;

	while (n-- > 0) {
		len = m[n].done < TAIL ? (size_t)m[n].done : TAIL;
		if (pread(r->fd, tail, len, (off_t)(m[n].done -
		    (int64_t)len)) != (ssize_t)len)
			continue;
		if ((rv = is_tail(&m[n], tail, len, e)) == -1)
			return -1;
		if (rv == 0)
			continue;
		if (lseek(r->fd, (off_t)(m[n].done - (int64_t)len),
		    SEEK_SET) == -1)
			return btns_fail_sys(e, "%s", r->path);
		r->at = r->have = 0;
		r->done = m[n].done - (int64_t)len;
		r->was = m[n];
		r->known = true;
		return skip_to(r, m[n].done, e) == -1 ? -1 : 0;
	}
	return 0;
}

static int	 expand(struct logread *, struct btns_err *);

/* What can only be read on: past all marks, and back if none is right. */
static int
resume_stream(struct logread *r, const struct btns_logmark *m, int n,
    struct btns_err *e)
{
	int i, rv = 1;

	for (i = 0; i < n && rv == 1; i++) {
		if ((rv = skip_to(r, m[i].done, e)) != 1)
			break;
		rv = is_tail(&m[i], r->tail, r->taillen, e);
		if (rv == 1) {
			r->was = m[i];
			r->known = true;
		}
		rv = rv == -1 ? -1 : 1;
	}
	if (rv == -1)
		return -1;
	if (r->done == (r->known ? r->was.done : 0))
		return 0;
	if (r->child == 0)
		return btns_fail(e, BTNS_E_FORMAT, "%s: begins as a log that"
		    " was read before, and is another: name the file",
		    r->path);
	return expand(r, e) == -1 || skip_to(r, r->known ? r->was.done : 0,
	    e) == -1 ? -1 : 0;
}

/* Go to where an earlier run stopped; to the start if none knows it. */
static int
resume(struct logread *r, struct btns_err *e)
{
	struct btns_logmark *m = calloc(MARKS, sizeof(*m));
	int n, rv;

	if (m == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	if ((n = rv = candidates(m, r, e)) > 0)
		rv = r->plain ? resume_file(r, m, n, e) :
		    resume_stream(r, m, n, e);
	free(m);
	return rv;
}

static const char *
compressed(const char *p, size_t n)
{
	static const struct { const char *magic; size_t n; const char *by; }
	    t[] = { { "\x1f\x8b", 2, "gzip" }, { "\xfd" "7zXZ", 5, "xz" },
	    { "\x28\xb5\x2f\xfd", 4, "zstd" }, { "BZh", 3, "bzip2" } };
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (n >= t[i].n && memcmp(p, t[i].magic, t[i].n) == 0)
			return t[i].by;
	return NULL;
}

static int
run(struct logread *r, const char *program, const char *const argv[], int in,
    struct btns_err *e)
{
	r->program = program;
	return btns_child_pipe(&r->child, &r->fd, program, argv, in, e);
}

/* From its start, through the program that made it small. */
static int
expand(struct logread *r, struct btns_err *e)
{
	const char *const argv[] = { r->program, "-dc", NULL };

	if (r->child > 0) {
		(void)close(r->fd);
		btns_child_stop(r->child);
		r->child = 0;
	}
	again(r);
	if (lseek(r->file, 0, SEEK_SET) == -1)
		return btns_fail_sys(e, "%s", r->path);
	return run(r, r->program, argv, r->file, e);
}

static int
open_file(struct logread *r, struct btns_err *e)
{
	struct stat st;

	if (strcmp(r->path, "-") == 0)
		r->fd = STDIN_FILENO;
	else if ((r->fd = open(r->path, O_RDONLY | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC)) == -1)
		return btns_fail_sys(e, "%s", r->path);
	if (fstat(r->fd, &st) == -1)
		return btns_fail_sys(e, "%s", r->path);
	if (r->fd != STDIN_FILENO && !S_ISREG(st.st_mode))
		return btns_fail(e, BTNS_E_FORMAT, "%s: no regular file",
		    r->path);
	r->plain = S_ISREG(st.st_mode) &&
	    lseek(r->fd, 0, SEEK_CUR) == 0;
	r->age = r->fd == STDIN_FILENO ? time(NULL) : st.st_mtime;
	return 0;
}

/* Until the head is whole, or the log ends. */
static int
read_head(struct logread *r, struct btns_err *e)
{
	ssize_t n = 1;

	while (n > 0 && r->headlen < HEAD)
		if ((n = fill(r, e)) == -1)
			return -1;
	return 0;
}

static int
start_file(struct logread *r, struct btns_err *e)
{
	const char *by;

	if (open_file(r, e) == -1 || read_head(r, e) == -1)
		return -1;
	if ((by = compressed(r->head, r->headlen)) != NULL) {
		if (!r->plain)
			return btns_fail(e, BTNS_E_USAGE, "%s: compressed:"
			    " %s -dc | btnsctl observe -", r->path, by);
		r->plain = false;
		r->program = by;
		r->file = r->fd;
		r->fd = -1;
		if (expand(r, e) == -1 || read_head(r, e) == -1)
			return -1;
	}
	r->journal = r->headlen > 9 && memcmp(r->head, "__CURSOR=", 9) == 0;
	return r->journal ? 0 : resume(r, e);
}

#define JOURNALCTL "journalctl"

bool
logread_journal(void)
{
	return btns_child_has(JOURNALCTL) &&
	    (access("/var/log/journal", R_OK | X_OK) == 0 ||
	    access("/run/log/journal", R_OK | X_OK) == 0);
}

static int
start_journal(struct logread *r, bool follow, struct btns_err *e)
{
	char since[32] = "--since=@0";
	const char *argv[] = { JOURNALCTL, "-q", "--no-pager", "-o",
	    "export", since, "SYSLOG_IDENTIFIER=iked",
	    follow ? "--follow" : NULL, "--no-tail", NULL };
	int64_t at = 0;
	size_t i;

	/* An hour more: clocks are set back. */
	for (i = 0; i < r->nmark; i++)
		if (r->mark[i].length == 0 && r->mark[i].at > at)
			at = r->mark[i].at;
	if (at > 3600)
		(void)snprintf(since, sizeof(since), "--since=@%lld",
		    (long long)at - 3600);
	r->journal = true;
	if (run(r, JOURNALCTL, argv, -1, e) == -1)
		return -1;
	return follow && fcntl(r->fd, F_SETFL, O_NONBLOCK) == -1 ?
	    btns_fail_sys(e, "journal") : 0;
}

int
logread_open(struct logread **out, const char *path, bool follow,
    struct btns_pins *p, struct btns_err *e)
{
	struct logread *r = calloc(1, sizeof(*r));
	int rv;

	*out = NULL;
	if (r == NULL || (r->buf = malloc(LOGREAD_BUF)) == NULL) {
		free(r);
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	}
	r->path = path;
	r->follow = follow;
	r->fd = r->file = -1;
	e->code = BTNS_OK;
	rv = btns_logmark_each(p, keep_mark, r, e);
	if (rv == 0)
		rv = path == NULL ? start_journal(r, follow, e) :
		    start_file(r, e);
	if (rv == -1) {
		logread_close(r);
		return -1;
	}
	*out = r;
	return 0;
}

void
logread_close(struct logread *r)
{
	if (r == NULL)
		return;
	if (r->fd > STDIN_FILENO)
		(void)close(r->fd);
	if (r->file > STDIN_FILENO)
		(void)close(r->file);
	if (r->child > 0)
		btns_child_stop(r->child);
	free(r->buf);
	free(r);
}

/* At the end of what a program said: did it say all? */
static int
ended(struct logread *r, struct btns_err *e)
{
	int status;

	if (r->child == 0 || !r->eof)
		return 0;
	status = btns_child_wait(r->child);
	r->child = 0;
	return status == 0 ? 0 : btns_fail(e, BTNS_E_FORMAT, "%s: %s says"
	    " that it is damaged, or not all of it is there",
	    r->path == NULL ? "journal" : r->path, r->program);
}

static int
next_lines(struct logread *r, struct logread_piece *out, struct btns_err *e)
{
	const char *lf;
	ssize_t n;
	size_t len;

	for (;;) {
		lf = r->have == r->at ? NULL : memrchr(r->buf + r->at, '\n',
		    r->have - r->at);
		if (r->skip && lf != NULL) {
			lf = memchr(r->buf + r->at, '\n', r->have - r->at);
			pass(r, (size_t)(lf - r->buf) + 1 - r->at);
			r->skip = false;
			continue;
		}
		if (lf != NULL)
			break;
		if (r->have - r->at == LOGREAD_BUF || r->skip) {
			r->skip = true;
			pass(r, r->have - r->at);
		}
		if ((n = fill(r, e)) <= 0)
			return n == 0 ? ended(r, e) : -1;
	}
	len = (size_t)(lf - r->buf) + 1 - r->at;
	*out = (struct logread_piece){ .p = r->buf + r->at, .n = len,
	    .at = r->age };
	pass(r, len);
	return 1;
}

/* Is it behind the mark of its journal?  The mark of a new one is made. */
static int
is_new(struct logread *r, struct btns_err *e)
{
	struct btns_logmark *m;
	uint8_t d[BTNS_HASH_MAX];
	size_t i;

	if (btns_hash(d, BTNS_SHA256, r->entry.id, strlen(r->entry.id),
	    e) == -1)
		return -1;
	for (i = 0; i < r->nmark; i++)
		if (r->mark[i].length == 0 &&
		    memcmp(r->mark[i].head, d, sizeof(r->was.head)) == 0)
			break;
	if (i == r->nmark) {
		if (r->nmark == MARKS)
			return btns_fail(e, BTNS_E_FORMAT, "over %d journals"
			    " in one", MARKS);
		r->stored[r->nmark] = 0;
		m = &r->mark[r->nmark++];
		memset(m, 0, sizeof(*m));
		memcpy(m->head, d, sizeof(m->head));
	}
	m = &r->mark[i];
	if (r->entry.seq <= m->done)
		return 0;
	m->done = r->entry.seq;
	return 1;
}

static int
next_message(struct logread *r, struct logread_piece *out,
    struct btns_err *e)
{
	ssize_t n;
	size_t used;
	int rv;

	for (;;) {
		rv = journal_parse(&r->entry, r->buf + r->at,
		    r->have - r->at, &used);
		r->at += used;
		if (rv == -1)
			return btns_fail(e, BTNS_E_FORMAT, "%s: not what"
			    " journalctl -o export writes", r->path == NULL ?
			    "journal" : r->path);
		if (rv == 0) {
			if ((n = fill(r, e)) <= 0)
				return n == 0 ? ended(r, e) : -1;
			continue;
		}
		if (r->entry.iked && (rv = is_new(r, e)) == -1)
			return -1;
		if (r->entry.iked && rv == 1)
			break;
	}
	*out = (struct logread_piece){ .p = r->entry.text,
	    .n = r->entry.textlen, .message = true, .at = r->entry.at,
	    .verified = r->entry.verified };
	return 1;
}

int
logread_next(struct logread *r, struct logread_piece *out,
    struct btns_err *e)
{
	return r->journal ? next_message(r, out, e) : next_lines(r, out, e);
}

/*
 * The marks of this log that the store has by now, and had not when it was
 * opened: another run read it meanwhile, and the lines would count twice.
 * Then the transaction is undone.
 */
struct changed {
	const struct logread *r;
	bool		 mine;		/* the one we go on from is there */
	bool		 others;
	struct btns_err	*e;
};

static bool
same_mark(const struct btns_logmark *a, const struct btns_logmark *b)
{
	return memcmp(a->head, b->head, sizeof(a->head)) == 0 &&
	    memcmp(a->tail, b->tail, sizeof(a->tail)) == 0 &&
	    a->done == b->done;
}

static int
compare(const struct btns_logmark *m, void *arg)
{
	struct changed *c = arg;
	const struct logread *r = c->r;
	size_t i;
	int rv;

	if (r->known && same_mark(m, &r->was)) {
		c->mine = true;
		return 0;
	}
	for (i = 0; i < r->nmark; i++) {
		if (m->length == 0 && memcmp(m->head, r->mark[i].head,
		    sizeof(m->head)) == 0 && r->mark[i].length == 0)
			c->others = c->others || m->done != r->stored[i];
		if (same_mark(m, &r->mark[i]))
			return 0;
	}
	if ((rv = is_head(r, m, c->e)) == 1)
		c->others = true;
	return rv == -1 ? -1 : 0;
}

static int
check_marks(const struct logread *r, struct btns_pins *p,
    struct btns_err *e)
{
	struct changed c = { .r = r, .e = e };

	int rv = btns_logmark_each(p, compare, &c, e);

	if (rv == 0 && !c.others && (!r->known || c.mine))
		return 0;
	(void)btns_knock_end(p, false, e);
	return rv == -1 ? -1 : btns_fail(e, BTNS_E_STORE, "%s: another observe reads it",
	    r->path == NULL ? "journal" : r->path);
}

static int
mark_journals(struct logread *r, struct btns_pins *p, struct btns_err *e)
{
	struct btns_logmark m, was;
	size_t i;

	if (check_marks(r, p, e) == -1)
		return -1;
	for (i = 0; i < r->nmark; i++) {
		m = was = r->mark[i];
		was.done = r->stored[i];
		if (m.length != 0 || m.done == was.done)
			continue;
		m.at = time(NULL);
		memcpy(m.tail, m.head, sizeof(m.tail));
		if (btns_logmark_move(p, was.done == 0 ? NULL : &was, &m,
		    e) == -1)
			return -1;
		r->stored[i] = m.done;
	}
	return 0;
}

int
logread_mark(struct logread *r, struct btns_pins *p, struct btns_err *e)
{
	struct btns_logmark m = { .length = r->done < (int64_t)r->headlen ?
	    r->done : (int64_t)r->headlen, .done = r->done, .at = time(NULL) };
	uint8_t head[BTNS_HASH_MAX], tail[BTNS_HASH_MAX];

	if (r->journal)
		return mark_journals(r, p, e);
	if (r->done == 0 || (r->known && r->done == r->was.done))
		return 0;
	if (btns_hash(head, BTNS_SHA256, r->head, (size_t)m.length,
	    e) == -1 || btns_hash(tail, BTNS_SHA256, r->tail, r->taillen,
	    e) == -1)
		return -1;
	memcpy(m.head, head, sizeof(m.head));
	memcpy(m.tail, tail, sizeof(m.tail));
	if (check_marks(r, p, e) == -1 ||
	    btns_logmark_move(p, r->known ? &r->was : NULL, &m, e) == -1)
		return -1;
	r->was = m;
	r->known = true;
	return 0;
}

bool
logread_known(const struct logread *r)
{
	return r->known;
}

bool
logread_moved(const struct logread *r)
{
	struct stat now, mine;

	return r->path != NULL && r->plain && stat(r->path, &now) == 0 &&
	    fstat(r->fd, &mine) == 0 && (now.st_ino != mine.st_ino ||
	    now.st_dev != mine.st_dev || now.st_size < r->done);
}

bool
logread_over(const struct logread *r)
{
	return r->eof && !r->plain;
}

void
logread_wait(const struct logread *r, int ms)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN };

	/* A file is always readable, also at its end. */
	(void)poll(&p, r->plain ? 0 : 1, ms);
}
