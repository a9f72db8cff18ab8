/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that were found in a file or on a token, to choose one from. */
#ifndef CLI_CERTLIST_H
#define CLI_CERTLIST_H

#include "pkcs11/tok.h"
#include "pki/cert.h"

struct certlist_item {
	struct cert *cert;
	struct buf uri; /* on a token; else empty */
};

/* All-zero is an empty one. No two are the same certificate. */
struct certlist {
	struct certlist_item *item;
	size_t num;
};

#define CERTLIST_MAX 1024

/* Frees what L holds; it is empty again. */
void certlist_clear(struct certlist *l);

/* These add to L; what they have added when they fail stays. */

/* What CONTENT, the bytes of a file, holds: as PEM any number, also none,
 * beside whatever else; as DER one. ERR_SYNTAX; ERR_TOO_BIG over
 * CERTLIST_MAX. */
MUST_CHECK enum err certlist_add_file(struct certlist *l, struct bytes content,
    struct diag *d);

/* Those of the token T that U (NULL: all) names and that are seen now;
 * what does not decode is left out. */
MUST_CHECK enum err certlist_add_token(struct certlist *l, struct tok *t,
    const struct tok_uri *u, struct diag *d);

/* Those that came with a key; what does not decode is left out. */
MUST_CHECK enum err certlist_add_key(struct certlist *l,
    const struct keyfile *k, struct diag *d);

/* Leaves those of KEY. */
void certlist_keep(struct certlist *l, const struct pubkey *key);

/* Takes the only one out of L. ERR_ABSENT, ERR_SYNTAX where it has none or
 * several; those on a token are then told, as candidates. */
MUST_CHECK enum err certlist_only(struct certlist *l, struct cert **ret,
    struct diag *d);

#endif
