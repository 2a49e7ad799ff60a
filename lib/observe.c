#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "ikelog.h"
#include "logread.h"
#include "observe.h"
#include "pins.h"

#define SLOTS	4096		/* of the table; half of them are used */
/* What a piece of a log can add to it: no line that counts is shorter. */
#define MOST	(LOGREAD_PIECE / 32)
#define PEERS	4096		/* IKE_AUTHs whose address is remembered */
#define WAITING	64		/* lines without an address to be joined */
#define JOIN	60		/* seconds */
#define ADDRESS	64

enum kind { REFUSED, NO_FILE, UP };

/* Lines that say the same, as long as the same was exported. */
struct slot {
	bool		 used;
	uint64_t	 hash;
	enum kind	 kind;
	char		 id[BTNS_KNOCK_ID];
	char		 address[ADDRESS];
	bool		 pinnable;
	struct btns_ident ident;
	struct btns_period period;
	int64_t		 first, last, days, times, verified;
	bool		 added, alarm;
};

struct peer {
	uint64_t	 spi;
	char		 address[ADDRESS];
};

/* "could not open", which names no address. */
struct waiting {
	uint64_t	 hash;		/* of its ID; 0: none waits here */
	int64_t		 at;
	bool		 other;		/* "does not match" */
};

struct observer {
	struct btns_observe *o;
	struct slot	*slot;
	size_t		 used;
	struct peer	*peer;
	struct waiting	 waiting[WAITING];	/* a ring */
	size_t		 next;		/* where the oldest lies */
	struct ikelog_clock clock;
	int64_t		 at;		/* of the last line that said when */
};

int
btns_observer_new(struct observer **out, struct btns_observe *o,
    struct btns_err *e)
{
	struct observer *w = calloc(1, sizeof(*w));

	*out = NULL;
	if (w == NULL || (w->slot = calloc(SLOTS, sizeof(*w->slot))) == NULL ||
	    (w->peer = calloc(PEERS, sizeof(*w->peer))) == NULL) {
		btns_observer_free(w);
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	}
	w->o = o;
	*out = w;
	return 0;
}

void
btns_observer_free(struct observer *w)
{
	if (w == NULL)
		return;
	free(w->slot);
	free(w->peer);
	free(w);
}

/* --- identities and addresses as they are kept */

/*
 * "FQDN/gw" as "fqdn/gw", with blanks, what is no ASCII, the backslash and
 * the percent sign as %5c: no two IDs become one.
 */
static void
id_text(char out[BTNS_KNOCK_ID], const char *p, size_t n)
{
	const char *slash = memchr(p, '/', n);
	size_t type = slash == NULL ? 0 : (size_t)(slash - p), i, o = 0;

	for (i = 0; i < n && o + 8 < BTNS_KNOCK_ID; i++) {
		unsigned char c = (unsigned char)p[i];

		if (i < type)
			c = (unsigned char)tolower(c);
		if (c <= 0x20 || c >= 0x7f || c == '\\' || c == '%')
			o += (size_t)sprintf(out + o, "%%%02x", c);
		else
			out[o++] = (char)c;
	}
	if (i < n)
		o += (size_t)sprintf(out + o, "...");
	out[o] = '\0';
}

/* What looks like an address, or nothing. */
static void
address_text(char out[ADDRESS], const char *p, size_t n)
{
	size_t i;

	out[0] = '\0';
	if (n >= ADDRESS)
		return;
	for (i = 0; i < n; i++)
		if (!isalnum((unsigned char)p[i]) &&
		    strchr(".:%", p[i]) == NULL)
			return;
	memcpy(out, p, n);
	out[n] = '\0';
}

static uint64_t
hash(const char *text)
{
	uint64_t h = 1469598103934665603u;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211u;
	return h | 1;			/* never 0 */
}

/* --- writing down */

static enum btns_cause
cause(const struct slot *s)
{
	return !s->period.live ? BTNS_UNKNOWN :
	    s->kind == NO_FILE ? BTNS_UNREAD : BTNS_ANOTHER;
}

