/* iked's pubkeys/: by descriptors, and never outside its directories. */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "../../lib/tree.h"

#define ID	"00112233445566778899aabbccddeeff"
#define OTHER	"ffeeddccbbaa99887766554433221100"

static char iked[PATH_MAX];

static int
setup(void **state)
{
	(void)state;
	return scratch_make(iked, sizeof(iked));
}

static int
teardown(void **state)
{
	(void)state;
	return scratch_remove(iked);
}

static const char *
at(const char *name)
{
	static char path[2][PATH_MAX];
	static int i;

	i = !i;
	(void)snprintf(path[i], PATH_MAX, "%.2000s/%.1000s", iked, name);
	return path[i];
}

static void
put(const char *name, size_t n, mode_t mode)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_int_not_equal(fd, -1);
	assert_int_equal(ftruncate(fd, (off_t)n), 0);
	(void)close(fd);
}

static struct btns_tree *
open_tree(const char *id, enum btns_tree_mode mode)
{
	struct btns_tree *t;
	struct btns_err e;

	if (btns_tree_open(&t, iked, id, mode, &e) == -1)
		fail_msg("%s", e.msg);
	return t;
}

static unsigned
mode_of(const char *name)
{
	struct stat st;

	if (lstat(at(name), &st) == -1)
		return 0;
	return (unsigned)st.st_mode & 07777;
}

static void
looking_makes_nothing(void **state)
{
	struct btns_tree *t = open_tree(ID, TREE_LOOK);
	struct btns_err e;
	struct stat st;

	(void)state;
	assert_int_equal(btns_tree_look(t, "fqdn/gw", &st, NULL, NULL, &e),
	    0);
	btns_tree_close(t);
	assert_int_equal(rmdir(iked), 0);
	assert_int_equal(mkdir(iked, 0755), 0);
}

static void
writing_makes_what_is_missing_whatever_the_umask(void **state)
{
	static const mode_t masks[] = { 022, 0, 077, 0777 };
	size_t i;

	(void)state;
	for (i = 0; i < (geteuid() == 0 ? 4 : 3); i++) {
		(void)umask(masks[i]);
		btns_tree_close(open_tree(ID, TREE_WRITE));
		(void)umask(022);
		assert_int_equal(mode_of("pubkeys"), 0755);
		assert_int_equal(mode_of("pubkeys/fqdn"), 0755);
		assert_int_equal(mode_of("pubkeys/ufqdn"), 0755);
		assert_int_equal(mode_of("pubkeys/ipv4"), 0755);
		assert_int_equal(mode_of("pubkeys/ipv6"), 0755);
		assert_int_equal(mode_of("pubkeys/.btns"), 0700);
		assert_int_equal(mode_of("pubkeys/.btns/store-id"), 0600);
		assert_int_equal(scratch_remove(at("pubkeys")), 0);
	}
}

static void
a_tree_belongs_to_one_store(void **state)
{
	struct btns_tree *t;
	struct btns_err e;

	(void)state;
	btns_tree_close(open_tree(ID, TREE_WRITE));
	btns_tree_close(open_tree(ID, TREE_WRITE));
	btns_tree_close(open_tree(ID, TREE_LOOK));
	assert_failed(btns_tree_open(&t, iked, OTHER, TREE_LOOK, &e), &e,
	    BTNS_E_REFUSED, "belongs to another store (id 00112233)");
	assert_null(t);
	assert_failed(btns_tree_open(&t, iked, OTHER, TREE_WRITE, &e), &e,
	    BTNS_E_REFUSED, "another store");
	btns_tree_close(open_tree(NULL, TREE_LOOK));	/* whosever it is */
	btns_tree_close(open_tree(OTHER, TREE_TAKE));
	assert_failed(btns_tree_open(&t, iked, ID, TREE_WRITE, &e), &e,
	    BTNS_E_REFUSED, "another store (id ffeeddcc)");
}

static void
nothing_is_made_in_another_store_s_tree(void **state)
{
	struct btns_tree *t;
	struct btns_err e;

	(void)state;
	btns_tree_close(open_tree(ID, TREE_WRITE));
	assert_int_equal(rmdir(at("pubkeys/ipv6")), 0);
	put("pubkeys/.btns/7", 1, 0644);
	assert_failed(btns_tree_open(&t, iked, OTHER, TREE_WRITE, &e), &e,
	    BTNS_E_REFUSED, "another store");
	assert_int_equal(mode_of("pubkeys/ipv6"), 0);
	assert_int_equal(mode_of("pubkeys/.btns/7"), 0644);
}

