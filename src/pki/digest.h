/* SPDX-License-Identifier: Apache-2.0 */
/* Message digests: the checksums of a file, the fingerprint of a certificate,
 * what a signature covers. */
#ifndef PKI_DIGEST_H
#define PKI_DIGEST_H

#include "base/bytes.h"
#include "base/diag.h"

/* Digest, its name in JSON and on the command line, its length in bytes. */
#define DIGEST_LIST(X)                 \
	X(DIGEST_MD5, "md5", 16)       \
	X(DIGEST_SHA1, "sha1", 20)     \
	X(DIGEST_SHA224, "sha224", 28) \
	X(DIGEST_SHA256, "sha256", 32) \
	X(DIGEST_SHA384, "sha384", 48) \
	X(DIGEST_SHA512, "sha512", 64)

enum digest {
#define DIGEST_ENUM(id, name, len) id,
	DIGEST_LIST(DIGEST_ENUM)
#undef DIGEST_ENUM
};

#define DIGEST_MAX_LEN 64

struct digest_value {
	uint8_t byte[DIGEST_MAX_LEN];
	size_t len;
};

/* "sha1" and so on; never NULL. */
const char *digest_name(enum digest which);

/* How long a value is, in bytes. */
size_t digest_len(enum digest which);

/* Digests the NUM_PARTS runs of PARTS as one message. */
MUST_CHECK enum err digest_of(enum digest which, const struct bytes *parts,
    size_t num_parts, struct digest_value *ret, struct diag *d);

/* Contexts for whoever makes many digests, kept from one to the next. For one
 * thread at a time. */
struct digest_kit;

MUST_CHECK enum err digest_kit_new(struct digest_kit **ret, struct diag *d);

/* Frees *K and sets it to NULL; NULL is allowed. */
void digest_kit_free(struct digest_kit **k);

/* As digest_of(). */
MUST_CHECK enum err digest_with(struct digest_kit *k, enum digest which,
    const struct bytes *parts, size_t num_parts, struct digest_value *ret,
    struct diag *d);

/* The value, borrowed from V. */
struct bytes digest_bytes(const struct digest_value *v);

#endif
