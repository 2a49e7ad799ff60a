/*
 * A whole session: messages one after the other, each after two octets of
 * its length.  Cookies are always good, and what is encrypted is taken as it
 * lies there: what is behind them is what is looked at.
 */
#include <stdlib.h>
#include <string.h>

#include "../../lib/err.h"
#include "../../lib/ike/cookie.h"
#include "../../lib/ike/crypt.h"
#include "fuzz.h"

bool	 __wrap_ike_cookie_good(struct ike_cookies *, int64_t,
	    const struct ike_view *, const struct ike_from *,
	    const struct ike_view *, const uint8_t *);
int	 __wrap_ike_unseal(uint8_t *, size_t *, const struct ike_keys *,
	    const struct ike_suite *, const uint8_t *, size_t, size_t,
	    struct btns_err *);

bool
__wrap_ike_cookie_good(struct ike_cookies *c, int64_t now,
    const struct ike_view *cookie, const struct ike_from *from,
    const struct ike_view *ni, const uint8_t *spi_i)
{
	(void)c;
	(void)now;
	(void)cookie;
	(void)from;
	(void)ni;
	(void)spi_i;
	return true;
}

int
__wrap_ike_unseal(uint8_t *out, size_t *outlen, const struct ike_keys *k,
    const struct ike_suite *s, const uint8_t *msg, size_t n, size_t at,
    struct btns_err *e)
{
	(void)k;
	(void)s;
	(void)e;
	must(at <= n && n <= IKE_MESSAGE_MAX);
	memcpy(out, msg + at, n - at);
	*outlen = n - at;
	return 0;
}

static int
on_nonce(uint8_t nonce[IKE_NONCE_LEN], uint32_t *ticket, void *arg)
{
	(void)arg;
	memset(nonce, 7, IKE_NONCE_LEN);
	*ticket = 1;
	return 1;
}

static void
on_claim(const struct ike_claim *c, void *arg)
{
	(void)c;
	(void)arg;
	must(!"nobody signed this");
}

static void
on_refused(const struct ike_from *from, const char *why, void *arg)
{
	(void)from;
	(void)arg;
	must(why[0] != '\0' && strchr(why, '\n') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct ike_hooks hooks = { .nonce = on_nonce,
	    .claim = on_claim, .refused = on_refused };
	static const struct ike_from from = { 4, { 192, 0, 2, 1 }, 500 };
	uint8_t reply[IKE_REPLY_MAX], spi_r[IKE_SPI] = { 0 }, *msg;
	struct ike_responder *r;
	struct btns_err e;
	size_t len, octets;
	int64_t now = 1000;

	must(ike_responder_new(&r, 2, &hooks, &e) == 0);
	for (; n > 2; p += len, n -= len) {
		len = (size_t)p[0] << 8 | p[1];
		p += 2;
		n -= 2;
		len = len < n ? len : n;
		must((msg = malloc(len + 1)) != NULL);
		memcpy(msg, p, len);
		/* The SPI that it could not know, and its own length. */
		if (len >= IKE_HEADER && msg[18] == IKE_AUTH)
			memcpy(msg + 8, spi_r, IKE_SPI);
		if (len >= IKE_HEADER) {
			msg[24] = msg[25] = 0;
			msg[26] = (uint8_t)(len >> 8);
			msg[27] = (uint8_t)len;
		}
		octets = ike_responder_input(r, now += 100, &from, msg, len,
		    reply);
		must(octets <= sizeof(reply));
		if (octets >= IKE_HEADER)
			memcpy(spi_r, reply + 8, IKE_SPI);
		free(msg);
		must(ike_responder_states(r, &octets) <= 2);
		must(octets <= 2 * (IKE_REQUEST_MAX + IKE_MESSAGE_MAX));
	}
	ike_responder_free(r);
	return 0;
}
