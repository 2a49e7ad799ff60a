/* The list on a screen of its own, drawn anew when the store changes. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "shell.h"

#define EVERY	500		/* ms between two looks at the store */

static volatile sig_atomic_t stop, resized;

static void
on_signal(int sig)
{
	if (sig == SIGWINCH)
		resized = 1;
	else
		stop = sig;
}

/* As many lines as there is room for; their ends cut by the terminal. */
static int
draw(struct shell *sh, struct btns_err *e)
{
	struct shell_line l = { 1, { (char *)(uintptr_t)"list", NULL } };
	unsigned lines = 0, left = 0, rows = shell_rows();
	char c, at[TIME_TEXT];
	FILE *fp;
	pid_t pid;
	int fd, ch;

	if (shell_start(sh, &l, &fd, &pid, e) == -1)
		return -1;
	if ((fp = fdopen(fd, "r")) == NULL) {
		(void)close(fd);
		return btns_fail_sys(e, "list");
	}
	time_text(at, time(NULL));
	printf("\033[H\033[2J%s  watch: any key ends it\n", at);
	while ((ch = getc(fp)) != EOF) {
		c = (char)ch;
		if (lines + 3 < rows)
			putchar(c);
		else
			left += c == '\n';
		lines += c == '\n';
	}
	(void)fclose(fp);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
	if (left > 0)
		printf("and %u more\n", left);
	(void)fflush(stdout);
	return 0;
}

static bool
same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Until a key, ^C, or the end of input. */
static int
watch(struct shell *sh, struct btns_err *e)
{
	struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
	struct stat was, is;
	char key[64];
	int rv = 0;

	memset(&was, 0, sizeof(was));
	resized = 1;
	while (!stop && rv == 0) {
		if (stat(sh->cli->store, &is) == -1)
			return btns_fail_sys(e, "%s", sh->cli->store);
		if (resized || !same(&was, &is)) {
			resized = 0;
			was = is;
			rv = draw(sh, e);
		}
		if (rv == 0 && poll(&p, 1, EVERY) > 0) {
			(void)!read(STDIN_FILENO, key, sizeof(key));
			stop = -1;
		}
	}
	return rv;
}

int
shell_watch(struct shell *sh, struct btns_err *e)
{
	const struct sigaction sa = { .sa_handler = on_signal };
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGTSTP };
	struct sigaction was[4], size;
	size_t i;
	struct termios old, raw;
	int rv;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &old) == -1)
		return btns_fail(e, BTNS_E_USAGE, "watch needs a terminal");
	stop = 0;
	/* Whatever ends it, or stops it, puts the terminal right first. */
	for (i = 0; i < 4; i++)
		(void)sigaction(ends[i], &sa, &was[i]);
	(void)sigaction(SIGWINCH, &sa, &size);
	raw = old;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
	rv = watch(sh, e);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
	(void)sigaction(SIGWINCH, &size, NULL);
	for (i = 0; i < 4; i++)
		(void)sigaction(ends[i], &was[i], NULL);
	if (stop == SIGTERM || stop == SIGHUP)
		(void)raise(stop);
	return rv;
}
