/* A line of the shell, in words. */
#include <string.h>

#include "../../cmd/btnsctl/shell.h"
#include "fuzz.h"

#define LINE	4096

/* The same words, quoted; how long the line is. */
static size_t
quote(char *out, const struct shell_line *l)
{
	const char *p;
	size_t n = 0;
	int i;

	for (i = 0; i < l->argc; i++) {
		out[n++] = '"';
		for (p = l->argv[i]; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				out[n++] = '\\';
			out[n++] = *p;
		}
		out[n++] = '"';
		out[n++] = ' ';
	}
	out[n] = '\0';
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static char text[LINE + 1], again[2 * LINE + 4 * SHELL_WORDS + 1];
	struct shell_line l, l2;
	struct btns_err e;
	const char *end = text;
	int i;

	if (n > LINE || memchr(p, '\0', n) != NULL)
		return 0;
	memcpy(text, p, n);
	text[n] = '\0';
	if (shell_split(&l, text, &e) == -1) {
		fuzz_err(&e);
		must(e.code == BTNS_E_USAGE);
		return 0;
	}
	must(l.argc >= 0 && l.argc <= SHELL_WORDS && l.argv[l.argc] == NULL);
	for (i = 0; i < l.argc; i++) {
		must(l.argv[i] >= end);
		end = l.argv[i] + strlen(l.argv[i]) + 1;
		must(end <= text + n + 1);
	}
	must(quote(again, &l) < sizeof(again));
	must(shell_split(&l2, again, &e) == 0 && l2.argc == l.argc);
	for (i = 0; i < l.argc; i++)
		must(strcmp(l.argv[i], l2.argv[i]) == 0);
	return 0;
}