static void
an_id_that_is_damaged_is_another(void **state)
{
	struct btns_tree *t;
	struct btns_err e;

	(void)state;
	btns_tree_close(open_tree(ID, TREE_WRITE));
	put("pubkeys/.btns/store-id", 5, 0600);
	assert_failed(btns_tree_open(&t, iked, ID, TREE_WRITE, &e), &e,
	    BTNS_E_REFUSED, "another store");
	put("pubkeys/.btns/store-id", 1000, 0600);
	assert_int_equal(btns_tree_open(&t, iked, ID, TREE_WRITE, &e), -1);
	assert_int_equal(e.code, BTNS_E_FORMAT);
	/* An empty one is nobody's. */
	put("pubkeys/.btns/store-id", 0, 0600);
	btns_tree_close(open_tree(ID, TREE_WRITE));
}

static void
left_overs_are_swept(void **state)
{
	struct btns_tree *t;
	struct btns_err e;

	(void)state;
	btns_tree_close(open_tree(ID, TREE_WRITE));
	put("pubkeys/.btns/0", 10, 0644);
	put("pubkeys/.btns/1999", 10, 0644);
	put("pubkeys/.btns/store-id.new", 10, 0600);
	assert_int_equal(mkdir(at("pubkeys/.btns/fqdn"), 0755), 0);
	put("pubkeys/.btns/fqdn/gw", 10, 0644);
	btns_tree_close(open_tree(ID, TREE_LOOK));
	assert_int_equal(mode_of("pubkeys/.btns/0"), 0644);
	t = open_tree(ID, TREE_WRITE);
	assert_int_equal(mode_of("pubkeys/.btns/0"), 0);
	assert_int_equal(mode_of("pubkeys/.btns/store-id.new"), 0);
	assert_int_equal(mode_of("pubkeys/.btns/fqdn"), 0);
	put("pubkeys/fqdn/other", 3, 0644);
	assert_int_equal(btns_tree_stage(t, 3, "fqdn/gw", "key", 3, &e), 0);
	assert_int_equal(mode_of("pubkeys/.btns/3"), 0644);
	assert_int_equal(btns_tree_stage(t, 4, "ipv4/192.0.2.1", "key", 3,
	    &e), 0);
	assert_int_equal(mode_of("pubkeys/.btns/ipv4"), 0755);
	btns_tree_close(t);
	assert_int_equal(mode_of("pubkeys/.btns/3"), 0);
	assert_int_equal(mode_of("pubkeys/.btns/ipv4"), 0);
	assert_int_equal(mode_of("pubkeys/.btns/store-id"), 0600);
}

/* pubkeys/ and above stop everything, a type's directory what is in it. */
static void
refused(const char *dir, enum btns_tree_mode mode, const char *why)
{
	struct btns_tree *t;
	struct btns_err e;
	struct stat st;
	char path[64];

	if (strchr(dir, '/') == NULL || strstr(dir, ".btns") != NULL) {
		assert_failed(btns_tree_open(&t, iked, ID, mode, &e), &e,
		    BTNS_E_UNSAFE, why);
		return;
	}
	t = open_tree(ID, mode);
	(void)snprintf(path, sizeof(path), "%s/x", strchr(dir, '/') + 1);
	assert_failed(btns_tree_look(t, path, &st, NULL, NULL, &e), &e,
	    BTNS_E_UNSAFE, why);
	assert_failed(btns_tree_remove(t, path, &e), &e, BTNS_E_UNSAFE, why);
	assert_int_equal(btns_tree_look(t, strstr(dir, "fqdn") != NULL ?
	    "ipv4/x" : "fqdn/x", &st, NULL, NULL, &e), 0);
	btns_tree_close(t);
}

