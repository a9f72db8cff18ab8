/* SPDX-License-Identifier: Apache-2.0 */
/* Within src/pki only: the inside of a key file. */
#ifndef PKI_KEYFILE_PARTS_H
#define PKI_KEYFILE_PARTS_H

#include <openssl/x509.h>

#include "pki/keyfile.h"

struct keyfile {
	enum pubkey_type type;
	struct pubkey *key;         /* NULL until a private key was found */
	struct keyfile_part secret; /* RSAPrivateKey, or the scalar of EC */
	struct buf params;          /* EC: the curve's OID, in DER */
	struct buf point;           /* EC: DER OCTET STRING */
	struct bytes part[KEYFILE_NUM_PARTS]; /* into the three above */
	struct buf *certs;
	size_t num_certs;
};

/* Memory of LEN bytes, at least 1; RET must be empty. */
MUST_CHECK enum err keyfile_part_new(struct keyfile_part *ret, size_t len,
    struct diag *d);

/* Puts the private key INNER, whose AlgorithmIdentifier has the content ALG,
 * into K, which must have none yet, and checks that its parts agree. What K
 * holds after a failure is freed with it. */
MUST_CHECK enum err keyfile_take(struct keyfile *k, struct bytes alg,
    struct bytes inner, struct diag *d);

/* The same of one in its traditional form, which says its kind itself. */
MUST_CHECK enum err keyfile_take_rsa(struct keyfile *k, struct bytes inner,
    struct diag *d);
MUST_CHECK enum err keyfile_take_ec(struct keyfile *k, struct bytes params,
    struct bytes inner, struct diag *d);

/* Adds a certificate. */
MUST_CHECK enum err keyfile_add_cert(struct keyfile *k, struct bytes der,
    struct diag *d);

/*
 * What opens an encrypted file: the passphrase, and a context of OpenSSL with
 * the providers "default" and, where it is installed, "legacy". Neither a
 * configuration file nor the environment has a say in what it loads.
 */
struct opener {
	struct bytes passphrase;
	bool without;      /* the file opens without one */
	OSSL_LIB_CTX *ctx; /* NULL until it is needed */
	OSSL_PROVIDER *base;
	OSSL_PROVIDER *legacy; /* NULL: not there */
};

MUST_CHECK enum err keyfile_opener_start(struct opener *o, struct diag *d);
void keyfile_opener_clear(struct opener *o);

/* Ends a failed attempt to open something: why it failed. */
enum err keyfile_opener_fail(const struct opener *o, struct diag *d);

enum err keyfile_opener_no_passphrase(struct diag *d);

/* EncryptedPrivateKeyInfo, and a whole PKCS#12. */
MUST_CHECK enum err keyfile_take_encrypted(struct keyfile *k, struct bytes der,
    struct opener *o, struct diag *d);
MUST_CHECK enum err keyfile_take_pkcs12(struct keyfile *k, struct bytes der,
    struct opener *o, struct diag *d);

/* Everything in a PEM file. */
MUST_CHECK enum err keyfile_take_pem(struct keyfile *k, struct bytes text,
    struct opener *o, struct diag *d);

/* One private key in DER of any form that is not PKCS#12. */
MUST_CHECK enum err keyfile_take_der(struct keyfile *k, struct bytes der,
    struct opener *o, struct diag *d);

#endif
