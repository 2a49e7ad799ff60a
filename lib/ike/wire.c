#include <string.h>

#include "../err.h"
#include "wire.h"

static unsigned
get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

int
ike_head(struct ike_head *h, const uint8_t *p, size_t n, struct btns_err *e)
{
	memset(h, 0, sizeof(*h));
	if (n < IKE_HEADER)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 7296 3.1: %zu octets are no header", n);
	memcpy(h->spi_i, p, IKE_SPI);
	memcpy(h->spi_r, p + 8, IKE_SPI);
	h->next = p[16];
	h->version = p[17];
	h->exchange = p[18];
	h->flags = p[19];
	h->id = get32(p + 20);
	h->body = (struct ike_view){ p + IKE_HEADER, n - IKE_HEADER };
	if (h->version >> 4 != 2)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 7296 3.1: major version %d", h->version >> 4);
	if (get32(p + 24) != n)
		return btns_fail(e, BTNS_E_FORMAT, "RFC 7296 3.1: its length"
		    " says %lu and it has %zu", (unsigned long)get32(p + 24),
		    n);
	return 0;
}

void
ike_walk(struct ike_walk *w, uint8_t first, const struct ike_view *all)
{
	w->left = *all;
	w->next = first;
	w->n = 0;
}

int
ike_next(struct ike_walk *w, struct ike_payload *p, struct btns_err *e)
{
	size_t len;

	if (w->next == IKE_P_NONE)
		return w->left.n == 0 ? 0 : btns_fail(e, BTNS_E_FORMAT,
		    "RFC 7296 3.2: %zu octets after the last payload",
		    w->left.n);
	if (++w->n > IKE_PAYLOADS)
		return btns_fail(e, BTNS_E_FORMAT, "over %d payloads",
		    IKE_PAYLOADS);
	if (w->left.n < IKE_GENERIC)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 7296 3.2: payload %u has no header", w->n);
	len = get16(w->left.p + 2);
	if (len < IKE_GENERIC || len > w->left.n)
		return btns_fail(e, BTNS_E_FORMAT, "RFC 7296 3.2: payload %u"
		    " of %zu octets where %zu are left", w->n, len,
		    w->left.n);
	p->type = w->next;
	p->next = w->left.p[0];
	p->critical = (w->left.p[1] & 0x80) != 0;
	p->body = (struct ike_view){ w->left.p + IKE_GENERIC,
	    len - IKE_GENERIC };
	w->left.p += len;
	w->left.n -= len;
	w->next = p->type == IKE_P_SK || p->type == IKE_P_SKF ? IKE_P_NONE :
	    p->next;
	return 1;
}

int
ike_one(struct ike_payload *out, uint8_t first, const struct ike_view *all,
    uint8_t type, struct btns_err *e)
{
	struct ike_payload p;
	struct ike_walk w;
	int found = 0, rv;

	ike_walk(&w, first, all);
	while ((rv = ike_next(&w, &p, e)) == 1)
		if (p.type == type) {
			if (found++)
				return btns_fail(e, BTNS_E_FORMAT, "payload"
				    " %d is there twice", type);
			*out = p;
		}
	return rv == -1 ? -1 : found;
}

static int
too_short(const char *what, struct btns_err *e)
{
	return btns_fail(e, BTNS_E_FORMAT, "RFC 7296 %s is cut off", what);
}

int
ike_read_ke(struct ike_ke *ke, const struct ike_view *b, struct btns_err *e)
{
	if (b->n < 4)
		return too_short("3.4: KE", e);
	ke->group = (uint16_t)get16(b->p);
	ke->data = (struct ike_view){ b->p + 4, b->n - 4 };
	return 0;
}

int
ike_read_notify(struct ike_notify *n, const struct ike_view *b,
    struct btns_err *e)
{
	if (b->n < 4 || b->p[1] > b->n - 4)
		return too_short("3.10: a notification", e);
	n->protocol = b->p[0];
	n->type = (uint16_t)get16(b->p + 2);
	n->spi = (struct ike_view){ b->p + 4, b->p[1] };
	n->data = (struct ike_view){ b->p + 4 + b->p[1], b->n - 4 - b->p[1] };
	return 0;
}

