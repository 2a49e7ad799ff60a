#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <stdlib.h>
#include <string.h>

#include "../err.h"
#include "../secret.h"
#include "auth.h"
#include "cookie.h"
#include "crypt.h"
#include "dh.h"
#include "fragments.h"
#include "ike.h"

#define LIFETIME	10000	/* ms: an answer takes a round trip */
#define YOUNG		2000	/* ms: this long nobody takes its place */
#define PER_PREFIX	16	/* states of a /24, or a /48 */

/* A handshake between its two exchanges, or just after. */
struct half {
	bool		 used;
	int64_t		 since;
	struct ike_from	 from;
	uint8_t		 spi_i[IKE_SPI], spi_r[IKE_SPI];
	struct ike_suite suite;
	struct ike_dh	*dh;		/* NULL once keys are made */
	uint8_t		 peer[IKE_DH_MAX];
	uint8_t		 ni[IKE_NONCE_MAX], nr[IKE_NONCE_LEN];
	size_t		 nilen;
	uint32_t	 ticket;
	struct ike_keys	 keys;
	uint8_t		*request;	/* IKE_SA_INIT, and what answered it */
	size_t		 requestlen, replylen;
	uint8_t		 reply[IKE_REPLY_MAX];
	struct ike_fragments parts;
	bool		 done;		/* AUTH was seen: reply is its answer */
};

struct ike_responder {
	struct ike_hooks hooks;
	struct ike_cookies cookies;
	unsigned	 n;
	struct half	*half;
	uint8_t		*plain;		/* IKE_MESSAGE_MAX: what SK holds */
	struct ike_claim claim;
};

int
ike_responder_new(struct ike_responder **out, unsigned states,
    const struct ike_hooks *hooks, struct btns_err *e)
{
	struct ike_responder *r = calloc(1, sizeof(*r));

	*out = NULL;
	if (r == NULL || (r->half = calloc(states, sizeof(*r->half))) ==
	    NULL || (r->plain = malloc(IKE_MESSAGE_MAX)) == NULL) {
		if (r != NULL)
			free(r->half);
		free(r);
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	}
	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1 ||
	    RAND_bytes(r->plain, 1) != 1) {
		ike_responder_free(r);
		return btns_fail_crypto(e, "libcrypto");
	}
	r->hooks = *hooks;
	r->n = states;
	*out = r;
	return 0;
}

static void
drop(struct half *h)
{
	ike_dh_free(h->dh);
	free(h->request);
	ike_fragments_clear(&h->parts);
	btns_wipe(h, sizeof(*h));
}

void
ike_responder_free(struct ike_responder *r)
{
	unsigned i;

	if (r == NULL)
		return;
	for (i = 0; i < r->n; i++)
		drop(&r->half[i]);
	btns_wipe(r->plain, IKE_MESSAGE_MAX);
	free(r->plain);
	free(r->half);
	btns_wipe(r, sizeof(*r));
	free(r);
}

unsigned
ike_responder_states(const struct ike_responder *r, size_t *octets)
{
	unsigned i, n = 0;

	*octets = 0;
	for (i = 0; i < r->n; i++)
		if (r->half[i].used) {
			n++;
			*octets += r->half[i].requestlen +
			    r->half[i].parts.octets;
		}
	return n;
}

/* --- the table of handshakes */

static bool
same_from(const struct ike_from *a, const struct ike_from *b)
{
	return a->family == b->family && a->port == b->port &&
	    memcmp(a->addr, b->addr, a->family == 4 ? 4 : 16) == 0;
}

static bool
same_prefix(const struct ike_from *a, const struct ike_from *b)
{
	return a->family == b->family && memcmp(a->addr, b->addr,
	    a->family == 4 ? 3 : 6) == 0;
}

/*
 * Room for a handshake.  A prefix has so many, and then takes its own
 * oldest; in a full table the oldest goes, unless it is young: who floods
 * from everywhere can't push out those who answer at once.
 */
