#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "progress.h"

#define FIRST	1000		/* ms: what is quicker needs none */
#define EVERY	200
#define WIDTH	60

static int64_t
ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
progress_begin(struct progress *p, const struct cli *cli, const char *what)
{
	*p = (struct progress){ .what = what, .live = !cli->quiet &&
	    isatty(STDERR_FILENO), .began = ms() };
}

void
progress_at(struct progress *p, size_t done, size_t all)
{
	int64_t now, left;
	char text[WIDTH + 1];

	if (!p->live || all == 0)
		return;
	now = ms();
	if (now - p->began < FIRST || now - p->said < EVERY)
		return;
	p->said = now;
	left = done == 0 ? 0 : ((now - p->began) * (int64_t)(all - done) /
	    (int64_t)done + 999) / 1000;
	(void)snprintf(text, sizeof(text), "%s: %zu of %zu, about %llds left",
	    p->what, done, all, (long long)left);
	fprintf(stderr, "\r%-*s", WIDTH, text);
}

void
progress_end(struct progress *p)
{
	if (p->said != 0)
		fprintf(stderr, "\r%*s\r", WIDTH, "");
	p->said = 0;
}
