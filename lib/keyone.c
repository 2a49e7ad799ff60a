/* keyread.h's other half: a file that holds one key. */
#include <stddef.h>

#include "err.h"
#include "keyread.h"

struct one {
	const struct btns_keyread *user;
	struct btns_key		*key;
	unsigned		 count;
	enum btns_keymark	 mark;
	struct btns_err		 why;	/* the first refusal */
};

static int
one_key(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	struct one *o = arg;

	if (o->count++ == 0) {
		*o->key = *k;
		o->mark = at->mark;
	}
	return o->user == NULL || o->user->key == NULL ? 0 :
	    o->user->key(k, at, o->user->arg);
}

static void
one_refused(const struct btns_err *why, void *arg)
{
	struct one *o = arg;

	if (o->why.code == BTNS_OK)
		o->why = *why;
}

static int
one_passphrase(char *buf, int size, const char *file, void *arg)
{
	struct one *o = arg;

	if (o->user == NULL || o->user->passphrase == NULL)
		return -1;
	return o->user->passphrase(buf, size, file, o->user->arg);
}

static int
one(struct btns_key *k, int fd, const void *p, size_t n, const char *file,
    const struct btns_keyread *cb, struct btns_err *e)
{
	struct one o = { .user = cb, .key = k };
	struct btns_keyread mine = { one_key, one_refused, one_passphrase,
	    &o };
	int rv;

	rv = fd == -1 ? btns_keys_parse(p, n, file, &mine, e) :
	    btns_keys_read(fd, file, &mine, e);
	if (rv == -1)
		return -1;
	if (o.why.code != BTNS_OK) {
		*e = o.why;
		return -1;
	}
	if (o.count != 1)
		return btns_fail(e, BTNS_E_FORMAT,
		    "%s: %u keys in it, where one belongs", file, o.count);
	if (o.mark != BTNS_MARK_NONE)
		return btns_fail(e, BTNS_E_REFUSED, "%s: its line is marked"
		    " @%s", file, o.mark == BTNS_MARK_REVOKED ? "revoked" :
		    "cert-authority");
	return 0;
}

int
btns_key_read_one(struct btns_key *k, int fd, const char *file,
    const struct btns_keyread *cb, struct btns_err *e)
{
	return one(k, fd, NULL, 0, file, cb, e);
}

int
btns_key_parse_one(struct btns_key *k, const void *p, size_t n,
    const char *file, struct btns_err *e)
{
	return one(k, -1, p, n, file, NULL, e);
}
