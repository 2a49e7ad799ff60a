#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "harvest_priv.h"
#include "input.h"
#include "keyread.h"
#include "words.h"

struct list {
	struct harvest	*h;
	const char	*file;
	unsigned long	 line;
	struct btns_err	*e;
};

static void
left(const struct list *l, const char *why)
{
	char object[512];

	(void)snprintf(object, sizeof(object), "%.400s:%lu", l->file,
	    l->line);
	l->h->left(object, why, l->h->arg);
}

/* 64 hex digits, perhaps with sha256: in front, and a comment behind. */
static bool
fingerprint(struct btns_fp *fp, const char *p, size_t n)
{
	unsigned v;
	size_t i;

	if (n > 7 && strncmp(p, "sha256:", 7) == 0) {
		p += 7;
		n -= 7;
	}
	if (n < 64 || (n > 64 && p[64] != ' ' && p[64] != '\t'))
		return false;
	for (i = 0; i < BTNS_FP_LEN; i++) {
		if (!isxdigit((unsigned char)p[2 * i]) ||
		    !isxdigit((unsigned char)p[2 * i + 1]) ||
		    sscanf(p + 2 * i, "%2x", &v) != 1)
			return false;
		fp->b[i] = (uint8_t)v;
	}
	return true;
}

static bool
is(const char *p, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(p, word, n) == 0;
}

static bool
key_type(const char *p, size_t n)
{
	return (n > 4 && memcmp(p, "ssh-", 4) == 0) ||
	    (n > 11 && memcmp(p, "ecdsa-sha2-", 11) == 0) ||
	    (n > 3 && memcmp(p, "sk-", 3) == 0);
}

/* A line of known_hosts, sshd(8): [@marker] hosts keytype base64. */
struct host_line {
	enum btns_keymark mark;
	const char	*hosts, *key;	/* key: from its type on */
	size_t		 hostslen, keylen;
};

static bool
host_line(struct host_line *hl, const char *p, size_t n)
{
	struct words w = { p, p + n };
	const char *word, *end;
	size_t len;

	memset(hl, 0, sizeof(*hl));
	if (!words_next(&w, &word, &len))
		return false;
	if (*word == '@') {
		if (is(word, len, "@revoked"))
			hl->mark = BTNS_MARK_REVOKED;
		else if (is(word, len, "@cert-authority"))
			hl->mark = BTNS_MARK_CA;
		else
			return false;
		if (!words_next(&w, &word, &len))
			return false;
	}
	hl->hosts = word;
	hl->hostslen = len;
	if (key_type(word, len) || !words_next(&w, &word, &len) ||
	    !key_type(word, len))
		return false;
	hl->key = word;
	if (!words_next(&w, &word, &len))
		return false;
	end = word + len;
	hl->keylen = (size_t)(end - hl->key);
	return true;
}

static int
give(struct list *l, struct harvest_item *it, const struct btns_key *k)
{
	char object[512];

	(void)snprintf(object, sizeof(object), "%.400s:%lu", l->file,
	    l->line);
	it->object = object;
	it->source = "ssh";
	it->key = k;
	if (btns_fp_of(&it->fp, k, l->e) == -1)
		return -1;
	it->odd = it->kind == HARVEST_KEY ? btns_ident_odd(&it->ident) : NULL;
	return l->h->item(it, l->h->arg);
}

/* One name of a line: a host as iked would name it, or why not. */
static int
host(struct list *l, const char *p, size_t n, const struct btns_key *k)
{
	struct harvest_item it = { .kind = HARVEST_KEY };
	char name[BTNS_ID_MAX + 16];

	if (memchr(p, '*', n) != NULL || memchr(p, '?', n) != NULL ||
	    *p == '!')
		l->h->patterns++;
	else if (*p == '[')
		l->h->ports++;
	else {
		(void)snprintf(name, sizeof(name), "%.*s", (int)(n >
		    BTNS_ID_MAX + 8 ? BTNS_ID_MAX + 8 : n), p);
		if (btns_ident_parse(&it.ident, name, l->e) == 0)
			return give(l, &it, k);
		left(l, l->e->msg);
	}
	return 0;
}

static int
hosts(struct list *l, const struct host_line *hl, const struct btns_key *k)
{
	const char *p = hl->hosts, *end = p + hl->hostslen, *comma;
	int rv = 0;

	for (; rv == 0 && p < end; p = comma + 1) {
		if ((comma = memchr(p, ',', (size_t)(end - p))) == NULL)
			comma = end;
		if (comma > p)
			rv = host(l, p, (size_t)(comma - p), k);
	}
	return rv;
}

static int
known_host(struct list *l, const char *p, size_t n)
{
	struct harvest_item it = { .kind = HARVEST_REVOKED };
	struct host_line hl;
	struct btns_key k;

	if (!host_line(&hl, p, n)) {
		left(l, "no line of a known_hosts");
		return 0;
	}
	if (hl.mark == BTNS_MARK_CA) {
		l->h->ca++;
		return 0;
	}
	if (hl.mark == BTNS_MARK_NONE && hl.hosts[0] == '|') {
		l->h->hashed++;
		return 0;
	}
	if (btns_key_parse_one(&k, hl.key, hl.keylen, "key", l->e) == -1) {
		left(l, l->e->msg);
		return 0;
	}
	return hl.mark == BTNS_MARK_REVOKED ? give(l, &it, &k) :
	    hosts(l, &hl, &k);
}

static int
revoked(struct list *l, const char *p, size_t n)
{
	struct harvest_item it = { .kind = HARVEST_REVOKED,
	    .source = "file" };
	char object[512];

	if (!fingerprint(&it.fp, p, n)) {
		left(l, "not the 64 digits of a fingerprint");
		return 0;
	}
	(void)snprintf(object, sizeof(object), "%.400s:%lu", l->file,
	    l->line);
	it.object = object;
	return l->h->item(&it, l->h->arg);
}

static int
read_lines(struct list *l, struct input *in)
{
	int (*line)(struct list *, const char *, size_t) = NULL;
	struct host_line unused;
	struct btns_fp fp;
	const char *p;
	size_t n;
	bool cut;
	int rv;

	while ((rv = input_line(in, &p, &n, &cut, l->e)) == 1) {
		l->line++;
		for (; n > 0 && isspace((unsigned char)*p); n--)
			p++;
		if (!cut && (n == 0 || *p == '#'))
			continue;
		if (line == NULL)
			line = cut ? NULL : fingerprint(&fp, p, n) ?
			    revoked : l->h->as == NULL &&
			    host_line(&unused, p, n) ? known_host : NULL;
		if (line == NULL)
			return 1;
		if (cut)
			left(l, "a line over 64 KiB");
		else if ((rv = line(l, p, n)) != 0)
			return rv;
	}
	return rv == 0 && line == NULL ? 1 : rv;
}

int
harvest_list(struct harvest *h, int fd, const char *file, struct btns_err *e)
{
	struct list l = { h, file, 0, e };
	struct input in;
	int rv;

	if (input_open(&in, fd, NULL, 0, e) == -1)
		return -1;
	rv = read_lines(&l, &in);
	input_close(&in);
	return rv;
}
