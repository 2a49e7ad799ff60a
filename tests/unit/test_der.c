#include <stdbool.h>
#include <string.h>

#include "common.h"
#include "../../lib/der.h"

/* One element: what reads it, its octets, and the reason or NULL. */
enum reader { GET, SKIP, UINT, BITS };

static const struct {
	enum reader	 how;
	const char	*hex;
	const char	*why;		/* NULL: it is good */
	const char	*body;		/* hex of what is viewed then */
} elements[] = {
	{ GET, "3000", NULL, "" },
	{ GET, "30 03 020105", NULL, "020105" },
	{ GET, "30 03 020105 0500", NULL, "020105" },
	{ GET, "", "missing", NULL },
	{ GET, "30", "truncated", NULL },
	{ GET, "3001", "truncated", NULL },
	{ GET, "31 00", "tag 0x31 where 0x30 belongs", NULL },
	{ GET, "3080 0000", "X.690 10.1: indefinite length", NULL },
	{ GET, "308103 020105", "X.690 10.1: length is not minimal", NULL },
	{ GET, "30820003 020105", "X.690 10.1: length is not minimal", NULL },
	{ GET, "3081", "truncated", NULL },
	{ GET, "3082 01", "truncated", NULL },
	{ GET, "308180 00", "truncated", NULL },
	{ GET, "3084 00000001 00", "longer than", NULL },
	{ GET, "3088 ffffffffffffffff", "longer than", NULL },
	{ GET, "30ff 00", "longer than", NULL },
	{ GET, "3083 ffffff 00", "truncated", NULL },
	{ SKIP, "0500", NULL, NULL },
	{ SKIP, "", "truncated", NULL },
	{ SKIP, "05", "truncated", NULL },
	{ SKIP, "1f8100 00", "X.690 8.1.2.4: a tag above 30", NULL },
	{ SKIP, "bf0100", "X.690 8.1.2.4: a tag above 30", NULL },
	{ UINT, "020105", NULL, "05" },
	{ UINT, "020100", NULL, "00" },
	{ UINT, "02020080", NULL, "80" },
	{ UINT, "02017f", NULL, "7f" },
	{ UINT, "0200", "X.690 8.3.1: empty integer", NULL },
	{ UINT, "020180", "negative integer", NULL },
	{ UINT, "0202ff00", "negative integer", NULL },
	{ UINT, "02020005", "X.690 8.3.2: integer is not minimal", NULL },
	{ UINT, "0203000080", "X.690 8.3.2: integer is not minimal", NULL },
	{ UINT, "0202 05", "truncated", NULL },
	{ UINT, "030105", "tag 0x03 where 0x02 belongs", NULL },
	{ BITS, "030100", NULL, "" },
	{ BITS, "03030004ff", NULL, "04ff" },
	{ BITS, "0300", "X.690 8.6.2: empty bit string", NULL },
	{ BITS, "030203f8", "unused bits in the bit string", NULL },
	{ BITS, "030209ff", "unused bits in the bit string", NULL },
	{ BITS, "2304 0302 00ff", "tag 0x23 where 0x03 belongs", NULL },
};

static int
read_element(enum reader how, struct der *d, struct der *body,
    struct btns_err *e)
{
	switch (how) {
	case GET:
		return der_get(d, DER_SEQUENCE, body, "thing", e);
	case SKIP:
		return der_skip(d, "thing", e);
	case UINT:
		return der_uint(d, body, "thing", e);
	default:
		return der_bits(d, body, "thing", e);
	}
}

static void
elements_are_viewed_or_refused_with_a_reason(void **state)
{
	struct btns_err e;
	struct der d, body;
	uint8_t buf[16], want[16];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		der_init(&d, buf, unhex(buf, sizeof(buf), elements[i].hex));
		body = d;
		if (elements[i].why != NULL) {
			assert_failed(read_element(elements[i].how, &d,
			    &body, &e), &e, BTNS_E_FORMAT, elements[i].why);
			assert_non_null(strstr(e.msg, "offset 0: thing: "));
			continue;
		}
		assert_int_equal(read_element(elements[i].how, &d, &body,
		    &e), 0);
		if (elements[i].body == NULL)
			continue;
		n = unhex(want, sizeof(want), elements[i].body);
		assert_true(der_is(&body, want, n));
	}
}

