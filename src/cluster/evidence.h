/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was seen of a cluster, raw: pieces with names, each with the time at
 * which it came or why it did not. Everything that is said about a cluster is
 * read from such pieces (cluster/survey.h), so that what was collected and sent
 * to somebody says there what it said here.
 *
 * Names are "NODE/cli/show-ctl", "NODE/tftp/CTLFile.tlv", "NODE/http/...",
 * "NODE/tls/5061-rsa.pem", "cluster/...". A bundle is a tar of them with a
 * manifest, which has SHA-256 of each. No secret is ever a piece.
 */
#ifndef CLUSTER_EVIDENCE_H
#define CLUSTER_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"

#define EVIDENCE_NAME_MAX 512                /* bytes of a name */
#define EVIDENCE_PIECES_MAX 32768            /* of a cluster */
#define EVIDENCE_TOTAL_MAX ((size_t)1 << 30) /* bytes of all of them */

struct evidence_piece {
	const char *name;
	int64_t when;
	enum err error; /* ERR_OK: bytes are there */
	const char *why;
	struct bytes bytes;
};

struct evidence;

MUST_CHECK enum err evidence_new(struct evidence **ret, struct diag *d);
void evidence_free(struct evidence **e);

/* Copies; may be called by several threads. A name that is there is
 * ERR_EXISTS; one that is no path of letters, digits and "._:%-" is ERR_USAGE;
 * what is beyond the limits ERR_TOO_BIG. */
MUST_CHECK enum err evidence_put(struct evidence *e, const char *name,
    int64_t when, struct bytes bytes, struct diag *d);
/* Why NAME is not there. */
MUST_CHECK enum err evidence_miss(struct evidence *e, const char *name,
    int64_t when, const struct diag *why, struct diag *d);

/* Appends NODE as it stands in names of pieces: what may not stand there as
 * %XX. */
void evidence_put_node(struct buf *out, const char *node);

/* Takes NAME out; it may be none's. Not while threads put. */
void evidence_drop(struct evidence *e, const char *name);

/* NULL where nobody looked. Only when no thread puts any more. Pieces stand in
 * the order of their names. */
const struct evidence_piece *evidence_find(const struct evidence *e,
    const char *name);
size_t evidence_num(const struct evidence *e);
const struct evidence_piece *evidence_at(const struct evidence *e, size_t i);

/* The bundle, appended to RET, and back: bounded, ERR_SYNTAX for what is no
 * bundle or whose hashes do not fit, with what is wrong and where. Equal
 * evidence gives equal bytes. Within it all is below "bundle/", and
 * bundle/MANIFEST comes first: a line a piece. */
MUST_CHECK enum err evidence_pack(const struct evidence *e, struct buf *ret,
    struct diag *d);
MUST_CHECK enum err evidence_unpack(struct bytes tar, struct evidence **ret,
    struct diag *d);

#endif
