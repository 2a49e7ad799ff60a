/* The first byte picks the kind, the rest is the object. */
#include <openssl/err.h>
#include <openssl/x509.h>

#include <string.h>

#include "../../lib/err.h"
#include "../../lib/keyder.h"
#include "fuzz.h"

/* libcrypto must take what we call canonical, and write the same. */
static void
peer(const uint8_t *spki, size_t n)
{
	const uint8_t *p = spki;
	uint8_t *out = NULL;
	EVP_PKEY *pkey;

	must((pkey = d2i_PUBKEY(NULL, &p, (long)n)) != NULL);
	must(p == spki + n);
	must(i2d_PUBKEY(pkey, &out) == (int)n && memcmp(out, spki, n) == 0);
	OPENSSL_free(out);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
}

/* Only a compressed point is ever written another way than it came. */
static void
strict(const struct btns_key *k, enum btns_enc enc, const uint8_t *p,
    size_t n)
{
	uint8_t buf[BTNS_ENC_MAX];
	struct btns_err e;
	size_t len;

	must(btns_key_encode(buf, &len, k, enc, &e) == 0);
	if (k->type == BTNS_RSA || k->type == BTNS_ED25519 || n == len)
		must(n == len && memcmp(buf, p, n) == 0);
	else
		must(n < len);
}

static void
accepted(const struct btns_key *k, enum btns_kind kind, const uint8_t *p,
    size_t n)
{
	uint8_t spki[BTNS_ENC_MAX];
	struct btns_err e;
	size_t len;

	fuzz_key(k);
	must(btns_kind_of(p, n) == kind);
	must(btns_key_encode(spki, &len, k, BTNS_ENC_SPKI, &e) == 0);
	peer(spki, len);
	if (kind == BTNS_KIND_SPKI)
		strict(k, BTNS_ENC_SPKI, p, n);
	else if (kind == BTNS_KIND_PKCS1)
		strict(k, BTNS_ENC_PKCS1, p, n);
	else if (kind == BTNS_KIND_CERT && k->type == BTNS_RSA)
		must(memmem(p, n, spki, len) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct btns_err e;
	struct btns_key k;
	enum btns_kind kind;

	if (n == 0)
		return 0;
	kind = *p++ % (BTNS_KIND_PRIV_LOCKED + 1);
	n--;
	must(btns_kind_name(btns_kind_of(p, n)) != NULL);
	(void)der_object_size(p, n);
	if (btns_key_der(&k, kind, p, n, &e) == 0)
		accepted(&k, kind, p, n);
	else {
		fuzz_err(&e);
		must(e.code == BTNS_E_FORMAT);
	}
	return 0;
}
