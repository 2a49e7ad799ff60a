#include "btnsctl.h"

#define COMMON	"D:d:o:q"

static const struct cli_cmd cmds[] = {
	{ .name = "list", .group = "see", .opts = COMMON "s:", .max = -1,
	  .synopsis = "[-q] [-d store] [-o format] [-s state] [pattern ...]",
	  .brief = "pins, a line each", .run = ctl_list },
	{ .name = "show", .group = "see", .opts = COMMON "k",
	  .min = 1, .max = 1,
	  .synopsis = "[-k] [-d store] [-o format] identity | fingerprint",
	  .brief = "all that is known of an identity or a key",
	  .run = ctl_show },
	{ .name = "forget", .group = "decide", .opts = COMMON "Nc:y",
	  .min = 1, .max = 2,
	  .synopsis = "[-Nqy] [-c comment] [-d store] identity [fingerprint]",
	  .brief = "take a pin back", .run = ctl_forget },
	{ .name = "export", .group = "iked", .opts = COMMON "fn", .max = 0,
	  .synopsis = "[-fnq] [-d store] [-o format]",
	  .brief = "make iked's tree what the store says",
	  .run = ctl_export },
	{ .name = "init", .group = "store", .opts = COMMON "f", .max = 0,
	  .synopsis = "[-fq] [-D directory] [-d store]",
	  .brief = "make a store for this host's iked", .run = ctl_init },
	{ .name = NULL }
};

static const char *const slips[][2] = {
	{ "add", "btnskey pin" }, { "pin", "btnskey pin" },
	{ "trust", "btnskey pin" }, { "gen", "btnskey gen" },
	{ "ls", "list" }, { "status", "list" }, { "pins", "list" },
	{ "cat", "show" }, { "get", "show" }, { "info", "show" },
	{ "rm", "forget" }, { "remove", "forget" }, { "delete", "forget" },
	{ "del", "forget" }, { "unpin", "forget" }, { "untrust", "forget" },
	{ "diff", "export -n" }, { "sync", "export" }, { "apply", "export" },
	{ "commit", "export" }, { "create", "init" }, { "setup", "init" },
	{ "help", "-h" }, { "version", "-V" }, { NULL, NULL }
};

int
main(int argc, char **argv)
{
	static const struct cli_program p = {
		.name = "btnsctl", .cmds = cmds, .common = COMMON,
		.synopsis = "[-hqV] [-D directory] [-d store] [-o format]",
		.slips = slips,
		.about = "btnsctl: the pins of iked's peers"
	};

	return cli_main(&p, argc, argv);
}
