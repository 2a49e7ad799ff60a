/* A stream of bytes, looked at line by line in a buffer of fixed size. */
#ifndef BTNS_INPUT_H
#define BTNS_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btns_err;

#define INPUT_MAX	65536	/* the longest line, and the longest object */

struct input {
	int		 fd;	/* -1: all there is stands in buf */
	uint8_t		*buf;
	size_t		 size, at, have;
	bool		 eof;
	unsigned long	 line;	/* number of the line read last, from 1 */
};

/*
 * fd stays the caller's.  With fd -1 the n bytes at p are the input, and
 * are copied.  BTNS_E_NOMEM.
 */
int	 input_open(struct input *, int fd, const void *p, size_t n,
	    struct btns_err *);

/* Wipes the buffer: private keys may have passed. */
void	 input_close(struct input *);

/*
 * See the next bytes without taking them: up to want of them (at most
 * INPUT_MAX + 1), fewer only at the end of the input.  BTNS_E_SYS.
 */
int	 input_peek(struct input *, const uint8_t **, size_t *n, size_t want,
	    struct btns_err *);

/* Take n bytes that input_peek() showed. */
void	 input_skip(struct input *, size_t n);

/*
 * Take a line without its end (LF or CRLF): 1, or 0 at the end of the
 * input, or -1.  The bytes are good until the next call.  A line longer
 * than INPUT_MAX is skipped: *n is 0 and *cut is true.
 */
int	 input_line(struct input *, const char **, size_t *, bool *cut,
	    struct btns_err *);

#endif
