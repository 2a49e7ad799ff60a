/* The pass set.  The kernel keeps it, each address with its key in words. */
#include <arpa/inet.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "child.h"
#include "iked.h"
#include "pins.h"
#include "redirect_priv.h"

#define LIST	(4 * 1024 * 1024)	/* what two full sets take thrice */
#define OPERATOR "operator"
#define SOON	(BTNS_PASS_TIME - 120)	/* s: it's not renewed before */
#define BATCH	(NFT_SCRIPT - 512)

/* --- reading it */

static void
element(struct btns_pass *p, const json_t *elem)
{
	const char *s = json_string_value(json_object_get(elem, "comment"));
	const json_t *left = json_object_get(elem, "expires");

	memset(p, 0, sizeof(*p));
	(void)snprintf(p->address, sizeof(p->address), "%s",
	    json_string_value(json_object_get(elem, "val")));
	p->left = json_integer_value(left);
	p->known = s != NULL && btns_fp_unhex(&p->fp, s);
}

static int
elements(const json_t *root, int (*fn)(const struct btns_pass *, void *),
    void *arg)
{
	const json_t *all = json_object_get(root, "nftables"), *elem, *one;
	struct btns_pass p;
	size_t i, k;
	int rv = 0;

	for (i = 0; i < json_array_size(all); i++) {
		elem = json_object_get(json_object_get(json_array_get(all, i),
		    "set"), "elem");
		for (k = 0; k < json_array_size(elem) && rv == 0; k++) {
			one = json_object_get(json_array_get(elem, k), "elem");
			if (json_string_value(json_object_get(one, "val")) ==
			    NULL)
				continue;
			element(&p, one);
			rv = fn(&p, arg);
		}
	}
	return rv;
}

int
btns_pass_each(int (*fn)(const struct btns_pass *, void *), void *arg,
    struct btns_err *e)
{
	const char *const argv[] = { NFT, "-j", "list table " NFT_TABLE,
	    NULL };
	json_error_t why;
	json_t *root;
	char *buf;
	int rv;

