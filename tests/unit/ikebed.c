#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "ikebed.h"

#define P256	"p256.priv-pkcs8.pem"

static int
on_nonce(uint8_t nonce[IKE_NONCE_LEN], uint32_t *ticket, void *arg)
{
	struct told *t = arg;

	if (t->no_nonce)
		return 0;
	memset(nonce, (int)++t->nonces, IKE_NONCE_LEN);
	memcpy(t->nonce, nonce, IKE_NONCE_LEN);
	*ticket = t->nonces;
	return 1;
}

static void
on_claim(const struct ike_claim *c, void *arg)
{
	struct told *t = arg;

	t->claims++;
	t->claim = *c;
}

static void
on_refused(const struct ike_from *from, const char *why, void *arg)
{
	struct told *t = arg;

	(void)from;
	t->refused++;
	(void)snprintf(t->why, sizeof(t->why), "%s", why);
}

struct bed *
bed_tagged(unsigned group, bool tagged)
{
	struct bed *b = calloc(1, sizeof(*b));
	struct ike_hooks h = { .nonce = on_nonce, .claim = on_claim,
	    .refused = on_refused, .arg = &b->told,
	    .tag = { 'b', 't', 'n', 's' }, .tagged = tagged };
	struct btns_err e;

	assert_non_null(b);
	assert_int_equal(ike_responder_new(&b->r, 64, &h, &e), 0);
	initiator_new(&b->i, group);
	initiator_key(&b->i, P256);
	b->from = (struct ike_from){ 4, { 192, 0, 2, 1 }, 500 };
	b->now = 1000;
	return b;
}

struct bed *
bed_new(unsigned group)
{
	return bed_tagged(group, false);
}

void
bed_free(struct bed *b)
{
	ike_responder_free(b->r);
	initiator_free(&b->i);
	free(b);
}

size_t
bed_put(struct bed *b, const uint8_t *p, size_t n)
{
	/* On the heap, of just its size: a sanitizer sees what goes past. */
	uint8_t *copy = malloc(n + (n == 0));

	assert_non_null(copy);
	if (n > 0)
		memcpy(copy, p, n);
	b->n = ike_responder_input(b->r, b->now, &b->from, copy, n,
	    b->reply);
	free(copy);
	return b->n;
}

int
bed_init(struct bed *b)
{
	initiator_init(&b->i);
	if (bed_put(b, b->i.init, b->i.initlen) == 0)
		return -1;
	return initiator_read_init(&b->i, b->reply, b->n);
}

void
bed_ready(struct bed *b)
{
	uint8_t inner[8192];
	size_t n;

	assert_int_equal(bed_init(b), IKE_N_COOKIE);
	assert_int_equal(bed_init(b), 0);
	n = initiator_inner(&b->i, inner, sizeof(inner));
	b->msglen = initiator_sk(&b->i, b->msg, sizeof(b->msg), IKE_P_IDI,
	    inner, n);
}

void
bed_ends(struct bed *b, const char *why)
{
	unsigned claims = b->told.claims, refused = b->told.refused;

	assert_int_not_equal(bed_put(b, b->msg, b->msglen), 0);
	assert_int_equal(initiator_read_auth(&b->i, b->reply, b->n),
	    IKE_N_AUTH_FAILED);
	assert_int_equal(b->told.claims, claims + (why == NULL));
	assert_int_equal(b->told.refused, refused + (why != NULL));
	if (why != NULL && strstr(b->told.why, why) == NULL)
		fail_msg("\"%s\" has no \"%s\"", b->told.why, why);
}
