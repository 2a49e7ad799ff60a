#include "../vouch.h"
#include "btnsctl.h"

int
ctl_promote(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	return vouch_learned(cli, a, e);
}
