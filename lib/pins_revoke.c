/* Revocation: of a key, under every identity. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "err.h"
#include "own.h"
#include "pins_priv.h"

/* Bindings of the key that go: written once all are read. */
struct bound {
	int64_t	*id;
	size_t	 n;
};

static enum trust_state
state(const char *name)
{
	return strcmp(name, "pinned") == 0 ? TRUST_PINNED :
	    strcmp(name, "accepted") == 0 ? TRUST_ACCEPTED :
	    strcmp(name, "learned") == 0 ? TRUST_LEARNED : TRUST_RETIRED;
}

static int
see(const struct store_binding *b, void *arg)
{
	struct trust_facts f = { .state = state(b->state),
	    .rejected = strcmp(b->state, "rejected") == 0 };
	struct trust_given g = { .evidence = TRUST_NOTHING };
	struct bound *list = arg;
	void *p;

	if (trust_decide(TRUST_REVOKE, &f, &g).effect != TRUST_RETIRE)
		return 0;
	if ((p = reallocarray(list->id, list->n + 1,
	    sizeof(*list->id))) == NULL)
		return 1;
	list->id = p;
	list->id[list->n++] = b->id;
	return 0;
}

static int
retire_all(struct btns_pins *p, const uint8_t *fp, struct btns_err *e)
{
	struct bound list = { NULL, 0 };
	size_t i;
	int rv = store_by_fp(p->store, fp, see, &list, e);

	if (rv == 1)
		rv = btns_fail(e, BTNS_E_NOMEM, "out of memory");
	for (i = 0; i < list.n && rv == 0; i++)
		rv = store_binding_state(p->store, list.id[i], "retired",
		    p->now, e);
	free(list.id);
	return rv;
}

int
pins_revoke(struct btns_pins *p, const uint8_t *fp, const char *comment,
    const char *how, struct btns_err *e)
{
	char actor[BTNS_WHO_MAX], login[BTNS_WHO_MAX], detail[512];
	struct store_revoked r = { fp, p->now, actor, login, comment };

	btns_who(actor, login);
	(void)snprintf(detail, sizeof(detail), "%s%s%s%s", how,
	    *how != '\0' && comment != NULL ? " " : "",
	    comment == NULL ? "" : "comment=",
	    comment == NULL ? "" : comment);
	return store_revoked_put(p->store, &r, e) == -1 ||
	    retire_all(p, fp, e) == -1 ||
	    pins_log(p, "revoke", NULL, fp, detail, e) == -1 ? -1 : 0;
}

/* This host's own key is not revoked here: its peers do that. */
static int
may_revoke(struct btns_pins *p, const struct btns_fp *fp, struct btns_err *e)
{
	struct trust_facts f = { .state = TRUST_BLANK };
	struct trust_given g = { .evidence = TRUST_NOTHING };
	struct trust_verdict v;
	struct btns_err unread;
	char hex[BTNS_FP_HEX];

	/* Revocation outranks: an own key that can't be read is none. */
	f.own = btns_own_is(p->iked, fp, &unread) == 1;
	v = trust_decide(TRUST_REVOKE, &f, &g);
	btns_fp_hex(hex, fp);
	return v.reason == TRUST_OK ? 0 : btns_fail(e, BTNS_E_REFUSED,
	    "%s: %s; revoke it on its peers", hex,
	    trust_reason_text(v.reason));
}

int
btns_pins_revoke(struct btns_pins *p, const struct btns_fp *fp,
    const char *comment, struct btns_err *e)
{
	bool batch = p->batch;
	int rv;

	if (comment != NULL && *comment == '\0')
		comment = NULL;
	if (may_revoke(p, fp, e) == -1 || (!batch && pins_begin(p, e) == -1))
		return -1;
	rv = store_revoked_get(p->store, fp->b, NULL, NULL, e);
	if (rv == 0 && pins_revoke(p, fp->b, comment, "", e) == -1)
		rv = -1;
	else if (rv == 0 && (batch || pins_commit(p, e) == 0))
		return 1;
	if (!batch)
		pins_rollback(p);
	return rv == 1 ? 0 : -1;
}

int
btns_pins_unrevoke(struct btns_pins *p, const struct btns_fp *fp,
    const char *comment, struct btns_err *e)
{
	char detail[512], hex[BTNS_FP_HEX];
	int rv;

	if (pins_begin(p, e) == -1)
		return -1;
	btns_fp_hex(hex, fp);
	(void)snprintf(detail, sizeof(detail), "comment=%s", comment);
	if ((rv = store_revoked_get(p->store, fp->b, NULL, NULL, e)) == 0)
		rv = btns_fail(e, BTNS_E_NOTFOUND, "%s: not revoked", hex);
	else if (rv == 1)
		rv = store_revoked_delete(p->store, fp->b, e) == -1 ||
		    pins_log(p, "unrevoke", NULL, fp->b, detail,
		    e) == -1 ? -1 : 0;
	if (rv == 0)
		return pins_commit(p, e);
	pins_rollback(p);
	return -1;
}
