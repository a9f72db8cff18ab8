/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests that were once sent to an authority, and whose they are: a
 * folder. Of NODE/UNIT.csr the folder is the node; of NODE-UNIT.csr it is what
 * stands before the unit; of any other file the CN of the request. Other
 * endings than .csr do as well.
 */
#ifndef CLI_CERT_LEDGER_H
#define CLI_CERT_LEDGER_H

#include "cli/cert_pile.h"
#include "cli/profiles.h"

struct cert_ledger {
	struct cert_pile pile;
	struct fit_request *request;
	size_t num;
	struct buf *node; /* the name of each */
	size_t num_nodes;
};

/* Loads what WHERE names, as cert_pile_load(). L is to be cleared whatever the
 * outcome. */
MUST_CHECK enum err cert_ledger_load(const char *where,
    const struct profiles *profiles, struct cert_ledger *l, struct out *out,
    struct diag *d);
void cert_ledger_clear(struct cert_ledger *l);

#endif
