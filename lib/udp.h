/* Datagrams with the addresses at both of their ends. */
#ifndef BTNS_UDP_H
#define BTNS_UDP_H

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ike/ike.h"

struct btns_err;

#define BTNS_UDP_NAME	64	/* "[2001:db8::1]:500", and NUL */

/*
 * Sockets on "address", "address:port", "[address]:port", or where it is
 * NULL on all addresses of a family (AF_INET, AF_INET6).  The port is
 * standard where none is given; name gets both.  BTNS_E_USAGE: no numeric
 * address; BTNS_E_SYS: another program has it, or there is no such address
 * here.
 *
 * Where the system can part them, fd[1] gets what only peers send whom our
 * answer reached: all but an IKE_SA_INIT without a cookie (RFC 7296 2.6), so
 * that a flood of those, on fd[0], doesn't push it out.  Else fd[1] is -1.
 */
int	 btns_udp_open(int fd[2], char name[BTNS_UDP_NAME], const char *address,
	    int family, unsigned standard, struct btns_err *);

/* The address of a socket, "" for all, and its port: is it IPv6? */
bool	 btns_udp_at(char address[BTNS_UDP_NAME], unsigned *port, int fd);

/* A datagram, and where it went to: what its answer has to come from. */
struct btns_udp_in {
	uint8_t		*p;		/* the caller's, */
	size_t		 size;		/* of so many octets */
	size_t		 n;		/* 0: dropped, for it doesn't fit, */
	struct ike_from	 from;		/* or none can answer there */
	int		 family;
	struct in_addr	 v4;
	struct in6_addr	 v6;
	unsigned	 ifindex;
};

/* What is there: how many datagrams, or -1 where the socket is broken. */
#define BTNS_UDP_BATCH	16
int	 btns_udp_get(int fd, struct btns_udp_in[BTNS_UDP_BATCH],
	    struct btns_err *);

/* An answer of n octets to it; false: there is no room for it now. */
bool	 btns_udp_put(int fd, const uint8_t *, size_t n,
	    const struct btns_udp_in *);

/* "203.0.113.9", without the port; and NUL. */
void	 btns_udp_text(char out[BTNS_UDP_NAME], const struct ike_from *);

/* This host's own addresses, and the broadcast ones: the caller frees. */
int	 btns_udp_own(struct ike_from **, size_t *n, struct btns_err *);

/* Can a peer have it?  Not ours, nor multicast, broadcast, or nothing. */
bool	 btns_udp_peer(const struct ike_from *, const struct ike_from *own,
	    size_t n);

#endif
