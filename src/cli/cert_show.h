/* SPDX-License-Identifier: Apache-2.0 */
/* What `ctlsmith cert show` says of a file. */
#ifndef CLI_CERT_SHOW_H
#define CLI_CERT_SHOW_H

#include <jansson.h>

#include "cli/cert_files.h"
#include "cli/fill.h"

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

/* Appends all that F holds, for people. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err cert_show_put(const struct cert_file *f, int64_t now,
    const struct fill *fill, struct buf *out, struct diag *d);

/* Appends its certificates and requests as PEM. */
MUST_CHECK enum err cert_show_put_pem(const struct cert_file *f,
    struct buf *out, struct diag *d);

/* The element of `cert show --json`; NULL: out of memory. WHY: F could not be
 * read, or NULL. */
json_t *cert_show_json(const struct cert_file *f, int64_t now,
    const struct diag *why);

/* Appends the names of the bits that are set, or broken extensions of X, with
 * ", " between them. */
void cert_show_put_usage(struct buf *out, const struct ext *x);
void cert_show_put_purposes(struct buf *out, const struct ext *x);

#endif
