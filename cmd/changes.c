#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../lib/export.h"
#include "progress.h"
#include "session.h"

static const struct out_col cols[] = {
	{ .key = "op" }, { .key = "identity" }, { .key = "path" },
	{ .key = "fingerprint" }, { .key = "old_fingerprint" },
	{ .key = "sa" }, { .key = "reason" }, { .key = "fix" },
	{ .key = "there" }, { .key = "trusted" }, { .key = "moved_to" },
	{ .key = "failed_op" }, { .key = "keep" }, { .key = "accepted_at" },
};

struct changes {
	const struct cli *cli;
	const char	*iked;
	FILE		*to;		/* of what is no row */
	bool		 dry;
	struct out	 out;
	struct progress	 progress;
};

static const char op_char[] = {
	[PLAN_NONE] = ' ', [PLAN_REMOVE] = '-', [PLAN_CHANGE] = '~',
	[PLAN_ADD] = '+', [PLAN_FOREIGN] = '!', [PLAN_ASIDE] = '!',
	[PLAN_GONE] = '=', [PLAN_UNSURE] = '!'
};

static const char *
reason(const struct changes *ch, const struct btns_change *c)
{
	if (c->failed)
		return c->note;
	if (c->op == PLAN_ASIDE)
		return ch->dry ? "a REVOKED key is in it; would be moved"
		    " aside" : "a REVOKED key was in it; moved aside";
	if (c->op == PLAN_GONE)
		return "gone";
	if (c->op == PLAN_UNSURE)
		return "accepted, and nobody has compared its key yet";
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
print_path(const struct changes *ch, const char *before,
    const struct btns_change *c)
{
	char path[IKED_PATH];

	iked_path_of(path, sizeof(path), c);
	fputs(before, ch->to);
	out_text(ch->to, path);
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

/* The commands that answer a foreign file, each or "". */
#define COMMAND	(2 * IKED_PATH + AGAIN + 128)
struct answers {
	char	replace[COMMAND], keep[COMMAND], drop[COMMAND];
};

/* None at all for a name that nobody can type. */
static void
answer(struct answers *a, const struct changes *ch,
    const struct btns_change *c)
{
	char path[2 * IKED_PATH], word[2 * IKED_PATH + 64], store[AGAIN];

	a->replace[0] = a->keep[0] = a->drop[0] = '\0';
	full_path(path, sizeof(path), ch, c);
	if (c->op != PLAN_FOREIGN || !sh_word(word, sizeof(word), path))
		return;
	(void)again_store(store, ch->cli);
	if (c->want && c->file)
		(void)snprintf(a->replace, COMMAND, "btnsctl export%s -f",
		    store);
	else if (c->keep != BTNS_KEEP_NOT)
		(void)snprintf(a->keep, COMMAND, "btnsctl import%s%s %s",
		    store, c->keep == BTNS_KEEP_FORCE ? " -f" : "", word);
	(void)snprintf(a->drop, COMMAND, "rm %s%s", c->directory ? "-r " : "",
	    word);
}

static void
fixes(const struct changes *ch, const struct btns_change *c)
{
	struct answers a;

	answer(&a, ch, c);
	if (a.replace[0] != '\0')
		fprintf(ch->to, "    replace: %s\n", a.replace);
	if (a.keep[0] != '\0')
		fprintf(ch->to, "    keep:    %s\n", a.keep);
	if (a.drop[0] != '\0') {
		fprintf(ch->to, "    drop:    %s\n", a.drop);
		return;
	}
	fputs("    drop:    rm it, by ls -b in ", ch->to);
	out_text(ch->to, ch->iked);
	putc('\n', ch->to);
}

static void
foreign(const struct changes *ch, const struct btns_change *c)
{
	print_path(ch, "! ", c);
	fprintf(ch->to, ": %s", reason(ch, c));
	if (c->trusted)
		fprintf(ch->to, "; iked %sTRUSTS%s it%s", out_red(ch->to),
		    out_plain(ch->to), c->want ? ", not the pin" : "");
	fputs("\n    there    ", ch->to);
	out_text(ch->to, c->note);
	putc('\n', ch->to);
	fixes(ch, c);
}

static void
promotion(char *out, size_t size, const struct changes *ch,
    const struct btns_change *c)
{
	char store[AGAIN];

	(void)snprintf(out, size, "btnsctl promote%s -F - %s",
	    again_store(store, ch->cli), c->path);
}

static const char *
or_null(const char *s)
{
	return *s == '\0' ? NULL : s;
}

static void
row(struct changes *ch, const struct btns_change *c, const char *hex)
{
	const char op[2] = { op_char[c->op], '\0' };
	bool there = !c->failed &&
	    (c->op == PLAN_FOREIGN || c->op == PLAN_ASIDE);
	char old[BTNS_FP_HEX], since[TIME_TEXT];
	struct btns_ident id;
	struct btns_err ignored;
	struct answers a;

	btns_fp_hex(old, &c->old_fp);
	answer(&a, ch, c);
	if (c->op == PLAN_UNSURE)
		promotion(a.drop, sizeof(a.drop), ch, c);
	out_str(&ch->out, c->failed ? "!" : op);
	out_str(&ch->out, btns_ident_parse(&id, c->path, &ignored) == 0 ?
	    c->path : NULL);
	out_str(&ch->out, c->path);
	out_str(&ch->out, hex);
	out_str(&ch->out, c->had_fp ? old : NULL);
	out_str(&ch->out, sa_text(c->sa));
	out_str(&ch->out, reason(ch, c));
	out_str(&ch->out, or_null(a.replace[0] != '\0' ? a.replace :
	    a.drop));
	out_str(&ch->out, there ? c->note : NULL);
	if (there)
		out_bool(&ch->out, c->trusted);
	else
		out_str(&ch->out, NULL);
	out_str(&ch->out, c->aside);
	out_str(&ch->out, c->failed ? op : NULL);
	out_str(&ch->out, or_null(a.keep));
	time_text(since, c->since);
	out_str(&ch->out, c->since == 0 ? NULL : since);
}

static void
unsure(const struct changes *ch, const struct btns_change *c,
    const char *fp)
{
	char age[24], command[COMMAND];

	time_age(age, time(NULL), c->since);
	promotion(command, sizeof(command), ch, c);
	fprintf(ch->to, "! %s: accepted %s ago, and nobody has compared its"
	    " key yet\n    key      %s\n    on the phone: %s\n", c->path, age,
	    fp, command);
}

static void
sa_note(const struct changes *ch, const struct btns_change *c)
{
	if (c->sa != BTNS_SA_UNKNOWN)
		fprintf(ch->to, "  (%s)", sa_text(c->sa));
	putc('\n', ch->to);
}

static void
moved(const struct changes *ch, const struct btns_change *c, const char *fp)
{
	print_path(ch, "! ", c);
	fprintf(ch->to, ": a %sREVOKED%s key %s in it%s%s\n    key      %s\n"
	    "    there    ", out_red(ch->to), out_plain(ch->to),
	    ch->dry ? "is" : "was", !c->trusted ? "" : ", and iked trust",
	    !c->trusted ? "" : ch->dry ? "s it" : "ed it", fp);
	out_text(ch->to, c->note);
	fprintf(ch->to, "\n    %s", ch->dry ? "would be moved aside" :
	    "moved to ");
	if (c->aside != NULL)
		out_text(ch->to, c->aside);
	sa_note(ch, c);
}

static void
table(const struct changes *ch, const struct btns_change *c)
{
	char fp[FP_SHORT];

	fp_short(fp, &c->fp);
	if (c->failed) {
		fprintf(ch->to, "! %c ", op_char[c->op]);
		out_text(ch->to, c->path);
		fputs(": ", ch->to);
		out_text(ch->to, c->note);
		putc('\n', ch->to);
	} else if (c->op == PLAN_FOREIGN)
		foreign(ch, c);
	else if (c->op == PLAN_ASIDE)
		moved(ch, c, fp);
	else if (c->op == PLAN_UNSURE)
		unsure(ch, c, fp);
	else if (c->op == PLAN_GONE) {
		print_path(ch, "= ", c);
		fputs(": gone\n", ch->to);
	} else {
		fprintf(ch->to, "%c ", op_char[c->op]);
		out_text(ch->to, c->path);
		fprintf(ch->to, "  %s", c->has_fp ? fp : "-");
		sa_note(ch, c);
	}
}

/* -q: news alone, but what failed each time. */
static bool
news(const struct changes *ch, const struct btns_change *c)
{
	return c->failed || c->op == PLAN_GONE || c->op == PLAN_ASIDE ||
	    (c->op == PLAN_FOREIGN && (!c->told || ch->dry)) ||
	    (c->op == PLAN_UNSURE && !c->told);
}

static void
print(const struct btns_change *c, void *arg)
{
	struct changes *ch = arg;
	bool rows = ch->cli->fmt != OUT_TABLE && ch->to == stdout;
	char hex[BTNS_FP_HEX];

	progress_end(&ch->progress);
	if (c->sa == BTNS_SA_UP)
		still_up(ch, c);
	if ((ch->cli->quiet || ch->to != stdout) && !news(ch, c))
		return;
	btns_fp_hex(hex, &c->fp);
	if (rows)
		row(ch, c, c->has_fp ? hex : NULL);
	else
		table(ch, c);
}

/* More would go than -m allows: a row that is about no path. */
static void
held(struct changes *ch, const struct btns_tally *t)
{
	char store[AGAIN], what[200], fix[AGAIN + 32];
	int i;

	if (ch->cli->quiet && t->told)
		return;
	(void)snprintf(what, sizeof(what), "%lu pins would go or change and"
	    " -m allows %lld; nothing %swas changed", t->held,
	    (long long)t->max, t->removed + t->aside > 0 ? "else " : "");
	(void)snprintf(fix, sizeof(fix), "btnsctl export%s -n",
	    again_store(store, ch->cli));
	if (ch->cli->fmt == OUT_TABLE) {
		fprintf(ch->to, "! export: %s\n    look:    %s\n", what, fix);
		return;
	}
	out_str(&ch->out, "!");
	for (i = 1; i < 6; i++)
		out_str(&ch->out, NULL);
	out_str(&ch->out, what);
	out_str(&ch->out, fix);
	for (i = 8; i < (int)(sizeof(cols) / sizeof(cols[0])); i++)
		out_str(&ch->out, NULL);
}

static void
at(size_t done, size_t all, void *arg)
{
	struct changes *ch = arg;

	progress_at(&ch->progress, done, all);
}

static int
export(const struct cli *cli, FILE *to, struct btns_pins *p,
    const struct btns_export *which, struct btns_err *e)
{
	struct btns_export how = *which;
	struct changes ch = { .cli = cli, .iked = btns_pins_iked(p),
	    .to = to, .dry = how.dry };
	struct btns_tally t;
	int rv;

	how.change = print;
	how.progress = at;
	how.arg = &ch;
	progress_begin(&ch.progress, cli, "export");

	out_begin(&ch.out, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	rv = btns_export(p, &how, &t, e);
	progress_end(&ch.progress);
	if (rv == -1)
		return -1;
	if (t.held > 0)
		held(&ch, &t);
	if (out_end(&ch.out, e) == -1)
		return -1;
	if (t.failed + t.up > 0)
		return CLI_TROUBLE;
	/* A decision whose key was moved aside has done what it should. */
	if (t.foreign + t.held > 0 || (t.aside > 0 && how.only == NULL))
		return CLI_NO;
	return how.dry && t.added + t.changed + t.removed > 0 ? CLI_NO :
	    CLI_YES;
}

int
changes_export(const struct cli *cli, struct btns_pins *p,
    const struct btns_export *which, struct btns_err *e)
{
	return export(cli, stdout, p, which, e);
}

int
changes_decided(const struct cli *cli, struct btns_pins *p,
    const struct btns_ident *id, size_t n, unsigned flags, const char *done,
    struct btns_err *e)
{
	static const struct btns_ident none;
	struct btns_export how = { .only = n == 0 ? &none : id, .nonly = n,
	    .hunt = (flags & CHANGES_HUNT) != 0, .max = BTNS_MAX_NONE };
	bool beside = (flags & CHANGES_BESIDE) != 0 && cli->fmt != OUT_TABLE;
	int rv = export(cli, beside ? stderr : stdout, p, &how, e);

	if (rv != -1 || ferror(stdout))
		return rv;		/* not printed, but done */
	/* The decision stands: what is left is trouble, never a plain no. */
	if (cli_status(e->code) == CLI_NO)
		e->code = BTNS_E_STORE;
	if (e->code == BTNS_E_IKED) {	/* all files are written */
		btns_fail_more(e, "; a tunnel may still be up, and once it"
		    " answers this ends it: btnsctl export");
		return btns_fail_at(e, "done in the store and in iked's tree");
	}
	btns_fail_more(e, "; mend it, then: btnsctl export");
	return btns_fail_at(e, "%s", done);
}
