#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "hash.h"
#include "ikedconf.h"
#include "pins.h"
#include "redirect_priv.h"

#define WAIT_MS	10000
#define OUTPUT	4096

/* --- nft(8) */

int
nft_ask(const char *const argv[], char *buf, size_t size, struct btns_err *e)
{
	int status;

	if (btns_child_run(&status, NFT, argv, buf, size, WAIT_MS, e) == -1)
		return -1;
	if (status == 0)
		return 1;
	/* No such table, or a kernel that knows of none. */
	if (strstr(buf, "No such file or directory") != NULL ||
	    strstr(buf, "not supported") != NULL)
		return 0;
	buf[strcspn(buf, "\n")] = '\0';
	return btns_fail(e, BTNS_E_SYS, "nft: %.300s", buf[0] != '\0' ? buf :
	    status == -1 ? "it was killed" :
	    "it failed, and does not say why");
}

void
nft_say(struct nft *s, const char *fmt, ...)
{
	size_t room = sizeof(s->text) - s->n;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(s->text + s->n, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room)
		s->full = true;
	else
		s->n += (size_t)n;
}

int
nft_run(const struct nft *s, struct btns_err *e)
{
	const char *const argv[] = { NFT, s->text, NULL };
	char out[OUTPUT];

	if (s->full)
		return btns_fail(e, BTNS_E_INTERNAL, "nft: too many words");
	return nft_ask(argv, out, sizeof(out), e);
}

/* --- the rules */

int
btns_redirect_tag(uint8_t tag[IKE_TAG_LEN], const struct btns_pins *p,
    struct btns_err *e)
{
	uint8_t digest[BTNS_HASH_MAX];
	char text[128];
	int n = snprintf(text, sizeof(text), "btns redirect %s",
	    btns_pins_id(p));

	if (btns_hash(digest, BTNS_SHA256, text, (size_t)n, e) == -1)
		return -1;
	memcpy(tag, digest, IKE_TAG_LEN);
	return 0;
}

/*
 * Behind the host's own filter, and before its conntrack on the way back:
 * both see port 500.  @th counts bits from UDP's header on; RFC 7296 3.1:
 * exchange 34 or 35, flag I without R, message 0, and the responder's SPI.
 */
static void
rules(struct nft *s, const struct btns_redirect_to *to, const uint8_t *tag)
{
	const char *ip = to->v6 ? "ip6" : "ip";
	char at[BTNS_UDP_NAME + 16] = "", from[BTNS_UDP_NAME + 16] = "";

	if (to->address[0] != '\0') {
		(void)snprintf(at, sizeof(at), "%s daddr %s", ip,
		    to->address);
		(void)snprintf(from, sizeof(from), "%s saddr %s", ip,
		    to->address);
	}
	nft_say(s, "add rule " NFT_TABLE " in meta nfproto %s %s"
	    " udp dport 500 @th,208,8 35 @th,128,32 0x%02x%02x%02x%02x"
	    " udp dport set %u accept\n", to->v6 ? "ipv6" : "ipv4", at,
	    tag[0], tag[1], tag[2], tag[3], to->port);
	nft_say(s, "add rule " NFT_TABLE " in %s %s saddr != @pass%c"
	    " udp dport 500 @th,208,8 34 @th,216,8 & 0x28 == 0x08"
	    " @th,224,32 0 udp dport set %u accept\n", at, ip,
	    to->v6 ? '6' : '4', to->port);
	nft_say(s, "add rule " NFT_TABLE " out meta nfproto %s %s"
	    " udp sport %u udp sport set 500\n", to->v6 ? "ipv6" : "ipv4",
	    from, to->port);
}

/* The set is there that no other table of this name would have. */
static int
is_ours(struct btns_err *e)
{
	const char *const argv[] = { NFT, "-t", "list set " NFT_TABLE
	    " pass6", NULL };
	char out[OUTPUT];

	return nft_ask(argv, out, sizeof(out), e);
}

int
btns_redirect_on(const uint8_t tag[IKE_TAG_LEN],
    const struct btns_redirect_to *to, size_t n, struct btns_err *e)
{
	const char *const table[] = { NFT, "-t", "list table " NFT_TABLE,
	    NULL };
	char out[OUTPUT];
	struct nft *s;
	size_t i;
	int rv = is_ours(e);

	/* Too long a list is nobody's but another's. */
	if (rv == 0 && (rv = nft_ask(table, out, sizeof(out), e)) == 1)
		return btns_fail(e, BTNS_E_EXISTS, "nft: a table " NFT_TABLE
		    " is there already, and not of btnsctl's making");
	if (rv == -1)
		return -1;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	nft_say(s, "add table " NFT_TABLE "\ndelete table " NFT_TABLE "\n"
	    "add table " NFT_TABLE "\n");
	for (i = 4; i <= 6; i += 2)
		nft_say(s, "add set " NFT_TABLE " pass%zu { type ipv%zu_addr;"
		    " flags timeout; timeout %ds; size %d; }\n", i, i,
		    BTNS_PASS_TIME, BTNS_PASS_MAX);
	nft_say(s, "add chain " NFT_TABLE " in { type filter hook input"
	    " priority 100; }\nadd chain " NFT_TABLE " out { type filter hook"
	    " output priority -350; }\n");
	for (i = 0; i < n; i++)
		rules(s, &to[i], tag);
	rv = nft_run(s, e);
	free(s);
	return rv == 1 ? 0 : rv == -1 ? -1 : btns_fail(e, BTNS_E_SYS,
	    "nft: this kernel lacks what the rules need");
}

