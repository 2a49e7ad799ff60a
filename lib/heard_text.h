/* Between heard.c and heard_text.c; nobody else's. */
#ifndef BTNS_HEARD_TEXT_H
#define BTNS_HEARD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct btns_err;

/*
 * What was typed or pasted, in one line, without what only helps to read it:
 * rsafp's heading, "(enough)", the numbers of lines, commas.  Nothing else that
 * was read goes.  false: it doesn't fit.
 */
bool	 heard_plain(char *, size_t, const char *);

/* -1 where one group alone has not four digits as the others have. */
int	 heard_group(const char *, struct btns_err *);

#endif
