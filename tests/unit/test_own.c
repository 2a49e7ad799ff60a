/* This host's own pair: read as it is, written whole, never lost. */
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "../../lib/keygen.h"
#include "../../lib/keywrite.h"
#include "../../lib/own.h"

static char base[PATH_MAX], iked[PATH_MAX], state_dir[PATH_MAX];

static struct pair {
	struct btns_secret	 pem;
	struct btns_key		 pub;
} a, b;

static int
group_setup(void **state)
{
	struct btns_err e;

	(void)state;
	return btns_keygen(&a.pem, &a.pub, BTNS_P256, 0, NULL, NULL,
	    &e) == -1 || btns_keygen(&b.pem, &b.pub, BTNS_P256, 0, NULL, NULL,
	    &e) == -1 ? -1 : 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	btns_secret_clear(&a.pem);
	btns_secret_clear(&b.pem);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	if (scratch_make(base, sizeof(base)) == -1)
		return -1;
	(void)snprintf(iked, sizeof(iked), "%.2000s/iked", base);
	(void)snprintf(state_dir, sizeof(state_dir), "%.2000s/db", base);
	return mkdir(iked, 0755);
}

static int
teardown(void **state)
{
	(void)state;
	return scratch_remove(base);
}

static const char *
at(const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%.2000s/%.1000s", base, name);
	return path;
}

static void
put(const char *name, const void *p, size_t n, mode_t mode)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, p, n), n);
	(void)close(fd);
}

/* The file holds just this pair's half. */
static void
holds(const char *name, const struct pair *p, mode_t mode)
{
	struct btns_err e;
	struct btns_key k;
	struct stat st;
	char buf[8192];
	ssize_t n;
	int fd = open(at(name), O_RDONLY | O_NOFOLLOW);

	assert_int_not_equal(fd, -1);
	assert_true((n = read(fd, buf, sizeof(buf))) > 0);
	assert_int_equal(fstat(fd, &st), 0);
	(void)close(fd);
	assert_int_equal(st.st_mode & 07777, mode);
	assert_int_equal(btns_key_parse_one(&k, buf, (size_t)n, name, &e), 0);
	assert_true(btns_key_same(&k, &p->pub));
	if (strstr(name, ".key") != NULL) {
		assert_int_equal(n, p->pem.len);
		assert_memory_equal(buf, p->pem.p, p->pem.len);
	}
}

static void
nothing(const char *name)
{
	assert_int_equal(access(at(name), F_OK), -1);
	assert_int_equal(errno, ENOENT);
}

static void
write_pair(const struct pair *p)
{
	struct btns_err e;

	assert_int_equal(btns_own_write(iked, &p->pem, &p->pub, &e), 0);
}

static int
replace_by(char kept[PATH_MAX], const char *as, const struct pair *p,
    struct btns_err *e)
{
	return btns_own_replace(kept, PATH_MAX, iked, state_dir, as, &p->pem,
	    &p->pub, e);
}

static const struct btns_keyread cb;

static void
an_empty_directory_has_neither_half(void **state)
{
	struct btns_own o;
	struct btns_err e;

	(void)state;
	assert_int_equal(btns_own_read(&o, iked, &cb, &e), 0);
	assert_false(o.have_public || o.have_private || o.unreadable);
	assert_failed(btns_own_read(&o, at("none"), &cb, &e), &e,
	    BTNS_E_SYS, "none: no such directory");
	assert_int_equal(e.sys_errno, ENOENT);
}

static void
a_pair_is_written_and_read_back(void **state)
{
	static const mode_t masks[] = { 022, 0, 077, 0177 };
	char kept[PATH_MAX];
	struct btns_own o;
	struct btns_err e;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		(void)umask(masks[i]);
		if (i == 0)
			write_pair(&a);
		else
			assert_int_equal(replace_by(kept, "x", &b, &e), 0);
		(void)umask(022);
		holds("iked/private/local.key", i == 0 ? &a : &b, 0600);
		holds("iked/local.pub", i == 0 ? &a : &b, 0644);
	}
	nothing("iked/private/.btnskey.key");
	nothing("iked/private/.btnskey.pub");
	assert_int_equal(btns_own_read(&o, iked, &cb, &e), 0);
	assert_true(o.have_public && o.have_private && !o.unreadable);
	assert_int_equal(o.mode, 0600);
	assert_true(btns_key_same(&o.public, &b.pub));
	assert_true(btns_key_same(&o.private, &b.pub));
}

