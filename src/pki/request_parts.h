/* SPDX-License-Identifier: Apache-2.0 */
/* Within src/pki only: what requests and certificates have in common. */
#ifndef PKI_REQUEST_PARTS_H
#define PKI_REQUEST_PARTS_H

#include <openssl/x509v3.h>

#include "pki/request.h"

/* The longest text of a name, or of alternative names, in bytes. */
#define REQUEST_MAX_TEXT 4096

/* What is made of a spec. All-zero is legal to clear. */
struct request_parts {
	X509_NAME *name;
	STACK_OF(X509_EXTENSION) * exts; /* NULL: none */
};

/* Fills P, which the caller clears whatever the outcome. */
MUST_CHECK enum err request_read(const struct request_spec *spec,
    struct request_parts *p, struct diag *d);
void request_parts_clear(struct request_parts *p);

/* Adds the extension NID, whose content is VALUE. */
MUST_CHECK enum err request_add_ext(struct request_parts *p, int nid,
    void *value, bool critical, struct diag *d);

/* SPEC's key can sign over DIGEST. */
MUST_CHECK enum err request_check_can(const struct request_spec *spec,
    enum digest digest, struct diag *d);

/* After a signer that failed. It need not be OpenSSL's, and then may fail
 * without a word, which is not memory. */
enum err request_not_signed(struct diag *d);

/* After a signature that does not verify. */
enum err request_not_verified(struct diag *d);

/* Appends DER to RET, and gives it back to OpenSSL. */
MUST_CHECK enum err request_hand_over(unsigned char *der, int len,
    struct buf *ret, struct diag *d);

/* Reads a distinguished name as request.h describes it. */
MUST_CHECK enum err request_name_read(const char *text, X509_NAME **ret,
    struct diag *d);

/* Reads alternative names; at least one. */
MUST_CHECK enum err request_alt_read(const char *text, GENERAL_NAMES **ret,
    struct diag *d);

/* Says what is wrong in TEXT at the byte AT, and where that is. */
enum err request_wrong(struct diag *d, const char *text, const char *at,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
