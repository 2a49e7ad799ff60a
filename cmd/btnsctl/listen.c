#include <sys/socket.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "../../lib/listen.h"
#include "../../lib/redirect.h"
#include "../session.h"
#include "btnsctl.h"

#define USER	"nobody"
#define IKE_PORT 500
#define REDIRECTED " port 501"	/* where redirect on sends them */
#define RUNS	16		/* exports at a time */
#define LINES	1000		/* an hour, of what strangers can bring about */

static const struct out_col cols[] = {
	{ .key = "time" }, { .key = "event" }, { .key = "fingerprint" },
	{ .key = "address" }, { .key = "identity" }, { .key = "certificate" },
	{ .key = "reason" },
};

struct listening {
	const struct cli *cli;
	struct out	 out;
	struct btns_listener *l;
	char		 last[BTNS_UDP_NAME];	/* who proved nothing last */
	int64_t		 hour;
	unsigned	 lines;			/* in it */
	struct {			/* what goes on beside */
		pid_t	 pid;		/* or 0 */
		bool	 counts;	/* its failure is ours, too */
	}		 run[RUNS];
	unsigned	 next;
	bool		 redirected;	/* unknown peers are, to here; */
	bool		 redirects;	/* by us: -r */
	int		 guard;		/* of that, or -1 */
	bool		 rules_left;	/* ours, at the end: for the guard */
	int		 status;	/* CLI_TROUBLE: something failed */
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* --- what a peer's call came to */

static const char *
word(enum btns_call what)
{
	return what == CALL_CONFLICT ? "CONFLICT" : what == CALL_REFUSED ?
	    "REFUSED" : what == CALL_TROUBLE ? "LOST" :
	    what == CALL_NO_PROOF ? "no proof" : btns_call_name(what);
}

static bool
alarming(enum btns_call what)
{
	return what == CALL_CONFLICT || what == CALL_REFUSED ||
	    what == CALL_TROUBLE;
}

static void
line(const struct btns_caller *c, const char *name)
{
	char at[TIME_TEXT], fp[FP_SHORT] = "-";

	time_text(at, c->at);
	if (c->known)
		fp_short(fp, &c->fp);
	printf("%.5sZ %s%-8s%s %-18s %-15s", at + 11, alarming(c->what) ?
	    out_red(stdout) : "", word(c->what), alarming(c->what) ?
	    out_plain(stdout) : "", fp, c->address);
	if (name[0] != '\0')
		printf(" %s", name);
	if (c->certificate)
		fputs(" (in a certificate)", stdout);
	if (c->reason != NULL) {
		fputs(name[0] == '\0' ? " " : ": ", stdout);
		out_text(stdout, c->reason);
	}
	putchar('\n');
}

static void
row(struct listening *n, const struct btns_caller *c, const char *name)
{
	char at[TIME_TEXT], hex[BTNS_FP_HEX];

	time_text(at, c->at);
	btns_fp_hex(hex, &c->fp);
	out_str(&n->out, at);
	out_str(&n->out, btns_call_name(c->what));
	out_str(&n->out, c->known ? hex : NULL);
	out_str(&n->out, c->address);
	out_str(&n->out, c->known ? name : NULL);
	out_bool(&n->out, c->certificate);
	out_str(&n->out, c->reason);
}

static void
reap(struct listening *n, unsigned i, int flags)
{
	int status;

	if (n->run[i].pid == 0 || waitpid(n->run[i].pid, &status, flags) !=
	    n->run[i].pid)
		return;
	n->run[i].pid = 0;
	if (n->run[i].counts && (!WIFEXITED(status) ||
	    WEXITSTATUS(status) != 0))
		n->status = CLI_TROUBLE;
}

/* Accepted: into the tree; and what is there, through to iked. */
static int
let_in(struct listening *n, const struct btns_caller *c, struct btns_err *e)
{
	struct btns_pins *store;
	int rv;

	/* It may wait for long, and the guard is not to wait for it. */
	if (n->guard != -1)
		(void)close(n->guard);
	if (session_open(&store, n->cli, e) == -1)
		return -1;
	rv = c->what != CALL_ACCEPTED ? CLI_YES : changes_decided(n->cli,
	    store, &c->ident, 1, CHANGES_BESIDE,
	    "accepted in the store, but not in iked's tree", e);
	if (rv == CLI_YES && n->redirected && btns_pass_peer(store,
	    c->address, &c->ident, &c->fp, e) == -1)
		rv = -1;
	btns_pins_close(store);
	return rv;
}

/* Who loads all of the host's rules anew takes ours away with the others. */
static int
put_back(struct listening *n, struct btns_err *e)
{
	struct btns_err news;
	int rv = n->redirects ? btns_redirect_is_on(e) : 1;

	if (rv != 0)
		return rv;
	if (btns_listener_redirect(n->l, e) == -1)
		return -1;
	(void)btns_fail(&news, BTNS_E_SYS, "somebody removed the redirect;"
	    " it is put back");
	cli_warn(n->cli, &news);
	return 1;
}

/* Each minute.  What fails is said, and tried again in the next one. */
static int
renew(struct listening *n, const struct btns_caller *c, struct btns_err *e)
{
	struct btns_pins *store;
	int rv;

	(void)c;
	if (put_back(n, e) == -1)
		return -1;
	if (session_open(&store, n->cli, e) == -1)
		return -1;
	rv = btns_pass_renew(store, e);
	btns_pins_close(store);
	return rv;
}

/*
 * A run of its own: a slow disk, or an iked that hangs, keeps no peer
 * waiting.
 */
static void
beside(struct listening *n, int (*fn)(struct listening *,
    const struct btns_caller *, struct btns_err *),
    const struct btns_caller *c)
{
	struct btns_err e;
	sigset_t none;
	unsigned i;
	pid_t pid;
	int rv;

	(void)fflush(stdout);
	for (i = 0; i < RUNS; i++)
		reap(n, i, i == n->next ? 0 : WNOHANG);
	if ((pid = fork()) != 0) {
		if (pid == -1)
			n->status = CLI_TROUBLE;
		else {
			n->run[n->next].pid = pid;
			n->run[n->next].counts = fn != renew;
			n->next = (n->next + 1) % RUNS;
		}
		return;
	}
	/* Of signals it knows what any run does. */
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if ((rv = fn(n, c, &e)) == -1)
		cli_warn(n->cli, &e);
	(void)fflush(NULL);
	_exit(rv == -1 ? CLI_TROUBLE : rv);
}

static void
minute(void *arg)
{
	struct listening *n = arg;
	struct btns_err e;

	if (n->guard != -1 && !redirect_guarded(n->guard)) {
		redirect_unguard(n->guard, true);
		n->guard = -1;
		if (redirect_guard(&n->guard, &e) == -1)
			cli_warn(n->cli, &e);
	}
	beside(n, renew, NULL);
}

static bool
is_one_of(const struct btns_caller *c, const enum btns_call *what)
{
	while (*what != CALL__COUNT && *what != c->what)
		what++;
	return *what == c->what;
}

/*
 * Is it to be told?  Who shows nothing again and again is told once; and a
 * flood fills no log.  All are counted.
 */
static bool
tells(struct listening *n, const struct btns_caller *c)
{
	static const enum btns_call none[] = { CALL_NO_PROOF, CALL_LIMITED,
	    CALL__COUNT };
	static const enum btns_call no_news[] = { CALL_SEEN, CALL_LEARNED,
	    CALL_NO_PROOF, CALL_LIMITED, CALL__COUNT };

	if (n->cli->quiet && is_one_of(c, no_news))
		return false;
	if (is_one_of(c, none)) {
		if (strcmp(n->last, c->address) == 0)
			return false;
		(void)snprintf(n->last, sizeof(n->last), "%s", c->address);
	}
	if (c->at - n->hour >= 3600 || c->at < n->hour) {
		n->hour = c->at;
		n->lines = 0;
	}
	return c->what == CALL_ACCEPTED || n->lines++ < LINES;
}

static void
call(const struct btns_caller *c, void *arg)
{
	struct listening *n = arg;
	char name[BTNS_ID_PRINT] = "";

	if (c->known)
		btns_ident_print(name, &c->ident);
	if (tells(n, c)) {
		if (n->cli->fmt == OUT_TABLE)
			line(c, name);
		else
			row(n, c, name);
		(void)fflush(stdout);
		if (alarming(c->what))
			syslog(LOG_WARNING, "listen: %s %s from %s",
			    btns_call_name(c->what), name, c->address);
	}
	if (c->what == CALL_TROUBLE)
		n->status = CLI_TROUBLE;
	if (c->what == CALL_ACCEPTED || (c->live && n->redirected))
		beside(n, let_in, c);
}

/* --- before and after */

static void
place(const char *name, void *arg)
{
	const struct listening *n = arg;
	size_t len = strlen(name), end = strlen(REDIRECTED);
	bool here = n->redirects || (n->redirected && len > end &&
	    strcmp(name + len - end, REDIRECTED) == 0);

	printf("listening on %s%s\n", name, here ?
	    "; peers without a pin are redirected here" : "");
}

static void
missing(const struct btns_ident *id, void *arg)
{
	char name[BTNS_ID_PRINT];

	(void)arg;
	btns_ident_print(name, id);
	printf("expected by iked.conf and not seen: %s\n", name);
}

static int
summary(struct listening *n, const struct btns_listen *how,
    struct btns_err *e)
{
	const unsigned long *c = how->count;
	char again[AGAIN];

