/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that come again and again, each decoded once. Of one thread. */
#ifndef PKI_CERT_SHELF_H
#define PKI_CERT_SHELF_H

#include "pki/cert.h"

struct cert_shelf;

MUST_CHECK enum err cert_shelf_new(struct cert_shelf **ret, struct diag *d);

/* Frees *S with all its certificates and sets it to NULL; NULL is allowed. */
void cert_shelf_free(struct cert_shelf **s);

/* As cert_from_der(); *RET is the shelf's, and lives as long. What does not decode
 * is not kept. */
MUST_CHECK enum err cert_shelf_der(struct cert_shelf *s, struct bytes der,
    const struct cert **ret, struct diag *d);

/* The same of PEM, which begins with "-----BEGIN CERTIFICATE-----": the base64 up
 * to its end, blanks and lines left out. ERR_SYNTAX. */
MUST_CHECK enum err cert_shelf_pem(struct cert_shelf *s, struct bytes pem,
    const struct cert **ret, struct diag *d);

#endif
