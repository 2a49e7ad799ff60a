#include "../err.h"
#include "auth.h"
#include "ike.h"

int
ike_claim_check(const struct ike_claim *c, const uint8_t nonce[IKE_NONCE_LEN],
    struct btns_err *e)
{
	const struct ike_proof f = {
	    .message = { c->request, c->requestlen },
	    .nonce = { nonce, IKE_NONCE_LEN }, .id = { c->id, c->idlen },
	    .prf = c->prf, .pi = { c->pi, c->pilen }, .method = c->method,
	    .auth = { c->auth, c->authlen } };

	return ike_prove(&f, &c->key, e);
}

uint8_t
ike_claim_id(const struct ike_claim *c, const uint8_t **p, size_t *n)
{
	*p = c->id + 4;
	*n = c->idlen - 4;
	return c->id[0];
}
