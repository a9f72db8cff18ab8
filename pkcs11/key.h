/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of struct tok_key, and the ways to sign with it. */
#ifndef PKCS11_KEY_H
#define PKCS11_KEY_H

#include "pkcs11/object.h"

struct tok_key {
	struct tok *tok;          /* whose it is */
	struct object object;     /* the private key */
	const struct pubkey *pub; /* of the object, or found beside it */
	struct object beside;     /* the public key or certificate, or empty */
	bool always;
	unsigned age; /* the token's; handles of another age are void */
	struct tok_way *way;
	size_t num_ways;
};

/* Makes a struct tok_key of the private key with handle H. */
MUST_CHECK enum err key_of_handle(struct tok *t, CK_OBJECT_HANDLE h,
    struct tok_key **ret, struct diag *d);

/* Fills the ways of K: what its token's mechanisms allow. */
MUST_CHECK enum err key_read_ways(struct tok *t, struct tok_key *k,
    struct diag *d);

#endif
