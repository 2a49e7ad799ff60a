#include <stddef.h>

#include "btnskey.h"

static const struct cli_cmd cmds[] = {
	{ .name = "gen", .opts = "D:b:d:fqt:", .min = 0, .max = 0,
	  .synopsis = "[-fq] [-b bits] [-D directory] [-d store]"
	  " [-t rsa | ec]",
	  .brief = "generate this host's key pair", .run = key_gen },
	{ .name = "pub", .opts = "D:O:", .min = 0, .max = 1,
	  .synopsis = "[-D directory] [-O form] [file]",
	  .brief = "print a public key in the form of another tool",
	  .run = key_pub },
	{ .name = "show", .opts = "D:o:", .min = 0, .max = 1,
	  .synopsis = "[-D directory] [-o format] [file]",
	  .brief = "show a key, and how to read it out", .run = key_show },
	{ .name = "pin", .opts = "F:NR:c:d:fo:qy", .min = 1,
	  .max = 2,
	  .synopsis = "[-fNqy] [-c comment] [-d store] [-F fingerprint]"
	  " [-o format] [-R old] identity [file]",
	  .brief = "pin a peer's key to its identity", .run = key_pin },
	{ .name = NULL }
};

static const char *const slips[][2] = {
	{ "generate", "gen" }, { "keygen", "gen" }, { "new", "gen" },
	{ "init", "btnsctl init" }, { "list", "btnsctl list" },
	{ "export", "pub, or btnsctl export" }, { "convert", "pub" },
	{ "print", "show" }, { "fingerprint", "show, or rsafp" },
	{ "add", "pin" }, { "trust", "pin" }, { "import", "pin" },
	{ "unpin", "btnsctl forget" }, { "rm", "btnsctl forget" },
	{ "forget", "btnsctl forget" }, { "help", "-h" }, { NULL, NULL }
};

int
main(int argc, char **argv)
{
	static const struct cli_program p = {
		.name = "btnskey", .cmds = cmds, .common = "D:d:o:q",
		.synopsis = "[-hV]", .slips = slips,
		.about = "btnskey: keys for iked, and single pins"
	};

	return cli_main(&p, argc, argv);
}
