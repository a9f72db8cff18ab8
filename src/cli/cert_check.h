/* SPDX-License-Identifier: Apache-2.0 */
/* One certificate before its upload: what `ctlsmith cert check` is given, and
 * what it found. */
#ifndef CLI_CERT_CHECK_H
#define CLI_CERT_CHECK_H

#include <jansson.h>

#include "cli/cert_ledger.h"
#include "cli/fill.h"
#include "cli/profiles.h"

/* What the command line says; all but unit may be NULL. */
struct cert_check_wish {
	const char *unit, *release, *csr, *trust, *nodes, *ledger, *profiles;
	int64_t now;
};

#define CERT_CHECK_NODES_MAX 256

/* All-zero is an empty one. */
struct cert_check {
	const struct cert_check_wish *wish;
	struct profiles profiles;
	struct profiles_found found;
	struct cert_file file;     /* the certificate */
	const struct cert *cert;   /* of it, or NULL: it is a text dump */
	struct cert_file csr_file; /* the request */
	struct cert_pile trust;
	struct cert_ledger ledger;
	char *nodes; /* as the command line has them, cut apart */
	const char *node[CERT_CHECK_NODES_MAX];
	size_t num_nodes;
	const char *where; /* whose failure a diag is about, or NULL */
	struct fit fit;
};

/* Loads all but the certificate. ERR_USAGE for what the command line says
 * wrongly. OUT gets what was left out. C is to be cleared whatever the
 * outcome. */
MUST_CHECK enum err cert_check_open(struct cert_check *c,
    const struct cert_check_wish *wish, struct out *out, struct diag *d);

/* Judges the certificate of PATH: the one of the request's key, else the first.
 * ERR_SYNTAX where there is none; errors of cert_file_load(), fit_judge(). */
MUST_CHECK enum err cert_check_judge(struct cert_check *c, const char *path,
    struct diag *d);
void cert_check_clear(struct cert_check *c);

/* Appends what was found, for people. ERR_NOMEM. */
MUST_CHECK enum err cert_check_put(const struct cert_check *c,
    const struct fill *fill, struct buf *out, struct diag *d);

/* The element of `cert check --json`, of the file C->file; NULL: out of memory.
 * WHY: it could not be judged, or NULL. */
json_t *cert_check_json(const struct cert_check *c, const struct diag *why);

#endif
