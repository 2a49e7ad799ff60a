#include <stdlib.h>
#include <string.h>

#include "../lib/err.h"
#include "query.h"
#include "store.h"

int
store_key_put(struct store *s, const struct store_binding *b,
    struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_KEY_PUT);
	q_blob(&q, b->fp, STORE_DIGEST);
	q_blob(&q, b->spki, b->spkilen);
	q_text(&q, b->keyname);
	q_i64(&q, b->first_seen);
	return q_run(&q, e);
}

int
store_key_get(struct store *s, const uint8_t *fp, uint8_t *spki, size_t size,
    size_t *len, struct btns_err *e)
{
	struct query q;
	int found;

	q_start(&q, s, STMT_KEY_GET);
	q_blob(&q, fp, STORE_DIGEST);
	if ((found = q_row(&q))) {
		*len = (size_t)sqlite3_column_bytes(q.st, 0);
		if (*len > size)
			return q_finish(&q, btns_fail(e, BTNS_E_STORE,
			    "damaged: a key of %zu octets", *len), e);
		memcpy(spki, sqlite3_column_blob(q.st, 0), *len);
	}
	return q_end(&q, e) == -1 ? -1 : found;
}

static void
bind_name(struct query *q, const struct store_binding *b)
{
	q_text(q, b->type);
	q_text(q, b->value);
	q_text(q, b->fold);
	q_blob(q, b->fp, STORE_DIGEST);
}

static void
bind_state(struct query *q, const struct store_binding *b, int first_seen)
{
	q_text(q, b->state);
	q_i64(q, b->past);
	q_i64(q, b->since);
	if (first_seen)
		q_i64(q, b->first_seen);
	q_text(q, b->source);
	q_text(q, b->evidence);
	q_text(q, b->actor);
	q_text(q, b->login);
	q_text(q, b->comment);
}

int
store_binding_put(struct store *s, const struct store_binding *b,
    int64_t *id, struct btns_err *e)
{
	struct query q;

	if (b->id == 0) {
		q_start(&q, s, STMT_BINDING_ADD);
		bind_name(&q, b);
	} else {
		q_start(&q, s, STMT_BINDING_SET);
		q_i64(&q, b->id);
	}
	bind_state(&q, b, b->id == 0);
	if (q_run(&q, e) == -1)
		return -1;
	if (id != NULL)
		*id = b->id != 0 ? b->id : sqlite3_last_insert_rowid(s->db);
	return 0;
}

int
store_binding_state(struct store *s, int64_t id, const char *state,
    int64_t at, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_BINDING_STATE);
	q_i64(&q, id);
	q_text(&q, state);
	q_i64(&q, at);
	return q_run(&q, e);
}

int
store_binding_delete(struct store *s, int64_t id, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_BINDING_DELETE);
	q_i64(&q, id);
	return q_run(&q, e);
}

int
store_replay_bind(struct store *s, const struct store_binding *b,
    struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_REPLAY_BIND);
	bind_name(&q, b);
	bind_state(&q, b, 1);
	return q_run(&q, e);
}

static void
row_binding(struct query *q, struct store_binding *b)
{
	b->id = sqlite3_column_int64(q->st, 0);
	b->type = q_column(q, 1);
	b->value = q_column(q, 2);
	b->fold = q_column(q, 3);
	b->fp = sqlite3_column_blob(q->st, 4);
	b->state = q_column(q, 5);
	b->past = sqlite3_column_int(q->st, 6);
	b->since = sqlite3_column_int64(q->st, 7);
	b->first_seen = sqlite3_column_int64(q->st, 8);
	b->source = q_column(q, 9);
	b->evidence = q_column(q, 10);
	b->actor = q_column(q, 11);
	b->login = q_column(q, 12);
	b->comment = q_column(q, 13);
	b->spki = sqlite3_column_blob(q->st, 14);
	b->spkilen = (size_t)sqlite3_column_bytes(q->st, 14);
	b->keyname = q_column(q, 15);
	b->last_seen = sqlite3_column_int64(q->st, 16);
	b->days = sqlite3_column_int64(q->st, 17);
	b->times = sqlite3_column_int64(q->st, 18);
	b->address = q_column(q, 19);
	b->revoked = sqlite3_column_type(q->st, 20) != SQLITE_NULL;
	b->revoked_at = sqlite3_column_int64(q->st, 20);
	b->revoked_login = q_column(q, 21);
	b->revoked_comment = q_column(q, 22);
	b->learned = sqlite3_column_int64(q->st, 23);
	b->live = sqlite3_column_int64(q->st, 24);
}

