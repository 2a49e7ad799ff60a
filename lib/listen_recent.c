/* Who called a moment ago. */
#include <string.h>

#include "err.h"
#include "listen_priv.h"

#define SOON	60		/* s: the same peer is no news */

/* The store's last event; a file that looks the same has no later one. */
static bool
last_event(struct btns_listener *l)
{
	struct btns_err ignored;
	struct stat st;

	if (l->pins == NULL || stat(l->how->store, &st) == -1)
		return false;
	if (st.st_ino == l->looked.st_ino && st.st_size == l->looked.st_size &&
	    st.st_mtim.tv_sec == l->looked.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == l->looked.st_mtim.tv_nsec)
		return true;
	l->looked = st;
	if (btns_pins_last(l->pins, &l->seq, &ignored) == 0)
		return true;
	l->looked.st_ino = 0;
	return false;
}

bool
listen_again(struct btns_listener *l, const struct btns_caller *c)
{
	const struct recent *r;
	size_t i;

	if (!last_event(l))
		return false;
	for (i = 0; i < RECENT; i++) {
		r = &l->recent[i];
		if (r->at != 0 && c->at >= r->at && c->at - r->at < SOON &&
		    r->seq == l->seq &&
		    memcmp(&r->fp, &c->fp, sizeof(r->fp)) == 0 &&
		    btns_ident_same(&r->ident, &c->ident) &&
		    strcmp(r->address, c->address) == 0)
			return true;
	}
	return false;
}

void
listen_remember(struct btns_listener *l, const struct btns_caller *c)
{
	struct recent *r = &l->recent[l->nrecent++ % RECENT];

	*r = (struct recent){ .at = c->at, .ident = c->ident, .fp = c->fp };
	memcpy(r->address, c->address, sizeof(r->address));
	if (!last_event(l))
		r->at = 0;
	r->seq = l->seq;
}
