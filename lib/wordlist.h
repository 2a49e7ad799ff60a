/*
 * A digest in words: 2048 short English words that sound apart, 11 bits each,
 * from the digest's first bit on; what lacks in the last word is 0 bits.
 * lib/wordlist.txt is the list, sorted: words that are common, and written
 * and spoken in one way, chosen by hand and checked against Debian's
 * wamerican-small.  btns(7) says by how much they differ, and
 * tests/unit/test_wordlist holds them to it.
 */
#ifndef BTNS_WORDLIST_H
#define BTNS_WORDLIST_H

#include <stddef.h>
#include <stdint.h>

#define BTNS_WORDS	2048
#define BTNS_WORD_BITS	11
#define BTNS_WORD_LEN	7	/* letters at most */
#define BTNS_WORD_PREFIX 4	/* letters that tell it from all others */
#define BTNS_PROOF_WORDS 12	/* 132 bits: the least that proves */

/* Words of n octets, and of the longest digest. */
#define BTNS_WORDS_OF(n)	((8 * (n) + BTNS_WORD_BITS - 1) / \
				    BTNS_WORD_BITS)
#define BTNS_WORDS_MAX	BTNS_WORDS_OF(64)

/* Number 0 to 2047. */
const char *btns_word(unsigned);

/*
 * The number of a word of n letters, in any case, or of its first letters,
 * four at least; -1 for none.
 */
int	 btns_word_find(const char *, size_t n);

/* The word that is most like it, for a question; NULL: none is. */
const char *btns_word_near(const char *, size_t n);

/* The number of word i of a digest of n octets. */
unsigned btns_word_at(const uint8_t *, size_t n, size_t i);

#endif
