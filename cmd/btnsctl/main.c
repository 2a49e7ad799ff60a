#include "btnsctl.h"

#define COMMON	"D:d:o:q"

static const struct cli_cmd cmds[] = {
	{ .name = "list", .group = "see", .opts = COMMON "S:a:s:t:",
	  .max = -1,
	  .synopsis = "[-q] [-a date] [-d store] [-o format] [-S source]"
	  " [-s state] [-t [+]age] [pattern ...]",
	  .brief = "what is known of the peers, a line each",
	  .run = ctl_list },
	{ .name = "show", .group = "see", .opts = COMMON "k",
	  .min = 1, .max = 1,
	  .synopsis = "[-k] [-d store] [-o format] identity | fingerprint",
	  .brief = "all that is known of an identity or a key",
	  .run = ctl_show },
	{ .name = "check", .group = "see", .opts = COMMON "F:",
	  .min = 1, .max = 2,
	  .synopsis = "[-q] [-d store] [-F fingerprint] [-o format] identity"
	  " [file]",
	  .brief = "compare a key with the trusted one", .run = ctl_check },
	{ .name = "explain", .group = "see", .opts = COMMON, .max = 1,
	  .synopsis = "[-q] [-d store] [-o format] [identity]",
	  .brief = "what iked does with a peer, and why",
	  .run = ctl_explain },
	{ .name = "log", .group = "see", .opts = COMMON "t:", .max = 1,
	  .synopsis = "[-d store] [-o format] [-t age] [identity |"
	  " fingerprint]",
	  .brief = "who trusted what, when and why", .run = ctl_log },
	{ .name = "promote", .group = "decide", .opts = COMMON "F:NR:c:fy",
	  .min = 1, .max = 1,
	  .synopsis = "[-fNqy] [-c comment] [-d store] [-F fingerprint]"
	  " [-o format] [-R old] identity",
	  .brief = "pin the key that was learned", .run = ctl_promote },
	{ .name = "reject", .group = "decide", .opts = COMMON "F:c:",
	  .min = 1, .max = 1,
	  .synopsis = "[-q] [-c comment] [-d store] [-o format]"
	  " -F fingerprint identity",
	  .brief = "not this key for this identity", .run = ctl_reject },
	{ .name = "revoke", .group = "decide", .opts = COMMON "Nc:",
	  .min = 1, .max = 1,
	  .synopsis = "[-Nq] [-c comment] [-d store] [-o format]"
	  " identity | fingerprint",
	  .brief = "never use a key again", .run = ctl_revoke },
	{ .name = "unrevoke", .group = "decide", .opts = COMMON "c:",
	  .min = 1, .max = 1,
	  .synopsis = "[-q] -c comment [-d store] fingerprint",
	  .brief = "take a revocation back", .run = ctl_unrevoke },
	{ .name = "forget", .group = "decide", .opts = COMMON "Nc:y",
	  .min = 1, .max = 2,
	  .synopsis = "[-Nqy] [-c comment] [-d store] [-o format]"
	  " identity [fingerprint]",
	  .brief = "take a pin back", .run = ctl_forget },
	{ .name = "review", .group = "decide", .opts = "D:d:", .max = 0,
	  .synopsis = "[-d store]",
	  .brief = "decide on what was learned, one by one",
	  .run = ctl_review },
	{ .name = "learn", .group = "learn", .opts = COMMON "A:S:",
	  .min = 1, .max = 2,
	  .synopsis = "[-q] [-A address] [-d store] [-o format]"
	  " [-S source] identity [file]",
	  .brief = "note a key, without trusting it", .run = ctl_learn },
	{ .name = "import", .group = "learn", .opts = COMMON "NR:c:fi:np",
	  .max = -1,
	  .synopsis = "[-fNnpq] [-c comment] [-d store] [-i identity]"
	  " [-o format] [-R old] [path ...]",
	  .brief = "take over iked's tree, or files of keys",
	  .run = ctl_import },
	{ .name = "observe", .group = "learn", .opts = COMMON "f", .max = -1,
	  .synopsis = "[-fq] [-d store] [-o format] [file ...]",
	  .brief = "who was refused, as iked's log has it",
	  .run = ctl_observe },
	{ .name = "listen", .group = "learn", .opts = COMMON "46m:rt:u:",
	  .max = -1,
	  .synopsis = "[-46qr] [-d store] [-m max] [-o format] [-t duration]"
	  " [-u user] [address[:port] ...]",
	  .brief = "learn keys on the wire", .run = ctl_listen },
	{ .name = "redirect", .group = "learn", .opts = COMMON "A:f", .max = 1,
	  .synopsis = "[-fq] [-A address] [-d store] [-o format]"
	  " [on | off]",
	  .brief = "send unknown peers to listen", .run = ctl_redirect },
	{ .name = "export", .group = "iked", .opts = COMMON "fm:n", .max = 0,
	  .synopsis = "[-fnq] [-d store] [-m max] [-o format]",
	  .brief = "make iked's tree what the store says",
	  .run = ctl_export },
	{ .name = "doctor", .group = "iked", .opts = COMMON, .max = 0,
	  .synopsis = "[-q] [-D directory] [-d store] [-o format]",
	  .brief = "what is wrong on this host", .run = ctl_doctor },
	{ .name = "stats", .group = "iked", .opts = COMMON, .max = 0,
	  .synopsis = "[-d store] [-o format]",
	  .brief = "numbers to watch, for Prometheus", .run = ctl_stats },
	{ .name = "init", .group = "store", .opts = COMMON "f", .max = 0,
	  .synopsis = "[-fq] [-D directory] [-d store]",
	  .brief = "make a store for this host's iked", .run = ctl_init },
	{ .name = "set", .group = "store", .opts = COMMON "t:", .max = 2,
	  .synopsis = "[-q] [-d store] [-o format] [-t duration]"
	  " [name [value]]",
	  .brief = "look at the settings, or change one", .run = ctl_set },
	{ .name = "verify", .group = "store", .opts = COMMON, .max = 1,
	  .synopsis = "[-q] [-d store] [-o format] [seq:hash]",
	  .brief = "was the history changed?", .run = ctl_verify },
	{ .name = "backup", .group = "store", .opts = COMMON "f",
	  .min = 1, .max = 1, .synopsis = "[-fq] [-d store] [-o format] file",
	  .brief = "copy the store to a file", .run = ctl_backup },
	{ .name = "restore", .group = "store", .opts = COMMON "fn",
	  .min = 1, .max = 1, .synopsis = "[-fnq] [-d store] [-o format] file",
	  .brief = "put a backup in the store's place", .run = ctl_restore },
	{ .name = "shell", .group = "store", .opts = "D:d:", .max = 1,
	  .synopsis = "[-D directory] [-d store] [file]",
	  .brief = "all of this line by line, with batches",
	  .run = ctl_shell },
	{ .name = NULL }
};

static const char *const slips[][2] = {
	{ "add", "btnskey pin" }, { "pin", "btnskey pin" },
	{ "trust", "btnskey pin" }, { "gen", "btnskey gen" },
	{ "ls", "list" }, { "status", "list" }, { "pins", "list" },
	{ "cat", "show" }, { "get", "show" }, { "info", "show" },
	{ "rm", "forget" }, { "remove", "forget" }, { "delete", "forget" },
	{ "del", "forget" }, { "unpin", "forget" }, { "untrust", "forget" },
	{ "diff", "export -n" }, { "compare", "check" },
	{ "history", "log" }, { "accept", "promote" },
	{ "approve", "promote" }, { "deny", "reject" }, { "ban", "revoke" },
	{ "block", "revoke" }, { "config", "set" }, { "load", "import" },
	{ "adopt", "import" }, { "save", "backup" }, { "sync", "export" },
	{ "apply", "export" }, { "commit", "export" }, { "create", "init" },
	{ "setup", "init" }, { "metrics", "stats" }, { "help", "-h" },
	{ "version", "-V" },
	{ NULL, NULL }
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