static void
what_others_could_change_is_refused(void **state)
{
	static const char *const dirs[] = { "", "pubkeys", "pubkeys/.btns",
	    "pubkeys/fqdn", "pubkeys/ufqdn", "pubkeys/ipv4",
	    "pubkeys/ipv6" };
	enum btns_tree_mode mode;
	struct btns_tree *t;
	struct btns_err e;
	struct stat st;
	size_t i;

	(void)state;
	btns_tree_close(open_tree(ID, TREE_WRITE));
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		for (mode = TREE_LOOK; mode <= TREE_TAKE; mode++) {
			assert_int_equal(stat(at(dirs[i]), &st), 0);
			assert_int_equal(chmod(at(dirs[i]), 0777), 0);
			refused(dirs[i], mode, "writable by others");
			assert_int_equal(chmod(at(dirs[i]), 0775), 0);
			refused(dirs[i], mode, "writable by its group");
			assert_int_equal(chmod(at(dirs[i]),
			    st.st_mode & 07777), 0);
		}
	for (i = 1; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		for (mode = TREE_LOOK; mode <= TREE_TAKE; mode++) {
			assert_int_equal(rename(at(dirs[i]), at("real")), 0);
			assert_int_equal(symlink(at("real"), at(dirs[i])), 0);
			refused(dirs[i], mode, "a symbolic link");
			assert_int_equal(unlink(at(dirs[i])), 0);
			assert_int_equal(rename(at("real"), at(dirs[i])), 0);
		}
	assert_failed(btns_tree_open(&t, at("none"), ID, TREE_WRITE, &e), &e,
	    BTNS_E_SYS, "no such directory");
	assert_int_equal(e.sys_errno, ENOENT);
}

static void
files_are_looked_at_up_to_their_limit(void **state)
{
	static uint8_t buf[BTNS_TREE_FILE];
	struct btns_tree *t = open_tree(ID, TREE_WRITE);
	struct btns_err e;
	struct stat st;
	size_t n = 7;

	(void)state;
	put("pubkeys/fqdn/small", 10, 0644);
	put("pubkeys/fqdn/exact", BTNS_TREE_FILE, 0644);
	put("pubkeys/fqdn/over", BTNS_TREE_FILE + 1, 0644);
	assert_int_equal(btns_tree_look(t, "fqdn/small", &st, buf, &n, &e),
	    1);
	assert_int_equal(n, 10);
	assert_int_equal(btns_tree_look(t, "fqdn/exact", &st, buf, &n, &e),
	    1);
	assert_int_equal(n, BTNS_TREE_FILE);
	assert_int_equal(btns_tree_look(t, "fqdn/over", &st, buf, &n, &e), 1);
	assert_int_equal(n, BTNS_TREE_FILE + 1);
	assert_int_equal(btns_tree_look(t, "fqdn/none", &st, buf, &n, &e), 0);
	assert_int_equal(mkdir(at("pubkeys/ipv4/d"), 0755), 0);
	assert_int_equal(btns_tree_look(t, "ipv4/d", &st, buf, &n, &e), 1);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(mkfifo(at("pubkeys/ipv4/f"), 0644), 0);
	assert_int_equal(btns_tree_look(t, "ipv4/f", &st, buf, &n, &e), 1);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(symlink("../fqdn/small", at("pubkeys/ipv4/l")), 0);
	assert_int_equal(btns_tree_look(t, "ipv4/l", &st, buf, &n, &e), 1);
	assert_true(S_ISLNK(st.st_mode));
	btns_tree_close(t);
}

/* A damaged store may hold any path. */
static void
no_path_leads_out_of_the_directories(void **state)
{
	static const char *const paths[] = { "fqdn/../../victim",
	    "fqdn/../victim", "../victim", "victim", "/victim", "",
	    "fqdn", "fqdn/", "fqdn/.", "fqdn/..", "asn1/x", "fqdn/a/b",
	    ".btns/store-id", "FQDN/gw", "fqd/n", "../../victim", "..",
	    "../..", ".././../victim", "../pubkeys/../../victim" };
	static const char *const out[] = { "fqdn/../../victim", "/victim",
	    "fqdn/../victim", "../../victim", "..", "../..", "fqdn/..",
	    ".././../victim", "../pubkeys/../../victim" };
	struct btns_tree *t = open_tree(ID, TREE_WRITE);
	struct btns_err e;
	struct stat st;
	size_t i;

	(void)state;
	put("victim", 3, 0644);
	put("pubkeys/victim", 3, 0644);
	assert_int_equal(mkdir(at("pubkeys/fqdn/a"), 0755), 0);
	put("pubkeys/fqdn/a/b", 3, 0644);
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		(void)btns_tree_remove(t, paths[i], &e);
		if (btns_tree_stage(t, 1, paths[i], "key", 3, &e) == 0)
			fail_msg("%s is staged", paths[i]);
		if (btns_tree_place(t, 1, paths[i], true, &e) == 0)
			fail_msg("%s is written", paths[i]);
	}
	for (i = 0; i < sizeof(out) / sizeof(out[0]); i++)
		if (btns_tree_look(t, out[i], &st, NULL, NULL, &e) == 1)
			fail_msg("%s is seen", out[i]);
	assert_int_equal(mode_of("victim"), 0644);
	assert_int_equal(mode_of("pubkeys/victim"), 0644);
	assert_int_equal(mode_of("pubkeys/fqdn/a/b"), 0644);
	assert_int_equal(mode_of("pubkeys/.btns/store-id"), 0600);
	btns_tree_close(t);
}

