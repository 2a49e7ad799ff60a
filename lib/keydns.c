#include <arpa/inet.h>
#include <sys/socket.h>

#include <string.h>
#include <strings.h>

#include "b64.h"
#include "err.h"
#include "keydns.h"
#include "words.h"

#define REC	"RFC 4025 3.1: "

int
btns_key_rfc3110(struct btns_key *k, const uint8_t *p, size_t n,
    struct btns_err *e)
{
	size_t elen, at = 1;

	if (n < 1)
		return btns_fail(e, BTNS_E_FORMAT,
		    "offset 0: RFC 3110 2: nothing there");
	if ((elen = p[0]) == 0) {
		if (n < 3)
			return btns_fail(e, BTNS_E_FORMAT,
			    "offset 0: RFC 3110 2: truncated");
		elen = (size_t)p[1] << 8 | p[2];
		at = 3;
		if (elen > 0 && elen < 256)
			return btns_fail(e, BTNS_E_FORMAT, "offset 0: RFC 3110"
			    " 2: the exponent's length is not minimal");
	}
	if (elen == 0)
		return btns_fail(e, BTNS_E_FORMAT,
		    "offset 0: RFC 3110 2: exponent is empty");
	if (elen > n - at)
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: RFC 3110 2:"
		    " exponent of %zu octets, %zu left", at, elen, n - at);
	if (elen == n - at)
		return btns_fail(e, BTNS_E_FORMAT,
		    "offset %zu: RFC 3110 2: modulus is empty", n);
	if (p[at] == 0)
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: RFC 3110 2:"
		    " the exponent begins with a zero", at);
	if (p[at + elen] == 0)
		return btns_fail(e, BTNS_E_FORMAT, "offset %zu: RFC 3110 2:"
		    " the modulus begins with a zero", at + elen);
	return btns_key_rsa(k, p + at + elen, n - at - elen, p + at, elen, e);
}

static int
ecdsa(struct btns_key *k, const uint8_t *p, size_t n, struct btns_err *e)
{
	uint8_t point[1 + 2 * 48];

	if (n != 64 && n != 96)
		return btns_fail(e, BTNS_E_FORMAT, "RFC 6605 4: %zu octets are"
		    " no point of P-256 or P-384", n);
	point[0] = 0x04;
	memcpy(point + 1, p, n);
	return btns_key_ec(k, n == 64 ? BTNS_P256 : BTNS_P384, point, n + 1,
	    e);
}

int
btns_key_dns(struct btns_key *k, unsigned algorithm, const uint8_t *p,
    size_t n, struct btns_err *e)
{
	switch (algorithm) {
	case BTNS_DNS_RSA:
		return btns_key_rfc3110(k, p, n, e);
	case BTNS_DNS_ECDSA:
		return ecdsa(k, p, n, e);
	case BTNS_DNS_EDDSA:
		return btns_key_ed25519(k, p, n, e);
	case 0:
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 4025 2.4: algorithm 0 means that there is no key");
	default:
		return btns_fail(e, BTNS_E_FORMAT, "RFC 4025 2.4: algorithm"
		    " %u is not RSA (2), ECDSA (3) or EdDSA (4)", algorithm);
	}
}

unsigned
btns_dns_algorithm(const struct btns_key *k)
{
	switch (k->type) {
	case BTNS_RSA:
		return BTNS_DNS_RSA;
	case BTNS_P256:
	case BTNS_P384:
		return BTNS_DNS_ECDSA;
	case BTNS_ED25519:
		return BTNS_DNS_EDDSA;
	default:
		return 0;
	}
}

static int
octet(unsigned *v, struct words *w, const char *what, struct btns_err *e)
{
	const char *p;
	size_t n, i;

	if (!words_next(w, &p, &n))
		return btns_fail(e, BTNS_E_FORMAT, REC "%s is missing", what);
	for (i = 0, *v = 0; i < n && i < 4; i++) {
		if (p[i] < '0' || p[i] > '9')
			break;
		*v = *v * 10 + (unsigned)(p[i] - '0');
	}
	if (i != n || *v > 255)
		return btns_fail(e, BTNS_E_FORMAT,
		    REC "%s is no number up to 255", what);
	return 0;
}

static int
gateway(struct words *w, unsigned type, struct btns_err *e)
{
	uint8_t addr[16];
	char buf[64];
	const char *p;
	size_t n;
	int af;

	if (!words_next(w, &p, &n))
		return btns_fail(e, BTNS_E_FORMAT, REC "gateway is missing");
	if (type > 3)
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 4025 2.3: gateway type %u is not 0 to 3", type);
	if (type == 0 && (n != 1 || *p != '.'))
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 4025 2.5: gateway type 0 is written \".\"");
	if (type == 1 || type == 2) {
		af = type == 1 ? AF_INET : AF_INET6;
		if (n < sizeof(buf)) {
			memcpy(buf, p, n);
			buf[n] = '\0';
		}
		if (n >= sizeof(buf) || inet_pton(af, buf, addr) != 1)
			return btns_fail(e, BTNS_E_FORMAT, "RFC 4025 2.5: the"
			    " gateway is no IPv%d address", type == 1 ? 4 : 6);
	}
	return 0;
}

static int
rdata(struct btns_key *k, struct words *w, struct btns_err *e)
{
	uint8_t buf[BTNS_ENC_MAX];
	struct btns_b64 b = { .out = buf, .size = sizeof(buf) };
	unsigned precedence, gwtype, algorithm;
	const char *p;
	size_t n;
	bool any = false;

	if (octet(&precedence, w, "precedence", e) == -1 ||
	    octet(&gwtype, w, "gateway type", e) == -1 ||
	    octet(&algorithm, w, "algorithm", e) == -1 ||
	    gateway(w, gwtype, e) == -1)
		return -1;
	while (words_next(w, &p, &n)) {
		any = true;
		if (btns_b64_add(&b, p, n, e) == -1)
			return btns_fail_at(e, "public key");
	}
	if (!any && algorithm != 0)
		return btns_fail(e, BTNS_E_FORMAT, REC "public key is missing");
	if (btns_b64_end(&b, true, e) == -1)
		return btns_fail_at(e, "public key");
	return btns_key_dns(k, algorithm, buf, b.len, e);
}

int
btns_key_ipseckey(struct btns_key *k, const char *s, size_t len,
    struct btns_err *e)
{
	struct words all = { s, s + len }, w = all;
	const char *p;
	size_t n;

	while (words_next(&w, &p, &n))
		if (n == 8 && strncasecmp(p, "IPSECKEY", 8) == 0)
			return rdata(k, &w, e);
	return rdata(k, &all, e);
}
