#include <stdio.h>
#include <string.h>
#include <time.h>

#include "err.h"
#include "own.h"
#include "pins_priv.h"

bool
pins_live(const char *state)
{
	return strcmp(state, "pinned") == 0 || strcmp(state, "accepted") == 0;
}

int
pins_log(struct btns_pins *p, const char *verb, const char *identity,
    const uint8_t *fp, const char *detail, struct btns_err *e)
{
	char actor[BTNS_WHO_MAX], login[BTNS_WHO_MAX];
	uint8_t hash[BTNS_EVENT_HASH];
	struct btns_event v = {
		.at = time(NULL), .actor = actor, .login = login,
		.verb = verb, .identity = identity, .fp = fp, .detail = detail
	};
	struct store_event row;

	btns_who(actor, login);
	if (store_event_last(p->store, &v.seq, v.previous, e) == -1)
		return -1;
	v.seq++;
	if (btns_event_hash(hash, &v, e) == -1)
		return -1;
	row = (struct store_event){ v.seq, v.at, actor, login, verb, identity,
	    fp, detail, v.previous, hash };
	return store_event_add(p->store, &row, e);
}

int
btns_comment_check(const char *s, struct btns_err *e)
{
	const unsigned char *p = (const unsigned char *)s;

	if (strlen(s) > BTNS_COMMENT_MAX)
		return btns_fail(e, BTNS_E_USAGE, "a comment of %zu bytes;"
		    " at most %d", strlen(s), BTNS_COMMENT_MAX);
	for (; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7f)
			return btns_fail(e, BTNS_E_USAGE, "a comment with the"
			    " control byte 0x%02x", *p);
	return 0;
}

/* What gather() reads, row by row. */
struct gather {
	const struct btns_ident *id;
	const struct btns_key	*key;	/* NULL: none in hand */
	struct btns_view	*v;
	bool			 past;	/* retired bindings */
	bool			 past_k; /* of this key among them */
	int64_t			 row;	/* id of K's binding, or 0 */
	int64_t			 live_row;
	char			 comment[BTNS_COMMENT_MAX + 1];
	char			 source[8];
	int64_t			 first_seen;
};

static int
see_own_rows(const struct store_binding *b, void *arg)
{
	struct gather *g = arg;
	struct btns_view *v = g->v;
	bool this = g->key != NULL && memcmp(b->fp, v->fp.b,
	    BTNS_FP_LEN) == 0;

	if (this)
		g->row = b->id;
	if (!pins_live(b->state)) {
		g->past = true;
		g->past_k = g->past_k || this;
		return 0;
	}
	v->live = true;
	g->live_row = b->id;
	memcpy(v->live_fp.b, b->fp, BTNS_FP_LEN);
	v->live_since = b->since;
	(void)snprintf(v->live_login, sizeof(v->live_login), "%s", b->login);
	(void)snprintf(v->live_evidence, sizeof(v->live_evidence), "%s",
	    b->evidence == NULL ? "" : b->evidence);
	(void)snprintf(g->comment, sizeof(g->comment), "%s",
	    b->comment == NULL ? "" : b->comment);
	(void)snprintf(g->source, sizeof(g->source), "%s", b->source);
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

	if (pins_live(b->state))
		other_name(g->v->elsewhere, g, b);
	return 0;
}

static int
see_key(struct btns_pins *p, struct gather *g, struct btns_err *e)
{
	struct trust_facts *f = &g->v->facts;
	int own;

	if (btns_fp_of(&g->v->fp, g->key, e) == -1 ||
	    (own = btns_own_is(p->iked, g->key, e)) == -1 ||
	    store_by_fp(p->store, g->v->fp.b, see_key_row, g, e) == -1)
		return -1;
	f->own = own == 1;
	f->ed25519 = g->key->type == BTNS_ED25519;
	f->weak = btns_key_weak(g->key);
	f->elsewhere = g->v->elsewhere[0] != '\0';
	return 0;
}

