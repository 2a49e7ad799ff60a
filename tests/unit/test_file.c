/* Files that are whole or absent. */
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "../../lib/file.h"

static char base[PATH_MAX];
static int dir;

static int
setup(void **state)
{
	(void)state;
	if (scratch_make(base, sizeof(base)) == -1)
		return -1;
	dir = open(base, O_RDONLY | O_DIRECTORY);
	return dir == -1 ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)close(dir);
	return scratch_remove(base);
}

static void
put(const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
}

static void
is(const char *name, const char *text)
{
	struct btns_err e;
	char buf[100];
	size_t n;

	assert_int_equal(btns_file_read(dir, name, buf, sizeof(buf), &n, &e),
	    0);
	assert_int_equal(n, strlen(text));
	assert_memory_equal(buf, text, n);
}

static void
a_file_is_written_with_its_mode_whatever_the_umask(void **state)
{
	static const mode_t masks[] = { 0, 022, 077, 0777 };
	static const mode_t modes[] = { 0600, 0644, 0400 };
	struct btns_err e;
	struct stat st;
	size_t i, j;
	mode_t was;
	bool right = false;

	(void)state;
	for (i = 0; i < 4; i++)
		for (j = 0; j < 3; j++) {
			was = umask(masks[i]);
			assert_int_equal(btns_file_temp(dir, "x", modes[j],
			    "text", 4, &e), 0);
			(void)umask(was);
			assert_int_equal(fstatat(dir, "x", &st, 0), 0);
			assert_int_equal(st.st_mode & 07777, modes[j]);
			is("x", "text");
		}
	was = umask(077);
	for (i = 0; i < 2; i++) {
		assert_int_equal(btns_file_temp_unsynced(dir, "y", 0644, "",
		    0, &right, &e), 0);
		assert_int_equal(fstatat(dir, "y", &st, 0), 0);
		assert_int_equal(st.st_mode & 07777, 0644);
		assert_false(right);
	}
	(void)umask(022);
	for (i = 0; i < 2; i++) {
		assert_int_equal(btns_file_temp_unsynced(dir, "y", 0644, "",
		    0, &right, &e), 0);
		assert_true(right);
	}
	(void)umask(was);
	is("y", "");
}

static void
what_is_there_is_replaced_and_not_written_through(void **state)
{
	struct btns_err e;

	(void)state;
	put("target", "target");
	assert_int_equal(symlinkat("target", dir, "link"), 0);
	assert_int_equal(btns_file_temp(dir, "link", 0600, "new", 3, &e), 0);
	is("target", "target");
	is("link", "new");
	assert_int_equal(linkat(dir, "target", dir, "hard", 0), 0);
	assert_int_equal(btns_file_temp(dir, "hard", 0600, "new", 3, &e), 0);
	is("target", "target");
	is("hard", "new");
}

static void
a_failure_leaves_nothing(void **state)
{
	struct rlimit was, small = { 10, 10 };
	struct btns_err e;
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	small.rlim_max = was.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_failed(btns_file_temp(dir, "x", 0600, text, sizeof(text), &e),
	    &e, BTNS_E_SYS, "x: ");
	(void)setrlimit(RLIMIT_FSIZE, &was);
	assert_int_equal(e.sys_errno, EFBIG);
	assert_int_equal(faccessat(dir, "x", F_OK, 0), -1);
	assert_int_equal(mkdirat(dir, "d", 0700), 0);
	assert_failed(btns_file_temp(dir, "d", 0600, "x", 1, &e), &e,
	    BTNS_E_SYS, "d: ");
	assert_failed(btns_file_temp(dir, "no/x", 0600, "x", 1, &e), &e,
	    BTNS_E_SYS, "no/x: ");
}

static void
a_file_fits_to_the_octet_or_is_refused(void **state)
{
	struct btns_err e;
	char buf[8];
	size_t n;

	(void)state;
	put("eight", "12345678");
	assert_int_equal(btns_file_read(dir, "eight", buf, 8, &n, &e), 0);
	assert_int_equal(n, 8);
	assert_memory_equal(buf, "12345678", 8);
	assert_failed(btns_file_read(dir, "eight", buf, 7, &n, &e), &e,
	    BTNS_E_FORMAT, "over 7 bytes");
	put("none", "");
	assert_int_equal(btns_file_read(dir, "none", buf, 8, &n, &e), 0);
	assert_int_equal(n, 0);
}

static void
what_is_no_file_is_refused_and_holds_nothing_up(void **state)
{
	struct btns_err e;
	char buf[8];
	size_t n;

	(void)state;
	assert_failed(btns_file_read(dir, "none", buf, 8, &n, &e), &e,
	    BTNS_E_NOTFOUND, "no such file");
	put("target", "x");
	assert_int_equal(symlinkat("target", dir, "link"), 0);
	assert_failed(btns_file_read(dir, "link", buf, 8, &n, &e), &e,
	    BTNS_E_FORMAT, "symbolic link");
	assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
	assert_failed(btns_file_read(dir, "fifo", buf, 8, &n, &e), &e,
	    BTNS_E_FORMAT, "not a regular file");
	assert_int_equal(mkdirat(dir, "d", 0700), 0);
	assert_failed(btns_file_read(dir, "d", buf, 8, &n, &e), &e,
	    BTNS_E_FORMAT, "not a regular file");
}

static void
no_descriptor_is_left_open(void **state)
{
	struct btns_err e;
	char buf[8];
	int low, i;
	size_t n;

	(void)state;
	assert_int_not_equal(low = dup(dir), -1);
	(void)close(low);
	put("file", "123456789");
	assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
	for (i = 0; i < 3; i++) {
		(void)btns_file_read(dir, "file", buf, 8, &n, &e);
		(void)btns_file_read(dir, "fifo", buf, 8, &n, &e);
		(void)btns_file_temp(dir, "x", 0600, "x", 1, &e);
		(void)btns_file_temp(dir, "no/x", 0600, "x", 1, &e);
	}
	assert_int_equal(dup(dir), low);
	(void)close(low);
}

static void
a_directory_is_synced(void **state)
{
	struct btns_err e;

	(void)state;
	assert_int_equal(btns_dir_sync(dir, base, &e), 0);
	assert_failed(btns_dir_sync(-1, "where", &e), &e, BTNS_E_SYS,
	    "where: ");
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_written_with_its_mode_whatever_the_umask),
		TEST(what_is_there_is_replaced_and_not_written_through),
		TEST(a_failure_leaves_nothing),
		TEST(a_file_fits_to_the_octet_or_is_refused),
		TEST(what_is_no_file_is_refused_and_holds_nothing_up),
		TEST(no_descriptor_is_left_open),
		TEST(a_directory_is_synced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
