/* iked.conf: it is read to its end, and what is kept of it is whole. */
#include <stdlib.h>
#include <string.h>

#include "../../lib/err.h"
#include "../../lib/ikedconf.h"
#include "fuzz.h"

static void
whole(const struct ikedconf_id *id)
{
	struct btns_ident again;

	if (id->raw == NULL) {
		must(!id->pinnable);
		return;
	}
	must(ikedconf_ident(&again, id->raw) == id->pinnable);
	must(!id->pinnable || btns_ident_same(&again, &id->ident));
	/* A name is what iked opens, octet for octet. */
	if (id->pinnable && (id->ident.type == BTNS_ID_FQDN ||
	    id->ident.type == BTNS_ID_UFQDN))
		must(strcmp(id->ident.value, id->raw) == 0);
}

static void
policy(const struct ikedconf_policy *y, unsigned lines)
{
	must(y->name != NULL && strcmp(y->file, "fuzz") == 0);
	must(y->line > 0 && y->line <= lines);
	must(y->auth <= IKEDCONF_EAP);
	must(memchr(y->peer, '\0', sizeof(y->peer)) != NULL);
	whole(&y->srcid);
	whole(&y->dstid);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ikedconf c;
	struct btns_err e = { .code = BTNS_OK };
	unsigned lines = 1;
	size_t i;

	for (i = 0; i < n; i++)
		lines += p[i] == '\n';
	must(ikedconf_parse(&c, "fuzz", p, n, &e) == 0);
	for (i = 0; i < c.n; i++)
		policy(&c.policy[i], lines);
	must(c.nwrong <= IKEDCONF_WRONGS);
	for (i = 0; i < c.nwrong; i++) {
		must(c.wrong[i].line > 0 && c.wrong[i].line <= lines + 1);
		must(c.wrong[i].why[0] != '\0');
	}
	ikedconf_free(&c);
	return 0;
}
