#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "idents.h"
#include "session.h"

bool
batch_is(const struct cli *cli)
{
	return cli->batch != -1;
}

int
batch_no_tree(struct btns_err *e)
{
	return cli_usage(e, "-N: a batch writes the tree once, at commit");
}

void
batch_text(char out[BATCH_TEXT], const struct batch_entry *b)
{
	static const char *const verbs[] = {
		[TRUST_PROMOTE] = "promote", [TRUST_REJECT] = "reject",
		[TRUST_REVOKE] = "revoke", [TRUST_FORGET] = "forget",
		[TRUST_FORGET_ONE] = "forget"
	};
	char name[BTNS_ID_PRINT] = "", fp[FP_SHORT] = "";

	if (b->has_ident)
		btns_ident_print(name, &b->ident);
	if (b->has_key || b->verb == TRUST_REVOKE)
		fp_short(fp, &b->fp);
	(void)snprintf(out, BATCH_TEXT, "%s%s%s%s%s%s%s%s", verbs[b->verb],
	    name[0] == '\0' ? "" : " ", name, fp[0] == '\0' ? "" : " ", fp,
	    b->verb != TRUST_PROMOTE ? "" : b->given.evidence == TRUST_PROOF ?
	    " (fingerprint" : " (operator", b->replaces[0] == '\0' ? "" :
	    ", replaces the key it has", b->verb != TRUST_PROMOTE ? "" : ")");
}

int
batch_note(const struct cli *cli, enum trust_verb verb,
    const struct btns_ident *id, const struct btns_key *key,
    const struct btns_fp *fp, const struct btns_order *o,
    const struct btns_view *view, struct btns_err *e)
{
	struct batch_entry b;
	char text[BATCH_TEXT];

	memset(&b, 0, sizeof(b));
	b.verb = verb;
	if ((b.has_ident = id != NULL))
		b.ident = *id;
	if ((b.has_key = key != NULL))
		b.key = *key;
	if (fp != NULL)
		b.fp = *fp;
	if (view != NULL)
		b.view = *view;
	if (o != NULL) {
		b.given = o->given;
		b.digits = o->digits;
		(void)snprintf(b.replaces, sizeof(b.replaces), "%s",
		    o->replaces == NULL ? "" : o->replaces);
		(void)snprintf(b.comment, sizeof(b.comment), "%s",
		    o->comment == NULL ? "" : o->comment);
	}
	if (write(cli->batch, &b, sizeof(b)) != (ssize_t)sizeof(b))
		return btns_fail_sys(e, "the batch");
	batch_text(text, &b);
	printf("noted: %s\n", text);
	return CLI_YES;
}

static void
order_of(struct btns_order *o, const struct batch_entry *b)
{
	*o = (struct btns_order){ .given = b->given, .digits = b->digits,
	    .replaces = b->replaces[0] == '\0' ? NULL : b->replaces,
	    .comment = b->comment[0] == '\0' ? NULL : b->comment };
}

static int
refused(const struct batch_entry *b, const struct trust_verdict *v,
    struct btns_err *e)
{
	char name[BTNS_ID_PRINT];

	btns_ident_print(name, &b->ident);
	return btns_fail(e, BTNS_E_REFUSED, "%s: %s", name,
	    trust_reason_text(v->reason));
}

int
batch_try(struct btns_pins *p, const struct batch_entry *b,
    struct btns_err *e)
{
	struct btns_order o;
	struct trust_verdict v;
	struct btns_view now;
	char name[BTNS_ID_PRINT];
	int is;

	order_of(&o, b);
	if (b->verb == TRUST_REVOKE) {
		is = btns_revoked_is(p, &b->fp, e);
		return is == -1 ? -1 : CLI_YES;
	}
	if (btns_pins_try(p, b->verb, &b->ident, b->has_key ? &b->key : NULL,
	    &o, &v, &now, e) == -1)
		return -1;
	if (!btns_view_same(&b->view, &now)) {
		btns_ident_print(name, &b->ident);
		(void)btns_fail(e, BTNS_E_REFUSED, "%s: changed since it was"
		    " noted", name);
		return CLI_NO;
	}
	if (v.reason != TRUST_OK) {
		(void)refused(b, &v, e);
		return CLI_NO;
	}
	return CLI_YES;
}

static int
make(struct btns_pins *p, const struct batch_entry *b, struct btns_err *e)
{
	struct btns_order o;
	struct trust_verdict v;
	struct btns_view now;

	order_of(&o, b);
	if (b->verb == TRUST_REVOKE)
		return btns_pins_revoke(p, &b->fp, o.comment, e) == -1 ? -1 :
		    0;
	if (btns_pins_do(p, b->verb, &b->ident, b->has_key ? &b->key : NULL,
	    &o, NULL, &v, &now, e) == -1)
		return -1;
	return v.reason == TRUST_OK ? 0 : refused(b, &v, e);
}

static int
live(const struct cli *cli, struct btns_pins *p,
    const struct batch_entry *all, size_t n, struct btns_err *e)
{
	struct idents l = { NULL, 0 };
	char hex[BTNS_FP_HEX];
	unsigned flags = 0;
	int rv = 0;
	size_t i;

	for (i = 0; i < n && rv == 0; i++) {
		if (all[i].has_ident)
			rv = idents_add(&l, &all[i].ident, e);
		else {
			flags = CHANGES_HUNT;
			rv = idents_of_key(&l, p, &all[i].fp, e);
		}
	}
	if (rv == 0)
		rv = changes_decided(cli, p, l.id, l.n, flags, "decided in"
		    " the store, but not all of it is in iked's tree", e);
	for (i = 0; i < n && flags != 0; i++)
		if (!all[i].has_ident) {
			btns_fp_hex(hex, &all[i].fp);
			printf("On every other gateway:\nbtnsctl revoke %s\n",
			    hex);
		}
	free(l.id);
	return rv;
}

/*
 * First whether all of it is still as it was looked at, then all of it: what
 * one does to another's identity was looked at together.
 */
static int
all_of(struct btns_pins *p, const struct batch_entry *all, size_t n,
    size_t *bad, struct btns_err *e)
{
	int rv = 0;

	for (*bad = 0; *bad < n; ++*bad)
		if ((rv = batch_try(p, &all[*bad], e)) != CLI_YES)
			return -1;
	for (*bad = 0; *bad < n; ++*bad)
		if (make(p, &all[*bad], e) == -1)
			return -1;
	return 0;
}

int
batch_commit(const struct cli *cli, const struct batch_entry *all, size_t n,
    size_t *bad, bool *made, struct btns_err *e)
{
	struct btns_pins *p;
	struct btns_err ignored;
	int rv;

	*bad = n;
	*made = false;
	if (session_open(&p, cli, e) == -1)
		return -1;
	if ((rv = btns_pins_begin(p, e)) == 0) {
		if ((rv = all_of(p, all, n, bad, e)) == -1)
			(void)btns_pins_end(p, false, &ignored);
		else if ((rv = btns_pins_end(p, true, e)) == 0) {
			*made = true;
			rv = live(cli, p, all, n, e);
		}
	}
	btns_pins_close(p);
	return rv;
}
