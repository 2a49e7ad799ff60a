/* Text on screens of any width. */
#ifndef BTNS_WRAP_H
#define BTNS_WRAP_H

#include <stddef.h>

#define WRAP_COLUMNS	80

/*
 * Columns of the terminal fd, at least 16; or, where fd is none, those that
 * wrap_columns_are() gave for a screen behind a pipe; or WRAP_COLUMNS.
 */
unsigned wrap_columns(int fd);
void	 wrap_columns_are(unsigned);

/*
 * Of the line at s, up to its newline or end, the bytes that fit so many
 * columns: up to a blank where there is one, and all of it where there is
 * no blank to break at.  Colours and the rest of a UTF-8 sequence take none.
 */
size_t	 wrap_fit(const char *s, unsigned columns);

#endif
