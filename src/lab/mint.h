/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lab's mint: test keys from PEM files, test certificates from them that
 * are the same bytes every time, and the signatures of test lists. Never for
 * a key that anybody trusts.
 *
 * Certificates are signed by RSA keys only, PKCS#1 v1.5, since an ECDSA
 * signature differs each time; unless somebody says that it may.
 */
#ifndef LAB_MINT_H
#define LAB_MINT_H

#include <stdbool.h>

#include "base/buf.h"

/* How an attribute is encoded; a value is given as UTF-8 always. */
enum mint_string {
	MINT_UTF8,
	MINT_PRINTABLE,
	MINT_IA5,
	MINT_T61,      /* one byte a character, Latin-1 */
	MINT_BMP,      /* two bytes a character */
	MINT_UNIVERSAL /* four */
};

enum mint_digest {
	MINT_SHA1,
	MINT_SHA256,
	MINT_SHA512
};

struct mint_attr {
	const char *key; /* CN, OU, O, L, ST, C, DC, serialNumber, ... */
	const char *value;
	enum mint_string type;
};

struct mint_name {
	const struct mint_attr *attr; /* in the order of the certificate */
	size_t num;
};

struct mint_key;

/* Reads a private key, PEM without a passphrase. */
MUST_CHECK enum err mint_key_load(const char *path, struct mint_key **ret,
    struct diag *diag);

/* The same of PEM text that holds one. */
MUST_CHECK enum err mint_key_read(struct bytes pem, struct mint_key **ret,
    struct diag *diag);

/* Makes a private key: RSA of BITS, 1024 or more; or, 256 and 384, on the
 * curves P-256 and P-384. */
MUST_CHECK enum err mint_key_new(unsigned bits, struct mint_key **ret,
    struct diag *diag);

void mint_key_free(struct mint_key **key);

/* Appends the private key as PEM: for servers of the lab. */
MUST_CHECK enum err mint_key_pem(const struct mint_key *key, struct buf *out,
    struct diag *diag);

/* OpenSSL's, which KEY owns; for servers of the lab. Many threads may sign with
 * it at once. */
struct evp_pkey_st *mint_key_pkey(const struct mint_key *key);

/* Bits of the modulus or of the curve. */
size_t mint_key_bits(const struct mint_key *key);

/* Appends what a record's PUBLICKEY holds: PKCS#1 RSAPublicKey, or the
 * uncompressed point of a curve. */
MUST_CHECK enum err mint_key_public(const struct mint_key *key, struct buf *out,
    struct diag *diag);

struct mint_spec {
	struct mint_name subject;
	struct mint_name issuer;
	struct bytes serial; /* magnitude, big-endian */
	int64_t not_before;
	int64_t not_after;
	const struct mint_key *key;        /* of the subject */
	const struct mint_key *issuer_key; /* RSA */
	enum mint_digest digest;
	bool ca;                /* basicConstraints, CA */
	const char *const *dns; /* subjectAltName */
	size_t num_dns;
	size_t der_length; /* exact size wanted, 0 for any */
	bool any_key;      /* the issuer's may be one on a curve: other bytes
			    * each time */
	size_t joined;     /* so many of the first attributes of the subject
			    * are one set; they must be in DER's order */
};

/*
 * Appends the certificate, DER, to OUT. An exact size is reached by a Netscape
 * comment; where no comment hits it (a length field grows there), by a
 * critical one, or by writing notAfter as GeneralizedTime. ERR_USAGE for a
 * size that is below the least possible.
 */
MUST_CHECK enum err mint_cert(const struct mint_spec *spec, struct buf *out,
    struct diag *diag);

/* Appends a request, PKCS#10, DER: subject, hosts and key of SPEC. */
MUST_CHECK enum err mint_request(const struct mint_spec *spec, struct buf *out,
    struct diag *diag);

/* Appends KEY and the certificate DER as PKCS#12 under PASSWORD. */
MUST_CHECK enum err mint_p12(const struct mint_key *key, struct bytes der,
    const char *password, struct buf *out, struct diag *diag);

/* Appends DER as PEM. */
MUST_CHECK enum err mint_pem(struct bytes der, struct buf *out,
    struct diag *diag);

/* Appends the signature value that stands in the certificate DER. */
MUST_CHECK enum err mint_cert_signature(struct bytes der, struct buf *out,
    struct diag *diag);

/* Appends the PKCS#1 v1.5 signature (with DigestInfo) of MESSAGE. */
MUST_CHECK enum err mint_sign(const struct mint_key *key,
    enum mint_digest digest, struct bytes message, struct buf *out,
    struct diag *diag);

/* *RET: SIGNATURE is that one, made with the key whose mint_key_public() is
 * PUBLIC_KEY. False too for what is no RSA key. */
MUST_CHECK enum err mint_check(struct bytes public_key, enum mint_digest digest,
    struct bytes message, struct bytes signature, bool *ret, struct diag *diag);

/* Appends the signature of a firmware image: the padded block holds WHEN, 4
 * bytes, and the SHA-1 of MESSAGE, no DigestInfo. See docs/ctl-format.md,
 * "What is signed". */
MUST_CHECK enum err mint_sign_firmware(const struct mint_key *key,
    uint32_t when, struct bytes message, struct buf *out, struct diag *diag);

/* Appends the digest of MESSAGE. */
MUST_CHECK enum err mint_hash(enum mint_digest digest, struct bytes message,
    struct buf *out, struct diag *diag);

/* Appends the bytes of the attribute as the certificate holds them, without
 * tag and length. ERR_USAGE for a character that its type cannot hold. */
MUST_CHECK enum err mint_attr_bytes(const struct mint_attr *attr,
    struct buf *out, struct diag *diag);

#endif
