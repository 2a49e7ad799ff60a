/* What a person sees at review. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../lib/knock.h"
#include "../ask.h"
#include "review.h"

static void
say(const char *text)
{
	ask_say(text);
	ask_say("\n");
}

void
review_digits(const struct btns_fp *fp)
{
	char hex[BTNS_FP_HEX], groups[64], words[BTNS_SPELL_MAX], text[200];
	char *p = words;
	int i;

	btns_fp_hex(hex, fp);
	for (i = 0; i < 2; i++) {
		hex_groups(groups, sizeof(groups), hex + 32 * i, 32);
		(void)snprintf(text, sizeof(text), "    %s", groups);
		say(text);
	}
	btns_spell(words, BTNS_SPELL_WORDS, BTNS_SHA256, fp->b);
	for (i = 0; i < 12; i++)
		p = strchr(p, ' ') + 1;
	p[-1] = '\0';
	for (i = 0, p = words; i < 6; i++)
		p = strchr(p, ' ') + 1;
	p[-1] = '\0';
	ask_say("    ");
	say(words);
	ask_say("    ");
	say(p);
}

/* --- the two keys side by side */

static void
when(char out[64], const struct seen *s, int64_t at)
{
	char age[24];

	time_age(age, at, s->since);
	(void)snprintf(out, 64, "%s %s ago", strcmp(s->state, "conflict") == 0
	    ? "learned" : s->state, age);
}

static void
how_often(char out[64], const struct seen *s)
{
	if (s->times == 0)
		(void)snprintf(out, 64, "not since");
	else
		(void)snprintf(out, 64, "%lld time%s on %lld day%s",
		    (long long)s->times, s->times == 1 ? "" : "s",
		    (long long)s->days, s->days == 1 ? "" : "s");
}

static void
where_from(char out[128], const struct seen *s)
{
	if (strcmp(s->address, "-") == 0)
		(void)snprintf(out, 128, "%s", s->source);
	else
		(void)snprintf(out, 128, "%s, %s", s->source, s->address);
}

/* What is told of a key, and of the one beside it. */
struct facts {
	char	 line[5][128];
};
static const char *const fact[] = { "key", "from", "since", "seen", "digits" };

#define SAME	2		/* of these, the first: differences count */
#define BESIDE	70		/* columns that two keys side by side need */

static void
gather(struct facts *f, const struct seen *s, bool hidden)
{
	(void)snprintf(f->line[0], sizeof(f->line[0]), "%s", s->keyname);
	where_from(f->line[1], s);
	when(f->line[2], s, time(NULL));
	how_often(f->line[3], s);
	if (hidden)
		(void)snprintf(f->line[4], sizeof(f->line[4]), "(hidden: they"
		    " read, you type)");
	else
		fp_short(f->line[4], &s->fp);
}

static const char *
differs(size_t i, const struct facts *f, const struct facts *other)
{
	return other != NULL && i < SAME && strcmp(f->line[i],
	    other->line[i]) != 0 ? "  < differs" : "";
}

/* On a narrow screen one stands above the other. */
static void
one_key(const char *heading, const struct facts *f, const struct facts *other)
{
	char text[256];
	size_t i;

	if (heading != NULL)
		say(heading);
	for (i = 0; i < 5; i++) {
		(void)snprintf(text, sizeof(text), "    %-*s %s%s",
		    heading == NULL ? 9 : 6, fact[i], f->line[i],
		    differs(i, f, other));
		say(text);
	}
}

static void
side_by_side(const struct review *r)
{
	struct facts now = { 0 }, new = { 0 };
	char text[384];
	size_t i;

	gather(&new, &r->candidate, true);
	if (!r->now.there) {
		one_key(NULL, &new, NULL);
		return;
	}
	gather(&now, &r->now, false);
	if (ask_columns() < BESIDE) {
		one_key("  it has now", &now, NULL);
		one_key("  candidate", &new, &now);
		return;
	}
	say("              it has now                 candidate");
	for (i = 0; i < 5; i++) {
		(void)snprintf(text, sizeof(text), "    %-9s %-25s  %s%s",
		    fact[i], now.line[i], new.line[i],
		    differs(i, &new, &now));
		say(text);
	}
}