	printf("%s%lu accepted, %lu learned, %lu conflict%s, %lu seen"
	    " before\n", n->redirects ? "redirect removed; " : "listen: ",
	    c[CALL_ACCEPTED], c[CALL_LEARNED],
	    c[CALL_CONFLICT], c[CALL_CONFLICT] == 1 ? "" : "s",
	    c[CALL_SEEN]);
	if (c[CALL_REFUSED] + c[CALL_NO_PROOF] + c[CALL_LIMITED] > 0)
		printf("listen: %lu refused, %lu without a proof, %lu over"
		    " listen-rate\n", c[CALL_REFUSED], c[CALL_NO_PROOF],
		    c[CALL_LIMITED]);
	if (btns_listener_missing(n->l, missing, NULL, e) == -1)
		return -1;
	if (c[CALL_ACCEPTED] + c[CALL_LEARNED] + c[CALL_CONFLICT] > 0)
		printf("next: btnsctl review%s\n", again_store(again,
		    n->cli));
	return 0;
}

static int
number(unsigned long *out, const char *s, struct btns_err *e)
{
	char *end;

	*out = 0;
	if (s == NULL)
		return 0;
	*out = strtoul(s, &end, 10);
	return *s >= '1' && *s <= '9' && *end == '\0' && *out <= 1000000 ?
	    0 : cli_usage(e, "-m %s: not a number from 1 to 1000000", s);
}

static int
decide(struct listening *n, int64_t seconds, unsigned long max,
    struct btns_err *e)
{
	const struct sigaction sa = { .sa_handler = on_signal };
	bool text = n->cli->fmt == OUT_TABLE && !n->cli->quiet;
	unsigned i;
	int rv;

