/* btnsctl's commands line by line, typed or from a script. */
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ask.h"
#include "../wrap.h"
#include "shell.h"

/* --- running one */

static bool
is_group(const struct shell *sh, const char *verb, const char *group)
{
	const struct cli_cmd *c = cli_find(sh->cli->program, verb);

	return c != NULL && c->group != NULL && strcmp(c->group, group) == 0;
}

/* In the child: the shell's own options come first. */
static int
command(const struct shell *sh, const struct shell_line *l, int batch)
{
	char *argv[SHELL_WORDS + 6];
	int n = 0, i;

	argv[n++] = (char *)(uintptr_t)sh->cli->prog;
	/* A batch is of one store: another -d is one too many. */
	if (sh->cli->store_named || batch != -1) {
		argv[n++] = (char *)(uintptr_t)"-d";
		argv[n++] = (char *)(uintptr_t)sh->cli->store;
	}
	if (sh->cli->iked != NULL) {
		argv[n++] = (char *)(uintptr_t)"-D";
		argv[n++] = (char *)(uintptr_t)sh->cli->iked;
	}
	for (i = 0; i < l->argc; i++)
		argv[n++] = l->argv[i];
	argv[n] = NULL;
	return cli_run(sh->cli->program, batch, n, argv);
}

static pid_t
child(const struct shell *sh, const struct shell_line *l, int batch, int out)
{
	pid_t pid;
	int fd;

	(void)fflush(NULL);
	if ((pid = fork()) != 0)
		return pid;
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGQUIT, SIG_DFL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (sh->empty_input && (fd = open("/dev/null", O_RDONLY)) != -1) {
		(void)dup2(fd, STDIN_FILENO);
		(void)close(fd);
	}
	if (out != -1) {
		wrap_columns_are(wrap_columns(STDOUT_FILENO));
		(void)dup2(out, STDOUT_FILENO);
	}
	_exit(command(sh, l, batch));
}

static int
ended(pid_t pid, struct btns_err *e)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return btns_fail_sys(e, "wait");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status);
}

int
shell_start(struct shell *sh, const struct shell_line *l, int *fd,
    pid_t *pid, struct btns_err *e)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) == -1)
		return btns_fail_sys(e, "pipe");
	*pid = child(sh, l, -1, pair[1]);
	(void)close(pair[1]);
	*fd = pair[0];
	if (*pid != -1)
		return 0;
	(void)close(pair[0]);
	return btns_fail_sys(e, "fork");
}

