#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common.h"
#include "../../lib/ident.h"

/* As a person writes it, how it is printed, and whether it was typed. */
static const struct { const char *text, *print; bool typed; } good[] = {
	{ "gw.example.org", "fqdn/gw.example.org", false },
	{ "gw", "fqdn/gw", false },
	{ "GW.Example.org", "fqdn/GW.Example.org", false },
	{ "gw.example.org.", "fqdn/gw.example.org.", false },
	{ "_ipsec.gw-1.example", "fqdn/_ipsec.gw-1.example", false },
	{ "fqdn/gw.example.org", "fqdn/gw.example.org", true },
	{ "FQDN/gw.example.org", "fqdn/gw.example.org", true },
	{ "Fqdn/GW", "fqdn/GW", true },
	{ "pubkeys/fqdn/gw", "fqdn/gw", true },
	{ "PUBKEYS/FQDN/gw", "fqdn/gw", true },
	{ "pubkeys/gw", "fqdn/gw", false },
	{ "fqdn/192.0.2.1", "fqdn/192.0.2.1", true },
	{ "user@example.org", "ufqdn/user@example.org", false },
	{ "u+ser=x@example.org", "ufqdn/u+ser=x@example.org", false },
	{ "UFQDN/user@example.org", "ufqdn/user@example.org", true },
	{ "192.0.2.1", "ipv4/192.0.2.1", false },
	{ "IPV4/192.0.2.1", "ipv4/192.0.2.1", true },
	{ "2001:db8::1", "ipv6/2001:db8::1", false },
	{ "2001:DB8:0:0:0:0:0:1", "ipv6/2001:db8::1", false },
	{ "2001:0db8::0001", "ipv6/2001:db8::1", false },
	{ "ipv6/2001:DB8:0::1", "ipv6/2001:db8::1", true },
	{ "::ffff:192.0.2.1", "ipv6/::ffff:192.0.2.1", false },
	{ "::FFFF:c000:201", "ipv6/::ffff:192.0.2.1", false },
	{ "::", "ipv6/::", false },
	{ "fe80::1", "ipv6/fe80::1", false },
};

static void
identities_are_typed_as_iked_does(void **state)
{
	char out[BTNS_ID_PRINT];
	struct btns_ident id;
	struct btns_err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (btns_ident_parse(&id, good[i].text, &e) == -1)
			fail_msg("%s: %s", good[i].text, e.msg);
		btns_ident_print(out, &id);
		assert_string_equal(out, good[i].print);
		assert_int_equal(id.typed, good[i].typed);
	}
}

static void
what_is_printed_reads_back_as_the_same(void **state)
{
	char out[BTNS_ID_PRINT];
	struct btns_ident id, back;
	struct btns_err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(btns_ident_parse(&id, good[i].text, &e), 0);
		btns_ident_print(out, &id);
		assert_int_equal(btns_ident_parse(&back, out, &e), 0);
		assert_true(btns_ident_same(&id, &back));
		assert_true(back.typed);
		assert_int_equal(btns_ident_make(&back,
		    btns_idtype_name(id.type), id.value, &e), 0);
		assert_true(btns_ident_same(&id, &back));
	}
}

