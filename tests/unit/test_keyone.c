/* keyread.h's smaller promises: one key a file, marks, limits, callbacks. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "../../lib/b64.h"
#include "../../lib/input.h"

#define KEY_LINE "ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAIFhmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZm" \
	"ZmZm"

static struct seen seen;

static int
parse_one(const char *text, struct btns_err *e)
{
	struct btns_key k;

	return btns_key_parse_one(&k, text, strlen(text), "f", e);
}

static void
a_file_of_one_key_is_taken(void **state)
{
	struct btns_err e;

	(void)state;
	assert_int_equal(parse_one(KEY_LINE "\n", &e), 0);
	assert_int_equal(parse_one(KEY_LINE, &e), 0);
	assert_int_equal(parse_one(example_pem, &e), 0);
}

static void
two_keys_are_not_one_even_if_they_are_the_same(void **state)
{
	struct btns_err e;

	(void)state;
	assert_failed(parse_one(KEY_LINE "\n" KEY_LINE "\n", &e), &e,
	    BTNS_E_FORMAT, "f: 2 keys in it, where one belongs");
}

static void
a_good_key_beside_a_bad_one_is_not_taken(void **state)
{
	struct btns_err e;

	(void)state;
	assert_failed(parse_one(KEY_LINE "\nssh-rsa AAAA\n", &e), &e,
	    BTNS_E_FORMAT, "f: line 2: OpenSSH: ");
	assert_failed(parse_one("ssh-rsa AAAA\n" KEY_LINE "\n", &e), &e,
	    BTNS_E_FORMAT, "f: line 1: OpenSSH: ");
}

static void
a_file_without_a_key_says_so(void **state)
{
	struct btns_err e;

	(void)state;
	assert_failed(parse_one("", &e), &e, BTNS_E_FORMAT, "f: empty");
	assert_failed(parse_one("prose\n", &e), &e, BTNS_E_FORMAT,
	    "f: no key in it");
}

static void
marked_lines_are_shown_but_not_taken_for_a_peer(void **state)
{
	static const char revoked[] = "@revoked * " KEY_LINE "\n";
	static const char ca[] = "@cert-authority *.example " KEY_LINE "\n";
	struct btns_err e;

	(void)state;
	assert_failed(parse_one(revoked, &e), &e, BTNS_E_REFUSED,
	    "f: its line is marked @revoked");
	assert_failed(parse_one(ca, &e), &e, BTNS_E_REFUSED,
	    "f: its line is marked @cert-authority");
	seen_parse(&seen, revoked, strlen(revoked), "f");
	assert_int_equal(seen.nkeys, 1);
	assert_int_equal(seen.k[0].at.mark, BTNS_MARK_REVOKED);
	seen_parse(&seen, ca, strlen(ca), "f");
	assert_int_equal(seen.k[0].at.mark, BTNS_MARK_CA);
}

static void
a_mark_ends_with_its_line(void **state)
{
	static const char text[] = "@revoked * " KEY_LINE "\n" KEY_LINE "\n";

	(void)state;
	seen_parse(&seen, text, strlen(text), "f");
	assert_int_equal(seen.nkeys, 2);
	assert_int_equal(seen.k[1].at.mark, BTNS_MARK_NONE);
}

static void
keys_are_counted_and_their_lines_too(void **state)
{
	char text[4096];

	(void)state;
	(void)snprintf(text, sizeof(text), "# one\n%s\n\n%sssh-rsa AAAA\n%s",
	    KEY_LINE, example_pem, KEY_LINE);
	seen_parse(&seen, text, strlen(text), "f");
	assert_string_equal(seen.order, "kkrk");
	assert_int_equal(seen.k[0].at.line, 2);
	assert_int_equal(seen.k[1].at.line, 4);
	assert_int_equal(seen.k[2].at.line, 14);
	assert_int_equal(seen.k[2].at.index, 3);
	assert_string_equal(seen.k[1].form, "PUBLIC KEY");
	assert_string_equal(seen.k[2].form, "OpenSSH");
}

static int
stop(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	unsigned *n = arg;

	(void)k;
	(void)at;
	++*n;
	return 7;
}

static void
a_callback_ends_the_reading_with_what_it_returns(void **state)
{
	static const char text[] = KEY_LINE "\n" KEY_LINE "\n";
	unsigned n = 0;
	struct btns_keyread cb = { stop, NULL, NULL, &n };
	struct btns_err e;

	(void)state;
	assert_int_equal(btns_keys_parse(text, strlen(text), "f", &cb, &e),
	    7);
	assert_int_equal(n, 1);
}

static void
without_callbacks_refusals_and_locks_pass_quietly(void **state)
{
	unsigned n = 0;
	struct btns_keyread cb = { stop, NULL, NULL, &n };
	struct btns_err e;
	struct blob b;

	(void)state;
	assert_int_equal(btns_keys_parse("ssh-rsa AAAA\n", 13, "f", &cb, &e),
	    0);
	blob_read(&b, "good", "rsa2048.priv-pkcs1-enc.pem");
	assert_int_equal(btns_keys_parse(b.p, b.n, "f", &cb, &e), 0);
	blob_free(&b);
	assert_int_equal(n, 0);
}

static void
a_directory_and_a_closed_file_are_trouble(void **state)
{
	struct btns_key k;
	struct btns_err e;
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_failed(btns_key_read_one(&k, fd, "f", NULL, &e), &e,
	    BTNS_E_SYS, "f: ");
	(void)close(fd);
	assert_failed(btns_key_read_one(&k, fd, "f", NULL, &e), &e,
	    BTNS_E_SYS, "f: ");
}

/* A line of so many letters, in the middle of good ones. */
static void
long_line(size_t n, bool newline)
{
	struct blob b = { malloc(n + 256), 0 };

	assert_non_null(b.p);
	b.n = (size_t)sprintf((char *)b.p, "%s\n", KEY_LINE);
	memset(b.p + b.n, 'a', n);
	b.n += n;
	if (newline)
		b.n += (size_t)sprintf((char *)b.p + b.n, "\n%s\n", KEY_LINE);
	seen_parse(&seen, b.p, b.n, "f");
	assert_string_equal(seen.order, n > INPUT_MAX ?
	    newline ? "krk" : "kr" : newline ? "kk" : "k");
	if (n > INPUT_MAX)
		assert_string_equal(seen.refused[0].msg,
		    "f: line 2: text: over 65536 bytes on a line");
	seen_pipe(&seen, &b, "f", 4093);
	assert_int_equal(seen.nrefused, n > INPUT_MAX);
	assert_int_equal(seen.nkeys, 1 + newline);
	blob_free(&b);
}

