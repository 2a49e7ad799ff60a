#include "oid.h"

#define OID_RSA		0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01
#define OID_PSS		0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a
#define OID_EC		0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01
#define OID_P256	0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07
#define OID_P384	0x2b, 0x81, 0x04, 0x00, 0x22
#define OID_P521	0x2b, 0x81, 0x04, 0x00, 0x23
#define OID_ED25519	0x2b, 0x65, 0x70

const uint8_t btns_oid_rsa[9] = { OID_RSA };
const uint8_t btns_oid_pss[9] = { OID_PSS };
const uint8_t btns_oid_ec[7] = { OID_EC };
const uint8_t btns_oid_ed25519[3] = { OID_ED25519 };

static const uint8_t p256[] = { OID_P256 };
static const uint8_t p384[] = { OID_P384 };
static const uint8_t p521[] = { OID_P521 };

/* RFC 3279 2.3.1: rsaEncryption's parameters are NULL, and there. */
static const uint8_t id_rsa[] = { 0x30, 13, 6, 9, OID_RSA, 5, 0 };
/* RFC 5480 2.1.1: namedCurve. */
static const uint8_t id_p256[] = { 0x30, 19, 6, 7, OID_EC, 6, 8, OID_P256 };
static const uint8_t id_p384[] = { 0x30, 16, 6, 7, OID_EC, 6, 5, OID_P384 };
static const uint8_t id_p521[] = { 0x30, 16, 6, 7, OID_EC, 6, 5, OID_P521 };
/* RFC 8410 3: no parameters. */
static const uint8_t id_ed25519[] = { 0x30, 5, 6, 3, OID_ED25519 };

static const struct btns_alg algs[] = {
	[BTNS_RSA] = { id_rsa, sizeof(id_rsa), NULL, 0, "ssh-rsa", NULL },
	[BTNS_P256] = { id_p256, sizeof(id_p256), p256, sizeof(p256),
	    "ecdsa-sha2-nistp256", "nistp256" },
	[BTNS_P384] = { id_p384, sizeof(id_p384), p384, sizeof(p384),
	    "ecdsa-sha2-nistp384", "nistp384" },
	[BTNS_P521] = { id_p521, sizeof(id_p521), p521, sizeof(p521),
	    "ecdsa-sha2-nistp521", "nistp521" },
	[BTNS_ED25519] = { id_ed25519, sizeof(id_ed25519), NULL, 0,
	    "ssh-ed25519", NULL },
};

const struct btns_alg *
btns_alg(enum btns_keytype type)
{
	return &algs[type];
}
