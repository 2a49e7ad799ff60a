#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "../lib/err.h"
#include "ask.h"
#include "out.h"
#include "wrap.h"

static volatile sig_atomic_t caught;

static void
on_signal(int sig)
{
	caught = sig;
}

static int
tty_open(void)
{
	return open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

bool
ask_can(void)
{
	int fd = tty_open();

	if (fd == -1)
		return false;
	(void)close(fd);
	return true;
}

static void
put(int fd, const char *s, size_t n)
{
	ssize_t w;

	for (; n > 0; s += w, n -= (size_t)w)
		if ((w = write(fd, s, n)) <= 0)
			return;
}

/*
 * Lines that are too wide go on below, as far in as they began; but not
 * commands: those are copied, and pasted whole.
 */
static void
say(int fd, const char *s)
{
	static const char blanks[] = "                    ";
	unsigned columns = wrap_columns(fd), left = columns;
	const char *line = s;
	size_t n, in = 0;

	for (; *s != '\0'; s += n) {
		n = s == line && strncmp(s + strspn(s, " "), "btns", 4) == 0 ?
		    strcspn(s, "\n") : wrap_fit(s, left);
		put(fd, s, n);
		s += n;
		n = strspn(s, " ");
		if (*s == '\n') {
			put(fd, "\n", 1);
			n = 1;
			left = columns;
			line = s + 1;
		} else if (s[n] != '\0') {
			in = strspn(line, " ");
			in = in > columns / 10 ? columns / 10 : in;
			in = in > sizeof(blanks) - 1 ? sizeof(blanks) - 1 : in;
			put(fd, "\n", 1);
			put(fd, blanks, in);
			left = columns - (unsigned)in;
		} else
			put(fd, s, n);
	}
}

void
ask_say(const char *s)
{
	int fd = tty_open();

	say(fd == -1 ? STDERR_FILENO : fd, s);
	if (fd != -1)
		(void)close(fd);
}

unsigned
ask_columns(void)
{
	int fd = tty_open();
	unsigned n = wrap_columns(fd == -1 ? STDERR_FILENO : fd);

	if (fd != -1)
		(void)close(fd);
	return n;
}

#define PASTED	100		/* ms */
#define ANSWER_MAX	65536	/* what is longer is not read to its end */

/* Read up to and with the newline: 1, 0 at the end, -1. */
static int
read_line(int fd, char *buf, size_t size, struct btns_err *e)
{
	size_t n = 0, all = 0;
	bool nul = false;
	ssize_t r = 1;
	char c = '\0';

	while (all < ANSWER_MAX && (r = read(fd, &c, 1)) == 1 &&
	    c != '\n') {
		if (n + 1 < size)
			buf[n++] = c;
		nul = nul || c == '\0';
		all++;
	}
	buf[n] = '\0';
	if (r == -1)
		return btns_fail_sys(e, "read");
	if (all >= size)
		return btns_fail(e, BTNS_E_USAGE,
		    "a line of %zu characters is no answer", all);
	if (nul)
		return btns_fail(e, BTNS_E_USAGE, "a line with a NUL in it is"
		    " no answer");
	if (r == 0)
		return 0;		/* half a line is no answer */
	return 1;
}

static void
trim(char *s)
{
	size_t n = strlen(s), lead = strspn(s, " \t\r");

	while (n > lead && strchr(" \t\r", s[n - 1]) != NULL)
		n--;
	memmove(s, s + lead, n - lead);
	s[n - lead] = '\0';
}

/* Lines that were pasted come at once; who types them is slower than that. */
static int
pasted(int fd, char *buf, size_t size, struct btns_err *e)
{
	struct pollfd p = { fd, POLLIN, 0 };
	size_t n;
	int rv = 1;

	while (rv == 1 && poll(&p, 1, PASTED) == 1) {
		n = strlen(buf);
		if (n + 2 >= size)
			return btns_fail(e, BTNS_E_USAGE, "lines of over %zu"
			    " characters are no answer", size - 2);
		buf[n++] = '\n';
		rv = read_line(fd, buf + n, size - n, e);
	}
	return rv == -1 ? -1 : 1;
}

/* With all: of lines that are pasted not the first alone. */
static int
question(char *buf, size_t size, const char *prompt, bool all,
    struct btns_err *e)
{
	int fd = tty_open(), rv;

	if (fd == -1)
		return btns_fail(e, BTNS_E_USAGE, "no terminal to ask at");
	/* What was typed before the question is no answer to it. */
	(void)tcflush(fd, TCIFLUSH);
	say(fd, prompt);
	if ((rv = read_line(fd, buf, size, e)) == 1) {
		trim(buf);
		if (all)
			rv = pasted(fd, buf, size, e);
	} else if (rv == 0)
		say(fd, "\n");
	(void)close(fd);
	return rv;
}

int
ask_line(char *buf, size_t size, const char *prompt, struct btns_err *e)
{
	return question(buf, size, prompt, false, e);
}

int
ask_reading(char *buf, size_t size, const char *prompt, struct btns_err *e)
{
	return question(buf, size, prompt, true, e);
}

int
ask_yes(const char *prompt, struct btns_err *e)
{
	char line[64];
	int rv;

	for (;;) {
		if ((rv = ask_line(line, sizeof(line), prompt, e)) != 1)
			return rv;
		if (strcmp(line, "yes") == 0)
			return 1;
		if (strcmp(line, "no") == 0)
			return 0;
		ask_say("yes or no, in full\n");
	}
}

/* Signals put the terminal right before they do what they do. */
static int
hidden(int fd, const char *name, char *buf, size_t size, struct btns_err *e)
{
	static const int sigs[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
	    SIGTSTP };
	struct sigaction sa = { .sa_handler = on_signal }, old[5];
	struct termios was, quiet;
	size_t i;
	int rv;

	if (tcgetattr(fd, &was) == -1)
		return btns_fail_sys(e, "/dev/tty");
	(void)sigemptyset(&sa.sa_mask);
	caught = 0;
	for (i = 0; i < 5; i++)
		(void)sigaction(sigs[i], &sa, &old[i]);
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	(void)tcsetattr(fd, TCSAFLUSH, &quiet);
	/* Only now: what is typed at a prompt is neither shown nor lost. */
	say(fd, name);
	say(fd, ": passphrase: ");
	rv = read_line(fd, buf, size, e);
	(void)tcsetattr(fd, TCSAFLUSH, &was);
	for (i = 0; i < 5; i++)
		(void)sigaction(sigs[i], &old[i], NULL);
	say(fd, "\n");
	if (caught != 0)
		(void)raise(caught);
	return rv;
}

int
ask_passphrase(char *buf, int size, const char *file, void *unused)
{
	struct btns_err e;
	char name[256];
	int fd = tty_open(), rv;

	(void)unused;
	if (fd == -1)
		return -1;
	out_escape(name, sizeof(name), file);
	rv = hidden(fd, name, buf, (size_t)size, &e);
	(void)close(fd);
	return rv == 1 ? (int)strlen(buf) : -1;
}

const char *
ask_heard(const char *arg, char *buf, size_t size, struct btns_err *e)
{
	int rv;

	if (strcmp(arg, "-") != 0)
		return arg;
	if (isatty(STDIN_FILENO))
		rv = ask_reading(buf, size, "what they read, 8 groups or"
		    " 12 words of it\nheard: ", e);
	else if ((rv = read_line(STDIN_FILENO, buf, size, e)) == 0 &&
	    buf[0] != '\0')
		rv = 1;			/* a last line without newline */
	if (rv == -1)
		return NULL;
	if (rv == 0) {
		(void)btns_fail(e, BTNS_E_USAGE, "-F -: nothing was given");
		return NULL;
	}
	trim(buf);
	return buf;
}
