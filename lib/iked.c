#include <sys/socket.h>
#include <sys/un.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "err.h"
#include "iked.h"

#define SOCKET	"/var/run/iked.sock"
#define IKECTL	"/usr/sbin/ikectl"
#define WAIT_MS	10000
#define LIST_MAX (4 * 1024 * 1024)

/* An SA that must go: found up in the first list. */
struct victim {
	size_t		 file;		/* index of its ending */
	struct btns_sa_line sa;
	bool		 there;
};

struct work {
	struct btns_ending *end;
	size_t		 n;
	int		 root;		/* iked's directory, or -1 */
	struct victim	*victim;
	size_t		 nvictim;
};

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* 1 if something listens, 0 if no iked runs. */
static int
running(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd, rv;

	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", SOCKET);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0)) == -1)
		return 1;		/* let ikectl say what is wrong */
	rv = connect(fd, (struct sockaddr *)&sun, sizeof(sun));
	if (rv == -1 && (errno == ENOENT || errno == ECONNREFUSED)) {
		(void)close(fd);
		return 0;
	}
	(void)close(fd);
	return 1;
}

/* Run ikectl; its output to buf. */
static int
ikectl(const char *const argv[], char *buf, size_t size, struct btns_err *e)
{
	int status = -1, rv = btns_child_run(&status, IKECTL, argv, buf,
	    size, WAIT_MS, e);

	if (rv == -1 && e->code != BTNS_E_IKED)
		return -1;
	return rv == 0 && status == 0 ? 0 : btns_fail(e, BTNS_E_IKED,
	    "iked does not answer on " SOCKET);
}

/* The last place of what in s. */
static const char *
last(const char *s, const char *what)
{
	const char *found = NULL;

	while ((s = strstr(s, what)) != NULL)
		found = s++;
	return found;
}

/* "10.0.0.2:500" or "[fd00::b]:500" without its port. */
static void
address(char *out, size_t size, const char *s, const char *end)
{
	const char *p = end;

	if (s < end && *s == '[') {
		s++;
		p = memchr(s, ']', (size_t)(end - s));
	} else
		while (p > s && *--p != ':')
			continue;
	if (p != NULL && (size_t)(p - s) < size) {
		memcpy(out, s, (size_t)(p - s));
		out[p - s] = '\0';
	}
}

/*
 * iked_sas: PTR rspi X ispi Y ADDR->ADDR<ID>[EAP] STATE r nexti P pol P
 */
int
btns_sa_parse(struct btns_sa_line *sa, const char *line)
{
	const char *spi, *arrow, *id, *end, *state;
	size_t n;

	memset(sa, 0, sizeof(*sa));
	if (strncmp(line, "iked_sas: ", 10) != 0)
		return 0;
	if ((spi = strstr(line, " rspi ")) == NULL ||
	    (arrow = strstr(spi, "->")) == NULL ||
	    (id = strchr(arrow, '<')) == NULL ||
	    (end = last(id, ">[")) == NULL ||
	    (state = last(end, "] ")) == NULL)
		return -1;
	n = (size_t)(end - id - 1);
	if (n >= sizeof(sa->id))
		return -1;
	memcpy(sa->id, id + 1, n);
	address(sa->peer, sizeof(sa->peer), arrow + 2, id);
	sa->up = strncmp(state + 2, "ESTABLISHED", 11) == 0;
	(void)sscanf(spi, " rspi %24s ispi %24s", sa->spis, sa->spis + 32);
	sa->open = strncmp(state + 2, "CLOS", 4) != 0;
	return 1;
}

/* A path that is walked from iked's root: done, and still to go. */
struct path {
	char	done[PATH_MAX], todo[PATH_MAX];
	size_t	n;		/* of done */
};

