#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../lib/explain.h"
#include "../session.h"
#include "btnsctl.h"

static const struct out_col cols[] = {
	{ .key = "result" }, { .key = "identity" }, { .key = "cause" },
	{ .key = "path" }, { .key = "there" }, { .key = "fingerprint" },
	{ .key = "live_fingerprint" }, { .key = "policy" },
	{ .key = "refusals" }, { .key = "last_refused" },
	{ .key = "address" }, { .key = "fix" },
};

#define COMMAND	(AGAIN + 2 * BTNS_KNOCK_ID + 64)

/* What is likely, in words, and what changes it. */
struct likely {
	const char	*word;		/* of JSON */
	const char	*text;
	char		 where[64];	/* "There, in iked.conf" */
	char		 fix[COMMAND];
};

/* What a command is about. */
enum about { NOTHING, NAME, FILE_THERE };

static const struct {
	const char	*word, *text, *verb;
	enum about	 about;
	const char	*after;
} causes[] = {
	[EXPLAIN_WELL] = { "well", NULL, NULL, NOTHING, "" },
	[EXPLAIN_REVOKED_FILE] = { "revoked-file", "a REVOKED key lies"
	    " there, and iked TRUSTS it.", "btnsctl export", NOTHING, "" },
	[EXPLAIN_STALE] = { "stale", "the tree is not what the store says.",
	    "btnsctl export", NOTHING, "" },
	[EXPLAIN_FOREIGN] = { "foreign", "somebody put the file there: no"
	    " pin of the store says so.", "btnsctl import -n", FILE_THERE,
	    "" },
	[EXPLAIN_OTHER_KEY] = { "other-key", "it has another key now, or"
	    " someone stands in its place.", "btnsctl check -F -", NAME, "" },
	[EXPLAIN_BLIND] = { "blind", "iked can't read the file.",
	    "btnsctl doctor", NOTHING, "" },
	[EXPLAIN_SHORT_NAME] = { "short-name", "the peer sends its short"
	    " host name.", NULL, NOTHING, "" },
	[EXPLAIN_SPELLING] = { "spelling", "the peer spells its name"
	    " otherwise than it is pinned.", NULL, NOTHING, "" },
	[EXPLAIN_LEARNED] = { "learned", "a key was learned, and nobody"
	    " vouched for it.", "btnsctl promote -F -", NAME, "" },
	[EXPLAIN_REVOKED] = { "revoked", "its key was revoked, and no other"
	    " is pinned.", "btnskey pin", NAME, " FILE" },
	[EXPLAIN_PAST] = { "past", "the key that it had was taken back.",
	    "btnskey pin", NAME, " FILE" },
	[EXPLAIN_STRANGER] = { "stranger", "nobody pinned a key of it here.",
	    "btnskey pin", NAME, " FILE" },
	[EXPLAIN_POLICY] = { "policy", "no policy of iked.conf is for it.",
	    NULL, NOTHING, "" },
};

static void
command(char out[COMMAND], const struct explain *x, const struct cli *cli)
{
	enum about about = causes[x->cause].about;
	char store[AGAIN], word[2 * BTNS_KNOCK_ID] = "";

	if (about != NOTHING)
		(void)sh_word(word, sizeof(word), about == NAME ? x->name :
		    x->path);
	(void)snprintf(out, COMMAND, "%s%s%s%s%s", causes[x->cause].verb,
	    again_store(store, cli), *word == '\0' ? "" : " ", word,
	    causes[x->cause].after);
}

static void
guess(struct likely *l, const struct explain *x, const struct cli *cli)
{
	l->word = causes[x->cause].word;
	l->text = x->pinnable ? causes[x->cause].text :
	    "no pin can be of such a name.";
	l->where[0] = l->fix[0] = '\0';
	if (x->cause == EXPLAIN_POLICY) {
		(void)snprintf(l->where, sizeof(l->where), "In iked.conf");
		(void)snprintf(l->fix, sizeof(l->fix), "dstid %s",
		    x->ident.value);
	} else if (x->meant != NULL) {
		(void)snprintf(l->where, sizeof(l->where), "There, in"
		    " iked.conf");
		(void)snprintf(l->fix, sizeof(l->fix), "srcid %s",
		    x->meant->ident.value);
	} else if (x->pinnable && causes[x->cause].verb != NULL)
		command(l->fix, x, cli);
}

