/* Times as people write them. */
#ifndef BTNS_WHEN_H
#define BTNS_WHEN_H

#include <stdint.h>

struct btns_err;

/*
 * "90s", "30m", "4h", "7d", "2w" to seconds, from 1 s to 3660 days.
 * BTNS_E_USAGE.
 */
int	 btns_duration(int64_t *, const char *, struct btns_err *);

/*
 * RFC 3339's date, which is the end of that day, or date and time with Z;
 * UTC seconds.  BTNS_E_USAGE.
 */
int	 btns_date(int64_t *, const char *, struct btns_err *);

/* "2026-11-23T09:41:07Z" (RFC 3339), and NUL. */
#define BTNS_TIME	32
void	 btns_time_text(char out[BTNS_TIME], int64_t);

#endif
