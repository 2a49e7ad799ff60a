#include <openssl/crypto.h>

#include "err.h"
#include "secret.h"

int
btns_secret_new(struct btns_secret *s, size_t len, struct btns_err *e)
{
	s->len = 0;
	if ((s->p = OPENSSL_zalloc(len)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	s->len = len;
	return 0;
}

void
btns_secret_clear(struct btns_secret *s)
{
	OPENSSL_clear_free(s->p, s->len);
	s->p = NULL;
	s->len = 0;
}

void
btns_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}
