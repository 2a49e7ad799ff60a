/*
 * usage: cpu runs command ... [-- command ...]
 *
 * Runs A, or A B A B ..., with standard output and error thrown away, and
 * prints what wait4(2) says of each.  %d in an argument becomes the number
 * of the run, from 1.  One line, figures parted by blanks:
 *
 *   one command:   kb_max s_min s_median s_max s_sum s_dev wall_median
 *   two commands:  ratio_median ratio_sum ratio_err
 *                  A: s_min s_median s_max s_sum s_dev, B: the same
 *                  wall_ratio_median A: wall_median, B: the same
 *
 * s is user and system time of the whole process, wall the time that went
 * by.  ratio_err is the standard error of ratio_sum, from the spread of both.
 */
#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RUNS	10000
#define WORDS	64

struct side {
	char	**argv;
	double	 s[RUNS];		/* seconds of each run */
	double	 w[RUNS];		/* and those that went by */
	double	 min, median, max, sum, dev, wall;
	long	 kb;
};

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
child(char **argv, int run)
{
	static char words[WORDS][4096];
	char *args[WORDS + 1], *at;
	int i, fd;

	for (i = 0; argv[i] != NULL && i < WORDS; i++) {
		args[i] = argv[i];
		if ((at = strstr(argv[i], "%d")) == NULL)
			continue;
		(void)snprintf(words[i], sizeof(words[i]), "%.*s%d%s",
		    (int)(at - argv[i]), argv[i], run, at + 2);
		args[i] = words[i];
	}
	args[i] = NULL;
	if ((fd = open("/dev/null", O_WRONLY)) == -1 || dup2(fd, 1) == -1 ||
	    dup2(fd, 2) == -1)
		_exit(127);
	(void)execvp(args[0], args);
	_exit(127);
}

static double
clock_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
once(struct side *a, int run)
{
	double since = clock_now();
	struct rusage ru;
	int status;
	pid_t pid;

	if ((pid = fork()) == -1)
		die("fork");
	if (pid == 0)
		child(a->argv, run);
	if (wait4(pid, &status, 0, &ru) == -1)
		die("wait4");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "cpu: %s: failed with 0x%x\n", a->argv[0],
		    (unsigned)status);
		exit(1);
	}
	a->w[run - 1] = clock_now() - since;
	a->s[run - 1] = (double)ru.ru_utime.tv_sec +
	    (double)ru.ru_stime.tv_sec + ((double)ru.ru_utime.tv_usec +
	    (double)ru.ru_stime.tv_usec) / 1e6;
	if (ru.ru_maxrss > a->kb)
		a->kb = ru.ru_maxrss;
}

static int
order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *s, int n)
{
	qsort(s, (size_t)n, sizeof(*s), order);
	return n % 2 ? s[n / 2] : (s[n / 2 - 1] + s[n / 2]) / 2;
}

static void
figures(struct side *a, int n)
{
	double mean, square = 0;
	int i;

	for (i = 0, a->sum = 0; i < n; i++)
		a->sum += a->s[i];
	mean = a->sum / n;
	for (i = 0; i < n; i++)
		square += (a->s[i] - mean) * (a->s[i] - mean);
	a->dev = n < 2 ? 0 : sqrt(square / (n - 1));
	a->median = median(a->s, n);
	a->wall = median(a->w, n);
	a->min = a->s[0];
	a->max = a->s[n - 1];
}

static void
print(const struct side *a)
{
	printf("%.6f %.6f %.6f %.6f %.6f", a->min, a->median, a->max, a->sum,
	    a->dev);
}

static void
compare(struct side *a, struct side *b, int n)
{
	static double ratio[RUNS], wall[RUNS];
	double ra, rb;
	int i;

	for (i = 0; i < n; i++) {
		ratio[i] = b->s[i] > 0 ? a->s[i] / b->s[i] : 0;
		wall[i] = b->w[i] > 0 ? a->w[i] / b->w[i] : 0;
	}
	figures(a, n);
	figures(b, n);
	ra = a->dev / a->sum * sqrt(n);
	rb = b->dev / b->sum * sqrt(n);
	printf("%.4f %.4f %.4f ", median(ratio, n), a->sum / b->sum,
	    a->sum / b->sum * sqrt(ra * ra + rb * rb));
	print(a);
	putchar(' ');
	print(b);
	printf(" %.4f %.6f %.6f\n", median(wall, n), a->wall, b->wall);
}

int
main(int argc, char **argv)
{
	static struct side a, b;
	int i, n;

	if (argc < 3 || (n = atoi(argv[1])) < 1 || n > RUNS) {
		fputs("usage: cpu runs command ... [-- command ...]\n",
		    stderr);
		return 2;
	}
	a.argv = argv + 2;
	for (i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		continue;
	b.argv = i + 1 < argc ? argv + i + 1 : NULL;
	argv[i] = NULL;
	for (i = 1; i <= n; i++) {
		once(&a, i);
		if (b.argv != NULL)
			once(&b, i);
	}
	if (b.argv != NULL) {
		compare(&a, &b, n);
		return 0;
	}
	figures(&a, n);
	printf("%ld ", a.kb);
	print(&a);
	printf(" %.6f\n", a.wall);
	return 0;
}
