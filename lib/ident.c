#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "err.h"
#include "ident.h"

static const char *const types[BTNS_ID__COUNT] = {
	[BTNS_ID_FQDN] = "fqdn", [BTNS_ID_UFQDN] = "ufqdn",
	[BTNS_ID_IPV4] = "ipv4", [BTNS_ID_IPV6] = "ipv6",
	[BTNS_ID_FP] = "fp"
};

const char *
btns_idtype_name(enum btns_idtype t)
{
	return types[t];
}

static int
bad(struct btns_err *e, const char *text, const char *why)
{
	return btns_fail(e, BTNS_E_USAGE, "%s: %s", text, why);
}

/* Names: what a DNS name and a mail address are made of, and no more. */
static int
name(struct btns_ident *id, const char *s, struct btns_err *e)
{
	const char *extra = id->type == BTNS_ID_UFQDN ? "+=@" : "", *p;
	unsigned ats = 0;

	if (*s == '.' || *s == '-')
		return bad(e, s, "an identity cannot begin with . or -");
	for (p = s; *p != '\0'; p++) {
		ats += *p == '@';
		if (!(isalnum((unsigned char)*p) && (*p & 0x80) == 0) &&
		    strchr("._-", *p) == NULL && strchr(extra, *p) == NULL)
			return btns_fail(e, BTNS_E_USAGE, "%s: byte 0x%02x"
			    " cannot be in an identity of type %s", s,
			    (unsigned char)*p, types[id->type]);
	}
	if (id->type == BTNS_ID_UFQDN && (ats != 1 || *s == '@' ||
	    p[-1] == '@'))
		return bad(e, s, "RFC 7296 3.5: a ufqdn is user@domain");
	(void)snprintf(id->value, sizeof(id->value), "%s", s);
	return 0;
}

static int
ipv4(struct btns_ident *id, const char *s, struct btns_err *e)
{
	struct in_addr a;

	if (inet_pton(AF_INET, s, &a) != 1)
		return bad(e, s, "not an IPv4 address");
	(void)inet_ntop(AF_INET, &a, id->value, sizeof(id->value));
	return 0;
}

/* As iked spells it: getnameinfo(NI_NUMERICHOST). */
static int
ipv6(struct btns_ident *id, const char *s, struct btns_err *e)
{
	struct sockaddr_in6 sin6;

	memset(&sin6, 0, sizeof(sin6));
	sin6.sin6_family = AF_INET6;
	if (inet_pton(AF_INET6, s, &sin6.sin6_addr) != 1 ||
	    getnameinfo((struct sockaddr *)&sin6, sizeof(sin6), id->value,
	    sizeof(id->value), NULL, 0, NI_NUMERICHOST) != 0)
		return bad(e, s, "not an IPv6 address");
	return 0;
}

/* RFC 5386 2: 64 hex digits; nothing yet where a key will give them. */
static int
fp(struct btns_ident *id, const char *s, struct btns_err *e)
{
	size_t n;

	for (n = 0; n < 64 && isxdigit((unsigned char)s[n]); n++)
		id->value[n] = (char)tolower((unsigned char)s[n]);
	id->value[n] = '\0';
	if (s[n] != '\0' || (n != 0 && n != 64))
		return bad(e, s, "fp/ takes the 64 digits of a fingerprint,"
		    " or nothing and a key file");
	return 0;
}

void
btns_ident_of_fp(struct btns_ident *id, const char *hex)
{
	memset(id, 0, sizeof(*id));
	id->type = BTNS_ID_FP;
	id->typed = true;
	(void)snprintf(id->value, sizeof(id->value), "%s", hex);
}

static enum btns_idtype
infer(const char *s)
{
	struct in6_addr a;

	if (inet_pton(AF_INET, s, &a) == 1)
		return BTNS_ID_IPV4;
	if (inet_pton(AF_INET6, s, &a) == 1)
		return BTNS_ID_IPV6;
	return strchr(s, '@') != NULL ? BTNS_ID_UFQDN : BTNS_ID_FQDN;
}

