/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates that somebody else made, as far as the lab looks into them: what
 * an administrator pastes or uploads.
 */
#ifndef LAB_MINT_READ_H
#define LAB_MINT_READ_H

#include "lab/mint.h"

#define MINT_READ_MAX 16 /* attributes of a name, and hosts */

struct mint_seen {
	struct mint_attr subject[MINT_READ_MAX], issuer[MINT_READ_MAX];
	size_t num_subject, num_issuer;
	const char *dns[MINT_READ_MAX];
	size_t num_dns;
	struct buf text; /* of all of these */
	uint8_t serial[32];
	size_t serial_len;
	int64_t not_before, not_after;
	struct buf public_key, signature;
	bool ca, self_signed;
};

/* The first certificate of PEM text, or DER, as DER appended to OUT. ERR_SYNTAX
 * where there is none. */
MUST_CHECK enum err mint_read_pem(struct bytes pem, struct buf *out,
    struct diag *diag);

/* Reads DER. ERR_SYNTAX; ERR_TOO_BIG. */
MUST_CHECK enum err mint_read_cert(struct bytes der, struct mint_seen *ret,
    struct diag *diag);
void mint_read_clear(struct mint_seen *seen);

/* DER is signed with the key of the certificate ISSUER, and names it. */
bool mint_read_is_by(struct bytes der, struct bytes issuer);

/* HOST is among its hosts. */
bool mint_read_has_host(const struct mint_seen *seen, const char *host);

#endif
