#include <sys/stat.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/fp.h"
#include "../ask.h"
#include "../session.h"
#include "btnskey.h"

struct pin {
	struct cli	*cli;
	const struct cli_args *a;
	struct btns_pins *store;
	struct btns_ident id;
	char		 name[BTNS_ID_PRINT];	/* the identity, printed */
	char		 key_name[BTNS_KEY_NAME_MAX];
	const char	*file;
	struct btns_key	 key;
	struct btns_order order;
	struct btns_view view;
	char		 replaces[2 * BTNS_FP_LEN + 1];
};

/* What was heard agrees with too little, or not at all: say which. */
static void
judge_short(char *out, size_t size, const char *heard, const char *hex,
    const char *reason)
{
	char digits[2 * BTNS_FP_LEN + 1];

	if (hex_digits(digits, heard) &&
	    strncmp(digits, hex, strlen(digits)) == 0)
		(void)snprintf(out, size, "%zu digits agree; %d are the least"
		    " that proves anything", strlen(digits),
		    BTNS_PROOF_DIGITS);
	else
		(void)snprintf(out, size, "%.200s", reason);
}

enum judged { JUDGED_PROOF, JUDGED_AGAIN, JUDGED_NO };

/* A fingerprint that was typed or given by -F. */
static int
judge(enum judged *j, struct pin *p, const char *heard, char *why,
    size_t size, struct btns_err *e)
{
	char hex[BTNS_FP_HEX];
	struct btns_heard h;
	struct btns_verdict v;

	*j = JUDGED_AGAIN;
	btns_fp_hex(hex, &p->view.fp);
	if (btns_heard_parse(&h, heard, e) == -1) {
		judge_short(why, size, heard, hex, e->msg);
		return 0;
	}
	if (btns_heard_match(&v, &h, &p->key, e) == -1)
		return -1;
	if (v.what == BTNS_MATCH) {
		*j = JUDGED_PROOF;
		p->order.given.evidence = TRUST_PROOF;
		p->order.digits = v.digits;
	} else if (v.what == BTNS_MATCH_CKAID)
		(void)snprintf(why, size, "a CKAID leaves out the exponent"
		    " and proves nothing");
	else if (v.group != 0)
		(void)snprintf(why, size, "group %u is not %s, the other %u"
		    " agree; ask for group %u again", v.group,
		    v.heard_group, v.groups - 1, v.group);
	else {
		*j = JUDGED_NO;
		(void)snprintf(why, size, "no match: that is the fingerprint"
		    " of another key");
	}
	return 0;
}

static void
intro(const struct pin *p, enum trust_evidence need)
{
	char hex[BTNS_FP_HEX], groups[64], fp[FP_SHORT], file[512];
	char since[TIME_TEXT];
	char text[2048];

	out_escape(file, sizeof(file), p->file);
	btns_fp_hex(hex, &p->view.fp);
	if (p->view.live) {
		fp_short(fp, &p->view.live_fp);
		time_text(since, p->view.live_since);
		(void)snprintf(text, sizeof(text), "%s: REPLACES the pin %s"
		    " since %.10s\n%s from %s\n", p->name, fp, since,
		    p->key_name, file);
		ask_say(text);
		return;
	}
	(void)snprintf(text, sizeof(text), "%s: no pin yet%s\n%s from %s\n",
	    p->name, p->view.facts.state == TRUST_BLANK ? "" :
	    ", but it had a key before", p->key_name, file);
	ask_say(text);
	if (p->view.elsewhere[0] != '\0') {
		(void)snprintf(text, sizeof(text), "    the same key is pinned"
		    " for %s\n", p->view.elsewhere);
		ask_say(text);
	}
	if (need == TRUST_PROOF)
		return;			/* they read, we compare */
	key_groups(groups, sizeof(groups), hex, 32);
	(void)snprintf(text, sizeof(text), "    %s\n", groups);
	ask_say(text);
	key_groups(groups, sizeof(groups), hex + 32, 32);
	(void)snprintf(text, sizeof(text), "    %s\n", groups);
	ask_say(text);
}

