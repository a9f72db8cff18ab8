/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record of a list as people name it, on the command line
 *
 *	CERT,host=NAME,ip=ADDRESS,dialect=NAME
 *
 * or in the records of a specification (cli/spec.h). CERT is a file or a
 * pkcs11: URI; the keys behind it may be left out, and stand in any order. They
 * are taken off from the right, so that CERT may have commas. Without a CERT
 * ("host=NAME,ip=ADDRESS") it is a server of a cluster that is not in secure
 * mode; a file whose name begins so is written "./host=...".
 */
#ifndef CLI_ENTRY_H
#define CLI_ENTRY_H

#include "cli/certload.h"
#include "ctl/ctl.h"
#include "data/doc.h"

/* All-zero is legal to clear. */
struct entry {
	uint16_t role;
	struct buf where; /* file or URI; empty: no certificate */
	bool has_host, has_address, has_dialect;
	struct buf host;
	uint8_t address[4];
	enum ctl_dialect dialect;
	struct doc_place at; /* in a specification; line 0: none */
	struct buf said;     /* elsewhere: the option and its value */

	struct cert *cert; /* once it is loaded */
};

void entry_clear(struct entry *e);

/* The roles and dialects by name, "ccm+tftp" and "ccm-tftp" alike, for tables
 * of documents. A NULL name ends them. */
extern const struct doc_name entry_roles[];
extern const struct doc_name entry_dialects[];

/* True and *RET where NAME is a role. */
bool entry_role(struct bytes name, uint16_t *ret);

/* The same for dialects. */
bool entry_dialect(const char *name, enum ctl_dialect *ret);

/* Sets the host or the address of E. ERR_USAGE for a host with a control
 * character or that is no UTF-8, and for what is no IPv4 address. */
MUST_CHECK enum err entry_set_host(struct entry *e, struct bytes host,
    struct diag *d);
MUST_CHECK enum err entry_set_address(struct entry *e, const char *address,
    struct diag *d);

/* Reads TEXT into RET, an empty one, as ROLE. Messages begin with WHAT, the
 * option, which ends with a '=' where TEXT is not all of its value. ERR_USAGE; RET is then to be cleared. */
MUST_CHECK enum err entry_parse(const char *what, const char *text,
    uint16_t role, struct entry *ret, struct diag *d);

/* Loads the certificate, if one is named. RUN as certload_one() has it. The line
 * of the specification is put into D. */
MUST_CHECK enum err entry_load(struct entry *e, struct token_run *run,
    struct diag *d);

/* Returns WHY, with which a record of E was not made, and puts into D which one
 * that is: the option, or the line of the specification. */
MUST_CHECK enum err entry_about(const struct entry *e, enum err why,
    struct diag *d);

/* Adds E to DR, as ctl_draft_add(): in its own dialect, where it has one, else
 * in DIALECT. Messages are those of entry_about(). */
MUST_CHECK enum err entry_add(const struct entry *e, enum ctl_dialect dialect,
    struct ctl_draft *dr, size_t at, struct diag *d);

#endif