/* What cannot be pinned. */
static const struct { const char *text, *why; } bad[] = {
	{ "", "an empty identity" },
	{ "fqdn/", "an empty identity" },
	{ "pubkeys/", "an empty identity" },
	{ "ipv4/", "an empty identity" },
	{ ".", "cannot begin with" },
	{ "..", "cannot begin with" },
	{ ".gw", "cannot begin with" },
	{ "-gw", "cannot begin with" },
	{ "fqdn/.btns", "cannot begin with" },
	{ "fqdn/-F", "cannot begin with" },
	{ "ufqdn/.user@example.org", "cannot begin with" },
	{ "ufqdn/-user@example.org", "cannot begin with" },
	{ "/CN=gw.example.org", "a distinguished name" },
	{ "pubkeys//CN=gw", "a distinguished name" },
	{ "../../pending/x", "\"..\" is no type" },
	{ "a/b", "\"a\" is no type" },
	{ "fq/gw", "\"fq\" is no type" },
	{ "fqdnx/gw", "\"fqdnx\" is no type" },
	{ "asn1_dn/gw", "is no type" },
	{ "fqdn/a/b", "byte 0x2f" },
	{ "fqdn/fqdn/gw", "byte 0x2f" },
	{ "fqdn/gw/../x", "byte 0x2f" },
	{ "ufqdn/u/../x@example.org", "byte 0x2f" },
	{ "gw example", "byte 0x20" },
	{ "gw\texample", "byte 0x09" },
	{ "gw\n", "byte 0x0a" },
	{ "gw\r\n", "byte 0x0d" },
	{ "gw\033[2J", "byte 0x1b" },
	{ "gw\177", "byte 0x7f" },
	{ "gw\x9b" "31m", "byte 0x9b" },
	{ "g\xc3\xbc.example", "byte 0xc3" },
	{ "gw\xe2\x80\xae", "byte 0xe2" },
	{ "gw:500", "byte 0x3a" },
	{ "gw%eth0", "byte 0x25" },
	{ "gw*", "byte 0x2a" },
	{ "gw;reboot", "byte 0x3b" },
	{ "gw$x", "byte 0x24" },
	{ "gw\\x", "byte 0x5c" },
	{ "gw\"x", "byte 0x22" },
	{ "a+b", "byte 0x2b" },
	{ "fqdn/u@example.org", "byte 0x40" },
	{ "u@v@example.org", "RFC 7296 3.5: a ufqdn is user@domain" },
	{ "u@@example.org", "a ufqdn is user@domain" },
	{ "@example.org", "a ufqdn is user@domain" },
	{ "user@", "a ufqdn is user@domain" },
	{ "@", "a ufqdn is user@domain" },
	{ "ufqdn/gw.example.org", "a ufqdn is user@domain" },
	{ "192.0.2.256", "no IPv4 address as iked reads one" },
	{ "192.0.2.007", "no IPv4 address as iked reads one" },
	{ "10.1", "no IPv4 address as iked reads one" },
	{ "ipv4/gw", "not an IPv4 address" },
	{ "ipv4/192.0.2", "not an IPv4 address" },
	{ "ipv4/192.0.2.1/32", "not an IPv4 address" },
	{ "ipv4/::1", "not an IPv4 address" },
	{ "ipv6/192.0.2.1", "not an IPv6 address" },
	{ "ipv6/2001:db8::1::", "not an IPv6 address" },
	{ "ipv6/fe80::1%lo", "not an IPv6 address" },
	{ "ipv6/[::1]", "not an IPv6 address" },
};

static void
what_cannot_be_pinned_is_wrong_usage_with_a_reason(void **state)
{
	struct btns_ident id;
	struct btns_err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_failed(btns_ident_parse(&id, bad[i].text, &e), &e,
		    BTNS_E_USAGE, bad[i].why);
}