static int
typed(struct ike_typed *t, const struct ike_view *b, size_t head,
    const char *what, struct btns_err *e)
{
	if (b->n < head)
		return too_short(what, e);
	t->type = b->p[0];
	t->data = (struct ike_view){ b->p + head, b->n - head };
	return 0;
}

int
ike_read_id(struct ike_typed *t, const struct ike_view *b, struct btns_err *e)
{
	return typed(t, b, 4, "3.5: an ID", e);
}

int
ike_read_cert(struct ike_typed *t, const struct ike_view *b,
    struct btns_err *e)
{
	return typed(t, b, 1, "3.6: CERT", e);
}

int
ike_read_auth(struct ike_typed *t, const struct ike_view *b,
    struct btns_err *e)
{
	return typed(t, b, 4, "3.8: AUTH", e);
}

int
ike_read_fragment(struct ike_fragment *f, const struct ike_view *b,
    struct btns_err *e)
{
	if (b->n < 4)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 7383 2.5: a fragment is cut off");
	f->number = (uint16_t)get16(b->p);
	f->total = (uint16_t)get16(b->p + 2);
	f->data = (struct ike_view){ b->p + 4, b->n - 4 };
	if (f->number == 0 || f->total == 0 || f->number > f->total)
		return btns_fail(e, BTNS_E_FORMAT, "RFC 7383 2.5: fragment"
		    " %u of %u", f->number, f->total);
	return 0;
}

int
ike_find_notify(struct ike_view *data, uint8_t first,
    const struct ike_view *all, uint16_t type, struct btns_err *e)
{
	struct ike_notify n;
	struct ike_payload p;
	struct ike_walk w;
	int found = 0, rv;

	ike_walk(&w, first, all);
	while ((rv = ike_next(&w, &p, e)) == 1) {
		if (p.type != IKE_P_NOTIFY)
			continue;
		if (ike_read_notify(&n, &p.body, e) == -1)
			return -1;
		if (n.type != type || found)
			continue;
		*data = n.data;
		found = 1;
	}
	return rv == -1 ? -1 : found;
}

/* --- writing */

void
ike_put(struct ike_out *o, const void *p, size_t n)
{
	if (o->full || n > o->size - o->n) {
		o->full = true;
		return;
	}
	if (n > 0)
		memcpy(o->p + o->n, p, n);
	o->n += n;
}

void
ike_put8(struct ike_out *o, unsigned v)
{
	const uint8_t b = (uint8_t)v;

	ike_put(o, &b, 1);
}

void
ike_put16(struct ike_out *o, unsigned v)
{
	ike_put8(o, v >> 8);
	ike_put8(o, v);
}

static void
put32(struct ike_out *o, uint32_t v)
{
	ike_put16(o, v >> 16);
	ike_put16(o, v & 0xffff);
}

void
ike_begin(struct ike_out *o, uint8_t *p, size_t size,
    const struct ike_head *h)
{
	*o = (struct ike_out){ .p = p, .size = size, .next = 16 };
	ike_put(o, h->spi_i, IKE_SPI);
	ike_put(o, h->spi_r, IKE_SPI);
	ike_put8(o, IKE_P_NONE);
	ike_put8(o, 0x20);
	ike_put8(o, h->exchange);
	ike_put8(o, h->flags);
	put32(o, h->id);
	put32(o, 0);
}

void
ike_open(struct ike_out *o, uint8_t type)
{
	if (!o->full)
		o->p[o->next] = type;
	o->open = o->next = o->n;
	put32(o, 0);
}

void
ike_close(struct ike_out *o)
{
	size_t len = o->n - o->open;

	if (o->full)
		return;
	o->p[o->open + 2] = (uint8_t)(len >> 8);
	o->p[o->open + 3] = (uint8_t)len;
}

void
ike_notify(struct ike_out *o, unsigned type, const void *p, size_t n)
{
	ike_open(o, IKE_P_NOTIFY);
	ike_put16(o, 0);		/* no protocol, no SPI */
	ike_put16(o, type);
	ike_put(o, p, n);
	ike_close(o);
}

size_t
ike_end(struct ike_out *o)
{
	if (o->full)
		return 0;
	o->p[24] = (uint8_t)(o->n >> 24);
	o->p[25] = (uint8_t)(o->n >> 16);
	o->p[26] = (uint8_t)(o->n >> 8);
	o->p[27] = (uint8_t)o->n;
	return o->n;
}