static void
knock_of(struct btns_knock *k, const struct slot *s)
{
	*k = (struct btns_knock){ .identity = s->id, .cause = cause(s),
	    .address = s->address, .first_seen = s->first,
	    .last_seen = s->last, .days = s->days, .times = s->times,
	    .verified = s->verified, .has_fp = s->period.live,
	    .fp = s->period.fp };
}

static int
put(struct observer *w, struct slot *s, struct btns_err *e)
{
	struct btns_knock k;
	int rv;

	if (s->kind == UP) {
		rv = !s->period.live ? 0 : btns_knock_sighting(w->o->pins,
		    &s->ident, &s->period.fp, s->last, s->times, e);
		s->added = rv == 1;
		return rv == -1 ? -1 : 0;
	}
	knock_of(&k, s);
	if ((rv = btns_knock_add(w->o->pins, &k, e)) == -1)
		return -1;
	s->added = rv == 1;
	return k.cause == BTNS_UNKNOWN ? 0 : btns_knock_alarm(w->o->pins,
	    s->id, &s->alarm, e);
}

static void
count(struct btns_observe *o, const struct slot *s)
{
	uint64_t n = (uint64_t)s->times;

	if (s->kind == UP && s->period.live)
		o->seen += n;
	else if (s->kind == UP)
		o->others += n;
	else if (!s->added)
		o->dropped += n;
	else if (cause(s) == BTNS_UNKNOWN)
		o->knocks += n;
	else
		o->alarms += n;
}

static int
rank(const struct slot *s)
{
	static const int rank[BTNS_CAUSE__COUNT] = { [BTNS_ANOTHER] = 0,
	    [BTNS_UNREAD] = 1, [BTNS_UNKNOWN] = 2 };

	return s->kind == UP ? BTNS_CAUSE__COUNT : rank[cause(s)];
}

/* What matters most first; an identity's together. */
static int
by_urgency(const void *a, const void *b)
{
	const struct slot *x = *(const struct slot *const *)a;
	const struct slot *y = *(const struct slot *const *)b;
	int order = rank(x) - rank(y);

	if (order == 0)
		order = strcmp(x->id, y->id);
	return order != 0 ? order : (x->first > y->first) -
	    (x->first < y->first);
}

static void
tell(struct observer *w, const struct slot *s)
{
	struct btns_refusal r = { .pinnable = s->pinnable,
	    .ident = s->ident, .first = s->alarm };

	count(w->o, s);
	if (s->kind == UP || !s->added)
		return;
	knock_of(&r.knock, s);
	w->o->refusal(&r, w->o->arg);
}

/* In one transaction; what fails undoes it. */
static int
write_down(struct observer *w, struct slot **slot, size_t n,
    struct logread *log, struct btns_err *e)
{
	size_t i;

	if (btns_knock_begin(w->o->pins, e) == -1)
		return -1;
	for (i = 0; i < n; i++)
		if (put(w, slot[i], e) == -1)
			return -1;
	return logread_mark(log, w->o->pins, e) == -1 ? -1 :
	    btns_knock_end(w->o->pins, true, e);
}