/* Ask until there is an answer; the end of input is one: no. */
static int
ask(struct pin *p, enum trust_evidence need, struct btns_err *e)
{
	const char *prompt = need == TRUST_PROOF ?
	    "What do they read (no/[fingerprint])? " :
	    "Do they read the same (yes/no/[fingerprint])? ";
	char line[2 * BTNS_ENC_MAX], why[256], text[300];
	enum judged j;
	int rv;

	intro(p, need);
	for (;;) {
		if ((rv = ask_line(line, sizeof(line), prompt, e)) == -1)
			return -1;
		if (rv == 0 || strcmp(line, "no") == 0)
			return btns_fail(e, BTNS_E_REFUSED,
			    "nothing was changed");
		if (line[0] == '\0')
			continue;
		if (strcmp(line, "yes") != 0 && strlen(line) < 22 &&
		    strpbrk(line, "0123456789") == NULL)
			(void)snprintf(why, sizeof(why), "%s in full, or the"
			    " fingerprint that they read", need ==
			    TRUST_PROOF ? "no" : "yes or no");
		else if (strcmp(line, "yes") == 0) {
			if (need != TRUST_PROOF) {
				p->order.given.evidence = TRUST_OPERATOR;
				return 0;
			}
			(void)snprintf(why, sizeof(why), "yes is not enough"
			    " to %s", p->view.live ? "replace a pin" :
			    "pin this key");
		} else {
			if (judge(&j, p, line, why, sizeof(why), e) == -1)
				return -1;
			if (j == JUDGED_PROOF)
				return 0;
			if (j == JUDGED_NO)
				return btns_fail(e, BTNS_E_REFUSED,
				    "%s; nothing was changed", why);
		}
		(void)snprintf(text, sizeof(text), "btnskey: %s\n", why);
		ask_say(text);
	}
}

/* -F: proof, or a definite no. */
static int
heard(struct pin *p, struct btns_err *e)
{
	char line[2 * BTNS_ENC_MAX], why[256];
	const char *text;
	struct btns_heard h;
	enum judged j;

	if ((text = ask_heard(p->a->opt['F'], line, sizeof(line),
	    e)) == NULL || btns_heard_parse(&h, text, e) == -1)
		return -1;
	if (judge(&j, p, text, why, sizeof(why), e) == -1)
		return -1;
	return j == JUDGED_PROOF ? 0 : btns_fail(e, BTNS_E_REFUSED,
	    "%s: %s; nothing was changed", p->name, why);
}

static const char *
file_word(char *out, size_t size, const struct pin *p)
{
	if (strcmp(p->file, "-") == 0 || !sh_word(out, size, p->file))
		return "FILE";
	return out;
}

/* The alarm of a changed key: what is pinned, what was offered, what now. */
static void
other_key(const struct pin *p)
{
	char pinned[FP_SHORT], offered[FP_SHORT], since[TIME_TEXT];
	char id[1024], file[4200], store[AGAIN];

	fp_short(pinned, &p->view.live_fp);
	fp_short(offered, &p->view.fp);
	time_text(since, p->view.live_since);
	fprintf(stderr, "btnskey: %s: already pinned, to ANOTHER KEY\n"
	    "    pinned   %s since %.10s, by %s (%s)\n"
	    "    offered  %s %s, ", p->name, pinned, since,
	    p->view.live_login, p->view.live_evidence, offered, p->key_name);
	out_text(stderr, p->file);
	fprintf(stderr, "\nNothing was changed.  Someone may stand in its"
	    " place.  Ask its administrator\nover another channel.  If the"
	    " new key is real, name the one it replaces:\n");
	(void)again_store(store, p->cli);
	if (sh_word(id, sizeof(id), p->a->argv[0]))
		fprintf(stderr, "    btnskey pin%s -R %.8s %s %s\n", store,
		    pinned, id, file_word(file, sizeof(file), p));
}