static void
a_line_has_64_kib_at_most_and_others_survive(void **state)
{
	static const size_t sizes[] = { INPUT_MAX - 1, INPUT_MAX,
	    INPUT_MAX + 1, 2 * INPUT_MAX - 1, 2 * INPUT_MAX,
	    2 * INPUT_MAX + 1, 10 * INPUT_MAX };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		long_line(sizes[i], true);
		long_line(sizes[i], false);
	}
}

/* A PEM object of n zero octets, then a good key. */
static void
a_pem_object_has_64_kib_at_most(void **state)
{
	static const char *const why[] = { "SubjectPublicKeyInfo: ",
	    "over 65536 bytes" };
	struct blob b = { malloc(4 * INPUT_MAX), 0 };
	size_t extra, i;

	(void)state;
	assert_non_null(b.p);
	for (extra = 0; extra < 2; extra++) {
		b.n = (size_t)sprintf((char *)b.p,
		    "-----BEGIN PUBLIC KEY-----\n");
		for (i = 0; i < INPUT_MAX / 48; i++)
			b.n += (size_t)sprintf((char *)b.p + b.n, "%064d\n",
			    0);
		b.n += (size_t)sprintf((char *)b.p + b.n, "AAAAAAAAAAAAAAAA"
		    "AAAAA%s=\n-----END PUBLIC KEY-----\n%s\n",
		    extra ? "AA" : "A=", KEY_LINE);
		seen_parse(&seen, b.p, b.n, "f");
		assert_string_equal(seen.order, "rk");
		assert_non_null(strstr(seen.refused[0].msg, why[extra]));
		seen_pipe(&seen, &b, "f", 4093);
		assert_string_equal(seen.order, "rk");
	}
	blob_free(&b);
}

/* DER stands alone in its file: whatever follows it is refused. */
static void
der_with_more_behind_it_is_refused_at_any_length(void **state)
{
	static const size_t more[] = { 1, 1000, INPUT_MAX, 3 * INPUT_MAX };
	struct blob b, long_one = { malloc(4 * INPUT_MAX), 0 };
	size_t i;

	(void)state;
	assert_non_null(long_one.p);
	memset(long_one.p, 0, 4 * INPUT_MAX);
	blob_read(&b, "good", "rsa2048.spki.der");
	memcpy(long_one.p, b.p, b.n);
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		long_one.n = b.n + more[i];
		seen_parse(&seen, long_one.p, long_one.n, "f");
		assert_string_equal(seen.order, "r");
		assert_non_null(strstr(seen.refused[0].msg, " trailing byte"));
		assert_non_null(strstr(seen.refused[0].msg, "offset 294: "));
		seen_pipe(&seen, &long_one, "f", 4093);
		assert_string_equal(seen.order, "r");
	}
	blob_free(&b);
	blob_free(&long_one);
}

int
main(void)
{
#define T(f)	cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(a_file_of_one_key_is_taken),
		T(two_keys_are_not_one_even_if_they_are_the_same),
		T(a_good_key_beside_a_bad_one_is_not_taken),
		T(a_file_without_a_key_says_so),
		T(marked_lines_are_shown_but_not_taken_for_a_peer),
		T(a_mark_ends_with_its_line),
		T(keys_are_counted_and_their_lines_too),
		T(a_callback_ends_the_reading_with_what_it_returns),
		T(without_callbacks_refusals_and_locks_pass_quietly),
		T(a_directory_and_a_closed_file_are_trouble),
		T(a_line_has_64_kib_at_most_and_others_survive),
		T(a_pem_object_has_64_kib_at_most),
		T(der_with_more_behind_it_is_refused_at_any_length),
	};

	return cmocka_run_group_tests_name("keyone", tests, NULL, NULL);
}
