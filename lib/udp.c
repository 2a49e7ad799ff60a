#include "../config.h"

#include <arpa/inet.h>
#include <net/if.h>
#ifdef __linux__
#include <linux/filter.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "udp.h"

/* --- opening */

static bool
is_port(const char *s)
{
	size_t n = strspn(s, "0123456789");
	long v = strtol(s, NULL, 10);

	return n > 0 && n <= 5 && s[n] == '\0' && v > 0 && v <= 65535;
}

/* "[a]:p", "a:p", "a": a bare IPv6 address has more than one colon. */
static int
split(char *host, size_t size, char port[8], const char *s,
    unsigned standard, struct btns_err *e)
{
	const char *end = s + strlen(s), *colon = strrchr(s, ':');
	size_t n;

	(void)snprintf(port, 8, "%u", standard);
	if (*s == '[') {
		end = strchr(++s, ']');
		colon = end == NULL ? NULL : end[1] == ':' ? end + 1 : NULL;
		if (end == NULL || (colon == NULL && end[1] != '\0'))
			goto bad;
	} else if (colon != NULL && strchr(s, ':') == colon)
		end = colon;
	else
		colon = NULL;
	n = (size_t)(end - s);
	if (n == 0 || n >= size || (colon != NULL && !is_port(colon + 1)))
		goto bad;
	memcpy(host, s, n);
	host[n] = '\0';
	if (colon != NULL)
		(void)snprintf(port, 8, "%s", colon + 1);
	return 0;
bad:
	return btns_fail(e, BTNS_E_USAGE, "%.60s: not an address, nor"
	    " address:port", s);
}

static int
want(int fd, int level, int option)
{
	const int on = 1;

	return setsockopt(fd, level, option, &on, sizeof(on));
}

static int
options(int fd, int family)
{
	if (family == AF_INET6)
		return want(fd, IPPROTO_IPV6, IPV6_V6ONLY) == -1 ||
		    want(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO) == -1 ? -1 : 0;
#ifdef IP_PKTINFO
	return want(fd, IPPROTO_IP, IP_PKTINFO);
#else
	return want(fd, IPPROTO_IP, IP_RECVDSTADDR);
#endif
}

/*
 * The kernel keeps what comes while other processes have the processor: half
 * a megabyte is over in a millisecond of a flood.  And it keeps answers while
 * it asks for a neighbour.  Root may have more than the system's limit.
 */
static void
room(int fd)
{
	const int octets = 2 << 20;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof(octets));
#ifdef SO_RCVBUFFORCE
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets,
	    sizeof(octets));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &octets,
	    sizeof(octets));
#endif
}

static int
udp_socket(int family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd != -1 && options(fd, family) == -1) {
		(void)close(fd);
		return -1;
	}
	if (fd != -1)
		room(fd);
	return fd;
}

#ifdef SO_ATTACH_REUSEPORT_CBPF
/*
 * RFC 7296 3.1: 0 for exchange 34, IKE_SA_INIT, whose next payload isn't
 * 41, a notification; else 1.  Offsets are from behind UDP's header.
 */
static int
part(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 18),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 34, 0, 2),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 16),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 41, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog p = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &p,
	    sizeof(p));
}

/* Both at one place; and afterwards nobody else there. */
static int
open_both(int fd[2], const struct addrinfo *ai)
{
	const int off = 0;

	if (want(fd[0], SOL_SOCKET, SO_REUSEPORT) == -1 ||
	    bind(fd[0], ai->ai_addr, ai->ai_addrlen) == -1 ||
	    (fd[1] = udp_socket(ai->ai_family)) == -1 ||
	    want(fd[1], SOL_SOCKET, SO_REUSEPORT) == -1 ||
	    bind(fd[1], ai->ai_addr, ai->ai_addrlen) == -1)
		return -1;
	return part(fd[0]) == -1 || setsockopt(fd[0], SOL_SOCKET,
	    SO_REUSEPORT, &off, sizeof(off)) == -1 || setsockopt(fd[1],
	    SOL_SOCKET, SO_REUSEPORT, &off, sizeof(off)) == -1 ? -1 : 0;
}
#else
static int
open_both(int fd[2], const struct addrinfo *ai)
{
	return bind(fd[0], ai->ai_addr, ai->ai_addrlen);
}
#endif

