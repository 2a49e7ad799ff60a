/* What an export does with a path: every combination of what is known. */
#include <stdbool.h>
#include <stdio.h>

#include "common.h"
#include "../../lib/plan.h"

enum {
	WANT = 1, THERE = 2, FIL = 4, OURS = 8, SAME = 16, KEY = 32,
	OPEN = 64, FORCE = 128, ALL = 256
};

static enum plan_op
ask(unsigned b)
{
	const struct plan_facts f = {
		.want = b & WANT, .there = b & THERE, .file = b & FIL,
		.ours = b & OURS, .same = b & SAME, .same_key = b & KEY,
		.open = b & OPEN, .force = b & FORCE
	};

	return plan(&f);
}

#define FOR_ALL(b)	for (unsigned b = 0; b < ALL; b++)

static void
what_is_absent_and_wanted_is_added(void **state)
{
	(void)state;
	FOR_ALL(b)
		assert_int_equal(ask(b) == PLAN_ADD,
		    (b & WANT) && !(b & THERE));
}

static void
what_is_absent_and_not_wanted_is_nothing(void **state)
{
	(void)state;
	FOR_ALL(b)
		if (!(b & (THERE | WANT)))
			assert_int_equal(ask(b), PLAN_NONE);
}

static void
only_files_of_ours_that_nobody_wants_are_removed(void **state)
{
	const unsigned all = WANT | THERE | FIL | OURS;

	(void)state;
	FOR_ALL(b)
		assert_int_equal(ask(b) == PLAN_REMOVE,
		    (b & all) == (THERE | FIL | OURS));
}

static void
only_wanted_regular_files_are_changed(void **state)
{
	const unsigned all = WANT | THERE | FIL;

	(void)state;
	FOR_ALL(b)
		if (ask(b) == PLAN_CHANGE)
			assert_int_equal(b & all, all);
}

static void
what_lies_there_as_it_should_is_left(void **state)
{
	const unsigned all = WANT | THERE | FIL | OPEN;
	bool right;

	(void)state;
	FOR_ALL(b) {
		if (!(b & (THERE | WANT)))
			continue;
		/* Or imported, or somebody's: the key in other bytes. */
		right = (b & all) == all && ((b & SAME) || ((b & KEY) &&
		    ((b & OURS) || !(b & FORCE))));
		assert_int_equal(ask(b) == PLAN_NONE, right);
	}
}

static void
the_right_bytes_with_a_wrong_mode_are_mended(void **state)
{
	const unsigned all = WANT | THERE | FIL | SAME;

	(void)state;
	FOR_ALL(b)
		if ((b & all) == all && !(b & OPEN))
			assert_int_equal(ask(b), PLAN_CHANGE);
}

static void
what_is_not_ours_is_never_touched_without_force(void **state)
{
	(void)state;
	FOR_ALL(b)
		if ((b & THERE) && !(b & (OURS | SAME | FORCE)))
			assert_true(ask(b) == PLAN_FOREIGN ||
			    ((b & KEY) && ask(b) == PLAN_NONE));
}

static void
what_is_no_file_is_never_touched(void **state)
{
	(void)state;
	FOR_ALL(b)
		if ((b & THERE) && !(b & FIL))
			assert_int_equal(ask(b), PLAN_FOREIGN);
}

static void
force_overwrites_what_stands_in_the_way_and_no_more(void **state)
{
	enum plan_op with, without;

	(void)state;
	FOR_ALL(b) {
		if (b & FORCE)
			continue;
		without = ask(b);
		with = ask(b | FORCE);
		if (with == without)
			continue;
		assert_true(without == PLAN_FOREIGN || (without ==
		    PLAN_NONE && (b & KEY) && !(b & (OURS | SAME))));
		assert_int_equal(with, PLAN_CHANGE);
		assert_true((b & WANT) && (b & FIL));
	}
}

static void
the_wanted_key_in_another_spelling_is_taken_over(void **state)
{
	(void)state;
	assert_int_equal(ask(WANT | THERE | FIL | KEY | OPEN), PLAN_NONE);
	assert_int_equal(ask(WANT | THERE | FIL | KEY), PLAN_FOREIGN);
	assert_int_equal(ask(THERE | FIL | KEY | OPEN), PLAN_FOREIGN);
}

/* Rule 4: whoever made the file. */
static void
a_file_with_a_revoked_key_is_moved_aside_unless_it_is_ours(void **state)
{
	struct plan_facts f = { .there = true, .revoked = true };
	int b;

	(void)state;
	for (b = 0; b < 64; b++) {
		f.want = b & 1;
		f.file = b & 2;
		f.same_key = b & 4;
		f.open = b & 8;
		f.force = b & 16;
		f.ours = b & 32;
		assert_int_equal(plan(&f) == PLAN_ASIDE, !f.ours);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_file_with_a_revoked_key_is_moved_aside_unless_it_is_ours),
		cmocka_unit_test(what_is_absent_and_wanted_is_added),
		cmocka_unit_test(what_is_absent_and_not_wanted_is_nothing),
		cmocka_unit_test(
		    only_files_of_ours_that_nobody_wants_are_removed),
		cmocka_unit_test(only_wanted_regular_files_are_changed),
		cmocka_unit_test(what_lies_there_as_it_should_is_left),
		cmocka_unit_test(the_right_bytes_with_a_wrong_mode_are_mended),
		cmocka_unit_test(
		    what_is_not_ours_is_never_touched_without_force),
		cmocka_unit_test(what_is_no_file_is_never_touched),
		cmocka_unit_test(
		    force_overwrites_what_stands_in_the_way_and_no_more),
		cmocka_unit_test(
		    the_wanted_key_in_another_spelling_is_taken_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
