/*
 * usage: floor directory files
 *
 * The system calls that a durable export can't do without, and nothing else:
 * so many files staged in a directory, synced at once, and it moved in place.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEN	451		/* of an RSA-2048 key in PEM */

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static int
directory(const char *name)
{
	int fd;

	if (mkdir(name, 0755) == -1 ||
	    (fd = open(name, O_RDONLY | O_DIRECTORY)) == -1)
		die(name);
	return fd;
}

static void
stage(int dir, const char *name)
{
	static char text[LEN];
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0644);

	memset(text, name[0], sizeof(text));
	if (fd == -1 || write(fd, text, LEN) != LEN || close(fd) == -1)
		die(name);
}

int
main(int argc, char **argv)
{
	char name[64];
	int dir, i, n;

	if (argc != 3 || (n = atoi(argv[2])) < 1) {
		fputs("usage: floor directory files\n", stderr);
		return 2;
	}
	(void)close(directory(argv[1]));
	if (chdir(argv[1]) == -1)
		die(argv[1]);
	(void)close(directory("staging"));
	(void)close(directory("fqdn"));
	dir = directory("staging/fqdn");
	for (i = 1; i <= n; i++) {
		(void)snprintf(name, sizeof(name), "p%d.example.org", i);
		stage(dir, name);
	}
	if (syncfs(dir) == -1)
		die("syncfs");
	if (rename("staging/fqdn", "fqdn") == -1)
		die("fqdn");
	if (fsync(dir) == -1 || close(dir) == -1 ||
	    (dir = open(".", O_RDONLY | O_DIRECTORY)) == -1 ||
	    fsync(dir) == -1)
		die("fsync");
	return 0;
}
