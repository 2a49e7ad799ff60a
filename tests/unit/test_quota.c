/* How many keys may be learned in an hour. */
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "../../lib/quota.h"

static struct quota *
quota_new(unsigned rate)
{
	struct quota *q = calloc(1, sizeof(*q));

	assert_non_null(q);
	q->rate = rate;
	q->since = 1000;
	return q;
}

static bool
take(struct quota *q, int64_t now, enum quota_class c, const char *name,
    unsigned net)
{
	struct ike_from f = { 4, { 10, (uint8_t)(net >> 8), (uint8_t)net,
	    1 }, 500 };
	struct btns_ident id;
	struct btns_err e;

	assert_int_equal(btns_ident_parse(&id, name, &e), 0);
	return quota_take(q, now, c, &id, &f);
}

static void
an_hour_has_so_many(void **state)
{
	struct quota *q = quota_new(60);
	unsigned i, n = 0;

	(void)state;
	for (i = 0; i < 1000; i++)
		n += take(q, 1000 + i, QUOTA_STRANGER, "fqdn/x", i);
	assert_int_equal(n, 60);
	assert_true(take(q, 4600, QUOTA_STRANGER, "fqdn/x", 0));
	free(q);
}

static void
a_prefix_has_a_quarter(void **state)
{
	struct quota *q = quota_new(60);
	unsigned i, n = 0;

	(void)state;
	for (i = 0; i < 100; i++)
		n += take(q, 1000, QUOTA_STRANGER, "fqdn/x", 7);
	assert_int_equal(n, 15);
	assert_true(take(q, 1000, QUOTA_STRANGER, "fqdn/x", 8));
	free(q);
	q = quota_new(1);
	assert_true(take(q, 1000, QUOTA_STRANGER, "fqdn/x", 7));
	assert_false(take(q, 1000, QUOTA_STRANGER, "fqdn/x", 8));
	free(q);
}

static void
strangers_take_nothing_from_the_expected(void **state)
{
	struct quota *q = quota_new(9999);
	struct btns_err e;
	unsigned i;

	(void)state;
	q->named = calloc(1, sizeof(*q->named));
	assert_non_null(q->named);
	q->nnamed = 1;
	assert_int_equal(btns_ident_parse(&q->named[0].ident, "fqdn/gw",
	    &e), 0);
	for (i = 0; i < 20000; i++) {
		(void)take(q, 1000, QUOTA_STRANGER, "fqdn/x", i);
		(void)take(q, 1000, QUOTA_EXPECTED, "fqdn/b1", i);
	}
	assert_false(take(q, 1000, QUOTA_STRANGER, "fqdn/y", 65535));
	for (i = 0; i < QUOTA_NAMED; i++)
		assert_true(take(q, 1000, QUOTA_STRANGER, "fqdn/gw", 3));
	assert_false(take(q, 1000, QUOTA_STRANGER, "fqdn/gw", 3));
	assert_true(take(q, 5000, QUOTA_STRANGER, "fqdn/gw", 3));
	free(q->named);
	free(q);
	q = quota_new(4);
	for (i = 0; i < 100; i++)
		(void)take(q, 1000, QUOTA_STRANGER, "fqdn/x", i);
	assert_true(take(q, 1000, QUOTA_EXPECTED, "fqdn/b1", 3));
	free(q);
}

/* A clock that was set back begins an hour, rather than never ending one. */
static void
a_clock_set_back_is_no_end(void **state)
{
	struct quota *q = quota_new(1);

	(void)state;
	assert_true(take(q, 1000, QUOTA_STRANGER, "fqdn/x", 1));
	assert_true(take(q, 10, QUOTA_STRANGER, "fqdn/x", 1));
	assert_false(take(q, 10, QUOTA_STRANGER, "fqdn/x", 1));
	free(q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_hour_has_so_many),
		cmocka_unit_test(a_prefix_has_a_quarter),
		cmocka_unit_test(strangers_take_nothing_from_the_expected),
		cmocka_unit_test(a_clock_set_back_is_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
