/* What breaks, bends and floods the responder. */
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "ikebed.h"

/* --- messages that are broken */

static void
no_truncation_gets_further(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	size_t n;

	(void)state;
	bed_ready(b);
	for (n = 0; n < b->msglen; n++)
		assert_int_equal(bed_put(b, b->msg, n), 0);
	for (n = 0; n < b->i.initlen; n++)
		assert_int_equal(bed_put(b, b->i.init, n), 0);
	/* With a length in its header that fits what is left. */
	for (n = IKE_HEADER; n < b->msglen; n++) {
		uint8_t keep[4];

		memcpy(keep, b->msg + 24, 4);
		b->msg[26] = (uint8_t)(n >> 8);
		b->msg[27] = (uint8_t)n;
		assert_int_equal(bed_put(b, b->msg, n), 0);
		memcpy(b->msg + 24, keep, 4);
	}
	assert_int_equal(b->told.claims + b->told.refused, 0);
	bed_ends(b, NULL);			/* none of it did harm */
	bed_free(b);
}

static void
no_changed_octet_gets_further(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	size_t n;

	(void)state;
	bed_ready(b);
	for (n = 0; n < b->msglen; n++) {
		b->msg[n] ^= 0x41;
		(void)bed_put(b, b->msg, b->msglen);
		if (n != 19 || b->n != 0)	/* the reserved flags */
			assert_int_equal(b->n, 0);
		b->msg[n] ^= 0x41;
	}
	assert_int_equal(b->told.claims + b->told.refused, 0);
	bed_ends(b, NULL);
	bed_free(b);
}

static void
other_messages_are_dropped(void **state)
{
	static const struct { size_t at; uint8_t to; } odd[] = {
	    { 17, 0x10 }, { 17, 0x30 }, { 18, 33 }, { 18, IKE_AUTH },
	    { 18, IKE_INFORMATIONAL }, { 18, IKE_CREATE_CHILD_SA },
	    { 19, 0 }, { 19, IKE_RESPONSE },
	    { 19, IKE_INITIATOR | IKE_RESPONSE }, { 23, 1 }, { 8, 1 } };
	struct bed *b = bed_new(IKE_CURVE25519);
	uint8_t keep;
	size_t i;

	(void)state;
	initiator_init(&b->i);
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		keep = b->i.init[odd[i].at];
		b->i.init[odd[i].at] = odd[i].to;
		if (bed_put(b, b->i.init, b->i.initlen) != 0)
			fail_msg("%zu is answered", i);
		b->i.init[odd[i].at] = keep;
	}
	memset(b->i.init, 0, IKE_SPI);
	assert_int_equal(bed_put(b, b->i.init, b->i.initlen), 0);
	bed_free(b);
}

static void
three_hundred_payloads_are_too_many(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	uint8_t many[4 * 300];
	size_t i;

	(void)state;
	bed_ready(b);
	for (i = 0; i < 300; i++)
		memcpy(many + 4 * i, "\53\0\0\4", 4);	/* vendor IDs */
	many[4 * 299] = IKE_P_NONE;
	b->msglen = initiator_sk(&b->i, b->msg, sizeof(b->msg), IKE_P_VENDOR,
	    many, sizeof(many));
	bed_ends(b, "over 64 payloads");
	bed_free(b);
}

static void
a_certificate_of_64_kib_is_refused(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	uint8_t *inner = calloc(1, IKE_MESSAGE_MAX);
	size_t n;

	(void)state;
	bed_ready(b);
	free((void *)(uintptr_t)b->i.cert);
	b->i.certlen = 64000;
	b->i.cert = calloc(1, b->i.certlen);
	b->i.cert_enc = IKE_CERT_X509;
	n = initiator_inner(&b->i, inner, IKE_MESSAGE_MAX);
	b->msglen = initiator_sk(&b->i, b->msg, sizeof(b->msg), IKE_P_IDI,
	    inner, n);
	bed_ends(b, "RFC 5280");
	free(inner);
	bed_free(b);
}

/* --- fragments */

static size_t
piece(struct bed *b, const uint8_t *inner, size_t n, unsigned number,
    unsigned total)
{
	size_t each = (n + total - 1) / total, at = (number - 1) * each;

	b->msglen = initiator_skf(&b->i, b->msg, sizeof(b->msg), number == 1 ?
	    IKE_P_IDI : 0, number, total, inner + at, at + each > n ?
	    n - at : each);
	return bed_put(b, b->msg, b->msglen);
}

static void
fragments_come_in_any_order_and_twice(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	uint8_t inner[8192];
	size_t n;

	(void)state;
	initiator_key(&b->i, "rsa2048.priv-pkcs8.pem");
	bed_ready(b);
	n = initiator_inner(&b->i, inner, sizeof(inner));
	assert_int_equal(piece(b, inner, n, 1, 2), 0);
	assert_int_equal(piece(b, inner, n, 3, 4), 0);	/* it begins anew */
	assert_int_equal(piece(b, inner, n, 2, 2), 0);	/* too late */
	assert_int_equal(piece(b, inner, n, 3, 4), 0);
	assert_int_equal(piece(b, inner, n, 1, 4), 0);
	assert_int_equal(piece(b, inner, n, 4, 4), 0);
	b->msglen = initiator_skf(&b->i, b->msg, sizeof(b->msg), 0, 2, 4,
	    inner + (n + 3) / 4, (n + 3) / 4);
	bed_ends(b, NULL);
	/* Its answer got lost: the pieces come again. */
	assert_int_equal(piece(b, inner, n, 1, 2), 0);
	assert_int_not_equal(piece(b, inner, n, 2, 2), 0);
	assert_int_equal(b->told.claims, 1);
	bed_free(b);
}

