#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "ikedconf.h"

bool
ikedconf_ident(struct btns_ident *id, const char *raw)
{
	char typed[BTNS_ID_PRINT + 8];
	struct btns_ident guess;
	struct btns_err ignored;

	memset(id, 0, sizeof(*id));
	if (*raw == '\0' || strchr(raw, '/') != NULL ||
	    strlen(raw) > BTNS_ID_MAX)
		return false;
	if (btns_ident_parse(&guess, raw, &ignored) == -1) {
		/* What is nearly an address is a name for iked. */
		(void)snprintf(typed, sizeof(typed), "fqdn/%s", raw);
		if (strchr(raw, '@') != NULL ||
		    btns_ident_parse(&guess, typed, &ignored) == -1)
			return false;
	}
	/* iked takes the word as it is; addresses alone are respelled. */
	*id = guess;
	return true;
}

bool
ikedconf_host(struct btns_ident *id)
{
	char host[BTNS_ID_MAX + 1];
	struct btns_err ignored;

	if (gethostname(host, sizeof(host)) == -1)
		return false;
	host[sizeof(host) - 1] = '\0';
	return btns_ident_make(id, "fqdn", host, &ignored) == 0;
}

void
ikedconf_place(char *out, size_t size, const char *conf, const char *file,
    unsigned line)
{
	const char *base = strrchr(conf, '/');

	if (strcmp(file, conf) == 0 && base != NULL)
		file = base + 1;
	if (line == 0)
		(void)snprintf(out, size, "%s", file);
	else
		(void)snprintf(out, size, "%s:%u", file, line);
}

bool
ikedconf_path(char *out, size_t size, const char *iked)
{
	const char *slash = strrchr(iked, '/');
	int n = snprintf(out, size, "%.*siked.conf", slash == NULL ? 0 :
	    (int)(slash - iked) + 1, iked);

	return n > 0 && (size_t)n < size;
}
