#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/confine.h"
#include "../../lib/redirect.h"
#include "../session.h"
#include "btnsctl.h"

#define CLEAN	"x"		/* to the guard: there is nothing to do */

static const struct out_col cols[] = {
	{ "address", "ADDRESS", 21 }, { "left", "LEFT", 5 },
	{ "fingerprint", "KEY", 18 }, { "identity", "IDENTITY", 0 },
};

/* --- the guard */

int
redirect_may(const struct cli *cli, struct btns_pins *store,
    struct btns_err *e)
{
	char again[AGAIN];

	if (btns_redirect_may(btns_pins_iked(store), e) == 0)
		return 0;
	if (e->code == BTNS_E_REFUSED) {
		char advice[AGAIN + 64];

		(void)snprintf(advice, sizeof(advice),
		    "; all the same: btnsctl redirect -f%s on",
		    again_store(again, cli));
		btns_fail_more(e, advice);
	}
	return -1;
}

/*
 * A process that lives for one thing: where the one that redirects is gone
 * without having said so, the rules go as well.
 */
int
redirect_guard(int *fd, struct btns_err *e)
{
	struct btns_err ignored;
	char said;
	ssize_t n;
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return btns_fail_sys(e, "socket pair");
	if ((pid = fork()) == -1) {
		(void)close(pair[0]);
		(void)close(pair[1]);
		return btns_fail_sys(e, "fork");
	}
	*fd = pair[pid == 0];
	(void)close(pair[pid != 0]);
	if (pid != 0)
		return 0;
	/* What ends a session, or all that runs at a terminal, ends it not. */
	(void)setsid();
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)btns_close_others(fd, 1, &ignored);
	do
		n = read(*fd, &said, 1);
	while (n == -1 && errno == EINTR);
	if (n == 0)
		(void)btns_redirect_off(&ignored);
	_exit(CLI_YES);
}

bool
redirect_guarded(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return poll(&p, 1, 0) == 0;
}

void
redirect_unguard(int fd, bool clean)
{
	if (fd == -1)
		return;
	if (clean)
		(void)send(fd, CLEAN, 1, MSG_NOSIGNAL);
	(void)close(fd);
}

/* --- what there is */

struct passing {
	struct btns_pins *store;
	struct out	 out;
	char		 name[BTNS_ID_PRINT];
	struct btns_err	*e;
};

static int
name_of(const struct btns_pin *pin, void *arg)
{
	struct passing *p = arg;

	if (!pin->live)
		return 0;
	btns_ident_print(p->name, &pin->ident);
	return 1;
}

static int
row(const struct btns_pass *pass, void *arg)
{
	char hex[BTNS_FP_HEX], fp[FP_SHORT], age[24], left[24];
	struct passing *p = arg;

	p->name[0] = '\0';
	btns_fp_hex(hex, &pass->fp);
	fp_short(fp, &pass->fp);
	if (pass->known && btns_pins_by_prefix(p->store, hex, name_of, p,
	    p->e) == -1)
		return -1;
	(void)snprintf(left, sizeof(left), "%lld", (long long)pass->left);
	time_age(age, pass->left, 0);
	out_str(&p->out, pass->address);
	out_both(&p->out, age, left);
	if (pass->known)
		out_both(&p->out, fp, hex);
	else
		out_str(&p->out, NULL);
	out_str(&p->out, pass->known && p->name[0] != '\0' ? p->name : NULL);
	return 0;
}

static int
look(struct cli *cli, struct btns_pins *store, struct btns_err *e)
{
	struct passing p = { .store = store, .e = e };
	bool text = cli->fmt == OUT_TABLE && !cli->quiet;
	int on = btns_redirect_is_on(e);

	if (on == -1)
		return -1;
	if (on == 0) {
		if (text)
			puts("redirect: off");
		return CLI_NO;
	}
	if (text)
		puts("redirect: on; these are let through to iked:");
	out_begin(&p.out, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	if (!cli->quiet && btns_pass_each(row, &p, e) == -1)
		return -1;
	return out_end(&p.out, e) == -1 ? -1 : CLI_YES;
}

/* --- on and off */

static int
on(struct cli *cli, struct btns_pins *store, bool force, struct btns_err *e)
{
	const struct btns_redirect_to all[] = {
		{ .v6 = false, .port = BTNS_REDIRECT_PORT },
		{ .v6 = true, .port = BTNS_REDIRECT_PORT },
	};
	uint8_t tag[IKE_TAG_LEN];
	char again[AGAIN];
	int is = btns_redirect_is_on(e);

	if (is == 1 && !cli->quiet && cli->fmt == OUT_TABLE)
		puts("redirect: on already");
	if (is != 0)
		return is == -1 ? -1 : CLI_YES;
	if ((!force && redirect_may(cli, store, e) == -1) ||
	    btns_redirect_tag(tag, store, e) == -1 ||
	    btns_redirect_on(tag, all, 2, e) == -1)
		return -1;
	if (!cli->quiet && cli->fmt == OUT_TABLE)
		printf("redirect: on; peers without a pin go to port %d\n"
		    "next: btnsctl listen%s\n", BTNS_REDIRECT_PORT,
		    again_store(again, cli));
	return CLI_YES;
}

static int
off(struct cli *cli, struct btns_err *e)
{
	int was = btns_redirect_off(e);

	if (was == -1)
		return -1;
	if (!cli->quiet && cli->fmt == OUT_TABLE)
		puts(was == 1 ? "redirect removed" : "redirect: off already");
	return CLI_YES;
}

static int
let_through(struct cli *cli, const char *address, struct btns_err *e)
{
	int rv = btns_pass_add(address, NULL, e);

	if (rv == -1)
		return -1;
	if (rv == 0)
		return btns_fail(e, BTNS_E_NOTFOUND, "-A %s: redirect is off,"
		    " and all are let through", address);
	if (!cli->quiet && cli->fmt == OUT_TABLE)
		printf("%s: let through to iked for %d minutes\n", address,
		    BTNS_PASS_TIME / 60);
	return CLI_YES;
}

int
ctl_redirect(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	const char *what = a->argc == 0 ? NULL : a->argv[0];
	const char *address = a->opt['A'];
	struct btns_pins *store;
	bool force = a->opt['f'] != NULL;
	int rv;

	if (what != NULL && strcmp(what, "on") != 0 &&
	    strcmp(what, "off") != 0)
		return cli_usage(e, "%s: neither on nor off", what);
	if (force && (what == NULL || strcmp(what, "on") != 0))
		return cli_usage(e, "-f is for on");
	if (address != NULL && what != NULL && strcmp(what, "off") == 0)
		return cli_usage(e, "-A is not for off");
	/* Also where the store is lost, or damaged. */
	if (what != NULL && strcmp(what, "off") == 0)
		return off(cli, e);
	if (session_open(&store, cli, e) == -1)
		return -1;
	rv = what != NULL ? on(cli, store, force, e) : address == NULL ?
	    look(cli, store, e) : CLI_YES;
	if (rv == CLI_YES && address != NULL)
		rv = let_through(cli, address, e);
	btns_pins_close(store);
	return rv;
}
