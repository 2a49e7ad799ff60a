#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../lib/ikelog.h"
#include "../../lib/logread_priv.h"

#define FAILED	"ikev2_send_auth_failed: authentication failed for "

static void
a_message_says_one_thing(void **state)
{
	static const struct {
		const char	*text;
		enum ikelog_what what;
		uint64_t	 spi;
		const char	*id, *from;
	} t[] = {
		{ "spi=0x1dc728a11fce564e: recv IKE_AUTH req 1 peer"
		    " 10.99.0.2:500 local 10.99.0.1:500, 791 bytes, policy"
		    " 'toB'", IKELOG_AUTH, 0x1dc728a11fce564e, NULL,
		    "10.99.0.2" },
		{ "spi=0x1: recv IKE_AUTH req 1 peer [2001:db8::7]:500 local"
		    " [::1]:500, 1 bytes", IKELOG_AUTH, 1, NULL,
		    "2001:db8::7" },
		{ "spi=0x1: recv IKE_AUTH req 1 peer 2001:db8::7:500 local",
		    IKELOG_AUTH, 1, NULL, "2001:db8::7" },
		{ "ca_validate_pubkey: could not open public key"
		    " pubkeys/fqdn/b.example.org", IKELOG_NO_FILE, 0,
		    "fqdn/b.example.org", NULL },
		{ "ca_validate_pubkey: public key does not match"
		    " pubkeys/fqdn/b", IKELOG_OTHER_KEY, 0, "fqdn/b", NULL },
		{ "spi=0xffffffffffffffff: " FAILED "FQDN/b.example.org",
		    IKELOG_REFUSED, UINT64_MAX, "FQDN/b.example.org", NULL },
		{ "spi=0x2: " FAILED "FQDN/a b] 'c'", IKELOG_REFUSED, 2,
		    "FQDN/a b] 'c'", NULL },
		{ "spi=0x3: established peer 10.99.0.2:500[FQDN/b] local"
		    " 10.99.0.1:500[FQDN/a] policy 'toB' as responder (enc)",
		    IKELOG_UP, 3, "FQDN/b", "10.99.0.2" },
		{ "spi=0x3: established peer 10.99.0.2:500[FQDN/x] local"
		    " 1.1.1.1:5[FQDN/b] local 10.99.0.1:500[FQDN/a] policy",
		    IKELOG_UP, 3, "FQDN/x] local 1.1.1.1:5[FQDN/b",
		    "10.99.0.2" },
		/* and what says nothing */
		{ "", IKELOG_NOTHING, 0, NULL, NULL },
		{ "spi=0x", IKELOG_NOTHING, 0, NULL, NULL },
		{ "spi=0x1", IKELOG_NOTHING, 0, NULL, NULL },
		{ "spi=0x12345678901234567: " FAILED "FQDN/b",
		    IKELOG_NOTHING, 0x1234567890123456, NULL, NULL },
		{ "spi=0x1: " FAILED, IKELOG_NOTHING, 1, NULL, NULL },
		{ "spi=0x1: recv IKE_AUTH req 1 peer ", IKELOG_NOTHING, 1,
		    NULL, NULL },
		{ "spi=0x1: recv IKE_AUTH req 1 peer [::1", IKELOG_NOTHING,
		    1, NULL, NULL },
		{ "spi=0x1: recv IKE_AUTH req 1 peer x local y",
		    IKELOG_NOTHING, 1, NULL, NULL },
		{ "spi=0x1: established peer 10.99.0.2:500[FQDN/b",
		    IKELOG_NOTHING, 1, NULL, NULL },
		{ "spi=0x1: established peer [] local ", IKELOG_NOTHING, 1,
		    NULL, NULL },
		{ "x spi=0x1: " FAILED "FQDN/b", IKELOG_NOTHING, 0, NULL,
		    NULL },
	};
	struct ikelog l;
	size_t i, n;
	char *exact;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		n = strlen(t[i].text);
		assert_non_null(exact = malloc(n + 1));
		memcpy(exact, t[i].text, n);	/* no NUL: nothing may ask */
		btns_ikelog_message(&l, exact, n);
		if (l.what != t[i].what || (l.what != IKELOG_NOTHING &&
		    l.spi != t[i].spi))
			fail_msg("%s: %d, spi %llx", t[i].text, l.what,
			    (unsigned long long)l.spi);
		if (t[i].id != NULL && (l.idlen != strlen(t[i].id) ||
		    memcmp(l.id, t[i].id, l.idlen) != 0))
			fail_msg("%s: id %.*s", t[i].text, (int)l.idlen,
			    l.id);
		if (t[i].from != NULL && (l.fromlen != strlen(t[i].from) ||
		    memcmp(l.from, t[i].from, l.fromlen) != 0))
			fail_msg("%s: from %.*s", t[i].text, (int)l.fromlen,
			    l.from);
		free(exact);
	}
}

