#include "b64.h"
#include "err.h"

#define BAD	0xff
#define SKIP	0xfe
#define PAD	0xfd
#define X	BAD

static const uint8_t value[256] = {
	X, X, X, X, X, X, X, X, X, SKIP, X, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	SKIP, X, X, X, X, X, X, X, X, X, X, 62, X, X, X, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X, X, X, PAD, X, X,
	X, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, X, X, X, X, X,
	X, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
};

bool
btns_b64_is(int c)
{
	return value[(unsigned char)c] < 64;
}

static int
one(struct btns_b64 *b, uint8_t c, struct btns_err *e)
{
	uint8_t v = value[c];

	if (v == SKIP)
		return 0;
	if (v == PAD) {
		if (b->have < 2 || b->have + ++b->pad > 4)
			return btns_fail(e, BTNS_E_FORMAT,
			    "RFC 4648 section 4: misplaced padding");
		return 0;
	}
	if (v == BAD)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 4648 section 4: byte 0x%02x is not base64", c);
	if (b->pad > 0)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 4648 section 4: data after the padding");
	b->acc = b->acc << 6 | v;
	if (++b->have < 4)
		return 0;
	if (b->size - b->len < 3)
		return btns_fail(e, BTNS_E_FORMAT, "over %zu bytes", b->size);
	b->out[b->len++] = (uint8_t)(b->acc >> 16);
	b->out[b->len++] = (uint8_t)(b->acc >> 8);
	b->out[b->len++] = (uint8_t)b->acc;
	b->have = 0;
	b->acc = 0;
	return 0;
}

/* Whole groups without blanks: nearly all input, and all of the time. */
static size_t
groups(struct btns_b64 *b, const uint8_t *p, size_t n)
{
	size_t max = (b->size - b->len) / 3, i;
	uint8_t *o = b->out + b->len, v0, v1, v2, v3;

	if (n / 4 < max)
		max = n / 4;
	for (i = 0; i < max; i++, p += 4) {
		v0 = value[p[0]];
		v1 = value[p[1]];
		v2 = value[p[2]];
		v3 = value[p[3]];
		if ((v0 | v1 | v2 | v3) & 0x80)
			break;
		*o++ = (uint8_t)(v0 << 2 | v1 >> 4);
		*o++ = (uint8_t)(v1 << 4 | v2 >> 2);
		*o++ = (uint8_t)(v2 << 6 | v3);
	}
	b->len += 3 * i;
	return 4 * i;
}

int
btns_b64_add(struct btns_b64 *b, const char *s, size_t n, struct btns_err *e)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t i = 0;

	while (i < n) {
		if (b->have == 0 && b->pad == 0)
			i += groups(b, p + i, n - i);
		if (i < n && one(b, p[i++], e) == -1)
			return -1;
	}
	return 0;
}

int
btns_b64_end(struct btns_b64 *b, bool padded, struct btns_err *e)
{
	if (b->have == 0)
		return 0;
	if (b->have == 1 || (padded && b->have + b->pad != 4) ||
	    (b->pad != 0 && b->have + b->pad != 4))
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 4648 section 4: the last group is incomplete");
	if ((b->acc & (b->have == 2 ? 0xf : 0x3)) != 0)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 4648 section 3.5: unused bits are set");
	if (b->size - b->len < b->have - 1)
		return btns_fail(e, BTNS_E_FORMAT, "over %zu bytes", b->size);
	b->acc <<= 6 * (4 - b->have);
	b->out[b->len++] = (uint8_t)(b->acc >> 16);
	if (b->have == 3)
		b->out[b->len++] = (uint8_t)(b->acc >> 8);
	b->have = 0;
	return 0;
}

void
btns_b64_encode(char *out, const uint8_t *p, size_t n)
{
	static const char digit[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789+/";
	uint32_t v;

	for (; n >= 3; n -= 3, p += 3) {
		v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		*out++ = digit[v >> 18];
		*out++ = digit[v >> 12 & 63];
		*out++ = digit[v >> 6 & 63];
		*out++ = digit[v & 63];
	}
	if (n > 0) {
		v = (uint32_t)p[0] << 16 | (n == 2 ? (uint32_t)p[1] << 8 : 0);
		*out++ = digit[v >> 18];
		*out++ = digit[v >> 12 & 63];
		*out++ = n == 2 ? digit[v >> 6 & 63] : '=';
		*out++ = '=';
	}
	*out = '\0';
}
