/*
 * Certificates that let peers in beside pins, and whom they name: RFC 5280
 * 4.2.1.6.
 */
#include <sys/stat.h>
#include <arpa/inet.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "doctor_priv.h"
#include "file.h"
#include "selfid.h"

/* One name as iked would take it for an ID; false for other kinds. */
static bool
text(char *out, size_t size, const GENERAL_NAME *g)
{
	const ASN1_STRING *s;
	const unsigned char *p;
	int type, n;

	s = GENERAL_NAME_get0_value(g, &type);
	if (type != GEN_DNS && type != GEN_EMAIL && type != GEN_IPADD)
		return false;
	p = ASN1_STRING_get0_data(s);
	n = ASN1_STRING_length(s);
	if (type != GEN_IPADD) {
		(void)snprintf(out, size, "%.*s", n, (const char *)p);
		return true;
	}
	return (n == 4 || n == 16) && inet_ntop(n == 4 ? AF_INET : AF_INET6,
	    p, out, (socklen_t)size) != NULL;
}

static int
names(X509 *x, int (*fn)(const char *, void *), void *arg)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL,
	    NULL);
	char name[256];
	int i, rv = fn(NULL, arg);

	for (i = 0; rv == 0 && i < sk_GENERAL_NAME_num(all); i++)
		if (text(name, sizeof(name), sk_GENERAL_NAME_value(all, i)))
			rv = fn(name, arg);
	GENERAL_NAMES_free(all);
	return rv;
}

/*
 * A text of certificates in PEM: for each the callback with NULL, and with
 * each of its names that iked could take for an ID.  0, what the callback
 * gave, or -1.
 */
static int
cert_names(const void *p, size_t n, int (*fn)(const char *, void *),
    void *arg, struct btns_err *e)
{
	BIO *b = n > INT_MAX ? NULL : BIO_new_mem_buf(p, (int)n);
	X509 *x;
	int rv = 0;

	if (b == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	while (rv == 0 && (x = PEM_read_bio_X509(b, NULL, NULL,
	    NULL)) != NULL) {
		rv = names(x, fn, arg);
		X509_free(x);
	}
	BIO_free(b);
	ERR_clear_error();		/* the end of the file is one */
	return rv;
}

/* --- the files */

#define CERT_NAMES	512
#define CERT_FILE	(256 * 1024)

struct cert {
	struct doctor	*d;
	bool		 ca;		/* the directory is ca/ */
	char		*names;		/* CERT_NAMES: those of a file */
	bool		 found, others;
};

struct match {
	const char	*name;
	bool		 is;
};

static int
is_self(const struct btns_ident *id, void *arg)
{
	struct match *m = arg;

	m->is = m->is || strcmp(id->value, m->name) == 0;
	return 0;
}

static int
cert_name(const char *name, void *arg)
{
	struct match m = { name, false };
	struct cert *c = arg;
	struct btns_err why;
	size_t n = strlen(c->names);

	c->found = true;
	if (name == NULL)
		return 0;
	if (btns_selfid_each(c->d->how->iked, is_self, &m, &why) == -1)
		c->d->nomem = true;
	c->others = c->others || !m.is;
	(void)snprintf(c->names + n, CERT_NAMES - n, "%s%s", n == 0 ? "" :
	    ", ", name);
	return 0;
}

static void
say_cert(const struct cert *c, const char *below)
{
	if (c->ca)
		doctor_say(c->d, below, NULL, "a CA: whoever has a"
		    " certificate of it gets in under the name in that,"
		    " pinned or not");
	else if (c->others)
		doctor_say(c->d, below, NULL, "a certificate of %.400s:"
		    " whoever has its key gets in under that name, pinned or"
		    " not", c->names);
}

static int
look_cert(struct cert *c, int dir, const char *below, const char *name,
    struct btns_err *e)
{
	char names[CERT_NAMES] = "", *buf;
	struct btns_err why;
	size_t n;
	int rv = 0;

	if ((buf = malloc(CERT_FILE)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	c->names = names;
	c->found = c->others = false;
	if (btns_file_read(dir, name, buf, CERT_FILE, &n, &why) == -1)
		doctor_blind(c->d, below, &why);
	else
		rv = cert_names(buf, n, cert_name, c, e);
	free(buf);
	if (rv == 0 && c->found)
		say_cert(c, below);
	return rv;
}

static int
certs_in(struct doctor *d, const char *sub, struct btns_err *e)
{
	struct cert c = { .d = d, .ca = strcmp(sub, "ca") == 0 };
	char full[PATH_MAX], below[PATH_MAX];
	const struct dirent *n;
	struct stat st;
	DIR *dp;
	int rv = 0;

	doctor_path(full, d, sub);
	if ((dp = opendir(full)) == NULL) {
		if (errno != ENOENT)
			doctor_blind_errno(d, sub, errno);
		return 0;
	}
	while (rv == 0 && (n = readdir(dp)) != NULL) {
		(void)snprintf(below, sizeof(below), "%s/%s", sub, n->d_name);
		if (fstatat(dirfd(dp), n->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode))
			rv = look_cert(&c, dirfd(dp), below, n->d_name, e);
	}
	(void)closedir(dp);
	return rv;
}

static int
check_ca(struct doctor *d, struct btns_err *e)
{
	return certs_in(d, "ca", e);
}

static int
check_certs(struct doctor *d, struct btns_err *e)
{
	return certs_in(d, "certs", e);
}

const struct doctor_check doctor_certs[] = {
	{ "ca", DOCTOR_WARNING, check_ca },
	{ "certificate", DOCTOR_WARNING, check_certs },
	{ NULL, DOCTOR_NOTE, NULL }
};
