/* The table joined to the store: what is known, what becomes of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "expect.h"
#include "own.h"
#include "pins_priv.h"
#include "selfid.h"

#define DAY	86400

bool
pins_live(const char *state)
{
	return strcmp(state, "pinned") == 0 || strcmp(state, "accepted") == 0;
}

/* What gather() reads, row by row. */
struct gather {
	struct btns_pins	*p;
	const struct btns_ident *id;
	const struct btns_key	*key;	/* NULL: none in hand */
	const struct btns_order *o;
	struct btns_view	*v;
	bool			 was_k;	/* K was retired */
	bool			 past;	/* of K's binding */
	char			 source[8];	/* of K's binding */
	int64_t			 row;	/* id of K's binding, or 0 */
	int64_t			 live_row;
	int64_t			 first_seen;	/* of K's binding */
	char			 comment[BTNS_COMMENT_MAX + 1];	/* live's */
};

/* None, or an empty one, is none. */
static const char *
comment(const struct btns_order *o)
{
	return o->comment == NULL || *o->comment == '\0' ? NULL :
	    o->comment;
}

static void
see_live(struct gather *g, const struct store_binding *b)
{
	struct btns_view *v = g->v;

	v->live = true;
	g->live_row = b->id;
	memcpy(v->live_fp.b, b->fp, BTNS_FP_LEN);
	(void)snprintf(v->live_state, sizeof(v->live_state), "%s", b->state);
	v->live_since = b->since;
	v->live_seen = b->last_seen;
	(void)snprintf(v->live_login, sizeof(v->live_login), "%s", b->login);
	(void)snprintf(v->live_evidence, sizeof(v->live_evidence), "%s",
	    b->evidence == NULL ? "" : b->evidence);
	(void)snprintf(v->live_address, sizeof(v->live_address), "%s",
	    b->address == NULL ? "" : b->address);
	(void)snprintf(g->comment, sizeof(g->comment), "%s",
	    b->comment == NULL ? "" : b->comment);
}

static int
see_own_rows(const struct store_binding *b, void *arg)
{
	struct gather *g = arg;
	struct btns_view *v = g->v;
	bool this = g->key != NULL && memcmp(b->fp, v->fp.b,
	    BTNS_FP_LEN) == 0;

	if (this) {
		v->facts.was = b->past || strcmp(b->state, "retired") == 0;
		g->row = b->id;
		g->past = b->past;
		(void)snprintf(g->source, sizeof(g->source), "%s", b->source);
		g->first_seen = b->first_seen;
		v->since = b->since;
		(void)snprintf(v->state, sizeof(v->state), "%s", b->state);
	}
	if (pins_live(b->state)) {
		see_live(g, b);
		return 0;
	}
	v->facts.past = v->facts.past || b->past ||
	    strcmp(b->state, "retired") == 0;
	if (strcmp(b->state, "learned") == 0) {
		if (v->learned < BTNS_RIVALS_MAX)
			memcpy(v->learned_fp[v->learned].b, b->fp,
			    BTNS_FP_LEN);
		v->learned++;
		v->facts.known = v->facts.known || this;
	} else if (strcmp(b->state, "rejected") == 0)
		v->facts.rejected = v->facts.rejected || this;
	else {
		g->was_k = g->was_k || this;
		if (!v->was || b->since >= v->was_since) {
			v->was = true;
			v->was_since = b->since;
			memcpy(v->was_fp.b, b->fp, BTNS_FP_LEN);
		}
	}
	return 0;
}

static void
other_name(char out[BTNS_ID_PRINT], const struct gather *g,
    const struct store_binding *b)
{
	struct btns_ident id;
	struct btns_err ignored;

	if (btns_ident_make(&id, b->type, b->value, &ignored) == 0 &&
	    !btns_ident_same(&id, g->id))
		btns_ident_print(out, &id);
}

static int
see_fold_row(const struct store_binding *b, void *arg)
{
	struct gather *g = arg;

	other_name(g->v->alike, g, b);
	return 0;
}

static int
see_key_row(const struct store_binding *b, void *arg)
{
	struct gather *g = arg;
	char name[BTNS_ID_PRINT] = "";

	other_name(name, g, b);
	if (name[0] == '\0')
		return 0;
	if (pins_live(b->state))
		memcpy(g->v->elsewhere, name, sizeof(name));
	g->v->facts.bound = true;
	return 0;
}