static int
gather(struct btns_pins *p, struct gather *g, struct btns_err *e)
{
	struct btns_view *v = g->v;
	char fold[BTNS_ID_MAX + 1];

	memset(v, 0, sizeof(*v));
	btns_ident_fold(fold, g->id);
	if ((g->key != NULL && see_key(p, g, e) == -1) ||
	    store_by_identity(p->store, btns_idtype_name(g->id->type),
	    g->id->value, see_own_rows, g, e) == -1 ||
	    store_by_fold(p->store, fold, see_fold_row, g, e) == -1)
		return -1;
	v->facts.alike = v->alike[0] != '\0';
	v->facts.state = v->live ? (g->key != NULL &&
	    memcmp(v->live_fp.b, v->fp.b, BTNS_FP_LEN) == 0 ?
	    TRUST_PINNED : TRUST_OTHER) :
	    g->past_k ? TRUST_RETIRED : g->past ? TRUST_PAST : TRUST_BLANK;
	return 0;
}

/* Does -R name the pin? */
static void
name_pin(struct trust_given *given, const struct btns_order *o,
    const struct btns_view *v)
{
	char hex[BTNS_FP_HEX];

	*given = o->given;
	if (o->replaces == NULL)
		return;
	btns_fp_hex(hex, &v->live_fp);
	given->named = v->live &&
	    strncmp(hex, o->replaces, strlen(o->replaces)) == 0;
	given->misnamed = !given->named;
}

static const char *
evidence_name(enum trust_evidence ev)
{
	return ev == TRUST_PROOF ? "fingerprint" : "operator";
}

static void
offer(struct gather *g, const struct btns_order *o)
{
	struct btns_view *v = g->v;

	v->facts.fresh = (o->given.evidence == TRUST_PROOF &&
	    strcmp(v->live_evidence, "fingerprint") != 0) ||
	    (o->comment != NULL && strcmp(o->comment, g->comment) != 0);
}

static int
decide(struct btns_pins *p, enum trust_verb verb, struct gather *g,
    const struct btns_order *o, struct trust_verdict *verdict,
    struct btns_err *e)
{
	struct trust_given given;

	if (gather(p, g, e) == -1)
		return -1;
	offer(g, o);
	name_pin(&given, o, g->v);
	*verdict = trust_decide(verb, &g->v->facts, &given);
	return 0;
}

int
btns_pins_try(struct btns_pins *p, enum trust_verb verb,
    const struct btns_ident *id, const struct btns_key *key,
    const struct btns_order *o, struct trust_verdict *verdict,
    struct btns_view *v, struct btns_err *e)
{
	struct gather g = { .id = id, .key = key, .v = v };

	return decide(p, verb, &g, o, verdict, e);
}

static int
retire(struct btns_pins *p, const struct gather *g, struct btns_err *e)
{
	char actor[BTNS_WHO_MAX], login[BTNS_WHO_MAX];
	struct store_binding b = {
		.id = g->live_row, .state = "retired", .since = time(NULL),
		.source = g->source, .evidence = g->v->live_evidence,
		.actor = actor, .login = login, .comment = g->comment
	};

	btns_who(actor, login);
	if (b.evidence[0] == '\0')
		b.evidence = NULL;
	if (b.comment[0] == '\0')
		b.comment = NULL;
	return store_binding_put(p->store, &b, e);
}

static int
bind(struct btns_pins *p, const struct gather *g, const struct btns_order *o,
    struct btns_err *e)
{
	char actor[BTNS_WHO_MAX], login[BTNS_WHO_MAX];
	char fold[BTNS_ID_MAX + 1], keyname[BTNS_KEY_NAME_MAX];
	uint8_t spki[BTNS_ENC_MAX];
	struct store_binding b = {
		.id = g->row, .type = btns_idtype_name(g->id->type),
		.value = g->id->value, .fold = fold, .fp = g->v->fp.b,
		.state = "pinned", .since = time(NULL),
		.first_seen = time(NULL), .source = "file",
		.evidence = evidence_name(o->given.evidence),
		.actor = actor, .login = login, .comment = o->comment,
		.spki = spki, .keyname = keyname
	};

