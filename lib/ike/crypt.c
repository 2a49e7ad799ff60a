#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#include <openssl/core_names.h>
#endif

#include <stdio.h>
#include <string.h>

#include "../err.h"
#include "../secret.h"
#include "crypt.h"

#define PLUS_MAX	(4 * IKE_NONCE_MAX)	/* of a seed of prf+ */
#define MESSAGE_MAX	65535

/* The digest of a PRF, and of the integrity algorithm of its number. */
static const EVP_MD *
digest(unsigned n)
{
	return n == 0 ? EVP_sha256() : n == 1 ? EVP_sha384() : EVP_sha512();
}

size_t
ike_prf_len(unsigned prf)
{
	return (size_t)EVP_MD_size(digest(prf - IKE_PRF_SHA2_256));
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L && !defined(LIBRESSL_VERSION_NUMBER)
/* HMAC() looks its algorithm up by name each time, which takes longer. */
static bool
hmac(uint8_t *out, unsigned n, const struct ike_view *key, const uint8_t *p,
    size_t len)
{
	static EVP_MAC_CTX *made[3];
	char name[12];
	OSSL_PARAM params[] = { OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST,
	    name, 0), OSSL_PARAM_END };
	EVP_MAC *mac;
	size_t outlen;

	if (made[n] == NULL) {
		(void)snprintf(name, sizeof(name), "%s",
		    EVP_MD_get0_name(digest(n)));
		mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
		made[n] = EVP_MAC_CTX_new(mac);
		EVP_MAC_free(mac);
		if (made[n] == NULL)
			return false;
		params[0].data_size = strlen(name);
		if (EVP_MAC_CTX_set_params(made[n], params) != 1) {
			EVP_MAC_CTX_free(made[n]);
			made[n] = NULL;
			return false;
		}
	}
	return EVP_MAC_init(made[n], key->p, key->n, NULL) == 1 &&
	    EVP_MAC_update(made[n], p, len) == 1 &&
	    EVP_MAC_final(made[n], out, &outlen, IKE_PRF_MAX) == 1;
}
#else
static bool
hmac(uint8_t *out, unsigned n, const struct ike_view *key, const uint8_t *p,
    size_t len)
{
	unsigned outlen;

	return HMAC(digest(n), key->p, (int)key->n, p, len, out,
	    &outlen) != NULL;
}
#endif

int
ike_prf(uint8_t out[IKE_PRF_MAX], unsigned prf, const struct ike_view *key,
    const struct ike_view *a, const struct ike_view *b,
    const struct ike_view *c, struct btns_err *e)
{
	const struct ike_view *all[] = { a, b, c };
	uint8_t buf[PLUS_MAX];
	size_t i, n = 0;
	int rv = 0;

	for (i = 0; i < 3; i++) {
		if (all[i] == NULL || all[i]->n == 0)
			continue;
		if (all[i]->n > sizeof(buf) - n)
			return btns_fail(e, BTNS_E_FORMAT, "over %zu octets"
			    " for a PRF", sizeof(buf));
		memcpy(buf + n, all[i]->p, all[i]->n);
		n += all[i]->n;
	}
	if (!hmac(out, prf - IKE_PRF_SHA2_256, key, buf, n))
		rv = btns_fail_crypto(e, "HMAC");
	btns_wipe(buf, n);
	return rv;
}

int
ike_prf_plus(uint8_t *out, size_t n, unsigned prf,
    const struct ike_view *key, const struct ike_view *seed,
    struct btns_err *e)
{
	uint8_t t[IKE_PRF_MAX];
	struct ike_view last = { t, 0 }, count;
	size_t len = ike_prf_len(prf), take;
	uint8_t i;
	int rv = 0;

	for (i = 1; n > 0 && rv == 0; i++) {
		count = (struct ike_view){ &i, 1 };
		if (i == 0)
			rv = btns_fail(e, BTNS_E_INTERNAL, "prf+ is at its"
			    " end");
		else if ((rv = ike_prf(t, prf, key, &last, seed, &count,
		    e)) == 0) {
			take = n < len ? n : len;
			memcpy(out, t, take);
			out += take;
			n -= take;
			last.n = len;
		}
	}
	btns_wipe(t, sizeof(t));
	return rv;
}

