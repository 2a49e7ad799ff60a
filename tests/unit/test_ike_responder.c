/* Handshakes with the responder, and proofs that are none. */
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "ikebed.h"

static void
a_peer_shows_its_key_and_is_refused(void **state)
{
	static const unsigned groups[] = { IKE_CURVE25519, IKE_ECP_256,
	    IKE_ECP_384, IKE_ECP_521, IKE_MODP_2048, IKE_MODP_3072,
	    IKE_MODP_4096 };
	struct btns_key key;
	struct btns_err e;
	const uint8_t *p;
	struct bed *b;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		b = bed_new(groups[i]);
		bed_ready(b);
		bed_ends(b, NULL);
		assert_int_equal(ike_claim_id(&b->told.claim, &p, &n),
		    IKE_ID_FQDN);
		assert_int_equal(n, 14);
		assert_memory_equal(p, "gw.example.org", n);
		assert_int_equal(b->told.claim.ticket, 1);
		/* Whoever issued the nonce finds the same. */
		assert_int_equal(ike_claim_check(&key, &b->told.claim,
		    b->told.nonce, &e), 0);
		assert_int_equal(key.type, BTNS_P256);
		b->told.nonce[31] ^= 1;
		assert_failed(ike_claim_check(&key, &b->told.claim,
		    b->told.nonce, &e), &e, BTNS_E_REFUSED, "not this key's");
		b->told.claim.requestlen = IKE_REQUEST_MAX + 1;
		assert_failed(ike_claim_check(&key, &b->told.claim,
		    b->told.nonce, &e), &e, BTNS_E_FORMAT, "out of bounds");
		bed_free(b);
	}
}

static void
spis_begin_with_the_tag(void **state)
{
	struct bed *b;
	uint8_t last[IKE_SPI] = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		b = bed_tagged(IKE_CURVE25519, true);
		bed_ready(b);
		bed_ends(b, NULL);
		assert_memory_equal(b->i.spi_r, "btns", IKE_TAG_LEN);
		assert_true(memcmp(b->i.spi_r, last, IKE_SPI) != 0);
		memcpy(last, b->i.spi_r, IKE_SPI);
		bed_free(b);
	}
	b = bed_new(IKE_CURVE25519);
	bed_ready(b);
	assert_true(memcmp(b->i.spi_r, "btns", IKE_TAG_LEN) != 0);
	bed_free(b);
}

/* What a flood is made of is told from what only an answer leads to. */
static void
what_begins(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	size_t n;

	(void)state;
	initiator_init(&b->i);
	assert_true(ike_begins(b->i.init, b->i.initlen));
	for (n = 0; n < IKE_HEADER; n++)
		assert_false(ike_begins(b->i.init, n));
	bed_ready(b);			/* the cookie is in it now */
	assert_false(ike_begins(b->i.init, b->i.initlen));
	b->i.init[16] = IKE_P_SA;
	assert_true(ike_begins(b->i.init, b->i.initlen));
	b->i.init[18] = IKE_AUTH;
	assert_false(ike_begins(b->i.init, b->i.initlen));
	bed_free(b);
}

static const struct ike_suite suites[] = {
	{ 1, IKE_AES_GCM_16, 128, IKE_PRF_SHA2_256, 0, IKE_CURVE25519 },
	{ 2, IKE_AES_GCM_16, 192, IKE_PRF_SHA2_384, 0, IKE_CURVE25519 },
	{ 3, IKE_AES_GCM_16, 256, IKE_PRF_SHA2_512, 0, IKE_CURVE25519 },
	{ 4, IKE_CHACHA20_POLY1305, 0, IKE_PRF_SHA2_256, 0, IKE_CURVE25519 },
	{ 5, IKE_AES_CBC, 128, IKE_PRF_SHA2_256, IKE_SHA2_256_128,
	    IKE_CURVE25519 },
	{ 6, IKE_AES_CBC, 192, IKE_PRF_SHA2_384, IKE_SHA2_384_192,
	    IKE_CURVE25519 },
	{ 255, IKE_AES_CBC, 256, IKE_PRF_SHA2_512, IKE_SHA2_512_256,
	    IKE_CURVE25519 },
};

