/* Fingerprints: making them, spelling them, and judging what was heard. */
#ifndef BTNS_FP_H
#define BTNS_FP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"
#include "key.h"
#include "picture.h"
#include "wordlist.h"

#define BTNS_FP_LEN	32
#define BTNS_FP_HEX	65	/* digits and NUL */
#define BTNS_PROOF_DIGITS 32	/* 128 bits: the least that proves */

/* SHA-256 over the canonical SubjectPublicKeyInfo. */
struct btns_fp {
	uint8_t	b[BTNS_FP_LEN];
};

enum btns_spell {
	BTNS_SPELL_HEX, BTNS_SPELL_COLON, BTNS_SPELL_BASE64, BTNS_SPELL_SSH,
	BTNS_SPELL_GROUPS, BTNS_SPELL_WORDS,
	/* Pictures, which are no text of one line: */
	BTNS_SPELL_PICTURE, BTNS_SPELL_QR, BTNS_SPELL_PNG, BTNS_SPELL_SVG,
	BTNS_SPELL__COUNT
};

/* Room for any hash in any spelling of one line. */
#define BTNS_SPELL_MAX	(BTNS_WORDS_MAX * (BTNS_WORD_LEN + 1) + 1)

int	 btns_fp_of(struct btns_fp *, const struct btns_key *,
	    struct btns_err *);
void	 btns_fp_hex(char out[BTNS_FP_HEX], const struct btns_fp *);
/* The same back: false for anything else. */
bool	 btns_fp_unhex(struct btns_fp *, const char *);

/* Lower-case hex of n bytes, and NUL: 2 n + 1. */
void	 btns_hex(char *out, const uint8_t *, size_t n);

/*
 * A digest as people write it: bare hex, hex with colons, padded base64,
 * as OpenSSH prints it (SHA256: and base64 without padding, MD5: and
 * colons), hex in groups of four, or words.  out holds BTNS_SPELL_MAX.
 */
void	 btns_spell(char *out, enum btns_spell, enum btns_hash,
	    const uint8_t *digest);
int	 btns_spell_parse(const char *);		/* "hex" ..., or -1 */

/* OpenSSH's Bubble Babble of a SHA-1 digest; out holds 66. */
#define BTNS_BABBLE_MAX	66
void	 btns_babble(char out[BTNS_BABBLE_MAX], const uint8_t digest[20]);

/* libreswan's rsaid; out holds 10.  RSA only. */
int	 btns_rsaid(char out[10], const struct btns_key *,
	    struct btns_err *);

/*
 * A fingerprint that somebody read out, in any spelling: hex with or
 * without colons, blanks, a hash's name in front or our ".." behind, O for
 * 0 and l for 1; groups and words, also as rsafp numbers their lines;
 * base64; OpenSSH's; Bubble Babble; sha256//, pin-sha256=; SSHFP and TLSA
 * records; the whole key, in base64 or on a line of OpenSSH's, an IPSECKEY
 * record, or libreswan's 0s.
 */
struct btns_heard {
	enum {
		BTNS_HEARD_HEX, BTNS_HEARD_BASE64, BTNS_HEARD_BABBLE,
		BTNS_HEARD_WORDS, BTNS_HEARD_PICTURE,
		BTNS_HEARD_KEY		/* a line that holds the key itself */
	}		 spelling;
	int		 hash;		/* enum btns_hash, or -1: any */
	int		 enc;		/* enum btns_enc, or -1: any */
	size_t		 len;		/* of text, or of words */
	char		 text[2 * BTNS_ENC_MAX];	/* hex, base64, coins */
	uint16_t	 word[BTNS_WORDS_MAX];
	struct btns_key	 key;		/* of BTNS_HEARD_KEY */
};

/*
 * BTNS_E_USAGE, with the reason, for what is no fingerprint and for what
 * proves nothing: fewer than 32 digits or 12 words (128 bits), an rsaid,
 * TLSA of a whole certificate.
 */
int	 btns_heard_parse(struct btns_heard *, const char *,
	    struct btns_err *);

struct btns_verdict {
	enum {
		BTNS_NO_MATCH,
		BTNS_MATCH,
		BTNS_MATCH_CKAID,	/* of n alone: proves nothing */
		BTNS_MATCH_PICTURE	/* many keys have it: neither */
	}		 what;
	enum btns_enc	 enc;		/* what matched */
	int		 hash;		/* -1: the key itself */
	unsigned	 digits;	/* hex digits' worth that agree */
	/*
	 * Hex or words of our canonical fingerprint: the one group of four
	 * digits, or the one word, that differs, from 1, where all others
	 * agree; or, if later, the first of those heard, where all agree but
	 * it is not ours; 0 otherwise.  heard_group is what they said.
	 */
	unsigned	 group, groups;
	bool		 words;
	bool		 later;
	char		 heard_group[BTNS_WORD_LEN + 1];
};

/* Why a verdict that agrees proves nothing, or NULL; static. */
const char *btns_verdict_idle(const struct btns_verdict *);

/* Of a verdict with a group: what to ask for.  "" otherwise. */
void	 btns_verdict_again(char *, size_t, const struct btns_verdict *);

/* BTNS_E_CRYPTO, BTNS_E_NOMEM; a mismatch is no error. */
int	 btns_heard_match(struct btns_verdict *, const struct btns_heard *,
	    const struct btns_key *, struct btns_err *);

#endif
