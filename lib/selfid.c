#include <limits.h>
#include <stdbool.h>

#include "err.h"
#include "ikedconf.h"
#include "selfid.h"

static int
give(const struct ikedconf_id *id, int (*fn)(const struct btns_ident *,
    void *), void *arg)
{
	return id->pinnable ? fn(&id->ident, arg) : 0;
}

int
btns_selfid_each(const char *iked, int (*fn)(const struct btns_ident *,
    void *), void *arg, struct btns_err *e)
{
	struct btns_err why = { .code = BTNS_OK };
	struct btns_ident host;
	struct ikedconf c;
	char path[PATH_MAX];
	bool bare;
	size_t i;
	int rv = 0;

	if (!ikedconf_path(path, sizeof(path), iked))
		return btns_fail(e, BTNS_E_USAGE, "%.60s...: too long", iked);
	/* Whoever needs the file says what is wrong with it. */
	if (ikedconf_read(&c, path, &why) == -1 &&
	    why.code == BTNS_E_NOMEM) {
		ikedconf_free(&c);
		*e = why;
		return -1;
	}
	bare = c.n == 0;
	for (i = 0; i < c.n && rv == 0; i++) {
		bare = bare || c.policy[i].srcid.raw == NULL;
		rv = give(&c.policy[i].srcid, fn, arg);
	}
	ikedconf_free(&c);
	return rv == 0 && bare && ikedconf_host(&host) ? fn(&host, arg) : rv;
}
