/* Talking to the person at the terminal, not to standard input. */
#ifndef BTNS_ASK_H
#define BTNS_ASK_H

#include <stdbool.h>
#include <stddef.h>

struct btns_err;

/* Is there a terminal to ask at? */
bool	 ask_can(void);

/*
 * Forget what was typed ahead, or pasted behind the answer before; print the
 * prompt on /dev/tty and read a line there, without its newline
 * and without blanks at its ends.  1, or 0 at end of input, or -1: no
 * terminal (BTNS_E_USAGE), a line longer than size (BTNS_E_USAGE, after
 * all of it was read), trouble.
 */
int	 ask_line(char *, size_t size, const char *prompt, struct btns_err *);

/*
 * The same for what somebody reads out: of lines that are pasted all, with
 * newlines between them.
 */
int	 ask_reading(char *, size_t size, const char *prompt,
	    struct btns_err *);

/* Ask until it is "yes": 1, or "no", as the end of input is: 0; or -1. */
int	 ask_yes(const char *prompt, struct btns_err *);

/*
 * Print on the terminal, or on standard error where there is none; a line that
 * is too wide goes on in the next.
 */
void	 ask_say(const char *);

/* Columns of what ask_say() prints on. */
unsigned ask_columns(void);

/* A passphrase, not echoed: its length, or -1.  For struct btns_keyread. */
int	 ask_passphrase(char *buf, int size, const char *file, void *unused);

/*
 * The argument of -F: itself, or for "-" one line from the terminal, or
 * from standard input where that is no terminal.  buf holds the line.
 * NULL with the error.
 */
const char *ask_heard(const char *arg, char *buf, size_t size,
	    struct btns_err *);

#endif
