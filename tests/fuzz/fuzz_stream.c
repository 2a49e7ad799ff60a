/*
 * A stream that comes in odd pieces gives what the same bytes give in
 * memory: keys, places, refusals, in the same order.  run links this with
 * --wrap=read.  The first two bytes pick the pieces.  In the rest a byte
 * 0x01 says: repeat the next one 256 times the one after, which makes
 * lines and files longer than the reader's buffers out of few bytes.
 */
#include <sys/types.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/err.h"
#include "../../lib/keyread.h"
#include "fuzz.h"

#define FD	4711			/* never a real one */
#define LONGEST	(600 * 1024)
#define LOG	(256 * 1024)

struct log {
	size_t	 len;
	char	 text[LOG];
};

static struct {
	const uint8_t	*p;
	size_t		 left;
	uint32_t	 rnd;
	unsigned	 mode;
} in;

ssize_t	 __real_read(int, void *, size_t);
ssize_t	 __wrap_read(int, void *, size_t);

static uint32_t
rnd(void)
{
	return in.rnd = in.rnd * 1664525 + 1013904223;
}

ssize_t
__wrap_read(int fd, void *buf, size_t n)
{
	size_t max = in.left;

	if (fd != FD)
		return __real_read(fd, buf, n);
	must(n > 0);
	if (in.mode & 8 && rnd() >> 29 == 0) {
		errno = EINTR;
		return -1;
	}
	switch (in.mode & 3) {
	case 0:
		max = 1;
		break;
	case 1:
		max = 1 + (rnd() >> 16) % 100;
		break;
	case 2:
		max = 1 + (rnd() >> 8) % 70000;
		break;
	}
	max = max < n ? max : n;
	max = max < in.left ? max : in.left;
	memcpy(buf, in.p, max);
	in.p += max;
	in.left -= max;
	return (ssize_t)max;
}

static void
note(struct log *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->text + l->len, sizeof(l->text) - l->len, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < sizeof(l->text) - l->len)
		l->len += (size_t)n;
}

static int
key(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	size_t i;

	note(arg, "%lu %u %s %d %d %d %u ", at->line, at->index, at->form,
	    at->private, at->mark, k->type, k->bits);
	for (i = 0; i < k->publen; i++)
		note(arg, "%02x", k->pub[i]);
	for (i = 0; i < k->elen; i++)
		note(arg, "%s%02x", i == 0 ? " " : "", k->e[i]);
	note(arg, "\n");
	return 0;
}

static void
refused(const struct btns_err *why, void *arg)
{
	note(arg, "refused %d %s\n", why->code, why->msg);
}

static uint8_t *
expand(size_t *len, const uint8_t *p, size_t n)
{
	uint8_t *out = malloc(LONGEST);
	size_t i, o = 0, many;

	must(out != NULL);
	for (i = 0; i < n && o < LONGEST; i++) {
		if (p[i] != 1 || i + 2 >= n) {
			out[o++] = p[i];
			continue;
		}
		many = p[i + 2] * (size_t)256 + 1;
		many = many < LONGEST - o ? many : LONGEST - o;
		memset(out + o, p[i + 1], many);
		o += many;
		i += 2;
	}
	*len = o;
	return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct log mem, fd;
	struct btns_keyread cb = { key, refused, NULL, &mem };
	struct btns_err a = { .code = BTNS_OK }, b = a;
	uint8_t *all;
	int rv;

	if (n < 2)
		return 0;
	in.mode = p[0];
	in.rnd = p[1];
	all = expand(&in.left, p + 2, n - 2);
	/* A byte at a time is for the short ones. */
	if (in.left > 20000 && (in.mode & 3) == 0)
		in.mode++;
	in.p = all;
	mem.len = fd.len = 0;
	rv = btns_keys_parse(all, in.left, "input", &cb, &a);
	cb.arg = &fd;
	must(btns_keys_read(FD, "input", &cb, &b) == rv);
	must(rv == 0 || (a.code == b.code && strcmp(a.msg, b.msg) == 0));
	must(mem.len == fd.len && memcmp(mem.text, fd.text, fd.len) == 0);
	free(all);
	return 0;
}
