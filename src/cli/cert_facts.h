/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of a certificate or a request for people and for JSON. */
#ifndef CLI_CERT_FACTS_H
#define CLI_CERT_FACTS_H

#include "pki/csr.h"

/* What is read of a certificate or a request, for both outputs. */
struct cert_facts {
	struct buf subject, issuer; /* RFC 4514; empty where it is no text */
	bool no_subject, no_issuer; /* it is no text */
	struct buf spki, key_id;    /* SHA-256 of the key, and its id */
	const struct pubkey *key;   /* NULL: of no known kind */
	const struct ext *ext;      /* NULL: see why_no_ext */
	struct ext own;             /* what EXT is of a certificate */
	struct diag why_no_ext;
	bool good_signature; /* of a certificate: it signed itself; of a
			      * request: its signature is right */
};

MUST_CHECK enum err cert_facts_of(const struct cert *c, struct cert_facts *ret,
    struct diag *d);
MUST_CHECK enum err cert_facts_of_csr(const struct csr *c,
    struct cert_facts *ret, struct diag *d);
void cert_facts_clear(struct cert_facts *f);

#endif
