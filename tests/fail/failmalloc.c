/*
 * Preloaded, runs the program again and again: for each line of standard
 * input, N, a child whose Nth allocation fails, with the files FAIL_OUT and
 * FAIL_ERR for its output; then its status, as a shell has it, is printed.
 * To start the program and libcrypto anew would take five times as long.
 *
 * Allocations are counted from the start of main(): what the linker and the
 * libraries' constructors take before that is not the program's to survive.
 * With FAIL_ON set all later ones fail too.  When it happens, a line is added
 * to FAIL_MARK.  With FAIL_WARM libcrypto's own initialisation is over before
 * the count starts.  After a crash FAIL_MARK holds the name of the file whose
 * code crashed.
 */
#include <sys/types.h>
#include <sys/wait.h>

#include <dlfcn.h>
#include <errno.h>
#ifdef __GLIBC__
#include <execinfo.h>
#endif
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void	*(*real_malloc)(size_t);
static void	*(*real_calloc)(size_t, size_t);
static void	*(*real_realloc)(void *, size_t);
static void	*(*real_memalign)(size_t, size_t);
static void	(*real_free)(void *);

static int	(*real_main)(int, char **, char **);
static long	 left;			/* until it fails; 0: never */
static bool	 go_on;
static const char *mark;

/* dlsym() may allocate before we know where to get it. */
static _Alignas(16) char early[8192];
static size_t	 early_used;

static void *
early_get(size_t n)
{
	void *p = early + early_used;

	n = (n + 15) & ~(size_t)15;
	if (n > sizeof(early) - early_used)
		abort();
	early_used += n;
	return p;
}

static bool
is_early(const void *p)
{
	return (uintptr_t)p - (uintptr_t)early < sizeof(early);
}

/* ISO C has no conversion of an object pointer to a function's. */
static void
find(void *fn, const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	memcpy(fn, &p, sizeof(p));
}

static void
find_all(void)
{
	static bool busy;

	if (busy || real_free != NULL)
		return;
	busy = true;
	find(&real_malloc, "malloc");
	find(&real_calloc, "calloc");
	find(&real_realloc, "realloc");
	find(&real_memalign, "aligned_alloc");
	find(&real_free, "free");
	busy = false;
}

static bool
fails(void)
{
	int fd, saved = errno;

	if (left == 0 || --left > 0)
		return false;
	if (mark != NULL &&
	    (fd = open(mark, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    0600)) != -1) {
		(void)!write(fd, "reached\n", 8);
		(void)close(fd);
	}
	left = go_on ? 1 : 0;
	mark = NULL;
	errno = saved;
	return true;
}

void *
malloc(size_t n)
{
	find_all();
	if (real_malloc == NULL)
		return early_get(n);
	if (fails()) {
		errno = ENOMEM;
		return NULL;
	}
	return real_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	find_all();
	if (real_calloc == NULL)
		return early_get(n * size);	/* static: zeros */
	if (fails()) {
		errno = ENOMEM;
		return NULL;
	}
	return real_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	void *q;

	find_all();
	if (fails()) {
		errno = ENOMEM;
		return NULL;
	}
	if (!is_early(p))
		return real_realloc(p, n);
	if ((q = real_malloc(n)) != NULL)
		memcpy(q, p, n < sizeof(early) - (size_t)((char *)p - early) ?
		    n : sizeof(early) - (size_t)((char *)p - early));
	return q;
}

void *
reallocarray(void *p, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, n * size);
}

void *
aligned_alloc(size_t align, size_t n)
{
	find_all();
	if (fails()) {
		errno = ENOMEM;
		return NULL;
	}
	return real_memalign(align, n);
}

int
posix_memalign(void **p, size_t align, size_t n)
{
	void *q = aligned_alloc(align, n);

	if (q == NULL)
		return ENOMEM;
	*p = q;
	return 0;
}

void
free(void *p)
{
	if (p == NULL || is_early(p))
		return;
	find_all();
	real_free(p);
}

/*
 * The libc's own strdup() and its like may call its malloc() past ours.
 */
char *
strndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = malloc(len + 1);

	if (p == NULL)
		return NULL;
	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
strdup(const char *s)
{
	return strndup(s, strlen(s));
}

