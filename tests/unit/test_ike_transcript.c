/* What a stock iked sent, derived and signed: tests/data/ike/README. */
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "../../lib/ike/auth.h"
#include "../../lib/ike/crypt.h"

#define FIELDS	16
#define SIZE	2048

struct field {
	char	name[16];
	uint8_t	p[SIZE];
	size_t	n;
};

struct transcript {
	struct field f[FIELDS];
	size_t	 n;
};

static unsigned
digit(char c)
{
	return c <= '9' ? (unsigned)c - '0' : (unsigned)c - 'a' + 10;
}

static struct transcript *
transcript(const char *name)
{
	struct transcript *t = calloc(1, sizeof(*t));
	char *text, *line, *rest, *hex;
	struct blob b;

	assert_non_null(t);
	blob_read(&b, "ike", name);
	text = calloc(1, b.n + 1);
	assert_non_null(text);
	memcpy(text, b.p, b.n);
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		struct field *f = &t->f[t->n++];

		assert_true(t->n <= FIELDS);
		hex = strchr(line, ' ');
		assert_non_null(hex);
		*hex++ = '\0';
		assert_true(strlen(hex) / 2 <= SIZE);
		(void)strncpy(f->name, line, sizeof(f->name) - 1);
		for (; *hex != '\0'; hex += 2)
			f->p[f->n++] = (uint8_t)(digit(hex[0]) << 4 |
			    digit(hex[1]));
	}
	free(text);
	blob_free(&b);
	return t;
}

static struct ike_view
field(const struct transcript *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->f[i].name, name) == 0)
			return (struct ike_view){ t->f[i].p, t->f[i].n };
	fail_msg("%s: not in the transcript", name);
	return (struct ike_view){ NULL, 0 };
}

/* They begin so, as printed. */
static void
same(const struct transcript *t, const char *name, const uint8_t *p)
{
	struct ike_view v = field(t, name);

	assert_memory_equal(p, v.p, v.n);
}

struct agreed {
	struct ike_head	 head;		/* of the answer */
	struct ike_suite suite;
	struct ike_payload ni, nr;
};

/* IKE_SA_INIT, there and back: the choice and the nonces. */
static void
agree(struct agreed *a, const struct transcript *t)
{
	struct ike_view m = field(t, "request");
	struct ike_suite answered;
	struct ike_payload p;
	struct ike_head h;
	struct btns_err e;
	struct ike_ke ke;

	assert_int_equal(ike_head(&h, m.p, m.n, &e), 0);
	assert_int_equal(ike_one(&p, h.next, &h.body, IKE_P_KE, &e), 1);
	assert_int_equal(ike_read_ke(&ke, &p.body, &e), 0);
	assert_int_equal(ike_one(&a->ni, h.next, &h.body, IKE_P_NONCE, &e),
	    1);
	assert_int_equal(ike_one(&p, h.next, &h.body, IKE_P_SA, &e), 1);
	assert_int_equal(ike_choose(&a->suite, &p.body, ke.group, &e), 1);
	m = field(t, "reply");
	assert_int_equal(ike_head(&a->head, m.p, m.n, &e), 0);
	assert_int_equal(ike_one(&a->nr, a->head.next, &a->head.body,
	    IKE_P_NONCE, &e), 1);
	/* We choose of its proposals what the other iked chose. */
	assert_int_equal(ike_one(&p, a->head.next, &a->head.body, IKE_P_SA,
	    &e), 1);
	assert_int_equal(ike_choose(&answered, &p.body, ke.group, &e), 1);
	assert_int_equal(answered.encr, a->suite.encr);
	assert_int_equal(answered.encr_bits, a->suite.encr_bits);
	assert_int_equal(answered.prf, a->suite.prf);
	assert_int_equal(answered.integ, a->suite.integ);
	assert_int_equal(answered.group, a->suite.group);
}