static void
a_file_is_staged_placed_and_removed(void **state)
{
	struct btns_tree *t = open_tree(ID, TREE_WRITE);
	struct btns_err e;
	char buf[8];
	int fd;

	(void)state;
	put("pubkeys/fqdn/other", 3, 0644);
	(void)umask(077);
	assert_int_equal(btns_tree_stage(t, 0, "fqdn/gw", "one", 3, &e), 0);
	assert_int_equal(btns_tree_stage(t, 1, "fqdn/gw", "two", 3, &e), 0);
	(void)umask(022);
	assert_int_equal(btns_tree_sync_stage(t, &e), 0);
	assert_int_equal(btns_tree_place(t, 0, "fqdn/gw", false, &e), 0);
	assert_int_equal(mode_of("pubkeys/fqdn/gw"), 0644);
	assert_failed(btns_tree_place(t, 1, "fqdn/gw", false, &e), &e,
	    BTNS_E_SYS, "pubkeys/fqdn/gw");
	assert_int_equal(e.sys_errno, EEXIST);
	assert_int_equal(btns_tree_place(t, 1, "fqdn/gw", true, &e), 0);
	fd = open(at("pubkeys/fqdn/gw"), O_RDONLY);
	assert_int_equal(read(fd, buf, 8), 3);
	assert_memory_equal(buf, "two", 3);
	(void)close(fd);
	assert_failed(btns_tree_place(t, 1, "fqdn/gw", true, &e), &e,
	    BTNS_E_SYS, "pubkeys/fqdn/gw");
	assert_int_equal(btns_tree_remove(t, "fqdn/gw", &e), 0);
	assert_int_equal(btns_tree_remove(t, "fqdn/gw", &e), 0);
	assert_int_equal(mode_of("pubkeys/fqdn/gw"), 0);
	assert_int_equal(mkdir(at("pubkeys/fqdn/d"), 0755), 0);
	assert_failed(btns_tree_remove(t, "fqdn/d", &e), &e, BTNS_E_SYS,
	    "pubkeys/fqdn/d");
	assert_int_equal(btns_tree_sync(t, &e), 0);
	btns_tree_close(t);
}

static ino_t
inode(const char *name)
{
	struct stat st;

	return lstat(at(name), &st) == -1 ? 0 : st.st_ino;
}

static struct btns_tree *
two_staged(void)
{
	struct btns_tree *t = open_tree(ID, TREE_WRITE);
	struct btns_err e;

	assert_int_equal(btns_tree_stage(t, 0, "fqdn/a", "one", 3, &e), 0);
	assert_int_equal(btns_tree_stage(t, 1, "fqdn/b", "two", 3, &e), 0);
	assert_int_equal(btns_tree_sync_stage(t, &e), 0);
	return t;
}

static void
the_first_files_come_with_their_directory(void **state)
{
	struct btns_tree *t = two_staged();
	ino_t was = inode("pubkeys/fqdn");
	struct btns_err e;

	(void)state;
	assert_int_equal(btns_tree_place(t, 0, "fqdn/a", false, &e), 0);
	assert_int_not_equal(inode("pubkeys/fqdn"), was);
	assert_int_equal(mode_of("pubkeys/fqdn"), 0755);
	assert_int_equal(mode_of("pubkeys/fqdn/b"), 0644);
	assert_int_equal(btns_tree_place(t, 1, "fqdn/b", false, &e), 0);
	assert_int_equal(btns_tree_remove(t, "fqdn/a", &e), 0);
	assert_int_equal(mode_of("pubkeys/fqdn/a"), 0);
	assert_int_equal(btns_tree_sync(t, &e), 0);
	btns_tree_close(t);
	assert_int_equal(mode_of("pubkeys/fqdn/b"), 0644);
	assert_int_equal(mode_of("pubkeys/.btns/fqdn"), 0);
}

static void
a_file_that_came_meanwhile_is_not_lost(void **state)
{
	struct btns_tree *t = two_staged();
	ino_t was = inode("pubkeys/fqdn");
	struct btns_err e;

	(void)state;
	put("pubkeys/fqdn/a", 7, 0600);
	assert_failed(btns_tree_place(t, 0, "fqdn/a", false, &e), &e,
	    BTNS_E_SYS, "pubkeys/fqdn/a");
	assert_int_equal(e.sys_errno, EEXIST);
	assert_int_equal(btns_tree_place(t, 1, "fqdn/b", false, &e), 0);
	btns_tree_close(t);
	assert_int_equal(inode("pubkeys/fqdn"), was);
	assert_int_equal(mode_of("pubkeys/fqdn/a"), 0600);
	assert_int_equal(mode_of("pubkeys/fqdn/b"), 0644);
	assert_int_equal(mode_of("pubkeys/.btns/fqdn"), 0);
}

