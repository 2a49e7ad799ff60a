/* Signatures: known answers, and each way to sign. */
#include <string.h>

#include "common.h"
#include "initiator.h"
#include "../../lib/ike/auth.h"

static size_t
hex(uint8_t *out, const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s += 2) {
		unsigned a = (unsigned)s[0], b = (unsigned)s[1];

		a = a <= '9' ? a - '0' : (a | 32) - 'a' + 10;
		b = b <= '9' ? b - '0' : (b | 32) - 'a' + 10;
		out[n++] = (uint8_t)(a << 4 | b);
	}
	return n;
}

/* RFC 4754 8: of "abc": x and y, and what AUTH holds, r and s. */
static const struct {
	uint8_t		 method;
	enum btns_keytype type;
	const char	*pub, *sig;
} known[] = {
	{ IKE_AUTH_ECDSA_256, BTNS_P256,
	    "2442A5CC0ECD015FA3CA31DC8E2BBC70BF42D60CBCA20085E0822CB04235E970"
	    "6FC98BD7E50211A4A27102FA3549DF79EBCB4BF246B80945CDDFE7D509BBFD7D",
	    "CB28E0999B9C7715FD0A80D8E47A77079716CBBF917DD72E97566EA1C066957C"
	    "86FA3BB4E26CAD5BF90B7F81899256CE7594BB1EA0C89212748BFF3B3D5B0315"
	},
	{ IKE_AUTH_ECDSA_384, BTNS_P384,
	    "96281BF8DD5E0525CA049C048D345D3082968D10FEDF5C5ACA0C64E6465A97EA"
	    "5CE10C9DFEC21797415710721F437922"
	    "447688BA94708EB6E2E4D59F6AB6D7EDFF9301D249FE49C33096655F5D502FAD"
	    "3D383B91C5E7EDAA2B714CC99D5743CA",
	    "FB017B914E29149432D8BAC29A514640B46F53DDAB2C69948084E2930F1C8F7E"
	    "08E07C9C63F2D21A07DCB56A6AF56EB3"
	    "B263A1305E057F984D38726A1B46874109F417BCA112674C528262A40A629AF1"
	    "CBB9F516CE0FA7D2FF630863A00E8B9F" },
	{ IKE_AUTH_ECDSA_521, BTNS_P521,
	    "0151518F1AF0F563517EDD5485190DF95A4BF57B5CBA4CF2A9A3F6474725A35F"
	    "7AFE0A6DDEB8BEDBCD6A197E592D40188901CECD650699C9B5E456AEA5ADD190"
	    "52A8"
	    "006F3B142EA1BFFF7E2837AD44C9E4FF6D2D34C73184BBAD90026DD5E6E85317"
	    "D9DF45CAD7803C6C20035B2F3FF63AFF4E1BA64D1C077577DA3F4286C58F0AEA"
	    "E643",
	    "0154FD3836AF92D0DCA57DD5341D3053988534FDE8318FC6AAAAB68E2E6F4339"
	    "B19F2F281A7E0B22C269D93CF8794A9278880ED7DBB8D9362CAEACEE54432055"
	    "2251"
	    "017705A7030290D1CEB605A9A1BB03FF9CDD521E87A696EC926C8C10C8362DF4"
	    "975367101F67D1CF9BCCBF2F3D239534FA509E70AAC851AE01AAC68D62F86647"
	    "2660" },
};

static void
rfc_4754_s_signatures_verify(void **state)
{
	const uint8_t *abc = (const uint8_t *)"abc";
	uint8_t point[1 + 132] = { 4 }, sig[133];
	struct ike_view auth = { sig, 0 };
	struct btns_key k;
	struct btns_err e;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		n = hex(point + 1, known[i].pub);
		assert_int_equal(btns_key_ec(&k, known[i].type, point, 1 + n,
		    &e), 0);
		auth.n = hex(sig, known[i].sig);
		assert_int_equal(ike_verify(&k, known[i].method, &auth, abc,
		    3, &e), 1);
		assert_int_equal(ike_verify(&k, known[i].method, &auth, abc,
		    2, &e), 0);
		auth.n--;
		assert_int_equal(ike_verify(&k, known[i].method, &auth, abc,
		    3, &e), 0);
		auth.n += 2;
		assert_int_equal(ike_verify(&k, known[i].method, &auth, abc,
		    3, &e), 0);
		memset(sig, 0, sizeof(sig));
		auth.n--;
		assert_int_equal(ike_verify(&k, known[i].method, &auth, abc,
		    3, &e), 0);
		assert_failed(ike_verify(&k, IKE_AUTH_RSA, &auth, abc, 3, &e),
		    &e, BTNS_E_REFUSED, "another type of key");
		assert_failed(ike_verify(&k, known[(i + 1) % 3].method, &auth,
		    abc, 3, &e), &e, BTNS_E_REFUSED, "another type of key");
	}
}

