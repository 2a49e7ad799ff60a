#include <ctype.h>
#include <string.h>
#include <time.h>

#include "ikelog.h"

#define AHEAD	86400		/* s: a clock may be so far ahead of ours */

/* What is left of a line; nothing is ever read behind end. */
struct rest {
	const char	*p, *end;
};

static bool
take(struct rest *r, const char *word, size_t n)
{
	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
		return false;
	r->p += n;
	return true;
}
#define TAKE(r, word)	take((r), "" word, sizeof(word) - 1)

/* The last place of a word, or NULL. */
static const char *
last(const struct rest *r, const char *word, size_t n)
{
	const char *p;

	if ((size_t)(r->end - r->p) < n)
		return NULL;
	for (p = r->end - n; p >= r->p; p--)
		if (*p == *word && memcmp(p, word, n) == 0)
			return p;
	return NULL;
}

static bool
take_spi(struct rest *r, uint64_t *spi)
{
	const char *p = r->p, *end = r->end - p > 16 ? p + 16 : r->end;
	uint64_t v = 0;

	for (; p < end; p++)
		if (*p >= '0' && *p <= '9')
			v = v << 4 | (uint64_t)(*p - '0');
		else if (*p >= 'a' && *p <= 'f')
			v = v << 4 | (uint64_t)(*p - 'a' + 10);
		else
			break;
	*spi = v;
	r->p = p;
	return TAKE(r, ": ");
}

/* "10.99.0.2:500", "[2001:db8::1]:500" up to a byte that ends it. */
static bool
take_address(struct rest *r, struct ikelog *l, char stop)
{
	const char *p, *colon = NULL;

	if (r->p < r->end && *r->p == '[') {
		l->from = ++r->p;
		if ((p = memchr(r->p, ']', (size_t)(r->end - r->p))) == NULL)
			return false;
		l->fromlen = (size_t)(p - l->from);
		r->p = p + 1;
	} else
		l->from = NULL;
	for (p = r->p; p < r->end && *p != stop; p++)
		if (*p == ':')
			colon = p;
	if (p == r->end || colon == NULL)
		return false;
	if (l->from == NULL) {
		l->from = r->p;
		l->fromlen = (size_t)(colon - r->p);
	}
	r->p = p + 1;
	return l->fromlen > 0 && l->fromlen < 64;
}

static void
id_is(struct ikelog *l, enum ikelog_what what, const char *p, const char *end)
{
	if (p >= end)
		return;
	l->id = p;
	l->idlen = (size_t)(end - p);
	l->what = what;
}

/* "established peer ADDRESS:PORT[ID] local ADDRESS:PORT[ID] policy ..." */
static void
established(struct ikelog *l, struct rest *r)
{
	/* The ID may hold what follows it: what is ours stands last. */
	const char *end = last(r, "] local ", 8);

	if (end != NULL && take_address(r, l, '[') && r->p <= end)
		id_is(l, IKELOG_UP, r->p, end);
}

/* "recv IKE_AUTH req 1 peer ADDRESS:PORT local ADDRESS:PORT, ..." */
static void
received(struct ikelog *l, struct rest *r)
{
	while (r->p < r->end && isdigit((unsigned char)*r->p))
		r->p++;
	if (TAKE(r, " peer ") && take_address(r, l, ' '))
		l->what = IKELOG_AUTH;
}

static void
message(struct ikelog *l, struct rest *r)
{
	l->what = IKELOG_NOTHING;
	l->spi = 0;
	l->id = l->from = NULL;
	l->idlen = l->fromlen = 0;
	if (r->p < r->end && *r->p != 's' &&
	    TAKE(r, "ca_validate_pubkey: ")) {
		if (TAKE(r, "could not open public key pubkeys/"))
			id_is(l, IKELOG_NO_FILE, r->p, r->end);
		else if (TAKE(r, "public key does not match pubkeys/"))
			id_is(l, IKELOG_OTHER_KEY, r->p, r->end);
		return;
	}
	if (!TAKE(r, "spi=0x") || !take_spi(r, &l->spi))
		return;
	if (TAKE(r, "recv IKE_AUTH req "))
		received(l, r);
	else if (TAKE(r, "ikev2_send_auth_failed: authentication failed for "))
		id_is(l, IKELOG_REFUSED, r->p, r->end);
	else if (TAKE(r, "established peer "))
		established(l, r);
}

void
btns_ikelog_message(struct ikelog *l, const char *p, size_t n)
{
	struct rest r = { p, p + n };

	l->stamp = NULL;
	l->stamplen = 0;
	message(l, &r);
}

/* "Nov 23 09:41:07", or up to the first blank of RFC 3339's. */
static size_t
stamp_len(const char *p, size_t n)
{
	const char *blank;

	if (n < 17)
		return 0;
	if (p[3] == ' ' && p[6] == ' ' && p[9] == ':' && p[12] == ':' &&
	    p[15] == ' ')
		return 15;
	if (p[4] != '-' || p[10] != 'T')
		return 0;
	blank = memchr(p, ' ', n < 40 ? n : 40);
	return blank == NULL ? 0 : (size_t)(blank - p);
}

/* " host iked[123]: " behind a stamp; others' lines are most lines. */
static bool
from_iked(struct rest *r)
{
	const char *p;

	if (!TAKE(r, " ") ||
	    (p = memchr(r->p, ' ', (size_t)(r->end - r->p))) == NULL)
		return false;
	r->p = p;
	if (!TAKE(r, " iked"))
		return false;
	if (TAKE(r, "["))
		while (r->p < r->end && *r->p != ']')
			if (!isdigit((unsigned char)*r->p++))
				return false;
	(void)TAKE(r, "]");
	return TAKE(r, ": ");
}

