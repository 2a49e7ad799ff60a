#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../batch.h"
#include "../idents.h"
#include "../session.h"
#include "btnsctl.h"

/* The key of an identity: the live one, or the only one learned. */
struct pick {
	struct btns_fp	live, learned, revoked;
	unsigned	nlive, nlearned, nrevoked;
};

static int
pick(const struct btns_pin *pin, void *arg)
{
	struct pick *p = arg;

	if (pin->live) {
		p->live = pin->fp;
		p->nlive++;
	} else if (strcmp(pin->state, "learned") == 0 ||
	    strcmp(pin->state, "conflict") == 0) {
		p->learned = pin->fp;
		p->nlearned++;
	} else if (pin->revoked) {
		p->revoked = pin->fp;
		p->nrevoked++;
	}
	return 0;
}

static int
candidate(const struct btns_pin *pin, void *arg)
{
	char hex[BTNS_FP_HEX];

	(void)arg;
	btns_fp_hex(hex, &pin->fp);
	fprintf(stderr, "    %s %s\n", hex, pin->state);
	return 0;
}

static int
key_of(struct btns_fp *fp, struct btns_pins *p, const struct what *w,
    struct btns_err *e)
{
	struct pick k = { .nlive = 0 };

	if (btns_pins_of(p, &w->id, pick, &k, e) == -1)
		return -1;
	if (k.nlive == 0 && k.nlearned > 1) {
		fprintf(stderr, "btnsctl: %s: several keys:\n", w->name);
		(void)btns_pins_of(p, &w->id, candidate, NULL, e);
		return btns_fail(e, BTNS_E_USAGE, "%s: which key?  Give its"
		    " fingerprint", w->name);
	}
	if (k.nlive + k.nlearned == 0 && k.nrevoked == 1) {
		*fp = k.revoked;	/* already so */
		return 0;
	}
	if (k.nlive + k.nlearned == 0)
		return btns_fail(e, BTNS_E_NOTFOUND, "%s: no key known; a key"
		    " that was never seen is revoked by all 64 digits",
		    w->name);
	*fp = k.nlive > 0 ? k.live : k.learned;
	return 0;
}

static int
find(struct btns_fp *fp, struct btns_pins *p, const char *text,
    struct btns_err *e)
{
	struct what w;

	if (what_find(&w, p, text, e) == -1)
		return -1;
	if (!w.is_key)
		return key_of(fp, p, &w, e);
	if (!w.have_fp)
		return btns_fail(e, BTNS_E_NOTFOUND, "%s: no such key; one"
		    " that was never seen takes all 64 digits", w.name);
	*fp = w.fp;
	return 0;
}

int
revoke_key(struct cli *cli, struct btns_pins *p, const struct btns_fp *fp,
    const char *comment, bool store_alone, struct btns_err *e)
{
	struct idents l = { NULL, 0 };
	char hex[BTNS_FP_HEX];
	bool say = !cli->quiet && cli->fmt == OUT_TABLE;
	struct btns_order why = { .comment = comment };
	int new, rv = CLI_YES;

	if (batch_is(cli) && store_alone)
		return batch_no_tree(e);
	if (batch_is(cli))
		return batch_note(cli, TRUST_REVOKE, NULL, NULL, fp,
		    &why, NULL, e);
	if ((new = btns_pins_revoke(p, fp, comment, e)) == -1) {
		if (cli_status(e->code) == CLI_TROUBLE)
			btns_fail_more(e, "; it is NOT revoked");
		return -1;
	}
	btns_fp_hex(hex, fp);
	if (say)
		printf("%s %s\n", new ? "revoked" : "already revoked", hex);
	if (idents_of_key(&l, p, fp, e) == -1)
		rv = -1;
	else if (!store_alone)
		rv = changes_decided(cli, p, l.id, l.n, CHANGES_HUNT,
		    "revoked in the store, but its files may still be in"
		    " iked's tree", e);
	free(l.id);
	if (rv == CLI_NO)
		rv = CLI_TROUBLE;	/* another's file stands there */
	if (say && new && rv != -1)
		printf("On every other gateway:\nbtnsctl revoke %s\n", hex);
	return rv;
}

int
ctl_revoke(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct btns_pins *p;
	struct btns_fp fp;
	int rv;

	if ((a->opt['c'] != NULL &&
	    btns_comment_check(a->opt['c'], e) == -1) ||
	    session_open(&p, cli, e) == -1)
		return -1;
	if ((rv = find(&fp, p, a->argv[0], e)) == 0)
		rv = revoke_key(cli, p, &fp, a->opt['c'],
		    a->opt['N'] != NULL, e);
	btns_pins_close(p);
	return rv;
}

int
ctl_unrevoke(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	char digits[2 * BTNS_FP_LEN + 1];
	struct btns_pins *p;
	struct what w;
	int rv;

	if (a->opt['c'] == NULL || a->opt['c'][0] == '\0')
		return cli_usage(e, "-c is needed: why is it trusted again?");
	if (!hex_digits(digits, a->argv[0]))
		return cli_usage(e, "%s: not 8 to 64 digits of a fingerprint",
		    a->argv[0]);
	if (btns_comment_check(a->opt['c'], e) == -1 ||
	    session_open(&p, cli, e) == -1)
		return -1;
	rv = what_find(&w, p, digits, e);
	if (rv == 0 && !w.have_fp)
		rv = btns_fail(e, BTNS_E_NOTFOUND, "%s: not revoked", digits);
	if (rv == 0)
		rv = btns_pins_unrevoke(p, &w.fp, a->opt['c'], e);
	if (rv == 0 && !cli->quiet && cli->fmt == OUT_TABLE)
		printf("no longer revoked: %s\nNo binding came back: pin it"
		    " again where it is meant.\n", w.name);
	btns_pins_close(p);
	return rv;
}
