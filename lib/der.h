/*
 * Strict DER (X.690): a reader that names the offset of what it refuses,
 * and a writer into a fixed buffer.  No allocation on either side.
 */
#ifndef BTNS_DER_H
#define BTNS_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btns_err;

enum {
	DER_INTEGER = 0x02,
	DER_BITSTRING = 0x03,
	DER_OCTETSTRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
	DER_CTX0 = 0xa0,
	DER_CTX1 = 0xa1,
	DER_CTX1_PRIMITIVE = 0x81
};

/* A view of bytes that somebody else owns.  base is for offsets only. */
struct der {
	const uint8_t	*base, *p, *end;
};

/* Offset of p in the object, for messages. */
#define DER_AT(d)	((size_t)((d)->p - (d)->base))

void	 der_init(struct der *, const uint8_t *, size_t);

/* The next element's tag, or -1 at the end. */
int	 der_peek(const struct der *);

/*
 * Step over the next element, which must have this tag, and view its
 * content in body.  what names it, with its specification's section, for
 * the message.  BTNS_E_FORMAT: another tag, truncation, a length that is
 * indefinite or not minimal (X.690 10.1).
 */
int	 der_get(struct der *, int tag, struct der *body, const char *what,
	    struct btns_err *);

/* As der_get() for a tag of any kind. */
int	 der_skip(struct der *, const char *what, struct btns_err *);

/*
 * A non-negative INTEGER without its sign octet; a lone zero octet stays.
 * BTNS_E_FORMAT: negative, or not minimal (X.690 8.3.2).
 */
int	 der_uint(struct der *, struct der *body, const char *what,
	    struct btns_err *);

/* A BIT STRING of whole octets (no unused bits). */
int	 der_bits(struct der *, struct der *body, const char *what,
	    struct btns_err *);

/* BTNS_E_FORMAT where bytes are left over. */
int	 der_end(const struct der *, const char *what, struct btns_err *);

/* Is the view exactly these bytes? */
bool	 der_is(const struct der *, const uint8_t *, size_t);

/*
 * Size of the whole object that begins with these n bytes, or 0 where n
 * bytes don't tell or aren't the begin of a DER SEQUENCE.
 */
size_t	 der_object_size(const uint8_t *, size_t n);

/*
 * Writing, back to front, so that lengths are known.  p moves down from
 * the end of the caller's buffer; the caller sizes it.
 */
struct derw {
	uint8_t		*p;
};

void	 derw_bytes(struct derw *, const void *, size_t);
void	 derw_byte(struct derw *, uint8_t);
void	 derw_head(struct derw *, uint8_t tag, size_t len);
void	 derw_uint(struct derw *, const uint8_t *, size_t); /* no lead zeros */

#endif
