#include "../config.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <unistd.h>

#ifdef HAVE_SECCOMP
#include <sys/mman.h>
#include <sys/prctl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#endif

#include "confine.h"
#include "err.h"

#define EMPTY	"/var/empty"

int
btns_confine_user(struct btns_confine_user *u, const char *name,
    struct btns_err *e)
{
	const struct passwd *pw;

	*u = (struct btns_confine_user){ .have = false };
	if (geteuid() != 0)
		return 0;
	if ((pw = getpwnam(name)) == NULL || pw->pw_uid == 0)
		return btns_fail(e, BTNS_E_USAGE, "%.40s: %s", name,
		    pw == NULL ? "no such user" : "this user may do too"
		    " much");
	*u = (struct btns_confine_user){ true, pw->pw_uid, pw->pw_gid };
	return 0;
}

/* Its own root has nothing in it where the system keeps such a place. */
static int
become(const struct btns_confine_user *u, struct btns_err *e)
{
	if (!u->have)
		return 0;
	if ((chroot(EMPTY) == -1 && errno != ENOENT) || chdir("/") == -1)
		return btns_fail_sys(e, "chroot " EMPTY);
	if (setgroups(0, NULL) == -1 ||
	    setresgid(u->gid, u->gid, u->gid) == -1 ||
	    setresuid(u->uid, u->uid, u->uid) == -1)
		return btns_fail_sys(e, "becoming another user");
	return 0;
}

/* From lo to below hi. */
static void
close_some(unsigned lo, unsigned hi)
{
	struct rlimit r;

	if (lo >= hi)
		return;
#ifdef SYS_close_range
	if (syscall(SYS_close_range, lo, hi - 1, 0) == 0)
		return;
#endif
	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < hi)
		hi = (unsigned)r.rlim_cur;
	for (; lo < hi; lo++)
		(void)close((int)lo);
}

int
btns_close_others(const int *keep, size_t n, struct btns_err *e)
{
	unsigned lo, hi;
	size_t i;
	int fd;

	if ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1 ||
	    dup2(fd, 0) == -1 || dup2(fd, 1) == -1 || dup2(fd, 2) == -1)
		return btns_fail_sys(e, "/dev/null");
	for (lo = 3; lo < INT_MAX; lo = hi + 1) {
		hi = INT_MAX;
		for (i = 0; i < n; i++)
			if (keep[i] >= (int)lo && (unsigned)keep[i] < hi)
				hi = (unsigned)keep[i];
		close_some(lo, hi);
	}
	return 0;
}

#ifdef HAVE_SECCOMP
/* Kernels without it have the other fence. */
static void
landlock(void)
{
	const struct landlock_ruleset_attr all = { .handled_access_fs =
	    (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1 };
	long fd = syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);

	if (fd == -1)
		return;
	(void)syscall(SYS_landlock_restrict_self, (int)fd, 0);
	(void)close((int)fd);
}

static int
fence(struct btns_err *e)
{
	static const int calls[] = {
	    SCMP_SYS(recvmsg), SCMP_SYS(recvmmsg), SCMP_SYS(recvfrom),
	    SCMP_SYS(sendmsg),
	    SCMP_SYS(sendto), SCMP_SYS(read), SCMP_SYS(write),
	    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(close),
	    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	    SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid),
	    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
	    SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(sched_yield),
	    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	    SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall),
	    SCMP_SYS(sigaltstack), SCMP_SYS(exit), SCMP_SYS(exit_group) };
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_KILL_PROCESS);
	size_t i;
	int rv = c == NULL ? -ENOMEM : 0;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]) && rv == 0; i++)
		rv = seccomp_rule_add(c, SCMP_ACT_ALLOW, calls[i], 0);
	/* Memory, but none that can be run. */
	if (rv == 0)
		rv = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rv == 0)
		rv = seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect),
		    1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (rv == 0)
		rv = seccomp_load(c);
	seccomp_release(c);
	if (rv == 0)
		return 0;
	errno = -rv;
	return btns_fail_sys(e, "seccomp");
}

static int
shut(struct btns_err *e)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return btns_fail_sys(e, "no_new_privs");
	landlock();
	return fence(e);
}
#elif defined(__OpenBSD__)
static int
shut(struct btns_err *e)
{
	return pledge("stdio", NULL) == 0 ? 0 : btns_fail_sys(e, "pledge");
}
#else
static int
shut(struct btns_err *e)
{
	return btns_fail(e, BTNS_E_SYS, "no sandbox on this system");
}
#endif

int
btns_confine(const struct btns_confine_user *u, const int *keep, size_t n,
    struct btns_err *e)
{
	const struct rlimit none = { 0, 0 };

	if (btns_close_others(keep, n, e) == -1 || become(u, e) == -1)
		return -1;
	if (setrlimit(RLIMIT_FSIZE, &none) == -1 ||
	    setrlimit(RLIMIT_CORE, &none) == -1)
		return btns_fail_sys(e, "limits");
	return shut(e);
}
