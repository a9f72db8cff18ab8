/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between two lists, by meaning and not by position: a record is
 * matched with the one of the other list that has the same role and the same
 * certificate; then with one of the same role and the same server (host, else
 * common name, else address), which it replaces. Of several that would do, one
 * with the same bytes goes first, then one at the same host and address, then
 * one with the same common name, then the first. Each is matched once.
 */
#ifndef TRUST_DIFF_H
#define TRUST_DIFF_H

#include "trust/trust.h"

/* What became of a record: id, JSON name. Same: its bytes too. Respelt: same
 * role and certificate (or none, at the same server), other bytes. Replaced:
 * same role and server, other certificate. */
#define DIFF_KINDS(X)                \
	X(DIFF_SAME, "same")         \
	X(DIFF_RESPELT, "respelt")   \
	X(DIFF_REPLACED, "replaced") \
	X(DIFF_REMOVED, "removed")   \
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
	/* A SAST, respelt in ISSUERNAME or SERIALNUMBER, where phones look: for
	 * them OLD has gone and NEW is another one. */
	bool renamed;
	/* Respelt, and PUBLICKEY is another although CERTIFICATE is not: phones
	 * may use either. Of a SAST also where one of the two has none. */
	bool rekeyed;
	/* Respelt, of a server, for another host or address, and no other
	 * record of NEW has its certificate: phones do not find it where it
	 * was (rules W2 and W3). */
	bool moved;
};

struct diff {
	struct diff_row *rows; /* in NEW's order; what was removed stands where
				* it was in OLD */
	size_t num;
	/* The header; signer: SIGNERNAME, SERIALNUMBER or CANAME. */
	bool signer, digest, filename, timestamp, version;
	bool other_fields; /* of the header: the rest, or their order */
	bool order;        /* records that are in both stand in another */
	bool sast_names;   /* a row is renamed */
	bool keys;         /* a row is rekeyed */
	bool moved;        /* a row is */
};

/* For any list that ctl_parse() accepts in about the time of sorting it.
 * ERR_NOMEM. */
MUST_CHECK enum err diff_of(const struct ctl_file *old,
    const struct ctl_file *new, struct diff *ret, struct diag *d);

/* Frees what DF holds; it is empty again. */
void diff_clear(struct diff *df);

/* The trust is the same: no record but in the same bytes or respelt ones, no
 * SAST renamed, no key another, and the same signer and digest. */
bool diff_is_same_trust(const struct diff *df);

#endif
