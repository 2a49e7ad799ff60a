/* The settings: what there is, what they may be, and how they end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "err.h"
#include "expect.h"
#include "pins_priv.h"
#include "when.h"

struct known {
	const char	*name, *standard, *about;
	const char	*words;		/* it is one of these, or NULL */
	int		(*check)(const char *, struct btns_err *);
};

static int
check_duration(const char *s, struct btns_err *e)
{
	int64_t unused;

	return btns_duration(&unused, s, e);
}

static int
check_limit(const char *s, struct btns_err *e)
{
	if (*s != '\0' && s[strspn(s, "0123456789")] == '\0' &&
	    strlen(s) < 10)
		return 0;
	return btns_fail(e, BTNS_E_USAGE, "max-change: %.40s: not a number of"
	    " files", s);
}

static int
check_rate(const char *s, struct btns_err *e)
{
	if (*s != '\0' && s[strspn(s, "0123456789")] == '\0' &&
	    strlen(s) < 5 && atoi(s) > 0)
		return 0;
	return btns_fail(e, BTNS_E_USAGE, "listen-rate: %.40s: not a number"
	    " from 1 to 9999", s);
}

static const struct known known[] = {
	{ "tofu", "ask", "off, ask or accept-new: may a first key be accepted"
	    " unasked?", " off ask accept-new ", NULL },
	{ "accept-for", "", "globs of the identities that accept-new lets in,"
	    " each perhaps with ,prefix", NULL, btns_expect_check },
	{ "accept-confirm", "7d", "how long export is silent about an accepted"
	    " key that nobody compared", NULL, check_duration },
	{ "reset", "auto", "auto or never: end the SAs of a key that goes?",
	    " auto never ", NULL },
	{ "remind", "24h", "how long export -q keeps quiet about what it told",
	    NULL, check_duration },
	{ "syslog", "on", "on or off: a line for each event",
	    " on off ", NULL },
	{ "fp-tree", "off", "off, on or all: write pubkeys/fp for pins of fp/,"
	    " or for all pins", " off on all ", NULL },
	{ "fp-name", "fingerprint", "fingerprint or legacy: the names in it",
	    " fingerprint legacy ", NULL },
	{ "listen-rate", "60", "keys that listen may learn in an hour, and a"
	    " quarter of them from a /24 or a /48", NULL, check_rate },
	{ "max-change", "", "removals and replacements that an unattended"
	    " export may do", NULL, check_limit },
};
#define KNOWN	(sizeof(known) / sizeof(known[0]))

static const struct known *
find(const char *name, struct btns_err *e)
{
	size_t i;

	for (i = 0; i < KNOWN; i++)
		if (strcmp(known[i].name, name) == 0)
			return &known[i];
	(void)btns_fail(e, BTNS_E_USAGE, "%.40s: no setting; there are:",
	    name);
	for (i = 0; i < KNOWN; i++) {
		btns_fail_more(e, " ");
		btns_fail_more(e, known[i].name);
	}
	return NULL;
}

static int
check(const struct known *k, const char *value, struct btns_err *e)
{
	const char *p;
	char word[64];

	for (p = value; *p != '\0'; p++)
		if (*p < 0x20 || *p >= 0x7f)
			return btns_fail(e, BTNS_E_USAGE, "%s: the byte"
			    " 0x%02x", k->name, (unsigned char)*p);
	if (strlen(value) >= BTNS_SETTING_MAX)
		return btns_fail(e, BTNS_E_USAGE, "%s: over %d octets",
		    k->name, BTNS_SETTING_MAX - 1);
	if (k->check != NULL)
		return k->check(value, e);
	(void)snprintf(word, sizeof(word), " %.60s ", value);
	if (strchr(value, ' ') == NULL && strstr(k->words, word) != NULL)
		return 0;
	return btns_fail(e, BTNS_E_USAGE, "%s: %.40s: %s", k->name, value,
	    k->about);
}

/* A row, copied, as it counts at a time. */
struct now {
	char	value[BTNS_SETTING_MAX], back[BTNS_SETTING_MAX];
	int64_t	ends, at;
	bool	set, has_back;		/* set: a row, and not fallen back */
	bool	fell;			/* its time is over */
};

