/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the publisher's database says, from the outputs of `run sql`: typed
 * readers on top of said_rows(). The queries are commands of cluster/command.h;
 * the names of columns that each reader looks for are said here. NULL and an
 * empty value are "". Errors are those of said_rows(), and ERR_SYNTAX with the
 * line for a column that is missing or a value that cannot be.
 */
#ifndef CLUSTER_DATABASE_H
#define CLUSTER_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "pki/cert_shelf.h"

#define DATABASE_NAME_MAX 255

/* ---- paramname, paramvalue of processconfig ---- */
struct database_parameters {
	bool has_mode, mixed;        /* ClusterSecurityMode: 0, 1 */
	bool has_rollback, rollback; /* prepare for rollback to pre 8.0 */
	/* Phone Interaction on Certificate Update; AUTO is not told where the
	 * value is a number, since nothing says what these mean. */
	bool has_interaction, interaction_auto;
	bool has_digest, sha512; /* TFTP File Signature Algorithm */
	/* What stands there for each; "" where it is not there. */
	char mode_text[64], rollback_text[64], interaction_text[64],
	    digest_text[64];
};
MUST_CHECK enum err database_parameters(struct bytes text,
    struct database_parameters *ret, struct diag *diag);

/* ClusterSecurityMode alone: ERR_ABSENT where it is not there. */
MUST_CHECK enum err database_mode(struct bytes text, bool *ret_mixed,
    struct diag *diag);

/* ---- name of processnode, without EnterpriseWideData ---- */
struct database_nodes {
	char (*name)[DATABASE_NAME_MAX + 1];
	size_t num;
};
MUST_CHECK enum err database_nodes(struct bytes text,
    struct database_nodes *ret, struct diag *diag);
void database_nodes_clear(struct database_nodes *l);

/* ---- certificate, and unit (or name) and servername where they are there ---- */
struct database_cert {
	char unit[64]; /* "CallManager-trust" */
	char server[DATABASE_NAME_MAX + 1];
	const struct cert *cert; /* the shelf's */
};
struct database_certs {
	struct database_cert *item;
	size_t num;
	size_t num_unread; /* rows without a certificate, or whose PEM does
			    * not decode */
};
MUST_CHECK enum err database_certs(struct bytes text, struct cert_shelf *shelf,
    struct database_certs *ret, struct diag *diag);
void database_certs_clear(struct database_certs *l);

/* ---- name, model, pool, cmgroup (or group), profile, lscissuername,
 * lscvaliduntil; all but name may be missing ---- */
struct database_device {
	char name[128];
	char model[128], pool[128], group[128], profile[128];
	char lsc_issuer[DATABASE_NAME_MAX + 1];
	int64_t lsc_until; /* s since 1970; 0: it has none */
};
struct database_devices {
	struct database_device *item;
	size_t num;
};
MUST_CHECK enum err database_devices(struct bytes text,
    struct database_devices *ret, struct diag *diag);
void database_devices_clear(struct database_devices *l);

#endif
