#include <string.h>

#include "err.h"
#include "ikedfile.h"
#include "keyread.h"
#include "keywrite.h"

struct look {
	struct btns_ikedfile *f;
	int		(*fn)(const struct btns_key *, void *);
	void		*arg;
};

static int
see(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	struct look *l = arg;

	if (l->f->keys++ == 0)
		l->f->key = *k;
	l->f->private = l->f->private || at->private;
	return l->fn == NULL ? 0 : l->fn(k, l->arg);
}

static void
refuse(const struct btns_err *why, void *arg)
{
	struct look *l = arg;

	(void)why;
	l->f->refused++;
}

/* Is this all of the file, as an export writes it?  1, 0 or -1. */
static int
as_written(const struct btns_key *k, const uint8_t *p, size_t n,
    struct btns_err *e)
{
	char text[BTNS_FORM_MAX];
	size_t len;

	if (k->type == BTNS_ED25519)
		return 0;
	if (btns_key_write(text, &len, k, BTNS_FORM_PEM, e) == -1)
		return -1;
	return len == n && memcmp(text, p, n) == 0;
}

int
btns_ikedfile(struct btns_ikedfile *f, const uint8_t *p, size_t n,
    const char *name, int (*fn)(const struct btns_key *, void *), void *arg,
    struct btns_err *e)
{
	struct look l = { f, fn, arg };
	struct btns_keyread cb = { see, refuse, NULL, &l };
	struct btns_key k;
	int rv;

	memset(f, 0, sizeof(*f));
	if (n == 0)
		return 0;
	if ((rv = btns_keys_parse(p, n, name, &cb, e)) != 0 &&
	    (rv != -1 || e->code != BTNS_E_FORMAT))
		return rv;
	f->one = f->keys + f->refused == 1;
	if (f->one && f->keys == 1) {
		if ((rv = as_written(&f->key, p, n, e)) == 1)
			f->loads = BTNS_LOADS_KEY;
		if (rv != 0)
			return rv == 1 ? 0 : -1;
	}
	if ((rv = btns_iked_key(&k, p, n, e)) == -1)
		return -1;
	f->loads = rv;
	f->one = f->one && f->loads != BTNS_LOADS_UNFIT;
	if (f->loads != BTNS_LOADS_KEY)
		return 0;
	f->one = f->one && (f->keys == 0 || btns_key_same(&k, &f->key));
	f->key = k;
	return fn == NULL ? 0 : fn(&k, arg);
}
