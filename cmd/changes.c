#include <stdio.h>
#include <string.h>

#include "../lib/export.h"
#include "session.h"

static const struct out_col cols[] = {
	{ .key = "op" }, { .key = "identity" }, { .key = "path" },
	{ .key = "fingerprint" }, { .key = "old_fingerprint" },
	{ .key = "sa" }, { .key = "reason" }, { .key = "fix" },
};

struct changes {
	const struct cli *cli;
	const char	*iked;
	struct out	 out;
};

static const char op_char[] = {
	[PLAN_NONE] = ' ', [PLAN_REMOVE] = '-', [PLAN_CHANGE] = '~',
	[PLAN_ADD] = '+', [PLAN_FOREIGN] = '!'
};

static const char *
reason(const struct btns_change *c)
{
	if (c->failed)
		return c->note;
	if (c->op != PLAN_FOREIGN)
		return NULL;
	return c->want ? "not written by btnsctl, in the place of a pin"
	    : "not written by btnsctl";
}

/* What became of the tunnel; static. */
static const char *
sa_text(enum btns_sa sa)
{
	static const char *const text[] = {
		[BTNS_SA_UNKNOWN] = NULL,
		[BTNS_SA_NO_IKED] = "no iked is running",
		[BTNS_SA_NONE] = "no SA was up",
		[BTNS_SA_GONE] = "SA was up, gone now",
		[BTNS_SA_UP] = "SA is STILL UP"
	};

	return text[sa];
}

static void
still_up(const struct changes *ch, const struct btns_change *c)
{
	char word[2048];

	fprintf(stderr, "%s: ", ch->cli->prog);
	out_text(stderr, c->path);
	fprintf(stderr, ": out of the tree, but its SA is still up\n");
	if (c->sa_id != NULL && sh_word(word, sizeof(word), c->sa_id))
		fprintf(stderr, "    ikectl reset id %s\n", word);
}

/* One command for each answer, or none for a name that nobody can type. */
static void
fixes(const struct changes *ch, const struct btns_change *c)
{
	char path[4096], word[4200], id[1024], store[AGAIN];

	(void)snprintf(path, sizeof(path), "%s/pubkeys/%s", ch->iked,
	    c->path);
	if (!sh_word(word, sizeof(word), path) ||
	    !sh_word(id, sizeof(id), c->path)) {
		printf("    drop:    rm it, by ls -b in %s/pubkeys\n",
		    ch->iked);
		return;
	}
	(void)again_store(store, ch->cli);
	if (c->want && !c->directory)
		printf("    replace: btnsctl export%s -f\n", store);
	else if (c->has_fp && c->trusted)
		printf("    keep:    btnskey pin%s %s %s\n", store, id, word);
	printf("    drop:    rm %s%s\n", c->directory ? "-r " : "", word);
}

static void
foreign(const struct changes *ch, const struct btns_change *c)
{
	printf("! pubkeys/");
	out_text(stdout, c->path);
	printf(": %s%s\n    there    ", reason(c), !c->trusted ? "" :
	    c->want ? "; iked TRUSTS it, not the pin" : "; iked TRUSTS it");
	out_text(stdout, c->note);
	putchar('\n');
	fixes(ch, c);
}

static void
row(struct changes *ch, const struct btns_change *c, const char *hex)
{
	char op[2] = { c->failed ? '!' : op_char[c->op], '\0' };
	struct btns_ident id;
	struct btns_err ignored;

	out_str(&ch->out, op);
	out_str(&ch->out, btns_ident_parse(&id, c->path, &ignored) == 0 ?
	    c->path : NULL);
	out_str(&ch->out, c->path);
	out_str(&ch->out, hex);
	out_str(&ch->out, NULL);
	out_str(&ch->out, sa_text(c->sa));
	out_str(&ch->out, reason(c));
	out_str(&ch->out, NULL);
}

static void
print(const struct btns_change *c, void *arg)
{
	struct changes *ch = arg;
	char hex[BTNS_FP_HEX], fp[FP_SHORT];

	btns_fp_hex(hex, &c->fp);
	fp_short(fp, &c->fp);
	if (c->sa == BTNS_SA_UP)
		still_up(ch, c);
	if (ch->cli->quiet && c->op != PLAN_FOREIGN && !c->failed)
		return;
	if (ch->cli->fmt != OUT_TABLE)
		row(ch, c, c->has_fp ? hex : NULL);
	else if (c->failed) {
		printf("! %c ", op_char[c->op]);
		out_text(stdout, c->path);
		printf(": ");
		out_text(stdout, c->note);
		putchar('\n');
	} else if (c->op == PLAN_FOREIGN)
		foreign(ch, c);
	else {
		printf("%c ", op_char[c->op]);
		out_text(stdout, c->path);
		printf("  %s%s%s%s\n", c->has_fp ? fp : "-",
		    c->sa == BTNS_SA_UNKNOWN ? "" : "  (",
		    c->sa == BTNS_SA_UNKNOWN ? "" : sa_text(c->sa),
		    c->sa == BTNS_SA_UNKNOWN ? "" : ")");
	}
}

int
changes_export(const struct cli *cli, struct btns_pins *p,
    const struct btns_ident *only, bool dry, bool force, struct btns_err *e)
{
	struct changes ch = { .cli = cli, .iked = btns_pins_iked(p) };
	struct btns_export how = { .dry = dry, .force = force, .only = only,
	    .change = print, .arg = &ch };
	struct btns_tally t;

	out_begin(&ch.out, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	if (btns_export(p, &how, &t, e) == -1 || out_end(&ch.out, e) == -1)
		return -1;
	if (t.failed + t.up > 0)
		return CLI_TROUBLE;
	if (t.foreign > 0)
		return CLI_NO;
	return dry && t.added + t.changed + t.removed > 0 ? CLI_NO : CLI_YES;
}

int
changes_decided(const struct cli *cli, struct btns_pins *p,
    const struct btns_ident *id, const char *done, struct btns_err *e)
{
	int rv = changes_export(cli, p, id, false, false, e);

	if (rv != -1 || ferror(stdout))
		return rv;		/* not printed, but done */
	/* The decision stands: what is left is trouble, never a plain no. */
	if (cli_status(e->code) == CLI_NO)
		e->code = BTNS_E_STORE;
	btns_fail_more(e, "; mend it, then: btnsctl export");
	return btns_fail_at(e, "%s", done);
}
