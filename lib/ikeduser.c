#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "err.h"
#include "ikeduser.h"

#define USER	"_iked"

int
btns_ikeduser(struct btns_ikeduser *u, struct btns_err *e)
{
	const struct passwd *pw;

	memset(u, 0, sizeof(*u));
	errno = 0;
	if ((pw = getpwnam(USER)) == NULL)
		return errno == ENOMEM ? btns_fail(e, BTNS_E_NOMEM,
		    "out of memory") : 0;
	u->there = true;
	u->uid = pw->pw_uid;
	u->gid = pw->pw_gid;
	return 0;
}

static bool
in_group(const struct btns_ikeduser *u, gid_t gid)
{
	const struct group *g;
	size_t i;

	if (gid == u->gid)
		return true;
	if ((g = getgrgid(gid)) == NULL)
		return false;
	for (i = 0; g->gr_mem[i] != NULL; i++)
		if (strcmp(g->gr_mem[i], USER) == 0)
			return true;
	return false;
}

bool
btns_ikeduser_can(const struct btns_ikeduser *u, const struct stat *st,
    unsigned bit)
{
	if (u->there && st->st_uid == u->uid)
		return (st->st_mode & (bit << 6)) != 0;
	if (u->there && in_group(u, st->st_gid))
		return (st->st_mode & (bit << 3)) != 0;
	return (st->st_mode & bit) != 0;
}
