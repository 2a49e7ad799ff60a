#include "../cli.h"
#include "rsafp.h"

static const struct cli_cmd cmds[] = {
	{ .name = "", .opts = "AF:a:e:o:qs:V", .min = 0, .max = -1,
	  .synopsis = "[-AhqV] [-a hash] [-e encoding] [-o format]"
	  " [-s spelling] [file ...]\n[-q] -F fingerprint [file ...]",
	  .brief = "print and compare fingerprints of public keys",
	  .run = rsafp },
	{ .name = NULL }
};

int
main(int argc, char **argv)
{
	static const struct cli_program p = {
		.name = "rsafp", .cmds = cmds, .common = ""
	};

	return cli_main(&p, argc, argv);
}