static void
a_key_that_is_there_is_not_overwritten(void **state)
{
	struct btns_err e;

	(void)state;
	write_pair(&a);
	assert_failed(btns_own_write(iked, &b.pem, &b.pub, &e), &e,
	    BTNS_E_EXISTS, "local.key: exists");
	holds("iked/private/local.key", &a, 0600);
	holds("iked/local.pub", &a, 0644);
	nothing("iked/private/.btnskey.key");
}

static void
what_lies_under_the_temporary_name_is_not_written_through(void **state)
{
	(void)state;
	assert_int_equal(mkdir(at("iked/private"), 0700), 0);
	put("victim", "victim", 6, 0600);
	assert_int_equal(symlink("../../victim",
	    at("iked/private/.btnskey.key")), 0);
	assert_int_equal(symlink("../../victim",
	    at("iked/private/.btnskey.pub")), 0);
	write_pair(&a);
	holds("iked/private/local.key", &a, 0600);
	holds("iked/local.pub", &a, 0644);
	assert_int_equal(truncate(at("victim"), 6), 0);
	put("victim2", "", 0, 0600);
}

static void
a_missing_half_is_mended(void **state)
{
	struct btns_err e;

	(void)state;
	write_pair(&a);
	assert_int_equal(unlink(at("iked/local.pub")), 0);
	assert_int_equal(btns_own_mend(iked, &a.pub, &e), 1);
	holds("iked/local.pub", &a, 0644);
}

/* Another run finished it since this one looked. */
static void
a_half_mended_meanwhile_is_left_alone(void **state)
{
	struct btns_err e;

	(void)state;
	write_pair(&a);
	assert_int_equal(btns_own_mend(iked, &b.pub, &e), 0);
	holds("iked/local.pub", &a, 0644);
}

/* Killed between link() and unlink(): the key has two names. */
static void
mending_leaves_no_second_name_of_the_private_key(void **state)
{
	struct btns_err e;
	struct stat st;

	(void)state;
	write_pair(&a);
	assert_int_equal(unlink(at("iked/local.pub")), 0);
	put("iked/private/.btnskey.key", a.pem.p, a.pem.len, 0600);
	assert_int_equal(btns_own_mend(iked, &a.pub, &e), 1);
	nothing("iked/private/.btnskey.key");
	assert_int_equal(stat(at("iked/private/local.key"), &st), 0);
	assert_int_equal(st.st_nlink, 1);
}

static void
a_damaged_half_is_trouble(void **state)
{
	struct btns_own o;
	struct btns_err e;

	(void)state;
	write_pair(&a);
	put("iked/local.pub", "nonsense", 8, 0644);
	assert_failed(btns_own_read(&o, iked, &cb, &e), &e, BTNS_E_FORMAT,
	    "local.pub");
	assert_true(o.have_public);
	assert_int_equal(unlink(at("iked/local.pub")), 0);
	put("iked/private/local.key", "nonsense", 8, 0600);
	assert_failed(btns_own_read(&o, iked, &cb, &e), &e, BTNS_E_FORMAT,
	    "local.key");
	assert_true(o.have_private);
	/* Looked for and not opened, it is no trouble. */
	assert_int_equal(btns_own_read(&o, iked, NULL, &e), 0);
	assert_true(o.have_private);
}

