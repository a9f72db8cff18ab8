/* SPDX-License-Identifier: Apache-2.0 */
/* One object, read whole. */
#ifndef PKCS11_OBJECT_H
#define PKCS11_OBJECT_H

#include "pkcs11/find.h"

/* Room for the attributes of an object, used for one after the other. */
struct object_room;

MUST_CHECK enum err object_room_new(struct object_room **ret, struct diag *d);
void object_room_free(struct object_room **r);

/* An object and what it owns. */
struct object {
	struct tok_object as;
	CK_OBJECT_HANDLE handle;
	uint8_t *block; /* label, id, value, mechanisms */
	struct cert *cert;
	struct pubkey *key; /* of a key; a certificate's belongs to it */
};

/* Reads object H. One that is odd (a certificate that does not decode, a key
 * of an unknown kind) is no error: what is not known is absent. Private and
 * secret values are not asked for. */
MUST_CHECK enum err object_read(struct tok_session *s, CK_OBJECT_HANDLE h,
    struct object_room *room, struct object *ret, struct diag *d);

void object_clear(struct object *o);

#endif