/* How many lines of a text say something. */
static int
said(const char *text)
{
	const char *at = text, *end = text + strlen(text);
	struct ikelog l;
	int n = 0;

	while (btns_ikelog_next(&l, &at, end))
		n++;
	assert_ptr_equal(at, end);
	return n;
}

#define S	"Nov 23 09:41:07 gw "
#define R	"2026-11-23T09:41:07.123456+01:00 gw "
#define M	"spi=0x1: " FAILED "FQDN/b\n"

static void
only_the_tag_tells_whose_a_line_is(void **state)
{
	(void)state;
	assert_int_equal(said(S "iked[812]: " M), 1);
	assert_int_equal(said(S "iked: " M), 1);
	assert_int_equal(said(R "iked[812]: " M), 1);
	assert_int_equal(said(S "sshd[1]: x\n" S "iked[1]: " M S "cron: y\n"
	    R "iked[2]: " M), 2);
	assert_int_equal(said(M M), 2);		/* iked's own output */
	assert_int_equal(said(S "sshd[1]: iked[812]: " M), 0);
	assert_int_equal(said(S "sshd: " S "iked[812]: " M), 0);
	assert_int_equal(said(S "iked[x]: " M), 0);
	assert_int_equal(said(S "iked[1] " M), 0);
	assert_int_equal(said(S "ikedd[1]: " M), 0);
	assert_int_equal(said(S "xiked[1]: " M), 0);
	assert_int_equal(said(S "x\n" M), 0);	/* among stamps, nobody's */
	assert_int_equal(said("Nov 23 09:41:07 iked[812]: " M), 0);
	assert_int_equal(said(""), 0);
	assert_int_equal(said("\n\n"), 0);
	assert_int_equal(said(S), 0);
	assert_int_equal(said(S "iked[812]: spi=0x1: " FAILED "FQDN/b"), 0);
}

static void
a_stamp_is_a_time(void **state)
{
	/* now is 2026-03-01T00:00:00Z */
	static const struct {
		const char	*stamp;
		int64_t		 at;		/* -1: it is none */
	} t[] = {
		{ "2026-02-28T23:59:59Z", 1772323199 },
		{ "2026-02-28T23:59:59.999999Z", 1772323199 },
		{ "2026-03-01T00:59:59+01:00", 1772323199 },
		{ "2026-02-28T16:29:59.5-0730", 1772323199 },
		{ "Feb 28 23:59:59", 1772323199 },
		{ "Mar  1 10:00:00", 1772359200 },	/* a clock ahead */
		{ "Mar  3 00:00:00", 1740960000 },	/* last year's */
		{ "Dec 31 00:00:00", 1767139200 },
		{ "2026-03-01T23:59:59Z", 1772409599 },
		{ "2026-03-02T00:00:01Z", -1 },	/* nobody's clock */
		{ "9999-12-31T23:59:59Z", -1 },
		{ "2026-02-28T23:59:59-99:99", -1 },
		{ "2026-13-01T00:00:00Z", -1 },
		{ "2026-02-28T23:59:59+1", -1 },
		{ "2026-02-28T23:59:59x", -1 },
		{ "2026-02-28T23:59:99Z", -1 },
		{ "Foo 28 23:59:59", -1 },
		{ "ebM 28 23:59:59", -1 },
		{ "Feb xx 23:59:59", -1 },
	};
	struct ikelog_clock c = { .now = 1772323200 };
	struct ikelog l;
	int64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		memset(&l, 0, sizeof(l));
		l.stamp = t[i].stamp;
		l.stamplen = strlen(t[i].stamp);
		if (!btns_ikelog_time(&at, &c, &l))
			at = -1;
		if (at != t[i].at)
			fail_msg("%s: %lld", t[i].stamp, (long long)at);
	}
	l.stamp = NULL;
	assert_false(btns_ikelog_time(&at, &c, &l));
}

