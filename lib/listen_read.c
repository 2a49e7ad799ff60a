/* The process that reads what strangers send. */
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "listen_priv.h"

#define BURST	64		/* datagrams of a socket at a time */

struct reader {
	struct btns_listener *l;
	struct ike_responder *r;
	bool		 gone;		/* the other process is */
	uint8_t		 in[IKE_MESSAGE_MAX], out[IKE_REPLY_MAX];
};

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

static int
on_nonce(uint8_t nonce[IKE_NONCE_LEN], uint32_t *ticket,
    const struct ike_from *from, void *arg)
{
	struct message m = { .say = SAY_NONCE, .from = *from };
	struct reader *d = arg;
	ssize_t n;

	say(d, &m, sizeof(m));
	do
		n = recv(d->l->fd, &m, sizeof(m), 0);
	while (n == -1 && errno == EINTR);
	if (n != (ssize_t)sizeof(m)) {
		d->gone = true;
		return 0;
	}
	memcpy(nonce, m.nonce, IKE_NONCE_LEN);
	*ticket = m.ticket;
	return m.ticket != 0;
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

static int64_t
ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
serve(struct reader *d, int fd, struct btns_err *e)
{
	struct btns_udp_to to;
	struct ike_from from;
	size_t reply;
	ssize_t n;
	bool drop;
	int i;

	for (i = 0; i < BURST && !d->gone; i++) {
		n = btns_udp_get(fd, d->in, sizeof(d->in), &from, &to, &drop);
		if (n == -1)
			return btns_fail_sys(e, "receiving");
		if (drop)
			continue;
		if (n == 0)
			break;
		if (!btns_udp_peer(&from, d->l->own, d->l->nown))
			continue;
		reply = ike_responder_input(d->r, ms(), &from, d->in,
		    (size_t)n, d->out);
		if (reply > 0)
			btns_udp_put(fd, d->out, reply, &from, &to);
	}
	return 0;
}

static int
loop(struct reader *d, struct btns_err *e)
{
	struct pollfd p[SOCKETS + 1];
	size_t i, n = d->l->n;

	for (i = 0; i < n; i++)
		p[i] = (struct pollfd){ d->l->socket[i].fd, POLLIN, 0 };
	p[n] = (struct pollfd){ d->l->fd, 0, 0 };
	while (!d->gone) {
		if (poll(p, (nfds_t)n + 1, -1) == -1) {
			if (errno == EINTR)
				continue;
			return btns_fail_sys(e, "waiting");
		}
		if (p[n].revents != 0)
			return 0;
		for (i = 0; i < n; i++)
			if (p[i].revents != 0 && serve(d, p[i].fd, e) == -1)
				return -1;
	}
	return 0;
}

int
btns_listener_read(struct btns_listener *l, struct btns_err *e)
{
	static struct reader d;
	const struct message ready = { .say = SAY_READY };
	struct ike_hooks hooks = { .nonce = on_nonce, .claim = on_claim,
	    .refused = on_refused, .arg = &d,
	    .tagged = l->how->redirected };
	int keep[SOCKETS + 1];
	size_t i;

	/* It ends when the other one does: ^C is for that one. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	d.l = l;
	memcpy(hooks.tag, l->tag, sizeof(hooks.tag));
	for (i = 0; i < l->n; i++)
		keep[i] = l->socket[i].fd;
	keep[l->n] = l->fd;
	if (ike_responder_new(&d.r, STATES, &hooks, e) == -1 ||
	    btns_confine(&l->user, keep, l->n + 1, e) == -1)
		return -1;
	say(&d, &ready, sizeof(ready));
	return loop(&d, e);
}
