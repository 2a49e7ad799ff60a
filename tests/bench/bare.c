/*
 * usage: bare handshakes
 *
 * What a responder can't do without in a handshake of IKEv2 that is refused,
 * and nothing else, by libcrypto: a curve25519 pair and a secret shared with
 * a value that came, the keys by HMAC-SHA-256, one AES-GCM opened and one
 * sealed, and twice, by each of two processes, the P-256 key that came loaded
 * and its signature verified.
 */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
must(int ok)
{
	if (!ok) {
		fputs("bare: libcrypto\n", stderr);
		exit(1);
	}
}

static EVP_PKEY *
pair(void)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_id(EVP_PKEY_X25519, NULL);
	EVP_PKEY *k = NULL;

	must(EVP_PKEY_keygen_init(c) == 1 && EVP_PKEY_keygen(c, &k) == 1);
	EVP_PKEY_CTX_free(c);
	return k;
}

static void
exchange(const unsigned char *value)
{
	EVP_PKEY *k = pair(), *peer = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_X25519, NULL, value, 32);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(k, NULL);
	unsigned char out[32];
	size_t n = sizeof(out);

	must(peer != NULL && EVP_PKEY_derive_init(c) == 1 &&
	    EVP_PKEY_derive_set_peer(c, peer) == 1 &&
	    EVP_PKEY_derive(c, out, &n) == 1);
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(k);
}

/* Two cookies, SKEYSEED, six of prf+, and two of the ID. */
static void
prfs(void)
{
	unsigned char key[32] = { 1 }, in[160] = { 2 }, out[32];
	int i;

	for (i = 0; i < 11; i++)
		must(HMAC(EVP_sha256(), key, sizeof(key), in, sizeof(in),
		    out, NULL) != NULL);
}

static void
seal(int enc)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	unsigned char key[32] = { 1 }, iv[12] = { 2 }, p[400] = { 3 }, t[16];
	int n;

	must(EVP_CipherInit_ex(c, EVP_aes_256_gcm(), NULL, key, iv,
	    enc) == 1 && EVP_CipherUpdate(c, p, &n, p, sizeof(p)) == 1);
	if (enc)
		must(EVP_CipherFinal_ex(c, p, &n) == 1 &&
		    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16,
		    t) == 1);
	EVP_CIPHER_CTX_free(c);
}

/* The quickest way there is: no DER. */
static EVP_PKEY *
load(const unsigned char *point, size_t n)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	char curve[] = "P-256";
	OSSL_PARAM p[] = {
	    OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 5),
	    OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
	    (void *)(uintptr_t)point, n), OSSL_PARAM_END };
	EVP_PKEY *k = NULL;

	must(EVP_PKEY_fromdata_init(c) == 1 && EVP_PKEY_fromdata(c, &k,
	    EVP_PKEY_PUBLIC_KEY, p) == 1);
	EVP_PKEY_CTX_free(c);
	return k;
}

static void
verify(const unsigned char *point, size_t pointlen, const unsigned char *sig,
    size_t n, const unsigned char *text, size_t len)
{
	EVP_PKEY *k = load(point, pointlen);
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	must(EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, k) == 1 &&
	    EVP_DigestVerify(c, sig, n, text, len) == 1);
	EVP_MD_CTX_free(c);
	EVP_PKEY_free(k);
}

int
main(int argc, char **argv)
{
	EVP_PKEY *peer = pair(), *sign = EVP_EC_gen("P-256");
	unsigned char text[400] = { 1 }, sig[128], value[32], point[80];
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t n = sizeof(sig), valuelen = sizeof(value), len;
	int i;

	if (argc != 2 || sign == NULL) {
		fputs("usage: bare handshakes\n", stderr);
		return 2;
	}
	must(EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, sign) == 1 &&
	    EVP_DigestSign(c, sig, &n, text, sizeof(text)) == 1 &&
	    EVP_PKEY_get_raw_public_key(peer, value, &valuelen) == 1 &&
	    EVP_PKEY_get_octet_string_param(sign, OSSL_PKEY_PARAM_PUB_KEY,
	    point, sizeof(point), &len) == 1);
	EVP_MD_CTX_free(c);
	for (i = atoi(argv[1]); i > 0; i--) {
		exchange(value);
		prfs();
		seal(0);
		seal(1);
		verify(point, len, sig, n, text, sizeof(text));
		verify(point, len, sig, n, text, sizeof(text));
	}
	EVP_PKEY_free(peer);
	EVP_PKEY_free(sign);
	return 0;
}
