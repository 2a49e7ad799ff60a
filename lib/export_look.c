/* What lies at a path of the tree, and what is to be done with it. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "export_priv.h"
#include "hash.h"
#include "keyread.h"
#include "keywrite.h"

/* What lies at a path that isn't ours, for the person who put it there. */
static void
describe(struct item *i, const struct stat *st, const char *what)
{
	const struct passwd *pw = getpwuid(st->st_uid);
	char when[32], who[16];
	struct tm tm;

	if (pw != NULL)
		(void)snprintf(who, sizeof(who), "%.15s", pw->pw_name);
	else
		(void)snprintf(who, sizeof(who), "%ld", (long)st->st_uid);
	if (gmtime_r(&st->st_mtime, &tm) == NULL ||
	    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		when[0] = '\0';
	(void)snprintf(i->note, sizeof(i->note), "%s, %s %04o, %s", what, who,
	    (unsigned)st->st_mode & 07777, when);
}

/* What iked finds in a file: it takes the first key that it can use. */
struct found {
	struct run	*r;
	bool		 loads;		/* count what iked loads, no other */
	struct btns_key	 key;
	unsigned	 keys, refused;
	bool		 usable, revoked;
};

static int
found_key(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	struct found *f = arg;
	struct btns_fp fp;
	bool usable;
	int rv;

	if (f->loads && !btns_keyat_loads(at))
		return 0;
	if (btns_fp_of(&fp, k, f->r->e) == -1 ||
	    (rv = btns_revoked_is(f->r->pins, &fp, f->r->e)) == -1)
		return -1;
	f->revoked = f->revoked || rv == 1;
	f->keys++;
	usable = btns_keyat_loads(at) && k->type != BTNS_ED25519;
	if (f->keys == 1 || (!f->usable && usable))
		f->key = *k;
	f->usable = f->usable || usable;
	return 0;
}

static void
found_bad(const struct btns_err *why, void *arg)
{
	struct found *f = arg;

	(void)why;
	f->refused++;
}

static int
see_keys(struct run *r, struct item *i, size_t n, char what[64],
    struct plan_facts *f, struct btns_err *e)
{
	char name[BTNS_KEY_NAME_MAX], text[BTNS_FORM_MAX];
	struct found found = { .r = r, .loads = i->stray };
	struct btns_keyread cb = { found_key, found_bad, NULL, &found };
	struct btns_fp fp;
	size_t len;
	bool wanted;

	if (n > BTNS_TREE_FILE)
		return 0;
	if (btns_keys_parse(r->buf, n, i->path, &cb, e) == -1 &&
	    e->code != BTNS_E_FORMAT)
		return -1;
	f->revoked = i->revoked = found.revoked;
	if (found.keys == 0)
		return 0;
	if (export_render(text, &len, &found.key, e) == -1 ||
	    btns_fp_of(&fp, &found.key, e) == -1)
		return -1;
	wanted = i->want && len == i->textlen &&
	    memcmp(text, i->text, len) == 0;
	f->same_key = wanted && found.keys + found.refused == 1;
	i->trusted = found.usable && !wanted;
	i->has_found = found.keys + found.refused == 1;
	i->found = fp;
	if (!i->want && i->has_found) {
		i->fp = fp;
		i->has_fp = true;
	}
	btns_key_name(name, &found.key);
	(void)snprintf(what, 64, "%s %02x%02x%02x%02x%02x%02x%02x%02x..%s",
	    name, fp.b[0], fp.b[1], fp.b[2], fp.b[3], fp.b[4], fp.b[5],
	    fp.b[6], fp.b[7], found.keys + found.refused > 1 ? " and more" :
	    "");
	return 0;
}

static int
see_other(struct run *r, struct item *i, const struct stat *st, size_t n,
    struct plan_facts *f, struct btns_err *e)
{
	char what[64] = "no key that can be read";

	i->directory = S_ISDIR(st->st_mode);
	if (!f->file)
		(void)snprintf(what, sizeof(what), "%s",
		    S_ISLNK(st->st_mode) ? "a symbolic link" :
		    i->directory ? "a directory" : "no regular file");
	if ((f->file || (S_ISLNK(st->st_mode) &&
	    btns_tree_follow(r->tree, i->path, r->buf, &n))) &&
	    see_keys(r, i, n, what, f, e) == -1)
		return -1;
	if (S_ISLNK(st->st_mode)) {
		i->trusted = i->trusted || !i->stray;	/* iked follows it */
		i->has_fp = i->has_fp && i->want;
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
	int there;

	if ((there = btns_tree_look(r->tree, i->path, &st, r->buf, &n,
	    e)) == -1)
		return -1;
	i->there = f->there = there == 1;
	f->file = i->there && S_ISREG(st.st_mode);
	if (f->file && n <= BTNS_TREE_FILE) {
		if (btns_hash(digest, BTNS_SHA256, r->buf, n, e) == -1)
			return -1;
		memcpy(i->disk, digest, DIGEST);
		f->same = i->want && memcmp(digest, i->want_digest,
		    DIGEST) == 0;
		f->ours = i->row && ((i->had_old && memcmp(digest, i->old,
		    DIGEST) == 0) || (i->had_new && memcmp(digest, i->new,
		    DIGEST) == 0));
		f->open = export_open_mode(&st);
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
export_holds_revoked(struct run *r, const char *path, struct btns_err *e)
{
	struct found found = { .r = r };
	struct btns_keyread cb = { found_key, found_bad, NULL, &found };
	struct stat st;
	size_t n = 0;
	int there = btns_tree_look(r->tree, path, &st, r->buf, &n, e);

	if (there != 1)
		return there;
	if (S_ISLNK(st.st_mode) && !btns_tree_follow(r->tree, path, r->buf,
	    &n))
		return 0;
	if (n > BTNS_TREE_FILE)
		n = BTNS_TREE_FILE;
	if (n > 0 && btns_keys_parse(r->buf, n, path, &cb, e) == -1 &&
	    e->code != BTNS_E_FORMAT)
		return -1;
	return found.revoked;
}

/* Does the file hold the pin's key, and that alone? */
static int
holds(const uint8_t *buf, size_t n, const struct btns_key *k,
    const char *path, struct btns_err *e)
{
	struct btns_key there;

	if (n > BTNS_TREE_FILE)
		return 0;
	if (btns_key_parse_one(&there, buf, n, path, e) == -1)
		return e->code == BTNS_E_NOMEM || e->code == BTNS_E_CRYPTO ?
		    -1 : 0;
	return btns_key_same(&there, k);
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
