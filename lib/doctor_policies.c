/* Who gets in by iked.conf, with a pin, without one, and beside one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor_priv.h"
#include "selfid.h"

#define AT	(PATH_MAX + 16)

static void
place(char at[AT], const struct doctor *d, const struct ikedconf_policy *y)
{
	doctor_place(at, AT, d, y->file, y->line);
}

/* --- a pin for a policy that names nobody */

struct guess {
	const char	*name;		/* of the policy */
	char		 value[BTNS_ID_MAX + 1];
};

static int
guess_pin(const struct btns_pin *pin, void *arg)
{
	struct guess *g = arg;
	size_t n = strlen(g->name);

	if (!pin->live || pin->ident.type == BTNS_ID_FP ||
	    strncmp(pin->ident.value, g->name, n) != 0 ||
	    strchr(".@", pin->ident.value[n]) == NULL)
		return 0;
	(void)snprintf(g->value, sizeof(g->value), "%s", pin->ident.value);
	return 1;
}

static int
check_no_dstid(struct doctor *d, struct btns_err *e)
{
	struct doctor_fix fix = { "dstid", NULL, NULL };
	struct guess g;
	char at[AT];
	size_t i;

	for (i = 0; i < d->conf.n; i++) {
		const struct ikedconf_policy *y = &d->conf.policy[i];

		if (y->dstid.raw != NULL || !ikedconf_by_key(y))
			continue;
		g = (struct guess){ .name = y->name };
		if (d->how->pins != NULL && btns_pins_each(d->how->pins,
		    guess_pin, &g, e) == -1)
			return -1;
		fix.arg = g.value[0] == '\0' ? "NAME" : g.value;
		place(at, d, y);
		doctor_say(d, at, &fix, "policy \"%s\" has no dstid: any"
		    " pinned peer may use it", y->name);
	}
	return 0;
}

/* OpenIKED 7.2 takes / and .. in a peer's ID. */
static int
check_any_name(struct doctor *d, struct btns_err *e)
{
	char at[AT];
	size_t i;

	(void)e;
	for (i = 0; i < d->conf.n; i++) {
		const struct ikedconf_policy *y = &d->conf.policy[i];

		if (y->dstid.raw != NULL || !ikedconf_by_key(y))
			continue;
		place(at, d, y);
		doctor_say(d, at, NULL, "without a dstid a peer's name may"
		    " hold ../: to iked any file of a key is a pin");
		break;
	}
	return 0;
}

/* --- pins and policies that don't meet */

struct has {
	bool	live;
};

static int
has_live(const struct btns_pin *pin, void *arg)
{
	struct has *h = arg;

	h->live = h->live || pin->live;
	return 0;
}

/* 1, 0, or -1. */
static int
pinned(struct doctor *d, const struct btns_ident *id, struct btns_err *e)
{
	struct has h = { false };
	char path[BTNS_TREE_PATH];
	struct stat st;

	if (d->how->pins != NULL)
		return btns_pins_of(d->how->pins, id, has_live, &h, e) == -1 ?
		    -1 : h.live;
	btns_ident_print(path, id);
	return d->tree == NULL ? 1 :
	    btns_tree_look(d->tree, path, &st, NULL, NULL, e);
}

static int
check_no_pin(struct doctor *d, struct btns_err *e)
{
	char at[AT], name[BTNS_ID_PRINT];
	struct doctor_fix fix = { "btnskey pin", name, " FILE" };
	size_t i;
	int rv;

	for (i = 0; i < d->conf.n; i++) {
		const struct ikedconf_policy *y = &d->conf.policy[i];

		if (y->dstid.raw == NULL || !y->dstid.pinnable ||
		    !ikedconf_by_key(y))
			continue;
		if ((rv = pinned(d, &y->dstid.ident, e)) == -1)
			return -1;
		if (rv == 1)
			continue;
		place(at, d, y);
		btns_ident_print(name, &y->dstid.ident);
		doctor_say(d, at, &fix, "policy \"%s\" is for %s, which has"
		    " no pin", y->name, name);
	}
	return 0;
}

