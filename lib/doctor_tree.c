/* Directories and files below iked's: who can read what, and what is left. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor_priv.h"
#include "ikedkey.h"
#include "path.h"

static void
fix_path(struct doctor_fix *fix, char full[PATH_MAX], const struct doctor *d,
    const char *command, const char *below)
{
	doctor_path(full, d, below);
	*fix = (struct doctor_fix){ command, full, NULL };
}

/* Can _iked get through here?  1: go on below it. */
static int
directory(struct doctor *d, int iked, const char *below)
{
	const char *shown = *below == '\0' ? d->how->iked : below;
	char full[PATH_MAX];
	struct doctor_fix fix;
	struct stat st;

	fix_path(&fix, full, d, "chmod 755", below);
	if (fstatat(iked, *below == '\0' ? "." : below, &st,
	    AT_SYMLINK_NOFOLLOW) == -1) {
		if (errno != ENOENT)
			doctor_blind_errno(d, shown, errno);
		else if (strcmp(below, "pubkeys") == 0)
			doctor_say(d, shown, &(struct doctor_fix){
			    "btnsctl export", NULL, NULL }, "it is missing:"
			    " iked finds no key of any peer");
		return 0;
	}
	if (S_ISDIR(st.st_mode) && btns_ikeduser_can(&d->user, &st, 1))
		return 1;
	if (S_ISDIR(st.st_mode))
		doctor_say(d, shown, &fix, "mode %04o: user _iked cannot pass"
		    " it, and finds no key below", (unsigned)st.st_mode &
		    07777);
	else
		doctor_say(d, shown, NULL, "not a directory: iked finds no"
		    " key below");
	return 0;
}

static int
check_directories(struct doctor *d, struct btns_err *e)
{
	char below[32];
	int fd, i;

	if (btns_path_dir(&fd, d->how->iked, e) == -1) {
		if (e->code == BTNS_E_SYS)
			doctor_blind(d, d->how->iked, e);
		else
			doctor_say(d, d->how->iked, NULL, "%s", e->msg);
		return 0;
	}
	if (directory(d, fd, "") == 1 && directory(d, fd, "pubkeys") == 1)
		for (i = 0; i < BTNS_ID__COUNT; i++) {
			(void)snprintf(below, sizeof(below), "pubkeys/%s",
			    btns_idtype_name(i));
			(void)directory(d, fd, below);
		}
	(void)close(fd);
	if (d->files_why.code == BTNS_E_UNSAFE)
		doctor_say(d, "pubkeys", NULL, "%s", d->files_why.msg);
	return 0;
}

static int
check_user(struct doctor *d, struct btns_err *e)
{
	(void)e;
	if (!d->user.there)
		doctor_say(d, "_iked", NULL, "no such user here: files are"
		    " taken to be read as others read them");
	return 0;
}

static void
below_pubkeys(char out[PATH_MAX], const char *path)
{
	if (strncmp(path, "../", 3) == 0)
		(void)snprintf(out, PATH_MAX, "%s", path + 3);
	else
		(void)snprintf(out, PATH_MAX, "pubkeys/%s", path);
}

/* Is the key in it one that iked should take? */
static bool
is_pinned(struct doctor *d, const struct doctor_file *f)
{
	struct btns_err ignored;
	struct btns_ident id;
	struct btns_fp fp;

	return d->how->pins != NULL && f->in.one && !f->in.private &&
	    btns_ident_parse(&id, f->path, &ignored) == 0 &&
	    btns_fp_of(&fp, &f->in.key, &ignored) == 0 &&
	    btns_pins_is_live(d->how->pins, &id, &fp, &ignored) == 1;
}

static bool
is_private(struct doctor *d, const struct doctor_file *f)
{
	(void)d;
	return f->in.private;
}

/* Only a pin's is to be opened to _iked: another's key nobody vouched for. */
static bool
is_unreadable(struct doctor *d, const struct doctor_file *f)
{
	return S_ISREG(f->st.st_mode) && (d->how->pins == NULL ||
	    is_pinned(d, f)) && !f->in.private &&
	    !btns_ikeduser_can(&d->user, &f->st, 4);
}

static bool
is_writable(struct doctor *d, const struct doctor_file *f)
{
	(void)d;
	return S_ISREG(f->st.st_mode) && (f->st.st_mode & 022) != 0;
}

/* A finding, with its mode or without, for each file that is so. */
static int
each_file(struct doctor *d, bool (*is)(struct doctor *,
    const struct doctor_file *), const char *command, const char *more,
    bool mode, const char *what)
{
	char below[PATH_MAX], full[PATH_MAX];
	struct doctor_fix fix;
	size_t i;

	for (i = 0; i < d->nfile; i++) {
		const struct doctor_file *f = &d->file[i];

		if (!is(d, f))
			continue;
		below_pubkeys(below, f->path);
		fix_path(&fix, full, d, command, below);
		fix.more = more;
		if (mode)
			doctor_say(d, below, &fix, "mode %04o: %s",
			    (unsigned)f->st.st_mode & 07777, what);
		else
			doctor_say(d, below, &fix, "%s", what);
	}
	return 0;
}

static int
check_private(struct doctor *d, struct btns_err *e)
{
	(void)e;
	return each_file(d, is_private, "mv", " /root/", false, "a PRIVATE"
	    " key, where iked looks for public ones; nobody else should have"
	    " it");
}

/* Each regular file of the type directories that _iked can't read. */
static int
check_readable(struct doctor *d, struct btns_err *e)
{
	(void)e;
	return each_file(d, is_unreadable, "chmod 644", NULL, true,
	    "user _iked cannot read it, and refuses the peer");
}

