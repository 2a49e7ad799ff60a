#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <string.h>

#include "err.h"
#include "pem.h"
#include "secret.h"

static const struct {
	const char	*label;
	int		 kind;		/* -1: refused */
	const char	*hint;
} labels[] = {
	{ "PUBLIC KEY",			BTNS_KIND_SPKI, NULL },
	{ "RSA PUBLIC KEY",		BTNS_KIND_PKCS1, NULL },
	{ "CERTIFICATE",		BTNS_KIND_CERT, NULL },
	{ "X509 CERTIFICATE",		BTNS_KIND_CERT, NULL },
	{ "PRIVATE KEY",		BTNS_KIND_PRIV_PKCS8, NULL },
	{ "RSA PRIVATE KEY",		BTNS_KIND_PRIV_PKCS1, NULL },
	{ "EC PRIVATE KEY",		BTNS_KIND_PRIV_SEC1, NULL },
	{ "ENCRYPTED PRIVATE KEY",	BTNS_KIND_PRIV_LOCKED, NULL },
	{ "EC PARAMETERS",		BTNS_KIND_UNKNOWN, NULL },
	{ "DH PARAMETERS",		BTNS_KIND_UNKNOWN, NULL },
	{ "OPENSSH PRIVATE KEY",	-1, "print its public key with"
					    " ssh-keygen -y" },
	{ "TRUSTED CERTIFICATE",	-1, "write it with openssl x509" },
	{ "CERTIFICATE REQUEST",	-1, "a request is no certificate" },
	{ "DSA PRIVATE KEY",		-1, "iked has no DSA" },
};

int
pem_kind(const char *label, struct btns_err *e)
{
	size_t i;

	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (strcmp(label, labels[i].label) != 0)
			continue;
		if (labels[i].kind != -1)
			return labels[i].kind;
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 7468: not a label that is read here; %s",
		    labels[i].hint);
	}
	return btns_fail(e, BTNS_E_FORMAT,
	    "RFC 7468: not a label of a key or certificate");
}

bool
pem_boundary(const char *p, size_t n, const char *which,
    char label[PEM_LABEL_MAX])
{
	size_t w = strlen(which);

	while (n > 0 && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	if (n < w + 11 || n - w - 11 >= PEM_LABEL_MAX ||
	    memcmp(p, "-----", 5) != 0 || memcmp(p + 5, which, w) != 0 ||
	    p[5 + w] != ' ' || memcmp(p + n - 5, "-----", 5) != 0)
		return false;
	memcpy(label, p + 6 + w, n - w - 11);
	label[n - w - 11] = '\0';
	return true;
}

/* The last block of a wrong decryption is malformed 255 times in 256. */
static int
unlock_pkcs8(uint8_t *p, size_t *len, const char *pass, size_t passlen,
    struct btns_err *e)
{
	const uint8_t *in = p;
	PKCS8_PRIV_KEY_INFO *info = NULL;
	X509_SIG *sig;
	uint8_t *out = NULL;
	int n, rv = -1;

	if ((sig = d2i_X509_SIG(NULL, &in, (long)*len)) == NULL ||
	    in != p + *len) {
		(void)btns_fail(e, BTNS_E_FORMAT,
		    "RFC 5958 3: EncryptedPrivateKeyInfo is damaged");
		goto out;
	}
	if ((info = PKCS8_decrypt(sig, pass, (int)passlen)) == NULL) {
		(void)btns_fail(e, BTNS_E_FORMAT, "%s",
		    ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_EVP &&
		    ERR_GET_REASON(ERR_peek_error()) != EVP_R_BAD_DECRYPT ?
		    "RFC 8018: a cipher that libcrypto lacks" :
		    "wrong passphrase");
		goto out;
	}
	if ((n = i2d_PKCS8_PRIV_KEY_INFO(info, &out)) <= 0 ||
	    (size_t)n > *len) {
		(void)btns_fail_crypto(e, "private key");
		goto out;
	}
	memcpy(p, out, (size_t)n);
	*len = (size_t)n;
	rv = 0;
out:
	if (out != NULL)
		OPENSSL_clear_free(out, (size_t)n);
	PKCS8_PRIV_KEY_INFO_free(info);
	X509_SIG_free(sig);
	ERR_clear_error();
	return rv;
}

struct pass {
	const char	*p;
	size_t		 len;
};

static int
give(char *buf, int size, int rwflag, void *arg)
{
	const struct pass *pass = arg;

	(void)rwflag;
	if (size < 0 || (size_t)size < pass->len)
		return -1;
	memcpy(buf, pass->p, pass->len);
	return (int)pass->len;
}

static int
unlock_dek(uint8_t *p, size_t *len, const char *info, const char *pass,
    size_t passlen, struct btns_err *e)
{
	char header[64 + PEM_INFO_MAX];
	struct pass arg = { pass, passlen };
	EVP_CIPHER_INFO cipher;
	long n = (long)*len;

	(void)snprintf(header, sizeof(header),
	    "Proc-Type: 4,ENCRYPTED\nDEK-Info: %s\n", info);
	if (!PEM_get_EVP_CIPHER_INFO(header, &cipher) ||
	    cipher.cipher == NULL) {
		ERR_clear_error();
		return btns_fail(e, BTNS_E_FORMAT,
		    "RFC 1421 4.6.1.3: DEK-Info names no known cipher");
	}
	if (!PEM_do_header(&cipher, p, &n, give, &arg) || n < 0) {
		ERR_clear_error();
		return btns_fail(e, BTNS_E_FORMAT, "wrong passphrase");
	}
	*len = (size_t)n;
	return 0;
}

int
pem_unlock(uint8_t *p, size_t *len, enum btns_kind *kind, const char *info,
    const char *pass, size_t passlen, struct btns_err *e)
{
	if (info == NULL) {
		if (unlock_pkcs8(p, len, pass, passlen, e) == -1)
			return -1;
		*kind = BTNS_KIND_PRIV_PKCS8;
		return 0;
	}
	if (unlock_dek(p, len, info, pass, passlen, e) == -1)
		return -1;
	/* Bad padding catches all but 1 wrong passphrase in 256. */
	if (btns_kind_of(p, *len) != *kind)
		return btns_fail(e, BTNS_E_FORMAT, "wrong passphrase");
	return 0;
}
