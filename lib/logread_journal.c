/* journalctl -o export: NAME=value, or NAME, LF, a length and the octets. */
#include <stdlib.h>
#include <string.h>

#include "logread_priv.h"

#define FIELD_MAX	65536	/* what is longer is not for us */

/* "s=0639...;i=4c8;b=...": the journal, and the entry's number in it. */
static void
cursor(struct journal *j, const char *v, size_t n)
{
	char text[256], *end;
	const char *i;
	size_t len;

	if (n >= sizeof(text))
		return;
	memcpy(text, v, n);
	text[n] = '\0';
	if (strncmp(text, "s=", 2) != 0 || (i = strstr(text, ";i=")) == NULL)
		return;
	len = (size_t)(i - text) - 2;
	if (len == 0 || len >= sizeof(j->id))
		return;
	memcpy(j->id, text + 2, len);
	j->id[len] = '\0';
	j->seq = strtoll(i + 3, &end, 16);
	if (end == i + 3 || *end != ';' || j->seq < 0)
		j->seq = 0;
}

static bool
is(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && memcmp(s, word, n) == 0;
}

static void
field(struct journal *j, const char *name, size_t len, const char *v,
    size_t n)
{
	char number[24];

	j->any = true;
	if (is(name, len, "__CURSOR"))
		cursor(j, v, n);
	else if (is(name, len, "__REALTIME_TIMESTAMP") &&
	    n < sizeof(number)) {
		memcpy(number, v, n);
		number[n] = '\0';
		j->at = strtoll(number, NULL, 10) / 1000000;
	} else if (is(name, len, "SYSLOG_IDENTIFIER"))
		j->iked = is(v, n, "iked");
	else if (is(name, len, "_EXE"))
		j->verified = is(v, n, "/usr/sbin/iked") ||
		    is(v, n, "/usr/local/sbin/iked");
	else if (is(name, len, "MESSAGE")) {
		j->textlen = n < sizeof(j->text) ? n : sizeof(j->text);
		memcpy(j->text, v, j->textlen);
	}
}

static void
clear(struct journal *j)
{
	j->id[0] = '\0';
	j->seq = j->at = 0;
	j->iked = j->verified = j->any = j->over = false;
	j->textlen = 0;
}

/* A field whose value may hold any octets: octets used, 0, or -1. */
static int64_t
binary(struct journal *j, const char *p, size_t name, size_t n)
{
	const unsigned char *len = (const unsigned char *)p + name + 1;
	uint64_t size = 0;
	int i;

	if (name > FIELD_MAX)
		return -1;		/* a journal's has 64 at most */
	if (n < name + 1 + 8)
		return 0;
	for (i = 7; i >= 0; i--)
		size = size << 8 | len[i];
	if (size > (uint64_t)1 << 40)
		return -1;
	j->any = true;
	if (size > FIELD_MAX) {
		j->discard = size + 1;
		return (int64_t)name + 9;
	}
	if (n < name + 9 + size + 1)
		return 0;
	if (p[name + 9 + size] != '\n')
		return -1;
	field(j, p, name, p + name + 9, size);
	return (int64_t)(name + 9 + size + 1);
}

/* One line or field: octets used, 0 where more is needed, or -1. */
static int64_t
one(struct journal *j, const char *p, size_t n)
{
	const char *lf = memchr(p, '\n', n), *eq;
	size_t len;

	if (lf == NULL) {
		if (n < LOGREAD_BUF && !j->cut)
			return 0;
		j->cut = true;		/* a line too long: all of it */
		return (int64_t)n;
	}
	len = (size_t)(lf - p);
	if (j->cut) {
		j->cut = false;
		return (int64_t)len + 1;
	}
	if (len == 0) {
		j->over = j->any;
		return 1;
	}
	if ((eq = memchr(p, '=', len)) == NULL)
		return binary(j, p, len, n);
	field(j, p, (size_t)(eq - p), eq + 1, (size_t)(lf - eq) - 1);
	return (int64_t)len + 1;
}

int
journal_parse(struct journal *j, const char *p, size_t n, size_t *used)
{
	int64_t step;
	size_t part;

	if (j->over)
		clear(j);
	for (*used = 0; *used < n; *used += (size_t)step) {
		if (j->discard > 0) {
			part = n - *used;
			if (part > j->discard)
				part = (size_t)j->discard;
			j->discard -= part;
			step = (int64_t)part;
			continue;
		}
		if ((step = one(j, p + *used, n - *used)) <= 0)
			return (int)step;
		if (j->over) {
			*used += (size_t)step;
			/* Without these it can't be counted once. */
			if (j->id[0] == '\0' || j->seq == 0)
				return -1;
			return 1;
		}
	}
	return 0;
}
