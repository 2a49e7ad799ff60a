/* The end of every decision: the history, its head file, syslog. */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "file.h"
#include "path.h"
#include "pins_priv.h"

#define SYSLOG_MAX	16	/* events at once that are told singly */

int
pins_begin(struct btns_pins *p, struct btns_err *e)
{
	struct stat st;

	p->first = 0;
	p->now = time(NULL);
	if (store_begin(p->store, e) == -1)
		return btns_fail_at(e, "%s", p->path);
	if (lstat(p->path, &st) == 0 && st.st_dev == p->dev &&
	    st.st_ino == p->ino)
		return 0;
	store_rollback(p->store);
	return btns_fail(e, BTNS_E_STORE, "%s: was replaced by another file"
	    " just now; run this again", p->path);
}

void
pins_rollback(struct btns_pins *p)
{
	p->first = 0;
	store_rollback(p->store);
}

int
pins_log(struct btns_pins *p, const char *verb, const char *identity,
    const uint8_t *fp, const char *detail, struct btns_err *e)
{
	char actor[BTNS_WHO_MAX], login[BTNS_WHO_MAX];
	struct btns_event v = {
		.at = p->now, .actor = actor, .login = login,
		.verb = verb, .identity = identity, .fp = fp, .detail = detail
	};
	struct store_event row;

	btns_who(actor, login);
	if (p->first != 0) {		/* this transaction's own last one */
		v.seq = p->head.seq;
		memcpy(v.previous, p->head.hash, sizeof(v.previous));
	} else if (store_event_last(p->store, &v.seq, v.previous, e) == -1)
		return -1;
	v.seq++;
	if (btns_event_hash(p->head.hash, &v, e) == -1)
		return -1;
	row = (struct store_event){ v.seq, v.at, actor, login, verb, identity,
	    fp, detail, v.previous, p->head.hash };
	if (store_event_add(p->store, &row, e) == -1)
		return -1;
	p->head.seq = v.seq;
	if (p->first == 0)
		p->first = v.seq;
	return 0;
}

/* RFC 3629 section 4: how long is the character?  0: it is none. */
static size_t
utf8(const unsigned char *p)
{
	uint32_t c;
	size_t i, n = *p < 0x80 ? 1 : *p >= 0xc2 && *p < 0xe0 ? 2 :
	    *p >= 0xe0 && *p < 0xf0 ? 3 : *p >= 0xf0 && *p < 0xf5 ? 4 : 0;

	if (n < 2)
		return n;
	c = *p & (0xffU >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return (n == 3 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) ||
	    (n == 4 && (c < 0x10000 || c > 0x10ffff)) ||
	    (c >= 0x80 && c < 0xa0) ? 0 : n;
}

int
btns_comment_check(const char *s, struct btns_err *e)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n;

	if (strlen(s) > BTNS_COMMENT_MAX)
		return btns_fail(e, BTNS_E_USAGE, "a comment of %zu bytes;"
		    " at most %d", strlen(s), BTNS_COMMENT_MAX);
	for (; *p != '\0'; p += n) {
		if (*p < 0x20 || *p == 0x7f)
			return btns_fail(e, BTNS_E_USAGE, "a comment with the"
			    " control byte 0x%02x", *p);
		if ((n = utf8(p)) == 0)
			return btns_fail(e, BTNS_E_USAGE, "a comment with the"
			    " byte 0x%02x, which is not UTF-8's", *p);
	}
	return 0;
}

/* Text that peers and mail may have chosen, on one line and short. */
static void
plain(char *out, size_t size, const char *s)
{
	size_t n;

	for (n = 0; s[n] != '\0' && n + 1 < size; n++)
		out[n] = s[n] < 0x20 || s[n] >= 0x7f ? '?' : s[n];
	out[n] = '\0';
}

static int
tell(const struct store_event *v, void *arg)
{
	const struct btns_pins *p = arg;
	char hash[2 * BTNS_EVENT_HASH + 1], fp[BTNS_FP_HEX] = "-";
	char detail[512];

	if (v->seq > p->head.seq)
		return 1;
	btns_hex(hash, v->hash, BTNS_EVENT_HASH);
	if (v->fp != NULL)
		btns_hex(fp, v->fp, BTNS_FP_LEN);
	plain(detail, sizeof(detail), v->detail);
	syslog(LOG_NOTICE, "%lld:%.16s %s %s %s %s %s", (long long)v->seq,
	    hash, v->login, v->verb, v->identity == NULL ? "-" : v->identity,
	    fp, detail);
	return 0;
}