static struct half *
room(struct ike_responder *r, int64_t now, const struct ike_from *from)
{
	struct half *free_one = NULL, *oldest = NULL, *own = NULL, *h;
	unsigned i, n = 0;

	for (i = 0; i < r->n; i++) {
		h = &r->half[i];
		if (h->used && now - h->since > LIFETIME)
			drop(h);
		if (!h->used) {
			free_one = h;
			continue;
		}
		if (oldest == NULL || h->since < oldest->since)
			oldest = h;
		if (!same_prefix(&h->from, from))
			continue;
		n++;
		if (own == NULL || h->since < own->since)
			own = h;
	}
	h = n >= PER_PREFIX ? own : free_one != NULL ? free_one :
	    oldest != NULL && now - oldest->since > YOUNG ? oldest : NULL;
	if (h != NULL)
		drop(h);
	return h;
}

static bool
is_of(const struct half *h, int64_t now, const struct ike_from *from,
    const struct ike_head *head)
{
	return h->used && now - h->since <= LIFETIME &&
	    memcmp(h->spi_i, head->spi_i, IKE_SPI) == 0 &&
	    same_from(&h->from, from);
}

static struct half *
find(struct ike_responder *r, int64_t now, const struct ike_from *from,
    const struct ike_head *head)
{
	unsigned i;

	for (i = 0; i < r->n; i++)
		if (is_of(&r->half[i], now, from, head) &&
		    memcmp(r->half[i].spi_r, head->spi_r, IKE_SPI) == 0)
			return &r->half[i];
	return NULL;
}

/* The handshake that this very request began: its answer got lost. */
static struct half *
again(struct ike_responder *r, int64_t now, const struct ike_from *from,
    const struct ike_head *head, const uint8_t *msg, size_t n)
{
	unsigned i;

	for (i = 0; i < r->n; i++)
		if (is_of(&r->half[i], now, from, head) &&
		    !r->half[i].done && r->half[i].requestlen == n &&
		    memcmp(r->half[i].request, msg, n) == 0)
			return &r->half[i];
	return NULL;
}

static size_t
answer(uint8_t *reply, const struct half *h)
{
	memcpy(reply, h->reply, h->replylen);
	return h->replylen;
}

/* Of the flags only these two tell anything: RFC 7296 3.1. */
static bool
is_request(const struct ike_head *h)
{
	return (h->flags & (IKE_INITIATOR | IKE_RESPONSE)) == IKE_INITIATOR;
}

/* --- IKE_SA_INIT */

/* What the first request must have. */
struct init {
	struct ike_view	 sa, nonce, cookie;
	struct ike_ke	 ke;
	bool		 has_cookie, hashes, fragments;
};

static bool
read_init(struct init *in, const struct ike_head *head)
{
	struct ike_payload sa, ke, nonce;
	struct ike_view none;
	struct btns_err e;
	int rv;

	if (ike_one(&sa, head->next, &head->body, IKE_P_SA, &e) != 1 ||
	    ike_one(&ke, head->next, &head->body, IKE_P_KE, &e) != 1 ||
	    ike_one(&nonce, head->next, &head->body, IKE_P_NONCE, &e) != 1 ||
	    ike_read_ke(&in->ke, &ke.body, &e) == -1 ||
	    nonce.body.n < IKE_NONCE_MIN || nonce.body.n > IKE_NONCE_MAX)
		return false;
	in->sa = sa.body;
	in->nonce = nonce.body;
	if ((rv = ike_find_notify(&in->cookie, head->next, &head->body,
	    IKE_N_COOKIE, &e)) == -1)
		return false;
	in->has_cookie = rv == 1;
	in->hashes = ike_find_notify(&none, head->next, &head->body,
	    IKE_N_HASHES, &e) == 1;
	in->fragments = ike_find_notify(&none, head->next, &head->body,
	    IKE_N_FRAGMENTS, &e) == 1;
	return true;
}

