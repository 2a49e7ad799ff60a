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
	bool		 has_back;
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
	(void)snprintf(l->back, sizeof(l->back), "%.*s", p == NULL ? 0 :
	    (int)strcspn(p + 7, "\t"), p == NULL ? "" : p + 7);
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

/* The words of the command, or why there is none. */
static int
undone_by(struct shell_line *w, struct last *l, struct btns_err *e)
{
	static const char *const forget[] = { "learn", "accept", "pin",
	    "promote", "import", "reject" };
	char *const words[] = { (char *)(uintptr_t)"forget",
	    (char *)(uintptr_t)"-y", l->identity, l->hex, NULL };
	size_t i;

	for (i = 0; i < sizeof(forget) / sizeof(forget[0]); i++)
		if (strcmp(l->verb, forget[i]) == 0) {
			memcpy(w->argv, words, sizeof(words));
			w->argc = 4;
			return 0;
		}
	if (strcmp(l->verb, "set") == 0) {
		w->argv[0] = (char *)(uintptr_t)"set";
		w->argv[1] = l->name;
		w->argv[2] = l->has_back ? l->back :
		    (char *)(uintptr_t)"default";
		w->argv[3] = NULL;
		w->argc = 3;
		return 0;
	}
	if (strcmp(l->verb, "replace") == 0)
		return btns_fail(e, BTNS_E_REFUSED, "%s: the former key takes"
		    " its proof: btnsctl promote -R %.16s -F - %s",
		    l->identity, l->hex, l->identity);
	if (strcmp(l->verb, "forget") == 0)
		return btns_fail(e, BTNS_E_REFUSED, "%s: a key that was"
		    " forgotten comes back by its file, and its proof",
		    l->identity);
	return btns_fail(e, BTNS_E_REFUSED, strcmp(l->verb, "revoke") == 0 ?
	    "%lld %s: a revocation is taken back by unrevoke -c why alone" :
	    "%lld %s: that is not undone", (long long)l->seq, l->verb);
}

static int
read_last(struct last *l, struct shell *sh, struct btns_err *e)
{
	struct btns_pins *p;
	int64_t seq;
	int rv;

	if (session_open(&p, sh->cli, e) == -1)
		return -1;
	rv = btns_pins_last(p, &seq, e);
	if (rv == 0)
		rv = btns_events_each(p, seq, find, l, e);
	if (rv == 0 && l->name[0] != '\0')
		rv = btns_events_each(p, 1, before, l, e);
	btns_pins_close(p);
	return rv;
}

int
shell_undo(struct shell *sh, struct btns_err *e)
{
	struct last l = { .seq = 0 };
	char line[64], text[BTNS_ID_PRINT + 200];
	struct shell_line w;
	int rv;

	if (sh->batch)
		return btns_fail(e, BTNS_E_USAGE, "undo is no part of a"
		    " batch: abort forgets it");
	if (read_last(&l, sh, e) == -1 || undone_by(&w, &l, e) == -1)
		return -1;
	(void)snprintf(text, sizeof(text), "%lld %s %s%s%.16s%s\n",
	    (long long)l.seq, l.verb, l.identity, l.hex[0] == '\0' ? "" :
	    " ", l.hex, l.name);
	if (sh->name != NULL)
		return shell_run(sh, &w, e);
	ask_say(text);
	do
		if ((rv = ask_line(line, sizeof(line),
		    "Take it back (yes/no)? ", e)) == -1)
			return -1;
	while (rv == 1 && strcmp(line, "yes") != 0 && strcmp(line, "no") != 0);
	return rv == 1 && strcmp(line, "yes") == 0 ? shell_run(sh, &w, e) :
	    btns_fail(e, BTNS_E_REFUSED, "nothing was changed");
}
