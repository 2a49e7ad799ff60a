/* The export: what it does to a tree, and what it makes of an old intent. */
#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "../../lib/export.h"
#include "../../lib/hash.h"
#include "../../lib/keywrite.h"
#include "../../lib/pins.h"
#include "../../lib/tree.h"

static char base[PATH_MAX], iked[PATH_MAX];
static struct btns_pins *p;
static struct btns_key ka, kb;
static char ta[BTNS_FORM_MAX], tb[BTNS_FORM_MAX];
static size_t na, nb;
static struct btns_err e;

static void
key(struct btns_key *k, char *text, size_t *n, const char *name)
{
	good_key(k, name);
	assert_int_equal(btns_key_write(text, n, k, BTNS_FORM_PEM, &e), 0);
}

static int
group_setup(void **state)
{
	(void)state;
	key(&ka, ta, &na, "p256.spki.pem");
	key(&kb, tb, &nb, "p384.spki.pem");
	return 0;
}

static int
setup(void **state)
{
	char path[PATH_MAX];

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

static const char *
at(const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%.3000s/pubkeys/%.500s", iked,
	    name);
	return path;
}

static void
put(const char *name, const char *text, size_t n, mode_t mode)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, n), n);
	(void)close(fd);
}

/* text NULL: nothing is there. */
static void
holds(const char *name, const char *text)
{
	char buf[BTNS_FORM_MAX];
	struct stat st;
	ssize_t n;
	int fd = open(at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);

	if (text == NULL) {
		assert_int_equal(fd, -1);
		return;
	}
	assert_int_not_equal(fd, -1);
	n = read(fd, buf, sizeof(buf));
	assert_int_equal(n, strlen(text));
	assert_memory_equal(buf, text, n);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	(void)close(fd);
}

static void
decide(enum trust_verb verb, const char *name, const struct btns_key *k,
    const char *replaces)
{
	struct btns_order o = { .given.evidence = TRUST_PROOF, .digits = 64,
	    .given.typed = true, .replaces = replaces };
	struct trust_verdict verdict;
	struct btns_ident id;
	struct btns_view v;

	assert_int_equal(btns_ident_parse(&id, name, &e), 0);
	assert_int_equal(btns_pins_do(p, verb, &id, k, &o, NULL, &verdict,
	    &v, &e), 0);
	assert_int_equal(verdict.reason, TRUST_OK);
}

static void
pin(const char *name, const struct btns_key *k)
{
	decide(TRUST_PIN, name, k, NULL);
}

static char said[4096];

static void
on_change(const struct btns_change *c, void *arg)
{
	static const char op[] = " -~+!!=";
	size_t n = strlen(said);

	(void)arg;
	(void)snprintf(said + n, sizeof(said) - n, "%c%s%s\n", op[c->op],
	    c->path, c->failed ? " failed" : "");
}

enum { DRY = 1, FORCED = 2 };

static struct btns_tally
run(int how, const char *only)
{
	struct btns_export x = { .dry = how & DRY, .force = how & FORCED,
	    .max = BTNS_MAX_NONE, .change = on_change };
	struct btns_ident id;
	struct btns_tally t;

	if (only != NULL) {
		assert_int_equal(btns_ident_parse(&id, only, &e), 0);
		x.only = &id;
		x.nonly = 1;
	}
	said[0] = '\0';
	if (btns_export(p, &x, &t, &e) == -1)
		fail_msg("%s", e.msg);
	return t;
}

/* What an earlier run meant to do: digests of texts, NULL for no file. */
static void
intent(const char *path, const char *old, const char *new)
{
	uint8_t o[BTNS_HASH_MAX], n[BTNS_HASH_MAX];
	struct btns_exported x = { .path = path };

	if (old != NULL) {
		assert_int_equal(btns_hash(o, BTNS_SHA256, old, strlen(old),
		    &e), 0);
		x.old = o;
	}
	if (new != NULL) {
		assert_int_equal(btns_hash(n, BTNS_SHA256, new, strlen(new),
		    &e), 0);
		x.new = n;
	}
	assert_int_equal(btns_exported_begin(p, &e), 0);
	assert_int_equal(btns_exported_put(p, &x, &e), 0);
	assert_int_equal(btns_exported_end(p, &e), 0);
}

static int
on_row(const struct btns_exported *x, void *arg)
{
	int *n = arg;

	(void)x;
	++*n;
	return 0;
}