	btns_who(actor, login);
	btns_ident_fold(fold, g->id);
	btns_key_name(keyname, g->key);
	if (g->v->facts.state == TRUST_PINNED) {
		/* A renewal: what is known already and isn't bettered stays. */
		b.since = g->v->live_since;
		if (o->given.evidence != TRUST_PROOF)
			b.evidence = g->v->live_evidence;
		if (o->comment == NULL && g->comment[0] != '\0')
			b.comment = g->comment;
	}
	if (btns_key_encode(spki, &b.spkilen, g->key, BTNS_ENC_SPKI,
	    e) == -1 || store_key_put(p->store, &b, e) == -1)
		return -1;
	return store_binding_put(p->store, &b, e);
}

/* evidence=... digits=... old=... comment=...: the last runs to the end. */
static int
log_decision(struct btns_pins *p, const struct gather *g,
    const struct btns_order *o, const struct trust_verdict *verdict,
    struct btns_err *e)
{
	char identity[BTNS_ID_PRINT], hex[BTNS_FP_HEX], detail[512];
	const struct btns_view *v = g->v;
	bool binds = g->key != NULL;
	int n = 0;

	btns_ident_print(identity, g->id);
	detail[0] = '\0';
	if (binds && o->given.evidence != TRUST_NOTHING)
		n += snprintf(detail, sizeof(detail), "evidence=%s ",
		    evidence_name(o->given.evidence));
	if (o->given.evidence == TRUST_PROOF)
		n += snprintf(detail + n, sizeof(detail) - (size_t)n,
		    "digits=%u ", o->digits);
	if (verdict->effect == TRUST_REPLACE) {
		btns_fp_hex(hex, &v->live_fp);
		n += snprintf(detail + n, sizeof(detail) - (size_t)n,
		    "old=%s ", hex);
	}
	if (o->comment != NULL)
		n += snprintf(detail + n, sizeof(detail) - (size_t)n,
		    "comment=%s ", o->comment);
	if (n > 0)
		detail[n - 1] = '\0';
	return pins_log(p, verdict->event, identity,
	    binds ? v->fp.b : v->live_fp.b, detail, e);
}

static int
carry_out(struct btns_pins *p, const struct gather *g,
    const struct btns_order *o, const struct trust_verdict *verdict,
    struct btns_err *e)
{
	if ((verdict->effect == TRUST_REPLACE ||
	    verdict->effect == TRUST_RETIRE) && retire(p, g, e) == -1)
		return -1;
	if (verdict->effect != TRUST_RETIRE && bind(p, g, o, e) == -1)
		return -1;
	return log_decision(p, g, o, verdict, e);
}

static bool
changed(const struct btns_view *a, const struct btns_view *b)
{
	return a->facts.state != b->facts.state || a->live != b->live ||
	    a->live_since != b->live_since ||
	    memcmp(a->live_fp.b, b->live_fp.b, BTNS_FP_LEN) != 0 ||
	    strcmp(a->alike, b->alike) != 0 ||
	    strcmp(a->elsewhere, b->elsewhere) != 0;
}

int
btns_pins_do(struct btns_pins *p, enum trust_verb verb,
    const struct btns_ident *id, const struct btns_key *key,
    const struct btns_order *o, const struct btns_view *shown,
    struct trust_verdict *verdict, struct btns_view *v, struct btns_err *e)
{
	struct gather g = { .id = id, .key = key, .v = v };
	char identity[BTNS_ID_PRINT];

	if (store_begin(p->store, e) == -1)
		return -1;
	if (decide(p, verb, &g, o, verdict, e) == -1)
		goto bad;
	if (shown != NULL && changed(shown, v)) {
		btns_ident_print(identity, id);
		(void)btns_fail(e, BTNS_E_REFUSED, "%s: changed while you"
		    " looked; nothing was done", identity);
		goto bad;
	}
	if (verdict->effect == TRUST_NONE) {
		store_rollback(p->store);
		return 0;
	}
	if (carry_out(p, &g, o, verdict, e) == 0 &&
	    store_commit(p->store, e) == 0)
		return 0;
bad:
	store_rollback(p->store);
	return -1;
}
