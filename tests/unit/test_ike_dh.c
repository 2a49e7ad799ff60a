/* Diffie-Hellman: known answers, and values that no peer may have. */
#include <stdio.h>
#include <string.h>

#include "common.h"
#include "../../lib/ike/dh.h"
#include "../../lib/ike/proto.h"

/* Hex to octets. */
static size_t
hex(uint8_t *out, const char *s)
{
	size_t n = 0;
	unsigned v;

	for (; *s != '\0'; s += 2) {
		assert_int_equal(sscanf(s, "%2x", &v), 1);
		out[n++] = (uint8_t)v;
	}
	return n;
}

/* A secret, its public value, the peer's, and what is shared. */
static const struct {
	unsigned	 group;
	const char	*secret, *pub, *peer, *shared;
} known[] = {
	{ IKE_CURVE25519,		/* RFC 8031 A */
	    "751fb4308655b476b6789b7325f9ea8cddd16a58533ff6d9e60009464a5f9d94",
	    "48d5ddd4061257ba166fa3f9bbdb74f1a4e81c089384fa77f790709f0dfbc766",
	    "0be7c1f5aad87d7e44866267"
	    "3298a443478b859745179eaf564c79c0ef6eee25",
	    "c74950607a12327f"
	    "3204d94b6825bfb068b7f8319a9e3708ed3d43ce8130c950" },
	{ IKE_ECP_256,			/* RFC 5903 8.1 */
	    "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433",
	    "DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180"
	    "5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3",
	    "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
	    "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
	    "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE"
	},
	{ IKE_ECP_384,			/* RFC 5903 8.2 */
	    "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655"
	    "E35B538041E649EE3FAEF896783AB194",
	    "667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E31634FE72B4C55EE6"
	    "DE3AC808ACB4BDB4C88732AEE95F41AA"
	    "9482ED1FC0EEB9CAFC4984625CCFC23F65032149E0E144ADA024181535A0F38E"
	    "EB9FCFF3C2C947DAE69B4C634573A81C",
	    "E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D83CFA41732BC509D"
	    "0D1AC43A0336DEF96FDA41D0774A3571"
	    "DCFBEC7AACF3196472169E838430367F66EEBE3C6E70C416DD5F0C68759DD1FF"
	    "F83FA40142209DFF5EAAD96DB9E6386C",
	    "11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4"
	    "D603135569B9E9D09CF5D4A270F59746" },
	{ IKE_ECP_521,			/* RFC 5903 8.3 */
	    "0037ADE9319A89F4DABDB3EF411AACCCA5123C61ACAB57B5393DCE47608172A0"
	    "95AA85A30FE1C2952C6771D937BA9777F5957B2639BAB072462F68C27A57382D"
	    "4A52",
	    "0015417E84DBF28C0AD3C278713349DC7DF153C897A1891BD98BAB4357C9ECBE"
	    "E1E3BF42E00B8E380AEAE57C2D107564941885942AF5A7F4601723C4195D176C"
	    "ED3E"
	    "017CAE20B6641D2EEB695786D8C946146239D099E18E1D5A514C739D7CB4A10A"
	    "D8A788015AC405D7799DC75E7B7D5B6CF2261A6A7F1507438BF01BEB6CA3926F"
	    "9582",
	    "00D0B3975AC4B799F5BEA16D5E13E9AF971D5E9B984C9F39728B5E5739735A21"
	    "9B97C356436ADC6E95BB0352F6BE64A6C2912D4EF2D0433CED2B6171640012D9"
	    "460F"
	    "015C68226383956E3BD066E797B623C27CE0EAC2F551A10C2C724D9852077B87"
	    "220B6536C5C408A1D2AEBB8E86D678AE49CB57091F4732296579AB44FCD17F0F"
	    "C56A",
	    "01144C7D79AE6956BC8EDB8E7C787C4521CB086FA64407F97894E5E6B2D79B04"
	    "D1427E73CA4BAA240A34786859810C06B3C715A3A8CC3151F2BEE417996D19F3"
	    "DDEA" },
};

