#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../lib/iked.h"

#define HEAD	"iked_sas: 0x552aba2be0 rspi 0x1ad8f9d934cd2472 ispi" \
	" 0x2f0daeafb04de06f 10.0.0.2:500->10.0.0.1:500"
#define TAIL(state)	"[] " state " r nexti (nil) pol 0x552ab8bae0"

/* What the peer called itself, and what must be read. */
static const char *const ids[] = {
	"FQDN/a.example.org",
	"UFQDN/lap17@example.org",
	"IPV6/2001:db8::1",
	"",
	"FQDN/../fqdn/a.example.org",
	"FQDN/x>[] ESTABLISHED r nexti (nil) pol 0x1",
	"FQDN/x] CLOSING ",
	"FQDN/a->b<FQDN/other>",
	"FQDN/with blanks and 'quotes\" ",
	"FQDN/\033[2J",
};

static void
an_id_is_read_whatever_its_bytes(void **state)
{
	struct btns_sa_line sa;
	char line[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		(void)snprintf(line, sizeof(line), HEAD "<%s>"
		    TAIL("ESTABLISHED"), ids[i]);
		assert_int_equal(btns_sa_parse(&sa, line), 1);
		assert_string_equal(sa.id, ids[i]);
		assert_true(sa.open);
	}
}

static void
the_state_is_the_last_word(void **state)
{
	static const char *const lines[] = {
		HEAD "<FQDN/x] ESTABLISHED >" TAIL("CLOSING"),
		HEAD "<FQDN/x>" TAIL("CLOSED"),
		HEAD "<FQDN/x] CLOSING >" TAIL("ESTABLISHED"),
		HEAD "<FQDN/x>" TAIL("VALID"),
		HEAD "<FQDN/x>" TAIL("AUTH_REQUEST"),
	};
	struct btns_sa_line sa;
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++) {
		assert_int_equal(btns_sa_parse(&sa, lines[i]), 1);
		assert_int_equal(sa.open, i >= 2);
	}
}

static void
two_sas_of_one_id_are_told_apart(void **state)
{
	struct btns_sa_line a, b;

	(void)state;
	assert_int_equal(btns_sa_parse(&a, HEAD "<FQDN/x>"
	    TAIL("ESTABLISHED")), 1);
	assert_int_equal(btns_sa_parse(&b, "iked_sas: 0x552aba2be0 rspi 0x1"
	    " ispi 0x2f0daeafb04de06f 10.0.0.2:500->10.0.0.1:500<FQDN/x>"
	    TAIL("ESTABLISHED")), 1);
	assert_true(memcmp(a.spis, b.spis, sizeof(a.spis)) != 0);
}

static void
an_id_longer_than_iked_takes_is_trouble(void **state)
{
	char line[4096], id[2048];
	struct btns_sa_line sa;

	(void)state;
	memset(id, 'a', sizeof(id));
	memcpy(id, "FQDN/", 5);
	id[BTNS_IKED_ID - 1] = '\0';
	(void)snprintf(line, sizeof(line), HEAD "<%s>" TAIL("ESTABLISHED"),
	    id);
	assert_int_equal(btns_sa_parse(&sa, line), 1);
	assert_string_equal(sa.id, id);
	id[BTNS_IKED_ID - 1] = 'a';
	id[BTNS_IKED_ID] = '\0';
	(void)snprintf(line, sizeof(line), HEAD "<%s>" TAIL("ESTABLISHED"),
	    id);
	assert_int_equal(btns_sa_parse(&sa, line), -1);
}

static void
other_lines_are_no_sa_and_damaged_ones_are_trouble(void **state)
{
	struct btns_sa_line sa;

	(void)state;
	assert_int_equal(btns_sa_parse(&sa, ""), 0);
	assert_int_equal(btns_sa_parse(&sa, "iked_dstid_sas: 0x1"), 0);
	assert_int_equal(btns_sa_parse(&sa, "iked_flows: 0x1 ESP"), 0);
	assert_int_equal(btns_sa_parse(&sa, "iked_sas: "), -1);
	assert_int_equal(btns_sa_parse(&sa, HEAD "<FQDN/x"), -1);
	assert_int_equal(btns_sa_parse(&sa, HEAD "<FQDN/x>[]"), -1);
	assert_int_equal(btns_sa_parse(&sa, "iked_sas: 0x1 rspi 0x1"), -1);
}