static int
value(struct btns_ident *id, const char *s, struct btns_err *e)
{
	if (id->type == BTNS_ID_FP)
		return fp(id, s, e);
	if (*s == '\0')
		return bad(e, types[id->type], "an empty identity");
	if (strlen(s) > BTNS_ID_MAX)
		return btns_fail(e, BTNS_E_USAGE, "%.40s...: %zu octets, over"
		    " %d", s, strlen(s), BTNS_ID_MAX);
	if (id->type == BTNS_ID_IPV4)
		return ipv4(id, s, e);
	if (id->type == BTNS_ID_IPV6)
		return ipv6(id, s, e);
	return name(id, s, e);
}

int
btns_ident_parse(struct btns_ident *id, const char *s, struct btns_err *e)
{
	const char *slash;
	int t;

	memset(id, 0, sizeof(*id));
	if ((slash = strstr(s, "/pubkeys/")) != NULL)
		s = slash + 1;		/* a path, pasted */
	if (strncasecmp(s, "pubkeys/", 8) == 0)
		s += 8;
	if (*s == '/')
		return bad(e, s, "a distinguished name: iked has no key file"
		    " for those");
	if ((slash = strchr(s, '/')) == NULL) {
		id->type = infer(s);
		if (id->type == BTNS_ID_FQDN && isdigit((unsigned char)*s) &&
		    strchr(s, '.') != NULL && s[strspn(s, "0123456789.")] ==
		    '\0')
			return bad(e, s, "no IPv4 address as iked reads one;"
			    " write fqdn/ before it if it is a name");
		return value(id, s, e);
	}
	for (t = 0; t < BTNS_ID__COUNT; t++)
		if (strlen(types[t]) == (size_t)(slash - s) &&
		    strncasecmp(s, types[t], (size_t)(slash - s)) == 0) {
			id->type = t;
			id->typed = true;
			return value(id, slash + 1, e);
		}
	return btns_fail(e, BTNS_E_USAGE, "%s: \"%.*s\" is no type: fqdn,"
	    " ufqdn, ipv4, ipv6 or fp", s, (int)(slash - s), s);
}

int
btns_ident_make(struct btns_ident *id, const char *type, const char *v,
    struct btns_err *e)
{
	int t;

	memset(id, 0, sizeof(*id));
	for (t = 0; t < BTNS_ID__COUNT; t++)
		if (strcmp(types[t], type) == 0) {
			id->type = t;
			id->typed = true;
			if (value(id, v, e) == 0 && *v != '\0')
				return 0;
			if (*v == '\0')
				(void)bad(e, type, "an empty identity");
			e->code = BTNS_E_STORE;
			return btns_fail_at(e, "damaged");
		}
	return btns_fail(e, BTNS_E_STORE, "damaged: a type %s", type);
}

void
btns_ident_print(char out[BTNS_ID_PRINT], const struct btns_ident *id)
{
	(void)snprintf(out, BTNS_ID_PRINT, "%s/%s", types[id->type],
	    id->value);
}

void
btns_ident_fold(char *out, const struct btns_ident *id)
{
	struct in6_addr a;
	struct in_addr v4;
	size_t n;
	char *p;

	(void)snprintf(out, BTNS_ID_MAX + 1, "%s", id->value);
	for (p = out; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	for (n = strlen(out); n > 1 && out[n - 1] == '.'; n--)
		out[n - 1] = '\0';
	if (inet_pton(AF_INET6, out, &a) != 1)
		return;
	if (IN6_IS_ADDR_V4MAPPED(&a)) {
		memcpy(&v4, &a.s6_addr[12], 4);
		(void)inet_ntop(AF_INET, &v4, out, BTNS_ID_MAX + 1);
	} else
		(void)inet_ntop(AF_INET6, &a, out, BTNS_ID_MAX + 1);
}

bool
btns_ident_same(const struct btns_ident *a, const struct btns_ident *b)
{
	return a->type == b->type && strcmp(a->value, b->value) == 0;
}

const char *
btns_ident_odd(const struct btns_ident *id)
{
	const char *p;

	if (id->type != BTNS_ID_FQDN && id->type != BTNS_ID_UFQDN)
		return NULL;
	for (p = id->value; *p != '\0'; p++)
		if (isupper((unsigned char)*p))
			return "capitals; only a peer that sends just these"
			    " matches";
	return p[-1] == '.' ? "a trailing dot; only a peer that sends it"
	    " matches" : NULL;
}
