/*
 * An IKEv2 initiator, as far as IKE_AUTH, that does right by default and
 * wrong where a test says so.
 */
#ifndef TEST_INITIATOR_H
#define TEST_INITIATOR_H

#include "../../lib/ike/crypt.h"
#include "../../lib/ike/dh.h"
#include "../../lib/ike/ike.h"

struct evp_pkey_st;

struct initiator {
	struct ike_suite suite;		/* what it proposes */
	uint8_t		 spi_i[IKE_SPI], spi_r[IKE_SPI];
	uint8_t		 ni[32], nr[IKE_NONCE_MAX];
	size_t		 nrlen;
	uint8_t		 cookie[IKE_COOKIE_MAX];
	size_t		 cookielen;
	struct ike_dh	*dh;
	uint8_t		 pub[IKE_DH_MAX];
	unsigned	 ke_group;	/* 0: the suite's */
	bool		 no_hashes, no_fragments;	/* not announced */
	uint8_t		 init[IKE_REQUEST_MAX];	/* its IKE_SA_INIT */
	size_t		 initlen;
	struct ike_keys	 keys;		/* once it was answered */
	bool		 has_keys;

	struct evp_pkey_st *key;	/* that it signs with */
	const uint8_t	*cert;		/* its CERT's data */
	size_t		 certlen;
	uint8_t		 cert_enc, method;
	const char	*alg;		/* hex of method 14's identifier */
	const char	*md;		/* the hash: "SHA256", or NULL */
	uint8_t		 id_type;
	const void	*id;
	size_t		 idlen;
};

/* AES-GCM-16-256, PRF SHA2-256, this group; random SPI, nonce and secret. */
void	 initiator_new(struct initiator *, unsigned group);
void	 initiator_free(struct initiator *);

/* Its IKE_SA_INIT request, kept in init. */
void	 initiator_init(struct initiator *);

/*
 * Take an answer to it: 0 with keys made, the notification's type where it
 * is one (a cookie is kept), or -1.
 */
int	 initiator_read_init(struct initiator *, const uint8_t *, size_t);

/* Key and CERT from PEM of tests/data/good: "p256.priv-pkcs8.pem". */
void	 initiator_key(struct initiator *, const char *file);
void	 initiator_fqdn(struct initiator *, const char *);

/* The payloads of its IKE_AUTH, unprotected: IDi, CERT, AUTH. */
size_t	 initiator_inner(const struct initiator *, uint8_t *, size_t);

/* Protect payloads of which the first is of this type, in one message. */
size_t	 initiator_sk(const struct initiator *, uint8_t *, size_t,
	    uint8_t first, const uint8_t *, size_t);
/* Fragment number of total: RFC 7383 2.5. */
size_t	 initiator_skf(const struct initiator *, uint8_t *, size_t,
	    uint8_t first, unsigned number, unsigned total, const uint8_t *,
	    size_t);

/* Is it a refusal, protected as it should be?  Else what it is. */
int	 initiator_read_auth(const struct initiator *, const uint8_t *,
	    size_t);

#endif
