/*
 * The drunken bishop's walk over a digest, as ssh-keygen -lv draws it.  Many
 * digests have the same picture: it is for the eye, and proves nothing.
 */
#ifndef BTNS_PICTURE_H
#define BTNS_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#define BTNS_PICTURE_X	17
#define BTNS_PICTURE_Y	9
/* Rows and two borders, each with its frame and a newline, and NUL. */
#define BTNS_PICTURE_MAX ((BTNS_PICTURE_Y + 2) * (BTNS_PICTURE_X + 3) + 1)

/* top and bottom stand in the frame, "[RSA 2048]": cut to what it takes. */
void	 btns_picture(char out[BTNS_PICTURE_MAX], const char *top,
	    const char *bottom, const uint8_t *digest, size_t n);

#endif
