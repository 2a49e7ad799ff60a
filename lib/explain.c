#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "explain.h"
#include "ikedconf.h"
#include "ikedkey.h"
#include "ikeduser.h"
#include "selfid.h"
#include "tree.h"

/* --- the file */

static int
unseen(struct explain *x, const struct btns_err *why)
{
	if (why->code == BTNS_E_NOMEM || why->code == BTNS_E_CRYPTO)
		return -1;
	x->file = EXPLAIN_UNSEEN;
	(void)snprintf(x->why_file, sizeof(x->why_file), "%.250s", why->msg);
	return 0;
}

/* A directory on the way that iked can't pass; "" for none. */
static void
barred(char *out, size_t size, const char *iked, enum btns_idtype type,
    const struct btns_ikeduser *user)
{
	char below[3][32] = { ".", "pubkeys" };
	struct stat st;
	int i, fd;

	out[0] = '\0';
	(void)snprintf(below[2], sizeof(below[2]), "pubkeys/%s",
	    btns_idtype_name(type));
	if ((fd = open(iked, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return;
	for (i = 0; i < 3 && out[0] == '\0'; i++)
		if (fstatat(fd, below[i], &st, 0) == 0 &&
		    !btns_ikeduser_can(user, &st, 1))
			(void)snprintf(out, size, "mode %04o of %s",
			    (unsigned)st.st_mode & 07777,
			    i == 0 ? iked : below[i]);
	(void)close(fd);
}

static int
look_into(struct explain *x, struct btns_tree *t, const char *path,
    const struct stat *st, struct btns_err *e)
{
	uint8_t *buf = malloc(BTNS_TREE_LONG);
	struct btns_key k;
	size_t n;
	int rv = 0;

	if (buf == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	x->file = EXPLAIN_NO_KEY;
	if (btns_tree_follow(t, path, buf, BTNS_TREE_LONG, &n))
		rv = btns_iked_key(&k, buf, n, e);
	else if (S_ISREG(st->st_mode) && st->st_size > 0) {
		x->file = EXPLAIN_UNSEEN;
		(void)snprintf(x->why_file, sizeof(x->why_file), "%s",
		    strerror(EACCES));
	}
	free(buf);
	if (rv == BTNS_LOADS_UNFIT)
		x->file = EXPLAIN_UNFIT;
	if (rv != BTNS_LOADS_KEY)
		return rv == -1 ? -1 : 0;
	x->file = EXPLAIN_KEY;
	btns_key_name(x->keyname, &k);
	return btns_fp_of(&x->fp, &k, e);
}

static int
see_file(struct explain *x, struct btns_pins *p, struct btns_err *e)
{
	const char *iked = btns_pins_iked(p);
	char path[BTNS_TREE_PATH];
	struct btns_ikeduser user;
	struct btns_tree *t;
	struct btns_err why;
	struct stat st;
	int rv;

	btns_ident_print(path, &x->ident);
	(void)snprintf(x->path, sizeof(x->path), "%.3800s/pubkeys/%s", iked,
	    path);
	if (btns_ikeduser(&user, e) == -1)
		return -1;
	if (btns_tree_open(&t, iked, NULL, TREE_LOOK, &why) == -1) {
		*e = why;
		return unseen(x, &why);
	}
	rv = btns_tree_look(t, path, &st, NULL, NULL, e);
	if (rv == -1)
		rv = unseen(x, e);
	else if (rv == 1) {
		x->link = S_ISLNK(st.st_mode);
		rv = look_into(x, t, path, &st, e);
	}
	btns_tree_close(t);
	if (rv != 0 || x->file == EXPLAIN_NOTHING)
		return rv;
	barred(x->why_file, sizeof(x->why_file), iked, x->ident.type, &user);
	if (x->why_file[0] == '\0' && S_ISREG(st.st_mode) &&
	    !btns_ikeduser_can(&user, &st, 4))
		(void)snprintf(x->why_file, sizeof(x->why_file),
		    "mode %04o", (unsigned)st.st_mode & 07777);
	if (x->why_file[0] != '\0' && x->file != EXPLAIN_UNSEEN)
		x->file = EXPLAIN_CLOSED;
	return 0;
}

/* --- the store */

struct newest {
	struct explain	*x;
	int64_t		 since;
};

static int
on_binding(const struct btns_pin *pin, void *arg)
{
	struct newest *n = arg;
	struct explain *x = n->x;

	if (pin->live) {
		x->live = true;
		x->live_fp = pin->fp;
		x->live_since = pin->since;
	} else if (strcmp(pin->state, "retired") == 0) {
		x->past++;
		if (pin->since >= n->since) {
			n->since = pin->since;
			x->last_revoked = pin->revoked;
		}
	} else if (strcmp(pin->state, "rejected") != 0)
		x->learned++;
	return 0;
}

/* "gw" and "gw.example.org", whatever their types. */
static bool
lacks_domain(const char *shorter, const char *longer)
{
	size_t n = strlen(shorter);

	return strncmp(shorter, longer, n) == 0 && longer[n] == '.';
}

struct search {
	struct explain	*x;
	char		 fold[BTNS_ID_MAX + 1];	/* of its identity */
};

static int
on_alike(const struct btns_pin *pin, void *arg)
{
	const struct search *s = arg;
	struct explain *x = s->x;
	char fold[BTNS_ID_MAX + 1];
	struct explain_alike *l;
	bool shorter;
	unsigned i;

	btns_ident_fold(fold, &pin->ident);
	shorter = lacks_domain(s->fold, fold);
	if ((!shorter && strcmp(s->fold, fold) != 0 &&
	    !lacks_domain(fold, s->fold)) ||
	    btns_ident_same(&x->ident, &pin->ident))
		return 0;
	for (i = 0; i < x->nalike; i++)
		if (btns_ident_same(&x->alike[i].ident, &pin->ident))
			break;
	if (i == EXPLAIN_ALIKE)
		return 0;
	l = &x->alike[i];
	if (i == x->nalike) {
		*l = (struct explain_alike){ .ident = pin->ident,
		    .shorter = shorter };
		x->nalike++;
	}
	l->live = l->live || pin->live;
	if (pin->last_seen > l->seen)
		l->seen = pin->last_seen;
	return 0;
}

static int
on_knock(const struct btns_knock *k, void *arg)
{
	struct explain *x = arg;

	if (x->times == 0 || k->first_seen < x->first)
		x->first = k->first_seen;
	if (x->times == 0)		/* the last comes first */
		(void)snprintf(x->address, sizeof(x->address), "%s",
		    k->address);
	x->addresses = x->addresses ||
	    strcmp(x->address, k->address) != 0;
	if (k->last_seen > x->last)
		x->last = k->last_seen;
	x->times += k->times;
	if (k->cause == BTNS_ANOTHER && k->last_seen > x->another)
		x->another = k->last_seen;
	return 0;
}

/* --- the policies */

static void
take_policy(struct explain *x, const struct ikedconf_policy *y,
    enum explain_policy as, const char *conf)
{
	x->policy = as;
	(void)snprintf(x->policy_name, sizeof(x->policy_name), "%.120s",
	    y->name);
	ikedconf_place(x->policy_at, sizeof(x->policy_at), conf, y->file,
	    y->line);
	(void)snprintf(x->policy_dstid, sizeof(x->policy_dstid), "%.255s",
	    y->dstid.raw == NULL ? "" : y->dstid.raw);
}

/* One for this name, else one for any, else one for a look-alike. */
static void
choose_policy(struct explain *x, const struct ikedconf *c, const char *conf)
{
	const struct ikedconf_policy *y;
	size_t i;
	unsigned k;

	x->policy = EXPLAIN_NOBODY;
	for (i = 0; i < c->n; i++) {
		y = &c->policy[i];
		if (y->skip || !ikedconf_by_key(y))
			continue;
		for (k = 0; k < x->nalike; k++)
			if (x->policy == EXPLAIN_NOBODY &&
			    x->policy_name[0] == '\0' && y->dstid.pinnable &&
			    btns_ident_same(&y->dstid.ident,
			    &x->alike[k].ident))
				take_policy(x, y, EXPLAIN_NOBODY, conf);
		if (y->dstid.raw == NULL && x->policy == EXPLAIN_NOBODY)
			take_policy(x, y, EXPLAIN_OPEN, conf);
		if (y->dstid.pinnable && x->policy != EXPLAIN_NAMED &&
		    btns_ident_same(&y->dstid.ident, &x->ident))
			take_policy(x, y, EXPLAIN_NAMED, conf);
	}
}

static int
see_policies(struct explain *x, struct btns_pins *p, struct btns_err *e)
{
	struct btns_err why = { .code = BTNS_OK };
	struct ikedconf c;
	char path[PATH_MAX];

	if (!ikedconf_path(path, sizeof(path), btns_pins_iked(p))) {
		(void)snprintf(x->why_conf, sizeof(x->why_conf),
		    "iked.conf: its path is too long");
		return 0;
	}
	if (ikedconf_read(&c, path, &why) == 0)
		choose_policy(x, &c, path);
	else
		(void)snprintf(x->why_conf, sizeof(x->why_conf), "%.250s",
		    why.msg);
	ikedconf_free(&c);
	if (why.code != BTNS_E_NOMEM)
		return 0;
	*e = why;
	return -1;
}

/* --- the likely cause */

static bool
same_fp(const struct btns_fp *a, const struct btns_fp *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static enum explain_cause
let_in(const struct explain *x, bool revoked)
{
	if (revoked)
		return EXPLAIN_REVOKED_FILE;
	if (!x->live)
		return EXPLAIN_FOREIGN;
	if (!same_fp(&x->fp, &x->live_fp))
		return EXPLAIN_STALE;
	if (x->policy == EXPLAIN_NOBODY)
		return EXPLAIN_POLICY;
	return x->another >= x->live_since ? EXPLAIN_OTHER_KEY :
	    EXPLAIN_WELL;
}

static enum explain_cause
kept_out(struct explain *x)
{
	unsigned i;

	if (x->file == EXPLAIN_CLOSED || x->file == EXPLAIN_UNSEEN)
		return EXPLAIN_BLIND;
	if (x->live || x->file == EXPLAIN_NO_KEY)
		return EXPLAIN_STALE;
	for (i = 0; i < x->nalike; i++)
		if (x->alike[i].live) {
			x->meant = &x->alike[i];
			return x->meant->shorter ? EXPLAIN_SHORT_NAME :
			    EXPLAIN_SPELLING;
		}
	if (x->learned > 0)
		return EXPLAIN_LEARNED;
	if (x->past > 0)
		return x->last_revoked ? EXPLAIN_REVOKED : EXPLAIN_PAST;
	return EXPLAIN_STRANGER;
}

int
btns_explain(struct explain *x, struct btns_pins *p, const char *name,
    struct btns_err *e)
{
	struct newest n = { x, 0 };
	struct search s = { .x = x };
	int revoked;

	memset(x, 0, sizeof(*x));
	x->pinnable = btns_ident_parse(&x->ident, name, e) == 0;
	if (x->pinnable)
		btns_ident_print(x->name, &x->ident);
	else
		(void)snprintf(x->name, sizeof(x->name), "%s", name);
	if (btns_knock_of(p, x->name, on_knock, x, e) == -1)
		return -1;
	if (!x->pinnable && x->times == 0) {
		struct btns_ident id;

		return btns_ident_parse(&id, name, e);	/* says why */
	}
	x->cause = EXPLAIN_STRANGER;
	if (!x->pinnable)
		return 0;
	btns_ident_fold(s.fold, &x->ident);
	if (btns_pins_of(p, &x->ident, on_binding, &n, e) == -1 ||
	    btns_pins_each(p, on_alike, &s, e) == -1 ||
	    see_file(x, p, e) == -1 || see_policies(x, p, e) == -1)
		return -1;
	if (x->file != EXPLAIN_KEY && x->file != EXPLAIN_UNFIT) {
		x->cause = kept_out(x);
		return 0;
	}
	x->in = x->policy != EXPLAIN_NOBODY;
	if (x->file == EXPLAIN_UNFIT) {
		x->cause = x->live ? EXPLAIN_STALE : EXPLAIN_FOREIGN;
		return 0;
	}
	if ((revoked = btns_revoked_is(p, &x->fp, e)) == -1)
		return -1;
	x->cause = let_in(x, revoked == 1);
	return 0;
}

/* --- this host */

struct self {
	int		(*fn)(const struct explain_self *, void *);
	void		*arg;
	struct btns_ident host;
	bool		 have_host;
};

static int
on_self(const struct btns_ident *id, void *arg)
{
	const struct self *s = arg;
	struct explain_self out = { .ident = *id };

	out.conf = !s->have_host || !btns_ident_same(id, &s->host);
	out.short_name = !out.conf && strchr(id->value, '.') == NULL;
	return s->fn(&out, s->arg);
}

int
btns_explain_self(struct btns_pins *p,
    int (*fn)(const struct explain_self *, void *), void *arg,
    struct btns_err *e)
{
	struct self s = { .fn = fn, .arg = arg };

	s.have_host = ikedconf_host(&s.host);
	return btns_selfid_each(btns_pins_iked(p), on_self, &s, e);
}
