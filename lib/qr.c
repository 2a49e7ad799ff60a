#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <qrencode.h>

#include "err.h"
#include "qr.h"

int
btns_qr(struct btns_qr *qr, const char *text, struct btns_err *e)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8,
	    0);
	size_t i, n;

	*qr = (struct btns_qr){ 0, NULL };
	if (code == NULL)
		return errno == ERANGE ? btns_fail(e, BTNS_E_USAGE, "too long"
		    " for a QR code") : btns_fail(e, BTNS_E_NOMEM,
		    "out of memory");
	n = (size_t)code->width * (size_t)code->width;
	if ((qr->dark = malloc(n)) == NULL) {
		QRcode_free(code);
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	}
	for (i = 0; i < n; i++)
		qr->dark[i] = code->data[i] & 1;
	qr->width = code->width;
	QRcode_free(code);
	return 0;
}

void
btns_qr_free(struct btns_qr *qr)
{
	free(qr->dark);
	*qr = (struct btns_qr){ 0, NULL };
}

bool
btns_qr_dark(const struct btns_qr *qr, int x, int y)
{
	return x >= 0 && y >= 0 && x < qr->width && y < qr->width &&
	    qr->dark[y * qr->width + x] != 0;
}

int
btns_qr_png(uint8_t **out, size_t *n, const struct btns_qr *qr, int dots,
    struct btns_err *e)
{
	int side = (qr->width + 2 * BTNS_QR_MARGIN) * dots, x, y;
	png_image image = { .version = PNG_IMAGE_VERSION,
	    .format = PNG_FORMAT_GRAY, .width = (png_uint_32)side,
	    .height = (png_uint_32)side };
	png_alloc_size_t size;
	uint8_t *p;

	*out = NULL;
	if ((p = malloc((size_t)side * (size_t)side)) == NULL)
		return btns_fail(e, BTNS_E_NOMEM, "out of memory");
	for (y = 0; y < side; y++)
		for (x = 0; x < side; x++)
			p[y * side + x] = btns_qr_dark(qr, x / dots -
			    BTNS_QR_MARGIN, y / dots - BTNS_QR_MARGIN) ? 0 :
			    255;
	size = PNG_IMAGE_PNG_SIZE_MAX(image);
	if ((*out = malloc(size)) == NULL || !png_image_write_to_memory(&image,
	    *out, &size, 0, p, 0, NULL)) {
		free(*out);
		*out = NULL;
	}
	*n = size;
	free(p);
	return *out != NULL ? 0 : btns_fail(e, BTNS_E_NOMEM, "PNG: %s",
	    image.message[0] == '\0' ? "out of memory" : image.message);
}