int
btns_udp_open(int fd[2], char name[BTNS_UDP_NAME], const char *address,
    int family, unsigned standard, struct btns_err *e)
{
	struct addrinfo hints = { .ai_family = family,
	    .ai_socktype = SOCK_DGRAM,
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
	struct addrinfo *ai;
	char host[INET6_ADDRSTRLEN + IF_NAMESIZE], port[8];
	int i, rv = 0;

	fd[0] = fd[1] = -1;
	(void)snprintf(port, sizeof(port), "%u", standard);
	if (address != NULL && split(host, sizeof(host), port, address,
	    standard, e) == -1)
		return -1;
	if (getaddrinfo(address == NULL ? NULL : host, port, &hints,
	    &ai) != 0)
		return btns_fail(e, BTNS_E_USAGE, "%.60s: not an address,"
		    " nor address:port", address == NULL ? port : address);
	(void)snprintf(name, BTNS_UDP_NAME, "%.50s port %.5s", address != NULL ?
	    host : ai->ai_family == AF_INET6 ? "::" : "0.0.0.0", port);
	if ((fd[0] = udp_socket(ai->ai_family)) == -1 ||
	    open_both(fd, ai) == -1) {
		rv = btns_fail_sys(e, "%s", name);
		for (i = 0; i < 2; i++)
			if (fd[i] != -1)
				(void)close(fd[i]);
		fd[0] = fd[1] = -1;
	}
	freeaddrinfo(ai);
	return rv;
}

static bool
from_of(struct ike_from *f, const struct sockaddr_storage *ss)
{
	const struct sockaddr_in6 *six = (const void *)ss;
	const struct sockaddr_in *four = (const void *)ss;

	memset(f, 0, sizeof(*f));
	if (ss->ss_family == AF_INET) {
		f->family = 4;
		memcpy(f->addr, &four->sin_addr, 4);
		f->port = ntohs(four->sin_port);
	} else if (ss->ss_family == AF_INET6) {
		f->family = 6;
		memcpy(f->addr, &six->sin6_addr, 16);
		f->port = ntohs(six->sin6_port);
	}
	return f->port != 0;
}

bool
btns_udp_at(char address[BTNS_UDP_NAME], unsigned *port, int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct ike_from at;

	memset(&ss, 0, sizeof(ss));
	(void)getsockname(fd, (struct sockaddr *)&ss, &len);
	(void)from_of(&at, &ss);
	*port = at.port;
	btns_udp_text(address, &at);
	if (strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0)
		address[0] = '\0';
	return at.family == 6;
}

/* --- to and fro */

static void
to_of(struct btns_udp_in *to, struct msghdr *m)
{
	struct cmsghdr *c;
	struct in6_pktinfo six;

	to->family = 0;
	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&six, CMSG_DATA(c), sizeof(six));
			to->family = AF_INET6;
			to->v6 = six.ipi6_addr;
			to->ifindex = six.ipi6_ifindex;
		}
#ifdef IP_PKTINFO
		if (c->cmsg_level == IPPROTO_IP &&
		    c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo four;

			memcpy(&four, CMSG_DATA(c), sizeof(four));
			to->family = AF_INET;
			to->v4 = four.ipi_spec_dst;
		}
#else
		if (c->cmsg_level == IPPROTO_IP &&
		    c->cmsg_type == IP_RECVDSTADDR) {
			memcpy(&to->v4, CMSG_DATA(c), sizeof(to->v4));
			to->family = AF_INET;
		}
#endif
	}
}

struct control {
	_Alignas(struct cmsghdr) char buf[256];
};

#ifdef HAVE_RECVMMSG
#define receive(fd, m, n)	recvmmsg(fd, m, n, 0, NULL)
#else
struct mmsghdr {
	struct msghdr	 msg_hdr;
	unsigned	 msg_len;
};

static int
receive(int fd, struct mmsghdr *m, unsigned n)
{
	ssize_t len = n == 0 ? 0 : recvmsg(fd, &m->msg_hdr, 0);

	if (len == -1)
		return -1;
	m->msg_len = (unsigned)len;
	return 1;
}
#endif

int
btns_udp_get(int fd, struct btns_udp_in in[BTNS_UDP_BATCH],
    struct btns_err *e)
{
	struct mmsghdr all[BTNS_UDP_BATCH];
	struct sockaddr_storage ss[BTNS_UDP_BATCH];
	struct iovec iov[BTNS_UDP_BATCH];
	struct control control[BTNS_UDP_BATCH] = { { { 0 } } };
	int i, n;

	for (i = 0; i < BTNS_UDP_BATCH; i++) {
		iov[i] = (struct iovec){ in[i].p, in[i].size };
		all[i].msg_hdr = (struct msghdr){ .msg_name = &ss[i],
		    .msg_namelen = sizeof(ss[i]), .msg_iov = &iov[i],
		    .msg_iovlen = 1, .msg_control = control[i].buf,
		    .msg_controllen = sizeof(control[i].buf) };
	}
	/* What an ICMP message brought is no trouble of ours. */
	if ((n = receive(fd, all, BTNS_UDP_BATCH)) == -1)
		return errno == EAGAIN || errno == EWOULDBLOCK ||
		    errno == EINTR || errno == ECONNREFUSED ||
		    errno == EHOSTUNREACH || errno == ENETUNREACH ? 0 :
		    btns_fail_sys(e, "receiving");
	for (i = 0; i < n; i++) {
		to_of(&in[i], &all[i].msg_hdr);
		in[i].n = (all[i].msg_hdr.msg_flags & MSG_TRUNC) != 0 ||
		    !from_of(&in[i].from, &ss[i]) ? 0 : all[i].msg_len;
	}
	return n;
}

