/* What was left open, the history's anchors, and what drifts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_priv.h"
#include "when.h"

/* --- settings that let in, or end */

static int
say_open(const struct btns_setting *s, void *arg)
{
	struct doctor *d = arg;

	if (strcmp(s->name, "tofu") == 0 &&
	    strcmp(s->value, "accept-new") == 0 && s->ends == 0)
		doctor_say(d, "tofu", &(struct doctor_fix){ "btnsctl set tofu"
		    " ask", NULL, NULL }, "accept-new without an end: whoever"
		    " claims an expected name first gets in");
	return 0;
}

static int
check_open(struct doctor *d, struct btns_err *e)
{
	return d->how->pins == NULL ? 0 :
	    btns_settings_each(d->how->pins, say_open, d, e);
}

static int
say_ends(const struct btns_setting *s, void *arg)
{
	char until[BTNS_TIME];

	if (s->ends == 0)
		return 0;
	btns_time_text(until, s->ends);
	doctor_say(arg, s->name, NULL, "%s until %s%s", s->value[0] == '\0' ?
	    "(nothing)" : s->value, until, strcmp(s->value, "accept-new") ==
	    0 ? ": whoever claims an expected name first gets in" : "");
	return 0;
}

static int
check_ends(struct doctor *d, struct btns_err *e)
{
	return d->how->pins == NULL ? 0 :
	    btns_settings_each(d->how->pins, say_ends, d, e);
}

/* --- the history's anchors */

static int
check_head(struct doctor *d, struct btns_err *e)
{
	struct doctor_fix fix = { "btnsctl verify", NULL, NULL };
	int64_t last, head;

	if (d->how->pins == NULL)
		return 0;
	if (btns_head_lag(d->how->pins, &last, &head, e) == -1) {
		if (e->code != BTNS_E_STORE)
			return -1;
		doctor_say(d, "history", &fix, "%s", e->msg);
	} else if (head == 0)
		doctor_say(d, "history", &fix, "the head file is missing:"
		    " events cut off its end would not be missed");
	else if (head > last)
		doctor_say(d, "history", &fix, "events %lld to %lld, which"
		    " the head file knows, are MISSING", (long long)last + 1,
		    (long long)head);
	else if (head < last)
		doctor_say(d, "history", &fix, "the head file is %lld event%s"
		    " behind", (long long)(last - head), last - head == 1 ?
		    "" : "s");
	return 0;
}

static int
check_syslog(struct doctor *d, struct btns_err *e)
{
	char v[BTNS_SETTING_MAX];

	if (d->how->pins == NULL)
		return 0;
	if (btns_setting_get(d->how->pins, "syslog", v, e) == -1)
		return -1;
	if (strcmp(v, "off") == 0)
		doctor_say(d, "syslog", &(struct doctor_fix){ "btnsctl set"
		    " syslog on", NULL, NULL }, "off: no head of the history"
		    " is kept elsewhere");
	return 0;
}

/* --- drift: what an export would do */

static void
keep(const struct btns_change *c, void *arg)
{
	struct doctor *d = arg;
	struct doctor_change *more;

	if (c->op == PLAN_NONE || c->op == PLAN_GONE ||
	    c->op == PLAN_UNSURE || c->stray)
		return;
	if ((more = reallocarray(d->change, d->nchange + 1,
	    sizeof(*more))) == NULL) {
		d->nomem = true;
		return;
	}
	d->change = more;
	more += d->nchange;
	*more = (struct doctor_change){ c->op, strdup(c->path), c->trusted };
	if (more->path == NULL)
		d->nomem = true;
	else
		d->nchange++;
}

static int
check_drift(struct doctor *d, struct btns_err *e)
{
	static const char *const what[] = {
		[PLAN_REMOVE] = "its file is to go",
		[PLAN_CHANGE] = "its file is to change",
		[PLAN_ADD] = "its file is missing"
	};
	struct btns_export how = { .dry = true, .max = BTNS_MAX_NONE,
	    .change = keep, .arg = d };
	struct btns_tally t;
	size_t i;

	if (d->how->pins == NULL)
		return 0;
	if (btns_export(d->how->pins, &how, &t, e) == -1)
		return -1;
	for (i = 0; i < d->nchange; i++)
		if (d->change[i].op < PLAN_FOREIGN)
			doctor_say(d, d->change[i].path, &(struct doctor_fix){
			    "btnsctl export", NULL, NULL }, "%s: the tree is"
			    " not what the store says",
			    what[d->change[i].op]);
	return 0;
}

static void
say_foreign(struct doctor *d, bool trusted, const char *what)
{
	char below[PATH_MAX];
	size_t i;

	for (i = 0; i < d->nchange; i++) {
		if (d->change[i].op != PLAN_FOREIGN ||
		    d->change[i].trusted != trusted)
			continue;
		(void)snprintf(below, sizeof(below), "pubkeys/%s",
		    d->change[i].path);
		doctor_say(d, below, &(struct doctor_fix){ "btnsctl export"
		    " -n", NULL, NULL }, "%s", what);
	}
}

static int
check_trusted(struct doctor *d, struct btns_err *e)
{
	(void)e;
	say_foreign(d, true, "not written by btnsctl, and iked TRUSTS it");
	return 0;
}

static int
check_foreign(struct doctor *d, struct btns_err *e)
{
	(void)e;
	say_foreign(d, false, "not written by btnsctl");
	return 0;
}

static int
check_revoked(struct doctor *d, struct btns_err *e)
{
	char below[PATH_MAX];
	size_t i;

	(void)e;
	for (i = 0; i < d->nchange; i++) {
		(void)snprintf(below, sizeof(below), "pubkeys/%s",
		    d->change[i].path);
		if (d->change[i].op == PLAN_ASIDE)
			doctor_say(d, below, &(struct doctor_fix){ "btnsctl"
			    " export", NULL, NULL }, "a REVOKED key is in"
			    " it, and iked trusts it");
	}
	return 0;
}

static int
say_unfinished(const struct btns_exported *x, void *arg)
{
	if (x->old != NULL && x->new != NULL &&
	    memcmp(x->old, x->new, 32) == 0)
		return 0;
	doctor_say(arg, x->path, &(struct doctor_fix){ "btnsctl export",
	    NULL, NULL }, "an export began with it and did not finish: its SA"
	    " may be up");
	return 0;
}

static int
check_unfinished(struct doctor *d, struct btns_err *e)
{
	return d->how->pins == NULL ? 0 :
	    btns_exported_each(d->how->pins, say_unfinished, d, e);
}

const struct doctor_check doctor_operation[] = {
	{ "drift", DOCTOR_WARNING, check_drift },
	{ "trusted", DOCTOR_ERROR, check_trusted },
	{ "foreign", DOCTOR_WARNING, check_foreign },
	{ "revoked", DOCTOR_ERROR, check_revoked },
	{ "unfinished", DOCTOR_WARNING, check_unfinished },
	{ "accept-new", DOCTOR_WARNING, check_open },
	{ "until", DOCTOR_NOTE, check_ends },
	{ "history", DOCTOR_WARNING, check_head },
	{ "syslog", DOCTOR_WARNING, check_syslog },
	{ NULL, DOCTOR_NOTE, NULL }
};
