#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../progress.h"
#include "../session.h"
#include "btnsctl.h"

static const struct out_col cols[] = {
	{ .key = "result" }, { .key = "from" }, { .key = "to" },
	{ .key = "head" }, { .key = "finding" },
};

struct verify {
	const struct cli *cli;
	struct out	 out;
	struct progress	 progress;
};

static void
at(size_t done, size_t all, void *arg)
{
	struct verify *v = arg;

	progress_at(&v->progress, done, all);
}

static void
wrong(const char *what, void *arg)
{
	struct verify *v = arg;
	int i;

	progress_end(&v->progress);
	if (v->cli->quiet)
		return;
	if (v->cli->fmt != OUT_TABLE) {
		out_str(&v->out, "wrong");
		for (i = 0; i < 3; i++)
			out_str(&v->out, NULL);
		out_str(&v->out, what);
		return;
	}
	printf("! ");
	out_text(stdout, what);
	putchar('\n');
}

/* The last row: what it comes to. */
static int
row(struct verify *v, const char *result, const struct btns_head *h,
    struct btns_err *e)
{
	char hex[2 * BTNS_EVENT_HASH + 1];
	char head[sizeof(hex) + 24];

	btns_hex(hex, h->hash, BTNS_EVENT_HASH);
	(void)snprintf(head, sizeof(head), "%lld:%s", (long long)h->seq, hex);
	out_str(&v->out, result);
	out_int(&v->out, 1);
	out_int(&v->out, h->seq);
	out_str(&v->out, head);
	out_str(&v->out, NULL);
	return out_end(&v->out, e);
}

/* "318:9c41f0d2aa17b6e3", as verify, backup and syslog print it. */
static int
anchor(int64_t *seq, char digits[2 * BTNS_FP_LEN + 1], const char *s,
    struct btns_err *e)
{
	char *end;

	*seq = strtoll(s, &end, 10);
	if (*s >= '1' && *s <= '9' && end - s < 18 && *end == ':' &&
	    strspn(end + 1, "0123456789abcdefABCDEF..") == strlen(end + 1) &&
	    hex_digits(digits, end + 1))
		return 0;
	return cli_usage(e, "%s: not SEQ:HASH, with 8 to 64 digits", s);
}

static void
whole(const struct btns_head *h, int64_t seq, const char *text)
{
	char hex[2 * BTNS_EVENT_HASH + 1];

	btns_hex(hex, h->hash, BTNS_EVENT_HASH);
	if (seq != 0) {
		printf("whole: events 1 to %lld; %s is one of them\n",
		    (long long)h->seq, text);
		return;
	}
	printf("whole: events 1 to %lld; head %lld:%.16s\n"
	    "Nothing in it was edited.  That root did not write it anew is"
	    " shown only by a\nhead that was kept elsewhere (syslog, mail):"
	    " btnsctl verify SEQ:HASH\n", (long long)h->seq,
	    (long long)h->seq, hex);
}

int
ctl_verify(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	char digits[2 * BTNS_FP_LEN + 1] = "";
	struct verify v = { .cli = cli };
	char again[AGAIN];
	struct btns_head head;
	struct btns_pins *p;
	int64_t seq = 0;
	int rv;

	if ((a->argc == 1 && anchor(&seq, digits, a->argv[0], e) == -1) ||
	    session_open(&p, cli, e) == -1)
		return -1;
	out_begin(&v.out, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	progress_begin(&v.progress, cli, "verify");
	btns_pins_progress(p, at, &v);
	rv = btns_verify(p, seq, digits, wrong, &v, &head, e);
	progress_end(&v.progress);
	btns_pins_close(p);
	if (rv != -1 && !cli->quiet && cli->fmt != OUT_TABLE &&
	    row(&v, rv == 0 ? "whole" : "not-whole", &head, e) == -1)
		return -1;
	if (cli->quiet || cli->fmt != OUT_TABLE)
		return rv == 0 ? CLI_YES : rv == 1 ? CLI_NO : -1;
	if (rv == 0)
		whole(&head, seq, a->argc == 1 ? a->argv[0] : NULL);
	if (rv == 1 && a->argc == 1)
		printf("NOT WHOLE: either SEQ:HASH is not this store's, or"
		    " something else than these\nprograms changed the store; to"
		    " see which: btnsctl verify%s\n",
		    again_store(again, cli));
	else if (rv == 1)
		printf("NOT WHOLE: the history, its head file or the tables"
		    " were changed by something\nelse than these programs; to"
		    " compare with a backup: btnsctl restore%s -n FILE\n",
		    again_store(again, cli));
	return rv == 0 ? CLI_YES : rv == 1 ? CLI_NO : -1;
}
