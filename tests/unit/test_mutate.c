/*
 * Good files, damaged: reading them never crashes, and a key that comes
 * out of one is as sound as any.  The damage is the same in every run.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "../../lib/keyder.h"
#include "../../lib/keydns.h"
#include "../../lib/keyssh.h"

#define BIG		1200	/* from here truncations are sampled */
#define MUTATIONS	60	/* of each kind, a file */
#define LOCKED		12	/* the same where a passphrase costs time */

static unsigned long reads, keys, checked;
static struct btns_key last;	/* checked last */

/* Marsaglia's xorshift. */
static uint32_t
next(uint32_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 17;
	*s ^= *s << 5;
	return *s;
}

static uint32_t
seed(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name != '\0'; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return h == 0 ? 1 : h;
}

static int
decode(struct btns_key *k, const struct btns_key *was, enum btns_enc enc,
    const uint8_t *p, size_t n, struct btns_err *e)
{
	switch (enc) {
	case BTNS_ENC_SPKI:
		return btns_key_der(k, BTNS_KIND_SPKI, p, n, e);
	case BTNS_ENC_PKCS1:
		return btns_key_der(k, BTNS_KIND_PKCS1, p, n, e);
	case BTNS_ENC_SSH:
		return btns_key_ssh(k, NULL, 0, p, n, e);
	default:
		return btns_key_dns(k, btns_dns_algorithm(was), p, n, e);
	}
}

/* Whatever came out must encode, read back, and encode to the same. */
static void
assert_sound(const struct btns_key *k, const char *what)
{
	static const enum btns_enc encs[] = { BTNS_ENC_SPKI, BTNS_ENC_PKCS1,
	    BTNS_ENC_SSH, BTNS_ENC_RFC3110 };
	uint8_t a[BTNS_ENC_MAX], b[BTNS_ENC_MAX];
	struct btns_key back;
	struct btns_err e;
	size_t i, n, m;

	if (btns_key_same(k, &last))
		return;
	checked++;
	for (i = 0; i < sizeof(encs) / sizeof(encs[0]); i++) {
		if (btns_key_encode(a, &n, k, encs[i], &e) == -1) {
			assert_int_equal(e.code, BTNS_E_REFUSED);
			continue;
		}
		if (decode(&back, k, encs[i], a, n, &e) == -1 ||
		    !btns_key_same(k, &back))
			fail_msg("%s: encoding %s does not read back", what,
			    btns_enc_name(encs[i]));
		assert_int_equal(btns_key_encode(b, &m, &back, encs[i], &e),
		    0);
		assert_int_equal(n, m);
		assert_memory_equal(a, b, n);
	}
	last = *k;
}

static int
on_key(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	(void)at;
	keys++;
	assert_sound(k, arg);
	return 0;
}

static void
on_refused(const struct btns_err *e, void *arg)
{
	(void)arg;
	assert_int_equal(e->code, BTNS_E_FORMAT);
	assert_non_null(strchr(e->msg, ':'));
}

static int
on_passphrase(char *buf, int size, const char *file, void *arg)
{
	(void)file;
	(void)arg;
	assert_true(size > (int)sizeof(PASSPHRASE));
	memcpy(buf, PASSPHRASE, sizeof(PASSPHRASE) - 1);
	return sizeof(PASSPHRASE) - 1;
}

/* From a buffer of its own, so that tools see a byte read too much. */
static void
read_it(const uint8_t *p, size_t n, char *what)
{
	struct btns_keyread cb = { on_key, on_refused, on_passphrase, what };
	struct btns_err e = { .code = BTNS_OK };
	uint8_t *own = malloc(n == 0 ? 1 : n);

	assert_non_null(own);
	memcpy(own, p, n);
	reads++;
	if (btns_keys_parse(own, n, "damaged", &cb, &e) == -1) {
		assert_int_equal(e.code, BTNS_E_FORMAT);
		assert_int_equal(strncmp(e.msg, "damaged: ", 9), 0);
	}
	free(own);
}

