#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/doctor.h"
#include "../session.h"
#include "btnsctl.h"

static const struct out_col cols[] = {
	{ .key = "severity" }, { .key = "check" }, { .key = "object" },
	{ .key = "finding" }, { .key = "fix" },
};

static const char *const severities[] = {
	[DOCTOR_ERROR] = "error", [DOCTOR_WARNING] = "warning",
	[DOCTOR_NOTE] = "note"
};

struct report {
	const struct cli *cli;
	struct out	 out;
	unsigned long	 n[DOCTOR_NOTE + 1];
};

/*
 * The words to type: our own commands with the store or the directory that
 * this run was given.  False where nobody should paste them.
 */
static bool
fix_text(char *out, size_t size, const struct report *r,
    const struct doctor_finding *f)
{
	char word[2 * IKED_PATH] = "", again[AGAIN] = "";
	const char *more = f->more == NULL ? "" : f->more;
	size_t verb = strlen(f->fix);

	if (f->arg != NULL && !sh_word(word, sizeof(word), f->arg))
		return false;
	if (strncmp(f->fix, "btnsctl ", 8) == 0 ||
	    strcmp(f->fix, "btnskey pin") == 0) {
		verb = 8 + strcspn(f->fix + 8, " ");
		(void)again_store(again, r->cli);
	} else if (strncmp(f->fix, "btnskey ", 8) == 0) {
		verb = 8 + strcspn(f->fix + 8, " ");
		(void)again_iked(again, r->cli);
	}
	return (size_t)snprintf(out, size, "%.*s%s%s%s%s%s", (int)verb,
	    f->fix, again, f->fix + verb, f->arg == NULL ? "" : " ", word,
	    more) < size;
}

static void
table(const struct doctor_finding *f, const char *fix)
{
	printf("%s%-8s%s ", f->severity == DOCTOR_ERROR ? out_red(stdout) :
	    f->severity == DOCTOR_WARNING ? out_yellow(stdout) : "",
	    severities[f->severity], f->severity == DOCTOR_NOTE ? "" :
	    out_plain(stdout));
	out_text(stdout, f->object);
	printf("  ");
	out_text(stdout, f->what);
	putchar('\n');
	if (fix != NULL)
		printf("         fix: %s\n", fix);
}

static void
found(const struct doctor_finding *f, void *arg)
{
	struct report *r = arg;
	char text[2 * IKED_PATH + AGAIN + 256];
	const char *fix = f->fix != NULL && fix_text(text, sizeof(text), r,
	    f) ? text : NULL;

	r->n[f->severity]++;
	if (r->cli->quiet && f->severity == DOCTOR_NOTE)
		return;
	if (r->cli->fmt == OUT_TABLE) {
		table(f, fix);
		return;
	}
	out_str(&r->out, severities[f->severity]);
	out_str(&r->out, f->check);
	out_str(&r->out, f->object);
	out_str(&r->out, f->what);
	out_str(&r->out, fix);
}

static void
summary(const struct report *r)
{
	unsigned long errors = r->n[DOCTOR_ERROR];
	unsigned long warnings = r->n[DOCTOR_WARNING];

	if (r->cli->fmt == OUT_TABLE &&
	    (!r->cli->quiet || errors + warnings > 0))
		printf("doctor: %lu error%s, %lu warning%s\n", errors,
		    errors == 1 ? "" : "s", warnings,
		    warnings == 1 ? "" : "s");
}

/* Without a store the rest is looked at all the same. */
static int
open_store(struct btns_pins **p, struct btns_err *why, const struct cli *cli,
    struct btns_err *e)
{
	why->code = BTNS_OK;
	if (session_open(p, cli, e) == 0)
		return 0;
	*p = NULL;
	*why = *e;
	return e->code == BTNS_E_NOMEM || e->code == BTNS_E_USAGE ||
	    e->code == BTNS_E_OPTIONS ? -1 : 0;
}

int
ctl_doctor(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct report r = { .cli = cli };
	struct btns_doctor how = { .found = found, .arg = &r };
	char iked[IKED_PATH];
	struct btns_err why;
	struct btns_pins *p;
	struct stat st;
	int rv;

	(void)a;
	if (iked_path(iked, cli, e) == -1 ||
	    open_store(&p, &why, cli, e) == -1)
		return -1;
	how.iked = p == NULL ? iked : btns_pins_iked(p);
	how.pins = p;
	how.why = p == NULL ? &why : NULL;
	how.none = p == NULL && lstat(cli->store, &st) == -1 &&
	    (errno == ENOENT || errno == ENOTDIR);
	out_begin(&r.out, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	rv = btns_doctor(&how, e);
	btns_pins_close(p);
	if (rv == -1)
		return -1;
	summary(&r);
	if (out_end(&r.out, e) == -1)
		return -1;
	return r.n[DOCTOR_ERROR] > 0 ? CLI_NO : CLI_YES;
}
