#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../lib/err.h"
#include "../../lib/observe.h"
#include "../../lib/pins.h"
#include "../session.h"
#include "btnsctl.h"

static const struct out_col cols[] = {
	{ .key = "op" }, { .key = "identity" }, { .key = "cause" },
	{ .key = "address" }, { .key = "first_seen" },
	{ .key = "last_seen" }, { .key = "times" }, { .key = "verified" },
	{ .key = "fingerprint" }, { .key = "fix" },
};

struct observing {
	const struct cli *cli;
	struct out	 out;
	struct btns_pins *pins;
	const struct btns_refusal *r;	/* the one that is being told */
	char		 last[BTNS_KNOCK_ID];	/* whose alarm was told last */
	struct btns_err	 why;		/* one could not be told whole */
};

static volatile int stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* What is exported for it, as long as it is what was exported then. */
static int
pinned(const struct btns_pin *pin, void *arg)
{
	const struct observing *o = arg;
	char fp[FP_SHORT], since[TIME_TEXT], by[4 * BTNS_WHO_MAX];

	if (!pin->live || memcmp(&pin->fp, &o->r->knock.fp,
	    sizeof(pin->fp)) != 0)
		return 0;
	fp_short(fp, &pin->fp);
	time_text(since, pin->since);
	out_escape(by, sizeof(by), pin->login);
	printf("    %-8s %s since %.10s, by %s%s%s%s\n", pin->state, fp,
	    since, by, pin->evidence == NULL ? "" : " (",
	    pin->evidence == NULL ? "" : pin->evidence,
	    pin->evidence == NULL ? "" : ")");
	return 1;
}

static void
from(const struct btns_knock *k)
{
	char first[TIME_TEXT], last[TIME_TEXT];

	time_text(first, k->first_seen);
	time_text(last, k->last_seen);
	fputs("    from     ", stdout);
	out_text(stdout, k->address[0] == '\0' ? "an unknown address" :
	    k->address);
	printf(", %lld %s, %s", (long long)k->times,
	    k->times == 1 ? "time" : "times", first);
	if (strncmp(first, last, 10) != 0)
		printf(" to %s", last);
	else if (k->first_seen != k->last_seen)
		printf(" to %s", last + 11);
	putchar('\n');
}

static void
fix(char *buf, size_t size, const struct observing *o)
{
	char store[AGAIN], word[2 * BTNS_KNOCK_ID];

	buf[0] = '\0';
	if (o->r->knock.cause == BTNS_UNREAD)
		(void)snprintf(buf, size, "btnsctl doctor%s",
		    again_store(store, o->cli));
	else if (sh_word(word, sizeof(word), o->r->knock.identity))
		(void)snprintf(buf, size, "btnsctl explain%s %s",
		    again_store(store, o->cli), word);
}

static void
alarm_text(struct observing *o, const char *command)
{
	const struct btns_knock *k = &o->r->knock;
	struct btns_err e;
	char fp[FP_SHORT];
	int rv;

	if (strcmp(o->last, k->identity) != 0) {
		printf("! ");
		out_text(stdout, k->identity);
		puts(k->cause == BTNS_UNREAD ? ": iked could NOT READ the"
		    " file of its key" : ": ANOTHER KEY than the pin was"
		    " offered, and refused");
		fp_short(fp, &k->fp);
		rv = btns_pins_of(o->pins, &o->r->ident, pinned, o, &e);
		if (rv == 0)
			printf("    then     %s was exported\n", fp);
		else if (rv == -1)
			o->why = e;
		if (k->cause == BTNS_ANOTHER)
			puts("    offered  unknown, iked logs no keys");
	}
	from(k);
	if (k->verified < k->times)
		puts("    log      unverified: any local user can write such"
		    " lines");
	printf("    look:    %s\n", command);
}