static int
alike(const struct btns_pin *pin, void *arg)
{
	const struct review *r = arg;
	char name[BTNS_ID_PRINT], text[BTNS_ID_PRINT + 64];

	if (btns_ident_same(&pin->ident, &r->work->ident))
		return 0;
	btns_ident_print(name, &pin->ident);
	(void)snprintf(text, sizeof(text), "    alike     %s, %s", name,
	    pin->state);
	say(text);
	return 0;
}

static int
knock(const struct btns_knock *k, void *arg)
{
	char text[256], age[24];

	(void)arg;
	time_age(age, time(NULL), k->last_seen);
	(void)snprintf(text, sizeof(text), "    refused   %lld time%s from"
	    " %.46s, the last %s ago (%s)", (long long)k->times,
	    k->times == 1 ? "" : "s", k->address[0] == '\0' ? "somewhere" :
	    k->address, age, btns_cause_name(k->cause));
	say(text);
	return 0;
}

static const char *
title(const struct review *r)
{
	return strcmp(r->candidate.state, "conflict") == 0 ? "CONFLICT" :
	    strcmp(r->candidate.state, "accepted") == 0 ?
	    "accepted, not compared" : r->view.facts.past ?
	    "learned; it had a key before" : "learned";
}

/* Another learned one; its digits are hidden as this one's are. */
static int
beside(const struct btns_pin *pin, void *arg)
{
	const struct review *r = arg;
	char text[256], age[24];

	if (memcmp(&pin->fp, &r->work->fp, sizeof(pin->fp)) == 0 ||
	    pin->live || pin->revoked || (strcmp(pin->state, "conflict") != 0 &&
	    strcmp(pin->state, "learned") != 0))
		return 0;
	time_age(age, time(NULL), pin->since);
	(void)snprintf(text, sizeof(text), "    beside    %s from %s%s%.46s,"
	    " learned %s ago, waits as well", pin->keyname, pin->source,
	    pin->address == NULL ? "" : ", ", pin->address == NULL ? "" :
	    pin->address, age);
	say(text);
	return 0;
}

int
review_show(const struct review *r, size_t i, size_t n, struct btns_err *e)
{
	char text[BTNS_ID_PRINT + 80];

	(void)snprintf(text, sizeof(text), "\n%zu of %zu  %s: %s%s%s", i + 1,
	    n, r->name, strcmp(r->candidate.state, "conflict") == 0 ?
	    out_red(stdout) : out_yellow(stdout), title(r),
	    out_plain(stdout));
	say(text);
	side_by_side(r);
	if (r->view.elsewhere[0] != '\0') {
		(void)snprintf(text, sizeof(text), "    too       this key is"
		    " %s's as well", r->view.elsewhere);
		say(text);
	}
	if (btns_pins_of(r->store, &r->work->ident, beside,
	    (void *)(uintptr_t)r, e) == -1 ||
	    btns_pins_alike(r->store, &r->work->ident, alike,
	    (void *)(uintptr_t)r, e) == -1 ||
	    btns_knock_of(r->store, r->name, knock, NULL, e) == -1)
		return -1;
	return 0;
}

void
review_help(const struct review *r)
{
	char text[BTNS_ID_PRINT + 200];
	bool live = strcmp(r->candidate.state, "accepted") == 0;

	(void)snprintf(text, sizeof(text), "p  promote: type what they read; "
	    "%s%s gets in with\n   this key and no other", r->name,
	    r->now.there ? " then" : "");
	say(text);
	say(live ?
	    "r  reject: it is not their key; its file and tunnel go at once" :
	    "r  reject: it is not their key; it may call, and is only"
	    " counted");
	say("v  revoke: nobody gets in with this key ever again, here");
	say(live ?
	    "f  forget: its file and tunnel go; it may be learned again" :
	    "f  forget: as if it had never been seen; it may be learned"
	    " again");
	say("s  skip: decide later    m  more: history and refusals    q "
	    " quit");
	say("?  show its digits; what is typed then is no proof any more");
}

