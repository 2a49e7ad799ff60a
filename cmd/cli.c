#include <sys/resource.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../config.h"
#include "cli.h"
#include "wrap.h"

#ifdef __GLIBC__
# define STOP_AT_OPERAND	"+"
#else
# define STOP_AT_OPERAND	""
#endif

#ifndef HAVE_SECURE_GETENV
static char *
secure_getenv(const char *name)
{
	return issetugid() ? NULL : getenv(name);
}
#endif

static void
getopt_restart(void)
{
#ifdef __GLIBC__
	optind = 0;
#else
	optind = 1;
# ifdef HAVE_OPTRESET
	optreset = 1;
# endif
#endif
	opterr = 0;
}

/* How far is it to the next blank that is not within brackets? */
static int
word_len(const char *s)
{
	int i, depth = 0;

	for (i = 0; s[i] != '\0' && s[i] != '\n' &&
	    (s[i] != ' ' || depth > 0); i++)
		depth += s[i] == '[' ? 1 : s[i] == ']' ? -1 : 0;
	return i;
}

/* "usage: btnsctl show ...", broken where a line is full. */
static void
usage_cmd(FILE *fp, const char *lead, const struct cli_program *p,
    const struct cli_cmd *c)
{
	const char *s = c->synopsis;
	int at, n, in;

	at = in = fprintf(fp, "%s%s%s%s", lead, p->name,
	    c->name[0] == '\0' ? "" : " ", c->name);
	for (; *s != '\0'; s += n + (s[n] == ' ')) {
		if (*s == '\n') {
			s++;
			fprintf(fp, "\n%*s%s", (int)strlen(lead), "", p->name);
			at = in;
		}
		n = word_len(s);
		if (at + 1 + n >= WRAP_COLUMNS) {
			fprintf(fp, "\n%*s", in, "");
			at = in;
		}
		at += fprintf(fp, " %.*s", n, s);
	}
	putc('\n', fp);
}

/* Verbs by group, one line each: bare btnsctl and -h. */
static void
usage(FILE *fp, const struct cli_program *p)
{
	const char *group = "";
	const struct cli_cmd *c;

	if (p->cmds[0].name[0] == '\0') {
		usage_cmd(fp, "usage: ", p, &p->cmds[0]);
		return;
	}
	fprintf(fp, "%s\nusage: %s %s command ...\n", p->about, p->name,
	    p->synopsis);
	for (c = p->cmds; c->name != NULL; c++) {
		if (c->group == NULL || strcmp(c->group, group) == 0)
			fputs("         ", fp);
		else
			fprintf(fp, "%-9s", c->group);
		fprintf(fp, "%-9s%s\n", c->name, c->brief);
		group = c->group == NULL ? "" : c->group;
	}
	fprintf(fp, "See %s -h command, or the manual.\n", p->name);
}

/* Add the options at the front of argv to a; optind is the first operand. */
static int
parse(struct cli_args *a, int argc, char **argv, const char *spec,
    struct btns_err *e)
{
	char full[64];
	int ch;

	(void)snprintf(full, sizeof(full), STOP_AT_OPERAND ":%s", spec);
	getopt_restart();
	while ((ch = getopt(argc, argv, full)) != -1) {
		if (ch == ':')
			return cli_usage(e, "-%c needs an argument", optopt);
		if (ch == '?' || ch < 0 || ch > 127)
			return cli_usage(e, "unknown option -%c", optopt);
		if (a->opt[ch] != NULL)
			return cli_usage(e, "-%c given twice", ch);
		a->opt[ch] = optarg == NULL ? "" : optarg;
	}
	a->argc = argc - optind;
	a->argv = argv + optind;
	return 0;
}

/* getopt() of the BSDs stops at operands, and so do we everywhere. */
static int
check_operands(const struct cli_cmd *c, const struct cli_args *a, bool dashes,
    struct btns_err *e)
{
	int i;

	for (i = 0; i < a->argc && !dashes; i++)
		if (a->argv[i][0] == '-' && a->argv[i][1] != '\0')
			return cli_usage(e, "%s stands after an operand;"
			    " options come before operands", a->argv[i]);
	if (a->argc < c->min)
		return cli_usage(e, "an operand is missing");
	if (c->max != -1 && a->argc > c->max)
		return cli_usage(e, "one operand too many: %s",
		    a->argv[c->max]);
	return 0;
}

