#include <stdio.h>
#include <string.h>

#include "b64.h"
#include "err.h"
#include "fp.h"

int
btns_fp_of(struct btns_fp *fp, const struct btns_key *k, struct btns_err *e)
{
	uint8_t buf[BTNS_ENC_MAX], digest[BTNS_HASH_MAX];
	size_t n;

	if (btns_key_encode(buf, &n, k, BTNS_ENC_SPKI, e) == -1 ||
	    btns_hash(digest, BTNS_SHA256, buf, n, e) == -1)
		return -1;
	memcpy(fp->b, digest, BTNS_FP_LEN);
	return 0;
}

void
btns_hex(char *out, const uint8_t *p, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		*out++ = digit[p[i] >> 4];
		*out++ = digit[p[i] & 15];
	}
	*out = '\0';
}

void
btns_fp_hex(char out[BTNS_FP_HEX], const struct btns_fp *fp)
{
	btns_hex(out, fp->b, BTNS_FP_LEN);
}

bool
btns_fp_unhex(struct btns_fp *fp, const char *s)
{
	unsigned v;
	size_t i;

	if (strspn(s, "0123456789abcdef") != BTNS_FP_HEX - 1 ||
	    s[BTNS_FP_HEX - 1] != '\0')
		return false;
	for (i = 0; i < BTNS_FP_LEN; i++) {
		(void)sscanf(s + 2 * i, "%2x", &v);
		fp->b[i] = (uint8_t)v;
	}
	return true;
}

static void
colons(char *out, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++, out += 3) {
		btns_hex(out, p + i, 1);
		out[2] = i + 1 < n ? ':' : '\0';
	}
}

static void
openssh(char *out, enum btns_hash h, const uint8_t *digest)
{
	const size_t n = btns_hash_len(h);
	const char *s;

	for (s = btns_hash_name(h); *s != '\0'; s++)
		*out++ = (char)(*s >= 'a' ? *s - 'a' + 'A' : *s);
	*out++ = ':';
	if (h == BTNS_MD5) {
		colons(out, digest, n);
		return;
	}
	btns_b64_encode(out, digest, n);
	out[strcspn(out, "=")] = '\0';
}

static void
groups(char *out, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i += 2, out += 5) {
		btns_hex(out, p + i, n - i < 2 ? n - i : 2);
		out[4] = i + 2 < n ? ' ' : '\0';
	}
}

static void
words(char *out, const uint8_t *p, size_t n)
{
	size_t i, len;

	for (i = 0; i < BTNS_WORDS_OF(n); i++) {
		len = strlen(btns_word(btns_word_at(p, n, i)));
		memcpy(out, btns_word(btns_word_at(p, n, i)), len);
		out += len;
		*out++ = ' ';
	}
	out[-1] = '\0';
}

void
btns_spell(char *out, enum btns_spell spell, enum btns_hash h,
    const uint8_t *digest)
{
	const size_t n = btns_hash_len(h);

	switch (spell) {
	case BTNS_SPELL_COLON:
		colons(out, digest, n);
		break;
	case BTNS_SPELL_BASE64:
		btns_b64_encode(out, digest, n);
		break;
	case BTNS_SPELL_SSH:
		openssh(out, h, digest);
		break;
	case BTNS_SPELL_GROUPS:
		groups(out, digest, n);
		break;
	case BTNS_SPELL_WORDS:
		words(out, digest, n);
		break;
	default:
		btns_hex(out, digest, n);
	}
}

int
btns_spell_parse(const char *s)
{
	static const char *const names[] = { "hex", "colon", "base64", "ssh",
	    "groups", "words", "picture", "qr", "png", "svg" };
	int i;

	for (i = 0; i < BTNS_SPELL__COUNT; i++)
		if (strcmp(s, names[i]) == 0)
			return i;
	return -1;
}

/* The Bubble Babble Binary Data Encoding, A. Huima, 2000. */
void
btns_babble(char out[BTNS_BABBLE_MAX], const uint8_t digest[20])
{
	static const char v[] = "aeiouy", c[] = "bcdfghklmnprstvzx";
	unsigned sum = 1, i, a, b;
	char *o = out;

	*o++ = 'x';
	for (i = 0; i < 10; i++) {
		a = digest[2 * i];
		b = digest[2 * i + 1];
		*o++ = v[((a >> 6 & 3) + sum) % 6];
		*o++ = c[a >> 2 & 15];
		*o++ = v[((a & 3) + sum / 6) % 6];
		*o++ = c[b >> 4];
		*o++ = '-';
		*o++ = c[b & 15];
		sum = (sum * 5 + a * 7 + b) % 36;
	}
	*o++ = v[sum % 6];
	*o++ = c[16];
	*o++ = v[sum / 6];
	*o++ = 'x';
	*o = '\0';
}

int
btns_rsaid(char out[10], const struct btns_key *k, struct btns_err *e)
{
	uint8_t buf[BTNS_ENC_MAX];
	char b64[13];
	size_t n;

	if (k->type != BTNS_RSA)
		return btns_fail(e, BTNS_E_REFUSED, "an rsaid is RSA's");
	if (btns_key_encode(buf, &n, k, BTNS_ENC_RFC3110, e) == -1)
		return -1;
	btns_b64_encode(b64, buf, 9);
	memcpy(out, b64, 9);
	out[9] = '\0';
	return 0;
}
