#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../session.h"
#include "btnsctl.h"

static const struct out_col cols[] = {
	{ "name", "NAME", 14 }, { "value", "VALUE", 34 },
	{ "until", "UNTIL", 0 }, { "default", NULL, 0 },
	{ "about", NULL, 0 },
};

struct settings {
	struct out	 out;
	const char	*only;
};

static int
print(const struct btns_setting *s, void *arg)
{
	struct settings *w = arg;
	char until[TIME_TEXT];

	if (w->only != NULL && strcmp(w->only, s->name) != 0)
		return 0;
	time_text(until, s->ends);
	out_str(&w->out, s->name);
	out_str(&w->out, s->value[0] == '\0' ? NULL : s->value);
	out_str(&w->out, s->ends == 0 ? NULL : until);
	out_str(&w->out, s->standard[0] == '\0' ? NULL : s->standard);
	out_str(&w->out, s->about);
	return 0;
}

static int
show(const struct cli *cli, struct btns_pins *p, const char *only,
    struct btns_err *e)
{
	char value[BTNS_SETTING_MAX];
	struct settings w = { .only = only };

	if (only != NULL && btns_setting_get(p, only, value, e) == -1)
		return -1;
	if (only != NULL && cli->fmt == OUT_TABLE) {
		out_text(stdout, value);
		putchar('\n');
		return CLI_YES;
	}
	out_begin(&w.out, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	return btns_settings_each(p, print, &w, e) == -1 ||
	    out_end(&w.out, e) == -1 ? -1 : CLI_YES;
}

static void
say_value(const char *name, const char *value, int64_t ends,
    const char *tofu, const char *who)
{
	char until[TIME_TEXT];

	time_text(until, ends);
	printf("%s = %s%s%s", name, value[0] == '\0' ? "(nothing)" : value,
	    ends == 0 ? "" : " until ", ends == 0 ? "" : until);
	if (strcmp(name, "tofu") == 0 && strcmp(tofu, "accept-new") == 0)
		printf(", for %s", who[0] == '\0' ? "nobody: accept-for is"
		    " empty" : who);
	putchar('\n');
}

/* Who gets in by it?  Beside a row that is said on standard error. */
static int
say(const struct cli *cli, struct btns_pins *p, const char *name,
    int64_t ends, struct btns_err *e)
{
	FILE *to = cli->fmt == OUT_TABLE ? stdout : stderr;
	char value[BTNS_SETTING_MAX], tofu[BTNS_SETTING_MAX];
	char who[BTNS_SETTING_MAX], again[AGAIN];

	if (btns_setting_get(p, name, value, e) == -1 ||
	    btns_setting_get(p, "tofu", tofu, e) == -1 ||
	    btns_setting_get(p, "accept-for", who, e) == -1)
		return -1;
	if (cli->fmt == OUT_TABLE)
		say_value(name, value, ends, tofu, who);
	if ((strcmp(name, "tofu") != 0 && strcmp(name, "accept-for") != 0) ||
	    strcmp(tofu, "accept-new") != 0 || who[0] == '\0')
		return CLI_YES;
	fprintf(to, "WARNING: %s whoever claims such a name first gets a"
	    " tunnel.\nCompare every fingerprint afterwards: btnsctl"
	    " review%s\n", ends == 0 ? "from now on" : "until then,",
	    again_store(again, cli));
	return CLI_YES;
}

/* Turned off, what was let in stays: how is it withdrawn? */
static int
was_accepting(struct btns_pins *p, bool *was, struct btns_err *e)
{
	char tofu[BTNS_SETTING_MAX];

	if (btns_setting_get(p, "tofu", tofu, e) == -1)
		return -1;
	*was = strcmp(tofu, "accept-new") == 0;
	return 0;
}

static int
set(const struct cli *cli, struct btns_pins *p, const struct cli_args *a,
    struct btns_err *e)
{
	struct btns_counts n;
	int64_t ends = 0;
	char again[AGAIN];
	bool before, after;

	if (a->opt['t'] != NULL) {
		if (btns_duration(&ends, a->opt['t'], e) == -1)
			return -1;
		ends += time(NULL);
	}
	if (was_accepting(p, &before, e) == -1 ||
	    btns_setting_set(p, a->argv[0], a->argv[1], ends, e) == -1 ||
	    was_accepting(p, &after, e) == -1 ||
	    btns_pins_count(p, &n, e) == -1)
		return -1;
	if (cli->quiet)
		return CLI_YES;
	if ((cli->fmt != OUT_TABLE && show(cli, p, a->argv[0], e) == -1) ||
	    say(cli, p, a->argv[0], ends, e) == -1)
		return -1;
	if (before && !after && n.accepted > 0)
		fprintf(cli->fmt == OUT_TABLE ? stdout : stderr,
		    "%lld accepted key%s stay%s in the tree; to withdraw"
		    " one: btnsctl forget%s identity\n",
		    (long long)n.accepted, n.accepted == 1 ? "" : "s",
		    n.accepted == 1 ? "s" : "", again_store(again, cli));
	return CLI_YES;
}

int
ctl_set(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct btns_pins *p;
	int rv;

	if (a->opt['t'] != NULL && a->argc < 2)
		return cli_usage(e, "-t needs a name and a value");
	if (session_open(&p, cli, e) == -1)
		return -1;
	rv = a->argc == 2 ? set(cli, p, a, e) :
	    show(cli, p, a->argc == 1 ? a->argv[0] : NULL, e);
	btns_pins_close(p);
	return rv;
}
