/* Keys, this host's own and the peers', and the store that they are in. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor_priv.h"
#include "own.h"

/* --- this host's own */

static int
check_private(struct doctor *d, struct btns_err *e)
{
	struct btns_own o;
	char path[PATH_MAX];
	struct stat st;

	doctor_path(path, d, OWN_PRIVATE);
	if (btns_own_read(&o, d->how->iked, NULL, e) == -1)
		return 0;		/* check_pair() says it */
	if (o.unreadable || lstat(path, &st) == -1) {
		if (o.unreadable)
			doctor_blind_errno(d, OWN_PRIVATE, EACCES);
		else
			doctor_say(d, OWN_PRIVATE, &(struct doctor_fix){
			    "btnskey gen", NULL, NULL }, "it is missing: this"
			    " host cannot show who it is");
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		doctor_say(d, OWN_PRIVATE, NULL, "not a regular file");
	else if ((st.st_mode & 077) != 0)
		doctor_say(d, OWN_PRIVATE, &(struct doctor_fix){ "chmod 600",
		    path, NULL }, "mode %04o: others can read the private"
		    " key", (unsigned)st.st_mode & 07777);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		doctor_say(d, OWN_PRIVATE, &(struct doctor_fix){ "chown 0",
		    path, NULL }, "it belongs to user %ld",
		    (long)st.st_uid);
	return 0;
}

static int
check_pair(struct doctor *d, struct btns_err *e)
{
	struct btns_keyread cb = { NULL, NULL, NULL, NULL };
	struct btns_own o;

	if (btns_own_read(&o, d->how->iked, &cb, e) == -1) {
		if (e->code == BTNS_E_FORMAT || e->code == BTNS_E_REFUSED)
			doctor_say(d, OWN_PUBLIC, NULL, "%s", e->msg);
		else if (e->code != BTNS_E_SYS || e->sys_errno != ENOENT)
			return -1;
		return 0;
	}
	if (o.have_private && !o.unreadable && !o.have_public)
		doctor_say(d, OWN_PUBLIC, &(struct doctor_fix){
		    "btnskey gen", NULL, NULL }, "it is missing beside the"
		    " private key");
	if (o.have_private && !o.unreadable && o.have_public &&
	    !btns_key_same(&o.public, &o.private))
		doctor_say(d, OWN_PUBLIC, NULL, "it is not of the private"
		    " key: peers that pin it refuse this host");
	if (o.have_public && o.public.type == BTNS_ED25519)
		doctor_say(d, OWN_PUBLIC, &(struct doctor_fix){
		    "btnskey gen -f", NULL, NULL }, "Ed25519: iked cannot"
		    " use it");
	return 0;
}

/* --- the peers' files */

static void
each_file(struct doctor *d, bool (*is)(const struct doctor_file *),
    const char *what)
{
	char below[PATH_MAX];
	size_t i;

	for (i = 0; i < d->nfile; i++) {
		(void)snprintf(below, sizeof(below), "pubkeys/%s",
		    d->file[i].path);
		if (is(&d->file[i]))
			doctor_say(d, below, NULL, "%s", what);
	}
}

static bool
is_ambiguous(const struct doctor_file *f)
{
	return f->in.keys + f->in.refused > 1 ||
	    (f->in.loads == BTNS_LOADS_KEY && !f->in.one);
}

static bool
is_ed25519(const struct doctor_file *f)
{
	return f->in.keys > 0 && f->in.key.type == BTNS_ED25519;
}

static bool
is_empty(const struct doctor_file *f)
{
	return !f->unread && S_ISREG(f->st.st_mode) && !is_ed25519(f) &&
	    f->in.loads == BTNS_LOADS_NONE && !f->in.private;
}

static bool
is_weak(const struct doctor_file *f)
{
	return f->in.keys > 0 && btns_key_weak(&f->in.key);
}

static bool
is_own(const struct doctor_file *f)
{
	return f->own;
}

static int
check_ambiguous(struct doctor *d, struct btns_err *e)
{
	(void)e;
	each_file(d, is_ambiguous, "more than one key in it: which one iked"
	    " takes is the order's doing");
	return 0;
}

static int
check_empty(struct doctor *d, struct btns_err *e)
{
	(void)e;
	each_file(d, is_empty, "no key in it that iked could load: the peer"
	    " is refused");
	return 0;
}

static int
check_ed25519(struct doctor *d, struct btns_err *e)
{
	(void)e;
	each_file(d, is_ed25519, "Ed25519: iked loads it, and it never"
	    " matches");
	return 0;
}

static int
check_weak(struct doctor *d, struct btns_err *e)
{
	(void)e;
	each_file(d, is_weak, "RSA below 2048 bits (RFC 8247 3.1.1)");
	return 0;
}

static int
check_own_pinned(struct doctor *d, struct btns_err *e)
{
	(void)e;
	each_file(d, is_own, "this host's own key: whoever has it gets in"
	    " here as a peer");
	return 0;
}

static int
check_unread(struct doctor *d, struct btns_err *e)
{
	char below[PATH_MAX];
	size_t i;

	(void)e;
	if (d->files_why.code != BTNS_OK &&
	    d->files_why.code != BTNS_E_UNSAFE &&
	    d->files_why.sys_errno != ENOENT)
		doctor_blind(d, "pubkeys", &d->files_why);
	for (i = 0; i < d->nfile; i++) {
		(void)snprintf(below, sizeof(below), "pubkeys/%s",
		    d->file[i].path);
		if (d->file[i].unread && S_ISREG(d->file[i].st.st_mode))
			doctor_blind_errno(d, below, EACCES);
	}
	return 0;
}

static int
check_odd(struct doctor *d, struct btns_err *e)
{
	struct btns_ident id;
	const char *odd;
	size_t i;

	for (i = 0; i < d->nfile; i++)
		if (btns_ident_parse(&id, d->file[i].path, e) == 0 &&
		    (odd = btns_ident_odd(&id)) != NULL)
			doctor_say(d, d->file[i].path, NULL, "%s", odd);
	return 0;
}

/* --- the store */

static int
check_store(struct doctor *d, struct btns_err *e)
{
	const struct btns_err *why = d->how->why;

	(void)e;
	if (d->how->pins != NULL || why == NULL || d->how->none)
		return 0;
	if (why->code == BTNS_E_UNSAFE || why->code == BTNS_E_STORE ||
	    why->code == BTNS_E_FORMAT)
		doctor_say(d, "store", NULL, "%s", why->msg);
	else
		doctor_blind(d, "store", why);
	return 0;
}

static int
check_no_store(struct doctor *d, struct btns_err *e)
{
	(void)e;
	if (d->how->none)
		doctor_say(d, "store", &(struct doctor_fix){ "btnsctl init",
		    NULL, NULL }, "there is none: the tree is judged by"
		    " itself");
	return 0;
}

static void
store_mode(struct doctor *d, const char *path, bool dir)
{
	struct stat st;

	if (lstat(path, &st) == 0 && (st.st_mode & 077) != 0)
		doctor_say(d, path, &(struct doctor_fix){ dir ? "chmod 700" :
		    "chmod 600", path, NULL }, "mode %04o: others can read"
		    " it%s", (unsigned)st.st_mode & 07777, dir ? "" : ", and"
		    " hold a revocation up");
}

static int
check_store_mode(struct doctor *d, struct btns_err *e)
{
	static const char *const ends[] = { "", ".head", ".lock" };
	char path[PATH_MAX + 8], *slash;
	size_t i;

	(void)e;
	if (d->how->pins == NULL)
		return 0;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s",
		    btns_pins_path(d->how->pins), ends[i]);
		store_mode(d, path, false);
	}
	(void)snprintf(path, sizeof(path), "%s",
	    btns_pins_path(d->how->pins));
	if ((slash = strrchr(path, '/')) != NULL && slash != path) {
		*slash = '\0';
		store_mode(d, path, true);
	} else if (slash == NULL)
		store_mode(d, ".", true);
	return 0;
}