static void
each_suite_works(void **state)
{
	struct bed *b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		b = bed_new(IKE_CURVE25519);
		b->i.suite = suites[i];
		bed_ready(b);
		bed_ends(b, NULL);
		bed_free(b);
	}
}

static void
each_kind_of_key_works(void **state)
{
	static const char *const files[] = { "rsa2048.priv-pkcs8.pem",
	    "p256.priv-pkcs8.pem",
	    "p384.priv-pkcs8.pem", "p521.priv-pkcs8.pem",
	    "ed25519.priv-pkcs8.pem" };
	struct bed *b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		b = bed_new(IKE_CURVE25519);
		initiator_key(&b->i, files[i]);
		bed_ready(b);
		bed_ends(b, NULL);
		b->i.cert_enc = IKE_CERT_SPKI;	/* RFC 7670 */
		bed_free(b);
	}
}

/* --- cookies */

static void
nothing_is_kept_before_a_cookie_comes_back(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	size_t octets;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		b->from.addr[3] = (uint8_t)i;
		assert_int_equal(bed_init(b), IKE_N_COOKIE);
		assert_true(b->n <= b->i.initlen);
		b->i.cookielen = 0;
	}
	assert_int_equal(ike_responder_states(b->r, &octets), 0);
	assert_int_equal(b->told.nonces, 0);
	bed_free(b);
}

static void
a_cookie_is_good_for_its_peer_and_two_minutes(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);

	(void)state;
	assert_int_equal(bed_init(b), IKE_N_COOKIE);
	b->from.addr[0]++;
	assert_int_equal(bed_init(b), IKE_N_COOKIE);	/* another address */
	b->from.addr[0]--;
	b->i.cookie[5] ^= 1;
	assert_int_equal(bed_init(b), IKE_N_COOKIE);	/* and a new one */
	b->i.spi_i[0] ^= 1;
	assert_int_equal(bed_init(b), IKE_N_COOKIE);
	b->i.ni[0] ^= 1;
	assert_int_equal(bed_init(b), IKE_N_COOKIE);
	b->i.cookie[0]++;
	assert_int_equal(bed_init(b), IKE_N_COOKIE);
	b->now += 60000;
	assert_int_equal(bed_init(b), 0);	/* the one before */
	b->now += 130000;
	b->i.ni[0] ^= 1;
	assert_int_equal(bed_init(b), IKE_N_COOKIE);
	assert_int_equal(bed_init(b), 0);
	bed_free(b);
}

static void
a_short_request_gets_no_longer_answer(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	struct ike_head h = { .exchange = IKE_SA_INIT,
	    .flags = IKE_INITIATOR, .spi_i = { 1 } };
	struct ike_out o;

	(void)state;
	/* SA and KE empty, a nonce of 16: 28 + 4 + 8 + 20 octets. */
	ike_begin(&o, b->msg, sizeof(b->msg), &h);
	ike_open(&o, IKE_P_SA);
	ike_close(&o);
	ike_open(&o, IKE_P_KE);
	ike_put(&o, "\0\37\0\0", 4);
	ike_close(&o);
	ike_open(&o, IKE_P_NONCE);
	ike_put(&o, "0123456789abcdef", 16);
	ike_close(&o);
	b->msglen = ike_end(&o);
	assert_int_equal(b->msglen, 60);
	assert_true(bed_put(b, b->msg, b->msglen) <= 60);
	bed_free(b);
}

/* --- choosing */