static void
the_rfcs_answers_come_out(void **state)
{
	uint8_t secret[128], pub[IKE_DH_MAX], peer[256], want[256];
	uint8_t got[IKE_DH_MAX];
	struct btns_err e;
	struct ike_dh *d;
	size_t i, n, len;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		n = hex(secret, known[i].secret);
		assert_int_equal(ike_dh_from(&d, known[i].group, secret, n,
		    pub, &e), 0);
		n = hex(want, known[i].pub);
		assert_int_equal(n, ike_dh_len(known[i].group));
		assert_memory_equal(pub, want, n);
		n = hex(peer, known[i].peer);
		assert_int_equal(ike_dh_shared(got, &len, d, peer, n, &e), 0);
		n = hex(want, known[i].shared);
		assert_int_equal(len, n);
		assert_memory_equal(got, want, n);
		ike_dh_free(d);
	}
}

static const unsigned groups[] = { IKE_CURVE25519, IKE_ECP_256, IKE_ECP_384,
	IKE_ECP_521, IKE_MODP_2048, IKE_MODP_3072, IKE_MODP_4096 };

static void
both_sides_share_one_secret_and_no_two_are_alike(void **state)
{
	uint8_t pa[IKE_DH_MAX], pb[IKE_DH_MAX], sa[IKE_DH_MAX], sb[IKE_DH_MAX];
	struct ike_dh *a, *b;
	struct btns_err e;
	size_t i, n, m;

	(void)state;
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		n = ike_dh_len(groups[i]);
		assert_int_equal(ike_dh_new(&a, groups[i], pa, &e), 0);
		assert_int_equal(ike_dh_new(&b, groups[i], pb, &e), 0);
		assert_memory_not_equal(pa, pb, n);
		assert_int_equal(ike_dh_shared(sa, &n, a, pb,
		    ike_dh_len(groups[i]), &e), 0);
		assert_int_equal(ike_dh_shared(sb, &m, b, pa,
		    ike_dh_len(groups[i]), &e), 0);
		assert_int_equal(n, m);
		assert_memory_equal(sa, sb, n);
		ike_dh_free(a);
		ike_dh_free(b);
	}
}

static void
unknown_groups_are_not_known(void **state)
{
	static const unsigned not[] = { 0, 1, 2, 5, 17, 18, 22, 23, 24, 25, 26,
	    27, 28, 29, 30, 32, 35, 1024, 65535 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(not) / sizeof(not[0]); i++) {
		assert_false(ike_dh_known(not[i]));
		assert_int_equal(ike_dh_len(not[i]), 0);
	}
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		assert_true(ike_dh_known(groups[i]));
}

/* Points of small order: RFC 7748 6.1. */
static void
a_secret_of_zero_is_refused(void **state)
{
	static const char *const small[] = {
	    "00000000000000000000000000000000"
	    "00000000000000000000000000000000",
	    "01000000000000000000000000000000"
	    "00000000000000000000000000000000",
	    "e0eb7a7c3b41b8ae1656e3faf19fc46a"
	    "da098deb9c32b1fd866205165f49b800",
	    "5f9c95bca3508c24b1d0b1559c83ef5b"
	    "04445cc4581c8e86d8224eddd09f1157",
	    "ecffffffffffffffffffffffffffffff"
	    "ffffffffffffffffffffffffffffff7f",
	    "edffffffffffffffffffffffffffffff"
	    "ffffffffffffffffffffffffffffff7f",
	    "eeffffffffffffffffffffffffffffff"
	    "ffffffffffffffffffffffffffffff7f" };
	uint8_t pub[IKE_DH_MAX], peer[32], out[IKE_DH_MAX];
	struct ike_dh *d;
	struct btns_err e;
	size_t i, n;

	(void)state;
	assert_int_equal(ike_dh_new(&d, IKE_CURVE25519, pub, &e), 0);
	for (i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
		n = hex(peer, small[i]);
		assert_failed(ike_dh_shared(out, &n, d, peer, n, &e), &e,
		    BTNS_E_FORMAT, "RFC 8031 2.3");
	}
	ike_dh_free(d);
}

