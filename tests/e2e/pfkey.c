/*
 * Preloaded, gives iked the kernel's part of IPsec where the kernel has
 * none: each request on its PF_KEY socket (RFC 2367) is answered as done.
 * No packet is ever protected.  For tests of what goes on port 500, on a
 * kernel that has nftables and no IPsec; tests/e2e/run's has it the other
 * way round.
 */
#include <sys/socket.h>
#include <sys/uio.h>
#include <arpa/inet.h>
#include <linux/pfkeyv2.h>
#include <netinet/in.h>

#include <dlfcn.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define POLICY	16		/* IP_IPSEC_POLICY and IP_XFRM_POLICY, */
#define POLICY6	34		/* IPv6's, each and the next */
#define ENCAP	100		/* UDP_ENCAP */

static void
answer(int fd)
{
	static _Alignas(8) char buf[65536];
	struct sadb_msg *m = (void *)buf;
	struct sadb_sa sa = { .sadb_sa_len = sizeof(sa) / 8,
	    .sadb_sa_exttype = SADB_EXT_SA };
	uint32_t spi = 0x1000;
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) >= (ssize_t)sizeof(*m)) {
		m->sadb_msg_errno = 0;
		if (m->sadb_msg_type == SADB_GETSPI) {
			sa.sadb_sa_spi = htonl(++spi);
			memcpy(buf + sizeof(*m), &sa, sizeof(sa));
			n = sizeof(*m) + sizeof(sa);
			m->sadb_msg_len = (uint16_t)(n / 8);
		}
		if (send(fd, buf, (size_t)n, 0) == -1)
			break;
	}
	_exit(0);
}

int
socket(int domain, int type, int protocol)
{
	int (*real)(int, int, int);
	void *p = dlsym(RTLD_NEXT, "socket");
	int pair[2];

	memcpy(&real, &p, sizeof(p));
	if (domain != PF_KEY)
		return real(domain, type, protocol);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1)
		return -1;
	if (fork() == 0) {
		(void)close(pair[0]);
		answer(pair[1]);
	}
	(void)close(pair[1]);
	return pair[0];
}

/* The kernel has answered when the call returns, and iked counts on that. */
ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	struct pollfd p = { fd, POLLIN, 0 };
	ssize_t (*real)(int, const struct iovec *, int);
	void *f = dlsym(RTLD_NEXT, "writev");
	socklen_t len = sizeof(int);
	ssize_t rv;
	int type = 0;

	memcpy(&real, &f, sizeof(f));
	rv = real(fd, iov, n);
	if (rv > 0 && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    type == SOCK_SEQPACKET)
		(void)poll(&p, 1, 10000);
	return rv;
}

int
setsockopt(int fd, int level, int name, const void *v, socklen_t n)
{
	int (*real)(int, int, int, const void *, socklen_t);
	void *p = dlsym(RTLD_NEXT, "setsockopt");

	memcpy(&real, &p, sizeof(p));
	if ((level == IPPROTO_IP && (name | 1) == (POLICY | 1)) ||
	    (level == IPPROTO_IPV6 && (name | 1) == (POLICY6 | 1)) ||
	    (level == IPPROTO_UDP && name == ENCAP))
		return 0;
	return real(fd, level, name, v, n);
}
