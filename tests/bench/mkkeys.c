/*
 * usage: mkkeys count [pem [ssh]]
 *
 * Writes count RSA-2048 public keys, each another one: as PEM
 * SubjectPublicKeyInfo to the file pem, or standard output, and as lines of
 * OpenSSH's to the file ssh.  The moduli are random odd numbers, the same
 * ones each time, and nobody's product of two primes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NLEN	256

/* rsaEncryption and the heads for a modulus with 0x00 ahead (RFC 5280). */
static const uint8_t der_head[] = {
	0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48,
	0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01,
	0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00
};
static const uint8_t der_tail[] = { 0x02, 0x03, 0x01, 0x00, 0x01 };

/* RFC 4253 6.6. */
static const uint8_t ssh_head[] = {
	0, 0, 0, 7, 's', 's', 'h', '-', 'r', 's', 'a', 0, 0, 0, 3, 1, 0, 1,
	0, 0, 1, 1, 0
};

/* Steele, Lea, Flood: Fast splittable pseudorandom number generators. */
static uint64_t
splitmix(void)
{
	static uint64_t x = 20240501;
	uint64_t z = x += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void
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

/* Base64 in lines of wrap characters, or in one. */
static void
base64(FILE *fp, const uint8_t *p, size_t n, size_t wrap)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t v;
	size_t i, col = 0, k;

	for (i = 0; i < n; i += 3) {
		v = (uint32_t)p[i] << 16;
		v |= i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0;
		v |= i + 2 < n ? p[i + 2] : 0;
		for (k = 0; k < 4; k++)
			putc(i + k > n ? '=' : digit[v >> (18 - 6 * k) & 63],
			    fp);
		if ((col += 4) == wrap || i + 3 >= n) {
			putc('\n', fp);
			col = 0;
		}
	}
}

static void
put_pem(FILE *fp, const uint8_t n[NLEN])
{
	uint8_t buf[sizeof(der_head) + NLEN + sizeof(der_tail)];

	memcpy(buf, der_head, sizeof(der_head));
	memcpy(buf + sizeof(der_head), n, NLEN);
	memcpy(buf + sizeof(der_head) + NLEN, der_tail, sizeof(der_tail));
	fputs("-----BEGIN PUBLIC KEY-----\n", fp);
	base64(fp, buf, sizeof(buf), 64);
	fputs("-----END PUBLIC KEY-----\n", fp);
}

static void
put_ssh(FILE *fp, const uint8_t n[NLEN])
{
	uint8_t buf[sizeof(ssh_head) + NLEN];

	memcpy(buf, ssh_head, sizeof(ssh_head));
	memcpy(buf + sizeof(ssh_head), n, NLEN);
	fputs("ssh-rsa ", fp);
	base64(fp, buf, sizeof(buf), 0);
}

static FILE *
open_or_die(const char *name)
{
	FILE *fp = fopen(name, "w");

	if (fp == NULL) {
		perror(name);
		exit(1);
	}
	return fp;
}

int
main(int argc, char **argv)
{
	FILE *pem = stdout, *ssh = NULL;
	uint8_t n[NLEN];
	long count;

	if (argc < 2 || (count = atol(argv[1])) < 1) {
		fputs("usage: mkkeys count [pem [ssh]]\n", stderr);
		return 2;
	}
	if (argc > 2)
		pem = open_or_die(argv[2]);
	if (argc > 3)
		ssh = open_or_die(argv[3]);
	for (; count > 0; count--) {
		modulus(n);
		put_pem(pem, n);
		if (ssh != NULL)
			put_ssh(ssh, n);
	}
	if (fclose(pem) == EOF || (ssh != NULL && fclose(ssh) == EOF)) {
		perror("mkkeys");
		return 1;
	}
	return 0;
}
