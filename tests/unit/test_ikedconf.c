#include "common.h"

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/ikedconf.h"

static struct ikedconf c;		/* what was read last */
static char path[4096];

/* What a text of one file gives. */
static void
reads(const char *text)
{
	struct btns_err e = { .code = BTNS_OK };

	ikedconf_free(&c);
	assert_int_equal(ikedconf_parse(&c, "t.conf", text, strlen(text),
	    &e), 0);
}

/* One thing is wrong, on this line, and why has this in it. */
static void
is_wrong(const char *text, unsigned line, const char *why)
{
	reads(text);
	assert_true(c.nwrong > 0);
	assert_string_equal(c.wrong[0].file, "t.conf");
	assert_int_equal(c.wrong[0].line, line);
	if (strstr(c.wrong[0].why, why) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", why, c.wrong[0].why);
}

static void
is_id(const struct ikedconf_id *id, const char *raw, const char *ident)
{
	char text[BTNS_ID_PRINT];

	assert_string_equal(id->raw, raw);
	assert_int_equal(id->pinnable, ident != NULL);
	if (ident == NULL)
		return;
	btns_ident_print(text, &id->ident);
	assert_string_equal(text, ident);
}

/* A policy with this as its dstid. */
static void
dstid(const char *written, const char *raw, const char *ident)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "ikev2 from any to any dstid %s\n",
	    written);
	reads(text);
	assert_int_equal(c.nwrong, 0);
	assert_int_equal(c.n, 1);
	is_id(&c.policy[0].dstid, raw, ident);
}

static void
a_policy_has_a_name_a_place_and_two_ids(void **state)
{
	(void)state;
	reads("# gateways\n\nikev2 \"gw b\" active esp from 10.0.0.0/8 to \\\n"
	    "  10.1.0.0/16 peer 192.0.2.2 srcid a.example.org dstid"
	    " b@example.org\n"
	    "ikev2 quick from any to any\n");
	assert_int_equal(c.nwrong, 0);
	assert_int_equal(c.n, 2);
	assert_string_equal(c.policy[0].name, "gw b");
	assert_string_equal(c.policy[0].file, "t.conf");
	assert_int_equal(c.policy[0].line, 3);
	assert_true(c.policy[0].active);
	assert_string_equal(c.policy[0].peer, "192.0.2.2");
	is_id(&c.policy[0].srcid, "a.example.org", "fqdn/a.example.org");
	is_id(&c.policy[0].dstid, "b@example.org", "ufqdn/b@example.org");
	assert_string_equal(c.policy[1].name, "policy2");
	assert_int_equal(c.policy[1].line, 5);
	assert_false(c.policy[1].active);
	assert_null(c.policy[1].srcid.raw);
	assert_null(c.policy[1].dstid.raw);
	assert_string_equal(c.policy[1].peer, "");
}

static void
an_id_is_typed_as_iked_types_it(void **state)
{
	(void)state;
	dstid("gw", "gw", "fqdn/gw");
	dstid("192.0.2.7", "192.0.2.7", "ipv4/192.0.2.7");
	dstid("192.0.2.300", "192.0.2.300", "fqdn/192.0.2.300");
	dstid("2001:DB8::1", "2001:DB8::1", "ipv6/2001:db8::1");
	dstid("\"fqdn/gw\"", "fqdn/gw", NULL);
	dstid("\"pubkeys/fqdn/gw\"", "pubkeys/fqdn/gw", NULL);
	dstid("\"/C=DE/CN=gw\"", "/C=DE/CN=gw", NULL);
	dstid("\"../ca/x\"", "../ca/x", NULL);
	dstid("\"a b\"", "a b", NULL);
	dstid("\"\"", "", NULL);
	dstid("a@b@c", "a@b@c", NULL);
	dstid("GW.", "GW.", "fqdn/GW.");
}

