/* iked.conf: does it parse, for us and for iked, and to the same? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "doctor_priv.h"
#include "secret.h"

#define OUTPUT	(4 * 1024 * 1024)
#define WAIT_MS	10000

static int
check_conf(struct doctor *d, struct btns_err *e)
{
	char at[PATH_MAX + 16];

	(void)e;
	if (d->have_conf)
		return 0;
	doctor_place(at, sizeof(at), d, d->conf_path, 0);
	if (d->conf_why.code == BTNS_E_NOTFOUND)
		doctor_say(d, at, NULL, "there is none, and iked does not"
		    " run without");
	else
		doctor_blind(d, at, &d->conf_why);
	return 0;
}

static int
check_wrong(struct doctor *d, struct btns_err *e)
{
	char at[PATH_MAX + 16];
	size_t i;

	(void)e;
	for (i = 0; i < d->conf.nwrong; i++) {
		const struct ikedconf_wrong *w = &d->conf.wrong[i];
		struct doctor_fix fix = { "chmod 600", w->file, NULL };

		doctor_place(at, sizeof(at), d, w->file, w->line);
		doctor_say(d, at, w->line == 0 ? &fix : NULL, "%s", w->why);
	}
	return 0;
}

/* What iked itself makes of it.  Its output may hold a psk: wipe it. */
static int
ask(int *status, char *out, const char *conf, struct btns_err *e)
{
	/* iked reads includes from /, where it goes as a daemon. */
	const char *const argv[] = { "sh", "-c", "cd / && exec \"$0\" \"$@\"",
	    doctor_program(), "-n", "-v", "-f", conf, NULL };

	return btns_child_run(status, "/bin/sh", argv, out, OUTPUT, WAIT_MS,
	    e);
}

/* Lines of its own form are no messages, and may hold secrets. */
static bool
is_message(const char *line)
{
	return *line != '\0' && strncmp(line, "ikev2 ", 6) != 0 &&
	    strncmp(line, "user ", 5) != 0 &&
	    strcmp(line, "configuration OK") != 0;
}

static void
refused(struct doctor *d, char *out)
{
	char at[PATH_MAX + 16], *line, *rest;
	unsigned n = 0;

	doctor_place(at, sizeof(at), d, d->conf_path, 0);
	for (line = strtok_r(out, "\n", &rest); line != NULL && n < 4;
	    line = strtok_r(NULL, "\n", &rest))
		if (is_message(line)) {
			doctor_say(d, at, NULL, "iked refuses it: %.400s",
			    line);
			n++;
		}
	if (n == 0)
		doctor_say(d, at, NULL, "iked refuses it and doesn't say"
		    " why");
}

/* A line of iked's own form is of this policy.  It quotes no ID. */
static bool
same(const struct ikedconf_policy *y, const char *line)
{
	char *want;
	bool is;

	if (asprintf(&want, "ikev2 \"%s\" ", y->name) == -1)
		return true;
	is = strncmp(line, want, strlen(want)) == 0;
	free(want);
	if (!is)
		return false;
	if (y->dstid.raw == NULL)
		return strstr(line, " dstid ") == NULL;
	if (asprintf(&want, " dstid %s ", y->dstid.raw) == -1)
		return true;
	is = strstr(line, want) != NULL;
	free(want);
	return is;
}

static void
compare(struct doctor *d, char *out)
{
	char at[PATH_MAX + 16], *line, *rest;
	size_t n = 0;

	for (line = strtok_r(out, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "ikev2 ", 6) != 0)
			continue;
		if (n < d->conf.n && !same(&d->conf.policy[n], line)) {
			doctor_place(at, sizeof(at), d,
			    d->conf.policy[n].file, d->conf.policy[n].line);
			doctor_say(d, at, NULL, "iked reads this policy"
			    " otherwise than it is read here: iked -n -v");
		}
		n++;
	}
	doctor_place(at, sizeof(at), d, d->conf_path, 0);
	if (n != d->conf.n)
		doctor_say(d, at, NULL, "iked reads %zu policies, and %zu"
		    " are found here: iked -n -v", n, d->conf.n);
}

static int
by_iked(struct doctor *d, void (*fn)(struct doctor *, char *), bool bad,
    struct btns_err *e)
{
	int status, rv;
	char *out;

	if (!d->have_conf || !doctor_is_host(d) || doctor_program() == NULL)
		return 0;
	if ((out = malloc(OUTPUT)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	rv = ask(&status, out, d->conf_path, e);
	if (rv == 0 && (status != 0) == bad)
		fn(d, out);
	btns_wipe(out, OUTPUT);
	free(out);
	return rv;
}

static int
check_refused(struct doctor *d, struct btns_err *e)
{
	return by_iked(d, refused, true, e);
}

static int
check_differs(struct doctor *d, struct btns_err *e)
{
	return d->conf.nwrong > 0 ? 0 : by_iked(d, compare, false, e);
}

const struct doctor_check doctor_conf[] = {
	{ "conf", DOCTOR_ERROR, check_wrong },
	{ "no-conf", DOCTOR_NOTE, check_conf },
	{ "refused", DOCTOR_ERROR, check_refused },
	{ "otherwise", DOCTOR_WARNING, check_differs },
	{ NULL, DOCTOR_NOTE, NULL }
};
