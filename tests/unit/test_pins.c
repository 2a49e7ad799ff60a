/* Pins: decisions as transactions, and what two at once come to. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common.h"
#include "../../lib/pins.h"

static char base[PATH_MAX], iked[PATH_MAX], path[PATH_MAX];
static struct btns_pins *p;
static struct btns_key ka, kb, kc, ked;
static struct btns_err e;

static int
group_setup(void **state)
{
	(void)state;
	good_key(&ka, "p256.spki.pem");
	good_key(&kb, "p384.spki.pem");
	good_key(&kc, "rsa2048.spki.pem");
	good_key(&ked, "ed25519.spki.pem");
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	if (scratch_make(base, sizeof(base)) == -1)
		return -1;
	(void)snprintf(iked, sizeof(iked), "%.3000s/iked", base);
	(void)snprintf(path, sizeof(path), "%.3000s/db/pins.db", base);
	if (mkdir(iked, 0755) == -1)
		return -1;
	return btns_pins_init(&p, path, iked, &e);
}

static int
teardown(void **state)
{
	(void)state;
	btns_pins_close(p);
	p = NULL;
	return scratch_remove(base);
}

static int
number(const char *sql)
{
	return sql_number(path, sql);
}

static struct btns_ident
ident(const char *name)
{
	struct btns_ident id;

	if (btns_ident_parse(&id, name, &e) == -1)
		fail_msg("%s", e.msg);
	return id;
}

/* What was given, as the command line would. */
enum { YES = 1, PROOF = 2, FORCE = 4 };

static struct trust_verdict
decide(enum trust_verb verb, const char *name, const struct btns_key *k,
    int given, const char *replaces, const struct btns_view *shown,
    struct btns_view *v)
{
	struct btns_ident id = ident(name);
	struct btns_order o = {
		.given = { .evidence = given & PROOF ? TRUST_PROOF :
		    given & YES ? TRUST_OPERATOR : TRUST_NOTHING,
		    .force = given & FORCE, .typed = id.typed },
		.replaces = replaces, .digits = given & PROOF ? 64 : 0
	};
	struct trust_verdict verdict;

	if (btns_pins_do(p, verb, &id, k, &o, shown, &verdict, v, &e) == -1)
		verdict.reason = TRUST_ASK + 1;		/* trouble: see e */
	return verdict;
}

static enum trust_reason
pin(const char *name, const struct btns_key *k, int given)
{
	struct btns_view v;

	return decide(TRUST_PIN, name, k, given, NULL, NULL, &v).reason;
}

static enum trust_reason
forget(const char *name)
{
	struct btns_view v;

	return decide(TRUST_FORGET, name, NULL, YES, NULL, NULL, &v).reason;
}

#define TROUBLE	(TRUST_ASK + 1)

static void
hex(char out[BTNS_FP_HEX], const struct btns_key *k)
{
	struct btns_fp fp;

	assert_int_equal(btns_fp_of(&fp, k, &e), 0);
	btns_fp_hex(out, &fp);
}

static void
a_store_is_bound_to_its_directory(void **state)
{
	char id[64];
	struct btns_pins *two;
	struct stat st;

	(void)state;
	assert_string_equal(btns_pins_iked(p), iked);
	assert_int_equal(strlen(btns_pins_id(p)), 32);
	(void)snprintf(id, sizeof(id), "%s", btns_pins_id(p));
	btns_pins_close(p);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(btns_pins_open(&p, path, &e), 0);
	assert_string_equal(btns_pins_iked(p), iked);
	assert_string_equal(btns_pins_id(p), id);
	assert_failed(btns_pins_init(&two, path, iked, &e), &e, BTNS_E_EXISTS,
	    "exists");
	assert_null(two);
	btns_pins_close(NULL);
}

static void
a_discarded_store_is_gone(void **state)
{
	int lock;

	(void)state;
	assert_int_equal(btns_pins_lock(p, &lock, &e), 0);
	btns_pins_unlock(lock);
	btns_pins_discard(p);
	p = NULL;
	assert_int_equal(access(path, F_OK), -1);
	assert_failed(btns_pins_open(&p, path, &e), &e, BTNS_E_STORE,
	    "no store");
}

