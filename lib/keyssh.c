#include <string.h>

#include "err.h"
#include "keyssh.h"
#include "oid.h"

struct wire {
	const uint8_t	*base, *p, *end;
};

static int
bad(const struct wire *w, const char *what, struct btns_err *e)
{
	return btns_fail(e, BTNS_E_FORMAT, "offset %zu: %s",
	    (size_t)(w->p - w->base), what);
}

static int
string(struct wire *w, const uint8_t **p, size_t *n, struct btns_err *e)
{
	size_t len;

	if (w->end - w->p < 4)
		return bad(w, "RFC 4251 5: string: truncated", e);
	len = (size_t)w->p[0] << 24 | (size_t)w->p[1] << 16 |
	    (size_t)w->p[2] << 8 | w->p[3];
	if ((size_t)(w->end - w->p) - 4 < len)
		return bad(w, "RFC 4251 5: string: truncated", e);
	*p = w->p + 4;
	*n = len;
	w->p += 4 + len;
	return 0;
}

static int
mpint(struct wire *w, const uint8_t **p, size_t *n, struct btns_err *e)
{
	struct wire at = *w;

	if (string(w, p, n, e) == -1)
		return -1;
	if (*n > 0 && (*p)[0] & 0x80)
		return bad(&at, "RFC 4251 5: mpint: negative", e);
	if (*n > 0 && (*p)[0] == 0 && (*n == 1 || !((*p)[1] & 0x80)))
		return bad(&at, "RFC 4251 5: mpint: not minimal", e);
	return 0;
}

static int
rsa(struct btns_key *k, struct wire *w, struct btns_err *e)
{
	const uint8_t *n, *exp;
	size_t nlen, elen;

	if (mpint(w, &exp, &elen, e) == -1 || mpint(w, &n, &nlen, e) == -1)
		return -1;
	return btns_key_rsa(k, n, nlen, exp, elen, e);
}

static int
ecdsa(struct btns_key *k, enum btns_keytype type, struct wire *w,
    struct btns_err *e)
{
	const struct btns_alg *a = btns_alg(type);
	struct wire at = *w;
	const uint8_t *p;
	size_t n;

	if (string(w, &p, &n, e) == -1)
		return -1;
	if (n != strlen(a->sshcurve) || memcmp(p, a->sshcurve, n) != 0)
		return bad(&at, "RFC 5656 3.1: the curve is not the type's",
		    e);
	if (string(w, &p, &n, e) == -1)
		return -1;
	return btns_key_ec(k, type, p, n, e);
}

static int
ed25519(struct btns_key *k, struct wire *w, struct btns_err *e)
{
	const uint8_t *p;
	size_t n;

	if (string(w, &p, &n, e) == -1)
		return -1;
	return btns_key_ed25519(k, p, n, e);
}

int
btns_key_ssh(struct btns_key *k, const char *type, size_t typelen,
    const uint8_t *blob, size_t len, struct btns_err *e)
{
	struct wire w = { blob, blob, blob + len };
	const uint8_t *name;
	size_t n;
	int t, rv;

	if (string(&w, &name, &n, e) == -1)
		return -1;
	if (type != NULL && (n != typelen || memcmp(name, type, n) != 0))
		return btns_fail(e, BTNS_E_FORMAT, "offset 0: RFC 4253 6.6:"
		    " another type inside than %.*s", (int)typelen, type);
	for (t = BTNS_RSA; t <= BTNS_ED25519; t++)
		if (n == strlen(btns_alg(t)->ssh) &&
		    memcmp(name, btns_alg(t)->ssh, n) == 0)
			break;
	if (t > BTNS_ED25519)
		return btns_fail(e, BTNS_E_FORMAT, "offset 0: RFC 4253 6.6:"
		    " not a key of RSA, ECDSA or Ed25519");
	if (t == BTNS_RSA)
		rv = rsa(k, &w, e);
	else if (t == BTNS_ED25519)
		rv = ed25519(k, &w, e);
	else
		rv = ecdsa(k, t, &w, e);
	if (rv == -1)
		return -1;
	if (w.p != w.end)
		return bad(&w, "RFC 4253 6.6: trailing bytes", e);
	return 0;
}

bool
btns_ssh_type(const char *s, size_t n)
{
	static const char *const starts[] = {
		"ssh-rsa", "ssh-dss", "ssh-ed25519", "ssh-ed448",
		"ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"
	};
	size_t i, len;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		len = strlen(starts[i]);
		if (n >= len && memcmp(s, starts[i], len) == 0)
			return true;
	}
	return false;
}
