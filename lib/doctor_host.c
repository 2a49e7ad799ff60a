/* What should run by itself: cron, and the daemon and its version. */
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/utsname.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "doctor_priv.h"
#include "file.h"
#include "redirect.h"
#include "when.h"

#define SOCKET	"/var/run/iked.sock"
#define CRON_MAX (256 * 1024)
#define WAIT_MS	10000

/* A line, no comment, with btnsctl and its export in it. */
static bool
runs_export(char *text)
{
	char *line, *rest, *at;

	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		line += strspn(line, " \t");
		if (*line != '#' && *line != ';' &&
		    (at = strstr(line, "btnsctl")) != NULL &&
		    strstr(at, "export") != NULL)
			return true;
	}
	return false;
}

static bool
file_runs_export(struct doctor *d, int dir, const char *name)
{
	char *text = malloc(CRON_MAX + 1);
	struct btns_err ignored;
	size_t n;
	bool is = false;

	if (text != NULL && btns_file_read(dir, name, text, CRON_MAX, &n,
	    &ignored) == 0) {
		text[n] = '\0';
		is = runs_export(text);
	}
	d->nomem = d->nomem || text == NULL;
	free(text);
	return is;
}

static bool
cron_d(struct doctor *d)
{
	const struct dirent *n;
	bool is = false;
	DIR *dp;

	if ((dp = opendir("/etc/cron.d")) == NULL)
		return false;
	while (!is && (n = readdir(dp)) != NULL)
		/* cron skips names with a dot: left by editors and dpkg. */
		is = strchr(n->d_name, '.') == NULL &&
		    file_runs_export(d, dirfd(dp), n->d_name);
	(void)closedir(dp);
	return is;
}

/* A timer that is enabled, whose service runs an export. */
static bool
timer(struct doctor *d)
{
	static const char *const units[] = { "/etc/systemd/system",
	    "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
	    "/lib/systemd/system" };
	const struct dirent *n;
	char path[PATH_MAX];
	const char *dot;
	bool is = false;
	size_t i;
	DIR *dp;

	if ((dp = opendir("/etc/systemd/system/timers.target.wants")) == NULL)
		return false;
	while (!is && (n = readdir(dp)) != NULL) {
		if ((dot = strrchr(n->d_name, '.')) == NULL ||
		    strcmp(dot, ".timer") != 0)
			continue;
		for (i = 0; !is && i < sizeof(units) / sizeof(units[0]);
		    i++) {
			(void)snprintf(path, sizeof(path), "%s/%.*s.service",
			    units[i], (int)(dot - n->d_name), n->d_name);
			is = file_runs_export(d, AT_FDCWD, path);
		}
	}
	(void)closedir(dp);
	return is;
}

static int
check_cron(struct doctor *d, struct btns_err *e)
{
	static const char *const tabs[] = { "/etc/crontab",
	    "/var/spool/cron/crontabs/root", "/var/spool/cron/root",
	    "/var/cron/tabs/root" };
	bool is;
	size_t i;

	(void)e;
	if (!doctor_is_host(d))
		return 0;
	is = cron_d(d) || timer(d);
	for (i = 0; !is && i < sizeof(tabs) / sizeof(tabs[0]); i++) {
		is = file_runs_export(d, AT_FDCWD, tabs[i]);
		if (!is && access(tabs[i], R_OK) == -1 && errno == EACCES)
			doctor_blind_errno(d, tabs[i], EACCES);
	}
	if (!is && d->said == 0)
		doctor_say(d, "cron", NULL, "no crontab and no timer runs"
		    " btnsctl export: what drifts is not healed, nor told");
	d->cron = is;
	return 0;
}

/* It should run, and an export of the whole tree came through last then. */
static int
check_cron_fails(struct doctor *d, struct btns_err *e)
{
	struct doctor_fix fix = { "btnsctl export -n", NULL, NULL };
	char when[BTNS_TIME];
	int64_t at;

	if (!d->cron || d->how->pins == NULL)
		return 0;
	if (btns_pins_exported_at(d->how->pins, &at, e) == -1)
		return -1;
	btns_time_text(when, at);
	if (at == 0)
		doctor_say(d, "cron", &fix, "no export of the whole tree ever"
		    " came through, though one should run by itself");
	else if (time(NULL) - at > 86400)
		doctor_say(d, "cron", &fix, "the last export of the whole tree"
		    " came through at %s: does it fail since?", when);
	return 0;
}

