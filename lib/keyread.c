#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "b64.h"
#include "err.h"
#include "input.h"
#include "keyline.h"
#include "keyread.h"
#include "keyssh.h"
#include "pem.h"
#include "secret.h"

#define PASS_MAX	1024

struct reader {
	struct input		 in;
	const struct btns_keyread *cb;
	struct btns_keyat	 at;
	struct btns_key		 key;
	bool			 found;		/* any object at all */
	const char		*line;		/* the line looked at */
	size_t			 len;
	bool			 cut;
	bool			 again;		/* look at it once more */
	char			 label[PEM_LABEL_MAX];
	char			 info[PEM_INFO_MAX];	/* DEK-Info */
	bool			 headers;	/* there were some */
	size_t			 objlen;
	uint8_t			 obj[INPUT_MAX];
};

static int
too_long(struct btns_err *e)
{
	return btns_fail(e, BTNS_E_FORMAT, "over %d bytes on a line",
	    INPUT_MAX);
}

static int
next_line(struct reader *r, struct btns_err *e)
{
	if (r->again) {
		r->again = false;
		return 1;
	}
	return input_line(&r->in, &r->line, &r->len, &r->cut, e);
}

/*
 * Input that was no key is reported and reading goes on; trouble of our
 * own ends it.
 */
static int
refuse(struct reader *r, struct btns_err *e)
{
	if (e->code != BTNS_E_FORMAT)
		return btns_fail_at(e, "%s", r->at.file);
	r->found = true;
	(void)btns_fail_at(e, "%s", r->at.form);
	if (r->at.line > 0)
		(void)btns_fail_at(e, "line %lu", r->at.line);
	(void)btns_fail_at(e, "%s", r->at.file);
	if (r->cb->refused != NULL)
		r->cb->refused(e, r->cb->arg);
	return 0;
}

/* rv is what the parser of r->key said. */
static int
give(struct reader *r, int rv, struct btns_err *e)
{
	if (rv == -1)
		return refuse(r, e);
	r->found = true;
	r->at.index++;
	return r->cb->key(&r->key, &r->at, r->cb->arg);
}

static int
unlock(struct reader *r, enum btns_kind *kind, struct btns_err *e)
{
	char pass[PASS_MAX];
	const char *info = *kind == BTNS_KIND_PRIV_LOCKED ? NULL : r->info;
	int n = -1, rv;

	if (r->cb->passphrase != NULL)
		n = r->cb->passphrase(pass, sizeof(pass), r->at.file,
		    r->cb->arg);
	if (n == -1) {
		btns_wipe(pass, sizeof(pass));
		return btns_fail(e, BTNS_E_FORMAT,
		    "encrypted, and no passphrase was given");
	}
	rv = pem_unlock(r->obj, &r->objlen, kind, info, pass, (size_t)n, e);
	btns_wipe(pass, sizeof(pass));
	return rv;
}

/* The object's bytes are in; make a key of them. */
static int
object(struct reader *r, enum btns_kind kind, struct btns_err *e)
{
	enum btns_kind real;
	int rv = 0;

	r->at.private = kind >= BTNS_KIND_PRIV_PKCS1;
	if (r->info[0] != '\0' || kind == BTNS_KIND_PRIV_LOCKED)
		rv = unlock(r, &kind, e);
	real = btns_kind_of(r->obj, r->objlen);
	if (rv == 0 && real != kind && real != BTNS_KIND_UNKNOWN)
		rv = btns_fail(e, BTNS_E_FORMAT, "offset 0: RFC 7468: %s"
		    " inside this label", btns_kind_name(real));
	if (rv == 0)
		rv = btns_key_der(&r->key, kind, r->obj, r->objlen, e);
	rv = give(r, rv, e);
	if (r->at.private)
		btns_wipe(r->obj, sizeof(r->obj));
	return rv;
}

static bool
header_line(struct reader *r, const char **value)
{
	const char *colon = memchr(r->line, ':', r->len);

	if (colon == NULL)
		return false;
	for (*value = colon + 1; *value < r->line + r->len; ++*value)
		if (**value != ' ')
			break;
	return true;
}