static void
an_id_opens_the_file_that_iked_would_open(void **state)
{
	static const struct {
		const char	*id, *path;
		bool		 opens;
	} t[] = {
		{ "FQDN/gw.example.org", "fqdn/gw.example.org", true },
		{ "IPV4/192.0.2.7", "ipv4/192.0.2.7", true },
		{ "FQDN/gw.example.org", "fqdn/gw.example.or", false },
		{ "FQDN/GW.example.org", "fqdn/gw.example.org", false },
		{ "UFQDN/gw.example.org", "fqdn/gw.example.org", false },
		{ "FQDN/../fqdn/gw", "fqdn/gw", true },
		{ "FQDN/./gw", "fqdn/gw", true },
		{ "FQDN//gw", "fqdn/gw", true },
		{ "UFQDN/../fqdn//.//gw", "fqdn/gw", true },
		{ "FQDN/../../pubkeys/fqdn/gw", "fqdn/gw", true },
		{ "FQDN/../../../../pubkeys/fqdn/gw", "fqdn/gw", true },
		{ "FQDN/x/../gw", "fqdn/gw", true },
		{ "FQDN/../../pending/gw", "fqdn/gw", false },
		{ "FQDN/", "fqdn/gw", false },
		{ "", "fqdn/gw", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (btns_iked_opens(t[i].id, -1, t[i].path) != t[i].opens)
			fail_msg("%s, %s", t[i].id, t[i].path);
}

static void
a_symbolic_link_opens_what_it_leads_to(void **state)
{
	static const struct {
		const char	*id, *path;
		bool		 opens;
	} t[] = {
		{ "FQDN/gw", "fqdn/gw", true },
		{ "FQDN/beside", "fqdn/gw", true },
		{ "FQDN/two", "fqdn/gw", true },
		{ "FQDN/../ufqdn/far", "fqdn/gw", true },
		{ "FQDN/whole", "fqdn/gw", true },
		{ "FQDN/above", "fqdn/gw", true },
		{ "FQDN/types/gw", "fqdn/gw", true },
		{ "FQDN/types/../fqdn/gw", "fqdn/gw", true },
		{ "FQDN/beside", "fqdn/beside", false },
		{ "FQDN/beside/x", "fqdn/gw", false },
		{ "FQDN/other", "fqdn/gw", false },
		{ "FQDN/loop", "fqdn/gw", false },
		{ "FQDN/long", "fqdn/gw", false },
	};
	char dir[] = "/tmp/btns.XXXXXX", command[PATH_MAX];
	size_t i;
	int root;

	(void)state;
	assert_non_null(mkdtemp(dir));
	/* The files that they lead to need not be there any more. */
	(void)snprintf(command, sizeof(command), "cd %s && mkdir -p"
	    " pubkeys/fqdn pubkeys/ufqdn && cd pubkeys/fqdn && ln -s gw beside"
	    " && ln -s ./beside two && ln -s ../fqdn/gw ../ufqdn/far &&"
	    " ln -s /pubkeys/fqdn/gw whole && ln -s"
	    " ../../../../pubkeys/fqdn/gw above && ln -s ../fqdn types &&"
	    " ln -s gw2 other && ln -s loop loop &&"
	    " ln -s $(printf '%%03000d/' 0)/gw long", dir);
	assert_int_equal(system(command), 0);
	root = open(dir, O_RDONLY | O_DIRECTORY);
	assert_int_not_equal(root, -1);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (btns_iked_opens(t[i].id, root, t[i].path) != t[i].opens)
			fail_msg("%s, %s", t[i].id, t[i].path);
	(void)close(root);
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_read_whatever_its_bytes),
		cmocka_unit_test(the_state_is_the_last_word),
		cmocka_unit_test(two_sas_of_one_id_are_told_apart),
		cmocka_unit_test(an_id_longer_than_iked_takes_is_trouble),
		cmocka_unit_test(
		    other_lines_are_no_sa_and_damaged_ones_are_trouble),
		cmocka_unit_test(an_id_opens_the_file_that_iked_would_open),
		cmocka_unit_test(a_symbolic_link_opens_what_it_leads_to),
	};

	return cmocka_run_group_tests_name("iked", tests, NULL, NULL);
}