static void
truncate_it(const struct blob *b, const char *file)
{
	size_t n, step = b->n < BIG ? 1 : b->n / BIG * 4 + 1;
	char what[192];

	for (n = 0; n < b->n; n += step) {
		(void)snprintf(what, sizeof(what), "%s: its first %zu octets",
		    file, n);
		read_it(b->p, n, what);
	}
	for (n = b->n < 16 ? 0 : b->n - 16; n < b->n; n++)
		read_it(b->p, n, what);
}

/* Another byte: any, or one bit off, or one that means something. */
static uint8_t
other(uint8_t c, uint32_t r)
{
	static const char hot[] = "\0\1\2\3\4\6\60\x7f\x80\x81\x82\xff\n\r"
	    " \t=\"'\\:;()-#@,0s";

	switch (r & 3) {
	case 0:
		return (uint8_t)(c ^ 1u << (r >> 8 & 7));
	case 1:
		return (uint8_t)(r >> 8);
	default:
		return (uint8_t)hot[(r >> 8) % (sizeof(hot) - 1)];
	}
}

enum damage { CHANGE, INSERT, DELETE, REPEAT, DAMAGES };

static size_t
damage(uint8_t *p, size_t n, enum damage how, uint32_t *rnd)
{
	size_t at = next(rnd) % n, len = 1 + next(rnd) % 4;

	switch (how) {
	case CHANGE:
		p[at] = other(p[at], next(rnd));
		return n;
	case INSERT:
		memmove(p + at + 1, p + at, n - at);
		p[at] = other(p[at], next(rnd));
		return n + 1;
	case DELETE:
		len = len > n - at ? n - at : len;
		memmove(p + at, p + at + len, n - at - len);
		return n - len;
	default:
		len = len * 16 > n - at ? n - at : len * 16;
		memmove(p + at + len, p + at, n - at);
		return n + len;
	}
}

static void
mutate_it(const struct blob *b, const char *file, unsigned times)
{
	uint8_t *p = malloc(b->n + 64);
	uint32_t rnd = seed(file);
	char what[192];
	unsigned i, how;
	size_t n;

	assert_non_null(p);
	for (i = 0; i < times; i++)
		for (how = 0; how < DAMAGES; how++) {
			(void)snprintf(what, sizeof(what),
			    "%s: damage %u, number %u", file, how, i);
			memcpy(p, b->p, b->n);
			n = damage(p, b->n, how, &rnd);
			if (i % 4 == 3 && n > 0 && n <= b->n)
				n = damage(p, n, rnd % DAMAGES, &rnd);
			read_it(p, n, what);
		}
	free(p);
}

/* Each file once: rows of one stand together. */
static void
each_file(char **col, void *arg)
{
	void (*f)(const struct blob *, const char *) =
	    *(void (**)(const struct blob *, const char *))arg;
	struct blob b;

	if (strcmp(col[1], "1") != 0)
		return;
	blob_read(&b, "good", col[0]);
	f(&b, col[0]);
	blob_free(&b);
}

static void
mutate_many(const struct blob *b, const char *file)
{
	mutate_it(b, file, strstr(file, "-enc.") != NULL ? LOCKED : MUTATIONS);
}

static void
a_file_cut_anywhere_is_read_or_refused(void **state)
{
	void (*f)(const struct blob *, const char *) = truncate_it;

	(void)state;
	(void)table_each("fingerprints.tsv", each_file, &f);
	assert_true(reads > 10000);
}

static void
a_key_from_a_damaged_file_is_sound(void **state)
{
	void (*f)(const struct blob *, const char *) = mutate_many;

	(void)state;
	(void)table_each("fingerprints.tsv", each_file, &f);
	print_message("%lu reads, %lu keys came out, %lu looked at\n",
	    reads, keys, checked);
	assert_true(keys > 1000 && checked > 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_cut_anywhere_is_read_or_refused),
		cmocka_unit_test(a_key_from_a_damaged_file_is_sound),
	};

	return cmocka_run_group_tests_name("mutate", tests, NULL, NULL);
}