static void
only_the_listed_bytes_make_a_name(void **state)
{
	static const char dns[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	char text[] = "fqdn/gwXgw", mail[] = "ufqdn/gwXgw@gw";
	struct btns_ident id;
	struct btns_err e;
	int c;
	bool is;

	(void)state;
	for (c = 1; c < 256; c++) {
		is = strchr(dns, c) != NULL;
		text[7] = mail[8] = (char)c;
		assert_int_equal(btns_ident_parse(&id, text, &e),
		    is ? 0 : -1);
		is = is || c == '+' || c == '=';
		assert_int_equal(btns_ident_parse(&id, mail, &e),
		    is ? 0 : -1);
	}
}

static void
a_value_has_255_octets_at_most(void **state)
{
	char text[300] = "fqdn/", out[BTNS_ID_PRINT];
	struct btns_ident id;
	struct btns_err e;

	(void)state;
	memset(text + 5, 'a', 255);
	assert_int_equal(btns_ident_parse(&id, text, &e), 0);
	btns_ident_print(out, &id);
	assert_string_equal(out, text);
	assert_int_equal(btns_ident_parse(&id, text + 5, &e), 0);
	text[260] = 'a';
	assert_failed(btns_ident_parse(&id, text, &e), &e, BTNS_E_USAGE,
	    "256 octets, over 255");
	assert_failed(btns_ident_parse(&id, text + 5, &e), &e, BTNS_E_USAGE,
	    "256 octets, over 255");
	assert_failed(btns_ident_make(&id, "ufqdn", text + 5, &e), &e,
	    BTNS_E_STORE, "256 octets");
}

static void
a_stored_type_that_is_none_is_damage(void **state)
{
	struct btns_ident id;
	struct btns_err e;

	(void)state;
	assert_failed(btns_ident_make(&id, "FQDN", "gw", &e), &e,
	    BTNS_E_STORE, "damaged: a type FQDN");
	assert_failed(btns_ident_make(&id, "fqdn", ".gw", &e), &e,
	    BTNS_E_STORE, "cannot begin");
}

static void
same_means_type_and_value_byte_for_byte(void **state)
{
	static const char *const texts[] = { "gw", "GW", "gw.", "u@gw",
	    "192.0.2.1", "fqdn/192.0.2.1", "::ffff:192.0.2.1" };
	struct btns_ident a, b;
	struct btns_err e;
	size_t i, j;

	(void)state;
	for (i = 0; i < 7; i++)
		for (j = 0; j < 7; j++) {
			assert_int_equal(btns_ident_parse(&a, texts[i], &e),
			    0);
			assert_int_equal(btns_ident_parse(&b, texts[j], &e),
			    0);
			assert_int_equal(btns_ident_same(&a, &b), i == j);
		}
}

static void
look_alikes_fold_to_one(void **state)
{
	static const struct { const char *text, *fold; } folds[] = {
		{ "GW.Example.ORG", "gw.example.org" },
		{ "gw.example.org.", "gw.example.org" },
		{ "gw.example.org...", "gw.example.org" },
		{ "User@Example.org.", "user@example.org" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "fqdn/192.0.2.1", "192.0.2.1" },
		{ "fqdn/192.0.2.1.", "192.0.2.1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "2001:DB8::1", "2001:db8::1" },
		{ "gw-1", "gw-1" }, { "gw1", "gw1" },
	};
	char out[BTNS_ID_MAX + 1];
	struct btns_ident id;
	struct btns_err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(folds) / sizeof(folds[0]); i++) {
		assert_int_equal(btns_ident_parse(&id, folds[i].text, &e), 0);
		btns_ident_fold(out, &id);
		assert_string_equal(out, folds[i].fold);
	}
}

static void
what_is_odd_about_a_name_is_said(void **state)
{
	struct btns_ident id;
	struct btns_err e;

	(void)state;
	assert_int_equal(btns_ident_parse(&id, "gw.example.org", &e), 0);
	assert_null(btns_ident_odd(&id));
	assert_int_equal(btns_ident_parse(&id, "gW.example.org", &e), 0);
	assert_non_null(strstr(btns_ident_odd(&id), "capitals"));
	assert_int_equal(btns_ident_parse(&id, "gw.", &e), 0);
	assert_non_null(strstr(btns_ident_odd(&id), "trailing dot"));
	assert_int_equal(btns_ident_parse(&id, "u@gw.", &e), 0);
	assert_non_null(btns_ident_odd(&id));
	assert_int_equal(btns_ident_parse(&id, "2001:db8::1", &e), 0);
	assert_null(btns_ident_odd(&id));
}

int
main(void)
{
#define T(f)	cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(identities_are_typed_as_iked_does),
		T(what_is_printed_reads_back_as_the_same),
		T(what_cannot_be_pinned_is_wrong_usage_with_a_reason),
		T(only_the_listed_bytes_make_a_name),
		T(a_value_has_255_octets_at_most),
		T(a_stored_type_that_is_none_is_damage),
		T(same_means_type_and_value_byte_for_byte),
		T(look_alikes_fold_to_one),
		T(what_is_odd_about_a_name_is_said),
	};

	return cmocka_run_group_tests_name("ident", tests, NULL, NULL);
}
