/* What lies at a path of the tree, and what is to be done with it. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "export_priv.h"
#include "hash.h"
#include "ikedfile.h"
#include "keywrite.h"
#include "own.h"

/* What lies at a path that isn't ours, for the person who put it there. */
static void
describe(struct item *i, const struct stat *st, const char *what)
{
	const struct passwd *pw = getpwuid(st->st_uid);
	char note[160], when[32], who[16];
	struct tm tm;

	if (pw != NULL)
		(void)snprintf(who, sizeof(who), "%.15s", pw->pw_name);
	else
		(void)snprintf(who, sizeof(who), "%ld", (long)st->st_uid);
	if (gmtime_r(&st->st_mtime, &tm) == NULL ||
	    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		when[0] = '\0';
	(void)snprintf(note, sizeof(note), "%s, %s %04o, %s", what, who,
	    (unsigned)st->st_mode & 07777, when);
	export_note(i, note);
}

/* What is in a file, and what of it was revoked. */
struct found {
	struct run	*r;
	struct btns_ikedfile in;
	bool		 revoked;
	struct btns_fp	 bad;		/* the first that is */
};

static int
is_revoked(const struct btns_key *k, void *arg)
{
	struct found *f = arg;
	struct btns_fp fp;
	int rv = btns_fp_of(&fp, k, f->r->e) == -1 ? -1 :
	    btns_revoked_is(f->r->pins, &fp, f->r->e);

	if (rv == 1 && !f->revoked) {
		f->revoked = true;
		f->bad = fp;
	}
	return rv == -1 ? -1 : 0;
}

/* Whatever has a revoked key in it, in whatever form, is found. */
static int
find_keys(struct found *f, const char *path, const uint8_t *buf, size_t n,
    struct btns_err *e)
{
	f->r->e = e;
	return btns_ikedfile(&f->in, buf, n, path, is_revoked, f, e);
}

/* All of a file that iked can read, also behind a link, to r->big. */
static int
read_long(struct run *r, const char *path, size_t *n, struct btns_err *e)
{
	if (r->big == NULL && (r->big = malloc(BTNS_TREE_LONG)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	(void)btns_tree_follow(r->tree, path, r->big, BTNS_TREE_LONG, n);
	return 0;
}

static int
is_own(struct run *r, const struct btns_fp *fp, struct btns_err *e)
{
	struct btns_err damaged;	/* doctor tells of it */
	int rv = btns_own_is(btns_pins_iked(r->pins), fp, &damaged);

	if (rv == -1 && damaged.code == BTNS_E_NOMEM) {
		*e = damaged;
		return -1;
	}
	return rv == 1;
}

/* Would an import make it a pin, and how? */
static int
keeps(struct run *r, struct item *i, const struct found *f,
    const struct btns_fp *fp, struct btns_err *e)
{
	struct btns_ident id;
	struct btns_err no_name;
	int own;

	if (!i->trusted || i->want || i->stray || !f->in.one ||
	    btns_ident_parse(&id, i->path, &no_name) == -1)
		return 0;
	if ((own = is_own(r, fp, e)) == 0)
		i->keep = btns_key_weak(&f->in.key) ? BTNS_KEEP_FORCE :
		    BTNS_KEEP;
	return own == -1 ? -1 : 0;
}

static int
tell_key(struct run *r, struct item *i, const struct found *found,
    const struct stat *st, char what[80], struct plan_facts *f,
    struct btns_err *e)
{
	const struct btns_ikedfile *in = &found->in;
	char name[BTNS_KEY_NAME_MAX], text[BTNS_FORM_MAX];
	bool loads = in->loads == BTNS_LOADS_KEY, wanted;
	struct btns_fp fp;
	size_t len;

	if (export_render(text, &len, &in->key, e) == -1 ||
	    btns_fp_of(&fp, &in->key, e) == -1)
		return -1;
	wanted = i->want && len == i->textlen &&
	    memcmp(text, i->text, len) == 0;
	f->same_key = wanted && loads && in->one;
	i->trusted = in->loads != BTNS_LOADS_NONE && !btns_tree_shut(st) &&
	    !(wanted && loads);
	i->has_found = in->one;
	i->found = fp;
	if (!i->want && in->one) {
		i->fp = fp;
		i->has_fp = true;
	}
	btns_key_name(name, &in->key);
	(void)snprintf(what, 80, "%s%s %02x%02x%02x%02x%02x%02x%02x%02x..%s",
	    in->private ? "a PRIVATE key, " : "", name, fp.b[0], fp.b[1],
	    fp.b[2], fp.b[3], fp.b[4], fp.b[5], fp.b[6], fp.b[7],
	    in->one ? "" : " and more");
	return keeps(r, i, found, &fp, e);
}

static int
see_keys(struct run *r, struct item *i, const struct stat *st,
    const uint8_t *buf, size_t n, char what[80], struct plan_facts *f,
    struct btns_err *e)
{
	struct found found = { .r = r };

	if (find_keys(&found, i->path, buf, n, e) == -1)
		return -1;
	/* Elsewhere only what iked would load is anybody's business. */
	if (i->stray && found.in.loads == BTNS_LOADS_NONE)
		return 0;
	f->revoked = i->revoked = found.revoked;
	i->bad = found.bad;
	if (found.in.keys > 0 || found.in.loads == BTNS_LOADS_KEY)
		return tell_key(r, i, &found, st, what, f, e);
	if (found.in.loads == BTNS_LOADS_UNFIT) {
		i->trusted = !btns_tree_shut(st);
		(void)snprintf(what, 80, "a key of a kind that no pin can"
		    " be");
	}
	return 0;
}

static int
see_other(struct run *r, struct item *i, const struct stat *st, size_t n,
    struct plan_facts *f, struct btns_err *e)
{
	char what[80] = "no key that can be read";
	const uint8_t *buf = r->buf;
	bool link = S_ISLNK(st->st_mode);

	i->directory = S_ISDIR(st->st_mode);
	i->file = f->file;
	if (!f->file)
		(void)snprintf(what, sizeof(what), "%s", link ?
		    "a symbolic link" : i->directory ? "a directory" :
		    "no regular file");
	if (link || (f->file && n > BTNS_TREE_FILE)) {
		if (read_long(r, i->path, &n, e) == -1)
			return -1;
		buf = r->big;
	}
	if ((f->file || link) && see_keys(r, i, st, buf, n,
	    what, f, e) == -1)
		return -1;
	if (link) {
		i->has_fp = i->has_fp && i->want;
		i->has_found = false;
		(void)snprintf(what, sizeof(what), "a symbolic link");
	}
	describe(i, st, what);
	return 0;
}

bool
export_open_mode(const struct stat *st)
{
	return (st->st_mode & 07777) == 0644 &&
	    (st->st_uid == 0 || st->st_uid == geteuid());
}

/* What lies there, and whose it is. */
static int
see(struct run *r, struct item *i, struct plan_facts *f, struct btns_err *e)
{
	uint8_t digest[BTNS_HASH_MAX];
	struct stat st;
	size_t n = 0;
	int there = 0;

	/* Else a walk of the tree has told; only a free name is taken. */
	if ((i->listed || r->how->only != NULL) && (there =
	    btns_tree_look(r->tree, i->path, &st, r->buf, &n, e)) == -1)
		return -1;
	i->there = f->there = there == 1;
	f->file = i->there && S_ISREG(st.st_mode);
	if (f->file && n <= BTNS_TREE_FILE) {
		if (btns_hash(digest, BTNS_SHA256, r->buf, n, e) == -1)
			return -1;
		memcpy(i->disk, digest, DIGEST);
		f->same = i->want && memcmp(digest, i->want_digest,
		    DIGEST) == 0;
		/* Nothing that we write lies anywhere else. */
		f->ours = i->row && !i->stray &&
		    ((i->had_old && memcmp(digest, i->old, DIGEST) == 0) ||
		    (i->had_new && memcmp(digest, i->new, DIGEST) == 0));
		f->open = export_open_mode(&st);
		export_sign(r, i, &st);
	}
	return i->there && !f->same ? see_other(r, i, &st, n, f, e) : 0;
}

int
export_examine(struct run *r, struct item *i, struct btns_err *e)
{
	struct plan_facts f = { .want = i->want, .force = r->how->force };

	if (see(r, i, &f, e) == -1)
		return -1;
	if (i->stray && !i->trusted && !f.revoked)
		return 0;		/* nothing that iked would load */
	i->op = plan(&f);
	i->same_key = f.same || f.same_key;
	if (i->op == PLAN_ASIDE) {
		i->aside = true;
		i->there = f.there = false;
		i->op = plan(&f);
	}
	/* Also where a killed run removed the file and got no further. */
	i->ends = i->aside || (i->row && !i->want) ||
	    (i->op == PLAN_CHANGE && !i->same_key) ||
	    (i->row && (f.same || i->op == PLAN_ADD) && i->had_old &&
	    memcmp(i->old, i->want_digest, DIGEST) != 0);
	/* A file that was imported as it lies stays so. */
	if (i->op == PLAN_NONE && i->there && i->want)
		memcpy(i->want_digest, i->disk, DIGEST);
	return 0;
}

int
export_holds_revoked(struct run *r, const char *path, bool stray,
    struct btns_err *e)
{
	struct found found = { .r = r };
	const uint8_t *buf = r->buf;
	struct stat st;
	size_t n = 0;
	int there = btns_tree_look(r->tree, path, &st, r->buf, &n, e);

	if (there != 1)
		return there;
	if (S_ISLNK(st.st_mode) || n > BTNS_TREE_FILE) {
		if (read_long(r, path, &n, e) == -1)
			return -1;
		buf = r->big;
	}
	if (find_keys(&found, path, buf, n, e) == -1)
		return -1;
	return found.revoked && (found.in.loads != BTNS_LOADS_NONE || !stray);
}

/* Does the file hold the pin's key, and that alone? */
static int
holds(const uint8_t *buf, size_t n, const struct btns_key *k,
    const char *path, struct btns_err *e)
{
	struct btns_ikedfile f = { .keys = 0 };

	if (n > BTNS_TREE_FILE)
		return 0;
	if (btns_ikedfile(&f, buf, n, path, NULL, NULL, e) == -1)
		return -1;
	return f.loads == BTNS_LOADS_KEY && f.one &&
	    btns_key_same(&f.key, k);
}

int
btns_export_holds(struct btns_pins *p, struct btns_tree *t,
    const struct btns_pin *pin, struct btns_err *e)
{
	struct run r = { .pins = p };
	char path[BTNS_TREE_PATH];
	uint8_t buf[BTNS_TREE_FILE];
	struct btns_key k;
	struct stat st;
	size_t len = 0;
	int rv;

	if ((pin->ident.type == BTNS_ID_FP && export_settings(&r, e) == -1) ||
	    btns_pin_key(&k, pin, e) == -1 ||
	    (rv = export_path(path, &r, pin, &k, e)) == -1)
		return -1;
	if (rv == 0 || (rv = btns_tree_look(t, path, &st, buf, &len, e)) != 1)
		return rv;
	if (!S_ISREG(st.st_mode) || !export_open_mode(&st))
		return 0;
	return holds(buf, len, &k, path, e);
}