int
btns_redirect_off(struct btns_err *e)
{
	const char *const argv[] = { NFT, "delete table " NFT_TABLE, NULL };
	char out[OUTPUT];
	int rv = is_ours(e);

	return rv == 1 ? nft_ask(argv, out, sizeof(out), e) : rv;
}

int
btns_redirect_is_on(struct btns_err *e)
{
	return btns_child_has(NFT) ? is_ours(e) : 0;
}

/* proc(5): "sl local_address ...", then "0: 0100007F:01F5 ..." */
static int
is_heard(const char *table, unsigned port, struct btns_err *e)
{
	unsigned local;
	char line[512];
	FILE *fp;
	int rv = 0;

	if ((fp = fopen(table, "re")) == NULL)
		return errno == ENOENT ? 0 : btns_fail_sys(e, "%s", table);
	while (rv == 0 && fgets(line, sizeof(line), fp) != NULL)
		rv = sscanf(line, " %*u: %*[0-9A-Fa-f]:%x", &local) == 1 &&
		    local == port;
	(void)fclose(fp);
	return rv;
}

int
btns_redirect_unheard(unsigned *port, struct btns_err *e)
{
	static const char to[] = "udp dport set ";
	const char *const argv[] = { NFT, "list chain " NFT_TABLE " in", NULL };
	char *out, *p;
	int rv;

	if (!btns_child_has(NFT))
		return 0;
	if ((out = malloc(NFT_SCRIPT)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	rv = nft_ask(argv, out, NFT_SCRIPT, e);
	for (p = out; rv == 1 && (p = strstr(p, to)) != NULL;) {
		*port = (unsigned)strtoul(p += sizeof(to) - 1, NULL, 10);
		if ((rv = is_heard("/proc/net/udp", *port, e)) == 0)
			rv = is_heard("/proc/net/udp6", *port, e);
		if (rv != 1) {
			free(out);
			return rv == 0 ? 1 : -1;
		}
	}
	free(out);
	return rv == -1 ? -1 : 0;
}

/* --- may they be put in? */

static int
policies(const char *iked, struct btns_err *e)
{
	struct btns_err why;
	struct ikedconf c;
	char path[4200], at[4300];
	size_t i;
	int rv = 0;

	if (!ikedconf_path(path, sizeof(path), iked))
		return 0;
	if (ikedconf_read(&c, path, &why) == -1)
		rv = why.code == BTNS_E_NOTFOUND ? 0 : btns_fail(e,
		    BTNS_E_REFUSED, "%.300s: so it can't be said how peers"
		    " come in", why.msg);
	else if (c.nwrong > 0) {
		ikedconf_place(at, sizeof(at), path, c.wrong[0].file,
		    c.wrong[0].line);
		rv = btns_fail(e, BTNS_E_REFUSED, "%.300s: %.200s: so it"
		    " can't be said how peers come in", at, c.wrong[0].why);
	}
	for (i = 0; rv == 0 && i < c.n; i++) {
		const struct ikedconf_policy *p = &c.policy[i];

		if (p->skip || ikedconf_by_key(p))
			continue;
		ikedconf_place(at, sizeof(at), path, p->file, p->line);
		rv = btns_fail(e, BTNS_E_REFUSED, "%.300s: its peers come in"
		    " otherwise than by a raw key, and a listener would keep"
		    " them out", at);
	}
	ikedconf_free(&c);
	return rv;
}

/* Certificates let peers in that have no file of a key. */
static int
certificates(const char *iked, const char *sub, struct btns_err *e)
{
	char path[4200];
	const struct dirent *d;
	struct stat st;
	DIR *dir;
	int rv = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", iked, sub);
	if ((dir = opendir(path)) == NULL)
		return errno == ENOENT ? 0 : btns_fail_sys(e, "%s", path);
	while (rv == 0 && (d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.' && fstatat(dirfd(dir), d->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode))
			rv = btns_fail(e, BTNS_E_REFUSED, "%.200s/%.200s:"
			    " peers may come in by a certificate, and a"
			    " listener would keep them out", path, d->d_name);
	(void)closedir(dir);
	return rv;
}

int
btns_redirect_may(const char *iked, struct btns_err *e)
{
	return policies(iked, e) == -1 || certificates(iked, "ca", e) == -1 ||
	    certificates(iked, "certs", e) == -1 ? -1 : 0;
}
