/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the mint share.
 */
#ifndef LAB_MINT_INNER_H
#define LAB_MINT_INNER_H

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "lab/mint.h"

struct mint_key {
	EVP_PKEY *pkey;
};

/* What OpenSSL said of API; returns ERR_CRYPTO. */
enum err mint_failed(struct diag *diag, const char *api);

/* The digest; NULL for none. */
const EVP_MD *mint_md(enum mint_digest digest);

/* The key takes PKEY over, also where it fails. */
MUST_CHECK enum err mint_keep_key(EVP_PKEY *pkey, struct mint_key **ret,
    struct diag *diag);

/* A new name. */
MUST_CHECK enum err mint_make_name(const struct mint_name *from, size_t joined,
    X509_NAME **ret, struct diag *diag);

/* NUM hosts as subjectAltName; NULL out of memory. */
GENERAL_NAMES *mint_make_hosts(const char *const *dns, size_t num);

#endif