static void
what_others_may_write_is_not_opened(void **state)
{
	(void)state;
	btns_pins_close(p);
	p = NULL;
	assert_int_equal(chmod(path, 0620), 0);
	assert_failed(btns_pins_open(&p, path, &e), &e, BTNS_E_UNSAFE,
	    "others may write it");
	assert_int_equal(chmod(path, 0600), 0);
	path[strlen(path) - 8] = '\0';
	assert_int_equal(chmod(path, 0770), 0);
	path[strlen(path)] = '/';
	assert_failed(btns_pins_open(&p, path, &e), &e, BTNS_E_UNSAFE,
	    "writable by its group");
}

static void
trying_writes_nothing(void **state)
{
	struct btns_ident id = ident("gw");
	struct btns_order o = { .given.evidence = TRUST_PROOF };
	struct trust_verdict verdict;
	struct btns_view v;

	(void)state;
	assert_int_equal(btns_pins_try(p, TRUST_PIN, &id, &ka, &o, &verdict,
	    &v, &e), 0);
	assert_int_equal(verdict.reason, TRUST_OK);
	assert_int_equal(verdict.effect, TRUST_BIND);
	assert_int_equal(number("SELECT count(*) FROM event"), 1);
	assert_int_equal(number("SELECT count(*) FROM key"), 0);
}

static void
a_refusal_writes_nothing(void **state)
{
	(void)state;
	assert_int_equal(pin("gw", &ka, 0), TRUST_ASK);
	assert_int_equal(pin("gw", &ked, PROOF | FORCE), TRUST_NO_ED25519);
	assert_int_equal(forget("gw"), TRUST_NO_LIVE);
	assert_int_equal(number("SELECT count(*) FROM event"), 1);
	assert_int_equal(number("SELECT count(*) FROM key"), 0);
}

static void
a_life_of_an_identity(void **state)
{
	struct btns_view v;
	char old[BTNS_FP_HEX];

	(void)state;
	assert_int_equal(pin("gw", &ka, YES), TRUST_OK);
	assert_int_equal(pin("gw", &ka, YES), TRUST_OK);
	assert_int_equal(number("SELECT count(*) FROM event"), 2);
	assert_int_equal(pin("gw", &ka, PROOF), TRUST_OK);
	assert_int_equal(number("SELECT count(*) FROM event"), 3);
	assert_int_equal(pin("gw", &kb, PROOF), TRUST_NO_NAME);
	hex(old, &ka);
	old[8] = '\0';
	assert_int_equal(decide(TRUST_PIN, "gw", &kb, YES, old, NULL,
	    &v).reason, TRUST_ASK);
	assert_int_equal(decide(TRUST_PIN, "gw", &kb, PROOF, "00000000", NULL,
	    &v).reason, TRUST_NO_MISNAMED);
	assert_int_equal(decide(TRUST_PIN, "gw", &kb, PROOF, old, NULL,
	    &v).reason, TRUST_OK);
	assert_int_equal(forget("gw"), TRUST_OK);
	assert_int_equal(forget("gw"), TRUST_NO_LIVE);
	assert_int_equal(pin("gw", &kb, YES), TRUST_ASK);
	assert_int_equal(pin("gw", &kc, YES), TRUST_ASK);
	assert_int_equal(pin("gw", &kc, PROOF), TRUST_OK);
	assert_int_equal(number("SELECT count(*) FROM binding"), 3);
	assert_int_equal(number("SELECT count(*) FROM binding WHERE"
	    " state = 'pinned'"), 1);
	assert_int_equal(number("SELECT count(*) FROM event"), 6);
}

static void
look_alikes_and_other_identities_are_seen(void **state)
{
	struct btns_view v;

	(void)state;
	assert_int_equal(pin("gw.example.org", &ka, YES), TRUST_OK);
	assert_int_equal(decide(TRUST_PIN, "GW.example.org", &kb, PROOF, NULL,
	    NULL, &v).reason, TRUST_NO_ALIKE);
	assert_string_equal(v.alike, "fqdn/gw.example.org");
	assert_int_equal(decide(TRUST_PIN, "two", &ka, 0, NULL, NULL,
	    &v).reason, TRUST_ASK);
	assert_string_equal(v.elsewhere, "fqdn/gw.example.org");
	assert_int_equal(pin("fqdn/GW.example.org", &kb, YES), TRUST_OK);
}

