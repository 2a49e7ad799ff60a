#include <string.h>

#include "../err.h"
#include "dh.h"
#include "suite.h"

#define PROPOSALS	64
#define KEY_LENGTH	(0x8000 | 14)	/* RFC 7296 3.3.5, fixed size */

struct transform {
	uint8_t		 type;
	uint16_t	 id;
	uint16_t	 bits;		/* 0: no attribute */
	bool		 odd;		/* an attribute that we don't know */
};

static unsigned
get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* A substructure of a list: RFC 7296 3.3.1 and 3.3.2.  1, 0 or -1. */
static int
next(struct ike_view *left, struct ike_view *out, unsigned more, size_t min,
    bool *last, struct btns_err *e)
{
	size_t len;

	if (left->n == 0 && *last)
		return 0;
	if (*last)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 7296 3.3: octets after the last");
	if (left->n < min || (len = get16(left->p + 2)) < min ||
	    len > left->n || (left->p[0] != 0 && left->p[0] != more))
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 7296 3.3: a substructure is cut off");
	*last = left->p[0] == 0;
	*out = (struct ike_view){ left->p, len };
	left->p += len;
	left->n -= len;
	return 1;
}

static int
attributes(struct transform *t, struct ike_view a, struct btns_err *e)
{
	size_t len;

	while (a.n > 0) {
		if (a.n < 4)
			goto bad;
		len = a.p[0] & 0x80 ? 4 : 4 + (size_t)get16(a.p + 2);
		if (len > a.n)
			goto bad;
		if (get16(a.p) != KEY_LENGTH || t->bits != 0)
			t->odd = true;
		else
			t->bits = (uint16_t)get16(a.p + 2);
		a.p += len;
		a.n -= len;
	}
	return 0;
bad:
	return btns_fail(e, BTNS_E_FORMAT,
	    "RFC 7296 3.3.5: an attribute is cut off");
}

static bool
encr_known(const struct transform *t)
{
	switch (t->id) {
	case IKE_AES_CBC:
	case IKE_AES_GCM_16:
		return t->bits == 128 || t->bits == 192 || t->bits == 256;
	case IKE_CHACHA20_POLY1305:
		return t->bits == 0;	/* RFC 7634 2 */
	default:
		return false;
	}
}

static bool
known(const struct transform *t)
{
	if (t->odd)
		return false;
	switch (t->type) {
	case IKE_T_ENCR:
		return encr_known(t);
	case IKE_T_PRF:
		return t->id >= IKE_PRF_SHA2_256 && t->id <= IKE_PRF_SHA2_512;
	case IKE_T_INTEG:
		return t->id == IKE_INTEG_NONE || (t->id >= IKE_SHA2_256_128 &&
		    t->id <= IKE_SHA2_512_256);
	case IKE_T_DH:
		return ike_dh_known(t->id);
	default:
		return false;
	}
}

static bool
aead(unsigned encr)
{
	return encr != IKE_AES_CBC;
}

/* What a proposal offers of what we know, the peer's first ones. */
struct offer {
	struct transform aead, cbc;	/* type 0: none */
	uint16_t	 prf, integ, group;
	bool		 none;		/* INTEG: NONE is offered */
	bool		 has_integ;	/* any at all is */
	bool		 foreign;	/* a type that can't be left out */
};

static void
take(struct offer *o, const struct transform *t, uint16_t ke)
{
	if (t->type > IKE_T_DH || t->type == 0) {
		o->foreign = true;	/* RFC 7296 3.3.6 */
		return;
	}
	o->has_integ = o->has_integ || t->type == IKE_T_INTEG;
	if (!known(t))
		return;
	if (t->type == IKE_T_ENCR) {
		struct transform *to = aead(t->id) ? &o->aead : &o->cbc;

		if (to->type == 0)
			*to = *t;
	} else if (t->type == IKE_T_PRF && o->prf == 0)
		o->prf = t->id;
	else if (t->type == IKE_T_INTEG && t->id == IKE_INTEG_NONE)
		o->none = true;
	else if (t->type == IKE_T_INTEG && o->integ == 0)
		o->integ = t->id;
	else if (t->type == IKE_T_DH && (o->group == 0 || t->id == ke))
		o->group = t->id;
}

static bool
settle(struct ike_suite *s, const struct offer *o)
{
	const struct transform *t = NULL;

	if (o->foreign || o->prf == 0 || o->group == 0)
		return false;
	if (o->aead.type != 0 && (o->none || !o->has_integ))
		t = &o->aead;
	else if (o->cbc.type != 0 && o->integ != 0)
		t = &o->cbc;
	if (t == NULL)
		return false;
	s->encr = t->id;
	s->encr_bits = t->bits;
	s->prf = o->prf;
	s->integ = aead(t->id) ? IKE_INTEG_NONE : o->integ;
	s->group = o->group;
	return true;
}

