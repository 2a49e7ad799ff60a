#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../lib/fp.h"
#include "../../lib/keygen.h"
#include "../../lib/own.h"
#include "../ask.h"
#include "../progress.h"
#include "../session.h"
#include "btnskey.h"

#define BITS_DEFAULT	3072

struct gen {
	const char	*iked;
	char		 shown[4 * IKED_PATH];	/* the same, to be printed */
	char		 again[AGAIN];	/* " -D directory", or "" */
	enum btns_keytype type;
	unsigned	 bits;
	bool		 force, quiet;
	bool		 replaces;	/* a half or a whole pair */
	struct btns_own	 own;		/* what is there already */
};

static int
options(struct gen *g, const struct cli *cli, const struct cli_args *a,
    struct btns_err *e)
{
	const char *t = a->opt['t'], *b = a->opt['b'];
	char *end;
	long bits;

	g->iked = cli->iked == NULL ? IKED_DIR : cli->iked;
	out_escape(g->shown, sizeof(g->shown), g->iked);
	(void)again_iked(g->again, cli);
	g->quiet = cli->quiet;
	g->force = a->opt['f'] != NULL;
	g->type = BTNS_RSA;
	g->bits = BITS_DEFAULT;
	if (t != NULL && strcmp(t, "ec") == 0)
		g->type = BTNS_P256;
	else if (t != NULL && strcmp(t, "rsa") != 0)
		return cli_usage(e, "-t %s: not rsa or ec", t);
	if (b == NULL)
		return 0;
	if (g->type != BTNS_RSA)
		return cli_usage(e, "-b is for RSA; an EC key is P-256");
	bits = strtol(b, &end, 10);
	if (*b < '0' || *b > '9' || *end != '\0' || bits < BTNS_RSA_WEAK_BITS
	    || bits > BTNS_RSA_MAX_BITS || bits % 8 != 0)
		return cli_usage(e, "-b %s: RSA is %d to %d bits here, in"
		    " eights", b, BTNS_RSA_WEAK_BITS, BTNS_RSA_MAX_BITS);
	g->bits = (unsigned)bits;
	return 0;
}

static int
kept_whole(const struct gen *g, const char *name)
{
	fprintf(stderr, "btnskey: %s/" OWN_PRIVATE ": exists (%s), kept\n"
	    "iked can use it: btnskey show%s\nTo make another: btnskey"
	    " gen%s -f\n", g->shown, name, g->again, g->again);
	return CLI_NO;
}

/* There is a key and no -f: keep it, and finish a pair that is half. */
static int
keep(struct gen *g, struct btns_err *e)
{
	char name[BTNS_KEY_NAME_MAX];
	int made;

	if (btns_own_sweep(g->iked, e) == -1)
		return -1;
	btns_key_name(name, &g->own.private);
	if (g->own.have_public &&
	    btns_key_same(&g->own.public, &g->own.private))
		return kept_whole(g, name);
	if (g->own.have_public)
		return btns_fail(e, BTNS_E_EXISTS, "%s/" OWN_PUBLIC ": not the"
		    " public half of " OWN_PRIVATE " (%s); kept both.  If the"
		    " private key is right, remove " OWN_PUBLIC " and run"
		    " this again", g->iked, name);
	if ((made = btns_own_mend(g->iked, &g->own.private, e)) == -1)
		return -1;
	if (made == 0)
		return kept_whole(g, name);
	if (!g->quiet)
		printf("%s/" OWN_PRIVATE ": exists (%s), kept\n%s/" OWN_PUBLIC
		    ": was missing, made from it\n", g->shown, name, g->shown);
	return CLI_YES;
}

/* The store's directory: where -f puts the old pair. */
static void
statedir(char *out, size_t size, const char *store)
{
	const char *slash = strrchr(store, '/');

	if (slash == NULL || slash == store)
		(void)snprintf(out, size, slash == NULL ? "." : "/");
	else
		(void)snprintf(out, size, "%.*s", (int)(slash - store),
		    store);
}

static int
report(const struct gen *g, const struct btns_key *pub, const char *kept,
    struct btns_err *e)
{
	const char *done = kept == NULL ? "made" : "replaced";
	char hex[BTNS_FP_HEX], old[4 * IKED_PATH] = "";
	struct btns_fp fp;