static void
answer_head(struct ike_out *o, uint8_t *reply, const struct ike_head *to,
    const uint8_t *spi_r)
{
	struct ike_head h = *to;

	memset(h.spi_r, 0, IKE_SPI);
	if (spi_r != NULL)
		memcpy(h.spi_r, spi_r, IKE_SPI);
	h.flags = IKE_RESPONSE;
	ike_begin(o, reply, IKE_REPLY_MAX, &h);
}

static size_t
answer_notify(uint8_t *reply, const struct ike_head *to, unsigned type,
    const void *p, size_t n)
{
	struct ike_out o;

	answer_head(&o, reply, to, NULL);
	ike_notify(&o, type, p, n);
	return ike_end(&o);
}

static size_t
answer_init(struct half *h, const struct ike_head *to, const struct init *in,
    const uint8_t *pub)
{
	struct ike_out o;

	answer_head(&o, h->reply, to, h->spi_r);
	ike_put_suite(&o, &h->suite);
	ike_open(&o, IKE_P_KE);
	ike_put16(&o, h->suite.group);
	ike_put16(&o, 0);
	ike_put(&o, pub, ike_dh_len(h->suite.group));
	ike_close(&o);
	ike_open(&o, IKE_P_NONCE);
	ike_put(&o, h->nr, IKE_NONCE_LEN);
	ike_close(&o);
	if (in->hashes)
		ike_put_hashes(&o);
	if (in->fragments)
		ike_notify(&o, IKE_N_FRAGMENTS, NULL, 0);
	return ike_end(&o);
}

/* A new handshake, or NULL where there is no room, or no nonce. */
static struct half *
start(struct ike_responder *r, int64_t now, const struct ike_from *from,
    const struct ike_head *head, const struct init *in,
    const struct ike_suite *suite, const uint8_t *msg, size_t n)
{
	uint8_t pub[IKE_DH_MAX];
	struct btns_err e;
	struct half *h;

	if (in->ke.data.n != ike_dh_len(suite->group) ||
	    (h = room(r, now, from)) == NULL ||
	    r->hooks.nonce(h->nr, &h->ticket, r->hooks.arg) != 1)
		return NULL;
	h->used = true;
	h->since = now;
	h->from = *from;
	h->suite = *suite;
	memcpy(h->spi_i, head->spi_i, IKE_SPI);
	memcpy(h->peer, in->ke.data.p, in->ke.data.n);
	memcpy(h->ni, in->nonce.p, in->nonce.n);
	h->nilen = in->nonce.n;
	if ((h->request = malloc(n)) != NULL &&
	    RAND_bytes(h->spi_r, IKE_SPI) == 1 &&
	    ike_dh_new(&h->dh, suite->group, pub, &e) == 0) {
		if (r->hooks.tagged)
			memcpy(h->spi_r, r->hooks.tag, IKE_TAG_LEN);
		memcpy(h->request, msg, n);
		h->requestlen = n;
		h->replylen = answer_init(h, head, in, pub);
	}
	if (h->replylen > 0)
		return h;
	drop(h);
	return NULL;
}

static size_t
init(struct ike_responder *r, int64_t now, const struct ike_from *from,
    const struct ike_head *head, const uint8_t *msg, size_t n, uint8_t *reply)
{
	static const uint8_t zeros[IKE_SPI];
	uint8_t cookie[IKE_COOKIE_LEN], group[2];
	struct ike_suite s;
	struct half *h;
	struct btns_err e;
	struct init in;
	size_t len;
	int rv;

	if (!is_request(head) || head->id != 0 ||
	    n > IKE_REQUEST_MAX || memcmp(head->spi_r, zeros, IKE_SPI) != 0 ||
	    memcmp(head->spi_i, zeros, IKE_SPI) == 0 ||
	    !read_init(&in, head))
		return 0;
	if (!in.has_cookie || !ike_cookie_good(&r->cookies, now, &in.cookie,
	    from, &in.nonce, head->spi_i)) {
		if (!ike_cookie_make(cookie, &r->cookies, now, from,
		    &in.nonce, head->spi_i))
			return 0;
		len = answer_notify(reply, head, IKE_N_COOKIE, cookie,
		    sizeof(cookie));
		return len > n ? 0 : len;	/* nobody is a lever */
	}
	if ((h = again(r, now, from, head, msg, n)) != NULL)
		return answer(reply, h);
	if ((rv = ike_choose(&s, &in.sa, in.ke.group, &e)) != 1)
		return rv == -1 ? 0 : answer_notify(reply, head,
		    IKE_N_NO_PROPOSAL, NULL, 0);
	if (s.group != in.ke.group) {
		group[0] = (uint8_t)(s.group >> 8);
		group[1] = (uint8_t)s.group;
		return answer_notify(reply, head, IKE_N_INVALID_KE, group, 2);
	}
	h = start(r, now, from, head, &in, &s, msg, n);
	return h == NULL ? 0 : answer(reply, h);
}

