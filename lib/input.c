#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "input.h"
#include "secret.h"

#define ROOM	(2 * INPUT_MAX)

int
input_open(struct input *in, int fd, const void *p, size_t n,
    struct btns_err *e)
{
	memset(in, 0, sizeof(*in));
	in->fd = fd;
	in->size = fd == -1 ? n : ROOM;
	in->eof = fd == -1;
	if ((in->buf = malloc(in->size + 1)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	if (fd == -1 && n > 0) {
		memcpy(in->buf, p, n);
		in->have = n;
	}
	return 0;
}

void
input_close(struct input *in)
{
	if (in->buf != NULL)
		btns_wipe(in->buf, in->size);
	free(in->buf);
	in->buf = NULL;
}

static int
fill(struct input *in, struct btns_err *e)
{
	ssize_t n;

	if (in->at > 0) {
		memmove(in->buf, in->buf + in->at, in->have - in->at);
		in->have -= in->at;
		in->at = 0;
	}
	do
		n = read(in->fd, in->buf + in->have, in->size - in->have);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return btns_fail_sys(e, "read");
	if (n == 0)
		in->eof = true;
	in->have += (size_t)n;
	return 0;
}

int
input_peek(struct input *in, const uint8_t **p, size_t *n, size_t want,
    struct btns_err *e)
{
	while (!in->eof && in->have - in->at < want)
		if (fill(in, e) == -1)
			return -1;
	*p = in->buf + in->at;
	*n = in->have - in->at < want ? in->have - in->at : want;
	return 0;
}

void
input_skip(struct input *in, size_t n)
{
	in->at += n;
}

/* Drop the rest of a line that is too long. */
static int
skip_line(struct input *in, struct btns_err *e)
{
	uint8_t *nl;

	for (;;) {
		nl = memchr(in->buf + in->at, '\n', in->have - in->at);
		if (nl != NULL) {
			in->at = (size_t)(nl + 1 - in->buf);
			return 0;
		}
		in->at = in->have;
		if (in->eof)
			return 0;
		if (fill(in, e) == -1)
			return -1;
	}
}

int
input_line(struct input *in, const char **p, size_t *n, bool *cut,
    struct btns_err *e)
{
	const uint8_t *from;
	uint8_t *nl;
	size_t len;

	*cut = false;
	for (;;) {
		from = in->buf + in->at;
		len = in->have - in->at;
		nl = len == 0 ? NULL : memchr(from, '\n', len);
		if (nl != NULL || in->eof || len > INPUT_MAX)
			break;
		if (fill(in, e) == -1)
			return -1;
	}
	if (nl == NULL && len == 0)
		return 0;
	if (nl != NULL)
		len = (size_t)(nl - from);
	in->line++;
	in->at += nl == NULL ? len : len + 1;
	*cut = len > INPUT_MAX;
	*n = *cut ? 0 : len;
	if (*n > 0 && from[*n - 1] == '\r')
		--*n;
	*p = (const char *)from;
	if (*cut && nl == NULL && !in->eof)
		return skip_line(in, e) == -1 ? -1 : 1;
	return 1;
}
