#include "../err.h"
#include "../keyder.h"
#include "auth.h"
#include "ike.h"

static bool
sane(const struct ike_claim *c)
{
	return c->requestlen <= IKE_REQUEST_MAX && c->idlen >= 4 &&
	    c->idlen <= IKE_ID_MAX && c->spkilen <= IKE_SPKI_MAX &&
	    c->authlen <= IKE_AUTH_MAX && c->pilen <= sizeof(c->pi) &&
	    c->prf >= IKE_PRF_SHA2_256 && c->prf <= IKE_PRF_SHA2_512;
}

int
ike_claim_check(struct btns_key *key, const struct ike_claim *c,
    const uint8_t nonce[IKE_NONCE_LEN], struct btns_err *e)
{
	const struct ike_proof f = {
	    .message = { c->request, c->requestlen },
	    .nonce = { nonce, IKE_NONCE_LEN }, .id = { c->id, c->idlen },
	    .prf = c->prf, .pi = { c->pi, c->pilen }, .method = c->method,
	    .auth = { c->auth, c->authlen } };

	if (!sane(c))
		return btns_fail(e, BTNS_E_FORMAT, "a claim is out of bounds");
	return btns_key_der(key, BTNS_KIND_SPKI, c->spki, c->spkilen,
	    e) == -1 ? -1 : ike_prove(&f, key, e);
}

uint8_t
ike_claim_id(const struct ike_claim *c, const uint8_t **p, size_t *n)
{
	*p = c->id + 4;
	*n = c->idlen - 4;
	return c->id[0];
}
