#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../session.h"
#include "btnsctl.h"

static const struct out_col cols[] = {
	{ .key = "seq" }, { .key = "at" }, { .key = "login" },
	{ .key = "verb" }, { .key = "fingerprint" }, { .key = "identity" },
	{ .key = "evidence" }, { .key = "old_fingerprint" },
	{ .key = "detail" }, { .key = "comment" }, { .key = "hash" },
};

struct log {
	struct cli	*cli;
	struct out	 out;
	const struct what *what;	/* NULL: everything */
	int64_t		 since;
	unsigned long	 n;
};

/* The words of a detail: comment to the end, evidence and old out of it. */
struct words {
	char	text[2048];		/* the rest */
	const char *evidence, *old, *comment;
	char	buf[2048];
};

static void
part(struct words *w, const char *detail)
{
	char *p, *word, *rest;
	size_t n = 0;

	memset(w, 0, sizeof(*w));
	(void)snprintf(w->buf, sizeof(w->buf), "%s", detail);
	p = strncmp(w->buf, "comment=", 8) == 0 ? w->buf :
	    strstr(w->buf, " comment=");
	if (p != NULL) {
		w->comment = p + (*p == ' ') + 8;
		*p = '\0';
	}
	for (word = strtok_r(w->buf, " ", &rest); word != NULL;
	    word = strtok_r(NULL, " ", &rest)) {
		if (strncmp(word, "evidence=", 9) == 0)
			w->evidence = word + 9;
		else if (strncmp(word, "old=", 4) == 0)
			w->old = word + 4;
		else
			n += (size_t)snprintf(w->text + n,
			    sizeof(w->text) - n, "%s%s", n == 0 ? "" : " ",
			    word);
	}
}

static void
line(struct log *l, const struct btns_event *v, const struct words *w)
{
	char at[TIME_TEXT], hex[BTNS_FP_HEX] = "-", key[16];
	char login[16], rest[2200] = "";
	struct btns_fp fp;

	time_text(at, v->at);
	if (v->fp != NULL) {
		memcpy(fp.b, v->fp, BTNS_FP_LEN);
		btns_fp_hex(hex, &fp);
	}
	(void)snprintf(key, sizeof(key), v->fp == NULL ? "-" : "%.8s..", hex);
	out_escape(login, sizeof(login), v->login);
	if (l->n == 0)
		printf("%-4s %-20s %-8s %-8s %-10s IDENTITY\n", "SEQ",
		    "TIME", "WHO", "WHAT", "KEY");
	printf("%-4lld %-20s %-8s %-8s %-10s ", (long long)v->seq, at, login,
	    v->verb, key);
	out_text(stdout, v->identity == NULL ? "-" : v->identity);
	if (w->evidence != NULL || w->text[0] != '\0' || w->old != NULL ||
	    w->comment != NULL) {
		printf("\n     %s%s", w->evidence == NULL ? "" : w->evidence,
		    w->evidence != NULL && w->text[0] != '\0' ? ", " : "");
		out_escape(rest, sizeof(rest), w->text);
		fputs(rest, stdout);
		if (w->old != NULL)
			printf("; was %.8s..", w->old);
	}
	if (w->comment != NULL) {
		printf("%s'", w->evidence != NULL || w->text[0] != '\0' ?
		    "; " : "");
		out_text(stdout, w->comment);
		putchar('\'');
	}
	putchar('\n');
}

static void
row(struct log *l, const struct btns_event *v, const struct words *w,
    const uint8_t *hash)
{
	char at[TIME_TEXT], hex[BTNS_FP_HEX], digest[BTNS_FP_HEX];

	time_text(at, v->at);
	if (v->fp != NULL)
		btns_hex(hex, v->fp, BTNS_FP_LEN);
	btns_hex(digest, hash, BTNS_EVENT_HASH);
	out_int(&l->out, v->seq);
	out_str(&l->out, at);
	out_str(&l->out, v->login);
	out_str(&l->out, v->verb);
	out_str(&l->out, v->fp == NULL ? NULL : hex);
	out_str(&l->out, v->identity);
	out_str(&l->out, w->evidence);
	out_str(&l->out, w->old);
	out_str(&l->out, w->text[0] == '\0' ? NULL : w->text);
	out_str(&l->out, w->comment);
	out_str(&l->out, digest);
}

static bool
about(const struct log *l, const struct btns_event *v, const struct words *w)
{
	char hex[BTNS_FP_HEX] = "";
	size_t n;

	if (l->what == NULL)
		return true;
	if (!l->what->is_key)
		return v->identity != NULL &&
		    strcmp(v->identity, l->what->name) == 0;
	n = strlen(l->what->digits);
	if (v->fp != NULL)
		btns_hex(hex, v->fp, BTNS_FP_LEN);
	return strncmp(hex, l->what->digits, n) == 0 ||
	    (w->old != NULL && strncmp(w->old, l->what->digits, n) == 0);
}

static int
event(const struct btns_event *v, const uint8_t *hash, void *arg)
{
	struct log *l = arg;
	struct words w;

	part(&w, v->detail);
	if (v->at < l->since || !about(l, v, &w))
		return 0;
	if (l->cli->fmt == OUT_TABLE)
		line(l, v, &w);
	else
		row(l, v, &w, hash);
	l->n++;
	return ferror(stdout) ? 1 : 0;
}

static int
run(struct log *l, struct btns_pins *p, const char *text, struct btns_err *e)
{
	struct what w;

	if (text != NULL && what_find(&w, p, text, e) == -1)
		return -1;
	l->what = text == NULL ? NULL : &w;
	out_begin(&l->out, l->cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	if (btns_events_each(p, 1, event, l, e) == -1 ||
	    out_end(&l->out, e) == -1)
		return -1;
	if (text != NULL && l->n == 0)
		return btns_fail(e, BTNS_E_NOTFOUND, "%s: nothing in the"
		    " history", w.name);
	return CLI_YES;
}

int
ctl_log(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct log l = { .cli = cli };
	struct btns_pins *p;
	int64_t age;
	int rv;

	if (a->opt['t'] != NULL) {
		if (btns_duration(&age, a->opt['t'], e) == -1)
			return -1;
		l.since = time(NULL) - age;
	}
	if (session_open(&p, cli, e) == -1)
		return -1;
	rv = run(&l, p, a->argc == 0 ? NULL : a->argv[0], e);
	btns_pins_close(p);
	return rv;
}
