#include <stdlib.h>
#include <string.h>

#include "../secret.h"
#include "fragments.h"

#define WHOLE_MAX	65535

void
ike_fragments_clear(struct ike_fragments *s)
{
	unsigned i;

	for (i = 0; i < IKE_FRAGMENTS; i++)
		if (s->part[i].p != NULL) {
			btns_wipe(s->part[i].p, s->part[i].n);
			free(s->part[i].p);
		}
	if (s->whole != NULL)
		btns_wipe(s->whole, s->octets);
	free(s->whole);
	memset(s, 0, sizeof(*s));
}

static int
join(struct ike_fragments *s, uint8_t *first, struct ike_view *inner)
{
	size_t at = 0;
	unsigned i;

	if ((s->whole = malloc(s->octets + 1)) == NULL)
		return 0;
	for (i = 0; i < s->total; i++) {
		memcpy(s->whole + at, s->part[i].p, s->part[i].n);
		at += s->part[i].n;
	}
	*first = s->first;
	*inner = (struct ike_view){ s->whole, s->octets };
	return 1;
}

int
ike_fragments_add(struct ike_fragments *s, const struct ike_fragment *f,
    uint8_t *first, struct ike_view *inner)
{
	unsigned i = f->number - 1U;

	if (f->total > IKE_FRAGMENTS || f->total < s->total)
		return 0;
	/* RFC 7383 2.6: smaller pieces than before: it begins anew. */
	if (f->total > s->total)
		ike_fragments_clear(s);
	if (s->whole != NULL || s->part[i].p != NULL ||
	    inner->n > WHOLE_MAX - s->octets ||
	    (s->part[i].p = malloc(inner->n + 1)) == NULL)
		return 0;
	memcpy(s->part[i].p, inner->p, inner->n);
	s->part[i].n = inner->n;
	s->octets += inner->n;
	s->total = f->total;
	if (f->number == 1)
		s->first = *first;
	return ++s->have == s->total ? join(s, first, inner) : 0;
}