/* RFC 7670 A: whole CERT payloads, NN being 0, and the keys in them. */
static const struct {
	enum btns_keytype type;
	const char	*pub, *payload;
} raw[] = {
	{ BTNS_P256,
	    "cb28e0999b9c7715fd0a80d8e47a77079716cbbf917dd72e97566ea1c066957c"
	    "2b57c0235fb7489768d058ff4911c20fdbe71e3699d91339afbb903ee17255dc",
	    "000000600f3059301306072a8648ce3d020106082a8648ce3d03010703420004"
	    "cb28e0999b9c7715fd0a80d8e47a77079716cbbf917dd72e97566ea1c066957c"
	    "2b57c0235fb7489768d058ff4911c20fdbe71e3699d91339afbb903ee17255dc"
	},
	{ BTNS_RSA,
	    "bc7b434749c7b38600bfa84b44f881879a2dda08d1f0145af5806c2aed6a6172"
	    "ff0dc3d4cd601638e8ca348ebdca574231cadc9712e209b1fddba58a8c62b369"
	    "038a3d1eaa727c1f39ae49ed6ebc30f8d9b52e23385a401915858c59be72f343"
	    "fb1eb87b16ffc5ab0f8f8fe9f7cb3e663d8fe9f9ecfa123066f368358ceaefd3",
	    "000000a70f30819f300d06092a864886f70d010101050003818d003081890281"
	    "8100bc7b434749c7b38600bfa84b44f881879a2dda08d1f0145af5806c2aed6a"
	    "6172ff0dc3d4cd601638e8ca348ebdca574231cadc9712e209b1fddba58a8c62"
	    "b369038a3d1eaa727c1f39ae49ed6ebc30f8d9b52e23385a401915858c59be72"
	    "f343fb1eb87b16ffc5ab0f8f8fe9f7cb3e663d8fe9f9ecfa123066f368358cea"
	    "efd30203010001" },
};

static void
rfc_7670_s_keys_are_read(void **state)
{
	uint8_t pub[128], octets[256];
	struct ike_view all = { octets, 0 };
	struct ike_payload p;
	struct ike_typed cert;
	struct ike_walk w;
	struct btns_key k;
	struct btns_err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
		all.n = hex(octets, raw[i].payload);
		ike_walk(&w, IKE_P_CERT, &all);
		assert_int_equal(ike_next(&w, &p, &e), 1);
		assert_int_equal(ike_next(&w, &p, &e), 0);
		assert_int_equal(ike_read_cert(&cert, &p.body, &e), 0);
		assert_int_equal(cert.type, IKE_CERT_SPKI);
		assert_int_equal(ike_cert_key(&k, &cert, &e), 0);
		assert_int_equal(k.type, raw[i].type);
		assert_int_equal(k.publen, hex(pub, raw[i].pub));
		assert_memory_equal(k.pub, pub, k.publen);
		/* 65537 */
		assert_true(k.type != BTNS_RSA || (k.elen == 3 &&
		    memcmp(k.e, "\001\000\001", 3) == 0));
	}
}

/* RFC 7427 B.1: how an AUTH payload begins; a signature of zeros behind it. */
static void
rfc_7427_s_payload_is_read(void **state)
{
	uint8_t octets[24 + 256] = { 0 };
	struct ike_view all = { octets, sizeof(octets) };
	struct ike_payload p;
	struct ike_typed auth;
	struct ike_walk w;
	struct btns_key k;
	struct btns_err e;

	(void)state;
	assert_int_equal(hex(octets,
	    "000001180e0000000f300d06092a864886f70d0101050500"), 24);
	ike_walk(&w, IKE_P_AUTH, &all);
	assert_int_equal(ike_next(&w, &p, &e), 1);
	assert_int_equal(ike_read_auth(&auth, &p.body, &e), 0);
	assert_int_equal(auth.type, 14);
	assert_int_equal(auth.data.n, 1 + 15 + 256);
	good_key(&k, "rsa2048.spki.pem");
	assert_failed(ike_verify(&k, auth.type, &auth.data, octets, 3, &e), &e,
	    BTNS_E_REFUSED, "not asked for");
	octets[21] = 0x0b;		/* with SHA-256: it is only wrong */
	assert_int_equal(ike_verify(&k, auth.type, &auth.data, octets, 3,
	    &e), 0);
}