static int
see_revoked(const struct store_revoked *r, void *arg)
{
	struct btns_view *v = arg;

	v->revoked_at = r->at;
	(void)snprintf(v->revoked_login, sizeof(v->revoked_login), "%s",
	    r->login);
	(void)snprintf(v->revoked_why, sizeof(v->revoked_why), "%s",
	    r->comment == NULL ? "" : r->comment);
	return 0;
}

static int
add_self(const struct btns_ident *id, void *arg)
{
	struct btns_pins *p = arg;
	unsigned i;

	for (i = 0; i < p->nself; i++)
		if (btns_ident_same(&p->self[i], id))
			return 0;
	if (p->nself < SELF_MAX)
		p->self[p->nself++] = *id;
	return 0;
}

/* This host's keys and names, and whom it expects: once a transaction. */
static int
read_host(struct btns_pins *p, struct btns_err *e)
{
	char tofu[BTNS_SETTING_MAX];
	int rv = btns_own_fp(&p->own, p->iked, e);

	p->nself = 0;
	p->has_own = rv == 1;
	if (rv == -1 || btns_selfid_each(p->iked, add_self, p, e) == -1 ||
	    btns_setting_get(p, "tofu", tofu, e) == -1 ||
	    btns_setting_get(p, "accept-for", p->expect, e) == -1)
		return -1;
	if (strcmp(tofu, "accept-new") != 0)
		p->expect[0] = '\0';
	return 0;
}

static bool
own_key(const struct btns_pins *p, const uint8_t *fp)
{
	return p->has_own && memcmp(p->own.b, fp, BTNS_FP_LEN) == 0;
}

/* Its own name; an alike one too, for who could tell them apart? */
static bool
own_name(const struct btns_pins *p, const struct btns_ident *id)
{
	char a[BTNS_ID_MAX + 1], b[BTNS_ID_MAX + 1];
	unsigned i;

	btns_ident_fold(a, id);
	for (i = 0; i < p->nself; i++) {
		btns_ident_fold(b, &p->self[i]);
		if (strcmp(a, b) == 0)
			return true;
	}
	return false;
}

static int
see_key(struct gather *g, struct btns_err *e)
{
	struct trust_facts *f = &g->v->facts;
	char hex[BTNS_FP_HEX];
	int rv;

	if (btns_fp_of(&g->v->fp, g->key, e) == -1 ||
	    store_by_fp_few(g->p->store, g->v->fp.b, 0, see_key_row, g,
	    e) == -1 || store_by_fp_few(g->p->store, g->v->fp.b, 1,
	    see_key_row, g, e) == -1 ||
	    (rv = store_revoked_get(g->p->store, g->v->fp.b, see_revoked,
	    g->v, e)) == -1)
		return -1;
	btns_fp_hex(hex, &g->v->fp);
	f->revoked = rv == 1;
	f->own = own_key(g->p, g->v->fp.b);
	f->misfit = g->id->type == BTNS_ID_FP &&
	    strcmp(hex, g->id->value) != 0;
	f->ed25519 = g->key->type == BTNS_ED25519;
	f->weak = btns_key_weak(g->key);
	f->elsewhere = g->v->elsewhere[0] != '\0';
	return 0;
}

static enum trust_state
state(const struct gather *g)
{
	const struct btns_view *v = g->v;
	bool k = g->key != NULL && g->row == g->live_row;

	if (v->live)
		return strcmp(v->live_state, "pinned") == 0 ?
		    (k ? TRUST_PINNED : TRUST_PINNED_OTHER) :
		    (k ? TRUST_ACCEPTED : TRUST_ACCEPTED_OTHER);
	if (v->learned > 0)
		return !v->facts.known ? TRUST_STRANGER :
		    v->learned == 1 ? TRUST_LEARNED : TRUST_RIVALS;
	return g->was_k ? TRUST_RETIRED : v->facts.past ? TRUST_PAST :
	    TRUST_BLANK;
}