	(void)sigaction(SIGINT, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGHUP, &sa, NULL);
	if (text)
		btns_listener_each(n->l, place, n);
	(void)fflush(stdout);
	openlog("btnsctl", LOG_PID, LOG_DAEMON);
	rv = btns_listener_run(n->l, &stop, seconds, max, e);
	closelog();
	for (i = 0; i < RUNS; i++)
		reap(n, i, 0);
	return rv;
}

/* Part in two, and do what each has to. */
static int
run(struct listening *n, struct btns_listen *how, int64_t seconds,
    unsigned long max, struct btns_err *e)
{
	struct btns_err why;
	int rv;

	out_begin(&n->out, n->cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	(void)fflush(stdout);
	if ((rv = btns_listener_split(n->l, e)) == 0) {
		rv = btns_listener_read(n->l, e);
		_exit(rv == -1 ? CLI_TROUBLE : CLI_YES);
	}
	if (rv == 1)
		rv = decide(n, seconds, max, e);
	if (n->redirects && btns_redirect_off(&why) == -1) {
		n->rules_left = true;
		if (rv == 0)
			*e = why;
		rv = -1;
	}
	if (rv == 0 && n->cli->fmt == OUT_TABLE && !n->cli->quiet)
		rv = summary(n, how, e);
	return rv == 0 ? out_end(&n->out, e) : rv;
}

/* Open the places, and send the unknown peers there. */
static int
open_places(struct listening *n, struct btns_listen *how,
    struct btns_err *e)
{
	struct btns_err ignored;	/* who may not ask has no rules */
	bool on = n->redirects || btns_redirect_is_on(&ignored) == 1;

	n->redirected = how->redirected = on;
	how->port = on ? BTNS_REDIRECT_PORT : IKE_PORT;
	how->tick = on ? minute : NULL;
	if (btns_listener_new(&n->l, how, e) == -1)
		return -1;
	return n->redirects ? btns_listener_redirect(n->l, e) : 0;
}

int
ctl_listen(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct listening n = { .cli = cli, .guard = -1,
	    .redirects = a->opt['r'] != NULL };
	struct btns_listen how = { .store = cli->store, .call = call,
	    .arg = &n, .user = a->opt['u'] == NULL ? USER : a->opt['u'],
	    .address = a->argv, .n = (size_t)a->argc };
	struct btns_pins *store;
	unsigned long max;
	int64_t seconds = 0;
	int rv;

	if (a->opt['4'] != NULL && a->opt['6'] != NULL)
		return cli_usage(e, "-4 and -6: only one of them");
	how.family = a->opt['4'] != NULL ? AF_INET : a->opt['6'] != NULL ?
	    AF_INET6 : AF_UNSPEC;
	if (number(&max, a->opt['m'], e) == -1 || (a->opt['t'] != NULL &&
	    btns_duration(&seconds, a->opt['t'], e) == -1) ||
	    session_open(&store, cli, e) == -1)
		return -1;
	rv = n.redirects ? redirect_may(cli, store, e) : 0;
	/* Else the end would take away what it didn't bring. */
	if (rv == 0 && n.redirects && (rv = btns_redirect_is_on(e)) == 1)
		rv = btns_fail(e, BTNS_E_EXISTS, "redirect is on already:"
		    " listen without -r, or first: btnsctl redirect off");
	btns_pins_close(store);		/* it is the right one */
	if (rv == -1 || (n.redirects && redirect_guard(&n.guard, e) == -1))
		return -1;
	if ((rv = open_places(&n, &how, e)) == 0)
		rv = run(&n, &how, seconds, max, e);
	btns_listener_free(n.l);
	redirect_unguard(n.guard, !n.rules_left);
	return rv == -1 ? -1 : n.status;
}
