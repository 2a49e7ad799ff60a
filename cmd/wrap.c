#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "wrap.h"

static unsigned given;

void
wrap_columns_are(unsigned n)
{
	given = n;
}

unsigned
wrap_columns(int fd)
{
	struct winsize w;
	unsigned n = given;

	if (ioctl(fd, TIOCGWINSZ, &w) == 0)
		n = w.ws_col;
	return n == 0 ? WRAP_COLUMNS : n < 16 ? 16 : n;
}

size_t
wrap_fit(const char *s, unsigned columns)
{
	size_t i = 0, indent = strspn(s, " "), blank = 0;
	unsigned at = 0;

	while (s[i] != '\0' && s[i] != '\n') {
		if (s[i] == '\033') {
			i += strcspn(s + i, "m\n");
			i += s[i] == 'm';
			continue;
		}
		if (s[i] == ' ' && i > indent)
			blank = i;
		if ((s[i] & 0xc0) != 0x80 && ++at > columns && blank != 0)
			return blank;
		i++;
	}
	return i;
}