static int
gather(struct gather *g, struct btns_err *e)
{
	struct btns_view *v = g->v;
	char fold[BTNS_ID_MAX + 1];

	memset(v, 0, sizeof(*v));
	btns_ident_fold(fold, g->id);
	if ((!g->p->batch && read_host(g->p, e) == -1) ||
	    (g->key != NULL && see_key(g, e) == -1) ||
	    store_by_identity(g->p->store, btns_idtype_name(g->id->type),
	    g->id->value, see_own_rows, g, e) == -1 ||
	    store_by_fold(g->p->store, fold, see_fold_row, g, e) == -1)
		return -1;
	v->facts.alike = v->alike[0] != '\0';
	v->facts.self = own_name(g->p, g->id);
	v->facts.full = v->learned >= BTNS_RIVALS_MAX;
	v->facts.expected = btns_expect(g->p->expect, g->id, g->o->address);
	v->facts.fresh = (g->o->given.evidence == TRUST_PROOF &&
	    strcmp(v->live_evidence, "fingerprint") != 0) ||
	    (comment(g->o) != NULL && strcmp(g->o->comment,
	    g->comment) != 0);
	v->facts.state = state(g);
	return 0;
}

/* Does -R name the live key, or where there is none the last one? */
static void
name_old(struct trust_given *given, const struct btns_order *o,
    const struct btns_view *v)
{
	char hex[BTNS_FP_HEX];

	*given = o->given;
	if (o->replaces == NULL)
		return;
	btns_fp_hex(hex, v->live ? &v->live_fp : &v->was_fp);
	given->named = (v->live || v->was) &&
	    strncmp(hex, o->replaces, strlen(o->replaces)) == 0;
	given->misnamed = !given->named;
}

static int
decide(enum trust_verb verb, struct gather *g, struct trust_verdict *verdict,
    struct btns_err *e)
{
	struct trust_given given;

	if (gather(g, e) == -1)
		return -1;
	name_old(&given, g->o, g->v);
	*verdict = trust_decide(verb, &g->v->facts, &given);
	return 0;
}

int
btns_pins_try(struct btns_pins *p, enum trust_verb verb,
    const struct btns_ident *id, const struct btns_key *key,
    const struct btns_order *o, struct trust_verdict *verdict,
    struct btns_view *v, struct btns_err *e)
{
	struct gather g = { .p = p, .id = id, .key = key, .o = o, .v = v };

	return decide(verb, &g, verdict, e);
}

static const char *
evidence_name(enum trust_verb verb, enum trust_evidence ev)
{
	return ev == TRUST_PROOF ? "fingerprint" :
	    verb == TRUST_IMPORT_TREE || verb == TRUST_IMPORT ? "file" :
	    "operator";
}

/* Write K's binding whole. */
static int
bind(struct gather *g, enum trust_verb verb, const char *state_name,
    struct btns_err *e)
{
	char actor[BTNS_WHO_MAX], login[BTNS_WHO_MAX];
	char fold[BTNS_ID_MAX + 1], keyname[BTNS_KEY_NAME_MAX];
	uint8_t spki[BTNS_ENC_MAX];
	struct store_binding b = {
		.id = g->row, .type = btns_idtype_name(g->id->type),
		.value = g->id->value, .fold = fold, .fp = g->v->fp.b,
		.state = state_name, .past = 1, .since = g->p->now,
		.first_seen = g->p->now, .source = g->o->source == NULL ?
		    "file" : g->o->source,
		.evidence = evidence_name(verb, g->o->given.evidence),
		.actor = actor, .login = login, .comment = comment(g->o),
		.spki = spki, .keyname = keyname
	};

	btns_who(actor, login);
	btns_ident_fold(fold, g->id);
	btns_key_name(keyname, g->key);
	if (!pins_live(state_name))
		b.past = g->past;
	if (verb == TRUST_PROMOTE && g->row != 0)
		b.source = g->source;
	if (strcmp(state_name, "pinned") != 0)
		b.evidence = NULL;
	if (g->v->facts.state == TRUST_PINNED) {
		/* A renewal: what is known already and isn't bettered stays. */
		b.since = g->v->live_since;
		if (g->o->given.evidence != TRUST_PROOF)
			b.evidence = g->v->live_evidence;
		if (comment(g->o) == NULL && g->comment[0] != '\0')
			b.comment = g->comment;
	}
	if (btns_key_encode(spki, &b.spkilen, g->key, BTNS_ENC_SPKI,
	    e) == -1 || store_key_put(g->p->store, &b, e) == -1)
		return -1;
	return store_binding_put(g->p->store, &b, &g->row, e);
}

