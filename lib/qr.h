/* Text as a QR code (ISO/IEC 18004), by libqrencode; a picture by libpng. */
#ifndef BTNS_QR_H
#define BTNS_QR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btns_err;

#define BTNS_QR_MARGIN	4	/* light modules that have to be around it */

struct btns_qr {
	int		 width;		/* modules a side */
	uint8_t		*dark;		/* width * width, 0 or 1; owned */
};

/*
 * Letters become capitals, which take less room, and -F doesn't mind.
 * BTNS_E_NOMEM, BTNS_E_USAGE for text too long.  btns_qr_free() it.
 */
int	 btns_qr(struct btns_qr *, const char *text, struct btns_err *);
void	 btns_qr_free(struct btns_qr *);

/* Is it dark there?  False in the margin and beyond. */
bool	 btns_qr_dark(const struct btns_qr *, int x, int y);

/* A PNG, margin and all, each module so many dots a side; free() it. */
int	 btns_qr_png(uint8_t **, size_t *n, const struct btns_qr *, int dots,
	    struct btns_err *);

#endif