static int
transforms(unsigned said, unsigned n, struct btns_err *e)
{
	return btns_fail(e, BTNS_E_FORMAT, "RFC 7296 3.3.1: %u transforms"
	    " where it says %u", n, said);
}

/* Of one proposal: 1, 0 where it doesn't do, or -1. */
static int
proposal(struct ike_suite *s, const struct ike_view *p, uint16_t ke,
    struct btns_err *e)
{
	struct offer o = { .prf = 0 };
	struct ike_view left, one;
	unsigned n = 0;
	bool last = false;
	int rv;

	if (p->p[6] > p->n - 8)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 7296 3.3.1: the SPI is cut off");
	left = (struct ike_view){ p->p + 8 + p->p[6], p->n - 8 - p->p[6] };
	while ((rv = next(&left, &one, 3, 8, &last, e)) == 1) {
		struct transform t = { .type = one.p[4],
		    .id = (uint16_t)get16(one.p + 6) };

		if (++n > p->p[7])
			return transforms(p->p[7], n, e);
		if (attributes(&t, (struct ike_view){ one.p + 8, one.n - 8 },
		    e) == -1)
			return -1;
		take(&o, &t, ke);
	}
	if (rv == -1)
		return -1;
	if (n != p->p[7])
		return transforms(p->p[7], n, e);
	s->proposal = p->p[4];
	/* An SPI of an IKE SA is there in a rekeying alone. */
	return p->p[5] == 1 && p->p[6] == 0 && settle(s, &o);
}

int
ike_choose(struct ike_suite *s, const struct ike_view *sa, uint16_t ke,
    struct btns_err *e)
{
	struct ike_view left = *sa, one;
	struct ike_suite try;
	bool last = false;
	unsigned n = 0;
	int found = 0, rv;

	while ((rv = next(&left, &one, 2, 8, &last, e)) == 1) {
		if (++n > PROPOSALS)
			return btns_fail(e, BTNS_E_FORMAT, "over %d"
			    " proposals", PROPOSALS);
		memset(&try, 0, sizeof(try));
		if ((rv = proposal(&try, &one, ke, e)) == -1)
			return -1;
		if (rv == 1 && !found) {
			*s = try;
			found = 1;
		}
	}
	return rv == -1 ? -1 : found;
}

static void
put_transform(struct ike_out *o, bool last, unsigned type, unsigned id,
    unsigned bits)
{
	ike_put8(o, last ? 0 : 3);
	ike_put8(o, 0);
	ike_put16(o, bits == 0 ? 8 : 12);
	ike_put8(o, type);
	ike_put8(o, 0);
	ike_put16(o, id);
	if (bits != 0) {
		ike_put16(o, KEY_LENGTH);
		ike_put16(o, bits);
	}
}

void
ike_put_suite(struct ike_out *o, const struct ike_suite *s)
{
	bool integ = s->integ != IKE_INTEG_NONE;

	ike_open(o, IKE_P_SA);
	ike_put16(o, 0);
	ike_put16(o, 8 + 3 * 8 + (s->encr_bits != 0 ? 4U : 0U) +
	    (integ ? 8U : 0U));
	ike_put8(o, s->proposal);
	ike_put8(o, 1);			/* IKE */
	ike_put8(o, 0);
	ike_put8(o, integ ? 4 : 3);
	put_transform(o, false, IKE_T_ENCR, s->encr, s->encr_bits);
	put_transform(o, false, IKE_T_PRF, s->prf, 0);
	if (integ)
		put_transform(o, false, IKE_T_INTEG, s->integ, 0);
	put_transform(o, true, IKE_T_DH, s->group, 0);
	ike_close(o);
}

void
ike_sizes(struct ike_sizes *z, const struct ike_suite *s)
{
	static const size_t prf[] = { 32, 48, 64 };

	memset(z, 0, sizeof(*z));
	z->prf = prf[s->prf - IKE_PRF_SHA2_256];
	z->key = s->encr_bits == 0 ? 32 : s->encr_bits / 8;
	if (aead(s->encr)) {
		/* RFC 5282 4 and 7, RFC 7634 2. */
		z->salt = 4;
		z->iv = 8;
		z->tag = 16;
		z->block = 1;
		return;
	}
	z->iv = z->block = 16;
	z->integ = prf[s->integ - IKE_SHA2_256_128];
	z->check = z->integ / 2;	/* RFC 4868 2.6 */
}