/* --- each way to sign, as far as IKE_AUTH's own octets */

#define SHA2(n) "300d06096086480165030402" n "0500"
#define PARAMS(n, salt) "a00f" SHA2(n) "a11c301a06092a864886f70d010108" \
	SHA2(n) "a2030201" salt
#define PSS(n, salt) "304106092a864886f70d01010a3034" PARAMS(n, salt)
#define PSS_RFC(n, salt) "304606092a864886f70d01010a3039" PARAMS(n, salt) \
	"a303020101"
#define RSA "rsa2048.priv-pkcs8.pem"
#define P256 "p256.priv-pkcs8.pem"

static const struct way {
	const char	*file;
	uint8_t		 method;
	const char	*md, *alg;
	const char	*why;		/* it is refused, or NULL */
} ways[] = {
	{ RSA, 1, "SHA1", NULL, NULL },
	{ RSA, 1, "SHA256", NULL, NULL },
	{ RSA, 1, "SHA384", NULL, NULL },
	{ RSA, 1, "SHA512", NULL, NULL },
	{ RSA, 1, "MD5", NULL, "not this key's" },
	{ P256, 9, "SHA256", NULL, NULL },
	{ P256, 9, "SHA384", NULL, "not this key's" },
	{ "p384.priv-pkcs8.pem", 10, "SHA384", NULL, NULL },
	{ "p521.priv-pkcs8.pem", 11, "SHA512", NULL, NULL },
	{ P256, 1, "SHA256", NULL, "another type of key" },
	{ P256, 2, "SHA256", NULL, "method 2 shows no key" },
	{ RSA, 3, "SHA256", NULL, "method 3 shows no key" },
	{ RSA, 12, "SHA256", NULL, "method 12 shows no key" },
	{ RSA, 14, "SHA256", "300d06092a864886f70d01010b0500", NULL },
	{ RSA, 14, "SHA384", "300d06092a864886f70d01010c0500", NULL },
	{ RSA, 14, "SHA512", "300d06092a864886f70d01010d0500", NULL },
	{ RSA, 14, "SHA1", "300d06092a864886f70d0101050500",
	    "not asked for" },
	{ RSA, 14, "SHA256", "300b06092a864886f70d01010b",
	    "not asked for" },
	{ RSA, 14, "SHA512", "300d06092a864886f70d01010b0500",
	    "not this key's" },
	{ RSA, 14, "SHA256", PSS("01", "20"), NULL },
	{ RSA, 14, "SHA384", PSS("02", "30"), NULL },
	{ RSA, 14, "SHA512", PSS("03", "40"), NULL },
	{ RSA, 14, "SHA256", PSS_RFC("01", "20"), NULL },
	{ RSA, 14, "SHA512", PSS_RFC("03", "40"), NULL },
	{ RSA, 14, "SHA256", PSS("01", "14"), "not asked for" },
	/* RFC 7427 A.4.1, A.4.2: with SHA-1, by default or in words. */
	{ RSA, 14, "SHA1", "300d06092a864886f70d01010a3000", "not asked for" },
	{ RSA, 14, "SHA1", "303e06092a864886f70d01010a3031a00b300906052b0e0302"
	    "1a0500a118301606092a864886f70d010108300906052b0e03021a0500a20302"
	    "0114a303020101", "not asked for" },
	/* A.2: DSA. */
	{ RSA, 14, "SHA1", "300906072a8648ce380403", "not asked for" },
	{ RSA, 14, "SHA256", "300b0609608648016503040302", "not asked for" },
	{ RSA, 14, "SHA256", "300a06082a8648ce3d040302",
	    "another type of key" },
	{ P256, 14, "SHA256", "300a06082a8648ce3d040302", NULL },
	{ P256, 14, "SHA384", "300a06082a8648ce3d040303", NULL },
	{ P256, 14, "SHA512", "300a06082a8648ce3d040304", NULL },
	{ P256, 14, "SHA1", "300906072a8648ce3d0401", "not asked for" },
	{ P256, 14, "SHA256", "300d06092a864886f70d01010b0500",
	    "another type of key" },
	{ "ed25519.priv-pkcs8.pem", 14, NULL, "300506032b6570", NULL },
	{ RSA, 14, "SHA256", "", "not asked for" },
};

