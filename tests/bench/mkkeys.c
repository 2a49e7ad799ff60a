/*
 * usage: mkkeys count [pem [ssh]]
 *
 * Writes count RSA-2048 public keys, each another one: as PEM
 * SubjectPublicKeyInfo to the file pem, or standard output, and as lines of
 * OpenSSH's to the file ssh.  The keys are those of synth.h.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "synth.h"

/* RFC 4253 6.6. */
static const uint8_t ssh_head[] = {
	0, 0, 0, 7, 's', 's', 'h', '-', 'r', 's', 'a', 0, 0, 0, 3, 1, 0, 1,
	0, 0, 1, 1, 0
};

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
	uint8_t buf[SPKI];

	spki(buf, n);
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
