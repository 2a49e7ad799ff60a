/* What somebody read out, against keys that never change. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/b64.h"
#include "../../lib/err.h"
#include "../../lib/fp.h"
#include "fuzz.h"

/* Seeds in corpus/fuzz_heard are of this key; its n is 81 03 05 ... ff. */
static void
rsa(struct btns_key *k)
{
	static const uint8_t exp[] = { 1, 0, 1 };
	struct btns_err e;
	uint8_t n[128];
	size_t i;

	for (i = 0; i < sizeof(n); i++)
		n[i] = (uint8_t)(2 * i + 1);
	n[0] = 0x81;
	must(btns_key_rsa(k, n, sizeof(n), exp, sizeof(exp), &e) == 0);
}

static void
digest(char *out, const struct btns_heard *h, const struct btns_key *k,
    enum btns_enc enc, enum btns_hash hash)
{
	uint8_t buf[BTNS_ENC_MAX], d[BTNS_HASH_MAX];
	struct btns_err e;
	size_t n;

	*out = '\0';
	if (btns_key_encode(buf, &n, k, enc, &e) == -1)
		return;
	must(btns_hash(d, hash, buf, n, &e) == 0);
	if (h->spelling == BTNS_HEARD_WORDS)
		btns_spell(out, BTNS_SPELL_WORDS, hash, d);
	else if (h->spelling == BTNS_HEARD_HEX)
		btns_hex(out, d, btns_hash_len(hash));
	else if (h->spelling == BTNS_HEARD_BASE64) {
		btns_b64_encode(out, d, btns_hash_len(hash));
		out[strcspn(out, "=")] = '\0';
	} else if (hash == BTNS_SHA1 && enc == BTNS_ENC_SSH)
		btns_babble(out, d);
}

static bool
whole(const struct btns_heard *h, const struct btns_key *k, enum btns_enc enc)
{
	static char b64[2 + BTNS_B64_LEN(BTNS_ENC_MAX) + 1];
	uint8_t buf[BTNS_ENC_MAX];
	struct btns_err e;
	size_t n;

	if (h->spelling != BTNS_HEARD_BASE64 || h->hash != -1 ||
	    btns_key_encode(buf, &n, k, enc, &e) == -1)
		return false;
	(void)memcpy(b64, "0s", 2);
	btns_b64_encode(b64 + 2, buf, n);
	b64[strcspn(b64, "=")] = '\0';
	return strcmp(b64, h->text) == 0 || strcmp(b64 + 2, h->text) == 0;
}

/* All of the words heard, as they begin a digest of some length. */
static bool
words_begin(const char *digest, const struct btns_heard *h)
{
	size_t i, n;

	for (i = 0; i < h->len; i++) {
		n = strlen(btns_word(h->word[i]));
		if (strncmp(digest, btns_word(h->word[i]), n) != 0 ||
		    (digest[n] != ' ' && digest[n] != '\0'))
			return false;
		digest += n + (digest[n] == ' ');
	}
	return true;
}

/* The slow and plain way to the same answer. */
static bool
expected(const struct btns_heard *h, const struct btns_key *k)
{
	char d[BTNS_SPELL_MAX + BTNS_BABBLE_MAX];
	int enc, hash;

	if (h->spelling == BTNS_HEARD_KEY)
		return btns_key_same(&h->key, k);
	if (h->spelling == BTNS_HEARD_PICTURE)
		return false;		/* it may look so, and is no match */
	for (enc = 0; enc < BTNS_ENC__COUNT; enc++) {
		if (enc == BTNS_ENC_MODULUS ||
		    (h->enc != -1 && h->enc != enc))
			continue;
		if (whole(h, k, enc))
			return true;
		for (hash = 0; hash < BTNS_HASH__COUNT; hash++) {
			if (h->hash != -1 && h->hash != hash)
				continue;
			digest(d, h, k, enc, hash);
			if (h->spelling == BTNS_HEARD_WORDS) {
				if (words_begin(d, h))
					return true;
				continue;
			}
			if (strncmp(d, h->text, h->len) == 0 &&
			    (h->spelling != BTNS_HEARD_BABBLE ||
			    strlen(d) == h->len))
				return true;
		}
	}
	return false;
}

static void
near_miss(const struct btns_verdict *v, const struct btns_heard *h)
{
	if (v->later) {
		must(v->group > 1 && v->heard_group[0] == '\0');
		must(v->group + v->groups - 1 <= (v->words ? 24 : 16));
		must(v->groups == (v->words ? h->len : h->len / 4));
		return;
	}
	if (v->words) {
		must(h->spelling == BTNS_HEARD_WORDS && v->groups == h->len);
		must(v->group <= v->groups && strcmp(v->heard_group,
		    btns_word(h->word[v->group - 1])) == 0);
		return;
	}
	must(h->spelling == BTNS_HEARD_HEX && h->len % 4 == 0);
	must(v->groups == h->len / 4 && v->group <= v->groups);
	must(strlen(v->heard_group) == 4);
	must(memcmp(h->text + 4 * (v->group - 1), v->heard_group, 4) == 0);
}

static void
match(const struct btns_heard *h, const struct btns_key *k)
{
	struct btns_verdict v;
	struct btns_err e;

	must(btns_heard_match(&v, h, k, &e) == 0);
	must((v.what == BTNS_MATCH) == expected(h, k));
	if (v.what != BTNS_NO_MATCH)
		must(v.digits >= BTNS_PROOF_DIGITS && v.group == 0);
	if (v.what == BTNS_MATCH)
		must(v.enc != BTNS_ENC_MODULUS);
	else if (v.what == BTNS_NO_MATCH && v.group != 0)
		near_miss(&v, h);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const uint8_t ed[32] = { 1 };	/* y = 1, the neutral one */
	struct btns_heard h;
	struct btns_err e;
	struct btns_key k;
	char *s = malloc(n + 1);

	must(s != NULL);
	memcpy(s, p, n);
	s[n] = '\0';
	if (btns_heard_parse(&h, s, &e) == 0) {
		if (h.spelling == BTNS_HEARD_KEY)
			fuzz_key(&h.key);
		else if (h.spelling == BTNS_HEARD_WORDS)
			must(h.len >= BTNS_PROOF_WORDS &&
			    h.len <= BTNS_WORDS_MAX);
		else if (h.spelling == BTNS_HEARD_PICTURE)
			must(h.len == BTNS_PICTURE_X * BTNS_PICTURE_Y);
		else
			must(h.len < sizeof(h.text) &&
			    strlen(h.text) == h.len);
		must(h.spelling != BTNS_HEARD_HEX ||
		    h.len >= BTNS_PROOF_DIGITS);
		rsa(&k);
		match(&h, &k);
		if (btns_key_ed25519(&k, ed, sizeof(ed), &e) == 0)
			match(&h, &k);
	} else
		must(e.code == BTNS_E_USAGE && e.msg[0] != '\0');
	free(s);
	return 0;
}
