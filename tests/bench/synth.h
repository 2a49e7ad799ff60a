/*
 * Synthetic RSA-2048 public keys, the same ones each time: random odd
 * moduli, nobody's product of two primes, that a parser finds sound.
 */
#ifndef BENCH_SYNTH_H
#define BENCH_SYNTH_H

#include <stdint.h>
#include <string.h>

#define NLEN	256

/* rsaEncryption and the heads for a modulus with 0x00 ahead (RFC 5280). */
static const uint8_t der_head[] = {
	0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48,
	0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01,
	0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00
};
static const uint8_t der_tail[] = { 0x02, 0x03, 0x01, 0x00, 0x01 };
#define SPKI	(sizeof(der_head) + NLEN + sizeof(der_tail))

/* Steele, Lea, Flood: Fast splittable pseudorandom number generators. */
static inline uint64_t
splitmix(void)
{
	static uint64_t x = 20240501;
	uint64_t z = x += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline void
modulus(uint8_t n[NLEN])
{
	uint64_t v;
	size_t i;

	for (i = 0; i < NLEN; i += sizeof(v)) {
		v = splitmix();
		memcpy(n + i, &v, sizeof(v));
	}
	n[0] |= 0x80;
	n[NLEN - 1] |= 1;
}

/* Its SubjectPublicKeyInfo (RFC 5280). */
static inline void
spki(uint8_t out[SPKI], const uint8_t n[NLEN])
{
	memcpy(out, der_head, sizeof(der_head));
	memcpy(out + sizeof(der_head), n, NLEN);
	memcpy(out + sizeof(der_head) + NLEN, der_tail, sizeof(der_tail));
}

#endif