	if (!btns_child_has(NFT))
		return 0;
	if ((buf = malloc(LIST)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	rv = nft_ask(argv, buf, LIST, e);
	if (rv == 1 && (root = json_loads(buf, 0, &why)) == NULL)
		rv = btns_fail(e, BTNS_E_SYS, "nft: its list can't be read:"
		    " %.100s", why.text);
	else if (rv == 1) {
		if (elements(root, fn, arg) == -1)
			rv = -1;
		json_decref(root);
	}
	free(buf);
	return rv;
}

/* All that is in the set, or that is to be. */
struct passes {
	struct btns_pass *v;
	size_t		 n;
	struct nft	 s;		/* what changes in it */
	struct btns_pins *pins;
	struct btns_err	*e;
};

static int
keep(const struct btns_pass *p, void *arg)
{
	struct passes *all = arg;
	struct btns_pass *v;

	if ((all->n & (all->n - 1)) == 0) {
		v = reallocarray(all->v, all->n == 0 ? 1 : 2 * all->n,
		    sizeof(*v));
		if (v == NULL)
			return btns_fail(all->e, BTNS_E_NOMEM,
			    "out of memory");
		all->v = v;
	}
	all->v[all->n++] = *p;
	return 0;
}

/* 1; 0: the rules are off; -1.  *out is the caller's to free by done(). */
static int
begin(struct passes **out, struct btns_pins *p, struct btns_err *e)
{
	if ((*out = calloc(1, sizeof(**out))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	(*out)->pins = p;
	(*out)->e = e;
	return btns_pass_each(keep, *out, e);
}

static void
done(struct passes *all)
{
	if (all != NULL)
		free(all->v);
	free(all);
}

/* --- changing it */

static char
family(const char *address)
{
	return strchr(address, ':') == NULL ? '4' : '6';
}

/* Those with more to say than this; all that is said, or nothing. */
static int
flush(struct passes *all, size_t more)
{
	int rv;

	if (all->s.n <= more)
		return 0;
	if ((rv = nft_run(&all->s, all->e)) != 1)
		return rv == -1 ? -1 : btns_fail(all->e, BTNS_E_SYS,
		    "nft: the sets of the redirect are not there");
	all->s.n = 0;
	return 0;
}

/* "add" is nothing where it is there; nothing else is where it isn't. */
static int
leaves(struct passes *all, const char *address)
{
	char f = family(address);

	nft_say(&all->s, "add element " NFT_TABLE " pass%c { %s }\n"
	    "delete element " NFT_TABLE " pass%c { %s }\n", f, address, f,
	    address);
	return flush(all, BATCH);
}

/* One peer, with whatever addresses it shows itself at, fills no set. */
static int
yield(struct passes *all, const char *address, const struct btns_fp *fp)
{
	struct btns_pass *last = NULL;
	size_t i, n = 0;

	for (i = 0; i < all->n; i++) {
		if (!all->v[i].known || all->v[i].left == 0 ||
		    memcmp(&all->v[i].fp, fp, sizeof(*fp)) != 0 ||
		    strcmp(all->v[i].address, address) == 0)
			continue;
		n++;
		if (last == NULL || all->v[i].left < last->left)
			last = &all->v[i];
	}
	if (n < BTNS_PASS_KEY)
		return 0;
	last->left = 0;
	return leaves(all, last->address);
}

/* For the whole of its time, be it there or not. */
static int
enters(struct passes *all, const char *address, const struct btns_fp *fp)
{
	char hex[BTNS_FP_HEX] = OPERATOR;

	if (fp != NULL)
		btns_fp_hex(hex, fp);
	if ((fp != NULL && yield(all, address, fp) == -1) ||
	    leaves(all, address) == -1)
		return -1;
	nft_say(&all->s, "add element " NFT_TABLE " pass%c { %s comment"
	    " \"%s\" }\n", family(address), address, hex);
	return flush(all, BATCH);
}

/* Is there room for one more? */
static int
room(const struct passes *all, const char *address, struct btns_err *e)
{
	int af = family(address) == '4' ? AF_INET : AF_INET6;
	size_t prefix = af == AF_INET ? 3 : 6, i, of_all = 0, near = 0;
	uint8_t addr[16], other[16];

	if (inet_pton(af, address, addr) != 1)
		return btns_fail(e, BTNS_E_USAGE, "%.60s: not an address",
		    address);
	for (i = 0; i < all->n; i++) {
		if (inet_pton(af, all->v[i].address, other) != 1)
			continue;
		if (strcmp(all->v[i].address, address) == 0)
			return 0;
		of_all++;
		near += memcmp(addr, other, prefix) == 0;
	}
	if (of_all >= BTNS_PASS_MAX)
		return btns_fail(e, BTNS_E_REFUSED, "%s: %d addresses are let"
		    " through already", address, BTNS_PASS_MAX);
	if (near >= BTNS_PASS_PREFIX)
		return btns_fail(e, BTNS_E_REFUSED, "%s: %d addresses of its"
		    " network are let through already", address,
		    BTNS_PASS_PREFIX);
	return 0;
}

/* As the kernel spells it. */
static int
spell(char text[INET6_ADDRSTRLEN], const char *address, struct btns_err *e)
{
	int af = family(address) == '4' ? AF_INET : AF_INET6;
	uint8_t addr[16];

	return inet_pton(af, address, addr) == 1 && inet_ntop(af, addr, text,
	    INET6_ADDRSTRLEN) != NULL ? 0 : btns_fail(e, BTNS_E_USAGE,
	    "%.60s: not an address", address);
}

int
btns_pass_add(const char *address, const struct btns_fp *fp,
    struct btns_err *e)
{
	char text[INET6_ADDRSTRLEN];
	struct passes *all;
	int rv;

	if (spell(text, address, e) == -1)
		return -1;
	rv = begin(&all, NULL, e);
	if (rv == 1 && (room(all, text, e) == -1 || enters(all, text, fp) ==
	    -1 || flush(all, 0) == -1))
		rv = -1;
	done(all);
	return rv;
}

/* --- keys and their addresses */

int
btns_pass_peer(struct btns_pins *p, const char *address,
    const struct btns_ident *id, const struct btns_fp *fp,
    struct btns_err *e)
{
	int rv = btns_pins_is_live(p, id, fp, e);

	return rv == 1 ? btns_pass_add(address, fp, e) : rv;
}

static bool
is_of(const struct btns_pass *p, const struct btns_fp *fp, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p->known && memcmp(&p->fp, &fp[i], sizeof(*fp)) == 0)
			return true;
	return false;
}

int
btns_pass_drop(const struct btns_fp *fp, size_t n, struct btns_err *e)
{
	struct passes *all;
	size_t i;
	int rv = begin(&all, NULL, e);

	for (i = 0; rv == 1 && i < all->n; i++)
		if (is_of(&all->v[i], fp, n) &&
		    leaves(all, all->v[i].address) == -1)
			rv = -1;
	if (rv == 1 && flush(all, 0) == -1)
		rv = -1;
	done(all);
	return rv;
}

static int
has_live(const struct btns_pin *pin, void *arg)
{
	bool *live = arg;

	*live = *live || pin->live;
	return 0;
}

/* Those whose key has left the tree. */
static int
drop_dead(struct passes *all)
{
	char hex[BTNS_FP_HEX];
	bool live;
	size_t i;

	for (i = 0; i < all->n; i++) {
		if (!all->v[i].known)
			continue;
		live = false;
		btns_fp_hex(hex, &all->v[i].fp);
		if (btns_pins_by_prefix(all->pins, hex, has_live, &live,
		    all->e) == -1 || (!live && leaves(all,
		    all->v[i].address) == -1))
			return -1;
	}
	return 0;
}

/* The key that lets an SA's peer in, by its plain name alone. */
struct key_of {
	struct btns_fp	 fp;
	bool		 found;
};

static int
take(const struct btns_pin *pin, void *arg)
{
	struct key_of *k = arg;

	if (pin->live) {
		k->fp = pin->fp;
		k->found = true;
	}
	return 0;
}

static int
by_sa(const struct btns_sa_line *sa, void *arg)
{
	struct key_of k = { .found = false };
	struct passes *all = arg;
	struct btns_ident id;
	struct btns_err ignored;
	struct btns_pass p = { .known = true };
	size_t i;

	if (btns_ident_parse(&id, sa->id, &ignored) == -1 || !id.typed ||
	    spell(p.address, sa->peer, &ignored) == -1)
		return 0;
	if (btns_pins_of(all->pins, &id, take, &k, all->e) == -1)
		return -1;
	for (i = 0; i < all->n; i++)
		if (strcmp(all->v[i].address, p.address) == 0)
			break;
	if (!k.found || (i < all->n && all->v[i].left > SOON) || room(all,
	    p.address, &ignored) == -1)
		return 0;
	p.fp = k.fp;
	p.left = BTNS_PASS_TIME;
	if (enters(all, p.address, &p.fp) == -1)
		return -1;
	if (i == all->n)
		return keep(&p, all);
	all->v[i] = p;
	return 0;
}

int
btns_pass_renew(struct btns_pins *p, struct btns_err *e)
{
	struct passes *all;
	int rv = begin(&all, p, e);

	if (rv == 1 && (drop_dead(all) == -1 || btns_iked_each(by_sa, all,
	    e) == -1 || flush(all, 0) == -1))
		rv = -1;
	done(all);
	return rv == -1 ? -1 : 0;
}