/* Neither its mode nor its owner is ours to change. */
static void
a_directory_of_another_mode_stays(void **state)
{
	struct btns_tree *t;
	struct btns_err e;
	ino_t was;

	(void)state;
	btns_tree_close(open_tree(ID, TREE_WRITE));
	assert_int_equal(chmod(at("pubkeys/fqdn"), 0750), 0);
	was = inode("pubkeys/fqdn");
	t = two_staged();
	assert_int_equal(btns_tree_place(t, 0, "fqdn/a", false, &e), 0);
	assert_int_equal(mode_of("pubkeys/fqdn/b"), 0);
	assert_int_equal(btns_tree_place(t, 1, "fqdn/b", false, &e), 0);
	btns_tree_close(t);
	assert_int_equal(inode("pubkeys/fqdn"), was);
	assert_int_equal(mode_of("pubkeys/fqdn"), 0750);
	assert_int_equal(mode_of("pubkeys/fqdn/b"), 0644);
}

/* Nor is what lies behind a link that was put in its place. */
static void
a_link_in_its_place_is_not_followed(void **state)
{
	struct btns_tree *t = two_staged();
	struct btns_err e;

	(void)state;
	assert_int_equal(mkdir(at("elsewhere"), 0755), 0);
	assert_int_equal(rmdir(at("pubkeys/fqdn")), 0);
	assert_int_equal(symlink("../elsewhere", at("pubkeys/fqdn")), 0);
	assert_failed(btns_tree_place(t, 0, "fqdn/a", false, &e), &e,
	    BTNS_E_SYS, "pubkeys/fqdn/a");
	btns_tree_close(t);
	assert_int_equal(mode_of("elsewhere/a"), 0);
	assert_int_equal(unlink(at("pubkeys/fqdn")), 0);
}

struct walk {
	unsigned n, stop;
	size_t longest;
};

static int
on_path(const char *path, void *arg)
{
	struct walk *w = arg;

	if (strlen(path) > w->longest)
		w->longest = strlen(path);
	assert_non_null(strchr(path, '/'));
	return ++w->n == w->stop ? 42 : 0;
}

static void
everything_is_walked_and_a_walk_can_end(void **state)
{
	struct btns_tree *t = open_tree(ID, TREE_WRITE);
	struct walk w = { 0, 0, 0 };
	char name[300] = "pubkeys/ufqdn/";
	struct btns_err e;

	(void)state;
	memset(name + 14, 'x', 255);
	put(name, 1, 0644);
	put("pubkeys/fqdn/a\n\033[2J", 1, 0644);
	put("pubkeys/fqdn/.hidden", 1, 0600);
	assert_int_equal(mkdir(at("pubkeys/ipv6/d"), 0755), 0);
	put("pubkeys/ipv6/d/deep", 1, 0644);
	assert_int_equal(symlink("/nowhere", at("pubkeys/ipv4/l")), 0);
	assert_int_equal(btns_tree_each(t, on_path, &w, &e), 0);
	assert_int_equal(w.n, 5);
	assert_int_equal(w.longest, 255 + 6);
	w = (struct walk){ 0, 3, 0 };
	assert_int_equal(btns_tree_each(t, on_path, &w, &e), 42);
	assert_int_equal(w.n, 3);
	btns_tree_close(t);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(looking_makes_nothing),
		TEST(writing_makes_what_is_missing_whatever_the_umask),
		TEST(a_tree_belongs_to_one_store),
		TEST(nothing_is_made_in_another_store_s_tree),
		TEST(an_id_that_is_damaged_is_another),
		TEST(left_overs_are_swept),
		TEST(what_others_could_change_is_refused),
		TEST(files_are_looked_at_up_to_their_limit),
		TEST(no_path_leads_out_of_the_directories),
		TEST(a_file_is_staged_placed_and_removed),
		TEST(the_first_files_come_with_their_directory),
		TEST(a_file_that_came_meanwhile_is_not_lost),
		TEST(a_directory_of_another_mode_stays),
		TEST(a_link_in_its_place_is_not_followed),
		TEST(everything_is_walked_and_a_walk_can_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
