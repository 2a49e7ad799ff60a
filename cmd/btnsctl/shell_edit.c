/* Lines that are typed: libedit's editor, its history, and completion. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <histedit.h>

#include "../ask.h"
#include "shell.h"

#define HISTORY	"/.btnsctl_history"
#define KEPT	500		/* lines */

static volatile sig_atomic_t caught;

static void
on_signal(int sig)
{
	caught = sig;
}

/* --- the history's file */

/* NULL where it is not a plain file of this user's alone. */
static FILE *
open_history(char path[4096], const char *mode, const struct shell *sh)
{
	const char *home = getenv("HOME");
	struct stat st;
	FILE *fp;
	int fd;

	path[0] = '\0';
	if (home == NULL || *home != '/' || (size_t)snprintf(path, 4096,
	    "%s" HISTORY, home) >= 4096)
		return NULL;
	fd = open(path, (*mode == 'r' ? O_RDONLY : O_RDWR | O_CREAT |
	    O_APPEND) | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd == -1 && errno == ENOENT)
		return NULL;
	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || (st.st_mode & 077) != 0 ||
	    st.st_nlink != 1) {
		fprintf(stderr, "%s: %s: not a plain file of this user's"
		    " alone; no history is kept\n", sh->cli->prog, path);
		if (fd != -1)
			(void)close(fd);
		return NULL;
	}
	if ((fp = fdopen(fd, mode)) == NULL)
		(void)close(fd);
	return fp;
}

static bool
load(History *h, const struct shell *sh)
{
	char path[4096], *text = NULL;
	size_t room = 0;
	HistEvent ev;
	FILE *fp = open_history(path, "r", sh);
	struct stat st;
	bool fit = fp != NULL || (lstat(path, &st) == -1 && errno == ENOENT);

	while (fp != NULL && getline(&text, &room, fp) != -1)
		(void)history(h, &ev, H_ENTER, text);
	free(text);
	if (fp != NULL)
		(void)fclose(fp);
	return fit;
}

/* The same without what quotes. */
static void
bare(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text != '\0' && n + 1 < size; text++)
		if (strchr("'\"\\", *text) == NULL)
			out[n++] = *text;
	out[n] = '\0';
}

/* Never a key, nor what proves one: -F's argument, or digits enough. */
static bool
secret(const char *line)
{
	char text[512];
	const char *p = text;
	size_t i, digits = 0;

	bare(text, sizeof(text), line);

	/* -F, -qF: unless it is asked for, or read. */
	while ((p = strstr(p, " -")) != NULL) {
		i = strcspn(p + 1, " \t\r\n") + 1;
		if (memchr(p, 'F', i) != NULL && strncmp(p + i, " - ", 3) != 0)
			return true;
		p += i;
	}
	for (i = 0; text[i] != '\0'; i++)
		if (strchr("0123456789abcdefABCDEFoOlI", text[i]) != NULL) {
			if (++digits >= BTNS_PROOF_DIGITS)
				return true;
		} else if (strchr(":-. \t,;", text[i]) == NULL)
			digits = 0;
	return strstr(text, "AAAA") != NULL || strlen(line) > 400;
}

static void
keep(History *h, const char *text, bool fit, const struct shell *sh)
{
	char path[4096];
	HistEvent ev;
	FILE *fp;
	int last;

	if (text[strspn(text, " \t\r\n")] == '\0' || secret(text))
		return;
	(void)history(h, &ev, H_ENTER, text);
	if (!fit || (fp = open_history(path, "a+", sh)) == NULL)
		return;
	/* The last line of an edited file may lack its end. */
	last = fseek(fp, -1, SEEK_END) == 0 ? getc(fp) : '\n';
	(void)fseek(fp, 0, SEEK_END);
	if (last != '\n')
		putc('\n', fp);
	fputs(text, fp);
	(void)fclose(fp);
}

/* --- completion */

struct words {
	char		*word[256];
	size_t		 n;
};

static void
add(const char *word, void *arg)
{
	struct words *w = arg;
	size_t i;

	for (i = 0; i < w->n; i++)
		if (strcmp(w->word[i], word) == 0)
			return;
	if (w->n < 256 && (w->word[w->n] = strdup(word)) != NULL)
		w->n++;
}