static int
check_no_pin_ever(struct doctor *d, struct btns_err *e)
{
	char at[AT];
	size_t i;

	(void)e;
	for (i = 0; i < d->conf.n; i++) {
		const struct ikedconf_policy *y = &d->conf.policy[i];

		if (y->dstid.raw == NULL || y->dstid.pinnable ||
		    !ikedconf_by_key(y))
			continue;
		place(at, d, y);
		doctor_say(d, at, NULL, "policy \"%s\": no pin can be of"
		    " dstid \"%s\"", y->name, y->dstid.raw);
	}
	return 0;
}

static int
unused(const struct btns_pin *pin, void *arg)
{
	struct doctor *d = arg;
	char name[BTNS_ID_PRINT];
	size_t i;

	if (!pin->live || pin->ident.type == BTNS_ID_FP)
		return 0;
	for (i = 0; i < d->conf.n; i++)
		if (d->conf.policy[i].dstid.pinnable && btns_ident_same(
		    &d->conf.policy[i].dstid.ident, &pin->ident))
			return 0;
	btns_ident_print(name, &pin->ident);
	doctor_say(d, name, &(struct doctor_fix){ "dstid", pin->ident.value,
	    NULL }, "no policy has it as its dstid: the peer is refused");
	return 0;
}

static int
check_unused(struct doctor *d, struct btns_err *e)
{
	size_t i;

	for (i = 0; i < d->conf.n; i++)
		if (d->conf.policy[i].dstid.raw == NULL)
			return 0;	/* it is for all of them */
	return d->conf.n == 0 || d->conf.nwrong > 0 || d->how->pins == NULL ?
	    0 : btns_pins_each(d->how->pins, unused, d, e);
}

/* --- ways in beside a pin */

static int
check_secrets(struct doctor *d, struct btns_err *e)
{
	char at[AT];
	size_t i;

	(void)e;
	for (i = 0; i < d->conf.n; i++) {
		const struct ikedconf_policy *y = &d->conf.policy[i];

		if (ikedconf_by_key(y))
			continue;
		place(at, d, y);
		doctor_say(d, at, NULL, "policy \"%s\" lets in who knows %s:"
		    " no pin counts there", y->name, y->auth == IKEDCONF_PSK ?
		    "its psk" : "a user's password (eap)");
	}
	return 0;
}

/* --- what the other side needs */

static int
say_self(const struct btns_ident *id, void *arg)
{
	struct doctor *d = arg;
	char name[BTNS_ID_PRINT];

	btns_ident_print(name, id);
	doctor_say(d, name, NULL, "this host's name: its peers need"
	    " pubkeys/%s", name);
	return 0;
}

#define SELVES	16

struct selves {
	struct doctor	*d;
	struct btns_ident id[SELVES];
	unsigned	 n;
};

/* Many policies have the same one. */
static int
say_new(const struct btns_ident *id, void *arg)
{
	struct selves *s = arg;
	unsigned i;

	for (i = 0; i < s->n; i++)
		if (btns_ident_same(id, &s->id[i]))
			return 0;
	if (s->n == SELVES)
		return 0;
	s->id[s->n++] = *id;
	return say_self(id, s->d);
}

static int
check_self(struct doctor *d, struct btns_err *e)
{
	struct selves s = { .d = d };

	if (!d->have_conf && d->conf_why.code != BTNS_E_NOTFOUND)
		return 0;		/* who knows? */
	return btns_selfid_each(d->how->iked, say_new, &s, e);
}

const struct doctor_check doctor_policies[] = {
	{ "no-dstid", DOCTOR_WARNING, check_no_dstid },
	{ "any-name", DOCTOR_NOTE, check_any_name },
	{ "no-pin", DOCTOR_WARNING, check_no_pin },
	{ "never-pinned", DOCTOR_NOTE, check_no_pin_ever },
	{ "unused", DOCTOR_NOTE, check_unused },
	{ "secret", DOCTOR_WARNING, check_secrets },
	{ "srcid", DOCTOR_NOTE, check_self },
	{ NULL, DOCTOR_NOTE, NULL }
};