static void
derive(struct ike_keys *k, const struct agreed *a, const struct transcript *t)
{
	struct ike_view shared = field(t, "dhsecret"), tn = field(t, "tn");
	struct ike_view seed = { k->seed, ike_prf_len(a->suite.prf) };
	struct ike_view s = field(t, "s");
	uint8_t plus[SIZE];
	struct btns_err e;

	assert_int_equal(ike_derive(k, &a->suite, &shared, &a->ni.body,
	    &a->nr.body, a->head.spi_i, a->head.spi_r, &e), 0);
	same(t, "skeyseed", k->seed);
	assert_int_equal(ike_prf_plus(plus, tn.n, a->suite.prf, &seed, &s,
	    &e), 0);
	same(t, "tn", plus);
	same(t, "sk_d", k->d);
	if (a->suite.integ != 0) {
		same(t, "sk_ai", k->ai);
		same(t, "sk_ar", k->ar);
	}
	same(t, "sk_ei", k->ei);
	same(t, "sk_er", k->er);
	same(t, "sk_pi", k->pi);
	same(t, "sk_pr", k->pr);
}

/* IKE_AUTH: opened, its octets are the ones that iked signed. */
static void
prove(const struct ike_keys *k, const struct agreed *a,
    const struct transcript *t, enum btns_keytype type)
{
	struct ike_view m = field(t, "auth"), r = field(t, "request");
	struct ike_view inner, none = { NULL, 0 };
	struct ike_view want = field(t, "signed");
	uint8_t open[SIZE], octets[SIZE];
	struct ike_proof f = { .message = r, .nonce = a->nr.body,
	    .prf = a->suite.prf,
	    .pi = { k->pi, ike_prf_len(a->suite.prf) } };
	struct ike_payload sk, p;
	struct ike_typed auth, cert;
	struct ike_head h;
	struct btns_key key;
	struct btns_err e;
	size_t n;

	assert_int_equal(ike_head(&h, m.p, m.n, &e), 0);
	assert_int_equal(ike_one(&sk, h.next, &h.body, IKE_P_SK, &e), 1);
	assert_int_equal(ike_unseal(open, &n, k, &a->suite, m.p, m.n,
	    (size_t)(sk.body.p - m.p), &e), 0);
	inner = (struct ike_view){ open, n };
	assert_int_equal(ike_one(&p, sk.next, &inner, IKE_P_IDI, &e), 1);
	f.id = p.body;
	memcpy(octets, r.p, r.n);
	memcpy(octets + r.n, a->nr.body.p, a->nr.body.n);
	assert_int_equal(ike_prf(octets + r.n + a->nr.body.n, a->suite.prf,
	    &f.pi, &f.id, &none, &none, &e), 0);
	assert_int_equal(r.n + a->nr.body.n + f.pi.n, want.n);
	same(t, "signed", octets);
	assert_int_equal(ike_one(&p, sk.next, &inner, IKE_P_CERT, &e), 1);
	assert_int_equal(ike_read_cert(&cert, &p.body, &e), 0);
	assert_int_equal(ike_cert_key(&key, &cert, &e), 0);
	assert_int_equal(key.type, type);
	assert_int_equal(ike_one(&p, sk.next, &inner, IKE_P_AUTH, &e), 1);
	assert_int_equal(ike_read_auth(&auth, &p.body, &e), 0);
	f.method = auth.type;
	f.auth = auth.data;
	assert_int_equal(f.method, IKE_AUTH_SIGNATURE);
	assert_int_equal(ike_prove(&f, &key, &e), 0);
	f.nonce = a->ni.body;
	assert_failed(ike_prove(&f, &key, &e), &e, BTNS_E_REFUSED,
	    "not this key's");
}

static void
each(const char *name, enum btns_keytype type, unsigned encr, unsigned group)
{
	struct transcript *t = transcript(name);
	struct ike_keys k;
	struct agreed a;

	agree(&a, t);
	assert_int_equal(a.suite.encr, encr);
	assert_int_equal(a.suite.group, group);
	derive(&k, &a, t);
	prove(&k, &a, t, type);
	free(t);
}

static void
iked_s_defaults_with_p_256(void **state)
{
	(void)state;
	each("p256-gcm.txt", BTNS_P256, IKE_AES_GCM_16, IKE_CURVE25519);
}

static void
iked_s_cbc_with_rsa(void **state)
{
	(void)state;
	each("rsa-cbc.txt", BTNS_RSA, IKE_AES_CBC, IKE_ECP_384);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iked_s_defaults_with_p_256),
		cmocka_unit_test(iked_s_cbc_with_rsa),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