/* RFC 1421's headers, as OpenSSL writes them for encrypted keys. */
static void
pem_header(struct reader *r, const char *value)
{
	size_t n = (size_t)(r->line + r->len - value);

	r->headers = true;
	if (r->len < 9 || memcmp(r->line, "DEK-Info:", 9) != 0)
		return;
	if (n >= sizeof(r->info))
		n = sizeof(r->info) - 1;
	memcpy(r->info, value, n);
	r->info[n] = '\0';
}

/*
 * From the line after BEGIN up to END: 0, or -1 with the reason.  The
 * input stands behind END, or before a BEGIN that came instead.
 */
static int
pem_body(struct reader *r, struct btns_err *e)
{
	struct btns_b64 b = { .out = r->obj, .size = sizeof(r->obj) };
	char label[PEM_LABEL_MAX];
	const char *value;
	bool head = true;
	int n, rv = 0;

	r->info[0] = '\0';
	r->headers = false;
	while ((n = next_line(r, e)) == 1) {
		if (r->len > 0 && r->line[0] == '-') {
			if (pem_boundary(r->line, r->len, "END", label))
				break;
			if (pem_boundary(r->line, r->len, "BEGIN", label)) {
				r->again = true;
				return rv == -1 ? -1 : btns_fail(e,
				    BTNS_E_FORMAT, "RFC 7468 2: no END line"
				    " before line %lu", r->in.line);
			}
		}
		if (head && header_line(r, &value)) {
			pem_header(r, value);
			continue;
		}
		head = head && r->len == 0;
		if (rv == 0 && (r->cut ? too_long(e) :
		    btns_b64_add(&b, r->line, r->len, e)) == -1)
			rv = btns_fail_at(e, "line %lu", r->in.line);
	}
	if (n == -1 || rv == -1)
		return -1;
	if (n == 0)
		return btns_fail(e, BTNS_E_FORMAT, "RFC 7468 2: no END line");
	if (strcmp(label, r->label) != 0)
		return btns_fail(e, BTNS_E_FORMAT, "RFC 7468 2: the END line"
		    " of another label");
	/* iked's libcrypto takes headers only as RFC 1421's encryption. */
	if (r->headers && r->info[0] == '\0')
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 7468 2: header lines inside");
	if (btns_b64_end(&b, true, e) == -1)
		return -1;
	r->objlen = b.len;
	return 0;
}