static int
say_pin(const struct btns_pin *pin, void *arg)
{
	struct doctor *d = arg;
	char name[BTNS_ID_PRINT];

	if (strcmp(pin->state, "accepted") != 0)
		return 0;
	btns_ident_print(name, &pin->ident);
	doctor_say(d, name, &(struct doctor_fix){ "btnsctl promote -F -",
	    name, NULL }, "accepted by itself, and compared with nobody yet");
	return 0;
}

static int
check_accepted(struct doctor *d, struct btns_err *e)
{
	return d->how->pins == NULL ? 0 :
	    btns_pins_each(d->how->pins, say_pin, d, e);
}

const struct doctor_check doctor_keys[] = {
	{ "private-key", DOCTOR_ERROR, check_private },
	{ "key-pair", DOCTOR_ERROR, check_pair },
	{ "unread", DOCTOR_NOTE, check_unread },
	{ "ambiguous", DOCTOR_ERROR, check_ambiguous },
	{ "no-key", DOCTOR_WARNING, check_empty },
	{ "ed25519", DOCTOR_WARNING, check_ed25519 },
	{ "weak", DOCTOR_WARNING, check_weak },
	{ "own-key", DOCTOR_ERROR, check_own_pinned },
	{ "odd-name", DOCTOR_WARNING, check_odd },
	{ "store", DOCTOR_ERROR, check_store },
	{ "no-store", DOCTOR_NOTE, check_no_store },
	{ "store-mode", DOCTOR_ERROR, check_store_mode },
	{ "not-compared", DOCTOR_WARNING, check_accepted },
	{ NULL, DOCTOR_NOTE, NULL }
};