#define STORE_SPKI_MAX	8192

/* The schema's CHECKs promise this; a damaged file may break it. */
static int
row_sound(struct query *q, const struct store_binding *b)
{
	return sqlite3_column_bytes(q->st, 4) == STORE_DIGEST &&
	    b->spki != NULL && b->spkilen <= STORE_SPKI_MAX &&
	    b->since >= 0 && b->first_seen >= 0 && b->last_seen >= 0 &&
	    q_plain(q, 1) && q_plain(q, 2) && q_plain(q, 3) &&
	    q_plain(q, 5) && q_plain(q, 9) &&
	    (b->evidence == NULL || q_plain(q, 10)) &&
	    q_plain(q, 11) && q_plain(q, 12) && q_plain(q, 15) &&
	    (b->address == NULL || q_plain(q, 19)) &&
	    (!b->revoked || (b->revoked_at >= 0 && q_plain(q, 21)));
}

static int
walk(struct query *q, store_binding_fn *fn, void *arg, struct btns_err *e)
{
	struct store_binding b;
	int rv = 0;

	while (rv == 0 && q_row(q)) {
		row_binding(q, &b);
		rv = row_sound(q, &b) ? fn(&b, arg) :
		    btns_fail(e, BTNS_E_STORE, "damaged: binding %lld",
		    (long long)b.id);
	}
	return q_finish(q, rv, e);
}

/* A row that outlives its statement: one block, freed as one. */
struct kept {
	struct store_binding	 b;
	struct kept		*next;
	char			 bytes[];
};

static const char *
keep_text(char **p, const char *s)
{
	size_t n;
	char *at = *p;

	if (s == NULL)
		return NULL;
	n = strlen(s) + 1;
	memcpy(at, s, n);
	*p += n;
	return at;
}

static size_t
size(const char *s)
{
	return s == NULL ? 0 : strlen(s) + 1;
}

static struct kept *
keep(const struct store_binding *b)
{
	struct kept *k = malloc(sizeof(*k) + size(b->type) + size(b->value) +
	    size(b->fold) + STORE_DIGEST + size(b->state) + size(b->source) +
	    size(b->evidence) + size(b->actor) + size(b->login) +
	    size(b->comment) + b->spkilen + size(b->keyname) +
	    size(b->address) + size(b->revoked_login) +
	    size(b->revoked_comment));
	char *p;

	if (k == NULL)
		return NULL;
	k->b = *b;
	k->next = NULL;
	p = k->bytes;
	memcpy(p, b->fp, STORE_DIGEST);
	k->b.fp = (const uint8_t *)p;
	p += STORE_DIGEST;
	memcpy(p, b->spki, b->spkilen);
	k->b.spki = (const uint8_t *)p;
	p += b->spkilen;
	k->b.type = keep_text(&p, b->type);
	k->b.value = keep_text(&p, b->value);
	k->b.fold = keep_text(&p, b->fold);
	k->b.state = keep_text(&p, b->state);
	k->b.source = keep_text(&p, b->source);
	k->b.evidence = keep_text(&p, b->evidence);
	k->b.actor = keep_text(&p, b->actor);
	k->b.login = keep_text(&p, b->login);
	k->b.comment = keep_text(&p, b->comment);
	k->b.keyname = keep_text(&p, b->keyname);
	k->b.address = keep_text(&p, b->address);
	k->b.revoked_login = keep_text(&p, b->revoked_login);
	k->b.revoked_comment = keep_text(&p, b->revoked_comment);
	return k;
}

struct page {
	struct kept	*first, **last;
	int		 rows;
};

static int
add_to_page(const struct store_binding *b, void *arg)
{
	struct page *pg = arg;

	if ((*pg->last = keep(b)) == NULL)
		return 1;		/* out of memory */
	pg->last = &(*pg->last)->next;
	pg->rows++;
	return 0;
}

static void
free_rows(struct kept *k, const struct kept *but)
{
	struct kept *next;

	while (k != NULL) {
		next = k->next;
		if (k != but)
			free(k);
		k = next;
	}
}

/* All rows first, then the callbacks: no lock is held while those block. */
static int
walk_copies(struct query *q, store_binding_fn *fn, void *arg,
    struct btns_err *e)
{
	struct page pg = { NULL, &pg.first, 0 };
	struct kept *k;
	int rv = walk(q, add_to_page, &pg, e);