/* All that was gathered goes into the store, with how far the log is read. */
static int
flush(struct observer *w, struct logread *log, struct btns_err *e)
{
	struct slot **order;
	size_t i, n = 0;
	int rv;

	if (w->used == 0 && !logread_ahead(log))
		return 0;
	if ((order = calloc(w->used + 1, sizeof(*order))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	for (i = 0; i < SLOTS; i++)
		if (w->slot[i].used)
			order[n++] = &w->slot[i];
	qsort(order, n, sizeof(struct slot *), by_urgency);
	if ((rv = write_down(w, order, n, log, e)) == 0) {
		for (i = 0; i < n; i++)
			tell(w, order[i]);
		memset(w->slot, 0, SLOTS * sizeof(*w->slot));
		w->used = 0;
	}
	free(order);
	return rv;
}

/* --- gathering */

static int
fill_slot(struct observer *w, struct slot *s, int64_t at,
    struct btns_err *e)
{
	struct btns_err odd;

	/* Never what a person may leave out: the ID as it was sent. */
	s->pinnable = strchr(s->id, '/') != NULL &&
	    btns_ident_parse(&s->ident, s->id, &odd) == 0;
	s->period = (struct btns_period){ .from = 0, .to = INT64_MAX };
	return s->pinnable ? btns_live_at(w->o->pins, &s->ident, at,
	    &s->period, e) : 0;
}

static void
add(struct slot *s, int64_t at, bool verified)
{
	if (s->times == 0)
		s->first = s->last = at;
	if (s->times == 0 || at / 86400 > s->last / 86400)
		s->days++;
	if (at > s->last)
		s->last = at;
	if (at < s->first)
		s->first = at;
	s->times++;
	s->verified += verified;
}

/* One more of a kind. */
static int
gather(struct observer *w, enum kind kind, const char *id, uint64_t idhash,
    const char *address, int64_t at, bool verified, struct btns_err *e)
{
	uint64_t h = idhash * 31 + hash(address) + (uint64_t)kind;
	struct slot *s;
	size_t i;

	for (i = h % SLOTS; (s = &w->slot[i])->used; i = (i + 1) % SLOTS)
		if (s->hash == h && s->kind == kind &&
		    at >= s->period.from && at < s->period.to &&
		    (kind != UP || at / 86400 == s->last / 86400) &&
		    strcmp(s->id, id) == 0 && strcmp(s->address,
		    address) == 0) {
			add(s, at, verified);
			return 0;
		}
	*s = (struct slot){ .hash = h, .kind = kind };
	(void)snprintf(s->id, sizeof(s->id), "%s", id);
	(void)snprintf(s->address, sizeof(s->address), "%s", address);
	if (fill_slot(w, s, at, e) == -1)
		return -1;
	s->used = true;
	w->used++;
	add(s, at, verified);
	return 0;
}

static struct peer *
peer_of(struct observer *w, uint64_t spi)
{
	return &w->peer[(spi * 0x9e3779b97f4a7c15u) >> 52];
}

/* "could not open" an ID's file: remember it until the refusal comes. */
static void
wait_for(struct observer *w, uint64_t idhash, int64_t at, bool other)
{
	w->waiting[w->next] = (struct waiting){ idhash, at, other };
	w->next = (w->next + 1) % WAITING;
}

/* The refusal has come: was its file not opened?  The last is its own. */
static enum kind
joined(struct observer *w, uint64_t idhash, int64_t at)
{
	struct waiting *p;
	size_t i;

	for (i = 1; i <= WAITING; i++) {
		p = &w->waiting[(w->next + WAITING - i) % WAITING];
		if (p->hash != idhash)
			continue;
		p->hash = 0;
		return !p->other && p->at + JOIN >= at ? NO_FILE : REFUSED;
	}
	return REFUSED;
}

static int
line(struct observer *w, const struct ikelog *l, int64_t at, bool verified,
    struct btns_err *e)
{
	char id[BTNS_KNOCK_ID];
	const char *address = "";
	enum kind kind = UP;
	uint64_t idhash;
	struct peer *p = peer_of(w, l->spi);

	if (l->what == IKELOG_AUTH) {
		p->spi = l->spi;
		address_text(p->address, l->from, l->fromlen);
		return 0;
	}
	id_text(id, l->id, l->idlen);
	idhash = hash(id);
	if (l->what != IKELOG_REFUSED && l->what != IKELOG_UP) {
		wait_for(w, idhash, at, l->what == IKELOG_OTHER_KEY);
		return 0;
	}
	if (l->what == IKELOG_REFUSED) {
		kind = joined(w, idhash, at);
		if (p->spi == l->spi)
			address = p->address;
	}
	return gather(w, kind, id, idhash, address, at, verified, e);
}

static int
piece(struct observer *w, const struct logread_piece *g,
    struct btns_err *e)
{
	const char *p = g->p, *end = g->p + g->n;
	struct ikelog l;

	if (g->message) {
		btns_ikelog_message(&l, g->p, g->n);
		return l.what == IKELOG_NOTHING ? 0 :
		    line(w, &l, g->at, g->verified, e);
	}
	w->clock.now = g->at;
	while (btns_ikelog_next(&l, &p, end)) {
		if (!btns_ikelog_time(&w->at, &w->clock, &l) && w->at == 0)
			w->at = g->at;
		if (line(w, &l, w->at, false, e) == -1)
			return -1;
	}
	return 0;
}

/* Another log: nothing of the one before is joined to its lines. */
static void
start(struct observer *w)
{
	w->clock = (struct ikelog_clock){ .len = 0 };
	w->at = 0;
	memset(w->waiting, 0, sizeof(w->waiting));
	memset(w->peer, 0, PEERS * sizeof(*w->peer));
}

static int
read_all(struct observer *w, struct logread *log, struct btns_err *e)
{
	struct logread_piece g;
	struct btns_err why;
	int rv;

	/* Whole pieces alone are written down: the mark is behind them. */
	while ((rv = logread_next(log, &g, e)) == 1)
		if (piece(w, &g, e) == -1 || (w->used + MOST > SLOTS / 2 &&
		    flush(w, log, e) == -1))
			return -1;
	/* What was read before it became unreadable counts. */
	if (flush(w, log, rv == -1 ? &why : e) == -1)
		return -1;
	return rv;
}

/* The names that newsyslog(8) and logrotate(8) give a file. */
static int
rotated(struct observer *w, const char *path, struct btns_err *e)
{
	static const char *const ends[] = { ".0", ".1", ".0.gz", ".1.gz",
	    ".0.xz", ".1.xz", ".0.zst", ".1.zst", ".0.bz2", ".1.bz2" };
	char name[4096];
	struct logread *log;
	size_t i;
	int rv = 0;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]) && rv == 0; i++) {
		if ((size_t)snprintf(name, sizeof(name), "%s%s", path,
		    ends[i]) >= sizeof(name) || access(name, F_OK) == -1)
			continue;
		if (logread_open(&log, name, false, w->o->pins, e) == -1)
			return -1;
		start(w);
		if (logread_known(log))
			rv = read_all(w, log, e);
		logread_close(log);
	}
	return rv;
}

