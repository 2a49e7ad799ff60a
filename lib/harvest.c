#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "harvest.h"
#include "harvest_priv.h"
#include "hash.h"
#include "ikedfile.h"
#include "keyread.h"
#include "tree.h"

/* Why is this no one key for iked?  NULL: it is. */
static const char *
unfit(const struct btns_ikedfile *s, char buf[64])
{
	if (s->private)
		return "a PRIVATE key: not imported";
	if (s->loads == BTNS_LOADS_UNFIT)
		return "iked may take a key from it that no pin can be: not"
		    " imported";
	if (s->keys == 0)
		return s->loads == BTNS_LOADS_KEY ? "its key is malformed,"
		    " though iked takes it: not imported" :
		    "no key in it: not imported";
	if (s->keys > 1) {
		(void)snprintf(buf, 64, "%u keys in it, ambiguous: not"
		    " imported", s->keys);
		return buf;
	}
	if (s->refused > 0)
		return "a damaged object beside the key, ambiguous: not"
		    " imported";
	if (s->loads == BTNS_LOADS_KEY && !s->one)
		return "iked takes another key from it than is seen first:"
		    " not imported";
	if (s->key.type == BTNS_ED25519)
		return "Ed25519, iked cannot use it: not imported";
	return NULL;
}

static const char *
backup(const char *name)
{
	static const char *const ends[] = { ".bak", ".old", ".orig", ".save",
	    ".rej", ".dpkg-old", ".dpkg-new", ".dpkg-dist", ".rpmsave",
	    ".rpmnew" };
	size_t i, n = strlen(name), len;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		len = strlen(ends[i]);
		if (n > len && strcmp(name + n - len, ends[i]) == 0)
			return "a backup?  A peer may call itself that and"
			    " get in";
	}
	return NULL;
}

static const char *
kind(mode_t m)
{
	return S_ISLNK(m) ? "a symbolic link: not imported" :
	    S_ISDIR(m) ? "a directory: not imported" :
	    S_ISFIFO(m) ? "a FIFO: not imported" :
	    S_ISREG(m) ? NULL : "no regular file: not imported";
}

/* Could nobody but root, or us, have written it? */
static bool
kept(const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == geteuid()) &&
	    (st->st_mode & 022) == 0;
}

/* A file that iked could load: an item. */
static int
tree_item(struct harvest *h, const char *path, const struct btns_ident *id,
    const struct btns_ikedfile *s, const struct stat *st, const uint8_t *buf,
    size_t n, struct btns_err *e)
{
	struct harvest_item it = { .kind = HARVEST_KEY, .ident = *id,
	    .key = &s->key, .object = path, .source = "tree", .path = path,
	    .trusted = s->loads == BTNS_LOADS_KEY && (st->st_mode &
	    S_IROTH) && kept(st) };
	uint8_t digest[BTNS_HASH_MAX];
	char mode[64];

	if (btns_hash(digest, BTNS_SHA256, buf, n, e) == -1 ||
	    btns_fp_of(&it.fp, &s->key, e) == -1)
		return -1;
	memcpy(it.digest, digest, sizeof(it.digest));
	(void)snprintf(mode, sizeof(mode), "%04o, %s: learned only, not a"
	    " pin", (unsigned)st->st_mode & 07777, kept(st) ? "unreadable"
	    " for iked" : "others may write it");
	it.odd = s->loads != BTNS_LOADS_KEY ? "iked does not load that form:"
	    " learned only, not a pin" : !it.trusted ? mode :
	    backup(path) != NULL ? backup(path) : btns_ident_odd(id);
	return h->item(&it, h->arg);
}

/* A regular file that was read: its key, or why it is left alone. */
static int
tree_file(struct harvest *h, const char *path, const struct stat *st,
    const uint8_t *buf, size_t n, struct btns_err *e)
{
	struct btns_ikedfile s = { .keys = 0 };
	char text[64], name[BTNS_ID_PRINT];
	const char *why = NULL;
	struct btns_ident id;

	if (n > BTNS_TREE_FILE)
		why = "over 64 KiB: not imported";
	else if (btns_ident_parse(&id, path, e) == -1)
		why = "no identity can have that name: not imported";
	else if (btns_ikedfile(&s, buf, n, path, NULL, NULL, e) == -1)
		return -1;
	else if ((why = unfit(&s, text)) == NULL) {
		btns_ident_print(name, &id);
		if (strcmp(name, path) == 0)
			return tree_item(h, path, &id, &s, st, buf, n, e);
		why = "iked spells that address otherwise and never opens"
		    " it: not imported";
	}
	h->left(path, why, h->arg);
	return 0;
}

