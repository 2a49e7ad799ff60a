#include <stdio.h>
#include <string.h>
#include <time.h>

#include "err.h"
#include "when.h"

#define DAY	86400
#define LONGEST	(3660LL * DAY)

int
btns_duration(int64_t *out, const char *s, struct btns_err *e)
{
	static const char letters[] = "smhdw";
	static const int64_t unit[] = { 1, 60, 3600, DAY, 7 * DAY };
	const char *p, *letter = NULL;
	int64_t n = 0;

	for (p = s; *p >= '0' && *p <= '9' && n < LONGEST; p++)
		n = 10 * n + (*p - '0');
	if (p > s && *p != '\0' && p[1] == '\0')
		letter = strchr(letters, *p);
	if (letter != NULL && n <= LONGEST / unit[letter - letters])
		n *= unit[letter - letters];
	else
		n = 0;
	if (n == 0)
		return btns_fail(e, BTNS_E_USAGE, "%.40s: no duration; 30m, 4h,"
		    " 7d or 2w, at most ten years", s);
	*out = n;
	return 0;
}

int
btns_date(int64_t *out, const char *s, struct btns_err *e)
{
	struct tm tm, back;
	char text[BTNS_TIME];
	const char *end;
	time_t t;

	memset(&tm, 0, sizeof(tm));
	if ((end = strptime(s, "%Y-%m-%dT%H:%M:%SZ", &tm)) == NULL ||
	    *end != '\0') {
		memset(&tm, 0, sizeof(tm));
		if ((end = strptime(s, "%Y-%m-%d", &tm)) == NULL ||
		    *end != '\0')
			goto bad;
		tm.tm_hour = 23;
		tm.tm_min = tm.tm_sec = 59;
	}
	/* 2026-02-30 would become a day of March. */
	if ((t = timegm(&tm)) < 0 || gmtime_r(&t, &back) == NULL)
		goto bad;
	btns_time_text(text, t);
	if (strncmp(text, s, 10) == 0) {
		*out = t;
		return 0;
	}
bad:
	return btns_fail(e, BTNS_E_USAGE, "%.40s: no date; 2026-06-30 or"
	    " 2026-06-30T12:00:00Z", s);
}

void
btns_time_text(char out[BTNS_TIME], int64_t t)
{
	time_t tt = (time_t)t;
	struct tm tm;

	if (gmtime_r(&tt, &tm) == NULL ||
	    strftime(out, BTNS_TIME, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(out, BTNS_TIME, "?");
}
