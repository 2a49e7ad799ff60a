/* Other programs: run to their end, in a time, with a bounded output. */
#ifndef BTNS_CHILD_H
#define BTNS_CHILD_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

struct btns_err;

/*
 * Run a program, by its whole path or a name of the system's, with an empty
 * environment and nothing to read; what it says on both outputs goes to buf,
 * with a NUL.  0 with its exit status, -1 for one that was killed.  SIGINT,
 * SIGTERM and SIGHUP are blocked in it.
 * BTNS_E_SYS: it could not be started; BTNS_E_IKED: it didn't end within ms
 * milliseconds, or said more than fits, and was killed.
 */
int	 btns_child_run(int *status, const char *path,
	    const char *const argv[], char *buf, size_t size, int ms,
	    struct btns_err *);

/*
 * Start a program of the system's by its name, with an empty environment,
 * `in` to read (-1: nothing), and its standard output to a pipe whose other
 * end is *fd, the caller's to close.  BTNS_E_SYS: also where there is none.
 */
int	 btns_child_pipe(pid_t *, int *fd, const char *name,
	    const char *const argv[], int in, struct btns_err *);
bool	 btns_child_has(const char *name);

/* Wait for its end: its exit status, or -1.  Or end it. */
int	 btns_child_wait(pid_t);
void	 btns_child_stop(pid_t);

#endif