	if (kept != NULL)
		out_escape(old, sizeof(old), kept);
	if (g->type == BTNS_RSA && g->bits > BTNS_RSA_IKED_BITS)
		fprintf(stderr, "WARNING: OpenIKED 7.2 starts with %d bits,"
		    " but not with 16384\n", BTNS_RSA_IKED_BITS);
	if (g->quiet)
		return CLI_YES;
	if (btns_fp_of(&fp, pub, e) == -1)
		return -1;
	btns_fp_hex(hex, &fp);
	printf("%s/" OWN_PRIVATE ": %s%s%s\n%s/" OWN_PUBLIC ": %s\n"
	    "fingerprint  %s\n", g->shown, done, kept == NULL ? "" :
	    ", the old pair is ", old, g->shown, done, hex);
	if (kept != NULL)
		printf("WARNING: a peer that pinned the old key refuses this"
		    " host once iked loads the\nnew one, at the latest at the"
		    " next boot.\nnext: give %s/" OWN_PUBLIC " to every peer,"
		    " then: ikectl reload\n", g->shown);
	else
		printf("next: give %s/" OWN_PUBLIC " to every peer, and read"
		    " them this:\n      btnskey show%s\n", g->shown,
		    g->again);
	return CLI_YES;
}

static void
at(size_t done, size_t all, void *arg)
{
	progress_at(arg, done, all);
}

static int
make(struct gen *g, const struct cli *cli, struct btns_secret *pem,
    struct btns_key *pub, struct btns_err *e)
{
	struct progress p;
	char name[16], what[64];
	int rv;

	if (g->type == BTNS_RSA)
		(void)snprintf(name, sizeof(name), "RSA %u", g->bits);
	else
		(void)snprintf(name, sizeof(name), "EC P-256");
	(void)snprintf(what, sizeof(what), "generating %s, candidates", name);
	progress_begin(&p, cli, what);
	if (p.live)
		fprintf(stderr, "generating %s: ", name);
	rv = btns_keygen(pem, pub, g->type, g->bits, at, &p, e);
	progress_end(&p);
	if (p.live)
		fprintf(stderr, "\rgenerating %s: %s\n", name, rv == 0 ?
		    "done" : "failed");
	return rv;
}

/* The kept pair is named by its fingerprint, or, unreadable, by its end. */
static int
old_name(const struct gen *g, char name[BTNS_FP_HEX], struct btns_err *e)
{
	const struct btns_key *k = g->own.private.publen > 0 ?
	    &g->own.private : &g->own.public;
	struct btns_fp fp;

	if (k->publen == 0) {
		(void)snprintf(name, BTNS_FP_HEX, "%lld",
		    (long long)time(NULL));
		return 0;
	}
	if (btns_fp_of(&fp, k, e) == -1)
		return -1;
	btns_fp_hex(name, &fp);
	name[8] = '\0';
	return 0;
}

static int
replace(const struct gen *g, char *kept, size_t size, const char *store,
    const struct btns_secret *pem, const struct btns_key *pub,
    struct btns_err *e)
{
	char dir[4096], name[BTNS_FP_HEX];

	statedir(dir, sizeof(dir), store);
	if (old_name(g, name, e) == -1)
		return -1;
	if (btns_own_replace(kept, size, g->iked, dir, name, pem, pub,
	    e) == 0)
		return 0;
	if (kept[0] != '\0') {
		btns_fail_more(e, "; a copy of the old pair is ");
		btns_fail_more(e, kept);
	}
	return -1;
}

/* What is there?  With -f it may be damaged: it goes to old/ as it is. */
static int
look(struct gen *g, struct btns_err *e)
{
	struct btns_keyread cb = { .passphrase = g->force ? NULL :
	    ask_passphrase };

	if (btns_own_read(&g->own, g->iked, &cb, e) == -1 &&
	    !(g->force && e->code == BTNS_E_FORMAT))
		return -1;
	e->code = BTNS_OK;
	if (g->own.unreadable)
		return btns_fail(e, BTNS_E_UNSAFE, "%s/" OWN_PRIVATE ": not"
		    " for this user to read; run this as root", g->iked);
	g->replaces = g->own.have_private || g->own.have_public;
	if (!g->own.have_private && g->own.have_public && !g->force)
		return btns_fail(e, BTNS_E_EXISTS, "%s/" OWN_PUBLIC ": exists"
		    " without its private key, kept.  To make a new pair:"
		    " btnskey gen%s -f", g->iked, g->again);
	return 0;
}

int
key_gen(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct btns_secret pem = { NULL, 0 };
	struct gen g = { .iked = NULL };
	struct btns_key pub;
	char kept[4200];
	int rv;

	if (options(&g, cli, a, e) == -1)
		return -1;
	if (look(&g, e) == -1) {
		if (e->code == BTNS_E_SYS && e->sys_errno == ENOENT &&
		    cli->iked == NULL)
			btns_fail_more(e, "; -D names iked's directory");
		return -1;
	}
	if (g.own.have_private && !g.force)
		return keep(&g, e);
	/* The key first: nothing is opened for writing before it exists. */
	if (make(&g, cli, &pem, &pub, e) == -1)
		return -1;
	rv = g.replaces ? replace(&g, kept, sizeof(kept), cli->store, &pem,
	    &pub, e) : btns_own_write(g.iked, &pem, &pub, e);
	btns_secret_clear(&pem);
	return rv == -1 ? -1 : report(&g, &pub, g.replaces ? kept : NULL, e);
}
