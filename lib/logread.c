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
#include "logread.h"
#include "logread_priv.h"

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
		return btns_fail_sys(e, "%s", r->name);
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

int
logread_skip(struct logread *r, int64_t to, struct btns_err *e)
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

static void
again(struct logread *r)
{
	r->skip = false;
	r->at = r->have = r->taillen = r->headlen = 0;
	r->done = 0;
}

int
logread_expand(struct logread *r, struct btns_err *e)
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
		if (logread_expand(r, e) == -1 || read_head(r, e) == -1)
			return -1;
	}
	r->journal = r->headlen > 9 && memcmp(r->head, "__CURSOR=", 9) == 0;
	return r->journal ? 0 : logread_resume(r, e);
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
start_journal(struct logread *r, struct btns_err *e)
{
	char since[32] = "--since=@0";
	const char *argv[] = { JOURNALCTL, "-q", "--no-pager", "-o",
	    "export", since, "SYSLOG_IDENTIFIER=iked",
	    r->follow ? "--follow" : NULL, "--no-tail", NULL };
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
	return r->follow && fcntl(r->fd, F_SETFL, O_NONBLOCK) == -1 ?
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
	r->name = path == NULL ? "journal" : path;
	r->follow = follow;
	r->fd = r->file = -1;
	e->code = BTNS_OK;
	rv = btns_logmark_each(p, keep_mark, r, e);
	if (rv == 0)
		rv = path == NULL ? start_journal(r, e) :
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
	    " that it is damaged, or not all of it is there", r->name,
	    r->program);
}

/* Whole lines that stand in memory: octets, 0 where there are none. */
static size_t
whole_lines(const struct logread *r)
{
	const char *p = r->buf + r->at, *lf;
	size_t n = r->have - r->at;

	if (n > LOGREAD_PIECE && (lf = memrchr(p, '\n',
	    LOGREAD_PIECE)) != NULL)
		return (size_t)(lf - p) + 1;
	lf = n > LOGREAD_PIECE ? memchr(p, '\n', n) :
	    n > 0 ? memrchr(p, '\n', n) : NULL;
	return lf == NULL ? 0 : (size_t)(lf - p) + 1;
}

static int
next_lines(struct logread *r, struct logread_piece *out, struct btns_err *e)
{
	const char *lf;
	ssize_t got;
	size_t n;

	for (;;) {
		n = r->have - r->at;
		lf = r->skip && n > 0 ? memchr(r->buf + r->at, '\n', n) :
		    NULL;
		if (lf != NULL) {
			pass(r, (size_t)(lf - r->buf) + 1 - r->at);
			r->skip = false;
		}
		if (!r->skip && (n = whole_lines(r)) > 0)
			break;
		if (r->have - r->at == LOGREAD_BUF || r->skip) {
			r->skip = true;
			pass(r, r->have - r->at);
		}
		if ((got = fill(r, e)) <= 0)
			return got == 0 ? ended(r, e) : -1;
	}
	*out = (struct logread_piece){ .p = r->buf + r->at, .n = n,
	    .at = r->age };
	pass(r, n);
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
			    " journalctl -o export writes", r->name);
		if (rv == 0) {
			if ((n = fill(r, e)) <= 0)
				return n == 0 ? ended(r, e) : -1;
			continue;
		}
		if (r->entry.iked && (rv = logread_is_new(r, e)) == -1)
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