static void
links_are_not_followed(void **state)
{
	struct btns_own o;
	struct btns_err e;
	char to[32];

	(void)state;
	write_pair(&a);
	assert_int_equal(rename(at("iked/local.pub"), "/dev/null/x"), -1);
	assert_int_equal(unlink(at("iked/local.pub")), 0);
	put("else.pub", example_pem, strlen(example_pem), 0644);
	assert_int_equal(symlink("../else.pub", at("iked/local.pub")), 0);
	assert_failed(btns_own_read(&o, iked, &cb, &e), &e, BTNS_E_SYS,
	    "local.pub");
	assert_int_equal(btns_own_mend(iked, &a.pub, &e), 0);
	assert_int_equal(readlink(at("iked/local.pub"), to, sizeof(to)), 11);
	assert_int_equal(mkdir(at("else"), 0700), 0);
	assert_int_equal(scratch_remove(at("iked/private")), 0);
	assert_int_equal(symlink("../else", at("iked/private")), 0);
	assert_failed(btns_own_write(iked, &b.pem, &b.pub, &e), &e,
	    BTNS_E_UNSAFE, "private: a symbolic link");
	nothing("else/local.key");
}

static void
a_directory_that_others_write_is_refused(void **state)
{
	struct btns_own o;
	struct btns_err e;

	(void)state;
	assert_int_equal(mkdir(at("iked/private"), 0700), 0);
	assert_int_equal(chmod(at("iked/private"), 0770), 0);
	assert_failed(btns_own_write(iked, &a.pem, &a.pub, &e), &e,
	    BTNS_E_UNSAFE, "writable by its group");
	nothing("iked/private/local.key");
	assert_int_equal(chmod(iked, 0777), 0);
	assert_failed(btns_own_read(&o, iked, &cb, &e), &e, BTNS_E_UNSAFE,
	    "writable by others");
}