/* A proof as the responder has it, from the initiator's own octets. */
static int
prove(const struct initiator *i, const uint8_t *inner, size_t n,
    struct btns_err *e)
{
	const struct ike_view all = { inner, n };
	struct ike_payload id, cert, auth;
	struct ike_proof f = { .message = { i->init, i->initlen },
	    .nonce = { i->nr, i->nrlen }, .prf = i->suite.prf,
	    .pi = { i->keys.pi, ike_prf_len(i->suite.prf) } };
	struct ike_typed t, c;
	struct btns_key k;

	assert_int_equal(ike_one(&id, IKE_P_IDI, &all, IKE_P_IDI, e), 1);
	assert_int_equal(ike_one(&cert, IKE_P_IDI, &all, IKE_P_CERT, e), 1);
	assert_int_equal(ike_one(&auth, IKE_P_IDI, &all, IKE_P_AUTH, e), 1);
	assert_int_equal(ike_read_auth(&t, &auth.body, e), 0);
	assert_int_equal(ike_read_cert(&c, &cert.body, e), 0);
	assert_int_equal(ike_cert_key(&k, &c, e), 0);
	f.id = id.body;
	f.method = t.type;
	f.auth = t.data;
	return ike_prove(&f, &k, e);
}

static void
each_way_to_sign_is_taken_or_refused_by_name(void **state)
{
	struct initiator i;
	uint8_t inner[4096];
	struct btns_err e;
	size_t w, n;

	(void)state;
	for (w = 0; w < sizeof(ways) / sizeof(ways[0]); w++) {
		initiator_new(&i, IKE_CURVE25519);
		initiator_init(&i);
		memcpy(i.nr, "0123456789abcdef0123456789abcdef", i.nrlen = 32);
		initiator_key(&i, ways[w].file);
		i.method = ways[w].method;
		i.md = ways[w].md;
		i.alg = ways[w].alg;
		n = initiator_inner(&i, inner, sizeof(inner));
		if (ways[w].why == NULL) {
			if (prove(&i, inner, n, &e) == -1)
				fail_msg("%zu: %s", w, e.msg);
		} else
			assert_failed(prove(&i, inner, n, &e), &e,
			    BTNS_E_REFUSED, ways[w].why);
		initiator_free(&i);
	}
}

/* What is signed is the request, the nonce and the ID: each bit of them. */
static void
another_request_nonce_or_id_is_not_proven(void **state)
{
	struct initiator i;
	uint8_t inner[4096];
	struct btns_err e;
	size_t n;

	(void)state;
	initiator_new(&i, IKE_CURVE25519);
	initiator_init(&i);
	memcpy(i.nr, "0123456789abcdef0123456789abcdef", i.nrlen = 32);
	initiator_key(&i, P256);
	n = initiator_inner(&i, inner, sizeof(inner));
	assert_int_equal(prove(&i, inner, n, &e), 0);
	i.init[i.initlen - 1] ^= 1;
	assert_int_equal(prove(&i, inner, n, &e), -1);
	i.init[i.initlen - 1] ^= 1;
	i.nr[0] ^= 1;
	assert_int_equal(prove(&i, inner, n, &e), -1);
	i.nr[0] ^= 1;
	i.keys.pi[31] ^= 1;
	assert_int_equal(prove(&i, inner, n, &e), -1);
	i.keys.pi[31] ^= 1;
	inner[IKE_GENERIC + 1] ^= 1;	/* a reserved octet of the ID */
	assert_int_equal(prove(&i, inner, n, &e), -1);
	inner[IKE_GENERIC + 1] ^= 1;
	inner[IKE_GENERIC + 4] ^= 1;
	assert_int_equal(prove(&i, inner, n, &e), -1);
	inner[IKE_GENERIC + 4] ^= 1;
	assert_int_equal(prove(&i, inner, n, &e), 0);
	inner[n - 1] ^= 1;
	assert_int_equal(prove(&i, inner, n, &e), -1);
	initiator_free(&i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_4754_s_signatures_verify),
		cmocka_unit_test(rfc_7670_s_keys_are_read),
		cmocka_unit_test(rfc_7427_s_payload_is_read),
		cmocka_unit_test(
		    each_way_to_sign_is_taken_or_refused_by_name),
		cmocka_unit_test(another_request_nonce_or_id_is_not_proven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
