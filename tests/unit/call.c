/*
 * usage: call [-b address] [-c number] [-i type/value] [-k key] [-n]
 *     [-r number] [-x what] address port
 *
 * An IKEv2 initiator on the wire: what the listener's tests call it with.
 * -b: from this address; -c: CERT's encoding; -i: as this identity
 * (fqdn, ufqdn, ipv4 with octets in hex, id11 ...); -k: a private key of
 * tests/data/good; -n: no CERT; -r: so many handshakes, one after the other;
 * -x: forge (sign something else), flood (-r requests without a cookie, each
 * from another address), garbage.  It prints how each ended: "refused",
 * "silence", or a notification's number.
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netdb.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "initiator.h"

struct caller {
	int		 fd;
	const char	*id, *key, *bind, *wrong;
	unsigned	 cert;
	bool		 no_cert;
	struct addrinfo	*to;
};

static int
usage(void)
{
	fputs("usage: call [-b address] [-c number] [-i type/value] [-k key]"
	    " [-n]\n            [-r number] [-x what] address port\n",
	    stderr);
	return 2;
}

static int
connect_to(struct caller *c)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
	    .ai_socktype = SOCK_DGRAM }, *from;

	c->fd = socket(c->to->ai_family, SOCK_DGRAM, 0);
	if (c->bind != NULL && (getaddrinfo(c->bind, "0", &hints, &from) != 0
	    || bind(c->fd, from->ai_addr, from->ai_addrlen) == -1))
		return -1;
	if (c->bind != NULL)
		freeaddrinfo(from);
	return connect(c->fd, c->to->ai_addr, c->to->ai_addrlen);
}

/* What is answered within two seconds, asked again once. */
static size_t
ask(const struct caller *c, const uint8_t *p, size_t n, uint8_t *reply)
{
	struct pollfd f = { c->fd, POLLIN, 0 };
	ssize_t got;
	int i;

	for (i = 0; i < 2; i++) {
		(void)send(c->fd, p, n, 0);
		if (poll(&f, 1, 2000) == 1 && (got = recv(c->fd, reply,
		    IKE_REPLY_MAX, 0)) > 0)
			return (size_t)got;
	}
	return 0;
}

static void
identity(struct initiator *i, const char *s)
{
	static const struct { const char *name; uint8_t type; } types[] = {
	    { "fqdn/", IKE_ID_FQDN }, { "ufqdn/", IKE_ID_RFC822 },
	    { "ipv4/", IKE_ID_IPV4 }, { "ipv6/", IKE_ID_IPV6 },
	    { "id9/", IKE_ID_DN }, { "id11/", IKE_ID_KEY } };
	static uint8_t octets[64];
	size_t t, n;
	unsigned v;

	for (t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
		n = strlen(types[t].name);
		if (strncmp(s, types[t].name, n) != 0)
			continue;
		initiator_fqdn(i, s + n);
		i->id_type = types[t].type;
		if (i->id_type != IKE_ID_IPV4 && i->id_type != IKE_ID_IPV6)
			return;
		for (i->idlen = 0, s += n; sscanf(s, "%2x", &v) == 1; s += 2)
			octets[i->idlen++] = (uint8_t)v;
		i->id = octets;
		return;
	}
	exit(usage());
}

#define SILENCE	-2

/* A whole handshake: the notification that ends it, -1 or SILENCE. */
static int
shake(const struct caller *c, struct initiator *i)
{
	static uint8_t msg[IKE_MESSAGE_MAX], inner[IKE_MESSAGE_MAX];
	uint8_t reply[IKE_REPLY_MAX];
	size_t n;
	int rv, tries = 0;

	do {
		initiator_init(i);
		if ((n = ask(c, i->init, i->initlen, reply)) == 0)
			return SILENCE;
		rv = initiator_read_init(i, reply, n);
	} while (rv == IKE_N_COOKIE && tries++ < 3);
	if (rv != 0)
		return rv;
	if (c->wrong != NULL && strcmp(c->wrong, "forge") == 0)
		i->nr[0] ^= 1;
	n = initiator_inner(i, inner, sizeof(inner));
	n = initiator_sk(i, msg, sizeof(msg), IKE_P_IDI, inner, n);
	n = ask(c, msg, n, reply);
	return n == 0 ? SILENCE : initiator_read_auth(i, reply, n);
}