static void
a_group_of_ours_is_asked_for(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);

	(void)state;
	b->i.ke_group = IKE_MODP_2048;
	assert_int_equal(bed_init(b), IKE_N_COOKIE);
	assert_int_equal(bed_init(b), IKE_N_INVALID_KE);
	assert_int_equal(b->n, IKE_HEADER + 8 + 2);
	assert_int_equal(b->reply[b->n - 1], IKE_CURVE25519);
	assert_int_equal(b->told.nonces, 0);
	b->i.ke_group = 0;
	assert_int_equal(bed_init(b), 0);
	bed_free(b);
}

static void
what_we_don_t_know_is_not_chosen(void **state)
{
	static const struct ike_suite bad[] = {
	    { 1, 3, 0, 5, 12, 31 },			/* 3DES */
	    { 1, IKE_AES_CBC, 128, 2, 12, 31 },		/* PRF SHA-1 */
	    { 1, IKE_AES_CBC, 128, 5, 2, 31 },		/* SHA-1-96 */
	    { 1, IKE_AES_CBC, 128, 5, 12, 2 },		/* MODP 1024 */
	    { 1, IKE_AES_CBC, 0, 5, 12, 31 },		/* no key length */
	    { 1, IKE_AES_CBC, 64, 5, 12, 31 },
	    { 1, IKE_AES_CBC, 128, 5, 0, 31 },		/* no INTEG */
	    { 1, IKE_AES_GCM_16, 256, 5, 12, 31 },	/* and one too many */
	    { 1, IKE_CHACHA20_POLY1305, 256, 5, 0, 31 },
	    { 1, 18, 128, 5, 0, 31 },			/* GCM with 8 */
	};
	struct bed *b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		b = bed_new(IKE_CURVE25519);
		b->i.suite = bad[i];
		b->i.suite.group = IKE_CURVE25519;
		initiator_init(&b->i);
		b->i.suite = bad[i];
		initiator_init(&b->i);
		(void)bed_put(b, b->i.init, b->i.initlen);
		if (initiator_read_init(&b->i, b->reply, b->n) !=
		    IKE_N_COOKIE)
			fail_msg("%zu: no cookie", i);
		assert_int_equal(bed_init(b), IKE_N_NO_PROPOSAL);
		assert_int_equal(b->told.nonces, 0);
		bed_free(b);
	}
}

/* --- answers that get lost */

static void
a_request_that_comes_again_has_the_same_answer(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	uint8_t first[IKE_REPLY_MAX];
	size_t n;

	(void)state;
	bed_ready(b);
	memcpy(first, b->reply, n = b->n);
	assert_int_equal(bed_put(b, b->i.init, b->i.initlen), n);
	assert_memory_equal(b->reply, first, n);
	assert_int_equal(b->told.nonces, 1);
	bed_ends(b, NULL);
	memcpy(first, b->reply, n = b->n);
	assert_int_equal(bed_put(b, b->msg, b->msglen), n);
	assert_memory_equal(b->reply, first, n);
	assert_int_equal(b->told.claims, 1);
	b->now += 11000;			/* it is forgotten */
	assert_int_equal(bed_put(b, b->msg, b->msglen), 0);
	bed_free(b);
}

/* --- proofs that are none */

static void
a_replayed_auth_shows_nothing(void **state)
{
	struct bed *b = bed_new(IKE_CURVE25519);
	uint8_t auth[4096], inner[8192];
	size_t n;

	(void)state;
	bed_ready(b);
	bed_ends(b, NULL);
	/* The same octets within another handshake of the same peer. */
	n = initiator_inner(&b->i, auth, sizeof(auth));
	b->i.cookielen = 0;
	b->i.spi_i[0] ^= 1;
	bed_ready(b);
	b->msglen = initiator_sk(&b->i, b->msg, sizeof(b->msg), IKE_P_IDI,
	    auth, n);
	bed_ends(b, "not this key's");
	/* And once it was wrong, no second try in that handshake. */
	n = initiator_inner(&b->i, inner, sizeof(inner));
	b->msglen = initiator_sk(&b->i, b->msg, sizeof(b->msg), IKE_P_IDI,
	    inner, n);
	assert_int_not_equal(bed_put(b, b->msg, b->msglen), 0);
	assert_int_equal(b->told.claims, 1);
	bed_free(b);
}

