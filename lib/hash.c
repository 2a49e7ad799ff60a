#include <openssl/evp.h>

#include <string.h>

#include "err.h"
#include "hash.h"

static const struct {
	const char	*name;
	size_t		 len;
	const EVP_MD	*(*md)(void);
} hashes[BTNS_HASH__COUNT] = {
	[BTNS_SHA256] =	{ "sha256", 32, EVP_sha256 },
	[BTNS_SHA1] =	{ "sha1",   20, EVP_sha1 },
	[BTNS_SHA384] =	{ "sha384", 48, EVP_sha384 },
	[BTNS_SHA512] =	{ "sha512", 64, EVP_sha512 },
	[BTNS_MD5] =	{ "md5",    16, EVP_md5 },
};

/*
 * A context a hash, kept: looking the algorithm up costs OpenSSL 3 more
 * than hashing a key.  So btns_hash() is not for threads.
 */
static EVP_MD_CTX *kept[BTNS_HASH__COUNT];

int
btns_hash(uint8_t out[BTNS_HASH_MAX], enum btns_hash h, const void *p,
    size_t n, struct btns_err *e)
{
	const EVP_MD *md = NULL;

	if (kept[h] == NULL) {
		if ((kept[h] = EVP_MD_CTX_new()) == NULL)
			return btns_fail(e, BTNS_E_NOMEM, "out of memory");
		md = hashes[h].md();
	}
	if (EVP_DigestInit_ex(kept[h], md, NULL) != 1 ||
	    EVP_DigestUpdate(kept[h], p, n) != 1 ||
	    EVP_DigestFinal_ex(kept[h], out, NULL) != 1) {
		EVP_MD_CTX_free(kept[h]);
		kept[h] = NULL;
		return btns_fail_crypto(e, hashes[h].name);
	}
	return 0;
}

size_t
btns_hash_len(enum btns_hash h)
{
	return hashes[h].len;
}

int
btns_hash_parse(const char *s)
{
	int i;

	for (i = 0; i < BTNS_HASH__COUNT; i++)
		if (strcmp(s, hashes[i].name) == 0)
			return i;
	return -1;
}

const char *
btns_hash_name(enum btns_hash h)
{
	return hashes[h].name;
}