#define ENTRY "__CURSOR=s=ab;i=1f;b=1\n__REALTIME_TIMESTAMP=1700000000123456\n"\
	"SYSLOG_IDENTIFIER=iked\n_EXE=/usr/sbin/iked\n"

static void
an_entry_is_read_however_it_is_cut(void **state)
{
	static const char text[] = ENTRY "X\n\3\0\0\0\0\0\0\0a\nb\n"
	    "MESSAGE=hello\n\n";
	struct journal j;
	size_t cut, used, n, rest;
	int rv;

	(void)state;
	for (cut = 0; cut < sizeof(text); cut++) {
		memset(&j, 0, sizeof(j));
		rv = journal_parse(&j, text, cut, &used);
		if (rv == 0) {
			rest = sizeof(text) - 1 - used;
			rv = journal_parse(&j, text + used, rest, &n);
			assert_int_equal(n, rest);
		}
		assert_int_equal(rv, 1);
		assert_string_equal(j.id, "ab");
		assert_int_equal(j.seq, 0x1f);
		assert_int_equal(j.at, 1700000000);
		assert_true(j.iked);
		assert_true(j.verified);
		assert_int_equal(j.textlen, 5);
		assert_memory_equal(j.text, "hello", 5);
	}
}

static void
a_field_too_long_is_passed_over(void **state)
{
	const size_t big = 2 * LOGREAD_BUF;
	static const char head[] = ENTRY "X\n", tail[] = "MESSAGE=m\n\n";
	size_t n, at = 0, used, part;
	struct journal j = { .seq = 0 };
	char *text;
	int i, rv = 0;

	(void)state;
	n = sizeof(head) - 1 + 8 + big + 1 + sizeof(tail) - 1;
	assert_non_null(text = malloc(n));
	memset(text, 'x', n);
	memcpy(text, head, sizeof(head) - 1);
	for (i = 0; i < 8; i++)
		text[sizeof(head) - 1 + i] = (char)(big >> 8 * i);
	text[n - sizeof(tail)] = '\n';
	memcpy(text + n - sizeof(tail) + 1, tail, sizeof(tail) - 1);
	while (rv == 0 && at < n) {
		part = n - at < LOGREAD_BUF ? n - at : LOGREAD_BUF;
		rv = journal_parse(&j, text + at, part, &used);
		at += used;
		assert_true(used > 0);
	}
	assert_int_equal(rv, 1);
	assert_int_equal(at, n);
	assert_int_equal(j.textlen, 1);
	free(text);
}

static void
damage_is_found(void **state)
{
	static const char no_cursor[] = "MESSAGE=x\n\n";
	static const char no_end[] = "X\n\1\0\0\0\0\0\0\0ab\n\n";
	static const char huge[] = "X\n\377\377\377\377\377\377\377\377a\n";
	struct journal j = { .seq = 0 };
	static char name[70000];
	size_t used;

	(void)state;
	/* A name that fills the buffer before its value's size is there. */
	memset(name, 'N', sizeof(name));
	name[sizeof(name) - 1] = '\n';
	assert_int_equal(journal_parse(&j, name, sizeof(name), &used), -1);
	memset(&j, 0, sizeof(j));
	assert_int_equal(journal_parse(&j, no_cursor, sizeof(no_cursor) - 1,
	    &used), -1);
	memset(&j, 0, sizeof(j));
	assert_int_equal(journal_parse(&j, no_end, sizeof(no_end) - 1,
	    &used), -1);
	memset(&j, 0, sizeof(j));
	assert_int_equal(journal_parse(&j, huge, sizeof(huge) - 1, &used),
	    -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_says_one_thing),
		cmocka_unit_test(only_the_tag_tells_whose_a_line_is),
		cmocka_unit_test(a_stamp_is_a_time),
		cmocka_unit_test(an_entry_is_read_however_it_is_cut),
		cmocka_unit_test(a_field_too_long_is_passed_over),
		cmocka_unit_test(damage_is_found),
	};

	(void)setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
