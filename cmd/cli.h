/* What the three programs share: options, verbs, exit status. */
#ifndef BTNS_CLI_H
#define BTNS_CLI_H

#include <stdbool.h>

#include "../lib/err.h"
#include "out.h"

enum {
	CLI_YES = 0,		/* done, or the answer is yes */
	CLI_NO = 1,		/* a definite no */
	CLI_USAGE = 2,
	CLI_TROUBLE = 3		/* could not find out */
};

struct cli {
	const char	*prog;
	const struct cli_program *program;
	const struct cli_cmd *cmd;
	int		 batch;		/* decisions go there, or -1 */
	enum out_format	 fmt;		/* -o */
	bool		 quiet;		/* -q */
	const char	*store;		/* -d, $BTNS_DB, or the default */
	bool		 store_named;	/* by -d */
	const char	*iked;		/* -D, or NULL */
};

struct cli_args {
	const char	*opt[128];	/* argument, or "" for a plain flag */
	int		 argc;
	char		**argv;		/* operands only */
};

struct cli_cmd {
	const char	*name;		/* "": a program without verbs */
	const char	*group;		/* heading in the bare usage, or NULL */
	const char	*opts;		/* as for getopt(3) */
	const char	*synopsis;	/* the rest of the usage line */
	const char	*brief;		/* one line, for help and completion */
	int		 min, max;	/* operands; max -1: any number */
	/* An exit status, or -1 with the error filled in. */
	int		(*run)(struct cli *, const struct cli_args *,
			    struct btns_err *);
};

struct cli_program {
	const char	*name;
	const struct cli_cmd *cmds;		/* ends with {0} */
	const char	*common;		/* options of every verb */
	const char	*synopsis;		/* of those */
	const char	*const (*slips)[2];	/* wrong verb, right; or NULL */
	const char	*about;			/* one line */
};

/* All of main(): returns the exit status. */
int	 cli_main(const struct cli_program *, int, char **);

/* One command line of a process that did main()'s part already. */
int	 cli_run(const struct cli_program *, int batch, int, char **);

/* The command of a name, or NULL. */
const struct cli_cmd *cli_find(const struct cli_program *, const char *);

/* The status that an error stands for. */
int	 cli_status(enum btns_code);

/* "prog: message" on standard error, escaped. */
void	 cli_warn(const struct cli *, const struct btns_err *);

/* Of several objects 3 beats 1 beats 0. */
int	 cli_worst(int, int);

/* Record an error that the usage line follows; returns -1. */
#define cli_usage(e, ...)	btns_fail((e), BTNS_E_OPTIONS, __VA_ARGS__)

#endif
