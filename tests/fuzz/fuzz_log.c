/* iked's log: what is found lies in the line, and all of a log is read. */
#include <stdlib.h>
#include <string.h>

#include "../../lib/ikelog.h"
#include "../../lib/logread_priv.h"
#include "fuzz.h"

static void
within(const char *p, size_t n, const char *from, const char *end)
{
	must(p == NULL || (p >= from && n > 0 && p + n <= end &&
	    memchr(p, '\n', n) == NULL));
}

static void
lines(const char *p, size_t n)
{
	struct ikelog_clock clock = { .now = 1772323200 };
	const char *at = p, *before = p, *end = p + n;
	struct ikelog l;
	int64_t t;

	while (btns_ikelog_next(&l, &at, end)) {
		must(l.what != IKELOG_NOTHING && at > before && at <= end);
		must(at[-1] == '\n');
		within(l.stamp, l.stamplen, before, at);
		within(l.id, l.idlen, before, at);
		within(l.from, l.fromlen, before, at);
		must(l.fromlen < 64);
		must((l.what == IKELOG_AUTH) == (l.id == NULL));
		if (btns_ikelog_time(&t, &clock, &l))
			must(t >= 0);
		before = at;
	}
	must(at == end);
}

static void
entries(const char *p, size_t n)
{
	struct journal j = { .seq = 0 };
	size_t used = 0, all;
	int rv;

	for (all = 0; (rv = journal_parse(&j, p + all, n - all, &used)) == 1;
	    all += used)
		must(used > 0 && j.id[0] != '\0' && j.seq > 0 &&
		    j.textlen <= sizeof(j.text));
	must(rv == 0 || rv == -1);
	must(all + used <= n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *text = malloc(n + 1);

	must(text != NULL);
	memcpy(text, p, n);
	lines(text, n);
	entries(text, n);
	free(text);
	return 0;
}