static void
call(const struct caller *c)
{
	struct initiator i;
	int rv;

	initiator_new(&i, IKE_CURVE25519);
	initiator_key(&i, c->key);
	identity(&i, c->id);
	if (c->cert != 0)
		i.cert_enc = (uint8_t)c->cert;
	if (c->no_cert) {
		free((void *)(uintptr_t)i.cert);
		i.cert = NULL;
	}
	rv = shake(c, &i);
	initiator_free(&i);
	if (rv == SILENCE)
		puts("silence");
	else if (rv == IKE_N_AUTH_FAILED)
		puts("refused");
	else
		printf("%d\n", rv);
}

/* Requests that nobody ever follows up, each from another of 127/8. */
static void
flood(const struct caller *c, unsigned long n)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(
	    struct in_pktinfo))] = { 0 };
	struct in_pktinfo from = { 0 };
	struct initiator i;
	struct iovec iov;
	struct msghdr m = { .msg_name = c->to->ai_addr,
	    .msg_namelen = c->to->ai_addrlen, .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	unsigned long k;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	initiator_new(&i, IKE_CURVE25519);
	initiator_init(&i);
	iov = (struct iovec){ i.init, i.initlen };
	h->cmsg_level = IPPROTO_IP;
	h->cmsg_type = IP_PKTINFO;
	h->cmsg_len = CMSG_LEN(sizeof(from));
	for (k = 0; k < n; k++) {
		memcpy(i.init, &k, sizeof(k));
		from.ipi_spec_dst.s_addr = htonl(0x7f000000 |
		    (1 + (uint32_t)(k * 0x9e3779b1UL >> 8) % 0xfffffd));
		memcpy(CMSG_DATA(h), &from, sizeof(from));
		if (sendmsg(fd, &m, 0) == -1) {
			perror("call: flood");
			exit(3);
		}
	}
	(void)close(fd);
	initiator_free(&i);
}

static void
garbage(const struct caller *c, unsigned long n)
{
	uint8_t p[1400];
	unsigned long k;
	size_t i;

	srand(7);
	for (k = 0; k < n; k++) {
		for (i = 0; i < sizeof(p); i++)
			p[i] = (uint8_t)rand();
		(void)send(c->fd, p, 1 + k % sizeof(p), 0);
	}
}

int
main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
	    .ai_socktype = SOCK_DGRAM };
	struct caller c = { .id = "fqdn/gw.example.org",
	    .key = "p256.priv-pkcs8.pem" };
	unsigned long n = 1;
	int o;

	while ((o = getopt(argc, argv, "b:c:i:k:nr:x:")) != -1)
		switch (o) {
		case 'b': c.bind = optarg; break;
		case 'c': c.cert = (unsigned)atoi(optarg); break;
		case 'i': c.id = optarg; break;
		case 'k': c.key = optarg; break;
		case 'n': c.no_cert = true; break;
		case 'r': n = strtoul(optarg, NULL, 10); break;
		case 'x': c.wrong = optarg; break;
		default: return usage();
		}
	if (argc - optind != 2 || getaddrinfo(argv[optind], argv[optind + 1],
	    &hints, &c.to) != 0)
		return usage();
	if (connect_to(&c) == -1) {
		perror("call");
		return 3;
	}
	if (c.wrong != NULL && strcmp(c.wrong, "flood") == 0)
		flood(&c, n);
	else if (c.wrong != NULL && strcmp(c.wrong, "garbage") == 0)
		garbage(&c, n);
	else
		while (n-- > 0)
			call(&c);
	freeaddrinfo(c.to);
	return 0;
}
