#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "hash.h"
#include "history.h"

struct frame {
	uint8_t	buf[4096];
	size_t	len;
	int	full;
};

static void
put(struct frame *f, const void *p, size_t n)
{
	const uint8_t head[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
	    (uint8_t)(n >> 8), (uint8_t)n };

	if (n > sizeof(f->buf) || sizeof(f->buf) - f->len < n + 4) {
		f->full = 1;
		return;
	}
	memcpy(f->buf + f->len, head, 4);
	memcpy(f->buf + f->len + 4, p, n);
	f->len += 4 + n;
}

static void
put_text(struct frame *f, const char *s)
{
	static const uint8_t absent[4] = { 0xff, 0xff, 0xff, 0xff };

	if (s != NULL)
		put(f, s, strlen(s));
	else if (sizeof(f->buf) - f->len < 4)
		f->full = 1;
	else {
		memcpy(f->buf + f->len, absent, 4);
		f->len += 4;
	}
}

static void
put_number(struct frame *f, int64_t v)
{
	uint8_t b[8];
	int i;

	for (i = 0; i < 8; i++)
		b[i] = (uint8_t)((uint64_t)v >> (56 - 8 * i));
	put(f, b, sizeof(b));
}

int
btns_event_hash(uint8_t out[BTNS_EVENT_HASH], const struct btns_event *v,
    struct btns_err *e)
{
	struct frame f = { .len = 0 };
	uint8_t digest[BTNS_HASH_MAX];

	put_text(&f, "btns event 1");
	put_number(&f, v->seq);
	put_number(&f, v->at);
	put_text(&f, v->actor);
	put_text(&f, v->login);
	put_text(&f, v->verb);
	put_text(&f, v->identity);
	if (v->fp == NULL)
		put_text(&f, NULL);
	else
		put(&f, v->fp, 32);
	put_text(&f, v->detail);
	put(&f, v->previous, BTNS_EVENT_HASH);
	if (f.full)
		return btns_fail(e, BTNS_E_FORMAT, "an event that is too long");
	if (btns_hash(digest, BTNS_SHA256, f.buf, f.len, e) == -1)
		return -1;
	memcpy(out, digest, BTNS_EVENT_HASH);
	return 0;
}

/* Names come from the environment and from NSS: keep what is plain. */
static void
plain(char out[BTNS_WHO_MAX], const char *s)
{
	size_t n = 0;

	for (; s != NULL && *s != '\0' && n + 1 < BTNS_WHO_MAX; s++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
		    "uvwxyz0123456789._-", *s) != NULL)
			out[n++] = *s;
	out[n] = '\0';
}

/* The real user's name, looked up once: an import asks for each key. */
static const char *
user(void)
{
	static char name[BTNS_WHO_MAX];
	static uid_t whose;
	const struct passwd *pw;
	uid_t uid = getuid();

	if (name[0] != '\0' && whose == uid)
		return name;
	pw = getpwuid(uid);
	plain(name, pw == NULL ? NULL : pw->pw_name);
	if (name[0] == '\0')
		(void)snprintf(name, sizeof(name), "%ld", (long)uid);
	whose = uid;
	return name;
}

void
btns_who(char actor[BTNS_WHO_MAX], char login[BTNS_WHO_MAX])
{
	const char *env = NULL;

	(void)snprintf(actor, BTNS_WHO_MAX, "%s", user());
	/* Only root's own environment speaks of who became root. */
	if (getuid() == 0 && (env = getenv("SUDO_USER")) == NULL)
		env = getenv("DOAS_USER");
	plain(login, env);
	if (login[0] == '\0')
		memcpy(login, actor, BTNS_WHO_MAX);
}
