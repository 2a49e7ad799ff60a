/*
 * A public key, known by what it is and not by how it came: checked
 * numbers, from which every encoding is made anew.
 */
#ifndef BTNS_KEY_H
#define BTNS_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btns_err;

enum btns_keytype {
	BTNS_RSA, BTNS_P256, BTNS_P384, BTNS_P521, BTNS_ED25519
};

#define BTNS_RSA_MIN_BITS	1024
#define BTNS_RSA_WEAK_BITS	2048	/* below: RFC 8247 3.1.1 SHOULD NOT */
#define BTNS_RSA_MAX_BITS	16384
#define BTNS_RSA_IKED_BITS	8192	/* OpenIKED 7.2: 16384 fails */
#define BTNS_RSA_MAX		(BTNS_RSA_MAX_BITS / 8)

struct btns_key {
	enum btns_keytype type;
	unsigned	 bits;
	size_t		 publen;
	size_t		 elen;		/* 0 unless RSA */
	/* RSA: modulus, no leading zero; EC: x and y; Ed25519: RFC 8032's A */
	uint8_t		 pub[BTNS_RSA_MAX];
	uint8_t		 e[BTNS_RSA_MAX];	/* no leading zero */
};

/* The bytes that a fingerprint can be taken over. */
enum btns_enc {
	BTNS_ENC_SPKI,		/* RFC 5280 4.1.2.7, in DER: canonical */
	BTNS_ENC_PKCS1,		/* RSAPublicKey, RFC 8017 A.1.1 */
	BTNS_ENC_SSH,		/* RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4 */
	BTNS_ENC_MODULUS,	/* RSA's n alone: never the whole key */
	BTNS_ENC_RFC3110,	/* RSA: RFC 3110 2; EC: RFC 6605 4 (x|y);
				   Ed25519: RFC 8080 3 */
	BTNS_ENC_BITS,		/* content of SPKI's BIT STRING */
	BTNS_ENC__COUNT
};

/* Room for the longest encoding of the longest key. */
#define BTNS_ENC_MAX	(2 * BTNS_RSA_MAX + 64)

/*
 * Fill in a key from its numbers, big-endian, leading zeros allowed.
 * BTNS_E_FORMAT, with the section, for what is no sound key:
 * n even or outside 1024 to 16384 bits; e even, below 3, or not below n;
 * a point that is off the curve or of another length.
 * EC points come as SEC 1 2.3.3 spells them (04 x y or 02/03 x); hybrid
 * ones (06, 07) and infinity are refused.
 */
int	 btns_key_rsa(struct btns_key *, const uint8_t *n, size_t nlen,
	    const uint8_t *exp, size_t elen, struct btns_err *);
int	 btns_key_ec(struct btns_key *, enum btns_keytype,
	    const uint8_t *point, size_t len, struct btns_err *);
int	 btns_key_ed25519(struct btns_key *, const uint8_t *, size_t len,
	    struct btns_err *);

/*
 * Write the key in an encoding to out, which holds BTNS_ENC_MAX bytes.
 * BTNS_E_REFUSED: the encoding has no form for this type of key (PKCS1 and
 * MODULUS are for RSA only; RFC3110 leaves out P-521).
 */
int	 btns_key_encode(uint8_t *out, size_t *len, const struct btns_key *,
	    enum btns_enc, struct btns_err *);

bool	 btns_key_same(const struct btns_key *, const struct btns_key *);

/* "RSA", "EC", "Ed25519": a family, as in `2048 sha256:... (RSA)`. */
const char *btns_key_family(const struct btns_key *);

/* "RSA 3072", "EC P-256", "Ed25519": for people. */
#define BTNS_KEY_NAME_MAX	16
void	 btns_key_name(char out[BTNS_KEY_NAME_MAX], const struct btns_key *);

/* RSA below 2048 bits. */
bool	 btns_key_weak(const struct btns_key *);

/* "spki" ... to the encoding, or -1.  BTNS_ENC_BITS has no name. */
int	 btns_enc_parse(const char *);
const char *btns_enc_name(enum btns_enc);

/* EC only: octets of a coordinate, 32, 48 or 66. */
size_t	 btns_key_field(enum btns_keytype);

#endif
