#include <string.h>

#include "rsafp.h"

static const struct name {
	enum btns_enc	 enc;
	enum btns_hash	 hash;
	enum btns_spell	 spell;
	const char	*users;
} names[] = {
	{ BTNS_ENC_SPKI, BTNS_SHA256, BTNS_SPELL_HEX,
	    "btnsctl, btnskey, rsafp; TLSA x 1 1" },
	{ BTNS_ENC_SPKI, BTNS_SHA256, BTNS_SPELL_BASE64,
	    "pin-sha256, curl --pinnedpubkey sha256//" },
	{ BTNS_ENC_SPKI, BTNS_SHA1, BTNS_SPELL_HEX,
	    "strongSwan keyid, GnuTLS, IKEv2 CERTREQ" },
	{ BTNS_ENC_PKCS1, BTNS_SHA1, BTNS_SPELL_HEX,
	    "X.509 subject key id, strongSwan subjkey, the legacy form" },
	{ BTNS_ENC_BITS, BTNS_SHA1, BTNS_SPELL_HEX,
	    "X.509 subject key id, strongSwan subjkey" },
	{ BTNS_ENC_SSH, BTNS_SHA256, BTNS_SPELL_SSH,
	    "ssh-keygen -l, ssh" },
	{ BTNS_ENC_SSH, BTNS_MD5, BTNS_SPELL_SSH,
	    "ssh-keygen -l -E md5" },
	{ BTNS_ENC_SSH, BTNS_SHA1, BTNS_SPELL_HEX, "SSHFP x 1" },
	{ BTNS_ENC_SSH, BTNS_SHA256, BTNS_SPELL_HEX, "SSHFP x 2" },
	{ BTNS_ENC_MODULUS, BTNS_SHA1, BTNS_SPELL_HEX,
	    "libreswan CKAID, NSS; leaves out e: proves nothing" },
};

static void
put(struct rsafp *r, const struct btns_key *k, const struct btns_keyat *at,
    const char *encoding, const char *hash, const char *text,
    const char *users)
{
	if (r->cli->fmt != OUT_TABLE)
		rsafp_row(r, k, at, encoding, hash, text, users);
	else if (r->cli->quiet)
		printf("%s\n", text);
	else
		printf("%-8s%-8s%s\n    %s\n", encoding,
		    hash == NULL ? "-" : hash, users, text);
}

static int
one(struct rsafp *r, const struct btns_key *k, const struct btns_keyat *at,
    const struct name *n, struct btns_err *e)
{
	uint8_t buf[BTNS_ENC_MAX], digest[BTNS_HASH_MAX];
	char text[BTNS_SPELL_MAX];
	size_t len;

	/* SPKI's bits are the PKCS#1 key, where there is one. */
	if ((n->enc == BTNS_ENC_BITS && k->type == BTNS_RSA) ||
	    ((n->enc == BTNS_ENC_PKCS1 || n->enc == BTNS_ENC_MODULUS) &&
	    k->type != BTNS_RSA))
		return 0;
	if (btns_key_encode(buf, &len, k, n->enc, e) == -1 ||
	    btns_hash(digest, n->hash, buf, len, e) == -1)
		return -1;
	btns_spell(text, n->spell, n->hash, digest);
	put(r, k, at, btns_enc_name(n->enc), btns_hash_name(n->hash), text,
	    n->enc == BTNS_ENC_BITS && k->type != BTNS_ED25519 ?
	    "X.509 subject key id, strongSwan subjkey, libreswan CKAID" :
	    n->users);
	return 0;
}

static int
babble(struct rsafp *r, const struct btns_key *k,
    const struct btns_keyat *at, struct btns_err *e)
{
	uint8_t buf[BTNS_ENC_MAX], digest[BTNS_HASH_MAX];
	char text[BTNS_BABBLE_MAX];
	size_t len;

	if (btns_key_encode(buf, &len, k, BTNS_ENC_SSH, e) == -1 ||
	    btns_hash(digest, BTNS_SHA1, buf, len, e) == -1)
		return -1;
	btns_babble(text, digest);
	put(r, k, at, "ssh", "sha1", text, "ssh-keygen -B");
	return 0;
}

int
rsafp_names(struct rsafp *r, const struct btns_key *k,
    const struct btns_keyat *at, struct btns_err *e)
{
	char object[1024], name[BTNS_KEY_NAME_MAX], id[10];
	size_t i;

	if (r->cli->fmt == OUT_TABLE && !r->cli->quiet) {
		btns_key_name(name, k);
		rsafp_object(object, sizeof(object), at);
		printf("%s: %s\n", object, name);
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (one(r, k, at, &names[i], e) == -1)
			return -1;
	if (babble(r, k, at, e) == -1)
		return -1;
	if (k->type != BTNS_RSA)
		return 0;
	if (btns_rsaid(id, k, e) == -1)
		return -1;
	put(r, k, at, "rfc3110", NULL, id,
	    "libreswan rsaid; 22 bits: proves nothing");
	return 0;
}
