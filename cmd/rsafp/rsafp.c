#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../ask.h"
#include "rsafp.h"

static const struct out_col cols[] = {
	{ .key = "bits" }, { .key = "type" }, { .key = "encoding" },
	{ .key = "hash" }, { .key = "fingerprint" }, { .key = "file" },
	{ .key = "index" }, { .key = "used_by" },
};

void
rsafp_object(char *out, size_t size, const struct btns_keyat *at)
{
	size_t n;

	out_escape(out, size, at->file);
	n = strlen(out);
	if (at->index > 1)
		(void)snprintf(out + n, size - n, "#%u", at->index);
}

void
rsafp_row(struct rsafp *r, const struct btns_key *k,
    const struct btns_keyat *at, const char *encoding, const char *hash,
    const char *text, const char *users)
{
	out_int(&r->out, k->bits);
	out_str(&r->out, btns_key_family(k));
	out_str(&r->out, encoding);
	out_str(&r->out, hash);
	out_str(&r->out, text);
	out_str(&r->out, at->file);
	out_int(&r->out, at->index);
	out_str(&r->out, users);
}

static int
print(struct rsafp *r, const struct btns_key *k, const struct btns_keyat *at,
    struct btns_err *e)
{
	uint8_t buf[BTNS_ENC_MAX], digest[BTNS_HASH_MAX];
	char text[BTNS_SPELL_MAX], object[1024];
	size_t n;

	if (btns_key_encode(buf, &n, k, r->enc, e) == -1 ||
	    btns_hash(digest, r->hash, buf, n, e) == -1)
		return -1;
	if (rsafp_is_picture(r->spell) || (r->spell >= BTNS_SPELL_GROUPS &&
	    r->cli->fmt == OUT_TABLE && !r->cli->quiet))
		return rsafp_view(r, k, at, digest, e);
	btns_spell(text, r->spell, r->hash, digest);
	if (r->cli->fmt != OUT_TABLE) {
		rsafp_row(r, k, at, btns_enc_name(r->enc),
		    btns_hash_name(r->hash), text, NULL);
		return 0;
	}
	if (r->cli->quiet) {
		puts(text);
		return 0;
	}
	rsafp_object(object, sizeof(object), at);
	printf("%u %s%s%s %s (%s%s%s%s)\n", k->bits,
	    r->spell == BTNS_SPELL_SSH ? "" : btns_hash_name(r->hash),
	    r->spell == BTNS_SPELL_SSH ? "" : ":", text, object,
	    btns_key_family(k), r->enc == BTNS_ENC_SPKI ? "" : ", ",
	    r->enc == BTNS_ENC_SPKI ? "" : btns_enc_name(r->enc),
	    btns_key_weak(k) ? ", weak" : "");
	return 0;
}

static int
compare(struct rsafp *r, const struct btns_key *k,
    const struct btns_keyat *at, struct btns_err *e)
{
	struct btns_verdict v;
	char object[1024], again[128];

	if (btns_heard_match(&v, &r->heard, k, e) == -1)
		return -1;
	rsafp_object(object, sizeof(object), at);
	btns_verdict_again(again, sizeof(again), &v);
	if (btns_verdict_idle(&v) != NULL)
		return btns_fail(e, BTNS_E_USAGE, "%s: %s", object,
		    btns_verdict_idle(&v));
	if (v.what == BTNS_NO_MATCH || at->mark == BTNS_MARK_REVOKED)
		r->status = cli_worst(r->status, CLI_NO);
	if (r->cli->quiet)
		return 0;
	if (v.what == BTNS_NO_MATCH && v.group != 0)
		printf("no match: %s: %s\n", object, again);
	else if (v.what == BTNS_NO_MATCH)
		printf("no match: %s\n", object);
	else if (at->mark == BTNS_MARK_REVOKED)
		printf("revoked: %s (it matches, but is marked @revoked)\n",
		    object);
	else if (v.hash == -1)
		printf("match: %s (the key itself)\n", object);
	else
		printf("match: %s (%s %s)\n", object, btns_enc_name(v.enc),
		    btns_hash_name(v.hash));
	return 0;
}