static int
refuse(const struct pin *p, const struct trust_verdict *v,
    struct btns_err *e)
{
	char fp[FP_SHORT];

	switch (v->reason) {
	case TRUST_NO_NAME:
		other_key(p);
		return CLI_NO;
	case TRUST_NO_MISNAMED:
		fp_short(fp, &p->view.live_fp);
		return btns_fail(e, BTNS_E_REFUSED, "%s: pinned to %s, not to"
		    " -R %s; nothing was changed", p->name, fp, p->replaces);
	case TRUST_NO_ALIKE:
		return btns_fail(e, BTNS_E_REFUSED, "%s: looks like %s; if"
		    " both are meant, write the type out: btnskey pin %s ...",
		    p->name, p->view.alike, p->name);
	case TRUST_ASK:
		if (!p->view.live && p->view.facts.state == TRUST_BLANK)
			return btns_fail(e, BTNS_E_REFUSED, "%s: -y is not"
			    " enough; the key is %s's too, and that takes"
			    " -F", p->name, p->view.elsewhere);
		return btns_fail(e, BTNS_E_REFUSED, "%s: -y is not enough; %s"
		    " takes -F and its fingerprint", p->name, p->view.live ?
		    "replacing a pin" : "an identity that had a key before");
	default:
		return btns_fail(e, BTNS_E_REFUSED, "%s: %s; nothing was"
		    " changed", p->name, trust_reason_text(v->reason));
	}
}

static int
report(struct pin *p, const struct trust_verdict *v, struct btns_err *e)
{
	char fp[FP_SHORT], old[FP_SHORT], file[4200], store[AGAIN];
	const char *how = p->order.given.evidence == TRUST_PROOF ?
	    "fingerprint" : "operator";
	int rv = CLI_YES;

	fp_short(fp, &p->view.fp);
	fp_short(old, &p->view.live_fp);
	if (p->cli->quiet)
		;			/* alarms and trouble only */
	else if (v->effect == TRUST_REPLACE)
		printf("replaced %s %s -> %s\n", p->name, old, fp);
	else if (v->effect == TRUST_NONE)
		printf("already pinned %s %s (%s)\n", p->name, fp,
		    p->view.live_evidence);
	else
		printf("pinned %s %s (%s)\n", p->name, fp, how);
	if (p->a->opt['N'] == NULL)
		rv = changes_decided(p->cli, p->store, &p->id,
		    "pinned in the store, but not in iked's tree", e);
	/* Not before: who reads our stderr may be gone, and we by SIGPIPE. */
	if (p->key.type == BTNS_RSA && p->key.bits > BTNS_RSA_IKED_BITS)
		fprintf(stderr, "btnskey: %s: RSA %u; OpenIKED 7.2 was seen to"
		    " work up to %d bits\n", p->name, p->key.bits,
		    BTNS_RSA_IKED_BITS);
	if (btns_ident_odd(&p->id) != NULL)
		fprintf(stderr, "btnskey: %s: %s\n", p->name,
		    btns_ident_odd(&p->id));
	if (rv != CLI_YES)
		return rv;
	if (v->effect == TRUST_BIND &&
	    p->order.given.evidence == TRUST_OPERATOR &&
	    p->a->opt['y'] != NULL && !p->cli->quiet) {
		(void)again_store(store, p->cli);
		printf("not compared yet; on the phone:\n"
		    "    btnskey pin%s -F - %s %s\n", store, p->name,
		    file_word(file, sizeof(file), p));
	}
	return CLI_YES;
}