static void
offsets_count_from_the_object_and_not_from_the_view(void **state)
{
	struct btns_err e;
	struct der d, in, deep, x;
	uint8_t buf[16];

	(void)state;
	der_init(&d, buf, unhex(buf, sizeof(buf), "3007 3005 020101 0500"));
	assert_int_equal(der_get(&d, DER_SEQUENCE, &in, "a", &e), 0);
	assert_int_equal(der_get(&in, DER_SEQUENCE, &deep, "b", &e), 0);
	assert_int_equal(DER_AT(&deep), 4);
	assert_int_equal(der_uint(&deep, &x, "c", &e), 0);
	assert_failed(der_uint(&deep, &x, "d", &e), &e, BTNS_E_FORMAT,
	    "offset 7: d: tag 0x05");
	assert_failed(der_end(&deep, "e", &e), &e, BTNS_E_FORMAT,
	    "offset 7: e: 2 trailing bytes");
	assert_int_equal(der_end(&d, "f", &e), 0);
}

static void
an_element_never_reaches_past_the_one_it_is_in(void **state)
{
	struct btns_err e;
	struct der d, in, x;
	uint8_t buf[16];

	(void)state;
	der_init(&d, buf, unhex(buf, sizeof(buf), "3003 020205 05"));
	assert_int_equal(der_get(&d, DER_SEQUENCE, &in, "a", &e), 0);
	assert_failed(der_uint(&in, &x, "b", &e), &e, BTNS_E_FORMAT,
	    "offset 2: b: truncated");
}

static void
a_single_trailing_byte_is_one_byte(void **state)
{
	struct btns_err e;
	struct der d;
	uint8_t c = 0;

	(void)state;
	der_init(&d, &c, 1);
	assert_failed(der_end(&d, "x", &e), &e, BTNS_E_FORMAT,
	    "offset 0: x: 1 trailing byte");
	assert_null(strstr(e.msg, "bytes"));
	assert_int_equal(der_peek(&d), 0);
	der_init(&d, &c, 0);
	assert_int_equal(der_peek(&d), -1);
}

static void
the_size_of_an_object_shows_in_its_head(void **state)
{
	static const struct { const char *hex; size_t size; } heads[] = {
		{ "", 0 }, { "30", 0 }, { "0201", 0 }, { "3000", 2 },
		{ "307f", 129 }, { "3080", 0 }, { "3081", 0 },
		{ "3081ff", 258 }, { "308201", 0 }, { "30820122", 294 },
		{ "3083010000", 65541 }, { "308401000000", 0 },
		{ "30ff", 0 },
	};
	uint8_t buf[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		assert_int_equal(der_object_size(buf, unhex(buf, sizeof(buf),
		    heads[i].hex)), heads[i].size);
}

/* What is written is read, and is the shortest there is. */
static void
heads_are_minimal_and_read_back(void **state)
{
	static const size_t lens[] = { 0, 1, 127, 128, 255, 256, 65535 };
	static uint8_t buf[65536 + 8];
	struct derw w;
	struct der d, body;
	struct btns_err e;
	size_t i, n, head;

	(void)state;
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		n = lens[i];
		head = n < 128 ? 2 : n < 256 ? 3 : 4;
		w.p = buf + sizeof(buf) - n;
		derw_head(&w, DER_OCTETSTRING, n);
		assert_ptr_equal(w.p, buf + sizeof(buf) - n - head);
		der_init(&d, w.p, head + n);
		assert_int_equal(der_get(&d, DER_OCTETSTRING, &body, "x", &e),
		    0);
		assert_int_equal(body.end - body.p, n);
		assert_int_equal(der_end(&d, "x", &e), 0);
	}
}

static void
integers_get_a_sign_octet_where_one_is_due(void **state)
{
	static const struct { const char *n, *der; } ints[] = {
		{ "", "020100" }, { "01", "020101" }, { "7f", "02017f" },
		{ "80", "02020080" }, { "ffff", "020300ffff" },
		{ "010001", "0203010001" }
	};
	uint8_t buf[16], n[8], want[16];
	struct derw w;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(ints) / sizeof(ints[0]); i++) {
		w.p = buf + sizeof(buf);
		derw_uint(&w, n, unhex(n, sizeof(n), ints[i].n));
		len = unhex(want, sizeof(want), ints[i].der);
		assert_int_equal(buf + sizeof(buf) - w.p, len);
		assert_memory_equal(w.p, want, len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_are_viewed_or_refused_with_a_reason),
		cmocka_unit_test(
		    offsets_count_from_the_object_and_not_from_the_view),
		cmocka_unit_test(
		    an_element_never_reaches_past_the_one_it_is_in),
		cmocka_unit_test(a_single_trailing_byte_is_one_byte),
		cmocka_unit_test(the_size_of_an_object_shows_in_its_head),
		cmocka_unit_test(heads_are_minimal_and_read_back),
		cmocka_unit_test(integers_get_a_sign_octet_where_one_is_due),
	};

	return cmocka_run_group_tests_name("der", tests, NULL, NULL);
}