static int
key(const struct btns_key *k, const struct btns_keyat *at, void *arg)
{
	struct rsafp *r = arg;
	struct btns_err e;
	int rv;

	if (r->comparing)
		rv = compare(r, k, at, &e);
	else if (r->every)
		rv = rsafp_names(r, k, at, &e);
	else
		rv = print(r, k, at, &e);
	if (rv == 0)
		return ferror(stdout) ? -1 : 0;
	if (e.code == BTNS_E_REFUSED)
		(void)btns_fail_at(&e, "%s", at->file);
	cli_warn(r->cli, &e);
	r->status = cli_worst(r->status, cli_status(e.code));
	return e.code == BTNS_E_REFUSED ? 0 : 1;
}

static void
refused(const struct btns_err *why, void *arg)
{
	struct rsafp *r = arg;

	cli_warn(r->cli, why);
	r->status = CLI_TROUBLE;
}

static void
file(struct rsafp *r, const char *name)
{
	struct btns_keyread cb = { key, refused, ask_passphrase, r };
	struct btns_err e;
	int fd, rv;

	fd = strcmp(name, "-") == 0 ? STDIN_FILENO :
	    open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1)
		rv = btns_fail_sys(&e, "%s", name);
	else
		rv = btns_keys_read(fd, name, &cb, &e);
	if (fd > STDIN_FILENO)
		(void)close(fd);
	if (rv == -1 && !ferror(stdout)) {
		cli_warn(r->cli, &e);
		r->status = CLI_TROUBLE;
	}
}

static int
options(struct rsafp *r, const struct cli_args *a, struct btns_err *e)
{
	int v;

	r->every = a->opt['A'] != NULL;
	r->comparing = a->opt['F'] != NULL;
	if (a->opt['A'] != NULL && (a->opt['a'] != NULL ||
	    a->opt['e'] != NULL || a->opt['s'] != NULL))
		return cli_usage(e, "-A prints all: no -a, -e, -s beside it");
	if (a->opt['F'] != NULL && (a->opt['A'] != NULL ||
	    a->opt['a'] != NULL || a->opt['e'] != NULL ||
	    a->opt['s'] != NULL || a->opt['o'] != NULL))
		return cli_usage(e, "-F compares: no -A, -a, -e, -o, -s"
		    " beside it");
	if (a->opt['a'] != NULL) {
		if ((v = btns_hash_parse(a->opt['a'])) == -1)
			return cli_usage(e, "-a %s: not sha256, sha1, sha384,"
			    " sha512 or md5", a->opt['a']);
		r->hash = v;
	}
	if (a->opt['e'] != NULL) {
		if ((v = btns_enc_parse(a->opt['e'])) == -1)
			return cli_usage(e, "-e %s: not spki, pkcs1, ssh,"
			    " modulus or rfc3110", a->opt['e']);
		r->enc = v;
	}
	if (a->opt['s'] != NULL) {
		if ((v = btns_spell_parse(a->opt['s'])) == -1)
			return cli_usage(e, "-s %s: not hex, colon, base64,"
			    " ssh, groups, words, picture, qr, png or svg",
			    a->opt['s']);
		r->spell = v;
	}
	if (rsafp_is_picture(r->spell) && r->cli->fmt != OUT_TABLE)
		return cli_usage(e, "-o: -s %s is no row", a->opt['s']);
	if (r->spell == BTNS_SPELL_PNG && isatty(STDOUT_FILENO))
		return cli_usage(e, "-s png: not to a terminal; redirect it to"
		    " a file");
	return 0;
}

static int
heard(struct rsafp *r, const struct cli_args *a, struct btns_err *e)
{
	char line[2 * BTNS_ENC_MAX];
	const char *text;

	if (strcmp(a->opt['F'], "-") == 0 && a->argc == 0)
		return cli_usage(e, "-F - and the key both from standard"
		    " input; name a file");
	if ((text = ask_heard(a->opt['F'], line, sizeof(line), e)) == NULL)
		return -1;
	return btns_heard_parse(&r->heard, text, e);
}

int
rsafp(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct rsafp r = { .cli = cli };
	int i;

	if (options(&r, a, e) == -1 ||
	    (r.comparing && heard(&r, a, e) == -1))
		return -1;
	out_begin(&r.out, cli->fmt, cols, sizeof(cols) / sizeof(cols[0]));
	if (a->argc == 0)
		file(&r, "-");
	for (i = 0; i < a->argc && !ferror(stdout); i++)
		file(&r, a->argv[i]);
	if (out_end(&r.out, e) == -1)
		return -1;
	return r.status;
}
