/* IKEv2 messages: what is read lies in them, and reading ends. */
#include <stdlib.h>
#include <string.h>

#include "../../lib/err.h"
#include "../../lib/ike/auth.h"
#include "../../lib/ike/dh.h"
#include "../../lib/ike/suite.h"
#include "fuzz.h"

static void
within(const struct ike_view *v, const struct ike_view *in)
{
	must(v->p >= in->p && v->n <= in->n &&
	    v->p + v->n <= in->p + in->n);
}

static void
suite(const struct ike_view *body)
{
	struct ike_suite s;
	struct ike_sizes z;
	struct btns_err e;
	int rv = ike_choose(&s, body, IKE_ECP_256, &e);

	if (rv == -1)
		fuzz_err(&e);
	if (rv != 1)
		return;
	must(ike_dh_known(s.group));
	ike_sizes(&z, &s);
	must(z.key >= 16 && z.key + z.salt <= 36 && z.prf <= 64 &&
	    (z.tag == 0) == (z.check > 0) && z.iv <= 16);
}

static void
payload(const struct ike_payload *p, const struct ike_view *in)
{
	struct ike_fragment f;
	struct ike_notify n;
	struct btns_key k;
	struct ike_typed t;
	struct ike_ke ke;
	struct btns_err e;

	within(&p->body, in);
	suite(&p->body);
	if (ike_read_ke(&ke, &p->body, &e) == 0)
		within(&ke.data, &p->body);
	if (ike_read_notify(&n, &p->body, &e) == 0) {
		within(&n.spi, &p->body);
		within(&n.data, &p->body);
	}
	if (ike_read_fragment(&f, &p->body, &e) == 0) {
		within(&f.data, &p->body);
		must(f.number > 0 && f.number <= f.total);
	}
	if (ike_read_id(&t, &p->body, &e) == 0)
		within(&t.data, &p->body);
	if (ike_read_auth(&t, &p->body, &e) == 0)
		within(&t.data, &p->body);
	if (ike_read_cert(&t, &p->body, &e) == -1)
		return;
	within(&t.data, &p->body);
	if (ike_cert_key(&k, &t, &e) == 0)
		fuzz_key(&k);
	else
		fuzz_err(&e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct ike_view all = { p, n };
	struct ike_payload got;
	struct ike_head h;
	struct ike_walk w;
	struct btns_err e;
	unsigned count = 0;
	int rv;

	if (ike_head(&h, p, n, &e) == -1) {
		fuzz_err(&e);
		if (n < IKE_HEADER)
			return 0;
	}
	within(&h.body, &all);
	ike_walk(&w, h.next, &h.body);
	while ((rv = ike_next(&w, &got, &e)) == 1) {
		must(++count <= IKE_PAYLOADS);
		payload(&got, &h.body);
	}
	if (rv == -1)
		fuzz_err(&e);
	else
		must(w.left.n == 0);
	return 0;
}
