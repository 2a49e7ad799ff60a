/* Identities: printed and read again they are the same. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/err.h"
#include "../../lib/ident.h"
#include "fuzz.h"

/* As a file below pubkeys/ it must be one name, and a harmless one. */
static void
harmless(const struct btns_ident *id)
{
	const char *p;

	must(id->type < BTNS_ID__COUNT);
	must(memchr(id->value, '\0', sizeof(id->value)) != NULL);
	if (id->type == BTNS_ID_FP) {
		must(strspn(id->value, "0123456789abcdef") ==
		    strlen(id->value));
		must(strlen(id->value) == 64 || id->value[0] == '\0');
		return;
	}
	must(id->value[0] != '\0' && id->value[0] != '.');
	must(id->value[0] != '-');
	for (p = id->value; *p != '\0'; p++)
		must(*p > ' ' && *p < 0x7f && *p != '/' && *p != '\\');
}

static void
printed(const struct btns_ident *id)
{
	char text[BTNS_ID_PRINT + 8] = "pubkeys/";
	struct btns_ident again;
	struct btns_err e;

	if (id->value[0] == '\0')
		return;			/* fp/, whose key is still to come */
	btns_ident_print(text + 8, id);
	must(btns_ident_parse(&again, text + 8, &e) == 0);
	must(btns_ident_same(id, &again) && again.typed);
	must(btns_ident_parse(&again, text, &e) == 0);
	must(btns_ident_same(id, &again));
	must(btns_ident_make(&again, btns_idtype_name(id->type), id->value,
	    &e) == 0);
	must(btns_ident_same(id, &again));
}

static void
folded(const struct btns_ident *id)
{
	char once[BTNS_ID_MAX + 1], twice[BTNS_ID_MAX + 1], *p;
	struct btns_ident copy = *id;

	btns_ident_fold(once, id);
	if (id->value[0] == '\0')
		return;			/* fp/ */
	must(once[0] != '\0' && strlen(once) <= strlen(id->value) + 8);
	(void)snprintf(copy.value, sizeof(copy.value), "%s", once);
	btns_ident_fold(twice, &copy);
	must(strcmp(once, twice) == 0);
	/* Case never parts look-alikes. */
	copy = *id;
	for (p = copy.value; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	btns_ident_fold(twice, &copy);
	must(strcmp(once, twice) == 0);
	/* Nor does a type written out. */
	if (strchr(id->value, ':') == NULL)
		copy.type = BTNS_ID_FQDN;
	btns_ident_fold(twice, &copy);
	must(strcmp(once, twice) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct btns_ident id;
	struct btns_err e;
	char *s = malloc(n + 1);

	must(s != NULL);
	memcpy(s, p, n);
	s[n] = '\0';
	if (btns_ident_parse(&id, s, &e) == 0) {
		harmless(&id);
		(void)btns_ident_odd(&id);
		printed(&id);
		folded(&id);
	} else
		must(e.code == BTNS_E_USAGE && e.msg[0] != '\0');
	free(s);
	return 0;
}
