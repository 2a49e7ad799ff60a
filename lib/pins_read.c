/* What the store holds, as pins.h shows it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "err.h"
#include "keyder.h"
#include "pins_priv.h"
#include "when.h"

int
pins_row(const struct store_binding *b, void *arg)
{
	struct pins_walk *w = arg;
	struct btns_pin pin;

	memset(&pin, 0, sizeof(pin));
	if (btns_ident_make(&pin.ident, b->type, b->value, w->e) == -1)
		return -1;
	/* Another spelling would be a second pin of the same file. */
	if (strcmp(pin.ident.value, b->value) != 0)
		return btns_fail(w->e, BTNS_E_STORE, "damaged: binding %lld",
		    (long long)b->id);
	memcpy(pin.fp.b, b->fp, BTNS_FP_LEN);
	pin.state = b->state;
	pin.live = pins_live(b->state);
	pin.trouble = b->learned > 0 && b->learned + b->live > 1;
	if (pin.trouble && strcmp(b->state, "learned") == 0)
		pin.state = "conflict";
	pin.revoked = b->revoked != 0;
	pin.revoked_at = b->revoked_at;
	pin.revoked_login = b->revoked_login;
	pin.revoked_comment = b->revoked_comment;
	pin.keyname = b->keyname;
	pin.since = b->since;
	pin.first_seen = b->first_seen;
	pin.last_seen = b->last_seen;
	pin.days = b->days;
	pin.times = b->times;
	pin.address = b->address;
	pin.source = b->source;
	pin.evidence = b->evidence;
	pin.actor = b->actor;
	pin.login = b->login;
	pin.comment = b->comment;
	pin.spki = b->spki;
	pin.spkilen = b->spkilen;
	return w->fn(&pin, w->arg);
}

int
btns_pin_key(struct btns_key *k, const struct btns_pin *pin,
    struct btns_err *e)
{
	char name[BTNS_ID_PRINT];
	struct btns_fp fp;

	btns_ident_print(name, &pin->ident);
	if (btns_key_der(k, BTNS_KIND_SPKI, pin->spki, pin->spkilen,
	    e) == -1 || btns_fp_of(&fp, k, e) == -1)
		return btns_fail_at(e, "store: key of %s", name);
	if (memcmp(fp.b, pin->fp.b, BTNS_FP_LEN) == 0)
		return 0;
	return btns_fail(e, BTNS_E_STORE, "store: damaged: the key of %s has"
	    " another fingerprint", name);
}

int
btns_pins_each(struct btns_pins *p, btns_pin_fn *fn, void *arg,
    struct btns_err *e)
{
	struct pins_walk w = { fn, arg, e };

	return store_each(p->store, STORE_ALL, pins_row, &w, e);
}

int
btns_pins_live(struct btns_pins *p, btns_pin_fn *fn, void *arg,
    struct btns_err *e)
{
	struct pins_walk w = { fn, arg, e };

	store_roomy(p->store);		/* keys don't lie in that order */
	return store_each(p->store, STORE_LIVE, pins_row, &w, e);
}

struct live_walk {
	btns_live_fn	*fn;
	void		*arg;
};

static int
on_live(const struct store_live *row, void *arg)
{
	struct live_walk *w = arg;
	struct btns_live l = { .type = row->type, .value = row->value,
	    .pinned = strcmp(row->state, "pinned") == 0,
	    .since = row->since };

	memcpy(l.fp.b, row->fp, BTNS_FP_LEN);
	return w->fn(&l, w->arg);
}

int
btns_live_each(struct btns_pins *p, btns_live_fn *fn, void *arg,
    struct btns_err *e)
{
	struct live_walk w = { fn, arg };

	return store_live_each(p->store, on_live, &w, e);
}

int
btns_accepted_until(struct btns_pins *p, int64_t at, btns_live_fn *fn,
    void *arg, struct btns_err *e)
{
	struct live_walk w = { fn, arg };

	return store_accepted_until(p->store, at, on_live, &w, e);
}

int
btns_pins_of(struct btns_pins *p, const struct btns_ident *id,
    btns_pin_fn *fn, void *arg, struct btns_err *e)
{
	struct pins_walk w = { fn, arg, e };

	return store_by_identity(p->store, btns_idtype_name(id->type),
	    id->value, pins_row, &w, e);
}

int
btns_pins_alike(struct btns_pins *p, const struct btns_ident *id,
    btns_pin_fn *fn, void *arg, struct btns_err *e)
{
	struct pins_walk w = { fn, arg, e };
	char fold[BTNS_ID_MAX + 1];

	btns_ident_fold(fold, id);
	return store_by_fold(p->store, fold, pins_row, &w, e);
}

