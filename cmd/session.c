#include <arpa/inet.h>
#include <sys/socket.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "session.h"

int
iked_path(char out[IKED_PATH], const struct cli *cli, struct btns_err *e)
{
	const char *d = cli->iked == NULL ? IKED_DIR : cli->iked;
	char cwd[IKED_PATH] = "";
	size_t n;

	if (*d != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
		return btns_fail_sys(e, ".");
	while (strncmp(d, "./", 2) == 0)
		d += 2 + strspn(d + 2, "/");
	n = (size_t)snprintf(out, IKED_PATH, "%s%s%s", cwd,
	    *d == '/' ? "" : "/", strcmp(d, ".") == 0 ? "" : d);
	if (n >= IKED_PATH)
		return cli_usage(e, "-D %.60s...: too long", d);
	/* It is printed, compared and kept in the history's lines. */
	for (d = out; *d != '\0'; d++)
		if ((unsigned char)*d < 0x20 || *d == 0x7f)
			return cli_usage(e, "-D: a control byte in the"
			    " directory's name");
	while ((d = strstr(out, "//")) != NULL)
		memmove(out + (d - out), d + 1, strlen(d));
	n = strlen(out);
	/* It is compared as text with iked's own. */
	if (strstr(out, "/./") != NULL || strstr(out, "/../") != NULL ||
	    (n >= 3 && strcmp(out + n - 3, "/..") == 0) ||
	    (n >= 2 && strcmp(out + n - 2, "/.") == 0))
		return cli_usage(e, "-D %.60s: without . and ..", out);
	if (n > 1 && out[n - 1] == '/')
		out[n - 1] = '\0';
	return 0;
}

int
session_open(struct btns_pins **p, const struct cli *cli, struct btns_err *e)
{
	char named[IKED_PATH];

	if (iked_path(named, cli, e) == -1 ||
	    btns_pins_open(p, cli->store, e) == -1)
		return -1;
	if (cli->iked == NULL || strcmp(named, btns_pins_iked(*p)) == 0)
		return 0;
	(void)cli_usage(e, "-D %s: this store is bound to %s", cli->iked,
	    btns_pins_iked(*p));
	btns_pins_close(*p);
	*p = NULL;
	return -1;
}

void
fp_short(char out[FP_SHORT], const struct btns_fp *fp)
{
	char hex[BTNS_FP_HEX];

	btns_fp_hex(hex, fp);
	(void)snprintf(out, FP_SHORT, "%.16s..", hex);
}

void
time_age(char out[24], int64_t now, int64_t then)
{
	int64_t s = now < then ? 0 : now - then;

	if (s < 60)
		(void)snprintf(out, 24, "%llds", (long long)s);
	else if (s < 3600)
		(void)snprintf(out, 24, "%lldm", (long long)s / 60);
	else if (s < 2 * 86400)
		(void)snprintf(out, 24, "%lldh", (long long)s / 3600);
	else
		(void)snprintf(out, 24, "%lldd", (long long)s / 86400);
}

bool
sh_word(char *out, size_t size, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
	    "nopqrstuvwxyz0123456789@%+=:,./_-";
	size_t n = 0;

	out[0] = '\0';
	if (*s != '\0' && *s != '-' && s[strspn(s, plain)] == '\0')
		return (size_t)snprintf(out, size, "%s", s) < size;
	if (2 > size)
		return false;
	out[n++] = '\'';
	for (; *s != '\0'; s++) {
		if (!isprint((unsigned char)*s) || n + 6 > size) {
			out[0] = '\0';
			return false;
		}
		if (*s == '\'') {
			memcpy(out + n, "'\\''", 4);
			n += 4;
		} else
			out[n++] = *s;
	}
	out[n++] = '\'';
	out[n] = '\0';
	return true;
}

static const char *
again(char out[AGAIN], const char *option, const char *value)
{
	char word[AGAIN - 8];

	out[0] = '\0';
	if (value != NULL && sh_word(word, sizeof(word), value))
		(void)snprintf(out, AGAIN, " %s %s", option, word);
	return out;
}

const char *
again_store(char out[AGAIN], const struct cli *cli)
{
	return again(out, "-d", cli->store_named ? cli->store : NULL);
}

const char *
again_iked(char out[AGAIN], const struct cli *cli)
{
	return again(out, "-D", cli->iked);
}

bool
hex_digits(char out[2 * BTNS_FP_LEN + 1], const char *s)
{
	size_t n = 0;

	if (strncmp(s, "sha256:", 7) == 0 || strncmp(s, "SHA256:", 7) == 0)
		s += 7;
	for (; *s != '\0' && strcmp(s, "..") != 0; s++) {
		if (*s == ':' || *s == ' ')
			continue;
		if (!isxdigit((unsigned char)*s) || n == 2 * BTNS_FP_LEN)
			return false;
		out[n++] = (char)tolower((unsigned char)*s);
	}
	out[n] = '\0';
	return n >= 8;
}

int
address_check(const char *s, struct btns_err *e)
{
	unsigned char unused[16];

	if (inet_pton(AF_INET, s, unused) == 1 ||
	    inet_pton(AF_INET6, s, unused) == 1)
		return 0;
	return cli_usage(e, "-A %.60s: no address", s);
}

/* What begins with the digits: in keys that are bound, or revoked. */
struct found {
	struct btns_fp	 fp;
	unsigned	 n, ids;
};

static void
find(struct found *f, const struct btns_fp *fp)
{
	if (f->n > 0 && memcmp(&f->fp, fp, sizeof(*fp)) == 0)
		return;
	f->fp = *fp;
	f->n++;
}

static int
find_pin(const struct btns_pin *pin, void *arg)
{
	find(arg, &pin->fp);
	return 0;
}

static int
find_revoked(const struct btns_revoked *r, void *arg)
{
	struct found *f = arg;

	/* Revoked keys come after bound ones: one of both is one key. */
	if (f->n != 1 || memcmp(&f->fp, &r->fp, sizeof(r->fp)) != 0)
		find(f, &r->fp);
	return 0;
}

static int
candidate(const struct btns_pin *pin, void *arg)
{
	char hex[BTNS_FP_HEX], id[BTNS_ID_PRINT];

	(void)arg;
	btns_fp_hex(hex, &pin->fp);
	btns_ident_print(id, &pin->ident);
	fprintf(stderr, "    %s %s\n", hex, id);
	return 0;
}

static int
count_id(const struct btns_pin *pin, void *arg)
{
	(void)pin;
	++*(unsigned *)arg;
	return 0;
}

static int
ambiguous(struct btns_pins *p, const struct what *w, const char *text,
    struct btns_err *e)
{
	struct btns_err ignored;

	fprintf(stderr, "btnsctl: %s: several keys begin so:\n", w->digits);
	(void)btns_pins_by_prefix(p, w->digits, candidate, NULL, &ignored);
	return btns_fail(e, BTNS_E_USAGE, "%s: ambiguous; give more digits",
	    text);
}

static void
full(struct what *w, const struct btns_fp *fp)
{
	w->fp = *fp;
	w->have_fp = true;
	btns_fp_hex(w->digits, fp);
	memcpy(w->name, w->digits, sizeof(w->digits));
}

static void
from_digits(struct btns_fp *fp, const char *digits)
{
	unsigned v;
	size_t i;

	for (i = 0; i < BTNS_FP_LEN && sscanf(digits + 2 * i, "%2x", &v) == 1;
	    i++)
		fp->b[i] = (uint8_t)v;
}

int
what_find(struct what *w, struct btns_pins *p, const char *text,
    struct btns_err *e)
{
	struct found f = { .n = 0 };
	unsigned ids = 0;
	struct btns_fp fp;

	memset(w, 0, sizeof(*w));
	w->is_key = hex_digits(w->digits, text);
	if (!w->is_key) {
		if (btns_ident_parse(&w->id, text, e) == -1)
			return -1;
		btns_ident_print(w->name, &w->id);
		return 0;
	}
	if (btns_pins_by_prefix(p, w->digits, find_pin, &f, e) == -1 ||
	    btns_revoked_by_prefix(p, w->digits, find_revoked, &f, e) == -1)
		return -1;
	if (f.n > 1)
		return ambiguous(p, w, text, e);
	if (btns_ident_parse(&w->id, text, e) == 0 &&
	    btns_pins_of(p, &w->id, count_id, &ids, e) == -1)
		return -1;
	if (ids > 0 && f.n > 0)
		return btns_fail(e, BTNS_E_USAGE, "%s: a key and an identity;"
		    " write the identity with its type", text);
	if (ids > 0) {
		w->is_key = false;
		btns_ident_print(w->name, &w->id);
		return 0;
	}
	(void)snprintf(w->name, sizeof(w->name), "%s", w->digits);
	if (f.n == 1)
		full(w, &f.fp);
	else if (strlen(w->digits) == 2 * BTNS_FP_LEN) {
		from_digits(&fp, w->digits);
		full(w, &fp);
	}
	return 0;
}