static void
fragments_are_bounded(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	uint8_t *inner = calloc(1, IKE_MESSAGE_MAX);
	size_t octets;
	unsigned i;

	(void)state;
	bed_ready(b);
	assert_int_equal(piece(b, inner, 100, 1, 65), 0);
	assert_int_equal(ike_responder_states(b->r, &octets), 1);
	assert_int_equal(octets, b->i.initlen);
	for (i = 1; i < 64; i++) {
		b->msglen = initiator_skf(&b->i, b->msg, sizeof(b->msg), 0,
		    i, 64, inner, 60000);
		assert_int_equal(bed_put(b, b->msg, b->msglen), 0);
	}
	(void)ike_responder_states(b->r, &octets);
	assert_true(octets <= IKE_MESSAGE_MAX + b->i.initlen);
	b->msglen = initiator_skf(&b->i, b->msg, sizeof(b->msg), 0, 0, 2,
	    inner, 10);
	assert_int_equal(bed_put(b, b->msg, b->msglen), 0);
	b->msglen = initiator_skf(&b->i, b->msg, sizeof(b->msg), 0, 3, 2,
	    inner, 10);
	assert_int_equal(bed_put(b, b->msg, b->msglen), 0);
	free(inner);
	bed_free(b);
}

/* --- floods */

static void
begin(struct bed *b, struct initiator *i)
{
	initiator_new(i, IKE_CURVE25519);
	initiator_init(i);
	(void)bed_put(b, i->init, i->initlen);
	assert_int_equal(initiator_read_init(i, b->reply, b->n),
	    IKE_N_COOKIE);
	initiator_init(i);
	(void)bed_put(b, i->init, i->initlen);
}

static void
a_prefix_takes_its_own_places(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	struct initiator i;
	size_t octets;
	unsigned k;

	(void)state;
	bed_ready(b);				/* honest, from elsewhere */
	for (k = 0; k < 100; k++) {
		b->from.addr[1] = 1;
		b->from.addr[3] = (uint8_t)k;
		b->now++;
		begin(b, &i);
		assert_int_not_equal(b->n, 0);
		initiator_free(&i);
	}
	assert_int_equal(ike_responder_states(b->r, &octets), 17);
	b->from.addr[1] = 0;
	b->from.addr[3] = 1;
	bed_ends(b, NULL);
	bed_free(b);
}

static void
a_flood_from_everywhere_locks_nobody_out(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	struct initiator i;
	struct ike_from honest = b->from;
	size_t octets;
	unsigned k;

	(void)state;
	bed_ready(b);
	for (k = 0; k < 300; k++) {
		b->from.addr[0] = 10;
		b->from.addr[1] = (uint8_t)(k >> 4);
		b->from.addr[2] = (uint8_t)k;
		b->now += 3;
		begin(b, &i);
		initiator_free(&i);
	}
	assert_int_equal(ike_responder_states(b->r, &octets), 64);
	/* Under way for a second: still there. */
	b->from = honest;
	bed_ends(b, NULL);
	/* And a new one gets in as soon as the flood is two seconds old. */
	b->now += 2001;
	b->i.cookielen = 0;
	b->i.spi_i[0] ^= 1;
	bed_ready(b);
	bed_ends(b, NULL);
	bed_free(b);
}

static void
without_a_nonce_nothing_begins(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	size_t octets;

	(void)state;
	b->told.no_nonce = true;
	assert_int_equal(bed_init(b), IKE_N_COOKIE);
	assert_int_equal(bed_init(b), -1);
	assert_int_equal(ike_responder_states(b->r, &octets), 0);
	bed_free(b);
}

/* RFC 7296 3.4: a value of another length, or none of the group. */
static void
bad_dh_values_end_the_handshake(void **state)
{
	struct bed *b = bed_new(IKE_ECP_256);
	uint8_t inner[64] = { 0, 0, 0, 8, 0, 0, 0, 24 };

	(void)state;
	b->i.pub[3] ^= 1;			/* off the curve */
	assert_int_equal(bed_init(b), IKE_N_COOKIE);
	assert_int_equal(bed_init(b), 0);
	b->msglen = initiator_sk(&b->i, b->msg, sizeof(b->msg), IKE_P_NOTIFY,
	    inner, 8);
	assert_int_equal(bed_put(b, b->msg, b->msglen), 0);
	assert_int_equal(b->told.claims + b->told.refused, 0);
	b->i.suite.group = IKE_MODP_2048;	/* octets for another group */
	b->i.cookielen = 0;
	b->i.ke_group = IKE_ECP_256;
	initiator_init(&b->i);
	(void)bed_put(b, b->i.init, b->i.initlen);
	bed_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_truncation_gets_further),
		cmocka_unit_test(no_changed_octet_gets_further),
		cmocka_unit_test(other_messages_are_dropped),
		cmocka_unit_test(three_hundred_payloads_are_too_many),
		cmocka_unit_test(a_certificate_of_64_kib_is_refused),
		cmocka_unit_test(fragments_come_in_any_order_and_twice),
		cmocka_unit_test(fragments_are_bounded),
		cmocka_unit_test(a_prefix_takes_its_own_places),
		cmocka_unit_test(a_flood_from_everywhere_locks_nobody_out),
		cmocka_unit_test(without_a_nonce_nothing_begins),
		cmocka_unit_test(bad_dh_values_end_the_handshake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