/* The words of an event: "evidence=... ", then the comment to the end. */
struct detail {
	char	text[512];
	size_t	n;
};

static void
add(struct detail *d, const char *name, const char *value)
{
	int n;

	if (value == NULL || *value == '\0')
		return;
	n = snprintf(d->text + d->n, sizeof(d->text) - d->n, "%s%s=%s",
	    d->n == 0 ? "" : " ", name, value);
	if (n > 0 && (size_t)n < sizeof(d->text) - d->n)
		d->n += (size_t)n;
	else
		d->text[d->n] = '\0';	/* what doesn't fit is left out whole */
}

static int
log_decision(const struct gather *g, enum trust_verb verb,
    const struct trust_verdict *verdict, struct btns_err *e)
{
	char identity[BTNS_ID_PRINT], hex[BTNS_FP_HEX], digits[16];
	const char *source = g->o->source;
	struct detail d = { "", 0 };
	bool binds = verdict->effect == TRUST_BIND || verdict->effect ==
	    TRUST_NOTE || verdict->effect == TRUST_REPLACE;

	btns_ident_print(identity, g->id);
	if (binds)
		add(&d, "evidence", evidence_name(verb,
		    g->o->given.evidence));
	/* A key that is promoted in another's place came as it was learned. */
	if (verb == TRUST_PROMOTE && verdict->effect == TRUST_REPLACE)
		source = g->source;
	if (source != NULL && strcmp(source, "file") != 0)
		add(&d, "source", source);
	(void)snprintf(digits, sizeof(digits), "%u", g->o->digits);
	if (g->o->given.evidence == TRUST_PROOF && binds)
		add(&d, "digits", digits);
	btns_fp_hex(hex, &g->v->live_fp);
	if (verdict->effect == TRUST_REPLACE)
		add(&d, "old", hex);
	add(&d, "address", g->o->address);
	add(&d, "comment", g->o->comment);
	return pins_log(g->p, verdict->event, identity, g->v->fp.b, d.text,
	    e);
}

/* The rows of an identity that forget takes: written once all are read. */
struct cleared {
	struct { int64_t id; uint8_t fp[BTNS_FP_LEN]; int past; } *row;
	size_t	n;
	bool	one;			/* a binding of this key alone: */
	const uint8_t *fp;
};

static int
clear_row(const struct store_binding *b, void *arg)
{
	struct cleared *c = arg;
	void *p;

	if (c->one ? memcmp(b->fp, c->fp, BTNS_FP_LEN) != 0 :
	    strcmp(b->state, "rejected") == 0)
		return 0;
	if (strcmp(b->state, "retired") == 0)
		return 0;
	if ((p = reallocarray(c->row, c->n + 1, sizeof(*c->row))) == NULL)
		return 1;
	c->row = p;
	c->row[c->n].id = b->id;
	memcpy(c->row[c->n].fp, b->fp, BTNS_FP_LEN);
	c->row[c->n++].past = b->past;
	return 0;
}

static int
forget_row(struct gather *g, const struct cleared *c, size_t i,
    const char *verb, struct btns_err *e)
{
	char identity[BTNS_ID_PRINT];
	struct detail d = { "", 0 };

	btns_ident_print(identity, g->id);
	add(&d, "comment", g->o->comment);
	if ((c->row[i].past ? store_binding_state(g->p->store, c->row[i].id,
	    "retired", g->p->now, e) : store_binding_delete(g->p->store,
	    c->row[i].id, e)) == -1)
		return -1;
	return pins_log(g->p, verb, identity, c->row[i].fp, d.text, e);
}

static int
clear(struct gather *g, bool one, const char *verb, struct btns_err *e)
{
	struct cleared c = { NULL, 0, one, g->v->fp.b };
	int rv;
	size_t i;

	rv = store_by_identity(g->p->store, btns_idtype_name(g->id->type),
	    g->id->value, clear_row, &c, e);
	if (rv == 1)
		rv = btns_fail(e, BTNS_E_NOMEM, "out of memory");
	for (i = 0; i < c.n && rv == 0; i++)
		rv = forget_row(g, &c, i, verb, e);
	free(c.row);
	return rv;
}