static void
quotes_hold_what_iked_takes_from_them(void **state)
{
	(void)state;
	dstid("'gw'", "gw", "fqdn/gw");
	dstid("\"g\\\"w\"", "g\"w", NULL);
	dstid("\"g\\w\"", "g\\w", NULL);
	dstid("\"g\nw\"", "gw", "fqdn/gw");
	dstid("\"g\\\nw\"", "gw", "fqdn/gw");
	dstid("\"gw # no comment\"", "gw # no comment", NULL);
	dstid("gw# a comment", "gw", "fqdn/gw");
	dstid("\"srcid\"", "srcid", "fqdn/srcid");
}

static void
a_macro_is_put_where_its_name_stands(void **state)
{
	(void)state;
	reads("me = \"gw.example.org\"\n"
	    "rest = \"srcid $me dstid\" \"b\"\n"
	    "p = 'peer 192.0.2.2'\n"
	    "ikev2 from any to any $p srcid $me.x dstid \"$me\"\n"
	    "me = other\n"
	    "ikev2 from any to any srcid $me dstid x$me # $none\n");
	assert_int_equal(c.nwrong, 0);
	assert_int_equal(c.n, 2);
	is_id(&c.policy[0].srcid, "gw.example.org.x",
	    "fqdn/gw.example.org.x");
	is_id(&c.policy[0].dstid, "$me", NULL);
	assert_string_equal(c.policy[0].peer, "192.0.2.2");
	is_id(&c.policy[1].srcid, "other", "fqdn/other");
	is_id(&c.policy[1].dstid, "x$me", NULL);
	is_wrong("ikev2 from any to any dstid $gw\n", 1, "no macro $gw");
	is_wrong("a = \"$b\"\nb = x\nikev2 from any to any dstid $a\n", 3,
	    "not expected");
}

static void
every_way_to_authenticate_is_told_and_no_psk(void **state)
{
	size_t i;

	(void)state;
	reads("ikev2 from any to any\n"
	    "ikev2 from any to any psk \"srcid s3cret\"\n"
	    "ikev2 from any to any psk 0xabcdef\n"
	    "ikev2 from any to any psk file \"/etc/psk\"\n"
	    "ikev2 from any to any eap \"mschap-v2\" config address"
	    " 10.0.0.0/24 config name-server 10.0.0.1 tag \"$name-$id\"\n"
	    "ikev2 from any to any ecdsa256\n"
	    "ikev2 from any to any rsa\n"
	    "ikev2 from any to any rfc7427\n");
	assert_int_equal(c.nwrong, 0);
	assert_int_equal(c.n, 8);
	assert_int_equal(c.policy[0].auth, IKEDCONF_SIGNATURE);
	for (i = 1; i < 4; i++) {
		assert_int_equal(c.policy[i].auth, IKEDCONF_PSK);
		assert_null(c.policy[i].srcid.raw);
	}
	assert_int_equal(c.policy[4].auth, IKEDCONF_EAP);
	assert_int_equal(c.policy[5].auth, IKEDCONF_ECDSA);
	assert_int_equal(c.policy[6].auth, IKEDCONF_RSA);
	assert_int_equal(c.policy[7].auth, IKEDCONF_RFC7427);
	is_wrong("ikev2 from any to any psk \"a\" \"s3cret\"\n", 1,
	    "a word is not expected");
	is_wrong("psk = s3cret\n", 1, "psk is not expected");
	is_wrong("ikev2 from any to any psk s3cret s3cret2\n", 1,
	    "a word is not expected");
}

static void
all_of_the_grammar_is_passed_over(void **state)
{
	(void)state;
	reads("set passive\nset ocsp \"http://x/\" tolerate 1 maxage 2\n"
	    "set dpd_check_interval 30\nset cert_partial_chain\n"
	    "user \"u\" \"p\"\n"
	    "ike esp from a to b \"half a quote\n"
	    "flow esp from {\n"
	    "ikev2 \"all\" skip passive ipcomp transport natt esp inet6"
	    " proto { tcp, udp 17 } rdomain 1 from 10.0.0.1 (10.0.0.2)"
	    " port 80 to dynamic port https, from a/24 to b/24"
	    " local any peer 10.0.0.0/24 ikesa auth hmac-sha1 enc 3des"
	    " prf hmac-sha1 group modp2048 childsa enc aes-128-gcm noesn"
	    " srcid a dstid b ikelifetime 4h lifetime 3h bytes 1G signature"
	    " request address any iface lo0 tag t tap enc1\n");
	assert_int_equal(c.nwrong, 0);
	assert_int_equal(c.n, 1);
	assert_true(c.passive && c.partial_chain && c.policy[0].skip);
	assert_string_equal(c.policy[0].peer, "10.0.0.0/24");
	is_id(&c.policy[0].srcid, "a", "fqdn/a");
}

