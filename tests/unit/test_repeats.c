/* Who asks again, among millions who don't. */
#include <string.h>

#include "common.h"
#include "../../lib/repeats.h"

static struct btns_repeats *
repeats_new(void)
{
	struct btns_repeats *r;
	struct btns_err e;

	assert_int_equal(btns_repeats_new(&r, &e), 0);
	return r;
}

/* The n-th of as many requests as one likes. */
static bool
asks(struct btns_repeats *r, int64_t now, uint32_t n)
{
	struct ike_from f = { .family = 4, .port = 500 };
	uint8_t spi[8] = { 7 };

	memcpy(f.addr, &n, 4);
	return btns_repeats_seen(r, now, &f, spi);
}

static void
the_second_time_it_is_known(void **state)
{
	struct btns_repeats *r = repeats_new();
	struct ike_from f = { 6, { 0x20, 1 }, 500 };
	uint8_t spi[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	(void)state;
	assert_false(btns_repeats_seen(r, 10, &f, spi));
	assert_true(btns_repeats_seen(r, 2010, &f, spi));
	spi[7]++;
	assert_false(btns_repeats_seen(r, 2010, &f, spi));
	f.addr[15]++;
	assert_false(btns_repeats_seen(r, 2010, &f, spi));
	f.port++;			/* behind a translator that forgot */
	assert_true(btns_repeats_seen(r, 2010, &f, spi));
	btns_repeats_free(r);
}

/* 5 s at least, and not for ever. */
static void
it_is_forgotten(void **state)
{
	struct btns_repeats *r = repeats_new();

	(void)state;
	assert_false(asks(r, 10000, 1));
	assert_false(asks(r, 14999, 2));
	assert_true(asks(r, 15002, 2));		/* in the other half now */
	assert_true(asks(r, 19000, 1));
	assert_false(asks(r, 20100, 3));
	assert_false(asks(r, 25200, 4));
	assert_false(asks(r, 25200, 2));
	btns_repeats_free(r);
}

/* Of 8 million the last 2^21 are known, and a fifth of the new ones seem so. */
static void
a_flood_leaves_room(void **state)
{
	struct btns_repeats *r = repeats_new();
	uint32_t i, seem = 0;

	(void)state;
	for (i = 0; i < 8000000; i++)
		seem += asks(r, 10, i);
	assert_true(seem < 1600000);
	for (i = 7999999; i >= 8000000 - (1 << 21); i -= 7)
		assert_true(asks(r, 10, i));
	btns_repeats_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_second_time_it_is_known),
		cmocka_unit_test(it_is_forgotten),
		cmocka_unit_test(a_flood_leaves_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