static void
an_answer_counts_only_for_what_was_shown(void **state)
{
	struct btns_view shown, v;

	(void)state;
	(void)decide(TRUST_PIN, "gw", &ka, 0, NULL, NULL, &shown);
	assert_int_equal(pin("gw", &kb, YES), TRUST_OK);
	assert_int_equal(decide(TRUST_PIN, "gw", &ka, YES, NULL, &shown,
	    &v).reason, TROUBLE);
	assert_int_equal(e.code, BTNS_E_REFUSED);
	assert_non_null(strstr(e.msg, "changed while you looked"));
	(void)decide(TRUST_FORGET, "gw", NULL, 0, NULL, NULL, &shown);
	assert_int_equal(forget("gw"), TRUST_OK);
	assert_int_equal(decide(TRUST_FORGET, "gw", NULL, YES, NULL, &shown,
	    &v).reason, TROUBLE);
	(void)decide(TRUST_PIN, "two", &ka, 0, NULL, NULL, &shown);
	assert_int_equal(pin("TWO", &kb, YES), TRUST_OK);
	assert_int_equal(decide(TRUST_PIN, "two", &ka, YES, NULL, &shown,
	    &v).reason, TROUBLE);
	(void)decide(TRUST_PIN, "three", &ka, 0, NULL, NULL, &shown);
	assert_int_equal(pin("four", &ka, YES), TRUST_OK);
	assert_int_equal(decide(TRUST_PIN, "three", &ka, YES, NULL, &shown,
	    &v).reason, TROUBLE);
	assert_int_equal(number("SELECT count(*) FROM binding WHERE value ="
	    " 'three'"), 0);
}

/* n processes pin at the same moment; the sum of 10^reason. */
static unsigned
race(int n, const char *const *names, const struct btns_key *const *keys,
    int given)
{
	unsigned sum = 0, unit;
	int i, go[2], status;
	pid_t pid[8];
	char c;

	btns_pins_close(p);
	p = NULL;
	assert_int_equal(pipe(go), 0);
	for (i = 0; i < n; i++) {
		assert_int_not_equal(pid[i] = fork(), -1);
		if (pid[i] != 0)
			continue;
		(void)close(go[1]);
		if (btns_pins_open(&p, path, &e) == -1)
			_exit(99);
		if (read(go[0], &c, 1) == -1)
			_exit(99);
		_exit((int)pin(names[i], keys[i], given));
	}
	(void)close(go[0]);
	(void)close(go[1]);
	for (i = 0; i < n; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(WIFEXITED(status));
		assert_int_not_equal(WEXITSTATUS(status), 99);
		unit = WEXITSTATUS(status) == TRUST_OK ? 1 :
		    WEXITSTATUS(status) == TRUST_NO_NAME ? 10 : 100;
		sum += unit;
	}
	assert_int_equal(btns_pins_open(&p, path, &e), 0);
	return sum;
}

static void
of_two_first_keys_at_once_one_wins(void **state)
{
	const struct btns_key *const keys[] = { &ka, &kb };
	char name[16];
	const char *names[2] = { name, name };
	int i;

	(void)state;
	for (i = 0; i < 10; i++) {
		(void)snprintf(name, sizeof(name), "gw%d", i);
		assert_int_equal(race(2, names, keys, YES), 11);
		assert_int_equal(number("SELECT count(*) FROM binding"),
		    i + 1);
		assert_int_equal(number("SELECT count(*) FROM event"), i + 2);
	}
}

static void
the_chain_has_no_fork(void **state)
{
	const struct btns_key *const keys[] = { &ka, &kb, &kc, &ka, &kb, &kc };
	static const char *const names[] = { "a", "b", "c", "d", "e", "f" };

	(void)state;
	assert_int_equal(race(6, names, keys, PROOF), 6);
	assert_int_equal(number("SELECT count(*) FROM event"), 7);
	assert_int_equal(number("SELECT max(seq) FROM event"), 7);
	assert_int_equal(number("SELECT count(*) FROM event AS a JOIN event"
	    " AS b ON b.seq = a.seq + 1 AND b.previous = a.hash"), 6);
}

