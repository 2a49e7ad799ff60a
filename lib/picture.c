#include <string.h>

#include "picture.h"

#define X	BTNS_PICTURE_X
#define Y	BTNS_PICTURE_Y

static char *
border(char *o, const char *text)
{
	size_t n = strlen(text), left;

	n = n > X ? X : n;
	left = (X - n) / 2;
	*o++ = '+';
	memset(o, '-', X);
	memcpy(o + left, text, n);
	o += X;
	*o++ = '+';
	*o++ = '\n';
	return o;
}

void
btns_picture(char out[BTNS_PICTURE_MAX], const char *top, const char *bottom,
    const uint8_t *digest, size_t n)
{
	static const char coins[] = " .o+=*BOX@%&#/^SE";
	const uint8_t start = sizeof(coins) - 3, end = sizeof(coins) - 2;
	uint8_t field[Y][X] = { { 0 } };
	int x = X / 2, y = Y / 2, step;
	char *o = out;
	size_t i;

	for (i = 0; i < n; i++)
		for (step = 0; step < 8; step += 2) {
			x += digest[i] >> step & 1 ? 1 : -1;
			y += digest[i] >> step & 2 ? 1 : -1;
			x = x < 0 ? 0 : x >= X ? X - 1 : x;
			y = y < 0 ? 0 : y >= Y ? Y - 1 : y;
			if (field[y][x] < start - 1)
				field[y][x]++;
		}
	field[Y / 2][X / 2] = start;
	field[y][x] = end;
	o = border(o, top);
	for (y = 0; y < Y; y++) {
		*o++ = '|';
		for (x = 0; x < X; x++)
			*o++ = coins[field[y][x]];
		*o++ = '|';
		*o++ = '\n';
	}
	o = border(o, bottom);
	*o = '\0';
}
