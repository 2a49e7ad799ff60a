#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "../../lib/path.h"

#define NOBODY	65534

static char base[PATH_MAX];	/* 0700, ours, and new for every test */
static int low;			/* the lowest free descriptor */

static int
lowest(void)
{
	int fd = dup(STDERR_FILENO);

	(void)close(fd);
	return fd;
}

static const char *
in(const char *name)
{
	static char path[2][PATH_MAX];
	static int i;

	i = !i;
	(void)snprintf(path[i], PATH_MAX, "%.2000s/%.2000s", base, name);
	return path[i];
}

static void
make(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(in(name), 0700), 0);
	assert_int_equal(chmod(in(name), mode), 0);
}

static int
setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char name[PATH_MAX];

	(void)state;
	(void)snprintf(name, sizeof(name), "%s/btns-path.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(name) == NULL || realpath(name, base) == NULL)
		return -1;
	low = lowest();
	return 0;
}

static int
teardown(void **state)
{
	char cmd[PATH_MAX + 16];

	(void)state;
	if (lowest() != low) {
		print_message("a descriptor was left open\n");
		return -1;
	}
	(void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", base);
	return system(cmd) == 0 ? 0 : -1;
}

static void
assert_opens(const char *path)
{
	struct btns_err e;
	struct stat a, b;
	int fd = -1;

	if (btns_path_dir(&fd, path, &e) == -1)
		fail_msg("%s", e.msg);
	assert_int_equal(fstat(fd, &a), 0);
	assert_int_equal(stat(path, &b), 0);
	assert_true(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	assert_int_not_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	(void)close(fd);
}

static void
assert_refused(const char *path, enum btns_code code, const char *name,
    const char *why)
{
	struct btns_err e;
	char want[2 * PATH_MAX];
	int fd = 99;

	(void)snprintf(want, sizeof(want), "%s: %s", name, why);
	assert_failed(btns_path_dir(&fd, path, &e), &e, code, want);
	assert_int_equal(fd, -1);
}

static void
need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void
a_private_directory_opens_however_it_is_written(void **state)
{
	char dots[PATH_MAX + 16];

	(void)state;
	make("a", 0700);
	make("a/b", 0755);
	assert_opens(in("a/b"));
	assert_opens(in("a/b/"));
	assert_opens(in("a//b//"));
	assert_opens(in("a/./b/."));
	assert_opens(in("a/b/.."));
	(void)snprintf(dots, sizeof(dots), "//%s/a", base);
	assert_opens(dots);
	assert_opens("/");
}

static void
a_relative_path_begins_where_we_are(void **state)
{
	char was[PATH_MAX];
	struct btns_err e;
	int fd;

	(void)state;
	make("a", 0700);
	make("a/b", 0700);
	make("open", 0777);
	make("open/b", 0700);
	assert_non_null(getcwd(was, sizeof(was)));
	assert_int_equal(chdir(in("a")), 0);
	assert_opens("b");
	assert_opens(".");
	assert_opens("../a/b");
	/* Where we are is looked at too. */
	assert_int_equal(chdir(in("open")), 0);
	assert_failed(btns_path_dir(&fd, "b", &e), &e, BTNS_E_UNSAFE,
	    "open: writable by others");
	assert_int_equal(chdir(was), 0);
}

static void
what_is_missing_is_a_plain_no(void **state)
{
	(void)state;
	make("a", 0700);
	assert_refused(in("a/b"), BTNS_E_NOTFOUND, in("a/b"),
	    "no such directory");
	assert_refused(in("a/b/c/d"), BTNS_E_NOTFOUND, in("a/b"),
	    "no such directory");
}

static void
a_file_is_no_directory(void **state)
{
	int fd = open(in("f"), O_WRONLY | O_CREAT, 0600);

	(void)state;
	assert_int_not_equal(fd, -1);
	(void)close(fd);
	assert_refused(in("f"), BTNS_E_SYS, in("f"), strerror(ENOTDIR));
	assert_refused(in("f/x"), BTNS_E_SYS, in("f"), strerror(ENOTDIR));
}

static void
a_symbolic_link_is_refused_wherever_it_stands(void **state)
{
	(void)state;
	make("a", 0700);
	make("a/b", 0700);
	assert_int_equal(symlink("a", in("link")), 0);
	assert_int_equal(symlink(in("a/b"), in("a/far")), 0);
	assert_int_equal(symlink("nowhere", in("dangling")), 0);
	assert_refused(in("link"), BTNS_E_UNSAFE, in("link"),
	    "a symbolic link");
	assert_refused(in("link/b"), BTNS_E_UNSAFE, in("link"),
	    "a symbolic link");
	assert_refused(in("link/"), BTNS_E_UNSAFE, in("link"),
	    "a symbolic link");
	assert_refused(in("a/far"), BTNS_E_UNSAFE, in("a/far"),
	    "a symbolic link");
	assert_refused(in("dangling"), BTNS_E_UNSAFE, in("dangling"),
	    "a symbolic link");
}

static void
a_directory_that_others_write_to_is_refused(void **state)
{
	static const struct { mode_t mode; const char *who; } open_to[] = {
		{ 0720, "its group (mode 0720)" },
		{ 0770, "its group (mode 0770)" },
		{ 0702, "others (mode 0702)" },
		{ 0777, "others (mode 0777)" },
		{ 02770, "its group (mode 2770)" },
	};
	char why[64];
	size_t i;

	(void)state;
	make("a", 0700);
	make("a/b", 0700);
	for (i = 0; i < sizeof(open_to) / sizeof(open_to[0]); i++) {
		(void)snprintf(why, sizeof(why), "writable by %s",
		    open_to[i].who);
		assert_int_equal(chmod(in("a"), open_to[i].mode), 0);
		assert_refused(in("a"), BTNS_E_UNSAFE, in("a"), why);
		assert_refused(in("a/b"), BTNS_E_UNSAFE, in("a"), why);
		assert_refused(in("a/b/.."), BTNS_E_UNSAFE, in("a"), why);
	}
}

static void
root_s_sticky_directory_may_be_passed_but_not_used(void **state)
{
	(void)state;
	need_root();
	make("tmp", 01777);
	make("tmp/a", 0700);
	assert_opens(in("tmp/a"));
	assert_refused(in("tmp"), BTNS_E_UNSAFE, in("tmp"),
	    "writable by others (mode 1777)");
	assert_refused(in("tmp/"), BTNS_E_UNSAFE, in("tmp"), "writable");
	assert_refused(in("tmp/."), BTNS_E_UNSAFE, in("tmp/."), "writable");
	assert_refused(in("tmp/a/.."), BTNS_E_UNSAFE, in("tmp/a/.."),
	    "writable");
}

static void
a_directory_of_somebody_else_is_refused(void **state)
{
	(void)state;
	need_root();
	make("theirs", 0700);
	make("theirs/a", 0700);
	make("sticky", 01777);
	make("sticky/a", 0700);
	assert_int_equal(chown(in("theirs"), NOBODY, 0), 0);
	assert_int_equal(chown(in("sticky"), NOBODY, 0), 0);
	assert_refused(in("theirs"), BTNS_E_UNSAFE, in("theirs"),
	    "belongs to user 65534");
	assert_refused(in("theirs/a"), BTNS_E_UNSAFE, in("theirs"),
	    "belongs to user 65534");
	assert_refused(in("theirs/a/../.."), BTNS_E_UNSAFE, in("theirs"),
	    "belongs to user 65534");
	assert_refused(in("sticky/a"), BTNS_E_UNSAFE, in("sticky"),
	    "belongs to user 65534");
}

/* The user 65534 trusts root and itself, and nobody else. */
static void
the_caller_s_own_directories_are_good_for_the_caller(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(chmod(base, 0755), 0);
	make("mine", 0700);
	make("theirs", 0755);
	make("sticky", 01777);
	make("sticky/a", 0755);
	assert_int_equal(chown(in("mine"), NOBODY, NOBODY), 0);
	assert_int_equal(chown(in("sticky"), NOBODY, NOBODY), 0);
	assert_int_equal(chown(in("theirs"), 1, 1), 0);
	assert_int_equal(seteuid(NOBODY), 0);
	assert_opens(in("mine"));
	assert_refused(in("theirs"), BTNS_E_UNSAFE, in("theirs"),
	    "belongs to user 1");
	/* Only root's may be sticky. */
	assert_refused(in("sticky/a"), BTNS_E_UNSAFE, in("sticky"),
	    "writable by others (mode 1777)");
	assert_int_equal(seteuid(0), 0);
}

static void
the_parent_of_a_file_is_checked_and_its_name_given(void **state)
{
	const char *name, *path;
	struct btns_err e;
	int fd;

	(void)state;
	make("a", 0700);
	make("open", 0777);
	path = in("a/pins.db");
	assert_int_equal(btns_path_parent(&fd, &name, path, &e), 0);
	assert_string_equal(name, "pins.db");
	assert_true(name > path && name < path + strlen(path));
	(void)close(fd);
	assert_int_equal(btns_path_parent(&fd, &name, "/pins.db", &e), 0);
	assert_string_equal(name, "pins.db");
	(void)close(fd);
	assert_failed(btns_path_parent(&fd, &name, in("open/f"), &e), &e,
	    BTNS_E_UNSAFE, "writable by others");
	assert_int_equal(fd, -1);
	assert_failed(btns_path_parent(&fd, &name, in("b/f"), &e), &e,
	    BTNS_E_NOTFOUND, "b: no such directory");
}

static void
what_names_no_file_is_wrong_usage(void **state)
{
	static const char *const names[] = { "", "/", "a/", ".", "..",
	    "/tmp/.", "/tmp/.." };
	const char *name;
	struct btns_err e;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_failed(btns_path_parent(&fd, &name, names[i], &e), &e,
		    BTNS_E_USAGE, "not a file's name");
		assert_int_equal(fd, -1);
	}
}

static void
a_path_that_is_too_long_is_wrong_usage(void **state)
{
	static char path[3 * PATH_MAX];
	const char *name;
	struct btns_err e;
	int fd;

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	assert_failed(btns_path_dir(&fd, path, &e), &e, BTNS_E_USAGE,
	    "too long");
	path[sizeof(path) - 3] = '/';
	assert_failed(btns_path_parent(&fd, &name, path, &e), &e,
	    BTNS_E_USAGE, "too long");
}

static void
a_directory_below_an_open_one_is_checked_alike(void **state)
{
	struct btns_err e;
	int dir, fd;

	(void)state;
	make("a", 0700);
	make("open", 0770);
	assert_int_equal(symlink("a", in("link")), 0);
	assert_int_equal(btns_path_dir(&dir, base, &e), 0);
	assert_int_equal(btns_path_below(&fd, dir, "a", "t/a", &e), 0);
	(void)close(fd);
	assert_failed(btns_path_below(&fd, dir, "open", "t/open", &e), &e,
	    BTNS_E_UNSAFE, "t/open: writable by its group");
	assert_int_equal(fd, -1);
	assert_failed(btns_path_below(&fd, dir, "link", "t/link", &e), &e,
	    BTNS_E_UNSAFE, "t/link: a symbolic link");
	assert_failed(btns_path_below(&fd, dir, "none", "t/none", &e), &e,
	    BTNS_E_NOTFOUND, "t/none: no such directory");
	(void)close(dir);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_private_directory_opens_however_it_is_written),
		T(a_relative_path_begins_where_we_are),
		T(what_is_missing_is_a_plain_no),
		T(a_file_is_no_directory),
		T(a_symbolic_link_is_refused_wherever_it_stands),
		T(a_directory_that_others_write_to_is_refused),
		T(root_s_sticky_directory_may_be_passed_but_not_used),
		T(a_directory_of_somebody_else_is_refused),
		T(the_caller_s_own_directories_are_good_for_the_caller),
		T(the_parent_of_a_file_is_checked_and_its_name_given),
		T(what_names_no_file_is_wrong_usage),
		T(a_path_that_is_too_long_is_wrong_usage),
		T(a_directory_below_an_open_one_is_checked_alike),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