static int
see(const struct store_setting *row, void *arg)
{
	struct now *n = arg;
	const char *value = row->value;

	n->fell = row->ends != 0 && row->ends <= n->at;
	if (n->fell)
		value = row->back;
	n->set = value != NULL;
	(void)snprintf(n->value, sizeof(n->value), "%s",
	    value == NULL ? "" : value);
	n->has_back = !n->fell && row->back != NULL;
	(void)snprintf(n->back, sizeof(n->back), "%s",
	    row->back == NULL ? "" : row->back);
	n->ends = n->fell ? 0 : row->ends;
	return 0;
}

static int
look(struct btns_pins *p, const struct known *k, struct now *n,
    struct btns_err *e)
{
	memset(n, 0, sizeof(*n));
	n->at = time(NULL);
	if (store_setting(p->store, k->name, see, n, e) == -1)
		return -1;
	if (!n->set)
		(void)snprintf(n->value, sizeof(n->value), "%s",
		    k->standard);
	return 0;
}

int
btns_setting_get(struct btns_pins *p, const char *name,
    char buf[BTNS_SETTING_MAX], struct btns_err *e)
{
	const struct known *k = find(name, e);
	struct now n;

	if (k == NULL || look(p, k, &n, e) == -1)
		return -1;
	memcpy(buf, n.value, BTNS_SETTING_MAX);
	return 0;
}

int
btns_settings_each(struct btns_pins *p, btns_setting_fn *fn, void *arg,
    struct btns_err *e)
{
	struct btns_setting s;
	struct now n;
	size_t i;
	int rv = 0;

	for (i = 0; i < KNOWN && rv == 0; i++) {
		if (look(p, &known[i], &n, e) == -1)
			return -1;
		s = (struct btns_setting){ known[i].name, n.value,
		    known[i].standard, n.ends, n.has_back ? n.back : NULL,
		    known[i].about, known[i].words };
		rv = fn(&s, arg);
	}
	return rv;
}

/* "tofu=accept-new ends=1795453254 back=ask": replay reads it again. */
static int
write_setting(struct btns_pins *p, const struct store_setting *s,
    struct btns_err *e)
{
	char detail[3 * BTNS_SETTING_MAX], ends[32];
	int n;

	if (store_setting_put(p->store, s, e) == -1)
		return -1;
	(void)snprintf(ends, sizeof(ends), "%lld", (long long)s->ends);
	n = snprintf(detail, sizeof(detail), "name=%s", s->name);
	if (s->ends != 0)
		n += snprintf(detail + n, sizeof(detail) - (size_t)n,
		    " ends=%s", ends);
	if (s->value != NULL)
		n += snprintf(detail + n, sizeof(detail) - (size_t)n,
		    " value=%s", s->value);
	if (s->value != NULL && s->ends != 0 && s->back != NULL)
		(void)snprintf(detail + n, sizeof(detail) - (size_t)n,
		    "\tback=%s", s->back);
	return pins_log(p, "set", NULL, NULL, detail, e);
}

static int
set(struct btns_pins *p, const struct known *k, const char *value,
    int64_t ends, struct btns_err *e)
{
	struct store_setting s = { k->name, value, ends, NULL };
	struct now n;

	if (look(p, k, &n, e) == -1)
		return -1;
	p->tell = strcmp(k->name, "syslog") == 0 &&
	    strcmp(n.value, "off") != 0;
	if (strcmp(value, "default") == 0) {
		s.value = NULL;
		s.ends = 0;
	} else if (ends != 0 && n.ends != 0)
		s.back = n.has_back ? n.back : NULL;
	else if (ends != 0 && n.set)
		s.back = n.value;
	return write_setting(p, &s, e);
}

int
btns_setting_set(struct btns_pins *p, const char *name, const char *value,
    int64_t ends, struct btns_err *e)
{
	const struct known *k = find(name, e);

	if (k == NULL || (strcmp(value, "default") != 0 &&
	    check(k, value, e) == -1) || pins_begin(p, e) == -1)
		return -1;
	if (set(p, k, value, ends, e) == 0)
		return pins_commit(p, e);
	pins_rollback(p);
	return -1;
}