/* What is still to go where done is a symbolic link: what it leads to. */
static bool
follow(struct path *p, int root, const char *rest, bool *link)
{
	char target[PATH_MAX], todo[PATH_MAX];
	ssize_t n = readlinkat(root, p->done, target, sizeof(target) - 1);
	int len;

	*link = n > 0;
	if (n <= 0)
		return true;
	target[n] = '\0';
	len = snprintf(todo, sizeof(todo), "%s/%s", target, rest);
	if (len < 0 || (size_t)len >= sizeof(todo))
		return false;
	memcpy(p->todo, todo, (size_t)len + 1);
	while (p->n > 0 && (target[0] == '/' || p->done[p->n] != '/'))
		p->n--;
	p->done[p->n] = '\0';
	return true;
}

/*
 * The file that an ID leads to, from iked's root, without . and .. and
 * double slashes; and, where root is an open directory, without symbolic
 * links.
 */
static bool
resolve(struct path *p, const char *id, int root)
{
	char word[PATH_MAX];
	const char *rest;
	size_t len, i;
	int links = 0;
	bool link = false;

	(void)snprintf(p->todo, sizeof(p->todo), "pubkeys/%s", id);
	for (i = 8; p->todo[i] != '\0' && p->todo[i] != '/'; i++)
		p->todo[i] = (char)tolower((unsigned char)p->todo[i]);
	p->done[0] = '\0';
	p->n = 0;
	for (rest = p->todo; *(rest += strspn(rest, "/")) != '\0';
	    rest = link ? p->todo : rest + len) {
		len = strcspn(rest, "/");
		memcpy(word, rest, len);
		word[len] = '\0';
		link = false;
		if (strcmp(word, ".") == 0)
			continue;
		if (strcmp(word, "..") == 0) {
			while (p->n > 0 && p->done[--p->n] != '/')
				continue;
			p->done[p->n] = '\0';
			continue;
		}
		if (p->n + len + 2 > sizeof(p->done))
			return false;
		if (p->n > 0)
			p->done[p->n++] = '/';
		memcpy(p->done + p->n, word, len + 1);
		p->n += len;
		if (root != -1 && (!follow(p, root, rest + len, &link) ||
		    (link && ++links > 40)))
			return false;
	}
	return true;
}

/* Is it this path, from pubkeys/ on or "../x", that was walked to? */
static bool
leads_to(const struct path *p, const char *path)
{
	if (strncmp(path, "../", 3) == 0)
		return strcmp(p->done, path + 3) == 0;
	return strncmp(p->done, "pubkeys/", 8) == 0 &&
	    strcmp(p->done + 8, path) == 0;
}

bool
btns_iked_opens(const char *id, int root, const char *path)
{
	struct path p = { .n = 0 };

	return resolve(&p, id, root) && leads_to(&p, path);
}

/*
 * The next SA of a list, which is used up: 1, 0 at its end, -1: a line that
 * can't be read.
 */
static int
next_sa(struct btns_sa_line *sa, char **list)
{
	char *line;
	int rv = 0;

	while (rv == 0 && (line = strsep(list, "\n")) != NULL)
		rv = btns_sa_parse(sa, line);
	return rv;
}

/* Called for each SA of a list. */
static int
each_sa(char *list, int (*fn)(const struct btns_sa_line *, struct work *,
    struct btns_err *), struct work *w, struct btns_err *e)
{
	struct btns_sa_line sa;
	int got, rv = 0;

	while (rv == 0 && (got = next_sa(&sa, &list)) != 0)
		rv = got == 1 ? fn(&sa, w, e) : btns_fail(e, BTNS_E_IKED,
		    "a line of ikectl show sa cannot be read: an SA may still"
		    " be up");
	return rv;
}

static int
find_victim(const struct btns_sa_line *sa, struct work *w,
    struct btns_err *e)
{
	struct path name = { .n = 0 }, file = { .n = 0 };
	struct victim *v;
	size_t i;

