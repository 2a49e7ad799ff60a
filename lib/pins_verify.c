/* The history checked, played again, and compared with the tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "pins_priv.h"

#define DIFFERS_MAX	1000	/* so many are told singly */

bool
pins_field(char *buf, size_t size, const char *detail, const char *name)
{
	size_t n = strlen(name);
	const char *p = detail, *end;

	/* A comment runs to the end, and may hold anything. */
	for (;;) {
		if (strncmp(p, name, n) == 0 && p[n] == '=')
			break;
		if (strncmp(p, "comment=", 8) == 0 ||
		    (p = strchr(p, ' ')) == NULL)
			return false;
		p++;
	}
	p += n + 1;
	end = strcmp(name, "comment") == 0 ? p + strlen(p) :
	    p + strcspn(p, " ");
	(void)snprintf(buf, size, "%.*s", (int)(end - p), p);
	return true;
}

void
btns_pins_progress(struct btns_pins *p, void (*fn)(size_t, size_t, void *),
    void *arg)
{
	p->progress.fn = fn;
	p->progress.arg = arg;
}

int
pins_times(struct btns_pins *p, size_t n, struct btns_err *e)
{
	uint8_t unused[BTNS_EVENT_HASH];
	int64_t seq;

	if (store_event_last(p->store, &seq, unused, e) == -1)
		return -1;
	p->progress.done = 0;
	p->progress.all = n * (size_t)seq;
	return 0;
}

void
pins_step(struct btns_pins *p)
{
	if (p->progress.fn != NULL && ++p->progress.done <= p->progress.all)
		p->progress.fn(p->progress.done, p->progress.all,
		    p->progress.arg);
}

struct replay {
	struct btns_pins *p;
	int64_t		 until;
	int64_t		 seq;		/* the last event that was played */
	struct btns_err	*e;
};

static int
play_init(struct replay *r, const struct store_event *v)
{
	char id[ID_HEX], iked[PATH_MAX];
	struct store_setting s = { "store-id", id, 0, NULL };
	const char *dir = strstr(v->detail, " iked=");

	(void)snprintf(id, sizeof(id), "%.32s", v->detail);
	if (store_replay_set(r->p->store, &s, r->e) == -1)
		return -1;
	s.name = "iked";
	s.value = iked;
	(void)snprintf(iked, sizeof(iked), "%s", dir != NULL ? dir + 6 :
	    r->p->iked);		/* stores of version 1 don't say */
	return store_replay_set(r->p->store, &s, r->e);
}

static int
play_set(struct replay *r, const struct store_event *v)
{
	char name[32], ends[32], value[2 * BTNS_SETTING_MAX + 8];
	struct store_setting s = { name, NULL, 0, NULL };
	const char *text = strstr(v->detail, " value=");
	char *tab;

	if (!pins_field(name, sizeof(name), v->detail, "name"))
		return 0;
	if (text != NULL) {
		(void)snprintf(value, sizeof(value), "%s", text + 7);
		if ((tab = strchr(value, '\t')) != NULL) {
			*tab = '\0';
			s.back = tab + strlen("\tback=");
		}
		s.value = value;
	}
	if (pins_field(ends, sizeof(ends), v->detail, "ends"))
		s.ends = strtoll(ends, NULL, 10);
	return store_replay_set(r->p->store, &s, r->e);
}

const char *
pins_verb_state(const char *verb)
{
	static const char *const pinning[] = { "pin", "promote", "replace",
	    "import" };
	size_t i;

	for (i = 0; i < sizeof(pinning) / sizeof(pinning[0]); i++)
		if (strcmp(verb, pinning[i]) == 0)
			return "pinned";
	return strcmp(verb, "accept") == 0 ? "accepted" :
	    strcmp(verb, "learn") == 0 ? "learned" : NULL;
}