/* Does this line, lf at its end, say something? */
static bool
line(struct ikelog *l, const char *p, const char *lf)
{
	struct rest r;

	l->stamplen = stamp_len(p, (size_t)(lf - p));
	l->stamp = l->stamplen == 0 ? NULL : p;
	r = (struct rest){ p + l->stamplen, lf };
	if (l->stamplen > 0 && !from_iked(&r))
		return false;
	message(l, &r);
	return l->what != IKELOG_NOTHING;
}

/*
 * Where the next line that may be iked's begins.  Most lines of most logs
 * are others': memchr() passes them several times as fast as a look at
 * where each begins.
 */
static const char *
candidate(const char *p, const char *end)
{
	const char *k = p, *lf;

	while ((k = memchr(k, 'k', (size_t)(end - k))) != NULL) {
		if (k - p > 17 && end - k > 2 && k[-2] == ' ' &&
		    k[-1] == 'i' && k[1] == 'e' && k[2] == 'd')
			break;
		k++;
	}
	if (k == NULL)
		return NULL;
	lf = memrchr(p, '\n', (size_t)(k - p));
	return lf == NULL ? p : lf + 1;
}

bool
btns_ikelog_next(struct ikelog *l, const char **at, const char *end)
{
	const char *p = *at, *lf;
	/* Among lines with stamps one without is nobody's. */
	bool stamped = p < end && stamp_len(p, (size_t)(end - p)) > 0;

	while (p < end && (!stamped || (p = candidate(p, end)) != NULL) &&
	    (lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		if (line(l, p, lf)) {
			*at = lf + 1;
			return true;
		}
		p = lf + 1;
	}
	*at = end;
	return false;
}

static bool
number(int *out, const char *p, int digits)
{
	int i;

	for (*out = 0, i = 0; i < digits; i++) {
		if (p[i] == ' ' && i == 0 && digits == 2)
			continue;	/* "Nov  3" */
		if (!isdigit((unsigned char)p[i]))
			return false;
		*out = *out * 10 + p[i] - '0';
	}
	return true;
}

/* RFC 3164's minute, in local time. */
static bool
old_minute(int64_t *base, int64_t now, const char *p)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)now;
	struct tm tm, then = { .tm_isdst = -1 };
	const char *m;
	char name[4] = { p[0], p[1], p[2], '\0' };
	int year;

	if ((m = strstr(months, name)) == NULL || (m - months) % 3 != 0 ||
	    localtime_r(&t, &tm) == NULL || !number(&then.tm_mday, p + 4, 2) ||
	    !number(&then.tm_hour, p + 7, 2) ||
	    !number(&then.tm_min, p + 10, 2))
		return false;
	then.tm_mon = (int)(m - months) / 3;
	for (year = tm.tm_year; year >= tm.tm_year - 1; year--) {
		struct tm copy = then;

		copy.tm_year = year;
		*base = mktime(&copy);
		if (*base != -1 && *base <= now + AHEAD)
			return true;
	}
	return false;
}

/* RFC 3339's, as if it were UTC. */
static bool
new_minute(int64_t *base, const char *p)
{
	struct tm tm = { .tm_year = 0 };
	int year;

	if (!number(&year, p, 4) || !number(&tm.tm_mon, p + 5, 2) ||
	    !number(&tm.tm_mday, p + 8, 2) ||
	    !number(&tm.tm_hour, p + 11, 2) ||
	    !number(&tm.tm_min, p + 14, 2) || p[13] != ':' || p[16] != ':' ||
	    year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12)
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon--;
	*base = timegm(&tm);
	return true;
}

/* "Z", "+01:00" or "-0730" behind the seconds and their fraction. */
static bool
zone(int *seconds, const char *p, const char *end)
{
	int h, m;

	if (p < end && *p == '.')
		for (p++; p < end && isdigit((unsigned char)*p);)
			p++;
	*seconds = 0;
	if (end - p == 1 && *p == 'Z')
		return true;
	if (end - p < 5 || (*p != '+' && *p != '-') || !number(&h, p + 1, 2) ||
	    !number(&m, end - 2, 2) || h > 23 || m > 59)
		return false;
	*seconds = (h * 3600 + m * 60) * (*p == '+' ? 1 : -1);
	return true;
}

bool
btns_ikelog_time(int64_t *out, struct ikelog_clock *c,
    const struct ikelog *l)
{
	const char *p = l->stamp;
	bool old = l->stamplen == 15;
	size_t n = old ? 12 : 16;
	int64_t at;
	int s, off = 0;

	if (p == NULL || (!old && (l->stamplen < 20 ||
	    !zone(&off, p + 19, p + l->stamplen))) ||
	    !number(&s, p + (old ? 13 : 17), 2) || s > 60)
		return false;
	if (c->len != n || memcmp(c->minute, p, n) != 0) {
		c->len = 0;
		if (!(old ? old_minute(&c->base, c->now, p) :
		    new_minute(&c->base, p)))
			return false;
		memcpy(c->minute, p, n);
		c->len = n;
	}
	at = c->base + s - off;
	if (at < 0 || at > c->now + AHEAD)
		return false;
	*out = at;
	return true;
}
