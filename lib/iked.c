#include <sys/socket.h>
#include <sys/un.h>

#include <ctype.h>
#include <errno.h>
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
	(void)sscanf(spi, " rspi %24s ispi %24s", sa->spis, sa->spis + 32);
	sa->open = strncmp(state + 2, "CLOS", 4) != 0;
	return 1;
}

/* Remove . and .. and double slashes from pubkeys/type/value. */
static bool
resolve(char *out, size_t size, const char *id)
{
	char in[BTNS_IKED_ID + 16], *p, *word, *slash;
	size_t n = 0;

	(void)snprintf(in, sizeof(in), "pubkeys/%s", id);
	for (p = in + 8; *p != '\0' && *p != '/'; p++)
		*p = (char)tolower((unsigned char)*p);
	out[0] = '\0';
	for (p = in; (word = strtok_r(p, "/", &slash)) != NULL; p = NULL) {
		if (strcmp(word, ".") == 0)
			continue;
		if (strcmp(word, "..") == 0) {
			while (n > 0 && out[--n] != '/')
				continue;
			out[n] = '\0';
			continue;
		}
		if (n + strlen(word) + 2 > size)
			return false;
		n += (size_t)sprintf(out + n, "%s%s", n == 0 ? "" : "/",
		    word);
	}
	return true;
}

bool
btns_iked_opens(const char *id, const char *path)
{
	char file[BTNS_IKED_ID + 16];

	if (!resolve(file, sizeof(file), id))
		return false;
	if (strncmp(path, "../", 3) == 0)
		return strcmp(file, path + 3) == 0;
	return strncmp(file, "pubkeys/", 8) == 0 && strcmp(file + 8, path) == 0;
}

/* Called for each SA of a list. */
static int
each_sa(char *list, int (*fn)(const struct btns_sa_line *, struct work *,
    struct btns_err *), struct work *w, struct btns_err *e)
{
	struct btns_sa_line sa;
	char *line, *rest;
	int rv = 0;

	for (line = strtok_r(list, "\n", &rest); line != NULL && rv == 0;
	    line = strtok_r(NULL, "\n", &rest)) {
		if ((rv = btns_sa_parse(&sa, line)) == 1)
			rv = fn(&sa, w, e);
		else if (rv == -1)
			(void)btns_fail(e, BTNS_E_IKED, "a line of ikectl show"
			    " sa cannot be read: an SA may still be up");
	}
	return rv;
}

static int
find_victim(const struct btns_sa_line *sa, struct work *w,
    struct btns_err *e)
{
	struct victim *v;
	size_t i;

	/* An SA that isn't up yet may have read the old file already. */
	for (i = 0; sa->open && i < w->n; i++) {
		if (!btns_iked_opens(sa->id, w->end[i].path))
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
btns_iked_end(struct btns_ending *end, size_t n, struct btns_err *e)
{
	struct work w = { end, n, NULL, 0 };
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
	rv = list_sas(buf, e);
	if (rv == 0)
		rv = each_sa(buf, find_victim, &w, e);
	if (rv == 0 && w.nvictim > 0)
		rv = end_all(&w, buf, e);
	free(w.victim);
	free(buf);
	return rv;
}
