/* Words of a line, parted by blanks and tabs; "..." holds blanks too. */
#ifndef BTNS_WORDS_H
#define BTNS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct words {
	const char	*p, *end;	/* the caller's bytes; no NUL needed */
};

/*
 * The next word, borrowed.  A double quote opens a stretch, up to the next
 * one that no backslash precedes, whose blanks don't part (sshd(8),
 * AUTHORIZED_KEYS FILE FORMAT); the quotes stay in the word.
 */
bool	 words_next(struct words *, const char **, size_t *);

#endif