	if (rv == 1)
		rv = btns_fail(e, BTNS_E_NOMEM, "out of memory");
	for (k = pg.first; k != NULL && rv == 0; k = k->next)
		rv = fn(&k->b, arg);
	free_rows(pg.first, NULL);
	return rv;
}

int
store_by_identity(struct store *s, const char *type, const char *value,
    store_binding_fn *fn, void *arg, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_BY_IDENTITY);
	q_text(&q, type);
	q_text(&q, value);
	return walk_copies(&q, fn, arg, e);
}

int
store_by_fold(struct store *s, const char *fold, store_binding_fn *fn,
    void *arg, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_BY_FOLD);
	q_text(&q, fold);
	return walk_copies(&q, fn, arg, e);
}

int
store_by_fp(struct store *s, const uint8_t *fp, store_binding_fn *fn,
    void *arg, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_BY_FP);
	q_blob(&q, fp, STORE_DIGEST);
	return walk_copies(&q, fn, arg, e);
}

int
store_by_fp_few(struct store *s, const uint8_t *fp, int live,
    store_binding_fn *fn, void *arg, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, live ? STMT_BY_FP_LIVE : STMT_BY_FP_FEW);
	q_blob(&q, fp, STORE_DIGEST);
	return walk_copies(&q, fn, arg, e);
}

int
store_by_fp_range(struct store *s, const uint8_t *low, const uint8_t *high,
    store_binding_fn *fn, void *arg, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_BY_FP_RANGE);
	q_blob(&q, low, STORE_DIGEST);
	q_blob(&q, high, STORE_DIGEST);
	return walk_copies(&q, fn, arg, e);
}

static int
walk_live(struct query *q, store_live_fn *fn, void *arg, struct btns_err *e)
{
	struct store_live l;
	int rv = 0;

	while (rv == 0 && q_row(q)) {
		l.type = q_column(q, 0);
		l.value = q_column(q, 1);
		l.fp = sqlite3_column_blob(q->st, 2);
		l.state = q_column(q, 3);
		l.since = sqlite3_column_int64(q->st, 4);
		rv = sqlite3_column_bytes(q->st, 2) == STORE_DIGEST &&
		    q_plain(q, 0) && q_plain(q, 1) && q_plain(q, 3) ?
		    fn(&l, arg) : btns_fail(e, BTNS_E_STORE,
		    "damaged: binding");
	}
	return q_finish(q, rv, e);
}

int
store_live_each(struct store *s, store_live_fn *fn, void *arg,
    struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_LIVE_EACH);
	return walk_live(&q, fn, arg, e);
}

int
store_accepted_until(struct store *s, int64_t since, store_live_fn *fn,
    void *arg, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_ACCEPTED_UNTIL);
	q_i64(&q, since);
	return walk_live(&q, fn, arg, e);
}

/* Read the rows after the one at `after` (NULL: from the first). */
static int
read_page(struct store *s, enum store_set set, struct page *pg,
    const struct kept *after, struct btns_err *e)
{
	static const enum stmt stmt[] = {
		[STORE_ALL] = STMT_PAGE,
		[STORE_LEARNED] = STMT_PAGE_LEARNED,
		[STORE_LIVE] = STMT_PAGE_LIVE,
		[STORE_REPLAYED] = STMT_PAGE_REPLAYED
	};
	struct query q;
	int rv;

	pg->first = NULL;
	pg->last = &pg->first;
	pg->rows = 0;
	q_start(&q, s, stmt[set]);
	q_text(&q, after == NULL ? "" : after->b.value);
	q_text(&q, after == NULL ? "" : after->b.type);
	q_i64(&q, after == NULL ? 0 : after->b.id);
	rv = walk(&q, add_to_page, pg, e);
	return rv == 1 ? btns_fail(e, BTNS_E_NOMEM, "out of memory") : rv;
}

int
store_each(struct store *s, enum store_set set, store_binding_fn *fn,
    void *arg, struct btns_err *e)
{
	struct page pg;
	struct kept *k, *after = NULL, *tail;
	int rv;

	do {
		rv = read_page(s, set, &pg, after, e);
		free(after);
		after = NULL;
		tail = NULL;
		for (k = pg.first; k != NULL; k = k->next) {
			if (rv == 0)
				rv = fn(&k->b, arg);
			tail = k;
		}
		if (rv == 0 && pg.rows == STMT_PAGE_ROWS) {
			after = tail;
			after->next = NULL;
		}
		free_rows(pg.first, after);
	} while (after != NULL);
	return rv;
}