/* A peer's file may call its label anything: quote what isn't plain. */
static bool
plain(const char *label)
{
	return label[strspn(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")] ==
	    '\0';
}

static int
pem(struct reader *r, struct btns_err *e)
{
	struct btns_err body = { .code = BTNS_OK };
	int kind, rv;

	r->at.form = plain(r->label) ? r->label : "PEM";
	r->at.line = r->in.line;
	r->objlen = 0;
	rv = pem_body(r, &body);
	if (rv == -1 && body.code != BTNS_E_FORMAT) {
		*e = body;
		return btns_fail_at(e, "%s", r->at.file);
	}
	if ((kind = pem_kind(r->label, e)) == -1)
		return refuse(r, e);
	if (kind == BTNS_KIND_UNKNOWN)
		return 0;
	if (rv == -1) {
		*e = body;
		return refuse(r, e);
	}
	return object(r, kind, e);
}

#define SSH2_BEGIN	"---- BEGIN SSH2 PUBLIC KEY ----"
#define SSH2_END	"---- END SSH2 PUBLIC KEY ----"

static bool
line_is(const struct reader *r, const char *s)
{
	return r->len == strlen(s) && memcmp(r->line, s, r->len) == 0;
}

/* RFC 4716 3: headers, whose lines a backslash continues, then base64. */
static int
ssh2(struct reader *r, struct btns_err *e)
{
	struct btns_b64 b = { .out = r->obj, .size = sizeof(r->obj) };
	char label[PEM_LABEL_MAX];
	bool head = true, more = false;
	int n, rv = 0;

	r->at.form = "SSH2 PUBLIC KEY";
	r->at.line = r->in.line;
	while ((n = next_line(r, e)) == 1 && !line_is(r, SSH2_END)) {
		if (line_is(r, SSH2_BEGIN) ||
		    pem_boundary(r->line, r->len, "BEGIN", label)) {
			r->again = true;
			n = 0;
			break;
		}
		if (head && (more || memchr(r->line, ':', r->len) != NULL)) {
			more = r->len > 0 && r->line[r->len - 1] == '\\';
			continue;
		}
		head = false;
		if (rv == 0 && (r->cut ? too_long(e) :
		    btns_b64_add(&b, r->line, r->len, e)) == -1)
			rv = btns_fail_at(e, "line %lu", r->in.line);
	}
	if (n == -1)
		return btns_fail_at(e, "%s", r->at.file);
	if (rv == 0 && n == 0)
		rv = btns_fail(e, BTNS_E_FORMAT, "RFC 4716 3.2: no END line");
	if (rv == 0)
		rv = btns_b64_end(&b, true, e);
	if (rv == 0)
		rv = btns_key_ssh(&r->key, NULL, 0, r->obj, b.len, e);
	return give(r, rv, e);
}

/* Copy a line of a zone file without its comment; count parentheses. */
static int
zone_add(struct reader *r, int *depth, struct btns_err *e)
{
	size_t i;
	char c;

	if (r->cut)
		return too_long(e);
	for (i = 0; i < r->len && (c = r->line[i]) != ';'; i++) {
		*depth += c == '(' ? 1 : c == ')' ? -1 : 0;
		if (r->objlen + 1 >= sizeof(r->obj))
			return btns_fail(e, BTNS_E_FORMAT, "over %zu bytes",
			    sizeof(r->obj));
		r->obj[r->objlen++] = c == '(' || c == ')' ? ' ' : (uint8_t)c;
	}
	r->obj[r->objlen++] = ' ';
	return 0;
}

/* RFC 1035 5.1: parentheses hold a record together over lines. */
static int
zone_join(struct reader *r, struct btns_err *e)
{
	char label[PEM_LABEL_MAX];
	int depth = 0, n;

	r->objlen = 0;
	if (zone_add(r, &depth, e) == -1)
		return -1;
	while (depth > 0) {
		if ((n = next_line(r, e)) == -1)
			return -1;
		if (n == 1 && pem_boundary(r->line, r->len, "BEGIN", label)) {
			r->again = true;
			n = 0;
		}
		if (n == 0)
			return btns_fail(e, BTNS_E_FORMAT,
			    "RFC 1035 5.1: no closing parenthesis");
		if (zone_add(r, &depth, e) == -1)
			return -1;
	}
	return 0;
}

/* Base64 that was wrapped: the lines after a first one of whole groups. */
static int
base64_join(struct reader *r, struct btns_err *e)
{
	int n;

	r->objlen = 0;
	for (;;) {
		if (r->objlen + r->len > sizeof(r->obj))
			return btns_fail(e, BTNS_E_FORMAT, "over %zu bytes",
			    sizeof(r->obj));
		memcpy(r->obj + r->objlen, r->line, r->len);
		r->objlen += r->len;
		if (r->len % 4 != 0 || r->line[r->len - 1] == '=')
			return 0;
		if ((n = next_line(r, e)) != 1)
			return n;
		if (!btns_line_base64(r->line, r->len) ||
		    btns_line_is(r->line, r->len) != BTNS_LINE_TEXT) {
			r->again = true;
			return 0;
		}
	}
}

static int
text(struct reader *r, struct btns_err *e)
{
	enum btns_line is_a = btns_line_is(r->line, r->len);
	const char *p = r->line;
	size_t n = r->len;
	int rv = 0;

	if (is_a == BTNS_LINE_TEXT)
		return 0;
	r->at.form = btns_line_name(is_a);
	r->at.line = r->in.line;
	if (is_a == BTNS_LINE_RECORD || is_a == BTNS_LINE_BASE64) {
		rv = is_a == BTNS_LINE_RECORD ? zone_join(r, e) :
		    base64_join(r, e);
		p = (const char *)r->obj;
		n = r->objlen;
	}
	if (rv == 0)
		rv = btns_line_key(&r->key, &r->at.mark, is_a, p, n, e);
	return give(r, rv, e);
}

static int
lines(struct reader *r, struct btns_err *e)
{
	int n, rv = 0;

	while (rv == 0 && (n = next_line(r, e)) != 0) {
		if (n == -1)
			return btns_fail_at(e, "%s", r->at.file);
		r->at.mark = BTNS_MARK_NONE;
		r->at.private = false;
		if (r->cut) {
			r->at.form = "text";
			r->at.line = r->in.line;
			(void)too_long(e);
			rv = refuse(r, e);
		} else if (pem_boundary(r->line, r->len, "BEGIN", r->label))
			rv = pem(r, e);
		else if (line_is(r, SSH2_BEGIN))
			rv = ssh2(r, e);
		else
			rv = text(r, e);
	}
	return rv;
}

/* One object, and nothing after it. */
static int
der(struct reader *r, const uint8_t *p, struct btns_err *e)
{
	size_t size, n;

	r->at.form = "DER";
	if (input_peek(&r->in, &p, &n, INPUT_MAX + 1, e) == -1)
		return btns_fail_at(e, "%s", r->at.file);
	size = der_object_size(p, n);
	if (n > INPUT_MAX) {
		(void)btns_fail(e, BTNS_E_FORMAT, "offset %zu: X.690: %s",
		    size > INPUT_MAX ? 0 : size, size > INPUT_MAX ?
		    "over 64 KiB" : "trailing bytes");
		return refuse(r, e);
	}
	memcpy(r->obj, p, n);
	r->objlen = n;
	r->info[0] = '\0';
	return object(r, btns_kind_of(p, n), e);
}

/*
 * DER begins with 0x30, an ASCII zero.  Its second byte is a long length,
 * or its third and fourth are the tag and the length of a first element.
 */
static bool
is_der(const uint8_t *p, size_t n)
{
	return n >= 4 && p[0] == DER_SEQUENCE && (p[1] >= 0x80 ||
	    ((p[2] == DER_SEQUENCE || p[2] == DER_INTEGER) && p[3] < 0x20));
}

static int
content(struct reader *r, struct btns_err *e)
{
	const uint8_t *p;
	size_t n;
	int rv;

	if (input_peek(&r->in, &p, &n, 4, e) == -1)
		return btns_fail_at(e, "%s", r->at.file);
	if (n >= 3 && memcmp(p, "\357\273\277", 3) == 0)
		input_skip(&r->in, 3);
	if (n >= 2 && (memcmp(p, "\377\376", 2) == 0 ||
	    memcmp(p, "\376\377", 2) == 0))
		return btns_fail(e, BTNS_E_FORMAT,
		    "%s: UTF-16 text; save it as UTF-8", r->at.file);
	rv = is_der(p, n) ? der(r, p, e) : lines(r, e);
	if (rv == 0 && !r->found)
		return btns_fail(e, BTNS_E_FORMAT, "%s: %s", r->at.file,
		    n == 0 ? "empty" : "no key in it");
	return rv;
}

static int
run(int fd, const void *p, size_t n, const char *file,
    const struct btns_keyread *cb, struct btns_err *e)
{
	struct reader *r;
	int rv;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "%s: out of memory", file);
	r->cb = cb;
	r->at.file = file;
	if (input_open(&r->in, fd, p, n, e) == -1) {
		free(r);
		return btns_fail_at(e, "%s", file);
	}
	rv = content(r, e);
	input_close(&r->in);
	btns_wipe(r->obj, sizeof(r->obj));	/* also what was refused */
	free(r);
	return rv;
}

int
btns_keys_read(int fd, const char *file, const struct btns_keyread *cb,
    struct btns_err *e)
{
	return run(fd, NULL, 0, file, cb, e);
}

bool
btns_keyat_loads(const struct btns_keyat *at)
{
	return strcmp(at->form, "PUBLIC KEY") == 0 ||
	    strcmp(at->form, "RSA PUBLIC KEY") == 0;
}

int
btns_keys_parse(const void *p, size_t n, const char *file,
    const struct btns_keyread *cb, struct btns_err *e)
{
	return run(-1, p, n, file, cb, e);
}
