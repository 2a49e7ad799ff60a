/* Between the files of the shell; nobody else's. */
#ifndef BTNSCTL_SHELL_H
#define BTNSCTL_SHELL_H

#include <sys/types.h>
#include <stdio.h>

#include "../batch.h"
#include "../session.h"
#include "btnsctl.h"

#define SHELL_WORDS	64		/* of a line */

struct shell {
	struct cli	*cli;
	const char	*name;		/* of the script, or NULL: a person */
	unsigned long	 line;		/* of the script */
	bool		 empty_input;	/* the script is standard input */
	bool		 end;		/* quit was typed */
	bool		 batch;		/* between begin and commit */
	struct batch_entry *entry;
	size_t		 n;
};

/* A line, in words that point into it. */
struct shell_line {
	int		 argc;
	char		*argv[SHELL_WORDS + 1];	/* ends with NULL */
};

/*
 * Part a line into words, in place, as sh quotes: '...', "..." and \; # begins
 * a comment.  Nothing is expanded.  BTNS_E_USAGE: a quote is open, too many.
 */
int	 shell_split(struct shell_line *, char *, struct btns_err *);

/* Commands of the shell alone, by name; ends with {0}. */
struct shell_own {
	const char	*name, *brief;
	int		(*run)(struct shell *, struct btns_err *);
};
extern const struct shell_own shell_own[];

/*
 * Run a command line of btnsctl's in a process of its own: an exit status,
 * 128 and more where a signal ended it, or -1.  What it notes for a batch is
 * added to that.
 */
int	 shell_run(struct shell *, struct shell_line *, struct btns_err *);

/* The same, and its output comes by *fd instead. */
int	 shell_start(struct shell *, const struct shell_line *, int *fd,
	    pid_t *, struct btns_err *);

/* Is the person's batch, if there is one, to be left undone? */
bool	 shell_leaves(const struct shell *);

/* Lines of the terminal. */
unsigned shell_rows(void);

int	 shell_undo(struct shell *, struct btns_err *);
int	 shell_watch(struct shell *, struct btns_err *);

/* Lines of a person's, edited, until quit or the end: an exit status. */
int	 shell_edit(struct shell *, int (*line)(struct shell *, char *),
	    struct btns_err *);

/*
 * What may stand at the end of a line that is typed: fn gets each word, the
 * part that is there already included.
 */
void	 shell_complete(struct shell *, const char *line, size_t n,
	    void (*fn)(const char *, void *), void *);

#endif