static void
what_is_wrong_has_a_line_and_a_reason(void **state)
{
	(void)state;
	is_wrong("\nikev2 from any to any dstid \"gw\n", 2, "not closed");
	is_wrong("ikev2 from any to any dstid\n", 1, "ends too early");
	is_wrong("ikev2 from any to any dstid 7\n", 1, "a word");
	is_wrong("ikev2 from any to any dstid any\n", 1, "any is not");
	is_wrong("ikev2 from any to any dstid b srcid a\n", 1, "behind");
	is_wrong("ikev2 from any to any srcid b srcid a\n", 1, "twice");
	is_wrong("ikev2 proto { tcp from any to any\n", 1, "from is not");
	is_wrong("ikev2 from any to any }\n", 1, "} is not");
	is_wrong("ikev2 from 10.0.0.0/x to any\n", 1, "a word");
	is_wrong("ikev2 from 10.0.0.1 (10.0.0.2\n", 1, "ends too early");
	is_wrong("ikev2 dstid b\n", 1, "without from");
	is_wrong("ikev2", 1, "without from");
	is_wrong("hello\n", 1, "ends too early");
	is_wrong("a = 5\n", 1, "a word");
	is_wrong("include\n", 1, "ends too early");
	is_wrong("dstid = x\n", 1, "dstid is not");
	is_wrong("$\n", 1, "no macro");
	is_wrong("ikev2 from any to any srcid \\\n\\\n\\\n{\n", 4, "{ is");
}

static void
a_line_that_is_wrong_hides_no_other(void **state)
{
	(void)state;
	reads("oops\nikev2 \"a\" from any to any dstid a\nikev2 {\n"
	    "ikev2 \"b\" from any to any srcid b\n");
	assert_int_equal(c.nwrong, 2);
	assert_int_equal(c.wrong[1].line, 3);
	assert_int_equal(c.n, 3);
	assert_string_equal(c.policy[2].name, "b");
	is_id(&c.policy[2].srcid, "b", "fqdn/b");
}

static void
a_backslash_joins_comments_too(void **state)
{
	(void)state;
	reads("# off: \\\nikev2 \"a\" from any to any\n"
	    "ikev2 \"b\" from any to any # x \\\n dstid b\n"
	    "ikev2 \"c\" from any \\\n# \\\nto any\nikev2 from any to any");
	assert_int_equal(c.n, 3);
	assert_string_equal(c.policy[0].name, "b");
	assert_null(c.policy[0].dstid.raw);
	assert_int_equal(c.policy[0].line, 3);
	assert_string_equal(c.policy[1].name, "c");
	assert_int_equal(c.policy[2].line, 8);
}

static void
octets_that_no_text_has_are_wrong(void **state)
{
	static const char nul[] = "ikev2 \"a\" from any to any\0 dstid b\n"
	    "ikev2 from any to any dstid \"c\0d\"\nikev2 \"e\" from any to"
	    " any dstid \xff\xfe\n";
	struct btns_err e;

	(void)state;
	ikedconf_free(&c);
	assert_int_equal(ikedconf_parse(&c, "t.conf", nul, sizeof(nul) - 1,
	    &e), 0);
	assert_int_equal(c.nwrong, 3);
	assert_non_null(strstr(c.wrong[0].why, "NUL"));
	assert_non_null(strstr(c.wrong[1].why, "NUL"));
	assert_int_equal(c.wrong[1].line, 2);
	assert_int_equal(c.wrong[2].line, 3);
}

