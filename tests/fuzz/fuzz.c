#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/b64.h"
#include "../../lib/err.h"
#include "../../lib/fp.h"
#include "../../lib/keyder.h"
#include "../../lib/keydns.h"
#include "../../lib/keyread.h"
#include "../../lib/keyssh.h"
#include "fuzz.h"

void
fuzz_broken(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: broken: %s\n", file, line, what);
	abort();
}

void
fuzz_err(const struct btns_err *e)
{
	must(e->code > BTNS_OK && e->code < BTNS_E__COUNT);
	must(memchr(e->msg, '\0', sizeof(e->msg)) != NULL);
	must(e->msg[0] != '\0' && strchr(e->msg, '\n') == NULL);
}

static void
sound(const struct btns_key *k)
{
	must(k->publen > 0 && k->publen <= sizeof(k->pub));
	switch (k->type) {
	case BTNS_RSA:
		must(k->bits >= BTNS_RSA_MIN_BITS);
		must(k->bits <= BTNS_RSA_MAX_BITS);
		must(k->publen == (k->bits + 7) / 8 && k->pub[0] != 0);
		must(k->pub[0] >> ((k->bits - 1) % 8) == 1);
		must(k->pub[k->publen - 1] & 1);
		must(k->elen > 0 && k->elen <= k->publen && k->e[0] != 0);
		must(k->e[k->elen - 1] & 1);
		break;
	case BTNS_ED25519:
		must(k->elen == 0 && k->publen == 32 && k->bits == 256);
		break;
	default:
		must(k->elen == 0);
		must(k->publen == 2 * btns_key_field(k->type));
	}
}

static int
parse(struct btns_key *k, enum btns_enc enc, unsigned alg, const uint8_t *p,
    size_t n, struct btns_err *e)
{
	switch (enc) {
	case BTNS_ENC_SPKI:
		must(btns_kind_of(p, n) == BTNS_KIND_SPKI);
		return btns_key_der(k, BTNS_KIND_SPKI, p, n, e);
	case BTNS_ENC_PKCS1:
		must(btns_kind_of(p, n) == BTNS_KIND_PKCS1);
		return btns_key_der(k, BTNS_KIND_PKCS1, p, n, e);
	case BTNS_ENC_SSH:
		return btns_key_ssh(k, NULL, 0, p, n, e);
	default:
		return btns_key_dns(k, alg, p, n, e);
	}
}

static void
there_and_back(const struct btns_key *k, enum btns_enc enc)
{
	struct btns_err e;
	struct btns_key again;
	uint8_t *p, buf[BTNS_ENC_MAX];
	size_t n;

	if (btns_key_encode(buf, &n, k, enc, &e) == -1) {
		must(e.code == BTNS_E_REFUSED);
		return;
	}
	must(n <= sizeof(buf));
	if (enc == BTNS_ENC_MODULUS || enc == BTNS_ENC_BITS)
		return;
	/* Of its own size, so that reading past it shows. */
	must((p = malloc(n)) != NULL);
	memcpy(p, buf, n);
	memset(&again, 0xa5, sizeof(again));
	must(parse(&again, enc, btns_dns_algorithm(k), p, n, &e) == 0);
	must(btns_key_same(k, &again) && again.bits == k->bits);
	free(p);
}

static int
is_it(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	must(at->index == 1 && !at->private && at->mark == BTNS_MARK_NONE);
	must(btns_key_same(k, arg));
	return 0;
}

/* As iked's file: the canonical form in PEM. */
static void
as_pem(const struct btns_key *k, const uint8_t *spki, size_t n)
{
	static char text[BTNS_B64_LEN(BTNS_ENC_MAX) + 100];
	struct btns_key copy = *k;
	struct btns_keyread cb = { .key = is_it, .arg = &copy };
	struct btns_err e;
	size_t len;

	len = (size_t)sprintf(text, "-----BEGIN PUBLIC KEY-----\n");
	btns_b64_encode(text + len, spki, n);
	(void)strcat(text, "\n-----END PUBLIC KEY-----\n");
	must(btns_keys_parse(text, strlen(text), "it", &cb, &e) == 0);
	must(btns_key_parse_one(&copy, text, strlen(text), "it", &e) == 0);
	must(btns_key_same(k, &copy));
}

void
fuzz_key(const struct btns_key *k)
{
	uint8_t spki[BTNS_ENC_MAX], digest[BTNS_HASH_MAX];
	struct btns_err e;
	struct btns_fp fp, again;
	size_t n;
	int enc;

	sound(k);
	for (enc = 0; enc < BTNS_ENC__COUNT; enc++)
		there_and_back(k, enc);
	must(btns_key_encode(spki, &n, k, BTNS_ENC_SPKI, &e) == 0);
	must(btns_hash(digest, BTNS_SHA256, spki, n, &e) == 0);
	must(btns_fp_of(&fp, k, &e) == 0 && btns_fp_of(&again, k, &e) == 0);
	must(memcmp(fp.b, digest, sizeof(fp.b)) == 0);
	must(memcmp(fp.b, again.b, sizeof(fp.b)) == 0);
	as_pem(k, spki, n);
}