/* --- IKE_AUTH */

static bool
make_keys(struct half *h)
{
	uint8_t shared[IKE_DH_MAX];
	struct ike_view s = { shared, 0 }, ni = { h->ni, h->nilen };
	struct ike_view nr = { h->nr, IKE_NONCE_LEN };
	struct btns_err e;
	bool ok;

	if (h->dh == NULL)
		return true;
	ok = ike_dh_shared(shared, &s.n, h->dh, h->peer,
	    ike_dh_len(h->suite.group), &e) == 0 && ike_derive(&h->keys,
	    &h->suite, &s, &ni, &nr, h->spi_i, h->spi_r, &e) == 0;
	ike_dh_free(h->dh);
	h->dh = NULL;
	btns_wipe(shared, sizeof(shared));
	return ok;
}

/* What the peer says of itself, and how it shows it. */
static int
read_claim(struct ike_claim *c, const struct half *h, uint8_t first,
    const struct ike_view *inner, struct btns_err *e)
{
	struct ike_payload p;
	struct ike_typed id, cert, auth;
	struct btns_key key;
	struct ike_walk w;
	bool has_cert = false;
	int rv;

	if ((rv = ike_one(&p, first, inner, IKE_P_AUTH, e)) == -1 ||
	    (rv == 1 && ike_read_auth(&auth, &p.body, e) == -1))
		return -1;
	if (rv == 0)
		return btns_fail(e, BTNS_E_REFUSED, "it asks for EAP");
	if ((rv = ike_one(&p, first, inner, IKE_P_IDI, e)) == -1 ||
	    (rv == 1 && ike_read_id(&id, &p.body, e) == -1))
		return -1;
	if (rv == 0 || p.body.n > IKE_ID_MAX)
		return btns_fail(e, BTNS_E_REFUSED, rv == 0 ? "it has no ID" :
		    "its ID is over %d octets", IKE_ID_MAX - 4);
	memcpy(c->id, p.body.p, c->idlen = p.body.n);
	/* RFC 7296 3.6: of several the first is the peer's own. */
	ike_walk(&w, first, inner);
	while (!has_cert && (rv = ike_next(&w, &p, e)) == 1)
		has_cert = p.type == IKE_P_CERT;
	if (!has_cert)
		return btns_fail(e, BTNS_E_REFUSED, "it shows no key");
	if (ike_read_cert(&cert, &p.body, e) == -1 ||
	    ike_cert_key(&key, &cert, e) == -1 || btns_key_encode(c->spki,
	    &c->spkilen, &key, BTNS_ENC_SPKI, e) == -1)
		return -1;
	if (auth.data.n > IKE_AUTH_MAX)
		return btns_fail(e, BTNS_E_REFUSED, "its AUTH is over %d"
		    " octets", IKE_AUTH_MAX);
	c->cert = cert.type;
	c->method = auth.type;
	memcpy(c->auth, auth.data.p, c->authlen = auth.data.n);
	memcpy(c->request, h->request, c->requestlen = h->requestlen);
	c->from = h->from;
	c->ticket = h->ticket;
	c->prf = h->suite.prf;
	c->pilen = ike_prf_len(c->prf);
	memcpy(c->pi, h->keys.pi, c->pilen);
	return ike_claim_check(&key, c, h->nr, e);
}