static void
bad_values_are_refused(void **state)
{
	uint8_t pub[IKE_DH_MAX], peer[IKE_DH_MAX + 1], out[IKE_DH_MAX];
	struct ike_dh *d;
	struct btns_err e;
	size_t i, n, len, k;

	(void)state;
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		assert_int_equal(ike_dh_new(&d, groups[i], pub, &e), 0);
		len = ike_dh_len(groups[i]);
		memset(peer, 0, sizeof(peer));
		assert_failed(ike_dh_shared(out, &n, d, peer, len, &e), &e,
		    BTNS_E_FORMAT, "RFC ");
		memset(peer, 0xff, sizeof(peer));	/* p or more */
		if (groups[i] != IKE_CURVE25519)
			assert_failed(ike_dh_shared(out, &n, d, peer, len,
			    &e), &e, BTNS_E_FORMAT, "RFC ");
		memcpy(peer, pub, len);			/* ours is fine */
		assert_int_equal(ike_dh_shared(out, &n, d, peer, len, &e), 0);
		for (k = 0; k < 3; k++)
			assert_failed(ike_dh_shared(out, &n, d, peer,
			    k == 0 ? len - 1 : k == 1 ? len + 1 : 0, &e), &e,
			    BTNS_E_FORMAT, "RFC 7296 3.4");
		peer[len - 1] ^= 1;			/* off the curve */
		if (groups[i] >= IKE_ECP_256 && groups[i] <= IKE_ECP_521)
			assert_failed(ike_dh_shared(out, &n, d, peer, len,
			    &e), &e, BTNS_E_FORMAT, "not on the curve");
		ike_dh_free(d);
	}
}

/* 1, p - 1 and p: RFC 3526 3's prime ends in 64 ones, and begins so. */
static void
values_of_a_group_of_two_are_refused(void **state)
{
	uint8_t pub[IKE_DH_MAX], peer[256] = { 0 }, out[IKE_DH_MAX], p[256];
	struct ike_dh *d;
	struct btns_err e;
	size_t n;
	int i, borrow;

	(void)state;
	/* With the secret 1 what is shared is the peer's value itself. */
	assert_int_equal(ike_dh_from(&d, IKE_MODP_2048,
	    (const uint8_t *)"\1", 1, pub, &e), 0);
	assert_int_equal(pub[255], 2);
	peer[255] = 1;
	assert_failed(ike_dh_shared(out, &n, d, peer, 256, &e), &e,
	    BTNS_E_FORMAT, "RFC 6989 2.1");
	ike_dh_free(d);
	/* 2^2048 mod p is 2^2048 - p, for p begins with 64 ones. */
	assert_int_equal(ike_dh_from(&d, IKE_MODP_2048,
	    (const uint8_t *)"\10\0", 2, pub, &e), 0);
	for (i = 255, borrow = 0; i >= 0; i--) {
		int v = -pub[i] - borrow;

		p[i] = (uint8_t)v;
		borrow = v < 0;
	}
	assert_memory_equal(p, "\377\377\377\377\377\377\377\377", 8);
	assert_memory_equal(p + 248, "\377\377\377\377\377\377\377\377", 8);
	assert_failed(ike_dh_shared(out, &n, d, p, 256, &e), &e,
	    BTNS_E_FORMAT, "RFC 6989 2.1");
	p[255]--;
	assert_failed(ike_dh_shared(out, &n, d, p, 256, &e), &e,
	    BTNS_E_FORMAT, "RFC 6989 2.1");
	p[255]--;
	assert_int_equal(ike_dh_shared(out, &n, d, p, 256, &e), 0);
	ike_dh_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rfcs_answers_come_out),
		cmocka_unit_test(
		    both_sides_share_one_secret_and_no_two_are_alike),
		cmocka_unit_test(unknown_groups_are_not_known),
		cmocka_unit_test(a_secret_of_zero_is_refused),
		cmocka_unit_test(bad_values_are_refused),
		cmocka_unit_test(values_of_a_group_of_two_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