static int
check_writable(struct doctor *d, struct btns_err *e)
{
	(void)e;
	return each_file(d, is_writable, "chmod go-w", NULL, true,
	    "others can put their key into it");
}

static int
check_links(struct doctor *d, struct btns_err *e)
{
	char below[PATH_MAX], full[PATH_MAX];
	struct doctor_fix fix;
	size_t i;

	(void)e;
	for (i = 0; i < d->nfile; i++) {
		below_pubkeys(below, d->file[i].path);
		fix_path(&fix, full, d, "rm", below);
		if (S_ISLNK(d->file[i].st.st_mode))
			doctor_say(d, below, &fix, "a symbolic link, which no"
			    " export writes; iked follows it below %s",
			    d->how->iked);
	}
	return 0;
}

/* --- public keys that a peer may name */

struct stray {
	struct doctor	*d;
	uint8_t		*buf;		/* BTNS_TREE_LONG */
	struct btns_err	*e;
};

static int
stray(const char *path, void *arg)
{
	struct stray *s = arg;
	char below[PATH_MAX], full[PATH_MAX];
	struct doctor_fix fix;
	struct btns_err why;
	struct btns_key k;
	struct stat st;
	size_t n;
	int loads;

	below_pubkeys(below, path);
	if (btns_tree_look(s->d->tree, path, &st, NULL, NULL, &why) != 1)
		return 0;
	if (!btns_tree_follow(s->d->tree, path, s->buf, BTNS_TREE_LONG, &n)) {
		if (S_ISREG(st.st_mode) && st.st_size > 0)
			doctor_blind_errno(s->d, below, EACCES);
		return 0;
	}
	if ((loads = btns_iked_key(&k, s->buf, n, s->e)) == -1)
		return -1;
	fix_path(&fix, full, s->d, "rm", below);
	if (loads != BTNS_LOADS_NONE)
		doctor_say(s->d, below, &fix, "a public key that is no pin's;"
		    " a peer gets in with it as ../%s", path);
	return 0;
}

static int
check_strays(struct doctor *d, struct btns_err *e)
{
	struct stray s = { .d = d, .e = e };
	int rv;

	if (d->tree == NULL)
		return 0;
	if ((s.buf = malloc(BTNS_TREE_LONG)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	rv = btns_tree_strays(d->tree, stray, &s, e);
	free(s.buf);
	return rv;
}

/* --- what a killed run left */

static void
left(struct doctor *d, const char *dir, const char *name, const char *fix)
{
	char below[PATH_MAX], full[PATH_MAX];
	struct doctor_fix rm;

	(void)snprintf(below, sizeof(below), "%s/%s", dir, name);
	fix_path(&rm, full, d, "rm", below);
	doctor_say(d, below, fix == NULL ? &rm : &(struct doctor_fix){ fix,
	    NULL, NULL }, "left by a run that was killed");
}

static int
check_staging(struct doctor *d, struct btns_err *e)
{
	char full[PATH_MAX];
	const struct dirent *n;
	DIR *dp;

	(void)e;
	doctor_path(full, d, "pubkeys/.btns");
	if ((dp = opendir(full)) == NULL) {
		if (errno != ENOENT)
			doctor_blind_errno(d, "pubkeys/.btns", errno);
		return 0;
	}
	while ((n = readdir(dp)) != NULL)
		if (strcmp(n->d_name, ".") != 0 &&
		    strcmp(n->d_name, "..") != 0 &&
		    strcmp(n->d_name, "store-id") != 0)
			left(d, "pubkeys/.btns", n->d_name,
			    "btnsctl export");
	(void)closedir(dp);
	return 0;
}

static int
check_own_left(struct doctor *d, struct btns_err *e)
{
	static const char *const names[] = { ".btnskey.key", ".btnskey.pub" };
	char below[64], full[PATH_MAX];
	struct stat st;
	size_t i;

	(void)e;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(below, sizeof(below), "private/%s", names[i]);
		doctor_path(full, d, below);
		if (lstat(full, &st) == 0)
			left(d, "private", names[i], NULL);
	}
	return 0;
}

/* Rule: nothing unpinned where _iked could read it. */
static int
check_staging_mode(struct doctor *d, struct btns_err *e)
{
	static const char *const names[] = { "pubkeys/.btns", "private" };
	char full[PATH_MAX];
	struct doctor_fix fix;
	struct stat st;
	size_t i;

	(void)e;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		fix_path(&fix, full, d, "chmod 700", names[i]);
		if (lstat(full, &st) == 0 && (!S_ISDIR(st.st_mode) ||
		    (st.st_mode & 077) != 0))
			doctor_say(d, names[i], &fix, "mode %04o: others can"
			    " look into it", (unsigned)st.st_mode & 07777);
	}
	return 0;
}

const struct doctor_check doctor_tree[] = {
	{ "directory", DOCTOR_ERROR, check_directories },
	{ "iked-user", DOCTOR_NOTE, check_user },
	{ "private-in-tree", DOCTOR_ERROR, check_private },
	{ "unreadable", DOCTOR_ERROR, check_readable },
	{ "writable", DOCTOR_ERROR, check_writable },
	{ "stray", DOCTOR_ERROR, check_strays },
	{ "symlink", DOCTOR_WARNING, check_links },
	{ "left-over", DOCTOR_WARNING, check_staging },
	{ "left-over", DOCTOR_WARNING, check_own_left },
	{ "open-directory", DOCTOR_ERROR, check_staging_mode },
	{ NULL, DOCTOR_NOTE, NULL }
};