static const char *
file_text(const struct explain *x)
{
	switch (x->file) {
	case EXPLAIN_NOTHING:
		return "no such file";
	case EXPLAIN_NO_KEY:
		return "no key in it that iked takes";
	case EXPLAIN_UNFIT:
		return "a key that iked may take, of a kind that no pin can be";
	case EXPLAIN_CLOSED:
		return "unreadable for iked";
	case EXPLAIN_UNSEEN:
		return "can't be looked at";
	case EXPLAIN_KEY:
		break;
	}
	return x->keyname;
}

static void
say_file(const struct explain *x)
{
	char fp[FP_SHORT];

	fputs("    iked opens  ", stdout);
	out_text(stdout, x->path);
	printf("\n                (%s", file_text(x));
	if (x->file == EXPLAIN_KEY) {
		fp_short(fp, &x->fp);
		printf(" %s", fp);
	}
	if (x->why_file[0] != '\0') {
		fputs(": ", stdout);
		out_text(stdout, x->why_file);
	}
	printf("%s)\n", x->link ? ", behind a symbolic link" : "");
}

/* The bindings, one a line. */
struct say {
	int		 n;
	time_t		 now;
};

static int
say_binding(const struct btns_pin *pin, void *arg)
{
	struct say *s = arg;
	char fp[FP_SHORT], since[TIME_TEXT], age[24];

	fp_short(fp, &pin->fp);
	time_text(since, pin->since);
	printf("    %-10s  %s%s %s since %.10s", s->n++ == 0 ? "the store" :
	    "", pin->state, pin->revoked ? ", REVOKED," : "", fp, since);
	if (pin->evidence != NULL)
		printf(" (%s)", pin->evidence);
	time_age(age, s->now, pin->last_seen);
	if (pin->live)
		printf(pin->last_seen == 0 ? ", never seen" :
		    ", seen %s ago", age);
	putchar('\n');
	return 0;
}

static void
say_alike(const struct explain *x, time_t now)
{
	char name[BTNS_ID_PRINT], age[24];
	unsigned i;

	for (i = 0; i < x->nalike; i++) {
		const struct explain_alike *a = &x->alike[i];

		btns_ident_print(name, &a->ident);
		time_age(age, now, a->seen);
		printf("    %-10s  %s, %s", i == 0 ? "alike" : "", name,
		    a->live ? "pinned" : "not pinned");
		if (a->live)
			printf(a->seen == 0 ? ", never seen" :
			    ", seen %s ago", age);
		putchar('\n');
	}
}

static void
say_knocks(const struct explain *x)
{
	char first[TIME_TEXT];

	if (x->times == 0)
		return;
	time_text(first, x->first);
	printf("    knocks      %lld %s since %s", (long long)x->times,
	    x->times == 1 ? "time" : "times", first);
	if (x->address[0] != '\0') {
		fputs(x->addresses ? ",\n                last from " :
		    ", from ", stdout);
		out_text(stdout, x->address);
	}
	putchar('\n');
}

static void
say_policy(const struct explain *x)
{
	fputs("    policy      ", stdout);
	if (x->policy == EXPLAIN_NO_CONF)
		out_text(stdout, x->why_conf);
	else if (x->policy_name[0] == '\0')
		fputs("none is for this name, and none for any", stdout);
	else {
		putchar('"');
		out_text(stdout, x->policy_name);
		fputs("\", ", stdout);
		out_text(stdout, x->policy_at);
		fputs(x->policy_dstid[0] == '\0' ? ", no dstid: for any pinned"
		    " peer" : ", dstid ", stdout);
		out_text(stdout, x->policy_dstid);
	}
	putchar('\n');
}

static const char *
verdict(const struct explain *x)
{
	if (x->in)
		return "let in with one key, REFUSED with any other";
	if (x->file == EXPLAIN_KEY)
		return "REFUSED with any key: no policy is for it";
	if (x->file == EXPLAIN_NOTHING)
		return "REFUSED with any key: iked has no file of that name";
	if (x->file == EXPLAIN_UNSEEN)
		return "this user can't see what iked has";
	return "REFUSED with any key: iked takes none from its file";
}

static int
say(const struct explain *x, const struct likely *l, struct btns_pins *p,
    struct btns_err *e)
{
	struct say s = { 0, time(NULL) };
	char v[BTNS_SETTING_MAX];

