/*
 * The first byte picks the reader: 0 a record's text, 1 RFC 3110's bytes,
 * others an algorithm and its bytes.
 */
#include <string.h>

#include "../../lib/err.h"
#include "../../lib/keydns.h"
#include "fuzz.h"

static int
parse(struct btns_key *k, unsigned how, const uint8_t *p, size_t n,
    struct btns_err *e)
{
	switch (how) {
	case 0:
		return btns_key_ipseckey(k, (const char *)p, n, e);
	case 1:
		return btns_key_rfc3110(k, p, n, e);
	default:
		return btns_key_dns(k, how, p, n, e);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint8_t buf[BTNS_ENC_MAX];
	struct btns_err e;
	struct btns_key k;
	unsigned how;
	size_t len;

	if (n == 0)
		return 0;
	how = *p++;
	n--;
	if (parse(&k, how, p, n, &e) == -1) {
		fuzz_err(&e);
		must(e.code == BTNS_E_FORMAT);
		return 0;
	}
	fuzz_key(&k);
	must(btns_dns_algorithm(&k) != 0);
	if (how == 0)
		return 0;
	/* There is one way to write a key, and only that is read. */
	must(btns_key_encode(buf, &len, &k, BTNS_ENC_RFC3110, &e) == 0);
	must(len == n && memcmp(buf, p, n) == 0);
	return 0;
}
