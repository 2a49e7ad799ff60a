#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/export.h"
#include "../session.h"
#include "btnsctl.h"

int
ctl_export(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	const char *m = a->opt['m'];
	struct btns_export how = { .dry = a->opt['n'] != NULL,
	    .force = a->opt['f'] != NULL, .max = BTNS_MAX_NONE };
	struct btns_pins *p;
	int rv;

	if (m != NULL && (*m == '\0' || strlen(m) > 9 ||
	    m[strspn(m, "0123456789")] != '\0'))
		return cli_usage(e, "-m %s: not a number of files", m);
	if (m != NULL)
		how.max = strtoll(m, NULL, 10);
	else if (!isatty(STDIN_FILENO))
		how.max = BTNS_MAX_DEFAULT;	/* nobody looks on */
	if (session_open(&p, cli, e) == -1)
		return -1;
	rv = changes_export(cli, p, &how, e);
	if (rv == -1 && e->code == BTNS_E_REFUSED && !how.force)
		btns_fail_more(e, "; export -f takes it over");
	btns_pins_close(p);
	return rv;
}
