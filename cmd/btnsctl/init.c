#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/export.h"
#include "../session.h"
#include "btnsctl.h"

/* Is the tree nobody's, or (-f) to be taken over? */
static int
claim(struct btns_pins *p, bool force, struct btns_err *e)
{
	struct btns_tree *t;
	int lock, rv;

	if (btns_pins_lock(p, &lock, e) == -1)
		return -1;
	rv = btns_tree_open(&t, btns_pins_iked(p), btns_pins_id(p),
	    force ? TREE_TAKE : TREE_WRITE, e);
	if (rv == 0)
		btns_tree_close(t);
	btns_pins_unlock(lock);
	return rv;
}

static bool
has_key(const char *iked)
{
	char path[IKED_PATH + 16];

	(void)snprintf(path, sizeof(path), "%s/local.pub", iked);
	return access(path, F_OK) == 0;
}

int
ctl_init(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	char iked[IKED_PATH], again[AGAIN];
	struct btns_pins *p;
	unsigned long files;
	int rv;

	if (iked_path(iked, cli, e) == -1)
		return -1;
	if (strcmp(strrchr(iked, '/'), "/pubkeys") == 0)
		return cli_usage(e, "-D %s: iked's directory is the one that"
		    " pubkeys lies in", iked);
	if (btns_export_count(iked, &files, e) == -1) {
		if (e->code == BTNS_E_SYS && e->sys_errno == ENOENT)
			btns_fail_more(e, "; is iked installed?  -D names its"
			    " directory");
		return -1;
	}
	if (btns_pins_init(&p, cli->store, iked, e) == -1)
		return -1;
	if ((rv = claim(p, a->opt['f'] != NULL, e)) == -1) {
		/* A store without a tree would only be in the way. */
		btns_pins_discard(p);
		if (e->code == BTNS_E_REFUSED)
			btns_fail_more(e, "; nothing was created; init -f"
			    " takes the tree over");
		return -1;
	}
	btns_pins_close(p);
	if (cli->quiet || cli->fmt != OUT_TABLE)
		return CLI_YES;
	out_text(stdout, cli->store);
	printf(": created; 0 pins, %lu file%s in ", files,
	    files == 1 ? "" : "s");
	out_text(stdout, iked);
	printf("/pubkeys\nnext: ");
	if (files > 0)
		printf("btnsctl import%s -n\n", again_store(again, cli));
	else
		printf("btnskey %s%s\n", has_key(iked) ? "show" : "gen",
		    again_iked(again, cli));
	return CLI_YES;
}