static int
tree_path(struct harvest *h, struct btns_tree *t, const char *path,
    struct btns_err *e)
{
	struct stat st;
	uint8_t *buf;
	size_t n = 0;
	int rv;

	if ((buf = malloc(BTNS_TREE_FILE)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	rv = btns_tree_look(t, path, &st, buf, &n, e);
	if (rv == 1 && kind(st.st_mode) != NULL) {
		h->left(path, kind(st.st_mode), h->arg);
		rv = 0;
	} else if (rv == 1)
		rv = tree_file(h, path, &st, buf, n, e);
	free(buf);
	return rv;
}

struct names {
	char	**name;
	size_t	 n;
};

static int
add_name(const char *name, void *arg)
{
	struct names *l = arg;
	char **p = reallocarray(l->name, l->n + 1, sizeof(*p));

	if (p == NULL)
		return 1;
	l->name = p;
	if ((p[l->n] = strdup(name)) == NULL)
		return 1;
	l->n++;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
free_names(struct names *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->name[i]);
	free(l->name);
}

/* The tree, or the part of it whose paths begin so. */
static int
tree(struct harvest *h, const char *part, struct btns_err *e)
{
	struct names l = { NULL, 0 };
	struct btns_tree *t;
	size_t i, n = strlen(part);
	int rv;

	if (btns_tree_open(&t, h->iked, NULL, TREE_LOOK, e) == -1)
		return -1;
	if ((rv = btns_tree_each(t, add_name, &l, e)) == 1)
		rv = btns_fail(e, BTNS_E_NOMEM, "out of memory");
	if (l.n > 1)
		qsort(l.name, l.n, sizeof(*l.name), by_name);
	for (i = 0; i < l.n && rv == 0; i++)
		if (strncmp(l.name[i], "fp/", 3) != 0 &&
		    strncmp(l.name[i], part, n) == 0 &&
		    (n == 0 || part[n - 1] == '/' || l.name[i][n] == '\0'))
			rv = tree_path(h, t, l.name[i], e);
	free_names(&l);
	btns_tree_close(t);
	return rv;
}

int
btns_harvest_tree(struct harvest *h, struct btns_err *e)
{
	return tree(h, "", e);
}

/* The identity that a file is named after. */
static int
name_of(struct btns_ident *id, const struct harvest *h, const char *type,
    const char *file, struct btns_err *e)
{
	char text[PATH_MAX + 16];
	const char *base = strrchr(file, '/');
	size_t n;

	if (h->as != NULL) {
		*id = *h->as;
		return 0;
	}
	base = base == NULL ? file : base + 1;
	(void)snprintf(text, sizeof(text), "%s%s%s", type, *type == '\0' ?
	    "" : "/", base);
	n = strlen(text);
	if (n > 4 && (strcmp(text + n - 4, ".pub") == 0 ||
	    strcmp(text + n - 4, ".pem") == 0))
		text[n - 4] = '\0';
	return btns_ident_parse(id, text, e);
}

static int
note_private(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	bool *private = arg;

	(void)k;
	*private = at->private;
	return 0;
}

/* One key of one file; what isn't one is left alone. */
static int
one_key(struct harvest *h, int fd, const char *type, const char *file,
    struct btns_err *e)
{
	bool private = false;
	struct btns_keyread cb = { .key = note_private, .arg = &private };
	struct harvest_item it = { .kind = HARVEST_KEY, .object = file,
	    .source = "file" };
	struct btns_key k;

	if (btns_key_read_one(&k, fd, file, &cb, e) == -1) {
		if (e->code != BTNS_E_FORMAT && e->code != BTNS_E_REFUSED)
			return -1;
		h->left(file, e->msg, h->arg);
		return 0;
	}
	if (private) {
		h->left(file, "a PRIVATE key: not imported", h->arg);
		return 0;
	}
	if (name_of(&it.ident, h, type, file, e) == -1) {
		h->left(file, e->msg, h->arg);
		return 0;
	}
	it.key = &k;
	it.odd = btns_ident_odd(&it.ident);
	return btns_fp_of(&it.fp, &k, e) == -1 ? -1 : h->item(&it, h->arg);
}

/* An open file, which is closed. */
static int
opened(struct harvest *h, int fd, const char *type, const char *path,
    bool named, struct btns_err *e)
{
	struct stat st;
	int rv = 0;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		h->left(path, "no regular file: not imported", h->arg);
	else if (!named || (rv = harvest_list(h, fd, path, e)) == 1) {
		(void)lseek(fd, 0, SEEK_SET);
		rv = one_key(h, fd, type, path, e);
	}
	(void)close(fd);
	return rv;
}

#define OPEN	(O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static int	 directory(struct harvest *, const char *type, int fd,
		    const char *path, struct btns_err *);

/* What a directory holds: a file, or a directory of a type. */
static int
entry(struct harvest *h, const char *type, int dir, const char *name,
    const char *path, struct btns_err *e)
{
	int fd = openat(dir, name, OPEN | O_NOFOLLOW), t = 0;
	struct stat st;

	if (fd == -1) {
		h->left(path, errno == ELOOP ? kind(S_IFLNK) :
		    strerror(errno), h->arg);
		return 0;
	}
	while (t < BTNS_ID_FP && strcmp(name, btns_idtype_name(t)) != 0)
		t++;
	return *type == '\0' && t < BTNS_ID_FP && fstat(fd, &st) == 0 &&
	    S_ISDIR(st.st_mode) ? directory(h, name, fd, path, e) :
	    opened(h, fd, type, path, false, e);
}

/* The files of an open directory, and those in its directories of types. */
static int
directory(struct harvest *h, const char *type, int fd, const char *path,
    struct btns_err *e)
{
	struct names l = { NULL, 0 };
	char full[PATH_MAX + NAME_MAX + 2];
	const struct dirent *d;
	size_t i;
	int rv = 0;
	DIR *dp;

