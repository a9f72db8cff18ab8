/* SPDX-License-Identifier: Apache-2.0 */
/* What single vendors tell beyond the standard: how many tries a PIN has
 * left. */
#ifndef PKCS11_VENDOR_H
#define PKCS11_VENDOR_H

#include "pkcs11/p11.h"
#include "pkcs11/tok.h"

/* Fills tries and tries_max of RET where the table knows the token's
 * manufacturer and the token answers. Opens a session of its own, and takes OWN
 * where it gets none (CK_INVALID_HANDLE: there is none); no login is needed. */
void vendor_read_tries(const struct p11 *p, CK_SLOT_ID slot,
    CK_SESSION_HANDLE own, struct tok_info *ret);

#endif
