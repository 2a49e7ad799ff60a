#include <stdio.h>
#include <string.h>

#include "../../lib/keyder.h"
#include "../../lib/keywrite.h"
#include "../session.h"
#include "btnsctl.h"

struct show {
	struct cli	*cli;
	struct out	 out;
	struct btns_tree *tree;
	bool		 pem;		/* -k */
	unsigned	 n;
	struct btns_fp	 first;		/* several keys for a prefix? */
	bool		 several;
	struct btns_err	*e;
};

static int
pem(const struct btns_pin *pin, struct btns_err *e)
{
	char text[BTNS_FORM_MAX];
	struct btns_key k;
	size_t n;

	if (btns_pin_key(&k, pin, e) == -1 ||
	    btns_key_write(text, &n, &k, BTNS_FORM_PEM, e) == -1)
		return -1;
	(void)fwrite(text, 1, n, stdout);
	return 0;
}

static void
print(struct show *s, const struct btns_pin *pin, int there)
{
	char hex[BTNS_FP_HEX], id[BTNS_ID_PRINT], since[TIME_TEXT];

	btns_fp_hex(hex, &pin->fp);
	btns_ident_print(id, &pin->ident);
	time_text(since, pin->since);
	printf("%s%s %s\nkey      %s %s\ntree     %s\nsince    %s by %s%s%s\n",
	    s->n > 0 ? "\n" : "", pin->state, id, pin->keyname, hex,
	    there == -1 ? "can't be looked at" : there ? "yes" : "no", since,
	    pin->login, pin->evidence == NULL ? "" : ", ",
	    pin->evidence == NULL ? "" : pin->evidence);
	if (pin->comment != NULL) {
		printf("comment  ");
		out_text(stdout, pin->comment);
		putchar('\n');
	}
}

static int
binding(const struct btns_pin *pin, void *arg)
{
	struct show *s = arg;
	int there;

	if (s->n > 0 && memcmp(&s->first, &pin->fp, sizeof(pin->fp)) != 0)
		s->several = true;
	if (s->n == 0)
		s->first = pin->fp;
	if (s->pem) {
		/* The key once, not once a binding; live before past. */
		if (pin->live && pem(pin, s->e) == -1)
			return -1;
		s->n += pin->live;
		return 0;
	}
	if (pin_in_tree(&there, s->tree, pin, s->e) == -1)
		return -1;
	if (s->cli->fmt == OUT_TABLE)
		print(s, pin, there);
	else
		pin_row(&s->out, pin, there);
	s->n++;
	return 0;
}

/* Names that a person could take for this one. */
static int
alike(const struct btns_pin *pin, void *arg)
{
	const struct btns_ident *id = arg;
	char name[BTNS_ID_PRINT];

	if (btns_ident_same(id, &pin->ident))
		return 0;
	btns_ident_print(name, &pin->ident);
	printf("alike    %s, %s\n", name, pin->state);
	return 0;
}

static int
count(const struct btns_pin *pin, void *arg)
{
	struct show *s = arg;

	if (s->n > 0 && memcmp(&s->first, &pin->fp, sizeof(pin->fp)) != 0)
		s->several = true;
	s->first = pin->fp;
	s->n++;
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

/* WHAT: digits are a fingerprint, unless an identity of that name is known. */
static int
what(struct show *s, struct btns_pins *p, const char *text, bool *is_key,
    char digits[2 * BTNS_FP_LEN + 1], struct btns_ident *id,
    struct btns_err *e)
{
	struct show keys = { .n = 0 }, ids = { .n = 0 };

	*is_key = hex_digits(digits, text);
	if (!*is_key)
		return btns_ident_parse(id, text, e);
	if (btns_pins_by_prefix(p, digits, count, &keys, e) == -1)
		return -1;
	if (keys.several) {
		fprintf(stderr, "btnsctl: %s: several keys begin so:\n",
		    digits);
		(void)btns_pins_by_prefix(p, digits, candidate, s, e);
		return cli_usage(e, "%s: ambiguous; give more digits", text);
	}
	if (btns_ident_parse(id, text, e) == -1)
		return 0;
	if (btns_pins_of(p, id, count, &ids, e) == -1)
		return -1;
	if (ids.n > 0 && keys.n > 0)
		return cli_usage(e, "%s: a key and an identity; write the"
		    " identity with its type", text);
	*is_key = ids.n == 0;
	return 0;
}

static int
run(struct show *s, struct btns_pins *p, const char *text,
    struct btns_err *e)
{
	char digits[2 * BTNS_FP_LEN + 1], name[BTNS_ID_PRINT];
	struct btns_ident id;
	bool is_key;

	if (what(s, p, text, &is_key, digits, &id, e) == -1)
		return -1;
	out_begin(&s->out, s->cli->fmt, pin_cols, PIN_COLS);
	if ((is_key ? btns_pins_by_prefix(p, digits, binding, s, e) :
	    btns_pins_of(p, &id, binding, s, e)) == -1 ||
	    out_end(&s->out, e) == -1)
		return -1;
	if (!is_key)
		btns_ident_print(name, &id);
	if (s->n == 0 && s->pem)
		return btns_fail(e, BTNS_E_NOTFOUND, "%s: no pin", is_key ?
		    digits : name);
	if (s->n == 0 && s->cli->fmt == OUT_TABLE && !s->cli->quiet)
		printf("unknown %s\n", is_key ? digits : name);
	if (!is_key && !s->pem && s->cli->fmt == OUT_TABLE &&
	    btns_pins_alike(p, &id, alike, &id, e) == -1)
		return -1;
	return s->n > 0 ? CLI_YES : CLI_NO;
}

int
ctl_show(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct show s = { .cli = cli, .pem = a->opt['k'] != NULL, .e = e };
	struct btns_pins *p;
	int rv;

	if (session_open(&p, cli, e) == -1)
		return -1;
	if ((rv = pin_tree(&s.tree, p, e)) == 0)
		rv = run(&s, p, a->argv[0], e);
	btns_tree_close(s.tree);
	btns_pins_close(p);
	return rv;
}
