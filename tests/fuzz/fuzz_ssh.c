/* The first byte picks the name that stood outside, the rest is the blob. */
#include <string.h>

#include "../../lib/err.h"
#include "../../lib/keyssh.h"
#include "fuzz.h"

static const char *const types[] = {
	NULL, "ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256",
	"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-dss"
};

static void
accepted(const struct btns_key *k, const uint8_t *p, size_t n)
{
	uint8_t buf[BTNS_ENC_MAX];
	struct btns_err e;
	size_t len;

	fuzz_key(k);
	must(btns_key_encode(buf, &len, k, BTNS_ENC_SSH, &e) == 0);
	if (k->type == BTNS_RSA || k->type == BTNS_ED25519 || n == len)
		must(n == len && memcmp(buf, p, n) == 0);
	else
		must(n == len - btns_key_field(k->type));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct btns_err e;
	struct btns_key k;
	const char *type;

	if (n == 0)
		return 0;
	type = types[*p++ % (sizeof(types) / sizeof(types[0]))];
	n--;
	(void)btns_ssh_type((const char *)p, n);
	if (btns_key_ssh(&k, type, type == NULL ? 0 : strlen(type), p, n,
	    &e) == 0) {
		must(type == NULL || btns_ssh_type(type, strlen(type)));
		accepted(&k, p, n);
	} else {
		fuzz_err(&e);
		must(e.code == BTNS_E_FORMAT);
	}
	return 0;
}
