#include <stdio.h>
#include <string.h>

#include "b64.h"
#include "err.h"
#include "keydns.h"
#include "keywrite.h"
#include "oid.h"

static const struct {
	const char	*name;
	enum btns_enc	 enc;
} forms[BTNS_FORM__COUNT] = {
	[BTNS_FORM_PEM] =	 { "pem",	 BTNS_ENC_SPKI },
	[BTNS_FORM_PKCS1] =	 { "pkcs1",	 BTNS_ENC_PKCS1 },
	[BTNS_FORM_DER] =	 { "der",	 BTNS_ENC_SPKI },
	[BTNS_FORM_SSH] =	 { "ssh",	 BTNS_ENC_SSH },
	[BTNS_FORM_IPSECKEY] =	 { "ipseckey",	 BTNS_ENC_RFC3110 },
	[BTNS_FORM_STRONGSWAN] = { "strongswan", BTNS_ENC_SPKI },
	[BTNS_FORM_LIBRESWAN] =	 { "libreswan",	 BTNS_ENC_SPKI },
};

int
btns_form_parse(const char *s)
{
	int i;

	for (i = 0; i < BTNS_FORM__COUNT; i++)
		if (strcmp(s, forms[i].name) == 0)
			return i;
	return -1;
}

/* RFC 7468 2: lines of 64. */
static int
pem(char *out, const char *label, const char *b64)
{
	size_t left = strlen(b64), n;
	char *o = out;

	o += sprintf(o, "-----BEGIN %s-----\n", label);
	for (; left > 0; left -= n, b64 += n) {
		n = left < 64 ? left : 64;
		memcpy(o, b64, n);
		o += n;
		*o++ = '\n';
	}
	o += sprintf(o, "-----END %s-----\n", label);
	return (int)(o - out);
}

int
btns_key_write(char *out, size_t *len, const struct btns_key *k,
    enum btns_form form, struct btns_err *e)
{
	uint8_t der[BTNS_ENC_MAX];
	char b64[BTNS_B64_LEN(BTNS_ENC_MAX) + 1];
	enum btns_enc enc = forms[form].enc;
	size_t n;
	int w = 0;

	if (form == BTNS_FORM_LIBRESWAN && k->type == BTNS_RSA)
		enc = BTNS_ENC_RFC3110;
	if (btns_key_encode(der, &n, k, enc, e) == -1)
		return -1;
	btns_b64_encode(b64, der, n);
	switch (form) {
	case BTNS_FORM_DER:
		memcpy(out, der, n);
		w = (int)n;
		break;
	case BTNS_FORM_SSH:
		w = sprintf(out, "%s %s\n", btns_alg(k->type)->ssh, b64);
		break;
	case BTNS_FORM_IPSECKEY:
		/* One run of base64: ldns takes no blanks in it. */
		w = sprintf(out, "@\tIN\tIPSECKEY\t10 0 %u . %s\n",
		    btns_dns_algorithm(k), b64);
		break;
	case BTNS_FORM_STRONGSWAN:
		w = sprintf(out, "0s%s\n", b64);
		break;
	case BTNS_FORM_LIBRESWAN:
		w = sprintf(out, "%s%s\n", k->type == BTNS_RSA ?
		    "rightrsasigkey=0s" : "rightpubkey=", b64);
		break;
	default:
		w = pem(out, form == BTNS_FORM_PEM ? "PUBLIC KEY" :
		    "RSA PUBLIC KEY", b64);
	}
	*len = (size_t)w;
	return 0;
}
