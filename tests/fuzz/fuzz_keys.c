/* Any file: every format that btns_keys_parse() knows. */
#include <stdbool.h>
#include <string.h>

#include "../../lib/err.h"
#include "../../lib/keyread.h"
#include "fuzz.h"

static const char name[] = "input";

struct seen {
	unsigned	 keys, refused, marked;
	unsigned long	 line;
	struct btns_key	 last;
};

static int
key(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	struct seen *s = arg;

	must(at->file == name && at->form != NULL);
	must(at->index == ++s->keys);
	must(at->line >= s->line);
	s->line = at->line;
	s->marked += at->mark != BTNS_MARK_NONE;
	s->last = *k;
	fuzz_key(k);
	return 0;
}

static void
refused(const struct btns_err *why, void *arg)
{
	struct seen *s = arg;

	fuzz_err(why);
	must(why->code == BTNS_E_FORMAT);
	must(strncmp(why->msg, name, strlen(name)) == 0);
	s->refused++;
}

static int
passphrase(char *buf, int size, const char *file, void *arg)
{
	(void)arg;
	must(file == name && size > 20);
	memcpy(buf, "correct horse", 13);
	return 13;
}

/*
 * RFC 1421's encryption costs one hash; PKCS #8 names its own number of
 * rounds, and would leave no time for anything else.
 */
static bool
may_unlock(const uint8_t *p, size_t n)
{
	return n > 0 && p[0] != 0x30 && memmem(p, n, "DEK-Info:", 9) != NULL &&
	    memmem(p, n, "ENCRYPTED PRIVATE KEY", 21) == NULL;
}

static void
one(const struct seen *s, const uint8_t *p, size_t n, bool locked)
{
	struct btns_err e;
	struct btns_key k;
	int rv = btns_key_parse_one(&k, p, n, name, &e);

	if (s->keys == 1 && s->refused == 0 && s->marked == 0) {
		must(rv == 0 || locked);
		must(rv == -1 || btns_key_same(&k, &s->last));
	} else
		must(rv == -1);
	if (rv == -1)
		fuzz_err(&e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct seen s;
	struct btns_keyread cb = { key, refused, NULL, &s };
	struct btns_err e;
	bool locked = may_unlock(p, n);
	int rv;

	memset(&s, 0, sizeof(s));
	if (locked)
		cb.passphrase = passphrase;
	rv = btns_keys_parse(p, n, name, &cb, &e);
	must(rv == 0 || rv == -1);
	if (rv == -1) {
		fuzz_err(&e);
		must(e.code == BTNS_E_FORMAT);
		must(s.keys == 0 && s.refused == 0);
	} else
		must(s.keys + s.refused > 0);
	one(&s, p, n, locked);
	return 0;
}
