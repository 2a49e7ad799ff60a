#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "err.h"
#include "expect.h"
#include "ikedconf.h"
#include "listen_priv.h"

#define LATE	30		/* s: a nonce is good for so long */
#define MINUTE	60

const char *
btns_call_name(enum btns_call c)
{
	static const char *const names[] = { "accepted", "learned",
	    "conflict", "seen", "refused", "no-proof", "limited",
	    "trouble" };

	return names[c];
}

/* --- opening and closing */

static int
open_one(struct btns_listener *l, const char *address, int family,
    struct btns_err *e)
{
	if (l->n == SOCKETS)
		return btns_fail(e, BTNS_E_USAGE, "over %d addresses",
		    SOCKETS);
	if (btns_udp_open(l->socket[l->n].fd, l->socket[l->n].name, address,
	    family, l->how->port, e) == -1)
		return -1;
	l->n++;
	return 0;
}

static int
open_all(struct btns_listener *l, struct btns_err *e)
{
	const struct btns_listen *how = l->how;
	size_t i;

	for (i = 0; i < how->n; i++)
		if (open_one(l, how->address[i], how->family, e) == -1)
			return -1;
	if (how->n > 0)
		return 0;
	return (how->family != AF_INET6 && open_one(l, NULL, AF_INET,
	    e) == -1) || (how->family != AF_INET && open_one(l, NULL,
	    AF_INET6, e) == -1) ? -1 : 0;
}

static int
named(struct btns_listener *l, const struct ikedconf *c, struct btns_err *e)
{
	struct quota *q = &l->quota;
	size_t i;

	if (c->n == 0)
		return 0;
	if ((q->named = calloc(c->n, sizeof(*q->named))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	for (i = 0; i < c->n; i++)
		if (!c->policy[i].skip && c->policy[i].dstid.pinnable)
			q->named[q->nnamed++].ident =
			    c->policy[i].dstid.ident;
	return 0;
}

/* What the store and iked.conf say of those who may call. */
static int
settings(struct btns_listener *l, struct btns_err *e)
{
	char v[BTNS_SETTING_MAX], path[4200];
	struct btns_pins *p;
	struct btns_err ignored;
	struct ikedconf c;
	int rv;

	if (btns_pins_open(&p, l->how->store, e) == -1)
		return -1;
	if (btns_redirect_tag(l->tag, p, e) == -1) {
		btns_pins_close(p);
		return -1;
	}
	rv = btns_setting_get(p, "listen-rate", v, e);
	l->quota.rate = rv == 0 ? (unsigned)atoi(v) : 0;
	/* Without one nobody is named, and that is no trouble. */
	if (rv == 0 && ikedconf_path(path, sizeof(path),
	    btns_pins_iked(p))) {
		if (ikedconf_read(&c, path, &ignored) == 0)
			rv = named(l, &c, e);
		ikedconf_free(&c);
	}
	btns_pins_close(p);
	return rv;
}

int
btns_listener_new(struct btns_listener **out, struct btns_listen *how,
    struct btns_err *e)
{
	struct btns_listener *l = calloc(1, sizeof(*l));

	*out = NULL;
	if (l == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	l->how = how;
	l->fd = -1;
	l->quota.since = time(NULL);
	if (btns_confine_user(&l->user, how->user, e) == -1 ||
	    settings(l, e) == -1 || open_all(l, e) == -1 ||
	    btns_udp_own(&l->own, &l->nown, e) == -1) {
		btns_listener_free(l);
		return -1;
	}
	*out = l;
	return 0;
}

void
btns_listener_free(struct btns_listener *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < l->n; i++) {
		(void)close(l->socket[i].fd[0]);
		if (l->socket[i].fd[1] != -1)
			(void)close(l->socket[i].fd[1]);
	}
	if (l->fd != -1)
		(void)close(l->fd);
	if (l->pid > 0) {
		(void)kill(l->pid, SIGKILL);
		(void)waitpid(l->pid, NULL, 0);
	}
	btns_pins_close(l->pins);
	free(l->quota.named);
	free(l->own);
	free(l);
}

void
btns_listener_each(const struct btns_listener *l,
    void (*fn)(const char *, void *), void *arg)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		fn(l->socket[i].name, arg);
}

int
btns_listener_redirect(const struct btns_listener *l, struct btns_err *e)
{
	struct btns_redirect_to to[SOCKETS];
	size_t i;

	for (i = 0; i < l->n; i++)
		to[i].v6 = btns_udp_at(to[i].address, &to[i].port,
		    l->socket[i].fd[0]);
	return btns_redirect_on(l->tag, to, l->n, e);
}

int
btns_listener_split(struct btns_listener *l, struct btns_err *e)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return btns_fail_sys(e, "socket pair");
	if ((pid = fork()) == -1) {
		(void)close(pair[0]);
		(void)close(pair[1]);
		return btns_fail_sys(e, "fork");
	}
	l->fd = pair[pid == 0];
	(void)close(pair[pid != 0]);
	if (pid == 0)
		return 0;
	l->pid = pid;
	return 1;
}

