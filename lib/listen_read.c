/* The process that reads what strangers send. */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "listen_priv.h"
#include "repeats.h"

struct reader {
	struct btns_listener *l;
	struct ike_responder *r;
	struct btns_repeats *repeats;
	bool		 gone;		/* the other process is */
	int64_t		 choked;	/* ms: till then answers pile up */
	struct nonces	 spare;		/* from which on they are unused: */
	size_t		 used;
	int64_t		 got;		/* ms, when they came */
	struct btns_udp_in in[BTNS_UDP_BATCH];
	uint8_t		 buf[BTNS_UDP_BATCH][IKE_MESSAGE_MAX];
	uint8_t		 out[IKE_REPLY_MAX];
};

static int64_t
ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
say(struct reader *d, const void *p, size_t n)
{
	ssize_t sent;

	do
		sent = send(d->l->fd, p, n, MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	if (sent == -1)
		d->gone = true;
}

static bool
more_nonces(struct reader *d, int64_t now)
{
	const struct message m = { .say = SAY_NONCES };
	ssize_t n;

	say(d, &m, sizeof(m));
	do
		n = recv(d->l->fd, &d->spare, sizeof(d->spare), 0);
	while (n == -1 && errno == EINTR);
	d->used = 0;
	d->got = now;
	d->gone = d->gone || n != (ssize_t)sizeof(d->spare);
	return !d->gone;
}

static int
on_nonce(uint8_t nonce[IKE_NONCE_LEN], uint32_t *ticket, void *arg)
{
	struct reader *d = arg;
	int64_t now = ms();

	if ((d->used == NONCES || now - d->got > FRESH) &&
	    !more_nonces(d, now))
		return 0;
	memcpy(nonce, d->spare.nonce[d->used], IKE_NONCE_LEN);
	*ticket = d->spare.ticket[d->used++];
	return 1;
}

static void
on_claim(const struct ike_claim *c, void *arg)
{
	struct claim_message m = { .say = SAY_CLAIM, .claim = *c };

	say(arg, &m, sizeof(m));
}

static void
on_refused(const struct ike_from *from, const char *why, void *arg)
{
	struct message m = { .say = SAY_REFUSED, .from = *from };
	size_t n = strlen(why);

	n = n < sizeof(m.why) ? n : sizeof(m.why) - 1;
	memcpy(m.why, why, n);
	say(arg, &m, sizeof(m));
}

/*
 * An answer to an address of our own network waits for its owner to show up,
 * and a flood from addresses without one fills what the socket has room for.
 */
#define NEIGHBOUR 3000		/* ms, that the kernel asks for it */

/* Its turn: under a flood not of who begins, until that one asks again. */
static bool
is_due(struct reader *d, int64_t now, const struct btns_udp_in *in, bool busy)
{
	return !busy || !ike_begins(in->p, in->n) ||
	    btns_repeats_seen(d->repeats, now, &in->from, in->p);
}

/*
 * All that waits is read at once: what the kernel drops is forgotten.  A
 * socket is busy that has filled two batches in a row.
 */
static int
serve(struct reader *d, int fd, bool *full, struct btns_err *e)
{
	struct btns_udp_in *in = d->in;
	int64_t now = ms();
	size_t reply;
	bool busy = *full || now < d->choked;
	int i, n;

	if ((n = btns_udp_get(fd, in, e)) == -1)
		return -1;
	*full = n == BTNS_UDP_BATCH;
	busy = (busy && *full) || now < d->choked;
	for (i = 0; i < n && !d->gone; i++) {
		if (in[i].n == 0 ||
		    !btns_udp_peer(&in[i].from, d->l->own, d->l->nown) ||
		    !is_due(d, now, &in[i], busy))
			continue;
		reply = ike_responder_input(d->r, now, &in[i].from, in[i].p,
		    in[i].n, d->out);
		if (reply == 0 || btns_udp_put(fd, d->out, reply, &in[i]))
			continue;
		d->choked = now + NEIGHBOUR;
		(void)is_due(d, now, &in[i], true);	/* if it asks again */
	}
	return 0;
}

/* Who has shown already that it hears us comes first: its queue is short. */
static int
loop(struct reader *d, struct btns_err *e)
{
	struct pollfd p[2 * SOCKETS + 1];
	bool full[2 * SOCKETS] = { false };
	size_t i, n = d->l->n;

	for (i = 0; i < 2 * n; i++)
		p[i] = (struct pollfd){ d->l->socket[i % n].fd[i < n], POLLIN,
		    0 };
	p[2 * n] = (struct pollfd){ d->l->fd, 0, 0 };
	while (!d->gone) {
		if (poll(p, (nfds_t)(2 * n + 1), -1) == -1) {
			if (errno == EINTR)
				continue;
			return btns_fail_sys(e, "waiting");
		}
		if (p[2 * n].revents != 0)
			return 0;
		for (i = 0; i < 2 * n; i++)
			if (p[i].revents != 0 &&
			    serve(d, p[i].fd, &full[i], e) == -1)
				return -1;
	}
	return 0;
}

static int
read_all(struct reader *d, struct btns_listener *l, struct btns_err *e)
{
	const struct message ready = { .say = SAY_READY };
	struct ike_hooks hooks = { .nonce = on_nonce, .claim = on_claim,
	    .refused = on_refused, .arg = d,
	    .tagged = l->how->redirected };
	int keep[2 * SOCKETS + 1];
	size_t i;

	/* It ends when the other one does: ^C is for that one. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	d->l = l;
	d->used = NONCES;
	for (i = 0; i < BTNS_UDP_BATCH; i++)
		d->in[i] = (struct btns_udp_in){ .p = d->buf[i],
		    .size = sizeof(d->buf[i]) };
	memcpy(hooks.tag, l->tag, sizeof(hooks.tag));
	for (i = 0; i < 2 * l->n; i++)
		keep[i] = l->socket[i / 2].fd[i % 2];
	keep[2 * l->n] = l->fd;
	if (btns_repeats_new(&d->repeats, e) == -1 ||
	    ike_responder_new(&d->r, STATES, &hooks, e) == -1 ||
	    btns_confine(&l->user, keep, 2 * l->n + 1, e) == -1)
		return -1;
	say(d, &ready, sizeof(ready));
	return loop(d, e);
}

int
btns_listener_read(struct btns_listener *l, struct btns_err *e)
{
	static struct reader d;
	struct message m = { .say = SAY_BROKEN };

	if (read_all(&d, l, e) == 0)
		return 0;
	(void)snprintf(m.why, sizeof(m.why), "%.255s", e->msg);
	say(&d, &m, sizeof(m));
	return -1;
}