/* --- more */

struct more {
	const struct review *r;
	unsigned	 n;
};

static int
event(const struct btns_event *ev, const uint8_t hash[BTNS_EVENT_HASH],
    void *arg)
{
	struct more *m = arg;
	char at[TIME_TEXT], text[256], detail[128];

	(void)hash;
	if (ev->identity == NULL || strcmp(ev->identity, m->r->name) != 0)
		return 0;
	time_text(at, ev->at);
	out_escape(detail, sizeof(detail), ev->login);
	(void)snprintf(text, sizeof(text), "    %lld  %s  %s by %.60s",
	    (long long)ev->seq, at, ev->verb, detail);
	say(text);
	m->n++;
	return 0;
}

int
review_more(const struct review *r, struct btns_err *e)
{
	struct more m = { r, 0 };

	if (btns_events_each(r->store, 1, event, &m, e) == -1)
		return -1;
	if (m.n == 0)
		say("    no decision about it was ever made");
	say("    all of it, with digits: btnsctl show, btnsctl log");
	return 0;
}

/* --- whose fingerprint was read */

int
review_other(const struct btns_pin *pin, void *arg)
{
	struct other *o = arg;
	struct btns_verdict v;
	struct btns_err ignored;
	struct btns_key k;
	char fp[FP_SHORT];

	if (btns_pin_key(&k, pin, &ignored) == -1 ||
	    btns_heard_match(&v, o->heard, &k, &ignored) == -1 ||
	    v.what != BTNS_MATCH)
		return 0;
	fp_short(fp, &pin->fp);
	(void)snprintf(o->state, sizeof(o->state), "NOT this key: they read"
	    " %s, which is %s for it", fp, pin->live ? pin->state :
	    strcmp(pin->state, "conflict") == 0 ? "another learned one" :
	    pin->state);
	return 1;
}

/* A peer's own, read out in another's name. */
int
review_whose(const struct btns_pin *pin, void *arg)
{
	char name[BTNS_ID_PRINT];
	struct other *o = arg;
	struct btns_verdict v;
	struct btns_err ignored;
	struct btns_key k;

	if (btns_pin_key(&k, pin, &ignored) == -1 ||
	    btns_heard_match(&v, o->heard, &k, &ignored) == -1 ||
	    v.what != BTNS_MATCH)
		return 0;
	btns_ident_print(name, &pin->ident);
	(void)snprintf(o->state, sizeof(o->state), "no match: that is the key"
	    " of %s, %s\n    there; is the right person on the phone?", name,
	    pin->state);
	return 1;
}

/* --- knocking */

static int
stranger(const struct btns_knock *k, void *arg)
{
	unsigned *n = arg;

	if (k->cause != BTNS_UNKNOWN)
		return 0;
	if ((*n)++ == 0)
		puts("knocking, and refused without a key to be seen:");
	if (*n <= 10) {
		fputs("    ", stdout);
		out_text(stdout, k->identity);
		printf(", %lld time%s\n", (long long)k->times,
		    k->times == 1 ? "" : "s");
	}
	return 0;
}

int
review_knocking(const struct review *r, struct btns_err *e)
{
	char again[AGAIN];
	unsigned n = 0;

	if (btns_knock_each(r->store, stranger, &n, e) == -1)
		return -1;
	if (n > 10)
		printf("    and %u more\n", n - 10);
	if (n > 0)
		printf("look: btnsctl explain%s IDENTITY; learn their keys:"
		    " btnsctl listen%s -r\n", again_store(again, r->cli),
		    again_store(again, r->cli));
	return 0;
}
