/* The words of iked.conf(5), includes and macros among them; ikedconf.c's. */
#ifndef BTNS_CONFLEX_H
#define BTNS_CONFLEX_H

#include <stdbool.h>
#include <stddef.h>

struct btns_err;
struct conflex;

#define CONFLEX_FILE	(1024 * 1024)	/* octets of a file */
#define CONFLEX_WORD	8096		/* of a word, and its NUL: iked's own */
#define CONFLEX_DEPTH	8		/* files in files */

enum conftok {
	CONF_END,		/* of it all */
	CONF_EOL,
	CONF_KEYWORD,		/* a reserved word, bare */
	CONF_STRING,		/* any other word, or a quoted one */
	CONF_NUMBER,
	CONF_CHAR,		/* { } ( ) / , = and what belongs nowhere */
	CONF_BAD		/* what can't be; why says it */
};

struct confword {
	enum conftok	 what;
	const char	*file;		/* good until conflex_free() */
	unsigned	 line;
	char		 text[CONFLEX_WORD];
	char		 why[160];	/* of CONF_BAD */
};

/* A file in memory. */
struct conftext {
	char		*p;
	size_t		 n;
	unsigned long	 dev, ino;	/* 0: of none */
	char		 warn[160];	/* why iked refuses it, or "" */
};

/*
 * Read a configuration as iked opens one.  What others can read is read
 * with a warning, though iked refuses it.  BTNS_E_NOTFOUND, BTNS_E_UNSAFE,
 * BTNS_E_FORMAT, BTNS_E_SYS, BTNS_E_NOMEM: t holds nothing then.
 */
int	 conflex_read(struct conftext *, int dir, const char *name,
	    struct btns_err *);
void	 conflex_drop(struct conftext *);	/* wipes it: a psk */

/*
 * Begin with a text, which is taken, on failure too; file is its name in
 * messages.  With files false includes are left out.  BTNS_E_NOMEM.
 */
int	 conflex_new(struct conflex **, const char *file, struct conftext *,
	    bool files, struct btns_err *);
void	 conflex_free(struct conflex *);	/* wipes; NULL is fine */

void	 conflex_next(struct conflex *, struct confword *);

/* The rest of this line is no word of ours; its end comes next. */
void	 conflex_skip(struct conflex *);

/* name = value.  -1 for want of memory. */
int	 conflex_macro(struct conflex *, const char *name, const char *value,
	    struct btns_err *);

/*
 * Go on in this file, and come back at its end.  why is "", or why it can't
 * be had, or why iked refuses it.  -1 for want of memory.
 */
int	 conflex_include(struct conflex *, const char *name, char *why,
	    size_t, struct btns_err *);

#endif
