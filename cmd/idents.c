#include <stdlib.h>

#include "../lib/err.h"
#include "idents.h"

struct adding {
	struct idents	*to;
	struct btns_err	*e;
};

int
idents_add(struct idents *l, const struct btns_ident *id, struct btns_err *e)
{
	struct btns_ident *p = l->id;

	/* Room for a power of two, doubled when it is full. */
	if ((l->n & (l->n - 1)) == 0 && (p = reallocarray(p, l->n == 0 ? 1 :
	    2 * l->n, sizeof(*p))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	l->id = p;
	l->id[l->n++] = *id;
	return 0;
}

static int
add(const struct btns_pin *pin, void *arg)
{
	struct adding *a = arg;

	return idents_add(a->to, &pin->ident, a->e);
}

int
idents_of_key(struct idents *l, struct btns_pins *p, const struct btns_fp *fp,
    struct btns_err *e)
{
	struct adding a = { l, e };
	char hex[BTNS_FP_HEX];

	btns_fp_hex(hex, fp);
	return btns_pins_by_prefix(p, hex, add, &a, e);
}
