/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list as the text of `show ctl` tells it, in the form of a list, so that
 * diff_of() and trust_effect() compare it: nobody has rules of his own for
 * texts.
 *
 * Such a list has the names, serial numbers, roles and hashes of the text. What
 * the text lacks stands there in the form of a digest of what it has instead:
 * CERTIFICATE and PUBLICKEY are equal where the certificates are, and are
 * neither certificates nor keys. Nothing of it may be shown, verified or
 * written. Digest, times, file name, signatures and addresses are absent.
 */
#ifndef TRUST_TOLD_H
#define TRUST_TOLD_H

#include "ctl/ctl.h"

/* What tells certificates apart, the best first: id, JSON name. */
#define TOLD_BYS(X)                            \
	X(TOLD_BY_SHA1, "sha1")                \
	X(TOLD_BY_SERIAL, "issuer-and-serial") \
	X(TOLD_BY_NAME, "names") /* as good as nothing: names stay */

/* A tag that no list has, for what the text says of fields that it does not
 * print: tag and LENGTH of every row. */
#define TOLD_TAG_ROWS 0xf0

enum told_by {
#define TOLD_ENUM(id, name) id,
	TOLD_BYS(TOLD_ENUM)
#undef TOLD_ENUM
};

const char *told_by_name(enum told_by by);

/* The best that L has for every certificate in it. */
enum told_by told_best(const struct ctl_listing *l);

/* All-zero is legal to clear. Record N of FILE is ctl_listing_at(N - 1). */
struct told {
	struct buf bytes; /* that FILE borrows */
	struct ctl_file *file;
	bool signer;  /* the text says who signed, in header or records */
	bool damaged; /* a name is not as long as its LENGTH says */
};

/* Makes RET of L; BY is what tells certificates apart: of two lists that are
 * compared the worse one's. ERR_TOO_BIG where a record or the header is longer
 * than one can be, ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err told_make(const struct ctl_listing *l, enum told_by by,
    struct told *ret, struct diag *d);

void told_clear(struct told *t);

#endif