static void
another_at_work_is_not_disturbed(void **state)
{
	struct btns_err e;
	int fd;

	(void)state;
	assert_int_equal(mkdir(at("iked/private"), 0700), 0);
	fd = open(at("iked/private"), O_RDONLY | O_DIRECTORY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_failed(btns_own_write(iked, &a.pem, &a.pub, &e), &e,
	    BTNS_E_STORE, "another btnskey is at work");
	nothing("iked/private/local.key");
	(void)close(fd);
	write_pair(&a);
}

/* 1: k is the own key; 0, or -1. */
static int
own_is(const char *dir, const struct btns_key *k, struct btns_err *e)
{
	struct btns_fp fp;

	assert_int_equal(btns_fp_of(&fp, k, e), 0);
	return btns_own_is(dir, &fp, e);
}

static void
the_own_key_is_known_by_either_half(void **state)
{
	struct btns_err e;

	(void)state;
	assert_int_equal(own_is(iked, &a.pub, &e), 0);
	assert_int_equal(own_is(at("none"), &a.pub, &e), 0);
	write_pair(&a);
	assert_int_equal(own_is(iked, &a.pub, &e), 1);
	assert_int_equal(own_is(iked, &b.pub, &e), 0);
	assert_int_equal(unlink(at("iked/local.pub")), 0);
	assert_int_equal(own_is(iked, &a.pub, &e), 1);
	assert_int_equal(own_is(iked, &b.pub, &e), 0);
	assert_int_equal(btns_own_mend(iked, &a.pub, &e), 1);
	assert_int_equal(unlink(at("iked/private/local.key")), 0);
	assert_int_equal(own_is(iked, &a.pub, &e), 1);
	put("iked/local.pub", "nonsense", 8, 0644);
	assert_int_equal(own_is(iked, &a.pub, &e), -1);
}

/* Somebody copied a peer's local.pub over it: that key is none of ours. */
static void
another_s_local_pub_is_not_the_own_key(void **state)
{
	char text[BTNS_FORM_MAX];
	struct btns_err e;
	size_t n;

	(void)state;
	assert_true(btns_own_public(iked));
	write_pair(&a);
	assert_true(btns_own_public(iked));
	assert_int_equal(btns_key_write(text, &n, &b.pub, BTNS_FORM_PEM,
	    &e), 0);
	put("iked/local.pub", text, n, 0644);
	assert_int_equal(own_is(iked, &a.pub, &e), 1);
	assert_int_equal(own_is(iked, &b.pub, &e), 0);
	assert_false(btns_own_public(iked));
	assert_int_equal(unlink(at("iked/private/local.key")), 0);
	assert_true(btns_own_public(iked));
}

static void
old_pairs_are_kept_side_by_side(void **state)
{
	char kept[PATH_MAX], want[PATH_MAX];
	struct btns_err e;
	struct stat st;

	(void)state;
	write_pair(&a);
	assert_int_equal(replace_by(kept, "68c6a490", &b, &e), 0);
	(void)snprintf(want, sizeof(want), "%.2000s/old/68c6a490", state_dir);
	assert_string_equal(kept, want);
	holds("db/old/68c6a490/local.key", &a, 0600);
	holds("db/old/68c6a490/local.pub", &a, 0644);
	holds("iked/private/local.key", &b, 0600);
	holds("iked/local.pub", &b, 0644);
	assert_int_equal(replace_by(kept, "68c6a490", &a, &e), 0);
	(void)snprintf(want, sizeof(want), "%.2000s/old/68c6a490.2",
	    state_dir);
	assert_string_equal(kept, want);
	holds("db/old/68c6a490/local.key", &a, 0600);
	holds("db/old/68c6a490.2/local.key", &b, 0600);
	assert_int_equal(stat(at("db"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(at("db/old"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(at("db/old/68c6a490.2"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void
half_a_pair_and_a_damaged_one_are_kept_too(void **state)
{
	char kept[PATH_MAX];
	struct btns_err e;
	struct stat st;

	(void)state;
	assert_int_equal(mkdir(at("iked/private"), 0700), 0);
	put("iked/private/local.key", "damaged", 7, 0600);
	assert_int_equal(replace_by(kept, "x", &a, &e), 0);
	assert_int_equal(stat(at("db/old/x/local.key"), &st), 0);
	assert_int_equal(st.st_size, 7);
	nothing("db/old/x/local.pub");
}

static void
what_cannot_be_kept_safely_is_refused(void **state)
{
	char kept[PATH_MAX];
	struct btns_err e;

	(void)state;
	write_pair(&a);
	assert_int_equal(btns_own_replace(kept, sizeof(kept), iked,
	    at("no/such"), "x", &b.pem, &b.pub, &e), -1);
	assert_string_equal(kept, "");
	assert_int_equal(mkdir(state_dir, 0700), 0);
	assert_int_equal(mkdir(at("else"), 0700), 0);
	assert_int_equal(symlink("../else", at("db/old")), 0);
	assert_failed(replace_by(kept, "x", &b, &e), &e, BTNS_E_UNSAFE,
	    "a symbolic link");
	nothing("else/x");
	assert_int_equal(unlink(at("db/old")), 0);
	assert_int_equal(chmod(state_dir, 0777), 0);
	assert_failed(replace_by(kept, "x", &b, &e), &e, BTNS_E_UNSAFE,
	    "writable by others");
	nothing("db/old");
	holds("iked/private/local.key", &a, 0600);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_directory_has_neither_half),
		TEST(a_pair_is_written_and_read_back),
		TEST(a_key_that_is_there_is_not_overwritten),
		TEST(what_lies_under_the_temporary_name_is_not_written_through),
		TEST(a_missing_half_is_mended),
		TEST(a_half_mended_meanwhile_is_left_alone),
		TEST(mending_leaves_no_second_name_of_the_private_key),
		TEST(a_damaged_half_is_trouble),
		TEST(links_are_not_followed),
		TEST(a_directory_that_others_write_is_refused),
		TEST(another_at_work_is_not_disturbed),
		TEST(the_own_key_is_known_by_either_half),
		TEST(another_s_local_pub_is_not_the_own_key),
		TEST(old_pairs_are_kept_side_by_side),
		TEST(half_a_pair_and_a_damaged_one_are_kept_too),
		TEST(what_cannot_be_kept_safely_is_refused),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
