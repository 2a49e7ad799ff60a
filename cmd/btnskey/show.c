#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/fp.h"
#include "../../lib/own.h"
#include "../ask.h"
#include "../session.h"
#include "../keyfile.h"
#include "btnskey.h"

static const struct out_col cols[] = {
	{ .key = "file" }, { .key = "bits" }, { .key = "type" },
	{ .key = "fingerprint" }, { .key = "private_key" },
	{ .key = "private_same" }, { .key = "private_mode" },
};

/* What stands beside the public key; all absent for a file of a peer's. */
struct half {
	const char	*path;		/* NULL: not looked for */
	const struct btns_own *own;
};

static bool
same(const struct half *h, const struct btns_key *k)
{
	return btns_key_same(&h->own->private, k);
}

static int
rows(struct cli *cli, const char *file, const struct btns_key *k,
    const char *hex, const struct half *h, struct btns_err *e)
{
	bool have = h->path != NULL && h->own->have_private;
	struct out o;
	char mode[8];

	out_begin(&o, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	out_str(&o, file);
	out_int(&o, k->bits);
	out_str(&o, btns_key_family(k));
	out_str(&o, hex);
	out_str(&o, have ? h->path : NULL);
	if (have && !h->own->unreadable)
		out_bool(&o, same(h, k));
	else
		out_str(&o, NULL);
	(void)snprintf(mode, sizeof(mode), "%04o", have ?
	    (unsigned)h->own->mode : 0);
	out_str(&o, have ? mode : NULL);
	return out_end(&o, e);
}

/* 1 where the private key is missing, another, or open to others. */
static int
status(const struct half *h, const struct btns_key *k)
{
	if (h->path == NULL || h->own->unreadable)
		return CLI_YES;
	return h->own->have_private && same(h, k) &&
	    (h->own->mode & 077) == 0 ? CLI_YES : CLI_NO;
}

static void
private_half(const struct half *h, const struct btns_key *k)
{
	const struct btns_own *o = h->own;

	printf("private key  ");
	out_text(stdout, h->path);
	if (o->unreadable) {
		printf(": not for this user to read\n");
		return;
	}
	if (!o->have_private) {
		printf(": MISSING\n");
		return;
	}
	printf(": %s, mode %04o\n", same(h, k) ? "the same key" :
	    "ANOTHER KEY", (unsigned)o->mode);
	if (o->mode & 077) {
		printf("WARNING: others may read it; fix: chmod 600 ");
		out_text(stdout, h->path);
		putchar('\n');
	}
}

static int
show(struct cli *cli, const char *file, const struct btns_key *k,
    const struct half *h, struct btns_err *e)
{
	char hex[BTNS_FP_HEX], groups[64], name[BTNS_KEY_NAME_MAX];
	struct btns_fp fp;

	if (btns_fp_of(&fp, k, e) == -1)
		return -1;
	btns_fp_hex(hex, &fp);
	if (cli->fmt != OUT_TABLE)
		return rows(cli, file, k, hex, h, e) == -1 ? -1 :
		    status(h, k);
	btns_key_name(name, k);
	hex_groups(groups, sizeof(groups), hex, BTNS_PROOF_DIGITS);
	printf("file         ");
	out_text(stdout, file);
	printf(" (%s%s)\n", name, btns_key_weak(k) ? ", weak" :
	    k->type == BTNS_ED25519 ? ", iked cannot use it" : "");
	if (h->path != NULL)
		private_half(h, k);
	printf("fingerprint  %s\nread out     %s\n", hex, groups);
	return status(h, k);
}

static int
show_own(struct cli *cli, const char *iked, struct btns_err *e)
{
	struct btns_keyread cb = { .passphrase = ask_passphrase };
	char pub[4096], priv[4096], again[AGAIN];
	struct btns_own own;
	struct half h = { priv, &own };

	(void)snprintf(pub, sizeof(pub), "%s/" OWN_PUBLIC, iked);
	(void)snprintf(priv, sizeof(priv), "%s/" OWN_PRIVATE, iked);
	if (btns_own_read(&own, iked, &cb, e) == -1)
		return -1;
	if (!own.have_public)
		return btns_fail(e, BTNS_E_NOTFOUND, "%s: no such file; %s"
		    " btnskey gen%s", pub, own.have_private ? "make it from"
		    " the private key:" : "make a pair:",
		    again_iked(again, cli));
	return show(cli, pub, &own.public, &h, e);
}

int
key_show(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct half none = { NULL, NULL };
	struct btns_key k;

	if (a->argc == 0)
		return show_own(cli, cli->iked == NULL ? IKED_DIR : cli->iked,
		    e);
	if (key_file(&k, NULL, a->argv[0], e) == -1)
		return -1;
	return show(cli, a->argv[0], &k, &none, e);
}
