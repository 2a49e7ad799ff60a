/*
 * Preloaded: before the KILL_AT-th call that changes a file, or makes one
 * last, the process is killed; with KILL_FAIL=ERRNO that call and all that
 * follow fail with that number instead.  Writes to descriptors 0 to 2 are
 * not counted.  Once it has come so far, KILL_MARK is no empty file.  With
 * KILL_LATER it is that many seconds later for it.
 */
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long	 left;
static int	 fail_with;
static int	 ready;

static void
start(void)
{
	const char *at = getenv("KILL_AT"), *how = getenv("KILL_FAIL");

	ready = 1;
	left = at == NULL ? 0 : atol(at);
	fail_with = how == NULL ? 0 : atoi(how);
	(void)unsetenv("KILL_AT");	/* not for what it starts */
}

static void
mark(void)
{
	const char *name = getenv("KILL_MARK");
	int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
	ssize_t (*put)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
	int fd = name == NULL ? -1 : real(name, O_WRONLY | O_CREAT, 0600);

	if (fd != -1) {
		(void)put(fd, "reached\n", 8);
		(void)close(fd);
	}
}

/* 1: the call is to fail. */
static int
turn(void)
{
	if (!ready)
		start();
	if (left == 0)
		return 0;
	if (left > 1) {
		left--;
		return 0;
	}
	mark();
	if (fail_with == 0)
		(void)kill(getpid(), SIGKILL);
	errno = fail_with;
	return 1;
}

#define REAL(ret, params, name) \
	static ret (*real) params; \
	if (real == NULL) \
		*(void **)&real = dlsym(RTLD_NEXT, name)

#define CALL(ret, name, params, args) \
ret \
name params \
{ \
	REAL(ret, params, #name); \
	return turn() ? (ret)-1 : real args; \
}

#define FD_CALL(ret, name, params, args) \
ret \
name params \
{ \
	REAL(ret, params, #name); \
	return fd > 2 && turn() ? (ret)-1 : real args; \
}

#pragma GCC diagnostic ignored "-Wmissing-prototypes"
time_t
time(time_t *t)
{
	const char *later = getenv("KILL_LATER");
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += later == NULL ? 0 : atol(later);
	if (t != NULL)
		*t = now.tv_sec;
	return now.tv_sec;
}

FD_CALL(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
FD_CALL(ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n))
FD_CALL(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at),
    (fd, p, n, at))
FD_CALL(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at),
    (fd, p, n, at))
CALL(int, fsync, (int fd), (fd))
CALL(int, fdatasync, (int fd), (fd))
CALL(int, syncfs, (int fd), (fd))
CALL(int, rename, (const char *a, const char *b), (a, b))
CALL(int, renameat, (int a, const char *p, int b, const char *q),
    (a, p, b, q))
CALL(int, renameat2, (int a, const char *p, int b, const char *q,
    unsigned f), (a, p, b, q, f))
CALL(int, link, (const char *a, const char *b), (a, b))
CALL(int, linkat, (int a, const char *p, int b, const char *q, int f),
    (a, p, b, q, f))
CALL(int, unlink, (const char *p), (p))
CALL(int, unlinkat, (int d, const char *p, int f), (d, p, f))
CALL(int, mkdir, (const char *p, mode_t m), (p, m))
CALL(int, mkdirat, (int d, const char *p, mode_t m), (d, p, m))
CALL(int, ftruncate, (int fd, off_t n), (fd, n))
CALL(int, ftruncate64, (int fd, off64_t n), (fd, n))
CALL(int, fchmod, (int fd, mode_t m), (fd, m))

#define OPEN(name, params, args) \
int \
name params \
{ \
	REAL(int, params, #name); \
	mode_t mode = 0; \
	va_list ap; \
	if (flags & O_CREAT) { \
		va_start(ap, flags); \
		mode = va_arg(ap, mode_t); \
		va_end(ap); \
		if (turn()) \
			return -1; \
	} \
	return real args; \
}
OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int d, const char *path, int flags, ...),
    (d, path, flags, mode))
OPEN(openat64, (int d, const char *path, int flags, ...),
    (d, path, flags, mode))
