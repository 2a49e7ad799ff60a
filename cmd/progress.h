/* How far something is that takes over a second; on a terminal alone. */
#ifndef BTNS_PROGRESS_H
#define BTNS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cli;

struct progress {
	const char	*what;		/* "import"; the caller's */
	bool		 live;		/* somebody is there to see it */
	int64_t		 began, said;	/* ms; 0: nothing was said */
};

void	 progress_begin(struct progress *, const struct cli *,
	    const char *what);
/* So many of all are done.  Cheap, to be called for each. */
void	 progress_at(struct progress *, size_t done, size_t all);
/* Take the line away, before anything else is printed; it may come again. */
void	 progress_end(struct progress *);

#endif