static void
a_process_that_dies_while_deciding_leaves_nothing(void **state)
{
	int i, status;
	pid_t pid;

	(void)state;
	for (i = 0; i < 20; i++) {
		btns_pins_close(p);
		p = NULL;
		assert_int_not_equal(pid = fork(), -1);
		if (pid == 0) {
			if (btns_pins_open(&p, path, &e) == -1)
				_exit(99);
			for (;;) {
				(void)pin("gw", &ka, PROOF);
				(void)forget("gw");
			}
		}
		(void)usleep((useconds_t)(2000 + 1700 * i));
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(btns_pins_open(&p, path, &e), 0);
		assert_int_equal(number("SELECT (SELECT count(*) FROM event"
		    " WHERE verb = 'pin') - (SELECT count(*) FROM event"
		    " WHERE verb = 'forget') = (SELECT count(*) FROM binding"
		    " WHERE state = 'pinned')"), 1);
		assert_int_equal(number("SELECT count(*) = max(seq) FROM"
		    " event"), 1);
	}
}

static int
count(const struct btns_pin *pn, void *arg)
{
	int *n = arg;

	assert_true(pn->live == (strcmp(pn->state, "pinned") == 0));
	++*n;
	return 0;
}

static void
a_prefix_finds_its_keys_and_no_others(void **state)
{
	char digits[BTNS_FP_HEX], cut[BTNS_FP_HEX];
	size_t i;
	int n;

	(void)state;
	assert_int_equal(pin("a", &ka, YES), TRUST_OK);
	assert_int_equal(pin("b", &ka, YES), TRUST_OK);
	assert_int_equal(pin("c", &kb, YES), TRUST_OK);
	hex(digits, &ka);
	for (i = 8; i <= 64; i++) {
		(void)snprintf(cut, sizeof(cut), "%.*s", (int)i, digits);
		n = 0;
		assert_int_equal(btns_pins_by_prefix(p, cut, count, &n, &e),
		    0);
		assert_int_equal(n, 2);
		cut[i - 1] = cut[i - 1] == '0' ? 'f' : '0';
		n = 0;
		assert_int_equal(btns_pins_by_prefix(p, cut, count, &n, &e),
		    0);
		assert_int_equal(n, 0);
	}
	n = 0;
	assert_int_equal(btns_pins_each(p, count, &n, &e), 0);
	assert_int_equal(n, 3);
}

static void
comments_are_checked(void **state)
{
	char text[BTNS_COMMENT_MAX + 2];
	int c;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[BTNS_COMMENT_MAX] = '\0';
	assert_int_equal(btns_comment_check(text, &e), 0);
	text[BTNS_COMMENT_MAX] = 'x';
	text[BTNS_COMMENT_MAX + 1] = '\0';
	assert_failed(btns_comment_check(text, &e), &e, BTNS_E_USAGE,
	    "201 bytes");
	assert_int_equal(btns_comment_check("", &e), 0);
	for (c = 1; c < 128; c++) {
		(void)snprintf(text, sizeof(text), "a%cb", c);
		assert_int_equal(btns_comment_check(text, &e),
		    c < 0x20 || c == 0x7f ? -1 : 0);
	}
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_store_is_bound_to_its_directory),
		TEST(a_discarded_store_is_gone),
		TEST(what_others_may_write_is_not_opened),
		TEST(trying_writes_nothing),
		TEST(a_refusal_writes_nothing),
		TEST(a_life_of_an_identity),
		TEST(look_alikes_and_other_identities_are_seen),
		TEST(an_answer_counts_only_for_what_was_shown),
		TEST(of_two_first_keys_at_once_one_wins),
		TEST(the_chain_has_no_fork),
		TEST(a_process_that_dies_while_deciding_leaves_nothing),
		TEST(a_prefix_finds_its_keys_and_no_others),
		TEST(comments_are_checked),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