int
ike_derive(struct ike_keys *k, const struct ike_suite *s,
    const struct ike_view *shared, const struct ike_view *ni,
    const struct ike_view *nr, const uint8_t spi_i[IKE_SPI],
    const uint8_t spi_r[IKE_SPI], struct btns_err *e)
{
	uint8_t nonces[2 * IKE_NONCE_MAX + 2 * IKE_SPI], all[500];
	struct ike_view key, seed = { nonces, 0 };
	struct ike_sizes z;
	uint8_t *p = all;
	size_t cipher, i;
	int rv;

	ike_sizes(&z, s);
	cipher = z.key + z.salt;
	if (ni->n > IKE_NONCE_MAX || nr->n > IKE_NONCE_MAX)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 7296 3.9: a nonce is over 256 octets");
	memcpy(nonces, ni->p, ni->n);
	memcpy(nonces + ni->n, nr->p, nr->n);
	key = (struct ike_view){ nonces, ni->n + nr->n };
	seed.n = key.n + 2 * IKE_SPI;
	memcpy(nonces + key.n, spi_i, IKE_SPI);
	memcpy(nonces + key.n + IKE_SPI, spi_r, IKE_SPI);
	if ((rv = ike_prf(k->seed, s->prf, &key, shared, NULL, NULL,
	    e)) == 0) {
		key = (struct ike_view){ k->seed, z.prf };
		rv = ike_prf_plus(all, 3 * z.prf + 2 * z.integ + 2 * cipher,
		    s->prf, &key, &seed, e);
	}
	if (rv == 0) {
		const struct { uint8_t *to; size_t n; } parts[] = {
		    { k->d, z.prf }, { k->ai, z.integ }, { k->ar, z.integ },
		    { k->ei, cipher }, { k->er, cipher }, { k->pi, z.prf },
		    { k->pr, z.prf } };

		for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
			memcpy(parts[i].to, p, parts[i].n);
			p += parts[i].n;
		}
	}
	btns_wipe(all, sizeof(all));
	return rv;
}

/* --- SK payloads */

static const EVP_CIPHER *
cipher(const struct ike_suite *s)
{
	switch (s->encr) {
	case IKE_CHACHA20_POLY1305:
		return EVP_chacha20_poly1305();
	case IKE_AES_GCM_16:
		return s->encr_bits == 128 ? EVP_aes_128_gcm() :
		    s->encr_bits == 192 ? EVP_aes_192_gcm() :
		    EVP_aes_256_gcm();
	default:
		return s->encr_bits == 128 ? EVP_aes_128_cbc() :
		    s->encr_bits == 192 ? EVP_aes_192_cbc() :
		    EVP_aes_256_cbc();
	}
}

/* The whole nonce of an AEAD is the salt and what is sent of it. */
static EVP_CIPHER_CTX *
begin(const struct ike_suite *s, const struct ike_sizes *z,
    const uint8_t *key, const uint8_t *iv, bool seal)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t nonce[16];

	memcpy(nonce, key + z->key, z->salt);
	memcpy(nonce + z->salt, iv, z->iv);
	if (c != NULL && EVP_CipherInit_ex(c, cipher(s), NULL, key, nonce,
	    seal) == 1 && EVP_CIPHER_CTX_set_padding(c, 0) == 1)
		return c;
	EVP_CIPHER_CTX_free(c);
	return NULL;
}

/* HMAC over all before the check: RFC 7296 3.14. */
static bool
check(uint8_t *out, const struct ike_suite *s, const struct ike_sizes *z,
    const uint8_t *key, const uint8_t *msg, size_t n)
{
	const struct ike_view k = { key, z->integ };

	return hmac(out, s->integ - IKE_SHA2_256_128, &k, msg, n);
}