static int
play_bind(struct replay *r, const struct store_event *v,
    const struct btns_ident *id, const char *state)
{
	char fold[BTNS_ID_MAX + 1], evidence[BTNS_EVIDENCE_MAX], source[16];
	char comment[BTNS_COMMENT_MAX + 1];
	struct store_binding b = {
		.type = btns_idtype_name(id->type), .value = id->value,
		.fold = fold, .fp = v->fp, .state = state,
		.past = pins_live(state), .since = v->at,
		.first_seen = v->at, .actor = v->actor, .login = v->login,
		.source = strcmp(v->verb, "promote") == 0 ? "" : "file"
	};

	btns_ident_fold(fold, id);
	if (pins_field(evidence, sizeof(evidence), v->detail, "evidence"))
		b.evidence = evidence;
	if (pins_field(source, sizeof(source), v->detail, "source"))
		b.source = source;
	if (pins_field(comment, sizeof(comment), v->detail, "comment"))
		b.comment = comment;
	return store_replay_bind(r->p->store, &b, r->e);
}

static int
play_identity(struct replay *r, const struct store_event *v)
{
	const char *state = pins_verb_state(v->verb), *type;
	char old[BTNS_FP_HEX];
	struct btns_ident id;
	struct btns_fp fp;

	if (btns_ident_parse(&id, v->identity, r->e) == -1) {
		r->e->code = BTNS_E_STORE;
		return btns_fail_at(r->e, "event %lld", (long long)v->seq);
	}
	type = btns_idtype_name(id.type);
	if (strcmp(v->verb, "forget") == 0)
		return store_replay_forget(r->p->store, type, id.value,
		    v->fp, v->at, r->e);
	if (strcmp(v->verb, "reject") == 0)
		return store_replay_state(r->p->store, type, id.value, v->fp,
		    "rejected", v->at, r->e);
	if (state == NULL)
		return 0;
	if (strcmp(v->verb, "replace") == 0 && pins_field(old, sizeof(old),
	    v->detail, "old") &&
	    btns_fp_unhex(&fp, old) && store_replay_state(r->p->store, type,
	    id.value, fp.b, "retired", v->at, r->e) == -1)
		return -1;
	return play_bind(r, v, &id, state);
}

static int
play(const struct store_event *v, void *arg)
{
	struct replay *r = arg;
	char comment[BTNS_COMMENT_MAX + 1];
	struct store_revoked row = { v->fp, v->at, v->actor, v->login,
	    pins_field(comment, sizeof(comment), v->detail, "comment") ?
	    comment : NULL };

	if (v->at > r->until)
		return 1;
	r->seq = v->seq;
	pins_step(r->p);
	if (strcmp(v->verb, "init") == 0)
		return play_init(r, v);
	if (strcmp(v->verb, "set") == 0)
		return play_set(r, v);
	if (v->fp == NULL)
		return 0;
	if (strcmp(v->verb, "revoke") == 0)
		return store_replay_revoke(r->p->store, &row, r->e);
	if (strcmp(v->verb, "unrevoke") == 0)
		return store_replay_unrevoke(r->p->store, v->fp, r->e);
	return v->identity == NULL ? 0 : play_identity(r, v);
}

int
btns_pins_at(struct btns_pins *p, int64_t at, btns_pin_fn *fn, void *arg,
    struct btns_err *e)
{
	struct replay r = { .p = p, .until = at, .e = e };
	struct pins_walk w = { fn, arg, e };

	if (p->replayed != at) {
		if (store_replay_begin(p->store, e) == -1 ||
		    store_events(p->store, 1, play, &r, e) == -1)
			return -1;
		p->replayed = at;
	}
	return store_each(p->store, STORE_REPLAYED, pins_row, &w, e);
}

struct events {
	btns_event_fn	*fn;
	void		*arg;
};

static int
on_event(const struct store_event *v, void *arg)
{
	struct events *w = arg;
	struct btns_event out = { v->seq, v->at, v->actor, v->login, v->verb,
	    v->identity, v->fp, v->detail, { 0 } };

	memcpy(out.previous, v->previous, BTNS_EVENT_HASH);
	return w->fn(&out, v->hash, w->arg);
}

