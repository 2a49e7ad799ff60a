#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "expect.h"
#include "words.h"

#define ENTRY_MAX	(BTNS_ID_PRINT + 64)

struct prefix {
	int	 family;
	uint8_t	 addr[16];
	unsigned bits;
};

static bool
address(struct prefix *p, const char *s)
{
	memset(p, 0, sizeof(*p));
	p->family = strchr(s, ':') != NULL ? AF_INET6 : AF_INET;
	p->bits = p->family == AF_INET ? 32 : 128;
	return inet_pton(p->family, s, p->addr) == 1;
}

/* "203.0.113.0/24", or an address alone. */
static bool
prefix(struct prefix *p, const char *s)
{
	char buf[64];
	char *slash, *end;
	unsigned long n;

	if ((size_t)snprintf(buf, sizeof(buf), "%s", s) >= sizeof(buf))
		return false;
	if ((slash = strchr(buf, '/')) != NULL)
		*slash++ = '\0';
	if (!address(p, buf))
		return false;
	if (slash == NULL)
		return true;
	n = strtoul(slash, &end, 10);
	if (*slash < '0' || *slash > '9' || *end != '\0' || n > p->bits)
		return false;
	p->bits = (unsigned)n;
	return true;
}

static bool
inside(const struct prefix *p, const char *from)
{
	struct prefix a;
	unsigned i;

	if (from == NULL || !address(&a, from) || a.family != p->family)
		return false;
	for (i = 0; i < p->bits; i++)
		if ((p->addr[i / 8] ^ a.addr[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

/* The next entry, parted into glob and prefix text, or NULL without one. */
static bool
next(struct words *w, char glob[ENTRY_MAX], const char **from)
{
	const char *p;
	char *comma;
	size_t n;

	*from = NULL;
	if (!words_next(w, &p, &n))
		return false;
	(void)snprintf(glob, ENTRY_MAX, "%.*s", (int)n, p);
	if ((comma = strchr(glob, ',')) != NULL) {
		*comma = '\0';
		*from = comma + 1;
	}
	return true;
}

static bool
typed(const char *glob)
{
	const char *slash = strchr(glob, '/');
	int t;

	for (t = 0; slash != NULL && t < BTNS_ID__COUNT; t++)
		if (strlen(btns_idtype_name(t)) == (size_t)(slash - glob) &&
		    strncmp(glob, btns_idtype_name(t),
		    (size_t)(slash - glob)) == 0)
			return slash[1] != '\0' &&
			    strchr(slash + 1, '/') == NULL;
	return false;
}

int
btns_expect_check(const char *entries, struct btns_err *e)
{
	struct words w = { entries, entries + strlen(entries) };
	char glob[ENTRY_MAX];
	struct prefix p;
	const char *from;

	while (next(&w, glob, &from)) {
		if (strlen(glob) >= BTNS_ID_PRINT || !typed(glob))
			return btns_fail(e, BTNS_E_USAGE, "accept-for: %.60s:"
			    " not type/name, such as fqdn/*.example.org",
			    glob);
		if (from != NULL && !prefix(&p, from))
			return btns_fail(e, BTNS_E_USAGE, "accept-for: %.60s:"
			    " no address prefix", from);
	}
	return 0;
}

bool
btns_expect(const char *entries, const struct btns_ident *id,
    const char *from)
{
	struct words w = { entries, entries + strlen(entries) };
	char glob[ENTRY_MAX], name[BTNS_ID_PRINT];
	struct prefix p;
	const char *source;

	btns_ident_print(name, id);
	while (next(&w, glob, &source))
		if (fnmatch(glob, name, FNM_PATHNAME) == 0 &&
		    (source == NULL ||
		    (prefix(&p, source) && inside(&p, from))))
			return true;
	return false;
}