static void
long_words_and_endless_macros_end(void **state)
{
	char *text = malloc(1 << 20);
	size_t n = 0, i;

	(void)state;
	n = (size_t)sprintf(text, "ikev2 from any to any dstid ");
	memset(text + n, 'a', 9000);
	(void)strcpy(text + n + 9000, "\nikev2 \"b\" from any to any\n");
	is_wrong(text, 1, "8,095");
	assert_string_equal(c.policy[1].name, "b");
	n = (size_t)sprintf(text, "a =");
	for (i = 0; i < 60; i++) {
		n += (size_t)sprintf(text + n, " \"");
		memset(text + n, ' ', 8000);
		n += 8000;
		n += (size_t)sprintf(text + n, "\"");
	}
	n += (size_t)sprintf(text + n, "\n");
	for (i = 0; i < 100000; i++)
		n += (size_t)sprintf(text + n, "$a\n");
	reads(text);
	assert_int_equal(c.nwrong, 1);
	assert_non_null(strstr(c.wrong[0].why, "16 MiB"));
	free(text);
}

static void
a_thousand_policies_are_read(void **state)
{
	char *text = malloc(1 << 20);
	size_t n = 0, i;

	(void)state;
	for (i = 0; i < 8000; i++)
		n += (size_t)sprintf(text + n, "ikev2 \"p%zu\" from any to any"
		    " dstid gw-%zu.example.org\n", i, i);
	reads(text);
	assert_int_equal(c.n, 8000);
	assert_string_equal(c.policy[7999].dstid.raw, "gw-7999.example.org");
	assert_int_equal(c.nname, 1);
	free(text);
}

/* --- files */
static void
put(const char *name, mode_t mode, const char *text)
{
	char at[4200];
	FILE *f;

	(void)snprintf(at, sizeof(at), "%s/%s", path, name);
	f = fopen(at, "w");
	assert_non_null(f);
	assert_int_equal(fputs(text, f) >= 0, 1);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(at, mode), 0);
}

static int
file(const char *name, struct btns_err *e)
{
	char at[4200];

	ikedconf_free(&c);
	(void)snprintf(at, sizeof(at), "%s/%s", path, name);
	return ikedconf_read(&c, at, e);
}

/* A file that includes another of ours. */
static void
including(const char *name, const char *other, const char *rest)
{
	char text[16384];

	(void)snprintf(text, sizeof(text), "include \"%s/%s\"%s", path, other,
	    rest);
	put(name, 0600, text);
}

static void
an_included_file_is_read_in_its_place(void **state)
{
	struct btns_err e;
	char at[4200];

	(void)state;
	including("a", "b", " # more\nikev2 \"a\" from any to any $r\n");
	put("b", 0600, "r = \"dstid x\"\nikev2 \"b\" from any to any srcid"
	    " me");
	assert_int_equal(file("a", &e), 0);
	assert_int_equal(c.nwrong, 0);
	assert_int_equal(c.n, 2);
	assert_string_equal(c.policy[0].name, "b");
	(void)snprintf(at, sizeof(at), "%s/b", path);
	assert_string_equal(c.policy[0].file, at);
	assert_int_equal(c.policy[0].line, 2);
	is_id(&c.policy[0].srcid, "me", "fqdn/me");
	assert_string_equal(c.policy[1].name, "a");
	assert_int_equal(c.policy[1].line, 2);
	is_id(&c.policy[1].dstid, "x", "fqdn/x");
}

