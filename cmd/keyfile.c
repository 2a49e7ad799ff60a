#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../lib/err.h"
#include "ask.h"
#include "keyfile.h"

static int
note(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	bool *private = arg;

	(void)k;
	*private = at->private;
	return 0;
}

int
key_file(struct btns_key *k, bool *private, const char *file,
    struct btns_err *e)
{
	bool unused = false;
	struct btns_keyread cb = { .key = note, .passphrase = ask_passphrase,
	    .arg = private == NULL ? &unused : private };
	int fd = STDIN_FILENO, rv;

	if (strcmp(file, "-") != 0 &&
	    (fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1)
		return btns_fail_sys(e, "%s", file);
	rv = btns_key_read_one(k, fd, file, &cb, e);
	if (fd != STDIN_FILENO)
		(void)close(fd);
	return rv;
}
