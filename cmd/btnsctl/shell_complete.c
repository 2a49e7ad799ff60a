/* What may come next on a line: the table of commands, and the store. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "shell.h"

#define OFFERED	200		/* of the store */

struct offer {
	const char	*typed;		/* the word so far */
	void		(*fn)(const char *, void *);
	void		*arg;
	bool		 learned;	/* those alone */
	const char	*setting;	/* whose value it is */
	unsigned	 n;
};

static void
offer(struct offer *o, const char *word)
{
	if (strncmp(word, o->typed, strlen(o->typed)) == 0)
		o->fn(word, o->arg);
}

static void
each(struct offer *o, const char *const words[])
{
	for (; *words != NULL; words++)
		offer(o, *words);
}

/* --- of the store */

static int
identity(const struct btns_pin *pin, void *arg)
{
	char name[BTNS_ID_PRINT];
	struct offer *o = arg;
	const char *bare;

	if (o->learned && pin->live)
		return 0;
	btns_ident_print(name, &pin->ident);
	bare = strchr(name, '/');
	if (strncmp(name, o->typed, strlen(o->typed)) == 0)
		o->fn(name, o->arg);
	else if (bare != NULL && *o->typed != '\0' && strncmp(bare + 1,
	    o->typed, strlen(o->typed)) == 0)
		o->fn(bare + 1, o->arg);
	else
		return 0;
	return ++o->n >= OFFERED;
}

static int
digits(const struct btns_pin *pin, void *arg)
{
	char hex[BTNS_FP_HEX];
	struct offer *o = arg;

	btns_fp_hex(hex, &pin->fp);
	hex[16] = '\0';
	if (strncmp(hex, o->typed, strlen(o->typed)) != 0)
		return 0;
	o->fn(hex, o->arg);
	return ++o->n >= OFFERED;
}

static int
setting(const struct btns_setting *s, void *arg)
{
	offer(arg, s->name);
	return 0;
}

/* The words that a setting may be. */
static int
values(const struct btns_setting *s, void *arg)
{
	struct offer *o = arg;
	char word[64];
	const char *p;
	size_t n;

	if (strcmp(s->name, o->setting) != 0 || s->words == NULL)
		return 0;
	for (p = s->words + 1; *p != '\0'; p += n + 1) {
		n = strcspn(p, " ");
		(void)snprintf(word, sizeof(word), "%.*s", (int)n, p);
		offer(o, word);
	}
	return 1;
}

static void
of_store(const struct shell *sh, struct offer *o, const char *kind)
{
	struct btns_pins *p;
	struct btns_err ignored;

	if (session_open(&p, sh->cli, &ignored) == -1)
		return;
	if (strstr(kind, "identity") != NULL)
		(void)btns_pins_each(p, identity, o, &ignored);
	if (strstr(kind, "fingerprint") != NULL)
		(void)btns_pins_each(p, digits, o, &ignored);
	if (strcmp(kind, "value") == 0)
		(void)btns_settings_each(p, values, o, &ignored);
	if (strcmp(kind, "name") == 0)
		(void)btns_settings_each(p, setting, o, &ignored);
	btns_pins_close(p);
}

/* --- of the file system */

/* It needs no quotes, and steers no terminal. */
static bool
is_plain(const char *name)
{
	for (; *name != '\0'; name++)
		if (*name <= ' ' || *name > '~' || strchr("\\'\"#",
		    *name) != NULL)
			return false;
	return true;
}

static void
files(struct offer *o)
{
	const char *slash = strrchr(o->typed, '/');
	char dir[4096], path[4400];
	const struct dirent *d;
	DIR *dp;

	(void)snprintf(dir, sizeof(dir), "%.*s", slash == NULL ? 0 :
	    (int)(slash - o->typed) + 1, o->typed);
	if ((dp = opendir(*dir == '\0' ? "." : dir)) == NULL)
		return;
	while ((d = readdir(dp)) != NULL) {
		if (d->d_name[0] == '.' || !is_plain(d->d_name))
			continue;
		(void)snprintf(path, sizeof(path), "%s%s%s", dir, d->d_name,
		    d->d_type == DT_DIR ? "/" : "");
		offer(o, path);
	}
	(void)closedir(dp);
}

/* --- by what the synopsis calls it */

static void
kind_of(const struct shell *sh, struct offer *o, const char *kind)
{
	static const char *const on_off[] = { "on", "off", NULL };
	const struct { const char *kind; const char *const *words; }
	    fixed[] = { { "format", out_formats }, { "state", pin_states },
	    { "source", pin_sources }, { "on", on_off } };
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (strcmp(kind, fixed[i].kind) == 0)
			each(o, fixed[i].words);
	if (strcmp(kind, "file") == 0 || strcmp(kind, "path") == 0 ||
	    strcmp(kind, "store") == 0 || strcmp(kind, "directory") == 0)
		files(o);
	else
		of_store(sh, o, kind);
}