	/* An SA that isn't up yet may have read the old file already. */
	if (!sa->open)
		return 0;
	if (!resolve(&name, sa->id, -1))
		name.done[0] = '\0';
	if (!resolve(&file, sa->id, w->root))
		file.done[0] = '\0';
	for (i = 0; i < w->n; i++) {
		if (!leads_to(&name, w->end[i].path) &&
		    !leads_to(&file, w->end[i].path))
			continue;
		v = reallocarray(w->victim, w->nvictim + 1, sizeof(*v));
		if (v == NULL)
			return btns_fail(e, BTNS_E_NOMEM, "out of memory");
		w->victim = v;
		v[w->nvictim++] = (struct victim){ .file = i, .sa = *sa,
		    .there = true };
		w->end[i].sa = BTNS_SA_GONE;
		break;
	}
	return 0;
}

static int
still_there(const struct btns_sa_line *sa, struct work *w,
    struct btns_err *e)
{
	struct victim *v;
	size_t i;

	(void)e;
	for (i = 0; i < w->nvictim; i++) {
		v = &w->victim[i];
		if (memcmp(v->sa.spis, sa->spis, sizeof(sa->spis)) == 0 ||
		    (sa->open && w->end[v->file].empty &&
		    strcmp(v->sa.id, sa->id) == 0))
			v->there = true;
	}
	return 0;
}

static int
list_sas(char *buf, struct btns_err *e)
{
	const char *const argv[] = { "ikectl", "show", "sa", NULL };

	return ikectl(argv, buf, LIST_MAX, e);
}

static int
reset(const char *id, struct btns_err *e)
{
	const char *const argv[] = { "ikectl", "reset", "id", id, NULL };
	char out[1024];

	return ikectl(argv, out, sizeof(out), e);
}

/* Reset each victim's ID and wait until none is in the list. */
static int
end_all(struct work *w, char *buf, struct btns_err *e)
{
	const struct timespec pause = { 0, 100000000 };
	int64_t deadline = now_ms() + WAIT_MS;
	bool any = true;
	size_t i;

	while (any) {
		/* Again each time: it may be rekeyed by now. */
		for (i = 0; i < w->nvictim; i++)
			if (w->victim[i].there && reset(w->victim[i].sa.id,
			    e) == -1)
				return -1;
		for (i = 0; i < w->nvictim; i++)
			w->victim[i].there = false;
		if (list_sas(buf, e) == -1 ||
		    each_sa(buf, still_there, w, e) == -1)
			return -1;
		any = false;
		for (i = 0; i < w->nvictim; i++)
			any = any || w->victim[i].there;
		if (any && now_ms() > deadline)
			break;
		if (any)
			(void)nanosleep(&pause, NULL);
	}
	for (i = 0; i < w->nvictim; i++)
		if (w->victim[i].there) {
			w->end[w->victim[i].file].sa = BTNS_SA_UP;
			memcpy(w->end[w->victim[i].file].id,
			    w->victim[i].sa.id, BTNS_IKED_ID);
		}
	return 0;
}

int
btns_iked_each(int (*fn)(const struct btns_sa_line *, void *), void *arg,
    struct btns_err *e)
{
	struct btns_sa_line sa;
	char *buf, *rest;
	int got, rv;

	if (!running())
		return 0;
	if ((buf = malloc(LIST_MAX)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	rv = list_sas(buf, e);
	for (rest = buf; rv == 0 && (got = next_sa(&sa, &rest)) != 0;)
		if (got == 1 && sa.up)
			rv = fn(&sa, arg);
	free(buf);
	return rv;
}

int
btns_iked_end(struct btns_ending *end, size_t n, struct btns_err *e)
{
	struct work w = { end, n, -1, NULL, 0 };
	bool none = !running();
	char *buf = NULL;
	size_t i;
	int rv;

	for (i = 0; i < n; i++)
		end[i].sa = none ? BTNS_SA_NO_IKED : BTNS_SA_NONE;
	if (none)
		return 0;
	if ((buf = malloc(LIST_MAX)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	w.root = open(BTNS_IKED_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rv = list_sas(buf, e);
	if (rv == 0)
		rv = each_sa(buf, find_victim, &w, e);
	if (rv == 0 && w.nvictim > 0)
		rv = end_all(&w, buf, e);
	if (w.root != -1)
		(void)close(w.root);
	free(w.victim);
	free(buf);
	return rv;
}
