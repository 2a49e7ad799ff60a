#include <string.h>

#include "der.h"
#include "err.h"

void
der_init(struct der *d, const uint8_t *p, size_t n)
{
	d->base = d->p = p;
	d->end = p + n;
}

int
der_peek(const struct der *d)
{
	return d->p == d->end ? -1 : *d->p;
}

static int
bad(const struct der *d, const char *what, const char *why,
    struct btns_err *e)
{
	return btns_fail(e, BTNS_E_FORMAT, "offset %zu: %s: %s", DER_AT(d),
	    what, why);
}

/* Tag and length; leaves body at the content.  d doesn't move. */
static int
header(const struct der *d, struct der *body, const char *what,
    struct btns_err *e)
{
	const uint8_t *p = d->p;
	size_t len, n;

	if (d->end - p < 2)
		return bad(d, what, "truncated", e);
	if ((p[0] & 0x1f) == 0x1f)
		return bad(d, what, "X.690 8.1.2.4: a tag above 30", e);
	len = p[1];
	p += 2;
	if (len == 0x80)
		return bad(d, what, "X.690 10.1: indefinite length", e);
	if (len > 0x80) {
		n = len & 0x7f;
		if (n > 3)
			return bad(d, what, "longer than 64 KiB", e);
		if ((size_t)(d->end - p) < n)
			return bad(d, what, "truncated", e);
		for (len = 0; n > 0; n--) {
			if (len == 0 && *p == 0)
				return bad(d, what,
				    "X.690 10.1: length is not minimal", e);
			len = len << 8 | *p++;
		}
		if (len < 0x80)
			return bad(d, what,
			    "X.690 10.1: length is not minimal", e);
	}
	if ((size_t)(d->end - p) < len)
		return bad(d, what, "truncated", e);
	body->base = d->base;
	body->p = p;
	body->end = p + len;
	return 0;
}

int
der_get(struct der *d, int tag, struct der *body, const char *what,
    struct btns_err *e)
{
	if (d->p == d->end)
		return bad(d, what, "missing", e);
	if (*d->p != tag)
		return btns_fail(e, BTNS_E_FORMAT,
		    "offset %zu: %s: tag 0x%02x where 0x%02x belongs",
		    DER_AT(d), what, *d->p, tag);
	if (header(d, body, what, e) == -1)
		return -1;
	d->p = body->end;
	return 0;
}

int
der_skip(struct der *d, const char *what, struct btns_err *e)
{
	struct der body;

	if (header(d, &body, what, e) == -1)
		return -1;
	d->p = body.end;
	return 0;
}

int
der_uint(struct der *d, struct der *body, const char *what,
    struct btns_err *e)
{
	struct der at = *d;
	const uint8_t *p;

	if (der_get(d, DER_INTEGER, body, what, e) == -1)
		return -1;
	p = body->p;
	if (p == body->end)
		return bad(&at, what, "X.690 8.3.1: empty integer", e);
	if (*p & 0x80)
		return bad(&at, what, "negative integer", e);
	if (*p == 0 && body->end - p > 1) {
		if (!(p[1] & 0x80))
			return bad(&at, what,
			    "X.690 8.3.2: integer is not minimal", e);
		body->p++;
	}
	return 0;
}

int
der_bits(struct der *d, struct der *body, const char *what,
    struct btns_err *e)
{
	struct der at = *d;

	if (der_get(d, DER_BITSTRING, body, what, e) == -1)
		return -1;
	if (body->p == body->end)
		return bad(&at, what, "X.690 8.6.2: empty bit string", e);
	if (*body->p++ != 0)
		return bad(&at, what, "unused bits in the bit string", e);
	return 0;
}

int
der_end(const struct der *d, const char *what, struct btns_err *e)
{
	if (d->p == d->end)
		return 0;
	return btns_fail(e, BTNS_E_FORMAT, "offset %zu: %s: %zu trailing"
	    " byte%s", DER_AT(d), what, (size_t)(d->end - d->p),
	    d->end - d->p == 1 ? "" : "s");
}

bool
der_is(const struct der *d, const uint8_t *p, size_t n)
{
	return (size_t)(d->end - d->p) == n && memcmp(d->p, p, n) == 0;
}

size_t
der_object_size(const uint8_t *p, size_t n)
{
	size_t len, i, k;

	if (n < 2 || p[0] != DER_SEQUENCE)
		return 0;
	if (p[1] < 0x80)
		return 2 + (size_t)p[1];
	k = p[1] & 0x7f;
	if (k < 1 || k > 3 || n < 2 + k)
		return 0;
	for (i = 0, len = 0; i < k; i++)
		len = len << 8 | p[2 + i];
	return 2 + k + len;
}

void
derw_bytes(struct derw *w, const void *p, size_t n)
{
	w->p -= n;
	memcpy(w->p, p, n);
}

void
derw_byte(struct derw *w, uint8_t c)
{
	*--w->p = c;
}

void
derw_head(struct derw *w, uint8_t tag, size_t len)
{
	unsigned n = 0;

	if (len >= 0x80) {
		for (; len > 0; len >>= 8, n++)
			derw_byte(w, (uint8_t)len);
		derw_byte(w, (uint8_t)(0x80 | n));
	} else
		derw_byte(w, (uint8_t)len);
	derw_byte(w, tag);
}

void
derw_uint(struct derw *w, const uint8_t *p, size_t n)
{
	derw_bytes(w, p, n);
	if (n == 0 || p[0] & 0x80) {
		derw_byte(w, 0);
		n++;
	}
	derw_head(w, DER_INTEGER, n);
}