/* How far do all of them agree? */
static size_t
common(const struct words *w)
{
	size_t i, n = strlen(w->word[0]);

	for (i = 1; i < w->n; i++)
		while (strncmp(w->word[0], w->word[i], n) != 0)
			n--;
	return n;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
show(struct words *w)
{
	size_t i, wide = 0, at = 0;

	qsort(w->word, w->n, sizeof(w->word[0]), by_name);
	for (i = 0; i < w->n; i++)
		wide = strlen(w->word[i]) > wide ? strlen(w->word[i]) : wide;
	putchar('\n');
	for (i = 0; i < w->n; i++) {
		if (at > 0 && at + wide + 2 > 79) {
			putchar('\n');
			at = 0;
		}
		at += (size_t)printf("%-*s", (int)wide + 2, w->word[i]);
	}
	putchar('\n');
	(void)fflush(stdout);
}

/* Where the word that is typed begins. */
static size_t
word_at(const char *p, size_t n)
{
	while (n > 0 && p[n - 1] != ' ' && p[n - 1] != '\t')
		n--;
	return n;
}

static unsigned char
complete(EditLine *el, int ch)
{
	const LineInfo *l = el_line(el);
	size_t n = (size_t)(l->cursor - l->buffer), typed, same;
	struct words w = { .n = 0 };
	unsigned char rv = CC_ERROR;
	char text[512];
	void *sh;

	(void)ch;
	if (el_get(el, EL_CLIENTDATA, &sh) == -1)
		return CC_ERROR;
	typed = n - word_at(l->buffer, n);
	shell_complete(sh, l->buffer, n, add, &w);
	if (w.n > 0 && (same = common(&w)) >= typed) {
		(void)snprintf(text, sizeof(text), "%.*s%s",
		    (int)(same - typed), w.word[0] + typed, w.n == 1 &&
		    w.word[0][same - 1] != '/' ? " " : "");
		if (*text != '\0' && el_insertstr(el, text) == 0)
			rv = CC_REFRESH;
		else if (w.n > 1) {
			show(&w);
			rv = CC_REDISPLAY;
		}
	}
	while (w.n > 0)
		free(w.word[--w.n]);
	return rv;
}

/* --- the loop */

static char *
prompt(EditLine *el)
{
	static char text[64];
	const struct shell *sh;
	void *data;

	if (el_get(el, EL_CLIENTDATA, &data) == -1)
		return text;
	sh = data;
	if (sh->batch)
		(void)snprintf(text, sizeof(text), "batch (%zu)> ", sh->n);
	else
		(void)snprintf(text, sizeof(text), "btnsctl> ");
	return text;
}

/* An octet; signals come in here alone, so that none is lost before a read. */
static int
get_octet(EditLine *el, wchar_t *out)
{
	struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
	unsigned char c;
	sigset_t none;
	ssize_t n;

	(void)el;
	(void)sigemptyset(&none);
	while (ppoll(&p, 1, NULL, &none) == -1)
		if (errno != EINTR || caught != 0)
			return -1;
	if ((n = read(STDIN_FILENO, &c, 1)) == 1)
		*out = c;
	return (int)n;
}

/* A line; NULL at the end of input, and where a signal came. */
static const char *
get_line(EditLine *el, int *n)
{
	static const int all[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction mine = { .sa_handler = on_signal };
	struct sigaction old[3];
	const char *text;
	sigset_t block, was;
	size_t i;

	(void)sigemptyset(&block);
	for (i = 0; i < 3; i++)
		(void)sigaddset(&block, all[i]);
	(void)sigprocmask(SIG_BLOCK, &block, &was);
	for (i = 0; i < 3; i++)
		(void)sigaction(all[i], &mine, &old[i]);
	caught = 0;
	text = el_gets(el, n);
	for (i = 0; i < 3; i++)
		(void)sigaction(all[i], &old[i], NULL);
	(void)sigprocmask(SIG_SETMASK, &was, NULL);
	return text;
}

static int
loop(struct shell *sh, EditLine *el, History *h, bool fit,
    int (*line)(struct shell *, char *))
{
	const char *text;
	char *copy;
	int n;

	ask_say("help lists the commands, Tab completes, quit leaves\n");
	while (!sh->end) {
		text = get_line(el, &n);
		if (caught == SIGINT) {
			el_reset(el);
			puts("");
			(void)fflush(stdout);
			continue;
		}
		if (caught != 0)
			break;
		if (text == NULL || n <= 0) {
			if (shell_leaves(sh))
				break;
			continue;
		}
		keep(h, text, fit, sh);
		if ((copy = strdup(text)) == NULL)
			continue;
		copy[strcspn(copy, "\r\n")] = '\0';
		(void)line(sh, copy);
		free(copy);
	}
	if (!sh->end)
		putchar('\n');
	if (sh->batch && sh->n > 0)
		fprintf(stderr, "%s: the batch was not committed; none of it"
		    " was done\n", sh->cli->prog);
	return CLI_YES;
}

/* ~/.editrc may bind a key to a whole command: it is this user's own. */
static void
settings(EditLine *el, const struct shell *sh)
{
	const char *home = getenv("HOME");
	char path[4096];
	struct stat st;
	int fd;

	if (home == NULL || *home != '/' || (size_t)snprintf(path,
	    sizeof(path), "%s/.editrc", home) >= sizeof(path) ||
	    (fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) == -1)
		return;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || (st.st_mode & 022) != 0)
		fprintf(stderr, "%s: %s: not a plain file that this user alone"
		    " writes; it is not read\n", sh->cli->prog, path);
	else {
		(void)snprintf(path, sizeof(path), "/dev/fd/%d", fd);
		(void)el_source(el, path);
	}
	(void)close(fd);
}

int
shell_edit(struct shell *sh, int (*line)(struct shell *, char *),
    struct btns_err *e)
{
	EditLine *el = el_init(sh->cli->prog, stdin, stdout, stderr);
	History *h = history_init();
	HistEvent ev;
	int rv = -1;

	if (el == NULL || h == NULL)
		(void)btns_fail(e, BTNS_E_NOMEM, "no editor: out of memory");
	else {
		(void)history(h, &ev, H_SETSIZE, KEPT);
		(void)el_set(el, EL_CLIENTDATA, sh);
		(void)el_set(el, EL_PROMPT, prompt);
		(void)el_set(el, EL_EDITOR, "emacs");
		(void)el_set(el, EL_HIST, history, h);
		(void)el_set(el, EL_GETCFN, get_octet);
		(void)el_set(el, EL_ADDFN, "complete", "complete a word",
		    complete);
		(void)el_set(el, EL_BIND, "^I", "complete", NULL);
		settings(el, sh);
		rv = loop(sh, el, h, load(h, sh), line);
	}
	if (h != NULL)
		history_end(h);
	if (el != NULL)
		el_end(el);
	/* The terminal is as it was: now it ends by that. */
	if (caught == SIGTERM || caught == SIGHUP)
		(void)raise(caught);
	return rv;
}
