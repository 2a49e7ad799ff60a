/* Other programs: run to their end, in a time, with a bounded output. */
#ifndef BTNS_CHILD_H
#define BTNS_CHILD_H

#include <stddef.h>

struct btns_err;

/*
 * Run a program, by its whole path, with an empty environment and nothing
 * to read; what it says on both outputs goes to buf, with a NUL.  0 with
 * its exit status, -1 for one that was killed.  BTNS_E_SYS: it could not be
 * started; BTNS_E_IKED: it didn't end within ms milliseconds, or said more
 * than fits, and was killed.
 */
int	 btns_child_run(int *status, const char *path,
	    const char *const argv[], char *buf, size_t size, int ms,
	    struct btns_err *);

#endif
