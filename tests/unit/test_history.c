/* The history's chain, against digests worked out by other means. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "../../lib/history.h"

static uint8_t fp[32];

static struct btns_event
event(void)
{
	struct btns_event v = {
		.seq = 301, .at = 1795430000, .actor = "root",
		.login = "root", .verb = "replace",
		.identity = "fqdn/gw.example.org", .fp = fp,
		.detail = "evidence=fingerprint digits=32"
	};
	size_t i;

	for (i = 0; i < sizeof(fp); i++)
		fp[i] = (uint8_t)i;
	memset(v.previous, 0x11, sizeof(v.previous));
	return v;
}

static void
hash(char hex[2 * BTNS_EVENT_HASH + 1], const struct btns_event *v)
{
	uint8_t out[BTNS_EVENT_HASH];
	struct btns_err e;

	assert_int_equal(btns_event_hash(out, v, &e), 0);
	btns_hex(hex, out, sizeof(out));
}

static void
the_first_event_has_this_hash(void **state)
{
	struct btns_event v = {
		.seq = 1, .at = 1795426867, .actor = "root", .login = "ops",
		.verb = "init", .detail = "00112233"
	};
	char hex[2 * BTNS_EVENT_HASH + 1];

	(void)state;
	hash(hex, &v);
	assert_string_equal(hex,
	    "36db71c1541f7c77b35e76c063d14794334774ce6d193b435ef01695131efbbf");
}

static void
a_later_event_has_this_hash(void **state)
{
	struct btns_event v = event();
	char hex[2 * BTNS_EVENT_HASH + 1];

	(void)state;
	hash(hex, &v);
	assert_string_equal(hex,
	    "52a3d80aacd4f717c6fc587cdddec702bb6156aa9568c1139be02e751d99623b");
}

static void
every_field_counts(void **state)
{
	struct btns_event v[12];
	char hex[12][2 * BTNS_EVENT_HASH + 1];
	static uint8_t other[32];
	size_t i, j;

	(void)state;
	for (i = 0; i < 12; i++)
		v[i] = event();
	memcpy(other, fp, sizeof(other));
	other[31] ^= 1;
	v[1].seq++;
	v[2].at = -v[2].at;
	v[3].actor = "rooT";
	v[4].login = "";
	v[5].verb = "pin";
	v[6].identity = NULL;
	v[7].identity = "";
	v[8].fp = NULL;
	v[9].fp = other;
	v[10].detail = "evidence=fingerprint digits=3";
	v[11].previous[0] = 0;
	for (i = 0; i < 12; i++)
		hash(hex[i], &v[i]);
	for (i = 0; i < 12; i++)
		for (j = i + 1; j < 12; j++)
			assert_string_not_equal(hex[i], hex[j]);
}

/* Without lengths, "ab" "c" would be "a" "bc". */
static void
fields_do_not_run_into_each_other(void **state)
{
	struct btns_event a = event(), b = event();
	char ha[2 * BTNS_EVENT_HASH + 1], hb[2 * BTNS_EVENT_HASH + 1];

	(void)state;
	a.actor = "ab";
	a.login = "c";
	b.actor = "a";
	b.login = "bc";
	hash(ha, &a);
	hash(hb, &b);
	assert_string_not_equal(ha, hb);
}

static void
an_event_that_is_too_long_is_refused(void **state)
{
	struct btns_event v = event();
	uint8_t out[BTNS_EVENT_HASH];
	struct btns_err e;
	char *longest = malloc(10001);
	size_t n;

	(void)state;
	assert_non_null(longest);
	v.detail = longest;
	memset(longest, 'x', 10000);
	longest[10000] = '\0';
	assert_failed(btns_event_hash(out, &v, &e), &e, BTNS_E_FORMAT,
	    "too long");
	longest[2000] = '\0';
	assert_int_equal(btns_event_hash(out, &v, &e), 0);
	/* At the buffer's end, with an absent field behind it too. */
	for (n = 3800; n < 4200; n++) {
		memset(longest, 'x', n);
		longest[n] = '\0';
		v.detail = "";
		v.identity = longest;
		v.fp = NULL;
		(void)btns_event_hash(out, &v, &e);
	}
	free(longest);
}

static void
root_is_who_sudo_says(void **state)
{
	char actor[BTNS_WHO_MAX], login[BTNS_WHO_MAX];

	(void)state;
	(void)unsetenv("DOAS_USER");
	(void)setenv("SUDO_USER", "ops", 1);
	btns_who(actor, login);
	if (getuid() != 0) {
		assert_string_equal(actor, login);
		return;
	}
	assert_string_equal(actor, "root");
	assert_string_equal(login, "ops");
	(void)unsetenv("SUDO_USER");
	(void)setenv("DOAS_USER", "oper", 1);
	btns_who(actor, login);
	assert_string_equal(login, "oper");
	(void)unsetenv("DOAS_USER");
	btns_who(actor, login);
	assert_string_equal(login, "root");
}

static void
names_are_made_plain_and_short(void **state)
{
	char actor[BTNS_WHO_MAX], login[BTNS_WHO_MAX], name[200];

	(void)state;
	if (getuid() != 0)
		return;
	(void)setenv("SUDO_USER", "a b\n\033[2J;'\"=\303\270z", 1);
	btns_who(actor, login);
	assert_string_equal(login, "ab2Jz");
	(void)setenv("SUDO_USER", "\n;", 1);
	btns_who(actor, login);
	assert_string_equal(login, "root");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	(void)setenv("SUDO_USER", name, 1);
	btns_who(actor, login);
	assert_int_equal(strlen(login), BTNS_WHO_MAX - 1);
	(void)unsetenv("SUDO_USER");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_event_has_this_hash),
		cmocka_unit_test(a_later_event_has_this_hash),
		cmocka_unit_test(every_field_counts),
		cmocka_unit_test(fields_do_not_run_into_each_other),
		cmocka_unit_test(an_event_that_is_too_long_is_refused),
		cmocka_unit_test(root_is_who_sudo_says),
		cmocka_unit_test(names_are_made_plain_and_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
