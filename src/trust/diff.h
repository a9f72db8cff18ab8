/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between two lists, by meaning and not by position: a record is
 * matched with the one of the other list that has the same role and the same
 * certificate; then with one of the same role and the same server (host, else
 * common name, else address), which it replaces.
 */
#ifndef TRUST_DIFF_H
#define TRUST_DIFF_H

#include "trust/trust.h"

/* What became of a record: id, JSON name. */
#define DIFF_KINDS(X)                                                        \
	X(DIFF_SAME, "same")       /* and its bytes too */                   \
	X(DIFF_RESPELT, "respelt") /* same certificate, role, other bytes */ \
	X(DIFF_REPLACED,                                                     \
	    "replaced") /* same role and server, other certificate */        \
	X(DIFF_REMOVED, "removed")                                           \
	X(DIFF_ADDED, "added")

enum diff_kind {
#define DIFF_ENUM(id, name) id,
	DIFF_KINDS(DIFF_ENUM)
#undef DIFF_ENUM
};

const char *diff_kind_name(enum diff_kind kind);

struct diff_row {
	enum diff_kind kind;
	size_t old, new; /* records, or 0 */
};

struct diff {
	struct diff_row *rows; /* in NEW's order; what was removed stands where
				* it was in OLD */
	size_t num;
	/* The header. */
	bool signer, digest, filename, timestamp, version;
};

/* ERR_NOMEM. */
MUST_CHECK enum err diff_of(const struct ctl_file *old,
    const struct ctl_file *new, struct diff *ret, struct diag *d);

void diff_clear(struct diff *df);

/* The trust is the same: no record but in the same bytes or respelt ones, and
 * the same signer and digest. */
bool diff_is_same_trust(const struct diff *df);

#endif