const struct cli_cmd *
cli_find(const struct cli_program *p, const char *name)
{
	const struct cli_cmd *c;

	for (c = p->cmds; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static int
no_verb(const struct cli_program *p, const char *name, struct btns_err *e)
{
	size_t i;

	for (i = 0; p->slips != NULL && p->slips[i][0] != NULL; i++)
		if (strcmp(p->slips[i][0], name) == 0)
			return cli_usage(e, "no command %s; perhaps: %s", name,
			    p->slips[i][1]);
	return cli_usage(e, "no command %s; %s alone lists them", name,
	    p->name);
}

int
cli_status(enum btns_code code)
{
	switch (code) {
	case BTNS_OK:
		return CLI_YES;
	case BTNS_E_NOTFOUND:
	case BTNS_E_EXISTS:
	case BTNS_E_REFUSED:
		return CLI_NO;
	case BTNS_E_USAGE:
	case BTNS_E_OPTIONS:
		return CLI_USAGE;
	default:
		return CLI_TROUBLE;
	}
}

int
cli_worst(int a, int b)
{
	return a > b ? a : b;
}

void
cli_warn(const struct cli *cli, const struct btns_err *e)
{
	fprintf(stderr, "%s: ", cli->prog);
	out_text(stderr, e->msg);
	putc('\n', stderr);
}

/* -d -D -o -q stand before the verb or after it, once. */
static int
settings(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	const char *letters = "Ddoq", *p, *env;
	int fmt;

	for (p = letters; *p != '\0'; p++)
		if (a->opt[(int)*p] != NULL &&
		    strchr(cli->cmd->opts, *p) == NULL)
			return cli_usage(e, "-%c does not go with %s", *p,
			    cli->cmd->name);
	if (a->opt['o'] != NULL) {
		if ((fmt = out_format_parse(a->opt['o'])) == -1)
			return cli_usage(e, "-o %s: not table, json or tsv",
			    a->opt['o']);
		cli->fmt = fmt;
	}
	cli->quiet = a->opt['q'] != NULL;
	cli->iked = a->opt['D'];
	cli->store_named = a->opt['d'] != NULL;
	env = secure_getenv("BTNS_DB");
	cli->store = a->opt['d'] != NULL ? a->opt['d'] :
	    env != NULL && *env != '\0' ? env : BTNS_STATEDIR "/pins.db";
	return 0;
}

static int
run(struct cli *cli, const struct cli_program *p, struct cli_args *a,
    int argc, char **argv, struct btns_err *e)
{
	char spec[64];
	bool dashes;

	if (p->cmds[0].name[0] == '\0')
		cli->cmd = &p->cmds[0];
	else if ((cli->cmd = cli_find(p, argv[0])) == NULL)
		return no_verb(p, argv[0], e);
	(void)snprintf(spec, sizeof(spec), "%sh", cli->cmd->opts);
	if (parse(a, argc, argv, spec, e) == -1)
		return -1;
	if (a->opt['h'] != NULL) {
		usage_cmd(stdout, "usage: ", p, cli->cmd);
		return CLI_YES;
	}
	if (a->opt['V'] != NULL) {
		printf("%s %s\n", p->name, BTNS_VERSION);
		return CLI_YES;
	}
	dashes = optind > 0 && strcmp(argv[optind - 1], "--") == 0;
	if (check_operands(cli->cmd, a, dashes, e) == -1 ||
	    settings(cli, a, e) == -1)
		return -1;
	return cli->cmd->run(cli, a, e);
}

/* A program with verbs: what stands before the verb. */
static int
before_verb(const struct cli_program *p, struct cli_args *a, int *argc,
    char ***argv, struct btns_err *e)
{
	char spec[64];

	(void)snprintf(spec, sizeof(spec), "%shV", p->common);
	if (parse(a, *argc, *argv, spec, e) == -1)
		return -1;
	*argc = a->argc;
	*argv = a->argv;
	if (a->opt['V'] != NULL) {
		printf("%s %s\n", p->name, BTNS_VERSION);
		return CLI_YES;
	}
	if (a->opt['h'] != NULL && *argc == 0) {
		usage(stdout, p);
		return CLI_YES;
	}
	if (*argc == 0) {
		usage(stderr, p);
		return CLI_USAGE;
	}
	if (a->opt['h'] != NULL && cli_find(p, **argv) != NULL) {
		usage_cmd(stdout, "usage: ", p, cli_find(p, **argv));
		return CLI_YES;
	}
	return -2;			/* go on */
}

static int
dispatch(struct cli *cli, const struct cli_program *p, int argc, char **argv,
    struct btns_err *e)
{
	struct cli_args a;
	int rv;

	memset(&a, 0, sizeof(a));
	if (p->cmds[0].name[0] != '\0' &&
	    (rv = before_verb(p, &a, &argc, &argv, e)) != -2)
		return rv;
	return run(cli, p, &a, argc, argv, e);
}

int
cli_run(const struct cli_program *p, int batch, int argc, char **argv)
{
	struct cli cli = { .prog = p->name, .program = p, .batch = batch };
	struct btns_err e = { .code = BTNS_OK };
	bool told = false;
	int rv = dispatch(&cli, p, argc, argv, &e);

	if (rv == -1) {
		told = e.code == BTNS_E_SYS && ferror(stdout);
		cli_warn(&cli, &e);
		rv = cli_status(e.code);
		if (e.code == BTNS_E_OPTIONS && cli.cmd != NULL)
			usage_cmd(stderr, "usage: ", p, cli.cmd);
	}
	if (fflush(stdout) == EOF || ferror(stdout)) {
		(void)btns_fail_sys(&e, "standard output");
		if (!told)
			cli_warn(&cli, &e);
		rv = CLI_TROUBLE;
	}
	return rv;
}

int
cli_main(const struct cli_program *p, int argc, char **argv)
{
	struct rlimit none = { 0, 0 };

	/* No setlocale(): a Turkish I has another lower case. */
	(void)signal(SIGCHLD, SIG_DFL);	/* we wait for ikectl */
	(void)setrlimit(RLIMIT_CORE, &none);	/* keys pass through here */
	return cli_run(p, -1, argc, argv);
}
