#include <sys/types.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor_priv.h"
#include "iked.h"

#define SAY_MAX	16		/* findings of a check; the rest is counted */

struct told {
	struct doctor_finding f;
	char		*object, *what, *fix, *arg, *more;
};

static const struct doctor_check *const tables[] = {
	doctor_tree, doctor_keys, doctor_conf, doctor_policies, doctor_certs,
	doctor_operation, doctor_host
};

static char *
copy(struct doctor *d, const char *s)
{
	char *c = s == NULL ? NULL : strdup(s);

	d->nomem = d->nomem || (s != NULL && c == NULL);
	return c;
}

static void
tell(struct doctor *d, enum doctor_severity severity, const char *object,
    const struct doctor_fix *fix, const char *what)
{
	struct told *t = reallocarray(d->told, d->ntold + 1, sizeof(*t));

	if (t == NULL) {
		d->nomem = true;
		return;
	}
	d->told = t;
	t += d->ntold++;
	*t = (struct told){ .object = copy(d, object),
	    .what = copy(d, what) };
	if (fix != NULL) {
		t->fix = copy(d, fix->fix);
		t->arg = copy(d, fix->arg);
		t->more = copy(d, fix->more);
	}
	t->f = (struct doctor_finding){ severity, d->check->name, t->object,
	    t->what, t->fix, t->arg, t->more };
}

void
doctor_say(struct doctor *d, const char *object, const struct doctor_fix *fix,
    const char *fmt, ...)
{
	char what[1024];
	va_list ap;

	if (d->said++ >= SAY_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	tell(d, d->check->severity, object, fix, what);
}

void
doctor_blind(struct doctor *d, const char *object, const struct btns_err *why)
{
	char what[sizeof(why->msg) + 32];

	if (why->code == BTNS_E_NOMEM || why->sys_errno == ENOMEM)
		d->nomem = true;
	if (d->said++ >= SAY_MAX)
		return;
	(void)snprintf(what, sizeof(what), "could not be looked at: %s",
	    why->msg);
	tell(d, DOCTOR_NOTE, object, NULL, what);
}

void
doctor_blind_errno(struct doctor *d, const char *object, int eno)
{
	struct btns_err why = { .code = BTNS_E_SYS, .sys_errno = eno };

	(void)snprintf(why.msg, sizeof(why.msg), "%s", strerror(eno));
	doctor_blind(d, object, &why);
}

void
doctor_path(char out[PATH_MAX], const struct doctor *d, const char *below)
{
	(void)snprintf(out, PATH_MAX, "%s%s%s", d->how->iked, *below == '\0' ?
	    "" : "/", below);
}

bool
doctor_is_host(const struct doctor *d)
{
	return strcmp(d->how->iked, BTNS_IKED_DIR) == 0;
}

const char *
doctor_program(void)
{
	static const char *const paths[] = { "/usr/sbin/iked", "/sbin/iked" };
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

void
doctor_place(char *out, size_t size, const struct doctor *d,
    const char *file, unsigned line)
{
	ikedconf_place(out, size, d->conf_path, file, line);
}

/* --- the run */

static int
run(struct doctor *d, const struct doctor_check *c)
{
	struct btns_err why = { .code = BTNS_OK };
	char what[64];

	d->check = c;
	d->said = 0;
	if (c->run(d, &why) == -1) {
		if (doctor_is_end(&why)) {
			*d->e = why;
			return -1;
		}
		doctor_blind(d, c->name, &why);
	}
	if (d->said > SAY_MAX) {
		(void)snprintf(what, sizeof(what), "%lu more of these",
		    d->said - SAY_MAX);
		tell(d, c->severity, c->name, NULL, what);
	}
	return d->nomem ? btns_fail(d->e, BTNS_E_NOMEM, "out of memory") : 0;
}

static void
report(const struct doctor *d)
{
	int severity;
	size_t i;

	for (severity = DOCTOR_ERROR; severity <= DOCTOR_NOTE; severity++)
		for (i = 0; i < d->ntold; i++)
			if ((int)d->told[i].f.severity == severity)
				d->how->found(&d->told[i].f, d->how->arg);
}

static void
clean(struct doctor *d)
{
	size_t i;

	for (i = 0; i < d->ntold; i++) {
		free(d->told[i].object);
		free(d->told[i].what);
		free(d->told[i].fix);
		free(d->told[i].arg);
		free(d->told[i].more);
	}
	for (i = 0; i < d->nfile; i++)
		free(d->file[i].path);
	for (i = 0; i < d->nchange; i++)
		free(d->change[i].path);
	free(d->told);
	free(d->file);
	free(d->change);
	ikedconf_free(&d->conf);
	btns_tree_close(d->tree);
}

int
btns_doctor(const struct btns_doctor *how, struct btns_err *e)
{
	struct doctor *d = calloc(1, sizeof(*d));
	const struct doctor_check *c;
	size_t i;
	int rv;

	if (d == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	d->how = how;
	d->e = e;
	rv = doctor_see(d);
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (c = tables[i]; rv == 0 && c->name != NULL; c++)
			rv = run(d, c);
	if (rv == 0)
		report(d);
	clean(d);
	free(d);
	return rv;
}
