/* The table joined to the store: what becomes of what is known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "pins_gather.h"

#define DAY	86400

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

	if (pins_gather(g, e) == -1)
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
		.actor = actor, .login = login, .comment = pins_comment(g->o),
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
		if (pins_comment(g->o) == NULL && g->comment[0] != '\0')
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
	if (pins_read_host(p, e) == -1) {
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
