#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ask.h"
#include "vouch_priv.h"

static void
two_lines(const char *hex)
{
	char groups[64], text[80];
	int i;

	for (i = 0; i < 2; i++) {
		hex_groups(groups, sizeof(groups), hex + 32 * i, 32);
		(void)snprintf(text, sizeof(text), "    %s\n", groups);
		ask_say(text);
	}
}

static void
say_state(const struct vouch *p)
{
	char fp[FP_SHORT], since[TIME_TEXT], text[1024], age[24];

	if (p->view.live && p->view.facts.state != TRUST_ACCEPTED) {
		fp_short(fp, &p->view.live_fp);
		time_text(since, p->view.live_since);
		(void)snprintf(text, sizeof(text), "%s: REPLACES the %s %s"
		    " since %.10s\n", p->name, strcmp(p->view.live_state,
		    "pinned") == 0 ? "pin" : "accepted key", fp, since);
	} else if (p->view.live) {
		time_age(age, time(NULL), p->view.live_since);
		(void)snprintf(text, sizeof(text), "%s: accepted %s ago, not"
		    " compared yet\n", p->name, age);
	} else
		(void)snprintf(text, sizeof(text), "%s: no pin yet%s\n",
		    p->name, p->view.facts.past ? ", but it had a key before"
		    : p->view.learned > 1 ? ", and several keys learned" :
		    "");
	ask_say(text);
}

void
vouch_intro(const struct vouch *p, enum trust_evidence need)
{
	char hex[BTNS_FP_HEX], file[512], text[1024];

	say_state(p);
	if (!p->chosen)
		return;
	out_escape(file, sizeof(file), p->file == NULL ? "" : p->file);
	(void)snprintf(text, sizeof(text), "%s %s%s\n", p->key_name,
	    p->file == NULL ? "as it was learned" : "from ", file);
	ask_say(text);
	if (p->view.elsewhere[0] != '\0') {
		(void)snprintf(text, sizeof(text), "    the same key is pinned"
		    " for %s\n", p->view.elsewhere);
		ask_say(text);
	}
	if (need == TRUST_PROOF)
		return;			/* they read, we compare */
	btns_fp_hex(hex, &p->view.fp);
	two_lines(hex);
}

static const char *
file_word(char *out, size_t size, const struct vouch *p)
{
	if (strcmp(p->file, "-") == 0 || !sh_word(out, size, p->file))
		return "FILE";
	return out;
}

/* The command that replaces: of the program that is running. */
static void
how_to_replace(const struct vouch *p, const char *live)
{
	char id[1024], file[4200], store[AGAIN];

	(void)again_store(store, p->cli);
	if (!sh_word(id, sizeof(id), p->a->argv[0]))
		return;
	if (p->file == NULL)
		fprintf(stderr, "    btnsctl promote%s -R %.8s -F - %s\n",
		    store, live, id);
	else
		fprintf(stderr, "    btnskey pin%s -R %.8s %s %s\n", store,
		    live, id, file_word(file, sizeof(file), p));
}

/* The key that accept-new let in was not the one they read out. */
static void
wrong_accepted(const struct vouch *p)
{
	char live[FP_SHORT], given[FP_SHORT], age[24];

	fp_short(live, &p->view.live_fp);
	fp_short(given, &p->view.fp);
	time_age(age, time(NULL), p->view.live_since);
	fprintf(stderr, "! %s: the key accepted first is NOT the one you"
	    " gave: %sANOTHER KEY%s\n    accepted %s%s%s, in the tree for %s\n"
	    "    given    %s\n    nothing was changed; to put it right, and"
	    " end its SA:\n", p->name, out_red(stderr), out_plain(stderr), live,
	    p->view.live_address[0] == '\0' ? "" : " from ",
	    p->view.live_address, age, given);
	how_to_replace(p, live);
}

/* The alarm of a changed key: what is pinned, what was offered, what now. */
static void
other_key(const struct vouch *p)
{
	char live[FP_SHORT], offered[FP_SHORT], since[TIME_TEXT];
	char seen[TIME_TEXT], hex[BTNS_FP_HEX], store[AGAIN];

	fp_short(live, &p->view.live_fp);
	fp_short(offered, &p->view.fp);
	btns_fp_hex(hex, &p->view.fp);
	time_text(since, p->view.live_since);
	time_text(seen, p->view.live_seen);
	fprintf(stderr, "%s: %s: already %s, to %sANOTHER KEY%s\n"
	    "    %-8s %s since %.10s, by %s%s%s%s", p->cli->prog, p->name,
	    p->view.live_state, out_red(stderr), out_plain(stderr),
	    p->view.live_state, live, since,
	    p->view.live_login, p->view.live_evidence[0] == '\0' ? "" :
	    " (", p->view.live_evidence,
	    p->view.live_evidence[0] == '\0' ? "" : ")");
	if (p->view.live_seen != 0)
		fprintf(stderr, "\n    last seen %.10s", seen);
	fprintf(stderr, "\n    offered  %s %s, ", offered, p->key_name);
	out_text(stderr, p->file == NULL ? "learned" : p->file);
	fprintf(stderr, "\nNothing was changed.  Someone may stand in its"
	    " place.  Ask its administrator\nover another channel.  If the"
	    " new key is real, name the one it replaces:\n");
	how_to_replace(p, live);
	fprintf(stderr, "If it is not:\nbtnsctl revoke%s %s\n",
	    again_store(store, p->cli), hex);
}

