#include <string.h>

#include "quota.h"

#define HOUR	3600

static void
renew(struct quota *q, int64_t now)
{
	size_t i;

	if (now - q->since < HOUR && now >= q->since)
		return;
	q->since = now;
	memset(q->of, 0, sizeof(q->of));
	for (i = 0; i < q->nnamed; i++)
		q->named[i].n = 0;
}

/* A quarter of all from one /24 or /48, and at least one. */
static bool
of_prefix(struct quota *q, enum quota_class c, const struct ike_from *f)
{
	unsigned i, most = q->rate < 4 ? 1 : q->rate / 4;
	uint8_t net[6] = { 0 };

	memcpy(net, f->addr, f->family == 4 ? 3 : 6);
	for (i = 0; i < q->of[c].n; i++)
		if (q->of[c].prefix[i].family == f->family &&
		    memcmp(q->of[c].prefix[i].net, net, sizeof(net)) == 0)
			break;
	if (i == QUOTA_PREFIXES)
		return false;
	if (i == q->of[c].n) {
		q->of[c].n++;
		q->of[c].prefix[i].family = f->family;
		memcpy(q->of[c].prefix[i].net, net, sizeof(net));
	}
	if (q->of[c].prefix[i].n >= most)
		return false;
	q->of[c].prefix[i].n++;
	return true;
}

bool
quota_take(struct quota *q, int64_t now, enum quota_class c,
    const struct btns_ident *id, const struct ike_from *from)
{
	size_t i;

	renew(q, now);
	for (i = 0; i < q->nnamed; i++)
		if (btns_ident_same(&q->named[i].ident, id))
			return q->named[i].n++ < QUOTA_NAMED;
	if (q->of[c].total >= q->rate || !of_prefix(q, c, from))
		return false;
	q->of[c].total++;
	return true;
}