	if ((dp = fdopendir(fd)) == NULL) {
		(void)btns_fail_sys(e, "%s", path);
		(void)close(fd);
		return -1;
	}
	while (rv == 0 && (errno = 0, d = readdir(dp)) != NULL)
		if (d->d_name[0] != '.')
			rv = add_name(d->d_name, &l);
	if (rv == 0 && errno != 0)
		rv = btns_fail_sys(e, "%s", path);
	if (rv == 1)
		rv = btns_fail(e, BTNS_E_NOMEM, "out of memory");
	if (l.n > 1)
		qsort(l.name, l.n, sizeof(*l.name), by_name);
	for (i = 0; i < l.n && rv == 0; i++) {
		(void)snprintf(full, sizeof(full), "%.*s/%s", PATH_MAX, path,
		    l.name[i]);
		rv = entry(h, type, fd, l.name[i], full, e);
	}
	free_names(&l);
	(void)closedir(dp);
	return rv;
}

/* "fqdn/gw" of a path below iked's pubkeys/, "" for all of it; or NULL. */
static const char *
in_tree(const struct harvest *h, const char *path, char real[PATH_MAX])
{
	char root[PATH_MAX + 16], *dir, base[NAME_MAX + 1] = "";
	char copy[PATH_MAX];
	const char *slash;
	size_t n;

	/* The last part may be a symbolic link: it is not followed. */
	(void)snprintf(copy, sizeof(copy), "%s", path);
	slash = strrchr(copy, '/');
	if (slash != NULL && slash[1] != '\0' && slash != copy) {
		(void)snprintf(base, sizeof(base), "%s", slash + 1);
		copy[slash - copy] = '\0';
	}
	if ((dir = realpath(base[0] == '\0' ? path : copy, NULL)) == NULL)
		return NULL;
	n = (size_t)snprintf(real, PATH_MAX, "%s%s%s/", dir,
	    base[0] == '\0' ? "" : "/", base);
	free(dir);
	if (n >= PATH_MAX)
		return NULL;
	n = (size_t)snprintf(root, sizeof(root), "%s/pubkeys/", h->iked);
	if (strncmp(real, root, n) != 0)
		return NULL;
	/* A file has no slash behind it. */
	if (strchr(real + n, '/') != NULL &&
	    strchr(real + n, '/')[1] != '\0')
		real[strlen(real) - 1] = '\0';
	return real + n;
}

static int
standard_input(struct harvest *h, struct btns_err *e)
{
	int rv;

	if (h->as != NULL)
		return one_key(h, STDIN_FILENO, "", "-", e);
	rv = harvest_list(h, STDIN_FILENO, "-", e);
	return rv != 1 ? rv : btns_fail(e, BTNS_E_USAGE, "standard input: no"
	    " list of fingerprints and no known_hosts; a single key takes -i"
	    " identity");
}

int
btns_harvest_path(struct harvest *h, const char *path, struct btns_err *e)
{
	char real[PATH_MAX];
	struct stat st;
	const char *part;
	int fd;

	if (strcmp(path, "-") == 0)
		return standard_input(h, e);
	if (lstat(path, &st) == -1)
		return btns_fail_sys(e, "%s", path);
	if (h->as == NULL && (part = in_tree(h, path, real)) != NULL)
		return tree(h, part, e);
	if ((fd = open(path, OPEN)) == -1)
		return btns_fail_sys(e, "%s", path);
	return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ?
	    directory(h, "", fd, path, e) :
	    opened(h, fd, "", path, true, e);
}
