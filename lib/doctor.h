/*
 * What is wrong on this host, or worth knowing: the tree and who can read
 * it, keys, the store, iked.conf, and what should run by itself.  Looks and
 * changes nothing.
 */
#ifndef BTNS_DOCTOR_H
#define BTNS_DOCTOR_H

#include <stdbool.h>

struct btns_err;
struct btns_pins;

enum doctor_severity { DOCTOR_ERROR, DOCTOR_WARNING, DOCTOR_NOTE };

/* Borrowed, good during the callback.  Texts may hold any bytes. */
struct doctor_finding {
	enum doctor_severity severity;
	const char	*check;		/* which one, in one word */
	const char	*object;	/* file:line, path or identity */
	const char	*what;
	/*
	 * What mends it: a command, or words for iked.conf; arg is a word
	 * that is to be quoted, more comes behind it.  All may be NULL.
	 */
	const char	*fix, *arg, *more;
};

struct btns_doctor {
	const char	*iked;		/* iked's directory */
	struct btns_pins *pins;		/* or NULL: */
	const struct btns_err *why;	/* why it couldn't be opened */
	bool		 none;		/* it was never made */
	void		(*found)(const struct doctor_finding *, void *);
	void		*arg;
};

/*
 * Every check; each finding is told, errors first.  What can't be looked at
 * is a note.  0, or -1 for want of memory and the like.
 */
int	 btns_doctor(const struct btns_doctor *, struct btns_err *);

#endif