static bool
decrypt(uint8_t *out, const struct ike_keys *k, const struct ike_suite *s,
    const struct ike_sizes *z, const uint8_t *msg, size_t n, size_t at)
{
	size_t ct = at + z->iv, len = n - ct - z->tag - z->check;
	EVP_CIPHER_CTX *c;
	uint8_t mac[IKE_PRF_MAX];
	int got = 0, more = 0;
	bool ok;

	if (z->check > 0 && (!check(mac, s, z, k->ai, msg, n - z->check) ||
	    CRYPTO_memcmp(mac, msg + n - z->check, z->check) != 0))
		return false;
	if ((c = begin(s, z, k->ei, msg + at, false)) == NULL)
		return false;
	ok = z->tag == 0 || (EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG,
	    (int)z->tag, (void *)(uintptr_t)(msg + n - z->tag)) == 1 &&
	    EVP_CipherUpdate(c, NULL, &more, msg, (int)at) == 1);
	ok = ok && EVP_CipherUpdate(c, out, &got, msg + ct, (int)len) == 1 &&
	    EVP_CipherFinal_ex(c, out + got, &more) == 1 &&
	    (size_t)(got + more) == len;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

int
ike_unseal(uint8_t *out, size_t *outlen, const struct ike_keys *k,
    const struct ike_suite *s, const uint8_t *msg, size_t n, size_t at,
    struct btns_err *e)
{
	struct ike_sizes z;
	size_t len;
	bool ok;

	ike_sizes(&z, s);
	len = at + z.iv + z.tag + z.check;
	ok = n <= MESSAGE_MAX && len < n && (n - len) % z.block == 0 &&
	    decrypt(out, k, s, &z, msg, n, at);
	len = ok ? n - len : 1;
	ERR_clear_error();
	if (!ok || out[len - 1] >= len)
		return btns_fail(e, BTNS_E_REFUSED,
		    "RFC 7296 3.14: the encrypted payload doesn't check");
	*outlen = len - 1 - out[len - 1];
	return 0;
}

static bool
encrypt(uint8_t *msg, size_t at, size_t len, const struct ike_keys *k,
    const struct ike_suite *s, const struct ike_sizes *z)
{
	uint8_t *ct = msg + at + z->iv, mac[IKE_PRF_MAX];
	EVP_CIPHER_CTX *c = begin(s, z, k->er, msg + at, true);
	int got = 0, more = 0;
	bool ok = c != NULL && (z->tag == 0 || EVP_CipherUpdate(c, NULL,
	    &more, msg, (int)at) == 1) && EVP_CipherUpdate(c, ct, &got, ct,
	    (int)len) == 1 && EVP_CipherFinal_ex(c, ct + got, &more) == 1 &&
	    (z->tag == 0 || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG,
	    (int)z->tag, ct + len) == 1);

	EVP_CIPHER_CTX_free(c);
	if (ok && z->check > 0) {
		ok = check(mac, s, z, k->ar, msg, at + z->iv + len);
		memcpy(ct + len, mac, z->check);
	}
	return ok;
}

size_t
ike_seal(struct ike_out *o, uint8_t first, const struct ike_view *inner,
    const struct ike_keys *k, const struct ike_suite *s, struct btns_err *e)
{
	static const uint8_t zeros[IKE_PRF_MAX];
	struct ike_sizes z;
	uint8_t iv[16];
	size_t at, len, pad, n;

	ike_sizes(&z, s);
	pad = z.block - 1 - inner->n % z.block;
	len = inner->n + pad + 1;
	if (RAND_bytes(iv, (int)z.iv) != 1)
		return (void)btns_fail_crypto(e, "random octets"), (size_t)0;
	ike_open(o, IKE_P_SK);
	at = o->n;
	ike_put(o, iv, z.iv);
	ike_put(o, inner->p, inner->n);
	ike_put(o, zeros, pad);
	ike_put8(o, (unsigned)pad);
	ike_put(o, zeros, z.tag + z.check);
	ike_close(o);
	if (!o->full)
		o->p[o->open] = first;
	if ((n = ike_end(o)) == 0)
		(void)btns_fail(e, BTNS_E_INTERNAL, "a message is too long");
	else if (!encrypt(o->p, at, len, k, s, &z)) {
		(void)btns_fail_crypto(e, "encryption");
		n = 0;
	}
	return n;
}