static int
decide(struct pin *p, struct btns_err *e)
{
	struct btns_view shown;
	struct trust_verdict v;

	if (btns_pins_try(p->store, TRUST_PIN, &p->id, &p->key, &p->order, &v,
	    &p->view, e) == -1)
		return -1;
	shown = p->view;
	if (p->a->opt['F'] != NULL) {
		if (v.reason == TRUST_OK || v.reason == TRUST_ASK)
			if (heard(p, e) == -1)
				return -1;
	} else if (p->a->opt['y'] != NULL)
		p->order.given.evidence = TRUST_OPERATOR;
	else if (v.reason == TRUST_ASK) {
		if (!ask_can())
			return cli_usage(e, "no terminal to ask at: give -F"
			    " fingerprint%s", v.need == TRUST_PROOF ? "" :
			    ", or -y to pin uncompared");
		if (ask(p, v.need, e) == -1)
			return -1;
	}
	if (btns_pins_do(p->store, TRUST_PIN, &p->id, &p->key, &p->order,
	    &shown, &v, &p->view, e) == -1)
		return -1;
	return v.reason == TRUST_OK ? report(p, &v, e) : refuse(p, &v, e);
}

/* pin with one operand: the identity, whose key was to be learned. */
static int
no_file(const struct pin *p, struct btns_err *e)
{
	const char *word = p->a->argv[0];
	struct stat st;

	if (stat(word, &st) == 0 && S_ISREG(st.st_mode))
		return cli_usage(e, "%s: nothing learned; %s is a file here,"
		    " so: btnskey pin IDENTITY %s", p->name, word, word);
	if (p->a->opt['y'] != NULL)
		return cli_usage(e, "-y without a file: there is nothing that"
		    " anybody could have compared");
	return btns_fail(e, BTNS_E_NOTFOUND, "%s: no key learned; name its"
	    " file: btnskey pin %s FILE", p->name, p->name);
}

static void
private_key(const char *file)
{
	fprintf(stderr, "btnskey: ");
	out_text(stderr, file);
	fprintf(stderr, ": WARNING: a PRIVATE key; whoever sent it gave its"
	    " secret away\n");
}

static bool
swapped(const struct cli_args *a)
{
	struct stat st;

	return stat(a->argv[0], &st) == 0 && S_ISREG(st.st_mode) &&
	    strcmp(a->argv[1], "-") != 0 && stat(a->argv[1], &st) == -1;
}

static int
options(struct pin *p, struct btns_err *e)
{
	const struct cli_args *a = p->a;

	if (a->opt['F'] != NULL && a->opt['y'] != NULL)
		return cli_usage(e, "-F and -y: one or the other");
	if (a->opt['R'] != NULL && !hex_digits(p->replaces, a->opt['R']))
		return cli_usage(e, "-R %s: not 8 to 64 digits of a"
		    " fingerprint", a->opt['R']);
	if (a->opt['F'] != NULL && a->argc == 2 &&
	    strcmp(a->opt['F'], "-") == 0 && strcmp(a->argv[1], "-") == 0 &&
	    !isatty(STDIN_FILENO))
		return cli_usage(e, "-F - and the key both from standard"
		    " input");
	if (a->opt['c'] != NULL && btns_comment_check(a->opt['c'], e) == -1)
		return -1;
	p->order.replaces = a->opt['R'] == NULL ? NULL : p->replaces;
	p->order.comment = a->opt['c'];
	p->order.given.force = a->opt['f'] != NULL;
	p->order.given.typed = p->id.typed;
	return 0;
}

int
key_pin(struct cli *cli, const struct cli_args *a, struct btns_err *e)
{
	struct pin p = { .cli = cli, .a = a };
	bool private;
	int rv;

	if (btns_ident_parse(&p.id, a->argv[0], e) == -1)
		return -1;
	btns_ident_print(p.name, &p.id);
	if (options(&p, e) == -1)
		return -1;
	if (a->argc == 1)
		return no_file(&p, e);
	p.file = a->argv[1];
	if (swapped(a))
		return cli_usage(e, "%s is a file here, %s is none: the"
		    " identity comes first", a->argv[0], a->argv[1]);
	if (key_file(&p.key, &private, p.file, e) == -1)
		return -1;
	if (private)
		private_key(p.file);
	btns_key_name(p.key_name, &p.key);
	if (session_open(&p.store, cli, e) == -1)
		return -1;
	rv = decide(&p, e);
	btns_pins_close(p.store);
	return rv;
}
