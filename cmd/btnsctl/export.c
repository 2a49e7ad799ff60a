#include "../session.h"
#include "btnsctl.h"

int
ctl_export(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct btns_pins *p;
	int rv;

	if (session_open(&p, cli, e) == -1)
		return -1;
	rv = changes_export(cli, p, NULL, a->opt['n'] != NULL,
	    a->opt['f'] != NULL, e);
	btns_pins_close(p);
	return rv;
}