static int
revoked(const struct vouch *p, struct btns_err *e)
{
	char fp[FP_SHORT], when[TIME_TEXT];

	fp_short(fp, &p->view.fp);
	time_text(when, p->view.revoked_at);
	return btns_fail(e, BTNS_E_REFUSED, "%s: %s was REVOKED %s by %s%s%s;"
	    " nothing was changed", p->name, fp, when, p->view.revoked_login,
	    p->view.revoked_why[0] == '\0' ? "" : ": ",
	    p->view.revoked_why);
}

static int
too_little(const struct vouch *p, struct btns_err *e)
{
	const char *why = "an identity that had a key before";

	if (p->view.facts.rejected)
		why = "a key that was rejected";
	else if (p->view.live && p->view.facts.state != TRUST_ACCEPTED)
		why = "replacing a key";
	else if (p->view.facts.elsewhere && !p->view.facts.past)
		return btns_fail(e, BTNS_E_REFUSED, "%s: -y is not enough;"
		    " the key is %s's too, and that takes -F", p->name,
		    p->view.elsewhere);
	else if (!p->view.facts.past && p->view.learned > 0)
		why = "one of several keys";
	return btns_fail(e, BTNS_E_REFUSED, "%s: -y is not enough; %s takes"
	    " -F and its fingerprint", p->name, why);
}

int
vouch_refuse(const struct vouch *p, const struct trust_verdict *v,
    struct btns_err *e)
{
	char fp[FP_SHORT];

	fp_short(fp, p->view.live ? &p->view.live_fp : &p->view.was_fp);
	switch (v->reason) {
	case TRUST_NO_NAME:
		if (p->file == NULL && p->view.facts.state ==
		    TRUST_ACCEPTED_OTHER)
			wrong_accepted(p);
		else
			other_key(p);
		return CLI_NO;
	case TRUST_NO_MISNAMED:
		return btns_fail(e, BTNS_E_REFUSED, "%s: %s to %s, not to"
		    " -R %s; nothing was changed", p->name,
		    p->view.live_state, fp, p->replaces);
	case TRUST_NO_ALIKE:
		return btns_fail(e, BTNS_E_REFUSED, "%s: looks like %s; if"
		    " both are meant, write the type out: %s %s %s ...",
		    p->name, p->view.alike, p->cli->prog,
		    p->cli->cmd->name, p->name);
	case TRUST_NO_REVOKED:
		return revoked(p, e);
	case TRUST_ASK:
		return too_little(p, e);
	default:
		return btns_fail(e, BTNS_E_REFUSED, "%s: %s; nothing was"
		    " changed", p->name, trust_reason_text(v->reason));
	}
}

static void
say_done(const struct vouch *p, const struct trust_verdict *v)
{
	char fp[FP_SHORT], old[FP_SHORT];

	fp_short(fp, &p->view.fp);
	fp_short(old, &p->view.live_fp);
	if (v->effect == TRUST_REPLACE)
		printf("replaced %s %s -> %s\n", p->name, old, fp);
	else if (v->effect == TRUST_NONE)
		printf("already pinned %s %s (%s)\n", p->name, fp,
		    p->view.live_evidence);
	else
		printf("pinned %s %s (%s)\n", p->name, fp,
		    p->order.given.evidence == TRUST_PROOF ? "fingerprint" :
		    "operator");
}

int
vouch_report(struct vouch *p, const struct trust_verdict *v,
    struct btns_err *e)
{
	char store[AGAIN], old[FP_SHORT];
	bool say = !p->cli->quiet && p->cli->fmt == OUT_TABLE;
	int rv = CLI_YES;

	if (say)
		say_done(p, v);
	if (p->a->opt['N'] == NULL)
		rv = changes_decided(p->cli, p->store, &p->id, 1, 0,
		    "pinned in the store, but not in iked's tree", e);
	/* Not before: who reads our stderr may be gone, and we by SIGPIPE. */
	if (p->key.type == BTNS_RSA && p->key.bits > BTNS_RSA_IKED_BITS)
		fprintf(stderr, "%s: %s: RSA %u; OpenIKED 7.2 was seen to"
		    " work up to %d bits\n", p->cli->prog, p->name,
		    p->key.bits, BTNS_RSA_IKED_BITS);
	if (btns_ident_odd(&p->id) != NULL)
		fprintf(stderr, "%s: %s: %s\n", p->cli->prog, p->name,
		    btns_ident_odd(&p->id));
	if (rv != CLI_YES || !say)
		return rv;
	/* Who was asked has seen it. */
	if (p->a->opt['y'] != NULL && p->view.elsewhere[0] != '\0')
		fprintf(stderr, "%s: %s: the same key is pinned for %s\n",
		    p->cli->prog, p->name, p->view.elsewhere);
	(void)again_store(store, p->cli);
	fp_short(old, &p->view.live_fp);
	if (v->effect == TRUST_REPLACE)
		printf("If the old key may have leaked: btnsctl revoke%s"
		    " %.16s\n", store, old);
	else if (v->effect == TRUST_BIND && p->a->opt['y'] != NULL)
		printf("not compared yet; on the phone: btnsctl promote%s -F"
		    " - %s\n", store, p->name);
	return CLI_YES;
}