static void
source(struct msghdr *m, const struct btns_udp_in *to)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);

	if (to->family == AF_INET6) {
		struct in6_pktinfo six = { .ipi6_addr = to->v6,
		    .ipi6_ifindex = to->ifindex };

		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(six));
		memcpy(CMSG_DATA(c), &six, sizeof(six));
		m->msg_controllen = CMSG_SPACE(sizeof(six));
		return;
	}
	c->cmsg_level = IPPROTO_IP;
#ifdef IP_PKTINFO
	struct in_pktinfo four = { .ipi_spec_dst = to->v4 };

	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(four));
	memcpy(CMSG_DATA(c), &four, sizeof(four));
	m->msg_controllen = CMSG_SPACE(sizeof(four));
#else
	c->cmsg_type = IP_SENDSRCADDR;
	c->cmsg_len = CMSG_LEN(sizeof(to->v4));
	memcpy(CMSG_DATA(c), &to->v4, sizeof(to->v4));
	m->msg_controllen = CMSG_SPACE(sizeof(to->v4));
#endif
}

bool
btns_udp_put(int fd, const uint8_t *p, size_t n, const struct btns_udp_in *to)
{
	const struct ike_from *peer = &to->from;
	struct control control;
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct iovec iov = { (void *)(uintptr_t)p, n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (peer->family == 4) {
		memcpy(&four.sin_addr, peer->addr, 4);
		four.sin_port = htons(peer->port);
		m.msg_name = &four;
		m.msg_namelen = sizeof(four);
	} else {
		memcpy(&six.sin6_addr, peer->addr, 16);
		six.sin6_port = htons(peer->port);
		if (IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr))
			six.sin6_scope_id = to->ifindex;
		m.msg_name = &six;
		m.msg_namelen = sizeof(six);
	}
	if (to->family != 0) {
		memset(&control, 0, sizeof(control));
		m.msg_control = control.buf;
		m.msg_controllen = sizeof(control.buf);
		source(&m, to);
	}
	/* What can't be sent is lost, as datagrams are: the peer asks again. */
	return sendmsg(fd, &m, 0) != -1 || (errno != EAGAIN &&
	    errno != EWOULDBLOCK && errno != ENOBUFS);
}

/* --- addresses */

void
btns_udp_text(char out[BTNS_UDP_NAME], const struct ike_from *f)
{
	if (inet_ntop(f->family == 4 ? AF_INET : AF_INET6, f->addr, out,
	    BTNS_UDP_NAME) == NULL)
		out[0] = '\0';
}

static void
add(struct ike_from *all, size_t *n, const struct sockaddr *sa)
{
	struct sockaddr_storage ss;

	if (sa == NULL || (sa->sa_family != AF_INET &&
	    sa->sa_family != AF_INET6))
		return;
	memset(&ss, 0, sizeof(ss));
	memcpy(&ss, sa, sa->sa_family == AF_INET ?
	    sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
	(void)from_of(&all[(*n)++], &ss);
}

int
btns_udp_own(struct ike_from **out, size_t *n, struct btns_err *e)
{
	struct ifaddrs *all, *i;
	size_t room = 0;

	*out = NULL;
	*n = 0;
	if (getifaddrs(&all) == -1)
		return btns_fail_sys(e, "addresses");
	for (i = all; i != NULL; i = i->ifa_next)
		room += 2;
	if ((*out = calloc(room + 1, sizeof(**out))) == NULL) {
		freeifaddrs(all);
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	}
	for (i = all; i != NULL; i = i->ifa_next) {
		add(*out, n, i->ifa_addr);
		if ((i->ifa_flags & IFF_BROADCAST) != 0)
			add(*out, n, i->ifa_broadaddr);
	}
	freeifaddrs(all);
	return 0;
}

bool
btns_udp_peer(const struct ike_from *f, const struct ike_from *own, size_t n)
{
	static const uint8_t zeros[16];
	size_t i, len = f->family == 4 ? 4 : 16;

	if (f->family == 4 ? f->addr[0] == 0 || f->addr[0] >= 224 :
	    f->addr[0] == 0xff || memcmp(f->addr, zeros, 16) == 0)
		return false;
	for (i = 0; i < n; i++)
		if (own[i].family == f->family &&
		    memcmp(own[i].addr, f->addr, len) == 0)
			return false;
	return true;
}