static int
rows(void)
{
	int n = 0;

	assert_int_equal(btns_exported_each(p, on_row, &n, &e), 0);
	return n;
}

static void
pins_become_files_and_go(void **state)
{
	struct btns_tally t;

	(void)state;
	pin("fqdn/a", &ka);
	pin("ufqdn/b@c", &kb);
	t = run(DRY, NULL);
	assert_string_equal(said, "+fqdn/a\n+ufqdn/b@c\n");
	assert_int_equal(t.added, 2);
	holds("fqdn/a", NULL);
	assert_int_equal(rows(), 0);
	t = run(0, NULL);
	assert_int_equal(t.added, 2);
	assert_int_equal(t.changed + t.removed + t.foreign + t.failed, 0);
	holds("fqdn/a", ta);
	holds("ufqdn/b@c", tb);
	assert_int_equal(rows(), 2);
	(void)run(0, NULL);
	assert_string_equal(said, "");
	decide(TRUST_FORGET, "fqdn/a", NULL, NULL);
	t = run(0, NULL);
	assert_string_equal(said, "-fqdn/a\n");
	assert_int_equal(t.removed, 1);
	holds("fqdn/a", NULL);
	assert_int_equal(rows(), 1);
}

static void
a_replaced_pin_is_one_change(void **state)
{
	char hex[BTNS_FP_HEX];
	struct btns_fp fp;

	(void)state;
	pin("fqdn/a", &ka);
	(void)run(0, NULL);
	assert_int_equal(btns_fp_of(&fp, &ka, &e), 0);
	btns_fp_hex(hex, &fp);
	decide(TRUST_PIN, "fqdn/a", &kb, hex);
	(void)run(0, NULL);
	assert_string_equal(said, "~fqdn/a\n");
	holds("fqdn/a", tb);
	assert_int_equal(rows(), 1);
}

static void
only_one_identity_is_touched_where_one_was_named(void **state)
{
	(void)state;
	pin("fqdn/a", &ka);
	pin("fqdn/b", &kb);
	(void)run(0, "fqdn/b");
	assert_string_equal(said, "+fqdn/b\n");
	holds("fqdn/a", NULL);
	put("fqdn/z", "foreign", 7, 0644);
	(void)run(0, "fqdn/a");
	assert_string_equal(said, "+fqdn/a\n");
}

/* Killed at each point between the intent and the end of the deed. */
static void
an_old_intent_is_finished(void **state)
{
	static const struct {
		const char *old, *new, *there;	/* the row, and the file */
		bool	 want;
		const char *said;
	} cases[] = {
		{ NULL, ta, NULL, true, "+fqdn/a\n" },
		{ NULL, ta, ta, true, "" },
		{ tb, ta, tb, true, "~fqdn/a\n" },
		{ tb, ta, ta, true, "" },
		{ ta, NULL, ta, false, "-fqdn/a\n" },
		{ ta, NULL, NULL, false, "" },
		{ ta, tb, ta, false, "-fqdn/a\n" },
		{ ta, tb, tb, false, "-fqdn/a\n" },
		{ "x", "y", "x", true, "~fqdn/a\n" },
		{ "x", "y", "y", true, "~fqdn/a\n" },
		{ "x", "y", "z", true, "!fqdn/a\n" },
		{ "x", "y", "z", false, "!fqdn/a\n" },
		{ "x", NULL, "x", false, "-fqdn/a\n" },
		{ NULL, "x", "y", false, "!fqdn/a\n" },
	};
	const char *want;
	void *none = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].want)
			pin("fqdn/a", &ka);
		(void)run(0, "fqdn/other");	/* makes the directories */
		intent("fqdn/a", cases[i].old, cases[i].new);
		if (cases[i].there != NULL)
			put("fqdn/a", cases[i].there, strlen(cases[i].there),
			    0644);
		(void)run(0, NULL);
		assert_string_equal(said, cases[i].said);
		want = cases[i].said[0] == '!' ? cases[i].there :
		    cases[i].want ? ta : NULL;
		holds("fqdn/a", want);
		(void)run(0, NULL);		/* and settled */
		assert_string_equal(said, cases[i].said[0] == '!' ?
		    "!fqdn/a\n" : "");
		assert_int_equal(teardown(&none), 0);
		assert_int_equal(setup(&none), 0);
	}
}