static void
row(struct observing *o, const char *command)
{
	const struct btns_knock *k = &o->r->knock;
	char hex[BTNS_FP_HEX], first[TIME_TEXT], last[TIME_TEXT];

	btns_fp_hex(hex, &k->fp);
	time_text(first, k->first_seen);
	time_text(last, k->last_seen);
	out_str(&o->out, k->cause == BTNS_UNKNOWN ? "?" : "!");
	out_str(&o->out, k->identity);
	out_str(&o->out, btns_cause_name(k->cause));
	out_str(&o->out, k->address[0] == '\0' ? NULL : k->address);
	out_str(&o->out, first);
	out_str(&o->out, last);
	out_int(&o->out, k->times);
	out_int(&o->out, k->verified);
	out_str(&o->out, k->has_fp ? hex : NULL);
	out_str(&o->out, command[0] == '\0' ? NULL : command);
}

static void
refusal(const struct btns_refusal *r, void *arg)
{
	struct observing *o = arg;
	char command[2 * BTNS_KNOCK_ID + AGAIN + 32];
	bool known = r->knock.cause != BTNS_UNKNOWN;

	/* -q: one alarm an identity and a day, with all its addresses. */
	if (o->cli->quiet && (!known || (!r->first &&
	    strcmp(o->last, r->knock.identity) != 0)))
		return;
	o->r = r;
	fix(command, sizeof(command), o);
	if (o->cli->fmt != OUT_TABLE)
		row(o, command);
	else if (known)
		alarm_text(o, command);
	else {
		printf("? ");
		out_text(stdout, r->knock.identity);
		puts(": REFUSED, and unknown here");
		from(&r->knock);
	}
	(void)snprintf(o->last, sizeof(o->last), "%s", known ?
	    r->knock.identity : "");
	(void)fflush(stdout);
}

static void
summary(const struct btns_observe *b)
{
	printf("observe: %llu unknown, %llu alarm%s, %llu sighting%s of pins"
	    " and accepted keys\n", (unsigned long long)b->knocks,
	    (unsigned long long)b->alarms, b->alarms == 1 ? "" : "s",
	    (unsigned long long)b->seen, b->seen == 1 ? "" : "s");
	if (b->others > 0)
		printf("observe: %llu came in without one: a CA, a certificate"
		    " or a PSK?\n", (unsigned long long)b->others);
	if (b->dropped > 0)
		printf("observe: %llu more under too many names, not kept\n",
		    (unsigned long long)b->dropped);
}

static int
read_logs(const struct cli_args *a, struct observer *w, struct btns_err *e)
{
	int i, rv;

	if (a->opt['f'] != NULL)
		return btns_observe_follow(w, a->argc == 0 ?
		    btns_observe_default() : a->argv[0], &stop, e);
	rv = a->argc > 0 ? 0 : btns_observe(w, btns_observe_default(), e);
	for (i = 0; i < a->argc && rv == 0; i++)
		rv = btns_observe(w, a->argv[i], e);
	return rv;
}

int
ctl_observe(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	const struct sigaction sa = { .sa_handler = on_signal };
	struct observing o = { .cli = cli };
	struct btns_observe b = { .refusal = refusal, .arg = &o };
	struct observer *w = NULL;
	int rv;

	if (a->opt['f'] != NULL && a->argc > 1)
		return cli_usage(e, "-f takes one file");
	if (session_open(&o.pins, cli, e) == -1)
		return -1;
	b.pins = o.pins;
	if (a->opt['f'] != NULL) {
		(void)sigaction(SIGINT, &sa, NULL);
		(void)sigaction(SIGTERM, &sa, NULL);
	}
	out_begin(&o.out, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	rv = btns_observer_new(&w, &b, e);
	if (rv == 0)
		rv = read_logs(a, w, e);
	if (rv == 0 && cli->fmt == OUT_TABLE && !cli->quiet)
		summary(&b);
	btns_observer_free(w);
	btns_pins_close(o.pins);
	if (rv == 0 && o.why.code != BTNS_OK) {
		*e = o.why;
		rv = -1;
	}
	if (rv == 0)
		rv = out_end(&o.out, e);
	return rv == -1 ? -1 : b.alarms > 0 ? CLI_NO : CLI_YES;
}