void
pins_range(uint8_t low[BTNS_FP_LEN], uint8_t high[BTNS_FP_LEN],
    const char *digits)
{
	size_t i, n = strlen(digits);
	unsigned v;
	char c;

	memset(low, 0, BTNS_FP_LEN);
	memset(high, 0xff, BTNS_FP_LEN);
	for (i = 0; i < n && i < 2 * BTNS_FP_LEN; i++) {
		c = digits[i];
		v = (unsigned)(c >= 'a' ? c - 'a' + 10 : c - '0');
		if (i % 2 == 0) {
			low[i / 2] = (uint8_t)(v << 4);
			high[i / 2] = (uint8_t)(v << 4 | 0x0f);
		} else {
			low[i / 2] = (uint8_t)(low[i / 2] | v);
			high[i / 2] = low[i / 2];
		}
	}
}

int
btns_pins_by_prefix(struct btns_pins *p, const char *digits, btns_pin_fn *fn,
    void *arg, struct btns_err *e)
{
	struct pins_walk w = { fn, arg, e };
	uint8_t low[BTNS_FP_LEN], high[BTNS_FP_LEN];

	pins_range(low, high, digits);
	return store_by_fp_range(p->store, low, high, pins_row, &w, e);
}

/* The rows of an identity once, when its first learned key comes by. */
struct trouble {
	struct btns_pins *p;
	struct pins_walk w;
	struct btns_ident last;		/* "" before the first */
};

static int
on_learned(const struct btns_pin *pin, void *arg)
{
	struct trouble *t = arg;

	if (!pin->trouble || btns_ident_same(&t->last, &pin->ident))
		return 0;
	t->last = pin->ident;
	return btns_pins_of(t->p, &pin->ident, t->w.fn, t->w.arg, t->w.e);
}

int
btns_pins_trouble(struct btns_pins *p, btns_pin_fn *fn, void *arg,
    struct btns_err *e)
{
	struct trouble t = { .p = p, .w = { fn, arg, e } };
	struct pins_walk w = { on_learned, &t, e };

	return store_each(p->store, STORE_LEARNED, pins_row, &w, e);
}

int
btns_pins_count(struct btns_pins *p, struct btns_counts *n,
    struct btns_err *e)
{
	memset(n, 0, sizeof(*n));
	if (store_count(p->store, STORE_COUNT_PINNED, &n->pinned, e) == -1 ||
	    store_count(p->store, STORE_COUNT_ACCEPTED, &n->accepted,
	    e) == -1 ||
	    store_count(p->store, STORE_COUNT_REVOKED, &n->revoked,
	    e) == -1 ||
	    store_count(p->store, STORE_COUNT_EXPORTED, &n->exported,
	    e) == -1)
		return -1;
	return 0;
}

int
btns_pins_stats(struct btns_pins *p, struct btns_stats *n, struct btns_err *e)
{
	char confirm[BTNS_SETTING_MAX];
	struct store_stats s;
	int64_t age;

	if (btns_setting_get(p, "accept-confirm", confirm, e) == -1 ||
	    btns_duration(&age, confirm, e) == -1 ||
	    store_stats(p->store, time(NULL) - age, &s, e) == -1)
		return -1;
	*n = (struct btns_stats){ .pinned = s.pinned,
	    .accepted = s.accepted, .learned = s.learned,
	    .rejected = s.rejected, .retired = s.retired,
	    .uncompared = s.accepted_until, .conflicts = s.conflicts,
	    .revoked = s.revoked, .exported = s.exported, .seq = s.seq,
	    .at = s.at, .unknown = s.unknown, .another = s.another,
	    .unread = s.unread };
	return 0;
}

struct revoked_walk {
	btns_revoked_fn	*fn;
	void		*arg;
};

static int
on_revoked(const struct store_revoked *r, void *arg)
{
	struct revoked_walk *w = arg;
	struct btns_revoked out = { .at = r->at, .actor = r->actor,
	    .login = r->login, .comment = r->comment };

	memcpy(out.fp.b, r->fp, BTNS_FP_LEN);
	return w->fn(&out, w->arg);
}

int
btns_revoked_is(struct btns_pins *p, const struct btns_fp *fp,
    struct btns_err *e)
{
	return store_revoked_get(p->store, fp->b, NULL, NULL, e);
}

int
btns_revoked_by_prefix(struct btns_pins *p, const char *digits,
    btns_revoked_fn *fn, void *arg, struct btns_err *e)
{
	struct revoked_walk w = { fn, arg };
	uint8_t low[BTNS_FP_LEN], high[BTNS_FP_LEN];

	pins_range(low, high, digits);
	return store_revoked_range(p->store, low, high, on_revoked, &w, e);
}

struct lives {
	const struct btns_fp *fp;
	bool		 it;
};

static int
lives(const struct btns_pin *pin, void *arg)
{
	struct lives *l = arg;

	l->it = l->it || (pin->live && memcmp(&pin->fp, l->fp,
	    sizeof(pin->fp)) == 0);
	return 0;
}

int
btns_pins_is_live(struct btns_pins *p, const struct btns_ident *id,
    const struct btns_fp *fp, struct btns_err *e)
{
	struct lives l = { fp, false };

	return btns_pins_of(p, id, lives, &l, e) == -1 ? -1 : l.it;
}
