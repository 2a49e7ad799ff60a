#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include "err.h"

/* So much of an object's name, and its end, leaves room for the reason. */
#define NAME_MAX_SHOWN	512

static void
shorten(char *s)
{
	size_t n = strlen(s);

	if (n <= NAME_MAX_SHOWN)
		return;
	memcpy(s, "...", 3);
	memmove(s + 3, s + n - (NAME_MAX_SHOWN - 3), NAME_MAX_SHOWN - 2);
}

static void
set(struct btns_err *e, enum btns_code code, int eno, const char *fmt,
    va_list ap)
{
	size_t n;

	e->code = code;
	e->sys_errno = eno;
	(void)vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	if (eno != 0) {
		shorten(e->msg);
		n = strlen(e->msg);
		(void)snprintf(e->msg + n, sizeof(e->msg) - n, ": %s",
		    strerror(eno));
	}
}

int
btns_fail(struct btns_err *e, enum btns_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(e, code, 0, fmt, ap);
	va_end(ap);
	return -1;
}

int
btns_fail_sys(struct btns_err *e, const char *fmt, ...)
{
	int eno = errno;	/* before anything can change it */
	va_list ap;

	va_start(ap, fmt);
	set(e, BTNS_E_SYS, eno, fmt, ap);
	va_end(ap);
	return -1;
}

int
btns_fail_crypto(struct btns_err *e, const char *what)
{
	unsigned long oe = ERR_get_error();
	const char *why = oe == 0 ? NULL : ERR_reason_error_string(oe);

	ERR_clear_error();
	return btns_fail(e, BTNS_E_CRYPTO, "%s: %s", what,
	    why == NULL ? "libcrypto gave no reason" : why);
}

int
btns_fail_at(struct btns_err *e, const char *fmt, ...)
{
	char old[sizeof(e->msg)];
	size_t n;
	va_list ap;

	memcpy(old, e->msg, sizeof(old));
	va_start(ap, fmt);
	(void)vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	shorten(e->msg);
	n = strlen(e->msg);
	(void)snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", old);
	return -1;
}

void
btns_fail_more(struct btns_err *e, const char *advice)
{
	size_t n = strlen(e->msg);

	(void)snprintf(e->msg + n, sizeof(e->msg) - n, "%s", advice);
}
