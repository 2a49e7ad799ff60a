/*
 * The last decision, taken back by a new one.  A revocation is never lifted
 * so, and no pin comes back: that takes the evidence that a new one takes.
 */
#include <stdlib.h>
#include <string.h>

#include "../ask.h"
#include "shell.h"

/* The last event, and what undoes it. */
struct last {
	int64_t		 seq;
	char		 verb[16], identity[BTNS_ID_PRINT];
	char		 hex[BTNS_FP_HEX];
	char		 name[64], back[BTNS_SETTING_MAX];	/* of set */
	bool		 has_back, was_timed;
	bool		 pinned;	/* the key was, before the event */
};

/* Of a setting: "name=tofu value=ask", what was it before? */
static int
before(const struct btns_event *ev, const uint8_t hash[BTNS_EVENT_HASH],
    void *arg)
{
	struct last *l = arg;
	const char *p;
	size_t n = strlen(l->name);

	(void)hash;
	if (strcmp(ev->verb, "set") != 0 || ev->seq >= l->seq ||
	    strncmp(ev->detail, "name=", 5) != 0 ||
	    strncmp(ev->detail + 5, l->name, n) != 0 ||
	    (ev->detail[5 + n] != ' ' && ev->detail[5 + n] != '\0'))
		return 0;
	l->has_back = (p = strstr(ev->detail, " value=")) != NULL;
	l->was_timed = p != NULL && strncmp(ev->detail + 5 + n, " ends=",
	    6) == 0;
	(void)snprintf(l->back, sizeof(l->back), "%.*s", p == NULL ? 0 :
	    (int)strcspn(p + 7, "\t"), p == NULL ? "" : p + 7);
	return 0;
}

/* Was the key pinned for the identity before the last event? */
static int
history(const struct btns_event *ev, const uint8_t hash[BTNS_EVENT_HASH],
    void *arg)
{
	static const char *const pins[] = { "pin", "promote", "import",
	    "replace" };
	char hex[BTNS_FP_HEX] = "";
	struct last *l = arg;
	size_t i;

	(void)hash;
	if (ev->seq >= l->seq || ev->identity == NULL ||
	    strcmp(ev->identity, l->identity) != 0)
		return 0;
	if (ev->fp != NULL)
		btns_hex(hex, ev->fp, BTNS_FP_LEN);
	for (i = 0; i < sizeof(pins) / sizeof(pins[0]); i++)
		if (strcmp(ev->verb, pins[i]) == 0)
			l->pinned = strcmp(hex, l->hex) == 0;
	if (strcmp(ev->verb, "forget") == 0 && strcmp(hex, l->hex) == 0)
		l->pinned = false;
	return 0;
}

static int
find(const struct btns_event *ev, const uint8_t hash[BTNS_EVENT_HASH],
    void *arg)
{
	struct last *l = arg;

	(void)hash;
	l->seq = ev->seq;
	(void)snprintf(l->verb, sizeof(l->verb), "%s", ev->verb);
	(void)snprintf(l->identity, sizeof(l->identity), "%s",
	    ev->identity == NULL ? "" : ev->identity);
	l->hex[0] = '\0';
	if (ev->fp != NULL)
		btns_hex(l->hex, ev->fp, BTNS_FP_LEN);
	l->name[0] = '\0';
	if (strcmp(ev->verb, "set") == 0 && strncmp(ev->detail, "name=",
	    5) == 0)
		(void)snprintf(l->name, sizeof(l->name), "%.*s",
		    (int)strcspn(ev->detail + 5, " "), ev->detail + 5);
	return 0;
}

/* Why it is not undone, or NULL. */
static int
refused(const struct last *l, struct btns_err *e)
{
	if (strcmp(l->verb, "replace") == 0)
		return btns_fail(e, BTNS_E_REFUSED, "%s: the former key takes"
		    " its proof: btnsctl promote -R %.16s -F - %s",
		    l->identity, l->hex, l->identity);
	if (strcmp(l->verb, "forget") == 0)
		return btns_fail(e, BTNS_E_REFUSED, "%s: a key that was"
		    " forgotten comes back by its file, and its proof",
		    l->identity);
	if (l->pinned)
		return btns_fail(e, BTNS_E_REFUSED, "%lld %s: it was pinned"
		    " already, and only its evidence is new",
		    (long long)l->seq, l->verb);
	return btns_fail(e, BTNS_E_REFUSED, strcmp(l->verb, "revoke") == 0 ?
	    "%lld %s: a revocation is taken back by unrevoke -c why alone" :
	    "%lld %s: that is not undone", (long long)l->seq, l->verb);
}

static bool
is_forgotten(const struct last *l)
{
	static const char *const verbs[] = { "learn", "accept", "pin",
	    "promote", "import", "reject" };
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(l->verb, verbs[i]) == 0)
			return !l->pinned;
	return false;
}

static int
read_last(struct last *l, struct btns_pins *p, struct btns_err *e)
{
	int64_t seq;

	if (btns_pins_last(p, &seq, e) == -1 ||
	    btns_events_each(p, seq, find, l, e) == -1)
		return -1;
	if (l->name[0] != '\0')
		return btns_events_each(p, 1, before, l, e);
	return l->identity[0] == '\0' ? 0 : btns_events_each(p, 1, history,
	    l, e);
}

