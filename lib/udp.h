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
 * A socket on "address", "address:port", "[address]:port", or where it is
 * NULL on all addresses of a family (AF_INET, AF_INET6).  The port is
 * standard where none is given; name gets both.  BTNS_E_USAGE: no numeric
 * address; BTNS_E_SYS: another program has it, or there is no such address
 * here.
 */
int	 btns_udp_open(int *fd, char name[BTNS_UDP_NAME], const char *address,
	    int family, unsigned standard, struct btns_err *);

/* The address of a socket, "" for all, and its port: is it IPv6? */
bool	 btns_udp_at(char address[BTNS_UDP_NAME], unsigned *port, int fd);

/* Where a datagram went to: what its answer has to come from. */
struct btns_udp_to {
	int		 family;
	struct in_addr	 v4;
	struct in6_addr	 v6;
	unsigned	 ifindex;
};

/*
 * One datagram: its size, 0 where none is there, -1 where the socket is
 * broken.  One that doesn't fit, or has no address that can be answered, is
 * dropped: *drop.
 */
ssize_t	 btns_udp_get(int fd, uint8_t *, size_t, struct ike_from *,
	    struct btns_udp_to *, bool *drop);
void	 btns_udp_put(int fd, const uint8_t *, size_t,
	    const struct ike_from *, const struct btns_udp_to *);

/* "203.0.113.9", without the port; and NUL. */
void	 btns_udp_text(char out[BTNS_UDP_NAME], const struct ike_from *);

/* This host's own addresses, and the broadcast ones: the caller frees. */
int	 btns_udp_own(struct ike_from **, size_t *n, struct btns_err *);

/* Can a peer have it?  Not ours, nor multicast, broadcast, or nothing. */
bool	 btns_udp_peer(const struct ike_from *, const struct ike_from *own,
	    size_t n);

#endif