void
pins_tell(struct btns_pins *p)
{
	char on[BTNS_SETTING_MAX], hash[2 * BTNS_EVENT_HASH + 1];
	struct btns_err ignored;

	/* That it is turned off is told as well. */
	if (btns_setting_get(p, "syslog", on, &ignored) == -1 ||
	    (strcmp(on, "off") == 0 && !p->tell))
		return;
	p->tell = false;
	openlog("btns", LOG_PID, LOG_AUTH);
	if (p->head.seq - p->first < SYSLOG_MAX)
		(void)store_events(p->store, p->first, tell, p, &ignored);
	else {
		btns_hex(hash, p->head.hash, BTNS_EVENT_HASH);
		syslog(LOG_NOTICE, "%lld:%.16s events %lld to %lld",
		    (long long)p->head.seq, hash, (long long)p->first,
		    (long long)p->head.seq);
	}
	closelog();
}

int
pins_commit(struct btns_pins *p, struct btns_err *e)
{
	if (store_commit(p->store, e) == -1) {
		pins_rollback(p);
		return btns_fail_at(e, "%s", p->path);
	}
	if (p->first != 0) {
		pins_head_next(p);
		pins_tell(p);
	}
	p->first = 0;
	return 0;
}

/* "318:9c41..." and a newline. */
#define HEAD_TEXT	(24 + 2 * BTNS_EVENT_HASH)

static bool
parse_head(struct btns_head *h, const char *text)
{
	const char *colon = strchr(text, ':');
	unsigned v;
	size_t i;

	if (colon == NULL || strlen(colon + 1) != 2 * BTNS_EVENT_HASH)
		return false;
	h->seq = strtoll(text, NULL, 10);
	for (i = 0; i < BTNS_EVENT_HASH; i++) {
		if (sscanf(colon + 1 + 2 * i, "%2x", &v) != 1)
			return false;
		h->hash[i] = (uint8_t)v;
	}
	return h->seq > 0;
}

int
pins_head_read(const struct btns_pins *p, struct btns_head h[HEADS],
    struct btns_err *e)
{
	char text[HEADS * HEAD_TEXT + 1], name[256], *line, *rest;
	const char *base;
	size_t n = 0;
	int dir, rv;

	if (btns_path_parent(&dir, &base, p->path, e) == -1)
		return -1;
	(void)snprintf(name, sizeof(name), "%.240s.head", base);
	rv = btns_file_read(dir, name, text, sizeof(text) - 1, &n, e);
	(void)close(dir);
	if (rv == -1)
		return e->code == BTNS_E_NOTFOUND ? 0 :
		    btns_fail_at(e, "%s", name);
	text[n] = '\0';
	rv = 0;
	for (line = strtok_r(text, "\n", &rest); line != NULL && rv < HEADS &&
	    parse_head(&h[rv], line); line = strtok_r(NULL, "\n", &rest))
		rv++;
	return line == NULL && rv > 0 ? rv : btns_fail(e, BTNS_E_STORE,
	    "%s.head: damaged", p->path);
}

/*
 * What is written already is decided already: a head that couldn't be
 * written lags, which verify allows, and the next decision mends it.
 */
static void
write_head(const struct btns_pins *p, const struct btns_head *h,
    unsigned count, bool back)
{
	char text[HEADS * HEAD_TEXT], hex[2 * BTNS_EVENT_HASH + 1];
	char name[256], temp[264];
	struct btns_head there[HEADS];
	struct btns_err ignored;
	const char *base;
	int dir, n = 0;

	if (btns_path_parent(&dir, &base, p->path, &ignored) == -1)
		return;
	if (btns_file_lock(dir, 1000) != 1 || (!back && pins_head_read(p, there,
	    &ignored) == 1 && there[0].seq > h->seq)) {
		(void)close(dir);
		return;
	}
	(void)snprintf(name, sizeof(name), "%.240s.head", base);
	(void)snprintf(temp, sizeof(temp), "%s.new", name);
	for (; count > 0; count--, h++) {
		btns_hex(hex, h->hash, BTNS_EVENT_HASH);
		n += snprintf(text + n, sizeof(text) - (size_t)n,
		    "%lld:%s\n", (long long)h->seq, hex);
	}
	if (btns_file_temp(dir, temp, 0600, text, (size_t)n, &ignored) == 0)
		(void)renameat(dir, temp, dir, name);
	(void)close(dir);
}

void
pins_head_write(const struct btns_pins *p, const struct btns_head *h,
    unsigned count)
{
	write_head(p, h, count, true);
}

void
pins_head_next(const struct btns_pins *p)
{
	write_head(p, &p->head, 1, false);
}

int
btns_head_lag(struct btns_pins *p, int64_t *last, int64_t *head,
    struct btns_err *e)
{
	uint8_t unused[BTNS_EVENT_HASH];
	struct btns_head h[HEADS];
	int rv;

	*head = 0;
	/* The file first: a decision meanwhile only adds events. */
	if ((rv = pins_head_read(p, h, e)) == -1 ||
	    store_event_last(p->store, last, unused, e) == -1)
		return -1;
	if (rv > 0)
		*head = h[0].seq;
	return 0;
}

int
btns_pins_last(struct btns_pins *p, int64_t *seq, struct btns_err *e)
{
	uint8_t unused[BTNS_EVENT_HASH];

	return store_event_last(p->store, seq, unused, e) == -1 ? -1 : 0;
}