/*
 * Load what a first digest makes libcrypto load: strings, provider, table;
 * and glibc's list of services, without which 2.36 aborts in getpwuid().
 */
static void
warm(void)
{
	static unsigned char out[64];
	int (*digest)(const void *, size_t, unsigned char *, unsigned *,
	    const void *, void *);
	const void *(*sha256)(void);

	find(&digest, "EVP_Digest");
	find(&sha256, "EVP_sha256");
	if (digest != NULL && sha256 != NULL)
		(void)digest("", 0, out, NULL, sha256(), NULL);
	(void)getpwuid(getuid());
	tzset();
}

#ifdef __GLIBC__
/* The first file on the stack that is neither this one nor the libc. */
static void
crashed(int sig)
{
	Dl_info me, libc, at;
	void *frame[32];
	const char *name = getenv("FAIL_MARK");
	int i, fd, n = backtrace(frame, 32);

	(void)dladdr(early, &me);
	(void)dladdr(*(void **)(void *)&real_free, &libc);
	for (i = 0; i < n; i++)
		if (dladdr(frame[i], &at) != 0 && at.dli_fname != NULL &&
		    at.dli_fbase != me.dli_fbase &&
		    at.dli_fbase != libc.dli_fbase)
			break;
	if (i < n && name != NULL && (fd = open(name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) != -1) {
		if (write(fd, at.dli_fname, strlen(at.dli_fname)) == -1)
			_exit(126);
		(void)close(fd);
	}
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

static void
watch(void)
{
	void *frame[1];

	(void)backtrace(frame, 1);	/* loads what it needs */
	(void)signal(SIGSEGV, crashed);
	(void)signal(SIGABRT, crashed);
}
#else
static void
watch(void)
{
}
#endif

static void
redirect(int fd, const char *path, int flags)
{
	int from;

	if (path == NULL || (from = open(path, flags, 0600)) == -1 ||
	    dup2(from, fd) == -1)
		_exit(126);
	(void)close(from);
}

/* Returns in a child, once for each line of standard input. */
static void
serve(void)
{
	char line[32], c;
	const char *out = getenv("FAIL_OUT");
	size_t n = 0;
	int status;
	pid_t pid;

	(void)unsetenv("FAIL_OUT");
	while (read(0, &c, 1) == 1) {
		if (c != '\n') {
			if (n < sizeof(line) - 1)
				line[n++] = c;
			continue;
		}
		line[n] = '\0';
		n = 0;
		if ((pid = fork()) == 0) {
			redirect(0, "/dev/null", O_RDONLY);
			redirect(1, out, O_WRONLY | O_CREAT | O_TRUNC);
			redirect(2, getenv("FAIL_ERR"),
			    O_WRONLY | O_CREAT | O_TRUNC);
			left = atol(line);
			return;
		}
		if (pid == -1 || waitpid(pid, &status, 0) == -1)
			_exit(126);
		(void)dprintf(1, "%d\n", WIFSIGNALED(status) ?
		    128 + WTERMSIG(status) : WEXITSTATUS(status));
	}
	_exit(0);
}

static int
main_counted(int argc, char **argv, char **envp)
{
	find_all();
	watch();
	if (getenv("FAIL_WARM") != NULL)
		warm();
	mark = getenv("FAIL_MARK");
	go_on = getenv("FAIL_ON") != NULL;
	/* What the program itself starts is another matter. */
	if (getenv("FAIL_OUT") != NULL)
		serve();
	return real_main(argc, argv, envp);
}

int	 __libc_start_main(int (*)(int, char **, char **), int, char **,
	    int (*)(int, char **, char **), void (*)(void), void (*)(void),
	    void *);

int
__libc_start_main(int (*fn)(int, char **, char **), int argc, char **argv,
    int (*init)(int, char **, char **), void (*fini)(void),
    void (*rtld_fini)(void), void *stack_end)
{
	int (*start)(int (*)(int, char **, char **), int, char **,
	    int (*)(int, char **, char **), void (*)(void), void (*)(void),
	    void *);

	find(&start, "__libc_start_main");
	real_main = fn;
	return start(main_counted, argc, argv, init, fini, rtld_fini,
	    stack_end);
}
