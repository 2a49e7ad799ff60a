/* Knocks, marks and sightings in the store; when which key was live. */
#include <string.h>
#include <time.h>

#include "err.h"
#include "knock.h"
#include "pins_priv.h"

#define MARKS_MAX	256

const char *
btns_cause_name(enum btns_cause c)
{
	static const char *const name[BTNS_CAUSE__COUNT] = {
		[BTNS_UNKNOWN] = "unknown", [BTNS_ANOTHER] = "another",
		[BTNS_UNREAD] = "unread"
	};

	return name[c];
}

struct knock_walk {
	btns_knock_fn	*fn;
	void		*arg;
};

static int
on_knock(const struct store_knock *row, void *arg)
{
	struct knock_walk *w = arg;
	struct btns_knock k = { .identity = row->identity,
	    .address = row->address, .first_seen = row->first_seen,
	    .last_seen = row->last_seen, .days = row->days,
	    .times = row->times, .verified = row->verified };
	int c;

	for (c = 0; c < BTNS_CAUSE__COUNT; c++)
		if (strcmp(row->cause, btns_cause_name(c)) == 0)
			k.cause = (enum btns_cause)c;
	if ((k.has_fp = row->fp != NULL))
		memcpy(k.fp.b, row->fp, BTNS_FP_LEN);
	return w->fn(&k, w->arg);
}

int
btns_knock_each(struct btns_pins *p, btns_knock_fn *fn, void *arg,
    struct btns_err *e)
{
	struct knock_walk w = { fn, arg };

	return store_knock_each(p->store, on_knock, &w, e);
}

int
btns_knock_of(struct btns_pins *p, const char *identity, btns_knock_fn *fn,
    void *arg, struct btns_err *e)
{
	struct knock_walk w = { fn, arg };

	return store_knock_of(p->store, identity, on_knock, &w, e);
}

/* --- when which key was live */

static int
play(const struct store_event *v, void *arg)
{
	struct btns_pins *p = arg;
	const char *state;
	struct btns_err e;
	int rv = 0;

	if (v->fp == NULL)
		return 0;
	if (strcmp(v->verb, "revoke") == 0)
		rv = store_period_end_key(p->store, v->fp, v->at, &e);
	else if (v->identity != NULL && (strcmp(v->verb, "forget") == 0 ||
	    strcmp(v->verb, "reject") == 0))
		rv = store_period_end(p->store, v->identity, v->fp, v->at,
		    &e);
	else if (v->identity != NULL && (state = pins_verb_state(v->verb)) !=
	    NULL && pins_live(state) && (rv = store_period_end(p->store,
	    v->identity, NULL, v->at, &e)) == 0)
		rv = store_period_begin(p->store, v->identity, v->fp, v->at,
		    &e);
	return rv;
}

/* Until the next decision of anybody's. */
static int
history(struct btns_pins *p, struct btns_err *e)
{
	uint8_t hash[STORE_DIGEST];
	int64_t seq;

	if (store_event_last(p->store, &seq, hash, e) == -1)
		return -1;
	if (p->periods > seq)
		return 0;
	if (p->periods == 0 && store_period_table(p->store, e) == -1)
		return -1;
	if (store_events(p->store, p->periods == 0 ? 1 : p->periods, play, p,
	    e) != 0)
		return e->code != BTNS_OK ? -1 : btns_fail(e, BTNS_E_STORE,
		    "the history could not be played");
	p->periods = seq + 1;
	return 0;
}

struct at {
	int64_t		    at;
	struct btns_period *period;
};

static int
on_period(const uint8_t *fp, int64_t start, int64_t stop, void *arg)
{
	struct at *a = arg;
	struct btns_period *d = a->period;

	if (stop != 0 && stop <= a->at) {
		if (stop > d->from)
			d->from = stop;
	} else if (start > a->at) {
		if (start < d->to)
			d->to = start;
	} else {
		d->live = true;
		if (fp != NULL)
			memcpy(d->fp.b, fp, BTNS_FP_LEN);
		d->from = start;
		if (stop != 0 && stop < d->to)
			d->to = stop;
	}
	return 0;
}

/* What the bindings alone say. */
struct now {
	bool		live, past;
	int64_t		since, id;
	uint8_t		fp[STORE_DIGEST];
};

static int
on_binding(const struct store_binding *b, void *arg)
{
	struct now *n = arg;

	n->past = n->past || b->past;
	if (!pins_live(b->state))
		return 0;
	n->live = true;
	n->since = b->since;
	n->id = b->id;
	memcpy(n->fp, b->fp, STORE_DIGEST);
	return 0;
}