int
btns_observe(struct observer *w, const char *path, struct btns_err *e)
{
	struct logread *log;
	int rv;

	if (path != NULL && strcmp(path, "-") != 0 &&
	    rotated(w, path, e) == -1)
		return -1;
	if (logread_open(&log, path, false, w->o->pins, e) == -1)
		return -1;
	start(w);
	rv = read_all(w, log, e);
	logread_close(log);
	return rv;
}

int
btns_observe_follow(struct observer *w, const char *path,
    const volatile int *stop, struct btns_err *e)
{
	struct logread *log = NULL;
	int rv = path == NULL || strcmp(path, "-") == 0 ? 0 :
	    rotated(w, path, e);

	while (rv == 0 && !*stop) {
		if (log == NULL && (rv = logread_open(&log, path, true,
		    w->o->pins, e)) == 0)
			start(w);
		if (rv == 0)
			rv = read_all(w, log, e);
		if (rv == 0 && logread_moved(log)) {
			/* What came between reading and looking. */
			rv = read_all(w, log, e);
			logread_close(log);
			log = NULL;
		} else if (rv == 0 && logread_over(log))
			break;
		else if (rv == 0 && !*stop)
			logread_wait(log, 1000);
	}
	logread_close(log);
	return rv;
}

const char *
btns_observe_default(void)
{
	static const char *const path[] = { "/var/log/daemon",
	    "/var/log/daemon.log", "/var/log/syslog", "/var/log/messages" };
	size_t i;

	if (logread_journal())
		return NULL;
	for (i = 0; i < sizeof(path) / sizeof(path[0]); i++)
		if (access(path[i], F_OK) == 0)
			return path[i];
	return path[0];
}