int
btns_events_each(struct btns_pins *p, int64_t from, btns_event_fn *fn,
    void *arg, struct btns_err *e)
{
	struct events w = { fn, arg };

	return store_events(p->store, from, on_event, &w, e);
}

struct verify {
	struct btns_pins *p;
	void		(*wrong)(const char *, void *);
	void		*arg;
	bool		 bad;
	struct btns_head at;		/* the last event so far */
	struct btns_head file[HEADS];	/* the head file's */
	int		 nfile;
	bool		 found;		/* one of those is an event */
	char		**differs;	/* told once no lock is held */
	size_t		 ndiffers, more;
	int64_t		 seq;		/* the anchor */
	const char	*digits;
	struct btns_err	*e;
};

static void
wrong(struct verify *v, const char *text)
{
	v->bad = true;
	v->wrong(text, v->arg);
}

static void
anchors(struct verify *v, const struct btns_event *ev, const uint8_t *hash)
{
	char hex[2 * BTNS_EVENT_HASH + 1], text[256];
	int i;

	btns_hex(hex, hash, BTNS_EVENT_HASH);
	for (i = 0; i < v->nfile; i++)
		v->found = v->found || (ev->seq == v->file[i].seq &&
		    memcmp(hash, v->file[i].hash, BTNS_EVENT_HASH) == 0);
	if (ev->seq == v->seq && strncmp(hex, v->digits,
	    strlen(v->digits)) != 0) {
		(void)snprintf(text, sizeof(text), "event %lld has the hash"
		    " %.16s.., not %s", (long long)ev->seq, hex, v->digits);
		wrong(v, text);
	}
}

static int
check_event(const struct btns_event *ev, const uint8_t *hash, void *arg)
{
	struct verify *v = arg;
	uint8_t real[BTNS_EVENT_HASH];
	char text[256];

	pins_step(v->p);
	if (btns_event_hash(real, ev, v->e) == -1)
		return -1;
	text[0] = '\0';
	if (ev->seq != v->at.seq + 1)
		(void)snprintf(text, sizeof(text), "events %lld to %lld are"
		    " missing", (long long)v->at.seq + 1,
		    (long long)ev->seq - 1);
	else if (memcmp(ev->previous, v->at.hash, BTNS_EVENT_HASH) != 0)
		(void)snprintf(text, sizeof(text), "event %lld does not"
		    " follow event %lld", (long long)ev->seq,
		    (long long)v->at.seq);
	else if (memcmp(real, hash, BTNS_EVENT_HASH) != 0)
		(void)snprintf(text, sizeof(text), "event %lld was changed",
		    (long long)ev->seq);
	if (text[0] != '\0')
		wrong(v, text);
	anchors(v, ev, hash);
	v->at.seq = ev->seq;
	memcpy(v->at.hash, hash, BTNS_EVENT_HASH);
	return 0;
}

static int
differs(const char *what, void *arg)
{
	struct verify *v = arg;
	void *p;

	if (v->ndiffers == DIFFERS_MAX) {
		v->more++;
		return 0;
	}
	if ((p = reallocarray(v->differs, v->ndiffers + 1,
	    sizeof(*v->differs))) == NULL)
		return btns_fail(v->e, BTNS_E_NOMEM, "out of memory");
	v->differs = p;
	if ((v->differs[v->ndiffers] = strdup(what)) == NULL)
		return btns_fail(v->e, BTNS_E_NOMEM, "out of memory");
	v->ndiffers++;
	return 0;
}

static void
tell_differs(struct verify *v)
{
	char text[64];
	size_t i;

	for (i = 0; i < v->ndiffers; i++) {
		wrong(v, v->differs[i]);
		free(v->differs[i]);
	}
	free(v->differs);
	if (v->more == 0)
		return;
	(void)snprintf(text, sizeof(text), "and %zu more", v->more);
	wrong(v, text);
}

