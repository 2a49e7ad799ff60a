#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <string.h>

#include "../err.h"
#include "cookie.h"
#include "crypt.h"

#define ROTATE	60000		/* ms */

static uint8_t
next(uint8_t number)
{
	return number == 255 ? 1 : number + 1;
}

static bool
rotate(struct ike_cookies *c, int64_t now)
{
	if (c->number != 0 && now - c->since < ROTATE)
		return true;
	memcpy(c->secret[1], c->secret[0], sizeof(c->secret[1]));
	if (RAND_bytes(c->secret[0], sizeof(c->secret[0])) != 1)
		return false;
	/* The one before was for a minute that nobody asked in. */
	if ((c->number == 0 || now - c->since >= 2 * ROTATE) &&
	    RAND_bytes(c->secret[1], sizeof(c->secret[1])) != 1)
		return false;
	c->since = now;
	c->number = next(c->number);
	return true;
}

static bool
mac(uint8_t out[IKE_PRF_MAX], const uint8_t secret[32],
    const struct ike_from *from, const struct ike_view *ni,
    const uint8_t spi_i[IKE_SPI])
{
	const struct ike_view key = { secret, 32 }, spi = { spi_i, IKE_SPI };
	const struct ike_view addr = { from->addr, sizeof(from->addr) };
	struct btns_err e;

	return ike_prf(out, IKE_PRF_SHA2_256, &key, &addr, &spi, ni,
	    &e) == 0;
}

bool
ike_cookie_make(uint8_t out[IKE_COOKIE_LEN], struct ike_cookies *c,
    int64_t now, const struct ike_from *from, const struct ike_view *ni,
    const uint8_t spi_i[IKE_SPI])
{
	uint8_t digest[IKE_PRF_MAX];

	if (!rotate(c, now) || !mac(digest, c->secret[0], from, ni, spi_i))
		return false;
	out[0] = c->number;
	memcpy(out + 1, digest, IKE_COOKIE_LEN - 1);
	return true;
}

bool
ike_cookie_good(struct ike_cookies *c, int64_t now,
    const struct ike_view *cookie, const struct ike_from *from,
    const struct ike_view *ni, const uint8_t spi_i[IKE_SPI])
{
	uint8_t digest[IKE_PRF_MAX];
	bool old;

	if (cookie->n != IKE_COOKIE_LEN || !rotate(c, now))
		return false;
	old = next(cookie->p[0]) == c->number;
	if (!old && cookie->p[0] != c->number)
		return false;
	return mac(digest, c->secret[old], from, ni, spi_i) &&
	    CRYPTO_memcmp(digest, cookie->p + 1, IKE_COOKIE_LEN - 1) == 0;
}
