#include <stdio.h>

#include "../../lib/export.h"
#include "../session.h"
#include "btnsctl.h"

static const struct out_col cols[] = {
	{ .key = "metric" }, { .key = "label" }, { .key = "value" },
};

enum {
	PINNED, ACCEPTED, LEARNED, REJECTED, RETIRED, REVOKED, CONFLICTS,
	UNCOMPARED, EXPORTED, SEQ, AT, LAG, ADD, CHANGE, REMOVE, ASIDE,
	FOREIGN, TRUSTED, OTHER, STRAY, UNKNOWN, ANOTHER, UNREAD, CAME, SAMPLES
};

/*
 * Samples in the order they are printed; help stands at a metric's first.
 * Nothing here is what a peer or a file chose.
 */
static const struct sample {
	const char	*metric, *key, *label, *help;
} samples[SAMPLES] = {
	[PINNED] = { "btns_bindings", "state", "pinned",
	    "Bindings of an identity and a key, by state." },
	[ACCEPTED] = { "btns_bindings", "state", "accepted", NULL },
	[LEARNED] = { "btns_bindings", "state", "learned", NULL },
	[REJECTED] = { "btns_bindings", "state", "rejected", NULL },
	[RETIRED] = { "btns_bindings", "state", "retired", NULL },
	[REVOKED] = { "btns_revoked_keys", NULL, NULL,
	    "Keys that are never used again." },
	[CONFLICTS] = { "btns_conflicts", NULL, NULL,
	    "Identities with a learned key beside another one." },
	[UNCOMPARED] = { "btns_uncompared_keys", NULL, NULL,
	    "Accepted keys that nobody compared within accept-confirm." },
	[EXPORTED] = { "btns_exported_files", NULL, NULL,
	    "Files in iked's tree that were written from the store." },
	[SEQ] = { "btns_last_event_seq", NULL, NULL,
	    "Number of the history's last event." },
	[AT] = { "btns_last_event_time_seconds", NULL, NULL,
	    "When that was, in seconds since 1970." },
	[LAG] = { "btns_head_lag", NULL, NULL,
	    "Events that the head file lacks; below 0: events are missing." },
	[ADD] = { "btns_drift", "op", "add",
	    "What an export would do to the tree, or report, by kind." },
	[CHANGE] = { "btns_drift", "op", "change", NULL },
	[REMOVE] = { "btns_drift", "op", "remove", NULL },
	[ASIDE] = { "btns_drift", "op", "aside", NULL },
	[FOREIGN] = { "btns_drift", "op", "foreign", NULL },
	[TRUSTED] = { "btns_foreign_files", "kind", "trusted",
	    "The foreign ones: iked trusts it, another, or a stray key." },
	[OTHER] = { "btns_foreign_files", "kind", "other", NULL },
	[STRAY] = { "btns_foreign_files", "kind", "stray", NULL },
	[UNKNOWN] = { "btns_refusals", "cause", "unknown",
	    "Refused peers that observe keeps, how often, by cause." },
	[ANOTHER] = { "btns_refusals", "cause", "another", NULL },
	[UNREAD] = { "btns_refusals", "cause", "unread", NULL },
	[CAME] = { "btns_last_export_time_seconds", NULL, NULL,
	    "When an export of the whole tree came through; 0: never." },
};

static void
change(const struct btns_change *c, void *arg)
{
	static const int sample[] = { [PLAN_REMOVE] = REMOVE,
	    [PLAN_CHANGE] = CHANGE, [PLAN_ADD] = ADD,
	    [PLAN_FOREIGN] = FOREIGN, [PLAN_ASIDE] = ASIDE };
	int64_t *v = arg;

	if (c->op < PLAN_REMOVE || c->op > PLAN_ASIDE)
		return;
	v[sample[c->op]]++;
	if (c->op == PLAN_FOREIGN)
		v[c->stray ? STRAY : c->trusted ? TRUSTED : OTHER]++;
}

static int
collect(int64_t v[SAMPLES], struct btns_pins *p, struct btns_err *e)
{
	struct btns_export how = { .dry = true, .max = BTNS_MAX_NONE,
	    .change = change, .arg = v };
	struct btns_stats n;
	struct btns_tally unused;
	int64_t last, head;

	if (btns_pins_stats(p, &n, e) == -1 ||
	    btns_head_lag(p, &last, &head, e) == -1 ||
	    btns_pins_exported_at(p, &v[CAME], e) == -1 ||
	    btns_export(p, &how, &unused, e) == -1)
		return -1;
	v[PINNED] = n.pinned;
	v[ACCEPTED] = n.accepted;
	v[LEARNED] = n.learned;
	v[REJECTED] = n.rejected;
	v[RETIRED] = n.retired;
	v[REVOKED] = n.revoked;
	v[CONFLICTS] = n.conflicts;
	v[UNCOMPARED] = n.uncompared;
	v[EXPORTED] = n.exported;
	v[SEQ] = n.seq;
	v[AT] = n.at;
	v[LAG] = last - head;
	v[UNKNOWN] = n.unknown;
	v[ANOTHER] = n.another;
	v[UNREAD] = n.unread;
	return 0;
}

/* Prometheus' text format, version 0.0.4. */
static void
text(const struct sample *s, int64_t v)
{
	if (s->help != NULL)
		printf("# HELP %s %s\n# TYPE %s gauge\n", s->metric, s->help,
		    s->metric);
	if (s->key == NULL)
		printf("%s %lld\n", s->metric, (long long)v);
	else
		printf("%s{%s=\"%s\"} %lld\n", s->metric, s->key, s->label,
		    (long long)v);
}

static int
print(const struct cli *cli, const int64_t v[SAMPLES], struct btns_err *e)
{
	struct out o;
	int i;

	out_begin(&o, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	for (i = 0; i < SAMPLES; i++) {
		if (cli->fmt == OUT_TABLE) {
			text(&samples[i], v[i]);
			continue;
		}
		out_str(&o, samples[i].metric);
		out_str(&o, samples[i].label);
		out_int(&o, v[i]);
	}
	return out_end(&o, e);
}

/* Everything is known before the first line: half of it would mislead. */
int
ctl_stats(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	int64_t v[SAMPLES] = { 0 };
	struct btns_pins *p;
	int rv;

	(void)a;
	if (session_open(&p, cli, e) == -1)
		return -1;
	rv = collect(v, p, e);
	btns_pins_close(p);
	if (rv == 0)
		return print(cli, v, e);
	/* Another store's tree is no answer to what was asked. */
	if (cli_status(e->code) == CLI_NO)
		e->code = BTNS_E_STORE;
	return -1;
}
