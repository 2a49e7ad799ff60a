#include <stdio.h>
#include <string.h>

#include "../../lib/keywrite.h"
#include "../../lib/own.h"
#include "../session.h"
#include "../keyfile.h"
#include "btnskey.h"

int
key_pub(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	const char *iked = cli->iked == NULL ? IKED_DIR : cli->iked;
	char path[4096], text[BTNS_FORM_MAX];
	struct btns_key k;
	int form = BTNS_FORM_PEM;
	size_t n;

	if (a->opt['O'] != NULL &&
	    (form = btns_form_parse(a->opt['O'])) == -1)
		return cli_usage(e, "-O %s: not pem, pkcs1, der, ssh,"
		    " ipseckey, strongswan or libreswan", a->opt['O']);
	(void)snprintf(path, sizeof(path), "%s/" OWN_PUBLIC, iked);
	if (key_file(&k, NULL, a->argc == 0 ? path : a->argv[0], e) == -1)
		return -1;
	if (btns_key_write(text, &n, &k, form, e) == -1)
		return btns_fail_at(e, "%s", a->argc == 0 ? path :
		    a->argv[0]);
	(void)fwrite(text, 1, n, stdout);
	return CLI_YES;
}