static int
check_key(const struct btns_pin *pin, void *arg)
{
	char hex[BTNS_FP_HEX], name[BTNS_KEY_NAME_MAX];
	struct verify *v = arg;
	struct btns_key k;

	if (btns_pin_key(&k, pin, v->e) == 0) {
		btns_key_name(name, &k);
		if (strcmp(name, pin->keyname) == 0)
			return 0;
		btns_fp_hex(hex, &pin->fp);
		(void)btns_fail(v->e, BTNS_E_STORE, "%s is called %.20s in"
		    " the store, and is %s", hex, pin->keyname, name);
	}
	if (v->e->code != BTNS_E_STORE && v->e->code != BTNS_E_FORMAT)
		return -1;
	wrong(v, v->e->msg);
	return 0;
}

/* What is cut off the end is missed by any anchor beyond it. */
static void
check_end(struct verify *v)
{
	char text[256];

	if (v->nfile > 0 && !v->found && v->file[0].seq > v->at.seq) {
		(void)snprintf(text, sizeof(text), "events %lld to %lld, that"
		    " the head file knows, are missing", (long long)v->at.seq
		    + 1, (long long)v->file[0].seq);
		wrong(v, text);
	} else if (v->nfile > 0 && !v->found) {
		(void)snprintf(text, sizeof(text), "event %lld is not the one"
		    " that the head file names", (long long)v->file[0].seq);
		wrong(v, text);
	}
	if (v->seq > v->at.seq) {
		(void)snprintf(text, sizeof(text), "there is no event %lld",
		    (long long)v->seq);
		wrong(v, text);
	}
}

/*
 * A long history is played without a lock; what came meanwhile is played
 * under one, and the tables are compared under it.
 */
static int
compare(struct verify *v)
{
	struct store *s = v->p->store;
	struct replay r = { .p = v->p, .until = INT64_MAX, .e = v->e };
	int rv;

	if (store_replay_begin(s, v->e) == -1 ||
	    store_events(s, 1, play, &r, v->e) == -1 ||
	    store_begin(s, v->e) == -1)
		return -1;
	rv = store_events(s, r.seq + 1, play, &r, v->e);
	if (rv == 0)
		rv = store_replay_differs(s, differs, v, v->e);
	store_rollback(s);
	tell_differs(v);
	return rv;
}

static int
finish(struct verify *v, struct btns_head *head)
{
	int rv;

	if (store_whole(v->p->store, v->e) == -1)
		return -1;
	rv = btns_events_each(v->p, 1, check_event, v, v->e);
	if (rv == 0)
		check_end(v);
	if (rv == 0 && !v->bad)
		rv = compare(v);
	if (rv == 0)
		rv = btns_pins_each(v->p, check_key, v, v->e);
	*head = v->at;
	return rv == -1 ? -1 : v->bad;
}

/* Reads the history CHECKED times; without a head file, for there is none. */
int
pins_check(struct btns_pins *p, void (*fn)(const char *, void *), void *arg,
    struct btns_head *head, struct btns_err *e)
{
	struct verify v = { .p = p, .wrong = fn, .arg = arg, .digits = "",
	    .e = e };

	return finish(&v, head);
}

/* The head file is read first: a decision meanwhile only adds events. */
int
btns_verify(struct btns_pins *p, int64_t seq, const char *digits,
    void (*fn)(const char *, void *), void *arg, struct btns_head *head,
    struct btns_err *e)
{
	struct verify v = { .p = p, .wrong = fn, .arg = arg, .seq = seq,
	    .digits = digits, .e = e };
	int rv = pins_head_read(p, v.file, e);

	if ((rv == -1 && e->code != BTNS_E_STORE) ||
	    pins_times(p, CHECKED, e) == -1)
		return -1;
	v.nfile = rv > 0 ? rv : 0;
	if (rv <= 0)
		wrong(&v, rv == 0 ? "the head file is missing" : e->msg);
	return finish(&v, head);
}
