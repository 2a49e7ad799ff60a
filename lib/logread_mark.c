/* How far a log was read, by what it holds at both ends. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "hash.h"
#include "logread.h"
#include "logread_priv.h"

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
		return logread_skip(r, m[n].done, e) == -1 ? -1 : 0;
	}
	return 0;
}

/* What can only be read on: past all marks, and back if none is right. */
static int
resume_stream(struct logread *r, const struct btns_logmark *m, int n,
    struct btns_err *e)
{
	int i, rv = 1;

	for (i = 0; i < n && rv == 1; i++) {
		if ((rv = logread_skip(r, m[i].done, e)) != 1)
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
	return logread_expand(r, e) == -1 || logread_skip(r,
	    r->known ? r->was.done : 0, e) == -1 ? -1 : 0;
}

int
logread_resume(struct logread *r, struct btns_err *e)
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

int
logread_is_new(struct logread *r, struct btns_err *e)
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
	return rv == -1 ? -1 : btns_fail(e, BTNS_E_STORE, "%s: another"
	    " observe reads it", r->name);
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

bool
logread_ahead(const struct logread *r)
{
	size_t i;

	if (!r->journal)
		return r->done > (r->known ? r->was.done : 0);
	for (i = 0; i < r->nmark; i++)
		if (r->mark[i].done != r->stored[i])
			return true;
	return false;
}

int
logread_mark(struct logread *r, struct btns_pins *p, struct btns_err *e)
{
	struct btns_logmark m = { .length = r->done < (int64_t)r->headlen ?
	    r->done : (int64_t)r->headlen, .done = r->done, .at = time(NULL) };
	uint8_t head[BTNS_HASH_MAX], tail[BTNS_HASH_MAX];

	if (!logread_ahead(r))
		return 0;
	if (r->journal)
		return mark_journals(r, p, e);
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

