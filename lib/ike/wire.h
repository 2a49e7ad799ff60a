/*
 * IKEv2 messages as they lie on the wire.  Reading is pure: what comes out
 * are views of the caller's buffer, and every length was held against it.
 */
#ifndef BTNS_IKE_WIRE_H
#define BTNS_IKE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

struct btns_err;

/* Octets that somebody else owns. */
struct ike_view {
	const uint8_t	*p;
	size_t		 n;
};

/* RFC 7296 3.1. */
struct ike_head {
	uint8_t		 spi_i[IKE_SPI], spi_r[IKE_SPI];
	uint8_t		 next, version, exchange, flags;
	uint32_t	 id;
	struct ike_view	 body;		/* all behind the header */
};

/*
 * BTNS_E_FORMAT: shorter than a header, or the length in it isn't n; then
 * and for another major version the fields are filled in all the same, if
 * there are 28 octets.
 */
int	 ike_head(struct ike_head *, const uint8_t *, size_t n,
	    struct btns_err *);

#define IKE_PAYLOADS	64	/* more in a message are refused */

struct ike_payload {
	uint8_t		 type, next;	/* next: what follows it, or is in SK */
	bool		 critical;
	struct ike_view	 body;
};

/* A chain of payloads: RFC 7296 3.2. */
struct ike_walk {
	struct ike_view	 left;
	uint8_t		 next;
	unsigned	 n;
};

void	 ike_walk(struct ike_walk *, uint8_t first, const struct ike_view *);

/*
 * The next payload: 1, 0 at the end, or -1 with BTNS_E_FORMAT: lengths past
 * the end, octets left over, over IKE_PAYLOADS of them.  SK and SKF are the
 * last whatever their next field says (RFC 7296 3.14).
 */
int	 ike_next(struct ike_walk *, struct ike_payload *,
	    struct btns_err *);

/*
 * The one payload of a type: 1, 0 where there is none, -1 where there are
 * two, or what ike_next() refuses.
 */
int	 ike_one(struct ike_payload *, uint8_t first, const struct ike_view *,
	    uint8_t type, struct btns_err *);

/* The bodies of payloads.  BTNS_E_FORMAT where they are too short. */
struct ike_ke {
	uint16_t	 group;
	struct ike_view	 data;
};
struct ike_notify {
	uint8_t		 protocol;
	uint16_t	 type;
	struct ike_view	 spi, data;
};
/* ID, CERT and AUTH: a number and octets; ID's has three that are 0. */
struct ike_typed {
	uint8_t		 type;
	struct ike_view	 data;
};
int	 ike_read_ke(struct ike_ke *, const struct ike_view *,
	    struct btns_err *);
int	 ike_read_notify(struct ike_notify *, const struct ike_view *,
	    struct btns_err *);
int	 ike_read_id(struct ike_typed *, const struct ike_view *,
	    struct btns_err *);
int	 ike_read_cert(struct ike_typed *, const struct ike_view *,
	    struct btns_err *);
int	 ike_read_auth(struct ike_typed *, const struct ike_view *,
	    struct btns_err *);

/* An SKF payload's own head: RFC 7383 2.5. */
struct ike_fragment {
	uint16_t	 number, total;
	struct ike_view	 data;		/* IV, ciphertext, check */
};
int	 ike_read_fragment(struct ike_fragment *, const struct ike_view *,
	    struct btns_err *);

/* A notify of this type in a chain: 1 with its data, 0 or -1. */
int	 ike_find_notify(struct ike_view *, uint8_t first,
	    const struct ike_view *, uint16_t type, struct btns_err *);

/* --- writing, to a buffer of the caller's */

struct ike_out {
	uint8_t		*p;
	size_t		 n, size;
	size_t		 next;		/* where the next type's number goes */
	size_t		 open;		/* where the open payload begins */
	bool		 full;		/* something did not fit */
};

/* Begin a message; id and lengths in network order are seen to. */
void	 ike_begin(struct ike_out *, uint8_t *, size_t size,
	    const struct ike_head *);
void	 ike_open(struct ike_out *, uint8_t type);
void	 ike_put(struct ike_out *, const void *, size_t);
void	 ike_put8(struct ike_out *, unsigned);
void	 ike_put16(struct ike_out *, unsigned);
void	 ike_close(struct ike_out *);
void	 ike_notify(struct ike_out *, unsigned type, const void *, size_t);
/* Its whole length, which is written to its head; 0: it did not fit. */
size_t	 ike_end(struct ike_out *);

#endif