/* --- the daemon */

static bool
is_running(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd, rv, eno;

	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", SOCKET);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0)) == -1)
		return true;
	rv = connect(fd, (struct sockaddr *)&sun, sizeof(sun));
	eno = errno;
	(void)close(fd);
	/* Not allowed, or busy: somebody is there. */
	return rv == 0 || (eno != ENOENT && eno != ECONNREFUSED);
}

static int
check_daemon(struct doctor *d, struct btns_err *e)
{
	(void)e;
	if (!doctor_is_host(d))
		return 0;
	if (doctor_program() == NULL)
		doctor_say(d, "iked", NULL, "not installed here: iked.conf is"
		    " judged by btnsctl alone");
	else if (!is_running())
		doctor_say(d, "iked", NULL, "not running (" SOCKET ")");
	return 0;
}

/* Whom listen would hear, and iked would, is heard by nobody. */
static int
check_redirect(struct doctor *d, struct btns_err *e)
{
	struct doctor_fix fix = { "btnsctl redirect off", NULL, NULL };
	unsigned port;
	int rv;

	if (!doctor_is_host(d))
		return 0;
	if ((rv = btns_redirect_unheard(&port, e)) == 1)
		doctor_say(d, "redirect", &fix, "sends peers to port %u, where"
		    " no btnsctl listen is: who isn't let through gets no"
		    " answer", port);
	return rv == -1 ? -1 : 0;
}

/* "6.9.0-1" is version 609; 0: none can be seen. */
static int
version(const char *s)
{
	int major, minor;

	while (*s != '\0' && !isdigit((unsigned char)*s))
		s++;
	return sscanf(s, "%3d.%2d", &major, &minor) == 2 ?
	    major * 100 + minor : 0;
}

/* iked -V, which 7.1 brought; else its package, or OpenBSD's release. */
static int
find_version(int *v, struct btns_err *e)
{
	const char *const self[] = { "iked", "-V", NULL };
	const char *const deb[] = { "dpkg-query", "-W", "-f", "${Version}",
	    "openiked", NULL };
	char out[1024];
	struct utsname u;
	int status;

	*v = 0;
	if (btns_child_run(&status, doctor_program(), self, out, sizeof(out),
	    WAIT_MS, e) == -1)
		return -1;
	if (status == 0 && strncmp(out, "OpenIKED ", 9) == 0)
		*v = version(out);
	else if (uname(&u) == 0 && strcmp(u.sysname, "OpenBSD") == 0)
		*v = version(u.release);
	else if (access("/usr/bin/dpkg-query", X_OK) == 0 &&
	    btns_child_run(&status, "/usr/bin/dpkg-query", deb, out,
	    sizeof(out), WAIT_MS, e) == 0 && status == 0)
		*v = version(out);
	return 0;
}

/*
 * CVE-2020-16088: "wrong logic for checking whether a public key matches",
 * OpenBSD through 6.7 (its erratum 014 mends that), so OpenIKED before 6.8.
 */
static int
check_version(struct doctor *d, struct btns_err *e)
{
	int v;

	if (!doctor_is_host(d) || doctor_program() == NULL)
		return 0;
	if (find_version(&v, e) == -1)
		return -1;
	if (v > 0 && v < 608)
		doctor_say(d, doctor_program(), NULL, "version %d.%d:"
		    " CVE-2020-16088 lets any key in; take 6.8 or later, or"
		    " OpenBSD 6.7 with erratum 014", v / 100, v % 100);
	return 0;
}

static int
check_version_known(struct doctor *d, struct btns_err *e)
{
	int v;

	if (!doctor_is_host(d) || doctor_program() == NULL)
		return 0;
	if (find_version(&v, e) == -1)
		return -1;
	if (v == 0)
		doctor_say(d, doctor_program(), NULL, "its version is not to"
		    " be found: one before 6.8 has CVE-2020-16088");
	return 0;
}

const struct doctor_check doctor_host[] = {
	{ "cron", DOCTOR_WARNING, check_cron },
	{ "cron-fails", DOCTOR_WARNING, check_cron_fails },
	{ "daemon", DOCTOR_NOTE, check_daemon },
	{ "redirect", DOCTOR_ERROR, check_redirect },
	{ "version", DOCTOR_ERROR, check_version },
	{ "no-version", DOCTOR_NOTE, check_version_known },
	{ NULL, DOCTOR_NOTE, NULL }
};
