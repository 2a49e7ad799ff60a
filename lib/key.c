#include <stdio.h>
#include <string.h>

#include "der.h"
#include "err.h"
#include "key.h"
#include "oid.h"
#include "point.h"

size_t
btns_key_field(enum btns_keytype type)
{
	return type == BTNS_P256 ? 32 : type == BTNS_P384 ? 48 : 66;
}

static void
strip(const uint8_t **p, size_t *n)
{
	while (*n > 0 && **p == 0) {
		++*p;
		--*n;
	}
}

static unsigned
bit_length(const uint8_t *p, size_t n)
{
	unsigned bits = (unsigned)n * 8;
	uint8_t top;

	if (n == 0)
		return 0;
	for (top = p[0]; !(top & 0x80); top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

int
btns_key_rsa(struct btns_key *k, const uint8_t *n, size_t nlen,
    const uint8_t *exp, size_t elen, struct btns_err *e)
{
	unsigned bits;

	strip(&n, &nlen);
	strip(&exp, &elen);
	if ((bits = bit_length(n, nlen)) < BTNS_RSA_MIN_BITS)
		return btns_fail(e, BTNS_E_FORMAT, "RFC 8017 3.1: a modulus of"
		    " %u bits, below %d", bits, BTNS_RSA_MIN_BITS);
	if (bits > BTNS_RSA_MAX_BITS)
		return btns_fail(e, BTNS_E_FORMAT, "RFC 8017 3.1: a modulus of"
		    " %u bits, above %d", bits, BTNS_RSA_MAX_BITS);
	if (!(n[nlen - 1] & 1))
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 8017 3.1: the modulus is even");
	if (elen == 0 || (elen == 1 && exp[0] < 3))
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 8017 3.1: the exponent is below 3");
	if (!(exp[elen - 1] & 1))
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 8017 3.1: the exponent is even");
	if (elen > nlen || (elen == nlen && memcmp(exp, n, nlen) >= 0))
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 8017 3.1: the exponent is not below the modulus");
	k->type = BTNS_RSA;
	k->bits = bits;
	k->publen = nlen;
	k->elen = elen;
	memcpy(k->pub, n, nlen);
	memcpy(k->e, exp, elen);
	return 0;
}

int
btns_key_ec(struct btns_key *k, enum btns_keytype type, const uint8_t *p,
    size_t len, struct btns_err *e)
{
	const size_t f = btns_key_field(type);

	if (len == 1 && p[0] == 0)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 5480 2.2: the point at infinity is no key");
	if (len > 0 && (p[0] == 0x06 || p[0] == 0x07))
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 5480 2.2: a hybrid point");
	if (!(len == 1 + 2 * f && p[0] == 0x04) &&
	    !(len == 1 + f && (p[0] == 0x02 || p[0] == 0x03)))
		return btns_fail(e, BTNS_E_FORMAT, "RFC 5480 2.2: %zu octets"
		    " are no point of P-%zu", len, f == 66 ? 521 : f * 8);
	if (btns_point_ec(k->pub, type, p, len, e) == -1)
		return -1;
	k->type = type;
	k->bits = type == BTNS_P521 ? 521 : (unsigned)f * 8;
	k->publen = 2 * f;
	k->elen = 0;
	return 0;
}

int
btns_key_ed25519(struct btns_key *k, const uint8_t *p, size_t len,
    struct btns_err *e)
{
	if (len != 32)
		return btns_fail(e, BTNS_E_FORMAT, "RFC 8032 5.1.5: %zu octets"
		    " are no Ed25519 key", len);
	if (btns_point_ed25519(p, e) == -1)
		return -1;
	k->type = BTNS_ED25519;
	k->bits = 256;
	k->publen = 32;
	k->elen = 0;
	memcpy(k->pub, p, 32);
	return 0;
}

static void
put_pkcs1(struct derw *w, const struct btns_key *k)
{
	uint8_t *end = w->p;

	derw_uint(w, k->e, k->elen);
	derw_uint(w, k->pub, k->publen);
	derw_head(w, DER_SEQUENCE, (size_t)(end - w->p));
}

/* What SPKI's BIT STRING holds. */
static void
put_bits(struct derw *w, const struct btns_key *k)
{
	if (k->type == BTNS_RSA) {
		put_pkcs1(w, k);
		return;
	}
	derw_bytes(w, k->pub, k->publen);
	if (k->type != BTNS_ED25519)
		derw_byte(w, 0x04);
}

static void
put_spki(struct derw *w, const struct btns_key *k)
{
	const struct btns_alg *a = btns_alg(k->type);
	uint8_t *end = w->p;

	put_bits(w, k);
	derw_byte(w, 0);		/* no unused bits */
	derw_head(w, DER_BITSTRING, (size_t)(end - w->p));
	derw_bytes(w, a->id, a->idlen);
	derw_head(w, DER_SEQUENCE, (size_t)(end - w->p));
}

static void
put_string(struct derw *w, const void *p, size_t n)
{
	derw_bytes(w, p, n);
	derw_byte(w, (uint8_t)n);
	derw_byte(w, (uint8_t)(n >> 8));
	derw_byte(w, 0);
	derw_byte(w, 0);
}

/* RFC 4251 5: an mpint has a leading zero where the top bit is set. */
static void
put_mpint(struct derw *w, const uint8_t *p, size_t n)
{
	size_t pad = p[0] >> 7;

	derw_bytes(w, p, n);
	if (pad)
		derw_byte(w, 0);
	derw_byte(w, (uint8_t)(n + pad));
	derw_byte(w, (uint8_t)((n + pad) >> 8));
	derw_byte(w, 0);
	derw_byte(w, 0);
}

static void
put_ssh(struct derw *w, const struct btns_key *k)
{
	const struct btns_alg *a = btns_alg(k->type);
	uint8_t point[1 + 2 * 66];

	if (k->type == BTNS_RSA) {
		put_mpint(w, k->pub, k->publen);
		put_mpint(w, k->e, k->elen);
	} else if (k->type == BTNS_ED25519) {
		put_string(w, k->pub, k->publen);
	} else {
		point[0] = 0x04;
		memcpy(point + 1, k->pub, k->publen);
		put_string(w, point, 1 + k->publen);
		put_string(w, a->sshcurve, strlen(a->sshcurve));
	}
	put_string(w, a->ssh, strlen(a->ssh));
}

static void
put_rfc3110(struct derw *w, const struct btns_key *k)
{
	derw_bytes(w, k->pub, k->publen);
	if (k->type != BTNS_RSA)
		return;
	derw_bytes(w, k->e, k->elen);
	derw_byte(w, (uint8_t)k->elen);
	if (k->elen > 255) {
		derw_byte(w, (uint8_t)(k->elen >> 8));
		derw_byte(w, 0);
	}
}

static void
put_modulus(struct derw *w, const struct btns_key *k)
{
	derw_bytes(w, k->pub, k->publen);
}

static const struct {
	const char	*name;		/* NULL: not for the command line */
	void		(*put)(struct derw *, const struct btns_key *);
	unsigned	 types;		/* that have this encoding */
} encs[BTNS_ENC__COUNT] = {
#define ALL	(~0u)
#define ONLY(t)	(1u << (t))
	[BTNS_ENC_SPKI] = { "spki",	put_spki,	ALL },
	[BTNS_ENC_PKCS1] = { "pkcs1",	put_pkcs1,	ONLY(BTNS_RSA) },
	[BTNS_ENC_SSH] = { "ssh",	put_ssh,	ALL },
	[BTNS_ENC_MODULUS] = { "modulus", put_modulus, ONLY(BTNS_RSA) },
	[BTNS_ENC_RFC3110] = { "rfc3110",	put_rfc3110,
	    ALL & ~ONLY(BTNS_P521) },
	[BTNS_ENC_BITS] =	{ NULL,		put_bits,	ALL },
};

int
btns_key_encode(uint8_t *out, size_t *len, const struct btns_key *k,
    enum btns_enc enc, struct btns_err *e)
{
	char name[BTNS_KEY_NAME_MAX];
	uint8_t buf[BTNS_ENC_MAX];
	struct derw w = { buf + sizeof(buf) };

	if (!(encs[enc].types & ONLY(k->type))) {
		btns_key_name(name, k);
		return btns_fail(e, BTNS_E_REFUSED,
		    "%s has no encoding %s", name, encs[enc].name);
	}
	encs[enc].put(&w, k);
	*len = (size_t)(buf + sizeof(buf) - w.p);
	memcpy(out, w.p, *len);
	return 0;
}

bool
btns_key_same(const struct btns_key *a, const struct btns_key *b)
{
	return a->type == b->type && a->publen == b->publen &&
	    a->elen == b->elen && memcmp(a->pub, b->pub, a->publen) == 0 &&
	    memcmp(a->e, b->e, a->elen) == 0;
}

const char *
btns_key_family(const struct btns_key *k)
{
	return k->type == BTNS_RSA ? "RSA" :
	    k->type == BTNS_ED25519 ? "Ed25519" : "EC";
}

void
btns_key_name(char out[BTNS_KEY_NAME_MAX], const struct btns_key *k)
{
	if (k->type == BTNS_ED25519)
		(void)snprintf(out, BTNS_KEY_NAME_MAX, "Ed25519");
	else
		(void)snprintf(out, BTNS_KEY_NAME_MAX, "%s%u",
		    k->type == BTNS_RSA ? "RSA " : "EC P-", k->bits);
}

bool
btns_key_weak(const struct btns_key *k)
{
	return k->type == BTNS_RSA && k->bits < BTNS_RSA_WEAK_BITS;
}

int
btns_enc_parse(const char *s)
{
	int i;

	for (i = 0; i < BTNS_ENC__COUNT; i++)
		if (encs[i].name != NULL && strcmp(s, encs[i].name) == 0)
			return i;
	return -1;
}

const char *
btns_enc_name(enum btns_enc enc)
{
	return encs[enc].name == NULL ? "bits" : encs[enc].name;
}