	out_text(stdout, x->name);
	printf(": %s\n", verdict(x));
	if (x->pinnable) {
		say_file(x);
		if (btns_pins_of(p, &x->ident, say_binding, &s, e) == -1)
			return -1;
		if (s.n == 0)
			puts("    the store   has nothing under this"
			    " identity");
		say_alike(x, s.now);
	}
	say_knocks(x);
	if (x->pinnable) {
		say_policy(x);
		if (btns_setting_get(p, "fp-tree", v, e) == -1)
			return -1;
		if (strcmp(v, "off") != 0)
			puts("    then        an iked with the BTNS lookup goes"
			    " on to pubkeys/fp only if the\n"
			    "                name has no file; then to a"
			    " wildcard, which btnsctl never writes");
	}
	if (l->text != NULL)
		printf("Likely: %s%s%s%s\n", l->text, l->where[0] == '\0' ?
		    "" : "  ", l->where, l->where[0] == '\0' ? "" : ":");
	if (l->fix[0] != '\0')
		printf("    %s\n", l->fix);
	return 0;
}

static void
row(struct out *o, const struct explain *x, const struct likely *l)
{
	char there[BTNS_FP_HEX], live[BTNS_FP_HEX], last[TIME_TEXT];

	btns_fp_hex(there, &x->fp);
	btns_fp_hex(live, &x->live_fp);
	time_text(last, x->last);
	out_str(o, x->in ? "let in" : x->file == EXPLAIN_UNSEEN ? "unknown" :
	    "refused");
	out_str(o, x->name);
	out_str(o, l->word);
	out_str(o, x->pinnable ? x->path : NULL);
	out_str(o, file_text(x));
	out_str(o, x->file == EXPLAIN_KEY ? there : NULL);
	out_str(o, x->live ? live : NULL);
	out_str(o, x->policy_name[0] == '\0' ? NULL : x->policy_name);
	out_int(o, x->times);
	out_str(o, x->times == 0 ? NULL : last);
	out_str(o, x->address[0] == '\0' ? NULL : x->address);
	out_str(o, l->fix[0] == '\0' ? NULL : l->fix);
}

static int
peer(struct cli *cli, struct btns_pins *p, const char *name,
    struct btns_err *e)
{
	struct explain x = { .in = false };
	struct likely l;
	struct out o;

	if (btns_explain(&x, p, name, e) == -1)
		return -1;
	guess(&l, &x, cli);
	out_begin(&o, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	if (cli->fmt != OUT_TABLE)
		row(&o, &x, &l);
	else if (!cli->quiet && say(&x, &l, p, e) == -1)
		return -1;
	if (out_end(&o, e) == -1)
		return -1;
	return x.in ? CLI_YES : x.file == EXPLAIN_UNSEEN && x.pinnable ?
	    CLI_TROUBLE : CLI_NO;
}

/* --- this host */

static const struct out_col self_cols[] = {
	{ .key = "identity" }, { .key = "origin" }, { .key = "short" },
};

struct host {
	const struct cli *cli;
	struct out	 out;
	int		 n;
};

static int
self(const struct explain_self *s, void *arg)
{
	struct host *h = arg;
	char name[BTNS_ID_PRINT];

	btns_ident_print(name, &s->ident);
	h->n++;
	if (h->cli->fmt != OUT_TABLE) {
		out_str(&h->out, name);
		out_str(&h->out, s->conf ? "srcid" : "host name");
		out_bool(&h->out, s->short_name);
		return 0;
	}
	printf("This host tells its peers that it is  %s\n", name);
	if (s->conf)
		puts("    by srcid in iked.conf");
	else
		printf("    the host name%s; iked.conf sets no srcid\n",
		    s->short_name ? ", without a dot" : "");
	if (s->short_name)
		printf("A peer that expects %s and its domain refuses it."
		    "  Either\n    here   in iked.conf: srcid %s.DOMAIN\n",
		    s->ident.value, s->ident.value);
	printf("    there  btnskey pin %s local.pub\n", s->ident.value);
	return 0;
}

static int
host(struct cli *cli, struct btns_pins *p, struct btns_err *e)
{
	struct host h = { .cli = cli };

	out_begin(&h.out, cli->fmt, self_cols,
	    sizeof(self_cols) / sizeof(self_cols[0]));
	if (btns_explain_self(p, self, &h, e) == -1)
		return -1;
	if (h.n == 0 && cli->fmt == OUT_TABLE)
		puts("No pin can be of the name that this host goes by: set"
		    " srcid in iked.conf");
	if (out_end(&h.out, e) == -1)
		return -1;
	return h.n > 0 ? CLI_YES : CLI_NO;
}

int
ctl_explain(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct btns_pins *p;
	int rv;

	if (session_open(&p, cli, e) == -1)
		return -1;
	rv = a->argc > 0 ? peer(cli, p, a->argv[0], e) : host(cli, p, e);
	btns_pins_close(p);
	return rv;
}