static int
look(struct btns_pins *p, const struct btns_ident *id, struct now *n,
    struct btns_err *e)
{
	memset(n, 0, sizeof(*n));
	return store_by_identity(p->store, btns_idtype_name(id->type),
	    id->value, on_binding, n, e);
}

int
btns_live_at(struct btns_pins *p, const struct btns_ident *id, int64_t at,
    struct btns_period *d, struct btns_err *e)
{
	char name[BTNS_ID_PRINT];
	struct at a = { at, d };
	struct now n;

	*d = (struct btns_period){ .from = 0, .to = INT64_MAX };
	e->code = BTNS_OK;
	if (look(p, id, &n, e) == -1)
		return -1;
	if (n.live && n.since <= at) {
		d->live = true;
		d->from = n.since;
		memcpy(d->fp.b, n.fp, BTNS_FP_LEN);
		return 0;
	}
	if (!n.live && !n.past)
		return 0;	/* it never was */
	btns_ident_print(name, id);
	return history(p, e) == -1 ||
	    store_period_each(p->store, name, on_period, &a, e) == -1 ? -1 :
	    0;
}

/* --- one transaction */

int
btns_knock_begin(struct btns_pins *p, struct btns_err *e)
{
	return pins_begin(p, e);
}

int
btns_knock_end(struct btns_pins *p, bool commit, struct btns_err *e)
{
	if (commit && (store_knock_trim(p->store, BTNS_KNOCKS_MAX, e) == -1 ||
	    store_logmark_trim(p->store, MARKS_MAX, e) == -1)) {
		pins_rollback(p);
		return -1;
	}
	if (commit)
		return pins_commit(p, e);
	pins_rollback(p);
	return 0;
}

static int
undo(struct btns_pins *p, int rv)
{
	if (rv == -1)
		pins_rollback(p);
	return rv;
}

int
btns_knock_add(struct btns_pins *p, const struct btns_knock *k,
    struct btns_err *e)
{
	struct store_knock row = { k->identity, btns_cause_name(k->cause),
	    k->address, k->first_seen, k->last_seen, k->days, k->times,
	    k->verified, k->has_fp ? k->fp.b : NULL };
	int rv = 0;

	if (k->cause == BTNS_UNKNOWN)
		rv = store_knock_full(p->store, k->address, k->identity,
		    BTNS_KNOCKS_FROM, e);
	if (rv != 0)
		return rv == 1 ? 0 : undo(p, rv);
	rv = store_knock_add(p->store, &row, e);
	return undo(p, rv == 0 ? 1 : rv);
}

int
btns_knock_sighting(struct btns_pins *p, const struct btns_ident *id,
    const struct btns_fp *fp, int64_t at, int64_t times, struct btns_err *e)
{
	struct now n;

	if (look(p, id, &n, e) == -1)
		return undo(p, -1);
	if (!n.live || memcmp(n.fp, fp->b, BTNS_FP_LEN) != 0)
		return 0;
	return undo(p, store_sighting_add(p->store, n.id, at, NULL, times,
	    e) == -1 ? -1 : 1);
}

int
btns_knock_alarm(struct btns_pins *p, const char *identity, bool *first,
    struct btns_err *e)
{
	int64_t count = 0;

	if (store_alarm_add(p->store, identity, time(NULL) / 86400, &count,
	    e) == -1)
		return undo(p, -1);
	*first = count == 1;
	return 0;
}

/* --- marks */

struct mark_walk {
	btns_logmark_fn	*fn;
	void		*arg;
};

static int
on_mark(const struct store_logmark *row, void *arg)
{
	struct mark_walk *w = arg;
	struct btns_logmark m = { .length = row->length, .done = row->done,
	    .at = row->at };

	memcpy(m.head, row->head, sizeof(m.head));
	memcpy(m.tail, row->tail, sizeof(m.tail));
	return w->fn(&m, w->arg);
}

int
btns_logmark_each(struct btns_pins *p, btns_logmark_fn *fn, void *arg,
    struct btns_err *e)
{
	struct mark_walk w = { fn, arg };

	return store_logmark_each(p->store, on_mark, &w, e);
}

int
btns_logmark_move(struct btns_pins *p, const struct btns_logmark *from,
    const struct btns_logmark *to, struct btns_err *e)
{
	struct store_logmark row = { to->head, to->length, to->done,
	    to->tail, to->at };

	return undo(p, (from != NULL && store_logmark_delete(p->store,
	    from->head, from->tail, e) == -1) ||
	    store_logmark_put(p->store, &row, e) == -1 ? -1 : 0);
}