/* What it notes comes by a pipe. */
static int
noting(struct shell *sh, struct shell_line *l, struct btns_err *e)
{
	struct batch_entry *p;
	int pair[2], rv;
	pid_t pid;

	if ((p = reallocarray(sh->entry, sh->n + 1, sizeof(*p))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	sh->entry = p;
	if (pipe2(pair, O_CLOEXEC) == -1)
		return btns_fail_sys(e, "pipe");
	pid = child(sh, l, pair[1], -1);
	(void)close(pair[1]);
	if (pid == -1) {
		(void)close(pair[0]);
		return btns_fail_sys(e, "fork");
	}
	rv = ended(pid, e);
	if (rv == CLI_YES && read(pair[0], &sh->entry[sh->n],
	    sizeof(*p)) == (ssize_t)sizeof(*p))
		sh->n++;
	(void)close(pair[0]);
	return rv;
}

/* --- long output */

unsigned
shell_rows(void)
{
	struct winsize w;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 3 ?
	    w.ws_row : 24;
}

static bool
put(int fd, const char *p, size_t n)
{
	ssize_t w;

	for (; n > 0; p += w, n -= (size_t)w)
		if ((w = write(fd, p, n)) == -1)
			return false;
	return true;
}

/* What there is, and what still comes. */
static void
pump(int to, const char *have, size_t n, int fd)
{
	char buf[8192];
	ssize_t got;

	if (put(to, have, n))
		while ((got = read(fd, buf, sizeof(buf))) > 0 &&
		    put(to, buf, (size_t)got))
			;
}

/* $PAGER, or more; NULL where there is none. */
static const char *
find_pager(void)
{
	const char *pager = getenv("PAGER");
	int status = -1;
	pid_t pid;

	if (pager == NULL || *pager == '\0')
		pager = "more";
	if ((pid = fork()) == 0) {
		(void)execl("/bin/sh", "sh", "-c", "command -v \"${0%% *}\""
		    " >/dev/null 2>&1", pager, (char *)NULL);
		_exit(1);
	}
	while (pid != -1 && waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return status == 0 ? pager : NULL;
}

static void
page(const char *have, size_t n, int fd)
{
	const char *pager = find_pager();
	int pair[2];
	pid_t pid;

	if (pager == NULL) {
		pump(STDOUT_FILENO, have, n, fd);
		return;
	}
	if (pipe2(pair, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		return;
	if (pid == 0) {
		(void)signal(SIGINT, SIG_DFL);
		(void)signal(SIGPIPE, SIG_DFL);
		(void)dup2(pair[0], STDIN_FILENO);
		(void)execl("/bin/sh", "sh", "-c", pager, (char *)NULL);
		_exit(127);
	}
	(void)close(pair[0]);
	pump(pair[1], have, n, fd);
	(void)close(pair[1]);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}

/* What fits is shown as it comes to its end; what doesn't is paged. */
static int
paged(struct shell *sh, const struct shell_line *l, struct btns_err *e)
{
	char *buf = NULL, *p;
	size_t n = 0, room = 0;
	unsigned lines = 0;
	ssize_t got = 1;
	pid_t pid;
	int fd, rv;

	if (shell_start(sh, l, &fd, &pid, e) == -1)
		return -1;
	while (lines < shell_rows() - 1 && got > 0) {
		if (n == room) {
			if ((p = realloc(buf, room += 8192)) == NULL)
				break;
			buf = p;
		}
		if ((got = read(fd, buf + n, room - n)) > 0)
			for (p = buf + n, n += (size_t)got; p < buf + n; p++)
				lines += *p == '\n';
	}
	if (got > 0)
		page(buf, n, fd);
	else
		(void)put(STDOUT_FILENO, buf, n);
	(void)close(fd);
	free(buf);
	rv = ended(pid, e);
	return rv == 128 + SIGPIPE ? CLI_YES : rv;	/* they saw enough */
}

int
shell_run(struct shell *sh, struct shell_line *l, struct btns_err *e)
{
	const char *verb = l->argv[0];
	pid_t pid;

	if (*verb == '-' && (l->argc > 1 || (strcmp(verb, "-h") != 0 &&
	    strcmp(verb, "-V") != 0)))
		return btns_fail(e, BTNS_E_USAGE, "%s: a line begins with a"
		    " command, and options follow", verb);
	if (strcmp(verb, "shell") == 0)
		return btns_fail(e, BTNS_E_USAGE, "this is the shell");
	if (sh->batch && is_group(sh, verb, "decide") &&
	    strcmp(verb, "unrevoke") != 0 && strcmp(verb, "review") != 0)
		return noting(sh, l, e);
	if (sh->batch && *verb != '-' && cli_find(sh->cli->program,
	    verb) != NULL && !is_group(sh, verb, "see"))
		return btns_fail(e, BTNS_E_USAGE, "%s is no part of a batch:"
		    " commit or abort it first", verb);
	if (sh->name == NULL && isatty(STDOUT_FILENO) &&
	    is_group(sh, verb, "see") && strcmp(verb, "check") != 0)
		return paged(sh, l, e);
	if ((pid = child(sh, l, -1, -1)) == -1)
		return btns_fail_sys(e, "fork");
	return ended(pid, e);
}

/* --- a batch */

static int
begin(struct shell *sh, struct btns_err *e)
{
	if (sh->batch)
		return btns_fail(e, BTNS_E_USAGE, "a batch is open already");
	sh->batch = true;
	sh->n = 0;
	return CLI_YES;
}

static int
needs(const struct shell *sh, struct btns_err *e)
{
	return sh->batch ? 0 : btns_fail(e, BTNS_E_USAGE, "no batch is open:"
	    " begin");
}

static int
diff(struct shell *sh, struct btns_err *e)
{
	char text[BATCH_TEXT];
	struct btns_pins *p;
	struct btns_err why;
	size_t i;
	int rv, worst = CLI_YES;

	if (needs(sh, e) == -1 || session_open(&p, sh->cli, e) == -1)
		return -1;
	for (i = 0; i < sh->n; i++) {
		batch_text(text, &sh->entry[i]);
		rv = batch_try(p, &sh->entry[i], &why);
		printf("%c %zu  %s%s", rv == CLI_YES ? sh->entry[i].verb ==
		    TRUST_PROMOTE ? '+' : '-' : '!', i + 1, text,
		    rv == CLI_YES ? "\n" : ": ");
		if (rv != CLI_YES) {
			out_text(stdout, why.msg);
			putchar('\n');
			worst = cli_worst(worst, rv == -1 ? CLI_TROUBLE : rv);
		}
	}
	btns_pins_close(p);
	if (sh->n == 0)
		puts("nothing is noted");
	return worst;
}

static void
clear(struct shell *sh)
{
	free(sh->entry);
	sh->entry = NULL;
	sh->n = 0;
	sh->batch = false;
}

static int
abandon(struct shell *sh, struct btns_err *e)
{
	if (needs(sh, e) == -1)
		return -1;
	printf("%zu noted, none done\n", sh->n);
	clear(sh);
	return CLI_YES;
}

static int
commit(struct shell *sh, struct btns_err *e)
{
	char text[BATCH_TEXT];
	bool made;
	size_t bad;
	int rv;

	if (needs(sh, e) == -1)
		return -1;
	rv = batch_commit(sh->cli, sh->entry, sh->n, &bad, &made, e);
	if (rv == -1 && bad < sh->n) {
		batch_text(text, &sh->entry[bad]);
		printf("! %zu  %s: ", bad + 1, text);
		out_text(stdout, e->msg);
		puts("\nnone of them was done; the batch is still open");
		return cli_status(e->code);
	}
	if (made) {
		printf("%zu done\n", sh->n);
		clear(sh);
	}
	return rv;
}

/* --- the shell's own */

/* No answer, where nobody is there any more, is one. */
bool
shell_leaves(const struct shell *sh)
{
	struct btns_err ignored;
	char line[64], prompt[80];

	if (sh->name != NULL || !sh->batch || sh->n == 0)
		return true;
	(void)snprintf(prompt, sizeof(prompt), "%zu noted, and none of it"
	    " done: leave all the same (yes/no)? ", sh->n);
	return ask_line(line, sizeof(line), prompt, &ignored) != 1 ||
	    strcmp(line, "yes") == 0;
}

static int
quit(struct shell *sh, struct btns_err *e)
{
	(void)e;
	sh->end = shell_leaves(sh);
	return sh->end ? CLI_YES : CLI_NO;
}

static int
help(struct shell *sh, struct btns_err *e)
{
	struct shell_line l = { 1, { (char *)(uintptr_t)"-h", NULL } };
	const struct shell_own *o;
	int rv = shell_run(sh, &l, e);

	for (o = shell_own; o->name != NULL; o++)
		printf("%-9s%-9s%s\n", o == shell_own ? "here" : "", o->name,
		    o->brief);
	return rv;
}

const struct shell_own shell_own[] = {
	{ "begin", "note decisions instead of making them", begin },
	{ "diff", "what is noted, and whether it could be done now", diff },
	{ "commit", "make all that is noted, or nothing", commit },
	{ "abort", "forget what is noted", abandon },
	{ "undo", "take the last decision back, by a new one", shell_undo },
	{ "watch", "the list, drawn anew as things arrive", shell_watch },
	{ "help", "this", help },
	{ "quit", "leave", quit },
	{ NULL, NULL, NULL }
};

/* One line: an exit status. */
static int
line(struct shell *sh, char *text)
{
	const struct shell_own *o;
	struct btns_err e = { .code = BTNS_OK };
	struct shell_line l;
	int rv;

	if ((rv = shell_split(&l, text, &e)) == 0 && l.argc > 0) {
		/* "btnsctl list" was copied from somewhere. */
		if (l.argc > 1 && strcmp(l.argv[0], sh->cli->prog) == 0)
			memmove(l.argv, l.argv + 1, (size_t)l.argc-- *
			    sizeof(l.argv[0]));
		for (o = shell_own; o->name != NULL &&
		    strcmp(o->name, l.argv[0]) != 0; o++)
			;
		if (strcmp(l.argv[0], "exit") == 0)
			rv = quit(sh, &e);
		else if (l.argc == 1 && (strcmp(l.argv[0], "?") == 0 ||
		    strcmp(l.argv[0], sh->cli->prog) == 0))
			rv = help(sh, &e);
		else if (o->name == NULL)
			rv = shell_run(sh, &l, &e);
		else if (l.argc > 1)
			rv = btns_fail(&e, BTNS_E_USAGE, "%s takes no operand",
			    o->name);
		else
			rv = o->run(sh, &e);
	}
	if (rv == -1) {
		cli_warn(sh->cli, &e);
		rv = cli_status(e.code);
	}
	(void)fflush(stdout);
	return rv;
}

/* A line of a script, without its end: 1, 0 at the end of all, or -1. */
static int
read_line(struct shell *sh, char *text, size_t size, FILE *fp,
    struct btns_err *e)
{
	size_t n = 0;
	int c;

	sh->line++;
	while ((c = getc(fp)) != EOF && c != '\n') {
		if ((c < ' ' && c != '\t' && c != '\r') || c == 0x7f)
			return btns_fail(e, BTNS_E_USAGE, "%s:%lu: a control"
			    " character", sh->name, sh->line);
		if (n + 1 == size)
			return btns_fail(e, BTNS_E_USAGE, "%s:%lu: a line of"
			    " over %zu octets", sh->name, sh->line, size - 1);
		text[n++] = (char)c;
	}
	if (ferror(fp))
		return btns_fail_sys(e, "%s", sh->name);
	/* It may be half of one, and mean something else. */
	if (c == EOF && n > 0)
		return btns_fail(e, BTNS_E_USAGE, "%s:%lu: the last line has"
		    " no end, and was not done", sh->name, sh->line);
	if (n > 0 && text[n - 1] == '\r')
		n--;
	text[n] = '\0';
	if (strchr(text, '\r') != NULL)
		return btns_fail(e, BTNS_E_USAGE, "%s:%lu: a control"
		    " character", sh->name, sh->line);
	return c != EOF;
}

/* The first that fails ends it. */
static int
script(struct shell *sh, FILE *fp, struct btns_err *e)
{
	static char text[65536];
	int rv = CLI_YES, more = 1;

	while (!sh->end && rv == CLI_YES && (more = read_line(sh, text,
	    sizeof(text), fp, e)) == 1)
		rv = line(sh, text);
	if (more == -1)
		return -1;
	if (rv != CLI_YES) {
		fprintf(stderr, "%s: ", sh->cli->prog);
		out_text(stderr, sh->name);
		fprintf(stderr, ":%lu: exit status %d; the rest was not"
		    " done\n", sh->line, rv);
	} else if (sh->batch)
		rv = btns_fail(e, BTNS_E_USAGE, "%s: the batch was not"
		    " committed; none of it was done", sh->name);
	return rv;
}

int
ctl_shell(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct shell sh = { .cli = cli };
	FILE *fp = stdin;
	int rv;

	if (a->argc == 1 && strcmp(a->argv[0], "-") != 0) {
		sh.name = a->argv[0];
		if ((fp = fopen(sh.name, "re")) == NULL)
			return btns_fail_sys(e, "%s", sh.name);
	} else if (a->argc == 1 || !isatty(STDIN_FILENO)) {
		sh.name = "standard input";
		sh.empty_input = true;
	}
	/* The shell outlives its commands, and a pager that is left. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGQUIT, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	rv = sh.name == NULL ? shell_edit(&sh, line, e) :
	    script(&sh, fp, e);
	if (fp != stdin)
		(void)fclose(fp);
	clear(&sh);
	return rv;
}
