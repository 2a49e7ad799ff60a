/* The one error type. */
#ifndef BTNS_ERR_H
#define BTNS_ERR_H

enum btns_code {
	BTNS_OK,
	BTNS_E_NOMEM,		/* an allocation failed */
	BTNS_E_SYS,		/* a system call failed; see sys_errno */
	BTNS_E_FORMAT,		/* input is not what it claims to be */
	BTNS_E_CRYPTO,		/* libcrypto refused */
	BTNS_E_STORE,		/* the store is locked, damaged or missing */
	BTNS_E_IKED,		/* iked does not answer */
	BTNS_E_UNSAFE,		/* owner or mode would let others in */
	BTNS_E_NOTFOUND,	/* a plain no: it isn't there */
	BTNS_E_EXISTS,		/* a plain no: it is there already */
	BTNS_E_REFUSED,		/* a plain no: a rule forbids it */
	BTNS_E_USAGE,		/* the caller's words are wrong */
	BTNS_E_OPTIONS,		/* wrong options or operands: usage helps */
	BTNS_E_INTERNAL,	/* a bug in this program */
	BTNS_E__COUNT
};

struct btns_err {
	enum btns_code	 code;
	int		 sys_errno;	/* 0 unless code is BTNS_E_SYS */
	char		 msg[1024];	/* always NUL-terminated, one line */
};

#if defined(__GNUC__)
# define BTNS_PRINTF(f, a) __attribute__((__format__(__printf__, f, a)))
#else
# define BTNS_PRINTF(f, a)
#endif

/*
 * Record a failure.  All return -1, so that callers can return them.
 * btns_fail_sys() appends strerror(errno); btns_fail_crypto() appends
 * libcrypto's oldest reason and empties its queue.
 */
int	 btns_fail(struct btns_err *, enum btns_code, const char *, ...)
	    BTNS_PRINTF(3, 4);
int	 btns_fail_sys(struct btns_err *, const char *, ...) BTNS_PRINTF(2, 3);
int	 btns_fail_crypto(struct btns_err *, const char *);

/* Put context and ": " in front of a recorded failure; returns -1. */
int	 btns_fail_at(struct btns_err *, const char *, ...) BTNS_PRINTF(2, 3);

/* Put advice behind it. */
void	 btns_fail_more(struct btns_err *, const char *);

#endif
