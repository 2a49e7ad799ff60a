/* Between the files of doctor; nobody else's. */
#ifndef BTNS_DOCTOR_PRIV_H
#define BTNS_DOCTOR_PRIV_H

#include <sys/stat.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "doctor.h"
#include "err.h"
#include "export.h"
#include "ident.h"
#include "ikedfile.h"
#include "ikedconf.h"
#include "ikeduser.h"
#include "pins.h"
#include "tree.h"

/* A file of the type directories, and what is in it. */
struct doctor_file {
	char		*path;		/* "fqdn/gw.example.org" */
	struct stat	 st;
	bool		 unread;	/* it can't be looked into */
	struct btns_ikedfile in;
	bool		 own;		/* a key in it is this host's */
};

/* What an export would do with a path. */
struct doctor_change {
	enum plan_op	 op;
	char		*path;
	bool		 trusted;
};

struct doctor {
	const struct btns_doctor *how;
	const struct doctor_check *check;	/* the one at work */
	unsigned long	 said;		/* by it */
	struct btns_tree *tree;		/* or NULL */
	struct ikedconf	 conf;
	bool		 have_conf;
	char		 conf_path[PATH_MAX];
	struct btns_err	 conf_why;	/* where it isn't had */
	struct btns_ikeduser user;
	struct doctor_file *file;
	size_t		 nfile;
	struct btns_err	 files_why;	/* where they could not be had */
	struct doctor_change *change;
	size_t		 nchange;
	struct told	*told;		/* findings */
	size_t		 ntold;
	bool		 cron;		/* an export should run by itself */
	bool		 nomem;
	struct btns_err	*e;
};

/*
 * A check says what it finds, with the severity of its row.  0; -1 ends it
 * alone, as what could not be looked at, but for want of memory.
 */
struct doctor_check {
	const char	*name;
	enum doctor_severity severity;
	int		(*run)(struct doctor *, struct btns_err *);
};

/* Tables that end with a row of NULL. */
extern const struct doctor_check doctor_tree[];
extern const struct doctor_check doctor_keys[];
extern const struct doctor_check doctor_conf[];
extern const struct doctor_check doctor_policies[];
extern const struct doctor_check doctor_certs[];
extern const struct doctor_check doctor_operation[];
extern const struct doctor_check doctor_host[];

/* One finding; fix, arg and more as in struct doctor_finding. */
struct doctor_fix {
	const char	*fix, *arg, *more;
};
void	 doctor_say(struct doctor *, const char *object,
	    const struct doctor_fix *, const char *, ...)
	    BTNS_PRINTF(4, 5);

/* It could not be looked at: a note, or the end for want of memory. */
void	 doctor_blind(struct doctor *, const char *object,
	    const struct btns_err *why);
void	 doctor_blind_errno(struct doctor *, const char *object, int);

/* "pubkeys/fqdn/gw" below iked's directory, absolute. */
void	 doctor_path(char[PATH_MAX], const struct doctor *,
	    const char *below);

/* Is it the tree that the iked of this host reads? */
bool	 doctor_is_host(const struct doctor *);

/* iked's own program, or NULL: it isn't installed. */
const char *doctor_program(void);

/* "iked.conf:3", or an included file's whole path. */
void	 doctor_place(char *, size_t, const struct doctor *,
	    const char *file, unsigned line);

/* Read what several checks look at; what can't be had is theirs to tell. */
int	 doctor_see(struct doctor *);

/* Not for one check alone: it ends the run. */
bool	 doctor_is_end(const struct btns_err *);

#endif
