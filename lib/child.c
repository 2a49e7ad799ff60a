#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "err.h"

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Read a child's output to its end or the deadline. */
static int
drain(int fd, char *buf, size_t size, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	int64_t left;
	ssize_t n = -1;

	while ((left = deadline - now_ms()) > 0 && len + 1 < size) {
		if (poll(&p, 1, (int)left) == 1 &&
		    (n = read(fd, buf + len, size - len - 1)) <= 0)
			break;
		len += n > 0 ? (size_t)n : 0;
		n = -1;
	}
	buf[len] = '\0';
	return n == 0 ? 0 : -1;
}

/* Where the system keeps it: no PATH of anybody's. */
static bool
find(char *path, size_t size, const char *name)
{
	static const char *const dirs[] = { "/usr/bin", "/bin",
	    "/usr/local/bin", "/usr/sbin", "/sbin", "/usr/local/sbin" };
	size_t i;

	if (name[0] == '/') {
		(void)snprintf(path, size, "%s", name);
		return true;
	}
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		(void)snprintf(path, size, "%s/%s", dirs[i], name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/*
 * What ends us, and all that we started, lets a short run come to its end:
 * systemd signals all processes of a unit, and rules half removed are worse.
 */
static void
shield(posix_spawnattr_t *at)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t block;
	size_t i;

	(void)sigemptyset(&block);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		(void)sigaddset(&block, ends[i]);
	(void)posix_spawnattr_setsigmask(at, &block);
	(void)posix_spawnattr_setflags(at, POSIX_SPAWN_SETSIGMASK);
}

/*
 * What it says goes to *fd; of a short run, also what it says of trouble.
 */
static int
spawn(pid_t *pid, int *fd, const char *name, const char *const argv[],
    int in, bool brief, struct btns_err *e)
{
	static char *const env[] = { NULL };
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	char path[128];
	int p[2], rc;

	if (!find(path, sizeof(path), name)) {
		errno = ENOENT;
		return btns_fail_sys(e, "%s", name);
	}
	if (pipe2(p, O_CLOEXEC) == -1)
		return btns_fail_sys(e, "pipe");
	if ((rc = posix_spawnattr_init(&at)) == 0 &&
	    (rc = posix_spawn_file_actions_init(&fa)) != 0)
		(void)posix_spawnattr_destroy(&at);
	if (rc == 0) {
		if (brief)
			shield(&at);
		if (in == -1)
			(void)posix_spawn_file_actions_addopen(&fa,
			    STDIN_FILENO, "/dev/null", O_RDWR, 0);
		else
			(void)posix_spawn_file_actions_adddup2(&fa, in,
			    STDIN_FILENO);
		(void)posix_spawn_file_actions_adddup2(&fa, p[1],
		    STDOUT_FILENO);
		if (brief)
			(void)posix_spawn_file_actions_adddup2(&fa, p[1],
			    STDERR_FILENO);
		else
			(void)posix_spawn_file_actions_addopen(&fa,
			    STDERR_FILENO, "/dev/null", O_RDWR, 0);
		/* posix_spawn() doesn't write its arguments, only says so. */
		rc = posix_spawn(pid, path, &fa, &at,
		    (char *const *)(uintptr_t)argv, env);
		(void)posix_spawn_file_actions_destroy(&fa);
		(void)posix_spawnattr_destroy(&at);
	}
	(void)close(p[1]);
	*fd = p[0];
	if (rc == 0)
		return 0;
	(void)close(p[0]);
	errno = rc;
	return btns_fail_sys(e, "%s", path);
}

bool
btns_child_has(const char *name)
{
	char path[128];

	return find(path, sizeof(path), name);
}

int
btns_child_pipe(pid_t *pid, int *fd, const char *name,
    const char *const argv[], int in, struct btns_err *e)
{
	return spawn(pid, fd, name, argv, in, false, e);
}

int
btns_child_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
btns_child_stop(pid_t pid)
{
	(void)kill(pid, SIGTERM);
	(void)btns_child_wait(pid);
}

/* Its end, by the deadline: it may close its output and live on. */
static int
reap(pid_t pid, int *status, int64_t deadline)
{
	const struct timespec pause = { 0, 10000000 };
	pid_t got;

	while ((got = waitpid(pid, status, WNOHANG)) != pid) {
		if (got == -1 && errno != EINTR)
			return -1;
		if (now_ms() > deadline) {
			(void)kill(pid, SIGKILL);
			while (waitpid(pid, status, 0) == -1 &&
			    errno == EINTR)
				continue;
			return -1;
		}
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

int
btns_child_run(int *status, const char *name, const char *const argv[],
    char *buf, size_t size, int ms, struct btns_err *e)
{
	int64_t deadline = now_ms() + ms;
	int fd = -1, st = -1, rv;
	pid_t pid;

	if (spawn(&pid, &fd, name, argv, -1, true, e) == -1)
		return -1;
	rv = drain(fd, buf, size, deadline);
	(void)close(fd);
	if (rv == -1)
		(void)kill(pid, SIGKILL);
	if (reap(pid, &st, deadline) == -1 || rv == -1)
		return btns_fail(e, BTNS_E_IKED, "%s: no end of it within %d"
		    " s", name, ms / 1000);
	*status = WIFEXITED(st) ? WEXITSTATUS(st) : -1;
	return 0;
}
