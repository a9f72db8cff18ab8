/* SPDX-License-Identifier: Apache-2.0 */
/* What a record of a list says of its certificate, decoded, and which fields
 * two records spell otherwise. */
#ifndef CLI_RECORD_FACTS_H
#define CLI_RECORD_FACTS_H

#include "ctl/ctl.h"

/* All-zero is legal to clear. */
struct record_facts {
	struct cert *cert;        /* NULL: none that decodes */
	const struct pubkey *key; /* of CERT, else PUBLICKEY; or NULL */
	struct digest_value spki; /* SHA-256 of KEY, where there is one */
	struct pubkey *own;
};

/* Of record INDEX of F. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err record_facts_read(const struct ctl_file *f, size_t index,
    struct record_facts *ret, struct diag *d);
void record_facts_clear(struct record_facts *rf);

/* Calls EACH with the name of every field that A and B do not have in the same
 * bytes, in the order of A, then those that only B has. RECORDLENGTH does not
 * count. A tag without a name comes as NULL and its CODE. */
void record_facts_differing(const struct ctl_record *a,
    const struct ctl_record *b,
    void (*each)(void *arg, const char *name, uint8_t code), void *arg);

#endif
