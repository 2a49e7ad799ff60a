#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../progress.h"
#include "../session.h"
#include "btnsctl.h"

static const struct out_col cols[] = {
	{ .key = "file" }, { .key = "pins" }, { .key = "accepted" },
	{ .key = "revoked" }, { .key = "seq" }, { .key = "hash" },
	{ .key = "former" }, { .key = "kept" }, { .key = "lost" },
};

/* how: of restore, or NULL. */
static int
row(const struct cli *cli, const char *file, const struct btns_counts *n,
    const struct btns_head *h, const struct btns_restore *how,
    struct btns_err *e)
{
	char hex[2 * BTNS_EVENT_HASH + 1];
	struct out o;

	btns_hex(hex, h->hash, BTNS_EVENT_HASH);
	out_begin(&o, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	out_str(&o, file);
	out_int(&o, n->pinned);
	out_int(&o, n->accepted);
	out_int(&o, n->revoked);
	out_int(&o, h->seq);
	out_str(&o, hex);
	out_str(&o, how == NULL || how->former[0] == '\0' ? NULL :
	    how->former);
	if (how == NULL) {
		out_str(&o, NULL);
		out_str(&o, NULL);
	} else {
		out_int(&o, (int64_t)how->nkept);
		out_int(&o, (int64_t)how->nlost);
	}
	return out_end(&o, e);
}

static void
counts(const struct btns_counts *n, const struct btns_head *h)
{
	char hex[2 * BTNS_EVENT_HASH + 1];

	btns_hex(hex, h->hash, BTNS_EVENT_HASH);
	printf("%lld pin%s, ", (long long)n->pinned, n->pinned == 1 ? "" :
	    "s");
	if (n->accepted > 0)
		printf("%lld accepted, ", (long long)n->accepted);
	printf("%lld revoked; head %lld:%.16s\n", (long long)n->revoked,
	    (long long)h->seq, hex);
}

int
ctl_backup(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct btns_counts n;
	struct btns_head head;
	struct btns_pins *p;
	int rv;

	if (session_open(&p, cli, e) == -1)
		return -1;
	rv = btns_backup(p, a->argv[0], a->opt['f'] != NULL, &n, &head, e);
	if (rv == 0 && !cli->quiet && cli->fmt != OUT_TABLE)
		rv = row(cli, a->argv[0], &n, &head, NULL, e);
	else if (rv == 0 && !cli->quiet) {
		out_text(stdout, a->argv[0]);
		printf(": ");
		counts(&n, &head);
		printf("no private key is in it: copy ");
		out_text(stdout, btns_pins_iked(p));
		printf("/private/local.key yourself\n");
	}
	btns_pins_close(p);
	return rv;
}

struct restore {
	const struct cli *cli;
	unsigned long	 n;
	FILE		*to;		/* kept till no lock is held */
	struct progress	 progress;
};

static void
at(size_t done, size_t all, void *arg)
{
	struct restore *r = arg;

	progress_at(&r->progress, done, all);
}

static void
lost(const struct btns_event *v, bool kept, void *arg)
{
	struct restore *r = arg;
	char at[TIME_TEXT], fp[FP_SHORT] = "";
	struct btns_fp f;

	if (r->cli->fmt != OUT_TABLE || (r->cli->quiet && kept))
		return;
	if (r->n++ == 0)
		fputs("the store that it replaces has events that it lacks:"
		    "\n", r->to);
	time_text(at, v->at);
	if (v->fp != NULL) {
		memcpy(f.b, v->fp, BTNS_FP_LEN);
		fp_short(fp, &f);
	}
	fprintf(r->to, "    %-8s ", v->verb);
	out_text(r->to, v->identity != NULL ? v->identity : fp);
	fprintf(r->to, "  %s by %s (%s)\n", at, v->login, kept ? "kept" :
	    "LOST");
}

static void
restored(const struct btns_restore *how)
{
	if (how->dry) {
		printf("restore: nothing was changed\n");
		return;
	}
	printf("restored; %lu revocation%s kept", how->nkept,
	    how->nkept == 1 ? "" : "s");
	if (how->former[0] != '\0') {
		printf("; the former store is ");
		out_text(stdout, how->former);
	}
	printf("\nthe tree was not touched; next: btnsctl export -n%s\n",
	    how->other ? "f" : "");
}

int
ctl_restore(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct restore r = { .cli = cli };
	struct btns_restore how = { .dry = a->opt['n'] != NULL,
	    .force = a->opt['f'] != NULL, .lost = lost,
	    .progress = at, .arg = &r };
	char *text = NULL;
	size_t n = 0;
	int rv;

	if ((r.to = open_memstream(&text, &n)) == NULL)
		return btns_fail_sys(e, "restore");
	progress_begin(&r.progress, cli, "restore");
	rv = btns_restore(cli->store, a->argv[0], &how, e);
	progress_end(&r.progress);
	(void)fclose(r.to);
	if (rv == 0 && !cli->quiet && cli->fmt != OUT_TABLE)
		rv = row(cli, a->argv[0], &how.counts, &how.head, &how, e);
	else if (rv == 0 && !cli->quiet) {
		out_text(stdout, a->argv[0]);
		printf(": whole; ");
		counts(&how.counts, &how.head);
		if (how.other)
			printf("it is another store's than the one in its"
			    " place\n");
	}
	(void)fwrite(text, 1, n, stdout);
	free(text);
	if (rv == 0 && !cli->quiet && cli->fmt == OUT_TABLE)
		restored(&how);
	return rv == -1 ? -1 : CLI_YES;
}