/* --- nonces */

static int
issue(struct btns_listener *l, int64_t now, struct btns_err *e)
{
	struct nonces m = { .say = SAY_NONCES };
	struct ticket *t;
	size_t i;

	if (RAND_bytes(m.nonce[0], sizeof(m.nonce)) != 1)
		return btns_fail_crypto(e, "random octets");
	for (i = 0; i < NONCES; i++) {
		/* The oldest goes: a flood of requests makes no more. */
		t = &l->ticket[l->tickets % TICKETS];
		if (++l->tickets == 0)
			l->tickets = 1;
		*t = (struct ticket){ .number = l->tickets, .at = now };
		m.ticket[i] = t->number;
		memcpy(t->nonce, m.nonce[i], sizeof(t->nonce));
	}
	return send(l->fd, &m, sizeof(m), MSG_NOSIGNAL) ==
	    (ssize_t)sizeof(m) ? 0 : btns_fail_sys(e, "the process that"
	    " reads");
}

/* A nonce is good once, and in time. */
static const struct ticket *
redeem(struct btns_listener *l, const struct ike_claim *c, int64_t now)
{
	struct ticket *t;

	if (c->ticket == 0)
		return NULL;
	t = &l->ticket[(c->ticket - 1) % TICKETS];
	if (t->number != c->ticket || now - t->at > LATE || now < t->at)
		return NULL;
	t->number = 0;
	return t;
}

/* --- deciding */

static void
tell(struct btns_listener *l, struct btns_caller *c, enum btns_call what,
    const char *reason)
{
	c->what = what;
	c->reason = reason;
	l->how->count[what]++;
	l->how->call(c, l->how->arg);
}

/* RFC 7296 3.5, as iked types it. */
static int
identity(struct btns_ident *id, const struct ike_claim *c,
    struct btns_err *e)
{
	static const struct { uint8_t ike; enum btns_idtype type; size_t n; }
	    types[] = { { 1, BTNS_ID_IPV4, 4 }, { 2, BTNS_ID_FQDN, 0 },
	    { 3, BTNS_ID_UFQDN, 0 }, { 5, BTNS_ID_IPV6, 16 } };
	char value[BTNS_ID_MAX + 1], typed[BTNS_ID_PRINT];
	struct ike_from f;
	const uint8_t *p;
	uint8_t type;
	size_t i, n;

	type = ike_claim_id(c, &p, &n);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].ike == type)
			break;
	if (i == sizeof(types) / sizeof(types[0]))
		return btns_fail(e, BTNS_E_REFUSED, "its ID is of type %d,"
		    " of which iked has no file", type);
	if (types[i].n != 0 ? n != types[i].n : n == 0 || n > BTNS_ID_MAX)
		return btns_fail(e, BTNS_E_REFUSED, "RFC 7296 3.5: its ID is"
		    " of %zu octets", n);
	if (types[i].n == 0 && memchr(p, '\0', n) != NULL)
		return btns_fail(e, BTNS_E_REFUSED, "RFC 7296 3.5: its ID has"
		    " a NUL in it");
	if (types[i].n != 0) {
		f.family = n == 4 ? 4 : 6;
		memcpy(f.addr, p, n);
		btns_udp_text(value, &f);
	} else {
		memcpy(value, p, n);
		value[n] = '\0';
	}
	(void)snprintf(typed, sizeof(typed), "%s/%s",
	    btns_idtype_name(types[i].type), value);
	return btns_ident_parse(id, typed, e);
}

/* Is it one more to keep, and is there no room for it in this hour? */
static int
limited(struct btns_listener *l, struct btns_pins *p,
    const struct btns_caller *c, const struct btns_key *k,
    const struct btns_order *o, const struct ike_from *from,
    struct btns_err *e)
{
	char expected[BTNS_SETTING_MAX];
	struct trust_verdict v;
	struct btns_view view;

