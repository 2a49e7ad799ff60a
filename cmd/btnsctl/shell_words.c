/* A line in words. */
#include "shell.h"

/* One character of a word: how the quote goes on; out gets it, or nothing. */
static char
quoted(char quote, const char **s, char **out)
{
	char c = **s;

	if (quote == '\0' && (c == '\'' || c == '"'))
		return c;
	if (c == quote)
		return '\0';
	if (c == '\\' && quote != '\'' && (*s)[1] != '\0')
		c = *++*s;
	*(*out)++ = c;
	return quote;
}

int
shell_split(struct shell_line *l, char *text, struct btns_err *e)
{
	const char *s = text;
	char *out = text, quote = '\0';

	l->argc = 0;
	for (;;) {
		while (*s == ' ' || *s == '\t')
			s++;
		if (*s == '\0' || *s == '#')
			break;
		if (l->argc == SHELL_WORDS)
			return btns_fail(e, BTNS_E_USAGE, "over %d words",
			    SHELL_WORDS);
		l->argv[l->argc++] = out;
		for (; *s != '\0' && (quote != '\0' || (*s != ' ' &&
		    *s != '\t')); s++)
			quote = quoted(quote, &s, &out);
		if (quote != '\0')
			return btns_fail(e, BTNS_E_USAGE, "a quote %c is open"
			    " at the line's end", quote);
		/* What is read is never behind what was written. */
		if (*s != '\0')
			s++;
		*out++ = '\0';
	}
	l->argv[l->argc] = NULL;
	return 0;
}
