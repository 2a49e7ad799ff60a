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
	bool		 dry;
	struct out	 out;
};

static const char op_char[] = {
	[PLAN_NONE] = ' ', [PLAN_REMOVE] = '-', [PLAN_CHANGE] = '~',
	[PLAN_ADD] = '+', [PLAN_FOREIGN] = '!', [PLAN_ASIDE] = '!',
	[PLAN_GONE] = '='
};

static const char *
reason(const struct btns_change *c)
{
	if (c->failed)
		return c->note;
	if (c->op == PLAN_ASIDE)
		return "a REVOKED key was in it; moved aside";
	if (c->op == PLAN_GONE)
		return "gone";
	if (c->op != PLAN_FOREIGN)
		return NULL;
	if (c->stray)
		return "a public key, and any peer may name it";
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

/* A path as it lies in iked's directory: "pubkeys/fqdn/gw", "old/gw". */
static void
iked_path_of(char *out, size_t size, const struct btns_change *c)
{
	bool up = strncmp(c->path, "../", 3) == 0;

	(void)snprintf(out, size, "%s%s", up ? "" : "pubkeys/",
	    c->path + (up ? 3 : 0));
}

static void
full_path(char *out, size_t size, const struct changes *ch,
    const struct btns_change *c)
{
	char path[IKED_PATH];

	iked_path_of(path, sizeof(path), c);
	(void)snprintf(out, size, "%s/%s", ch->iked, path);
}

static void
print_path(const char *before, const struct btns_change *c)
{
	char path[IKED_PATH];

	iked_path_of(path, sizeof(path), c);
	fputs(before, stdout);
	out_text(stdout, path);
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
	char path[2 * IKED_PATH], word[2 * IKED_PATH + 64], store[AGAIN];

	full_path(path, sizeof(path), ch, c);
	if (!sh_word(word, sizeof(word), path)) {
		printf("    drop:    rm it, by ls -b in %s\n", ch->iked);
		return;
	}
	(void)again_store(store, ch->cli);
	if (c->want && !c->directory)
		printf("    replace: btnsctl export%s -f\n", store);
	else if (c->has_fp && c->trusted && !c->stray)
		printf("    keep:    btnsctl import%s %s\n", store, word);
	printf("    drop:    rm %s%s\n", c->directory ? "-r " : "", word);
}

static void
foreign(const struct changes *ch, const struct btns_change *c)
{
	print_path("! ", c);
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
	char old[BTNS_FP_HEX], path[2 * IKED_PATH];
	char word[2 * IKED_PATH + 64], fix[2 * IKED_PATH + 128] = "";
	struct btns_ident id;
	struct btns_err ignored;

	btns_fp_hex(old, &c->old_fp);
	full_path(path, sizeof(path), ch, c);
	if (c->op == PLAN_FOREIGN && sh_word(word, sizeof(word), path))
		(void)snprintf(fix, sizeof(fix), "rm %s%s",
		    c->directory ? "-r " : "", word);
	out_str(&ch->out, op);
	out_str(&ch->out, btns_ident_parse(&id, c->path, &ignored) == 0 ?
	    c->path : NULL);
	out_str(&ch->out, c->path);
	out_str(&ch->out, hex);
	out_str(&ch->out, c->had_fp ? old : NULL);
	out_str(&ch->out, sa_text(c->sa));
	out_str(&ch->out, reason(c));
	out_str(&ch->out, fix[0] == '\0' ? NULL : fix);
}

static void
sa_note(const struct btns_change *c)
{
	if (c->sa != BTNS_SA_UNKNOWN)
		printf("  (%s)", sa_text(c->sa));
	putchar('\n');
}

static void
moved(const struct changes *ch, const struct btns_change *c, const char *fp)
{
	print_path("! ", c);
	printf(": a REVOKED key was in it, and iked trusted it\n"
	    "    key      %s\n    there    ", c->has_fp ? fp : "one of"
	    " several");
	out_text(stdout, c->note);
	printf("\n    %s", ch->dry ? "would be moved aside" : "moved to ");
	if (c->aside != NULL)
		out_text(stdout, c->aside);
	sa_note(c);
}

static void
table(const struct changes *ch, const struct btns_change *c)
{
	char fp[FP_SHORT];

	fp_short(fp, &c->fp);
	if (c->failed) {
		printf("! %c ", op_char[c->op]);
		out_text(stdout, c->path);
		printf(": ");
		out_text(stdout, c->note);
		putchar('\n');
	} else if (c->op == PLAN_FOREIGN)
		foreign(ch, c);
	else if (c->op == PLAN_ASIDE)
		moved(ch, c, fp);
	else if (c->op == PLAN_GONE) {
		print_path("= ", c);
		printf(": gone\n");
	} else {
		printf("%c ", op_char[c->op]);
		out_text(stdout, c->path);
		printf("  %s", c->has_fp ? fp : "-");
		sa_note(c);
	}
}

/* -q: news alone, but what failed each time. */
static bool
news(const struct changes *ch, const struct btns_change *c)
{
	return c->failed || c->op == PLAN_GONE || c->op == PLAN_ASIDE ||
	    (c->op == PLAN_FOREIGN && (!c->told || ch->dry));
}

static void
print(const struct btns_change *c, void *arg)
{
	struct changes *ch = arg;
	char hex[BTNS_FP_HEX];

	if (c->sa == BTNS_SA_UP)
		still_up(ch, c);
	if (ch->cli->quiet && !news(ch, c))
		return;
	btns_fp_hex(hex, &c->fp);
	if (ch->cli->fmt != OUT_TABLE)
		row(ch, c, c->has_fp ? hex : NULL);
	else
		table(ch, c);
}

static void
held(const struct changes *ch, const struct btns_tally *t)
{
	char store[AGAIN];

	if (ch->cli->fmt != OUT_TABLE || (ch->cli->quiet && t->told))
		return;
	printf("! export: %lu pins would go or change and -m allows %lld;"
	    " nothing %swas changed\n    look:    btnsctl export%s -n\n",
	    t->held, (long long)t->max, t->removed + t->aside > 0 ? "else " :
	    "", again_store(store, ch->cli));
}

int
changes_export(const struct cli *cli, struct btns_pins *p,
    const struct btns_export *which, struct btns_err *e)
{
	struct btns_export how = *which;
	struct changes ch = { .cli = cli, .iked = btns_pins_iked(p),
	    .dry = how.dry };
	struct btns_tally t;

	how.change = print;
	how.arg = &ch;

	out_begin(&ch.out, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	if (btns_export(p, &how, &t, e) == -1 || out_end(&ch.out, e) == -1)
		return -1;
	if (t.held > 0)
		held(&ch, &t);
	if (t.failed + t.up > 0)
		return CLI_TROUBLE;
	/* A decision whose key was moved aside has done what it should. */
	if (t.foreign + t.held > 0 || (t.aside > 0 && how.only == NULL))
		return CLI_NO;
	return how.dry && t.added + t.changed + t.removed > 0 ? CLI_NO :
	    CLI_YES;
}

int
changes_decided(const struct cli *cli, struct btns_pins *p,
    const struct btns_ident *id, size_t n, bool hunt, const char *done,
    struct btns_err *e)
{
	static const struct btns_ident none;
	struct btns_export how = { .only = n == 0 ? &none : id, .nonly = n,
	    .hunt = hunt, .max = BTNS_MAX_NONE };
	int rv = changes_export(cli, p, &how, e);

	if (rv != -1 || ferror(stdout))
		return rv;		/* not printed, but done */
	/* The decision stands: what is left is trouble, never a plain no. */
	if (cli_status(e->code) == CLI_NO)
		e->code = BTNS_E_STORE;
	btns_fail_more(e, "; mend it, then: btnsctl export");
	return btns_fail_at(e, "%s", done);
}