	if (btns_pins_try(p, TRUST_LEARN, &c->ident, k, o, &v, &view,
	    e) == -1 || btns_setting_get(p, "accept-for", expected, e) == -1)
		return -1;
	if (v.effect != TRUST_NOTICE && v.effect != TRUST_ACCEPT)
		return 0;
	return !quota_take(&l->quota, c->at, btns_expect(expected, &c->ident,
	    c->address) ? QUOTA_EXPECTED : QUOTA_STRANGER, &c->ident, from);
}

static void
decided(struct btns_listener *l, struct btns_caller *c,
    const struct trust_verdict *v)
{
	if (v->reason != TRUST_OK)
		tell(l, c, CALL_REFUSED, trust_reason_text(v->reason));
	else if (v->effect == TRUST_ACCEPT)
		tell(l, c, CALL_ACCEPTED, NULL);
	else if (v->alarm != TRUST_QUIET)
		tell(l, c, CALL_CONFLICT, v->effect == TRUST_NONE ?
		    "not kept: too many" : NULL);
	else
		tell(l, c, v->effect == TRUST_NOTICE ? CALL_LEARNED :
		    CALL_SEEN, NULL);
	l->kept += v->reason == TRUST_OK && (v->effect == TRUST_ACCEPT ||
	    v->effect == TRUST_NOTICE);
}

static int
decide(struct btns_listener *l, struct btns_caller *c,
    const struct btns_key *k, const struct ike_from *from,
    struct btns_err *e)
{
	const struct btns_order o = { .source = "ike",
	    .address = c->address };
	struct trust_verdict v;
	struct btns_view view;
	int rv;

	if ((rv = limited(l, l->pins, c, k, &o, from, e)) == 0)
		rv = btns_pins_do(l->pins, TRUST_LEARN, &c->ident, k, &o,
		    NULL, &v, &view, e);
	if (rv == 1)
		tell(l, c, CALL_LIMITED, NULL);
	else if (rv == 0) {
		c->live = view.live && memcmp(&view.live_fp, &c->fp,
		    sizeof(c->fp)) == 0;
		decided(l, c, &v);
	}
	return rv == -1 ? -1 : 0;
}

/*
 * The store stays open, for to open it takes ten times as long as all else.
 * Where it was replaced meanwhile, by restore, it is opened anew.
 */
static int
open_and_decide(struct btns_listener *l, struct btns_caller *c,
    const struct btns_key *k, const struct ike_from *from,
    struct btns_err *e)
{
	bool old = l->pins != NULL;

	if (old && decide(l, c, k, from, e) == 0)
		return 0;
	btns_pins_close(l->pins);
	l->pins = NULL;
	if (btns_pins_open(&l->pins, l->how->store, e) == 0 &&
	    decide(l, c, k, from, e) == 0)
		return 0;
	btns_pins_close(l->pins);
	l->pins = NULL;
	return -1;
}

/* One whose key is in the tree, and who is not let through to iked yet. */
static bool
waits(struct btns_listener *l, const struct btns_caller *c)
{
	struct btns_err ignored = { .code = BTNS_OK };

	return l->how->redirected && btns_pins_is_live(l->pins, &c->ident,
	    &c->fp, &ignored) != 0;
}

static void
claim(struct btns_listener *l, const struct ike_claim *c)
{
	struct btns_caller call = { .at = time(NULL),
	    .certificate = c->cert == 4 };
	const struct ticket *t = redeem(l, c, call.at);
	struct btns_err why;
	struct btns_key k;

	if (t == NULL)
		return;			/* too late: it will call again */
	btns_udp_text(call.address, &c->from);
	if (ike_claim_check(&k, c, t->nonce, &why) == -1 ||
	    identity(&call.ident, c, &why) == -1 ||
	    btns_fp_of(&call.fp, &k, &why) == -1) {
		tell(l, &call, CALL_NO_PROOF, why.msg);
		return;
	}
	call.known = true;
	if (listen_again(l, &call) && !waits(l, &call))
		l->how->count[CALL_SEEN]++;
	else if (open_and_decide(l, &call, &k, &c->from, &why) == -1)
		tell(l, &call, CALL_TROUBLE, why.msg);
	else
		listen_remember(l, &call);
}

