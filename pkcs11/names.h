/* SPDX-License-Identifier: Apache-2.0 */
/* Names of PKCS#11's constants, each once, and what a CK_RV means for us. */
#ifndef PKCS11_NAMES_H
#define PKCS11_NAMES_H

#include <stdbool.h>

#include <p11-kit/pkcs11.h>

#include "base/diag.h"

/* "CKR_PIN_INCORRECT", or NULL. */
const char *rv_name(CK_RV rv);

/* "CKM_RSA_PKCS", or NULL. */
const char *mech_name(CK_MECHANISM_TYPE m);

/* "CKA_LABEL", or NULL. */
const char *attribute_name(CK_ATTRIBUTE_TYPE a);

/* Records that the module's function API returned RV: ERR_PIN for what says so
 * of a PIN, else ERR_TOKEN; native is RV in full width. The message is what it
 * means, then name and number: "the PIN is wrong (C_Login:
 * CKR_PIN_INCORRECT, 0xa0)"; a vendor's code is called one. Clears OpenSSL's
 * error queue, where modules leave theirs. */
enum err rv_fail(struct diag *d, const char *api, CK_RV rv);

/* The token or its device is gone: CKR_DEVICE_ERROR, _DEVICE_REMOVED,
 * _TOKEN_NOT_PRESENT, _SESSION_HANDLE_INVALID, _TOKEN_NOT_RECOGNIZED. */
bool rv_is_gone(CK_RV rv);

#endif