/* A person is asked; a script said what it wants. */
static int
ask(const struct shell *sh, const struct last *l, struct btns_err *e)
{
	char text[BTNS_ID_PRINT + 200];
	int rv;

	if (sh->name != NULL)
		return 0;
	(void)snprintf(text, sizeof(text), "%lld %s %s%s%.16s%s\n",
	    (long long)l->seq, l->verb, l->identity, l->hex[0] == '\0' ? "" :
	    " ", l->hex, l->name);
	ask_say(text);
	if ((rv = ask_yes("Take it back (yes/no)? ", e)) == 0)
		return btns_fail(e, BTNS_E_REFUSED, "nothing was changed");
	return rv == 1 ? 0 : -1;
}

struct target {
	const struct last *l;
	struct btns_key	 key;
	bool		 there;
	struct btns_err	*e;
};

static int
target(const struct btns_pin *pin, void *arg)
{
	struct target *t = arg;
	char hex[BTNS_FP_HEX];

	btns_fp_hex(hex, &pin->fp);
	if (strcmp(hex, t->l->hex) != 0)
		return 0;
	t->there = true;
	return btns_pin_key(&t->key, pin, t->e);
}

static int
is_last(struct btns_pins *p, const struct last *l, struct btns_err *e)
{
	int64_t seq;

	if (btns_pins_last(p, &seq, e) == -1)
		return -1;
	return seq == l->seq ? 0 : btns_fail(e, BTNS_E_REFUSED, "changed"
	    " while you looked; nothing was done");
}

/* While nobody else can decide, and if nobody has. */
static int
forget_now(struct btns_pins *p, const struct last *l,
    const struct btns_ident *id, const struct target *t,
    const struct btns_order *o, const struct btns_view *shown,
    struct trust_verdict *v, struct btns_err *e)
{
	struct btns_view now;
	struct btns_err ignored;

	if (btns_pins_begin(p, e) == -1)
		return -1;
	if (is_last(p, l, e) == 0 && btns_pins_do(p, TRUST_FORGET_ONE, id,
	    &t->key, o, shown, v, &now, e) == 0)
		return btns_pins_end(p, true, e);
	(void)btns_pins_end(p, false, &ignored);
	return -1;
}

/* The key goes as it was looked at, or not at all. */
static int
forget(const struct shell *sh, struct btns_pins *p, const struct last *l,
    struct btns_err *e)
{
	struct btns_order o = { .given.evidence = TRUST_OPERATOR };
	struct target t = { .l = l, .e = e };
	struct btns_view shown;
	struct trust_verdict v;
	struct btns_ident id;

	if (btns_ident_parse(&id, l->identity, e) == -1 ||
	    btns_pins_of(p, &id, target, &t, e) == -1)
		return -1;
	if (!t.there)
		return btns_fail(e, BTNS_E_NOTFOUND, "%s: nothing to take"
		    " back", l->identity);
	if (btns_pins_try(p, TRUST_FORGET_ONE, &id, &t.key, &o, &v, &shown,
	    e) == -1 || ask(sh, l, e) == -1 || forget_now(p, l, &id, &t, &o,
	    &shown, &v, e) == -1)
		return -1;
	if (v.reason != TRUST_OK)
		return btns_fail(e, BTNS_E_REFUSED, "%s: %s", l->identity,
		    trust_reason_text(v.reason));
	printf("forgot %s %.16s..\n", l->identity, l->hex);
	return !v.ends ? CLI_YES : changes_decided(sh->cli, p, &id, 1, 0,
	    "forgotten in the store, but its file may still be in iked's"
	    " tree", e);
}

static int
reset(struct shell *sh, struct btns_pins *p, struct last *l,
    struct btns_err *e)
{
	struct shell_line w = { 3, { (char *)(uintptr_t)"set", l->name,
	    l->has_back ? l->back : (char *)(uintptr_t)"default", NULL } };

	if (l->was_timed)
		return btns_fail(e, BTNS_E_REFUSED, "%s: what it was before"
		    " was for a time; set it anew: set -t duration %s value",
		    l->name, l->name);
	if (ask(sh, l, e) == -1 || is_last(p, l, e) == -1)
		return -1;
	return shell_run(sh, &w, e);
}

int
shell_undo(struct shell *sh, struct btns_err *e)
{
	struct last l = { .seq = 0 };
	struct btns_pins *p;
	int rv;

	if (sh->batch)
		return btns_fail(e, BTNS_E_USAGE, "undo is no part of a"
		    " batch: abort forgets it");
	if (session_open(&p, sh->cli, e) == -1)
		return -1;
	rv = read_last(&l, p, e);
	if (rv == 0)
		rv = is_forgotten(&l) ? forget(sh, p, &l, e) :
		    strcmp(l.verb, "set") == 0 ? reset(sh, p, &l, e) :
		    refused(&l, e);
	btns_pins_close(p);
	return rv;
}