static void
what_is_missing_is_named(void **state)
{
	struct bed *b;
	uint8_t inner[8192];
	size_t n, skip;

	(void)state;
	b = bed_new(IKE_CURVE25519);
	free((void *)(uintptr_t)b->i.cert);
	b->i.cert = NULL;
	bed_ready(b);
	bed_ends(b, "it shows no key");
	bed_free(b);

	b = bed_new(IKE_CURVE25519);
	b->i.cert_enc = 7;
	bed_ready(b);
	bed_ends(b, "encoding 7 shows no key");
	bed_free(b);

	b = bed_new(IKE_CURVE25519);
	b->i.cert_enc = IKE_CERT_RSA;		/* it is an SPKI */
	bed_ready(b);
	bed_ends(b, "RFC ");
	bed_free(b);

	b = bed_new(IKE_CURVE25519);
	bed_ready(b);
	n = initiator_inner(&b->i, inner, sizeof(inner));
	skip = (size_t)inner[2] << 8 | inner[3];
	b->msglen = initiator_sk(&b->i, b->msg, sizeof(b->msg), IKE_P_CERT,
	    inner + skip, n - skip);
	bed_ends(b, "it has no ID");
	bed_free(b);

	b = bed_new(IKE_CURVE25519);
	bed_ready(b);
	inner[0] = IKE_P_NONE;
	b->msglen = initiator_sk(&b->i, b->msg, sizeof(b->msg), IKE_P_IDI,
	    inner, skip);
	bed_ends(b, "EAP");
	bed_free(b);

	b = bed_new(IKE_CURVE25519);
	memset(inner, 'x', sizeof(inner));
	b->i.id = inner;
	b->i.idlen = 257;
	bed_ready(b);
	bed_ends(b, "over 256 octets");
	bed_free(b);
}

/* A notification, or nothing, in the place of all that is asked for. */
static void
other_payloads_show_nothing(void **state)
{
	static const uint8_t notify[] = { 0, 0, 0, 8, 0, 0, 0, 24 };
	struct bed *b = bed_new(IKE_CURVE25519);

	(void)state;
	bed_ready(b);
	b->msglen = initiator_sk(&b->i, b->msg, sizeof(b->msg), IKE_P_NOTIFY,
	    notify, sizeof(notify));
	bed_ends(b, "EAP");
	bed_free(b);
	b = bed_new(IKE_CURVE25519);
	bed_ready(b);
	b->msglen = initiator_sk(&b->i, b->msg, sizeof(b->msg), IKE_P_NONE,
	    notify, 0);
	bed_ends(b, "EAP");
	bed_free(b);
	b = bed_new(IKE_CURVE25519);
	bed_ready(b);
	b->msglen = initiator_sk(&b->i, b->msg, sizeof(b->msg), IKE_P_AUTH,
	    notify, 7);
	bed_ends(b, "RFC 7296 3.2");
	bed_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_peer_shows_its_key_and_is_refused),
		cmocka_unit_test(spis_begin_with_the_tag),
		cmocka_unit_test(what_begins),
		cmocka_unit_test(each_suite_works),
		cmocka_unit_test(each_kind_of_key_works),
		cmocka_unit_test(nothing_is_kept_before_a_cookie_comes_back),
		cmocka_unit_test(a_cookie_is_good_for_its_peer_and_two_minutes),
		cmocka_unit_test(a_short_request_gets_no_longer_answer),
		cmocka_unit_test(a_group_of_ours_is_asked_for),
		cmocka_unit_test(what_we_don_t_know_is_not_chosen),
		cmocka_unit_test(
		    a_request_that_comes_again_has_the_same_answer),
		cmocka_unit_test(a_replayed_auth_shows_nothing),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(other_payloads_show_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