static int
sight(const struct gather *g, struct btns_err *e)
{
	return store_sighting_add(g->p->store, g->row, g->p->now,
	    g->o->address, 1, e);
}

static int
carry_out(struct gather *g, enum trust_verb verb,
    const struct trust_verdict *verdict, struct btns_err *e)
{
	int rv = 0;

	switch (verdict->effect) {
	case TRUST_SIGHT:
		return sight(g, e);
	case TRUST_NOTICE:
	case TRUST_ACCEPT:
		rv = bind(g, verb, verdict->effect == TRUST_ACCEPT ?
		    "accepted" : "learned", e);
		if (rv == 0)
			rv = sight(g, e);
		break;
	case TRUST_REPLACE:
		rv = store_binding_state(g->p->store, g->live_row, "retired",
		    g->p->now, e);
		/* FALLTHROUGH */
	case TRUST_BIND:
	case TRUST_NOTE:
		if (rv == 0)
			rv = bind(g, verb, "pinned", e);
		break;
	case TRUST_STRIKE:
		rv = store_binding_state(g->p->store, g->row, "rejected",
		    g->p->now, e);
		break;
	case TRUST_DROP:
		return clear(g, true, verdict->event, e);
	case TRUST_CLEAR:
		return clear(g, false, verdict->event, e);
	case TRUST_NONE:
	case TRUST_RETIRE:		/* pins_revoke() */
		return 0;
	}
	return rv == -1 ? -1 : log_decision(g, verb, verdict, e);
}

bool
btns_view_same(const struct btns_view *a, const struct btns_view *b)
{
	return a->facts.state == b->facts.state && a->live == b->live &&
	    a->live_since == b->live_since && a->learned == b->learned &&
	    memcmp(a->learned_fp, b->learned_fp, sizeof(a->learned_fp)) == 0 &&
	    memcmp(a->live_fp.b, b->live_fp.b, BTNS_FP_LEN) == 0 &&
	    strcmp(a->state, b->state) == 0 && a->since == b->since &&
	    a->facts.revoked == b->facts.revoked &&
	    strcmp(a->alike, b->alike) == 0 &&
	    strcmp(a->elsewhere, b->elsewhere) == 0;
}

static int
settle(struct gather *g, enum trust_verb verb, const struct btns_view *shown,
    struct trust_verdict *verdict, struct btns_err *e)
{
	char identity[BTNS_ID_PRINT];

	if (decide(verb, g, verdict, e) == -1)
		return -1;
	btns_ident_print(identity, g->id);
	if (shown != NULL && !btns_view_same(shown, g->v))
		return btns_fail(e, BTNS_E_REFUSED, "%s: changed while you"
		    " looked; nothing was done", identity);
	if (verdict->alarm != TRUST_QUIET && store_alarm_add(g->p->store,
	    identity, g->p->now / DAY, &g->v->alarms, e) == -1)
		return -1;
	return carry_out(g, verb, verdict, e);
}

int
btns_pins_do(struct btns_pins *p, enum trust_verb verb,
    const struct btns_ident *id, const struct btns_key *key,
    const struct btns_order *o, const struct btns_view *shown,
    struct trust_verdict *verdict, struct btns_view *v, struct btns_err *e)
{
	struct gather g = { .p = p, .id = id, .key = key, .o = o, .v = v };

	if (p->batch)
		return settle(&g, verb, shown, verdict, e);
	if (pins_begin(p, e) == -1)
		return -1;
	if (settle(&g, verb, shown, verdict, e) == -1) {
		pins_rollback(p);
		return -1;
	}
	if (verdict->effect == TRUST_NONE && verdict->alarm == TRUST_QUIET) {
		pins_rollback(p);
		return 0;
	}
	return pins_commit(p, e);
}

int
btns_pins_begin(struct btns_pins *p, struct btns_err *e)
{
	if (pins_begin(p, e) == -1)
		return -1;
	if (read_host(p, e) == -1) {
		pins_rollback(p);
		return -1;
	}
	p->batch = true;
	return 0;
}

int
btns_pins_end(struct btns_pins *p, bool commit, struct btns_err *e)
{
	p->batch = false;
	if (commit)
		return pins_commit(p, e);
	pins_rollback(p);
	return 0;
}