/* This include is wrong, and the policy behind it is read. */
static void
is_refused(const char *other, const char *why)
{
	struct btns_err e;

	including("a", other, "\nikev2 \"a\" from any to any\n");
	assert_int_equal(file("a", &e), 0);
	assert_true(c.nwrong > 0);
	if (strstr(c.wrong[0].why, why) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", why, c.wrong[0].why);
	assert_string_equal(c.policy[c.n - 1].name, "a");
}

static void
includes_that_iked_refuses_are_wrong(void **state)
{
	char name[16], other[16];
	struct btns_err e;
	int i;

	(void)state;
	is_refused("none", "no such file");
	is_refused("a", "includes itself");
	is_refused(".", "not a regular file");
	including("b", "a", "\n");
	is_refused("b", "includes itself");
	put("b", 0622, "");
	is_refused("b", "writable");
	put("b", 0644, "ikev2 \"b\" from any to any\n");
	is_refused("b", "others can read");
	assert_int_equal(c.n, 2);
	for (i = 0; i < 12; i++) {
		(void)snprintf(name, sizeof(name), "d%d", i);
		(void)snprintf(other, sizeof(other), "d%d", i + 1);
		including(name, other, "\n");
	}
	is_refused("d0", "8 files deep");
	/* Each of them twice: many more than there are files. */
	put("d6", 0600, "");
	for (i = 0; i < 6; i++) {
		char text[16384];

		(void)snprintf(name, sizeof(name), "d%d", i);
		(void)snprintf(text, sizeof(text), "include \"%s/d%d\"\n"
		    "include \"%s/d%d\"\ninclude \"%s/d%d\"\n", path, i + 1,
		    path, i + 1, path, i + 1);
		put(name, 0600, text);
	}
	is_refused("d0", "256 files");
	put("a", 0600, "include \"none-such.conf\"\n");
	assert_int_equal(file("a", &e), 0);
	assert_non_null(strstr(c.wrong[0].why, "/none-such.conf"));
}

static void
the_file_itself_is_checked_as_iked_does(void **state)
{
	struct btns_err e;
	char *big = malloc((1 << 20) + 2);

	(void)state;
	assert_failed(file("none", &e), &e, BTNS_E_NOTFOUND, "no such file");
	put("c", 0620, "ikev2 from any to any\n");
	assert_failed(file("c", &e), &e, BTNS_E_UNSAFE, "writable");
	put("c", 0644, "ikev2 from any to any\n");
	assert_int_equal(file("c", &e), 0);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.nwrong, 1);
	assert_int_equal(c.wrong[0].line, 0);
	memset(big, '#', (1 << 20) + 1);
	big[(1 << 20) + 1] = '\0';
	put("c", 0600, big);
	assert_failed(file("c", &e), &e, BTNS_E_FORMAT, "over 1 MiB");
	big[1 << 20] = '\0';
	put("c", 0600, big);
	assert_int_equal(file("c", &e), 0);
	assert_int_equal(c.nwrong, 0);
	free(big);
}

static void
the_file_lies_beside_ikeds_directory(void **state)
{
	char out[32];

	(void)state;
	assert_true(ikedconf_path(out, sizeof(out), "/etc/iked"));
	assert_string_equal(out, "/etc/iked.conf");
	assert_true(ikedconf_path(out, sizeof(out), "/iked"));
	assert_string_equal(out, "/iked.conf");
	assert_false(ikedconf_path(out, 8, "/etc/iked"));
}

static int
setup(void **state)
{
	(void)state;
	return scratch_make(path, sizeof(path));
}

static int
teardown(void **state)
{
	(void)state;
	ikedconf_free(&c);
	return scratch_remove(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_has_a_name_a_place_and_two_ids),
		cmocka_unit_test(an_id_is_typed_as_iked_types_it),
		cmocka_unit_test(quotes_hold_what_iked_takes_from_them),
		cmocka_unit_test(a_macro_is_put_where_its_name_stands),
		cmocka_unit_test(every_way_to_authenticate_is_told_and_no_psk),
		cmocka_unit_test(all_of_the_grammar_is_passed_over),
		cmocka_unit_test(what_is_wrong_has_a_line_and_a_reason),
		cmocka_unit_test(a_line_that_is_wrong_hides_no_other),
		cmocka_unit_test(a_backslash_joins_comments_too),
		cmocka_unit_test(octets_that_no_text_has_are_wrong),
		cmocka_unit_test(long_words_and_endless_macros_end),
		cmocka_unit_test(a_thousand_policies_are_read),
		cmocka_unit_test(an_included_file_is_read_in_its_place),
		cmocka_unit_test(includes_that_iked_refuses_are_wrong),
		cmocka_unit_test(the_file_itself_is_checked_as_iked_does),
		cmocka_unit_test(the_file_lies_beside_ikeds_directory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