static void
files_of_others_are_told_and_left(void **state)
{
	struct btns_tally t;

	(void)state;
	pin("fqdn/a", &ka);
	(void)run(0, "fqdn/other");
	put("fqdn/a", tb, nb, 0644);
	put("fqdn/b", tb, nb, 0644);
	put("ipv4/192.0.2.1", "", 0, 0644);
	t = run(0, NULL);
	assert_string_equal(said, "!fqdn/a\n!fqdn/b\n!ipv4/192.0.2.1\n");
	assert_int_equal(t.foreign, 3);
	t = run(FORCED, NULL);
	assert_int_equal(t.foreign, 2);
	assert_int_equal(t.changed, 1);
	holds("fqdn/a", ta);
	holds("fqdn/b", tb);
}

static void
what_is_no_file_is_left_with_force_too(void **state)
{
	struct stat st;

	(void)state;
	pin("fqdn/a", &ka);
	pin("fqdn/b", &ka);
	pin("fqdn/c", &ka);
	(void)run(0, "fqdn/other");
	assert_int_equal(mkdir(at("fqdn/a"), 0755), 0);
	assert_int_equal(symlink("../../../victim", at("fqdn/b")), 0);
	assert_int_equal(mkfifo(at("fqdn/c"), 0644), 0);
	assert_int_equal(run(FORCED, NULL).foreign, 3);
	assert_int_equal(lstat(at("fqdn/b"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(lstat(at("fqdn/c"), &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
}

static void
one_failure_stops_none_of_the_rest(void **state)
{
	struct btns_tally t;

	(void)state;
	if (geteuid() != 0) {
		/* Root alone passes the mode below, and needs a disk. */
		pin("fqdn/a", &ka);
		pin("ufqdn/b@c", &kb);
		(void)run(0, "fqdn/other");
		assert_int_equal(chmod(at("fqdn"), 0500), 0);
		t = run(0, NULL);
		assert_string_equal(said, "+fqdn/a failed\n+ufqdn/b@c\n");
		assert_int_equal(t.failed, 1);
		assert_int_equal(chmod(at("fqdn"), 0755), 0);
	}
	(void)run(0, NULL);
	(void)run(0, NULL);
	assert_string_equal(said, "");
}

static int
on_pin(const struct btns_pin *pn, void *arg)
{
	return btns_export_holds(p, arg, pn, &e) + 10;
}

static int
asked(void)
{
	struct btns_tree *t;
	int rv;

	assert_int_equal(btns_tree_open(&t, iked, btns_pins_id(p), TREE_LOOK,
	    &e), 0);
	rv = btns_pins_each(p, on_pin, t, &e) - 10;
	btns_tree_close(t);
	return rv;
}

static void
it_is_known_whether_the_tree_holds_a_pin(void **state)
{
	unsigned long n;

	(void)state;
	pin("fqdn/a", &ka);
	assert_int_equal(asked(), 0);
	(void)run(0, NULL);
	assert_int_equal(asked(), 1);
	assert_int_equal(chmod(at("fqdn/a"), 0600), 0);
	assert_int_equal(asked(), 0);
	assert_int_equal(chmod(at("fqdn/a"), 0644), 0);
	put("fqdn/a", tb, nb, 0644);
	assert_int_equal(asked(), 0);
	assert_int_equal(unlink(at("fqdn/a")), 0);
	assert_int_equal(symlink("/dev/null", at("fqdn/a")), 0);
	assert_int_equal(asked(), 0);
	put("ipv6/x", "", 0, 0600);
	assert_int_equal(btns_export_count(iked, &n, &e), 0);
	assert_int_equal(n, 2);
}

static void
a_read_error_changes_nothing(void **state)
{
	struct btns_export x = { .change = on_change };
	struct btns_tally t;

	(void)state;
	pin("fqdn/a", &ka);
	(void)run(0, "fqdn/other");
	assert_int_equal(chmod(at("ipv6"), 0777), 0);
	assert_int_equal(btns_export(p, &x, &t, &e), -1);
	assert_int_equal(e.code, BTNS_E_UNSAFE);
	holds("fqdn/a", NULL);
	assert_int_equal(chmod(at("ipv6"), 0755), 0);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pins_become_files_and_go),
		TEST(a_replaced_pin_is_one_change),
		TEST(only_one_identity_is_touched_where_one_was_named),
		TEST(an_old_intent_is_finished),
		TEST(files_of_others_are_told_and_left),
		TEST(what_is_no_file_is_left_with_force_too),
		TEST(one_failure_stops_none_of_the_rest),
		TEST(it_is_known_whether_the_tree_holds_a_pin),
		TEST(a_read_error_changes_nothing),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
