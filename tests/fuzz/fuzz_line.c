/* One line of text: what it claims to be, then the key. */
#include <string.h>

#include "../../lib/err.h"
#include "../../lib/keyline.h"
#include "fuzz.h"

static void
read_as(enum btns_line is_a, const char *s, size_t n)
{
	enum btns_keymark mark;
	struct btns_err e;
	struct btns_key k;

	if (btns_line_key(&k, &mark, is_a, s, n, &e) == 0) {
		must(is_a != BTNS_LINE_TEXT);
		fuzz_key(&k);
	} else {
		fuzz_err(&e);
		must(e.code == BTNS_E_FORMAT || e.code == BTNS_E_INTERNAL);
	}
	must(is_a == BTNS_LINE_SSH || mark == BTNS_MARK_NONE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	enum btns_line is_a, as;
	const char *s = (const char *)p;
	const uint8_t *nl;

	if ((nl = memchr(p, '\n', n)) != NULL)
		n = (size_t)(nl - p);
	is_a = btns_line_is(s, n);
	must(btns_line_is(s, n) == is_a && btns_line_name(is_a) != NULL);
	must(is_a != BTNS_LINE_BASE64 || btns_line_base64(s, n));
	/* A caller's mistake is to be survived too. */
	for (as = BTNS_LINE_TEXT; as <= BTNS_LINE_BASE64; as++)
		read_as(as, s, n);
	return 0;
}