static void
refused(struct btns_listener *l, struct message *m)
{
	struct btns_caller call = { .at = time(NULL) };

	btns_udp_text(call.address, &m->from);
	tell(l, &call, CALL_NO_PROOF, m->why);
}

/* --- the loop */

union said {
	enum say	 say;
	struct message	 m;
	struct claim_message c;
};

/* 1: it was said and done, 0: the other process is gone, or -1. */
static int
hear(struct btns_listener *l, struct btns_err *e)
{
	static union said s;
	ssize_t n = recv(l->fd, &s, sizeof(s), 0);

	if (n == -1 && errno == EINTR)
		return 1;
	if (n <= 0)
		return 0;
	if (n == (ssize_t)sizeof(s.m)) {
		if (s.say == SAY_NONCES)
			return issue(l, time(NULL), e) == -1 ? -1 : 1;
		s.m.why[sizeof(s.m.why) - 1] = '\0';
		if (s.say == SAY_REFUSED)
			refused(l, &s.m);
		if (s.say == SAY_BROKEN)
			return btns_fail(e, BTNS_E_SYS, "the process that"
			    " reads: %s", s.m.why);
		if (s.say == SAY_REFUSED || s.say == SAY_READY)
			return 1;
	} else if (n == (ssize_t)sizeof(s.c) && s.say == SAY_CLAIM) {
		claim(l, &s.c.claim);
		return 1;
	}
	return btns_fail(e, BTNS_E_INTERNAL, "the process that reads said"
	    " what it never says");
}

/* It is ending; or it lives on and says nothing more, and is ended. */
static int
broke(struct btns_listener *l, struct btns_err *e)
{
	const struct timespec pause = { 0, 10000000 };
	pid_t pid = l->pid, got;
	int i, status;

	l->pid = 0;
	for (i = 0; (got = waitpid(pid, &status, WNOHANG)) == 0; i++) {
		if (i == 100)
			(void)kill(pid, SIGKILL);
		(void)nanosleep(&pause, NULL);
	}
	if (got != pid)
		return btns_fail_sys(e, "the process that reads");
	return WIFSIGNALED(status) ? btns_fail(e, BTNS_E_INTERNAL, "the"
	    " process that reads was ended by signal %d", WTERMSIG(status)) :
	    btns_fail(e, BTNS_E_INTERNAL, "the process that reads ended");
}

int
btns_listener_run(struct btns_listener *l, volatile sig_atomic_t *stop,
    int64_t seconds, unsigned long max, struct btns_err *e)
{
	struct pollfd p = { l->fd, POLLIN, 0 };
	struct timespec now, end, tick;
	sigset_t none, all;
	int rv = 1;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &none);
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	tick = end;
	end.tv_sec += (time_t)seconds;
	while (rv == 1 && !*stop && (max == 0 || l->kept < max)) {
		struct timespec left = { MINUTE, 0 };

		(void)clock_gettime(CLOCK_MONOTONIC, &now);
		if (seconds > 0 && now.tv_sec >= end.tv_sec)
			break;
		if (seconds > 0 && end.tv_sec - now.tv_sec < left.tv_sec)
			left.tv_sec = end.tv_sec - now.tv_sec;
		if (l->how->tick != NULL && now.tv_sec >= tick.tv_sec) {
			tick.tv_sec = now.tv_sec + MINUTE;
			l->how->tick(l->how->arg);
		}
		/* Signals come in here alone. */
		if (ppoll(&p, 1, &left, &none) > 0 && (rv = hear(l,
		    e)) == 0)
			rv = broke(l, e);
	}
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	return rv == -1 ? -1 : 0;
}

static int
is_known(const struct btns_pin *pin, void *arg)
{
	bool *known = arg;

	*known = *known || pin->live || strcmp(pin->state, "learned") == 0;
	return 0;
}

int
btns_listener_missing(struct btns_listener *l,
    void (*fn)(const struct btns_ident *, void *), void *arg,
    struct btns_err *e)
{
	struct btns_pins *p;
	bool known;
	size_t i;
	int rv = 0;

	if (btns_pins_open(&p, l->how->store, e) == -1)
		return -1;
	for (i = 0; i < l->quota.nnamed && rv == 0; i++) {
		known = false;
		rv = btns_pins_of(p, &l->quota.named[i].ident, is_known,
		    &known, e);
		if (rv == 0 && !known)
			fn(&l->quota.named[i].ident, arg);
	}
	btns_pins_close(p);
	return rv;
}