/* RFC 7296 2.21.2: a refusal is all that a peer ever gets. */
static size_t
refuse(struct half *h, const struct ike_head *to)
{
	static const uint8_t failed[] = { 0, 0, 0, 8, 0, 0, 0,
	    IKE_N_AUTH_FAILED };
	const struct ike_view inner = { failed, sizeof(failed) };
	struct ike_out o;
	struct btns_err e;

	answer_head(&o, h->reply, to, h->spi_r);
	return ike_seal(&o, IKE_P_NOTIFY, &inner, &h->keys, &h->suite, &e);
}

static void
judge(struct ike_responder *r, const struct half *h, uint8_t first,
    const struct ike_view *inner)
{
	struct ike_claim *c = &r->claim;
	struct btns_err e;

	if (read_claim(c, h, first, inner, &e) == 0)
		r->hooks.claim(c, r->hooks.arg);
	else
		r->hooks.refused(&h->from, e.msg, r->hooks.arg);
	btns_wipe(c, sizeof(*c));
}

/*
 * Open what came: 1 with all of what is inside and the type of its first
 * payload, or 0: it isn't the peer's, or more of it is still to come.
 */
static int
open_sk(struct ike_responder *r, struct half *h, const struct ike_head *head,
    const uint8_t *msg, size_t n, uint8_t *first, struct ike_view *inner)
{
	struct ike_fragment f = { .total = 0 };
	struct ike_payload p;
	struct ike_walk w;
	struct btns_err e;
	size_t len, at;

	ike_walk(&w, head->next, &head->body);
	if (ike_next(&w, &p, &e) != 1 || w.left.n != 0 ||
	    (p.type != IKE_P_SK && p.type != IKE_P_SKF) ||
	    (p.type == IKE_P_SKF && ike_read_fragment(&f, &p.body, &e) == -1))
		return 0;
	at = (size_t)(p.body.p - msg) + (f.total == 0 ? 0 : 4);
	if (ike_unseal(r->plain, &len, &h->keys, &h->suite, msg, n, at,
	    &e) == -1)
		return 0;
	*inner = (struct ike_view){ r->plain, len };
	*first = p.next;
	return f.total == 0 ? 1 : ike_fragments_add(&h->parts, &f, first,
	    inner);
}

static size_t
auth(struct ike_responder *r, int64_t now, const struct ike_from *from,
    const struct ike_head *head, const uint8_t *msg, size_t n, uint8_t *reply)
{
	struct half *h = find(r, now, from, head);
	struct ike_view inner;
	uint8_t first;

	if (h == NULL || !is_request(head) || head->id != 1)
		return 0;
	if (!make_keys(h)) {
		drop(h);
		return 0;
	}
	if (open_sk(r, h, head, msg, n, &first, &inner) != 1)
		return 0;
	if (!h->done) {
		h->done = true;		/* one attempt, whatever it is */
		if ((h->replylen = refuse(h, head)) == 0) {
			drop(h);
			return 0;
		}
		judge(r, h, first, &inner);
	}
	ike_fragments_clear(&h->parts);
	return answer(reply, h);
}

bool
ike_begins(const uint8_t *msg, size_t n)
{
	return n >= IKE_HEADER && msg[18] == IKE_SA_INIT &&
	    msg[16] != IKE_P_NOTIFY;
}

size_t
ike_responder_input(struct ike_responder *r, int64_t now,
    const struct ike_from *from, const uint8_t *msg, size_t n,
    uint8_t reply[IKE_REPLY_MAX])
{
	struct ike_head head;
	struct btns_err e;

	if (ike_head(&head, msg, n, &e) == -1)
		return 0;
	switch (head.exchange) {
	case IKE_SA_INIT:
		return init(r, now, from, &head, msg, n, reply);
	case IKE_AUTH:
		return auth(r, now, from, &head, msg, n, reply);
	default:
		return 0;
	}
}