/* "[-c comment]": what comes after -c; "" for a flag. */
static void
argument(char out[64], const char *synopsis, char letter)
{
	char want[5] = { '-', letter, ' ', '\0' };
	const char *p = strstr(synopsis, want);

	out[0] = '\0';
	if (p != NULL)
		(void)snprintf(out, 64, "%.*s", (int)strcspn(p + 3, " ]"),
		    p + 3);
}

/* What a synopsis has behind its options: "[-q] -c comment identity". */
static const char *
behind_options(const char *p)
{
	for (;;) {
		p += strspn(p, " ");
		if (strncmp(p, "[-", 2) == 0)
			p += strcspn(p, "]") + 1;
		else if (*p == '-') {
			p += strcspn(p, " ");
			p += strspn(p, " ");
			p += strcspn(p, " ");
		} else
			return p;
	}
}

/* Operand i: "file" of "identity [file]"; the last one where it goes on. */
static void
operand(char out[64], const char *synopsis, int i)
{
	const char *p = behind_options(synopsis);

	for (out[0] = '\0'; *p != '\0'; p += strcspn(p, " ")) {
		p += strspn(p, " [");
		if (i-- > 0 && strstr(p, "...") == NULL)
			continue;
		if (strncmp(p, "identity | f", 12) == 0)
			(void)snprintf(out, 64, "identity fingerprint");
		else
			(void)snprintf(out, 64, "%.*s", (int)strcspn(p,
			    " ]["), p);
		return;
	}
}

static void
options(struct offer *o, const char *opts)
{
	char option[3] = "-";

	for (; *opts != '\0'; opts++)
		if (*opts != ':') {
			option[1] = *opts;
			offer(o, option);
		}
}

/* The option of a word such as -qF whose argument is the next word, or 0. */
static char
waits(const char *opts, const char *word)
{
	const char *spec;

	while (*++word != '\0')
		if ((spec = strchr(opts, *word)) != NULL && spec[1] == ':')
			return word[1] == '\0' ? *word : '\0';
	return '\0';
}

/* Words of a command: which is the last of them? */
static void
within(const struct shell *sh, struct offer *o, const struct cli_cmd *c,
    const struct shell_line *l)
{
	char kind[64] = "";
	int i, n = 0;

	for (i = 1; i + 1 < l->argc; i++) {
		const char *w = l->argv[i];
		char letter;

		if (n > 0 || w[0] != '-' || w[1] == '\0') {
			n++;
			continue;
		}
		if ((letter = waits(c->opts, w)) == '\0')
			continue;
		if (i + 2 == l->argc) {		/* its argument is typed */
			argument(kind, c->synopsis, letter);
			/* Out of the store it would prove nothing. */
			if (strcmp(kind, "fingerprint") != 0)
				kind_of(sh, o, kind);
			return;
		}
		i++;
	}
	if (n == 0 && o->typed[0] == '-') {
		options(o, c->opts);
		return;
	}
	o->setting = l->argv[l->argc - 2];
	o->learned = strcmp(c->name, "promote") == 0;
	operand(kind, c->synopsis, n);
	kind_of(sh, o, kind);
}

void
shell_complete(struct shell *sh, const char *text, size_t n,
    void (*fn)(const char *, void *), void *arg)
{
	char copy[4096];
	struct shell_line l;
	struct btns_err ignored;
	const struct cli_cmd *c;
	const struct shell_own *own;
	struct offer o = { .fn = fn, .arg = arg };

	if (n + 2 > sizeof(copy))
		return;
	memcpy(copy, text, n);
	copy[n] = '\0';
	if (shell_split(&l, copy, &ignored) == -1)
		return;
	/* After a blank a new word begins. */
	if ((n == 0 || text[n - 1] == ' ') && l.argc < SHELL_WORDS)
		l.argv[l.argc++] = (char *)(uintptr_t)"";
	if (l.argc == 0)
		return;
	o.typed = l.argv[l.argc - 1];
	if (l.argc > 1) {
		if ((c = cli_find(sh->cli->program, l.argv[0])) != NULL)
			within(sh, &o, c, &l);
		return;
	}
	for (c = sh->cli->program->cmds; c->name != NULL; c++)
		if (strcmp(c->name, "shell") != 0)
			offer(&o, c->name);
	for (own = shell_own; own->name != NULL; own++)
		offer(&o, own->name);
}
