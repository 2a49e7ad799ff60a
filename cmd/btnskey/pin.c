#include <sys/stat.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../session.h"
#include "../vouch.h"
#include "../keyfile.h"
#include "btnskey.h"

/* pin with one operand: the key that was learned; a file's name is a slip. */
static int
learned(struct cli *cli, const struct cli_args *a,
    const struct btns_ident *id, struct btns_err *e)
{
	const char *word = a->argv[0];
	char name[BTNS_ID_PRINT];
	struct stat st;
	int rv;

	btns_ident_print(name, id);
	if (a->opt['y'] != NULL)
		return cli_usage(e, "-y without a file: there is nothing that"
		    " anybody could have compared");
	if (id->value[0] == '\0')
		return cli_usage(e, "fp/ takes a key file");
	rv = vouch_learned(cli, a, e);
	if (rv != -1 || e->code != BTNS_E_NOTFOUND)
		return rv;
	if (stat(word, &st) == 0 && S_ISREG(st.st_mode))
		return cli_usage(e, "%s: nothing learned; %s is a file here,"
		    " so: btnskey pin IDENTITY %s", name, word, word);
	return btns_fail(e, BTNS_E_NOTFOUND, "%s: no key learned; name its"
	    " file: btnskey pin %s FILE", name, name);
}

static void
private_key(const char *file)
{
	fprintf(stderr, "btnskey: ");
	out_text(stderr, file);
	fprintf(stderr, ": WARNING: a PRIVATE key; whoever sent it gave its"
	    " secret away\n");
}

static bool
swapped(const struct cli_args *a)
{
	struct stat st;

	return stat(a->argv[0], &st) == 0 && S_ISREG(st.st_mode) &&
	    strcmp(a->argv[1], "-") != 0 && stat(a->argv[1], &st) == -1;
}

int
key_pin(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct btns_ident id;
	struct btns_key key;
	bool private;

	if (btns_ident_parse(&id, a->argv[0], e) == -1 ||
	    vouch_options(a, e) == -1)
		return -1;
	if (a->argc == 1)
		return learned(cli, a, &id, e);
	if (a->opt['F'] != NULL && strcmp(a->opt['F'], "-") == 0 &&
	    strcmp(a->argv[1], "-") == 0 && !isatty(STDIN_FILENO))
		return cli_usage(e, "-F - and the key both from standard"
		    " input");
	if (swapped(a))
		return cli_usage(e, "%s is a file here, %s is none: the"
		    " identity comes first", a->argv[0], a->argv[1]);
	if (key_file(&key, &private, a->argv[1], e) == -1)
		return -1;
	if (private)
		private_key(a->argv[1]);
	return vouch_file(cli, a, &key, a->argv[1], e);
}
