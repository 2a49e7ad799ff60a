/* What the store and this host know of an identity and a key. */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "expect.h"
#include "own.h"
#include "pins_gather.h"
#include "selfid.h"

bool
pins_live(const char *state)
{
	return strcmp(state, "pinned") == 0 || strcmp(state, "accepted") == 0;
}

const char *
pins_comment(const struct btns_order *o)
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

int
pins_read_host(struct btns_pins *p, struct btns_err *e)
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

int
pins_gather(struct gather *g, struct btns_err *e)
{
	struct btns_view *v = g->v;
	char fold[BTNS_ID_MAX + 1];

	memset(v, 0, sizeof(*v));
	btns_ident_fold(fold, g->id);
	if ((!g->p->batch && pins_read_host(g->p, e) == -1) ||
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
	    (pins_comment(g->o) != NULL && strcmp(g->o->comment,
	    g->comment) != 0);
	v->facts.state = state(g);
	return 0;
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
