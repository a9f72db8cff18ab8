/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every list that a cluster ever had: which phones that were switched off take
 * the newest, and by which older ones, served in order, the others can be
 * brought to it. Such a phone asks no TVS: it stands before an isolated TFTP
 * server, or TVS has moved on. Pure functions; trust_judge() decides each step,
 * and ctl_verify() with the held list that the signature is right. All lists
 * are of one kind, CTL or ITL; others are ERR_UNSUPPORTED.
 */
#ifndef TRUST_HISTORY_H
#define TRUST_HISTORY_H

#include "trust/trust.h"

#define HISTORY_MAX 10000 /* lists */

/* A list and how people call it. */
struct history_list {
	const struct ctl_file *f;
	const char *name;
};

/* Id, JSON name. Holds: it has the newest already. Direct: it takes the newest
 * as it is. Stranded: it does not; a ladder may help. */
#define HISTORY_FATES(X)            \
	X(HISTORY_HOLDS, "holds")   \
	X(HISTORY_DIRECT, "direct") \
	X(HISTORY_STRANDED, "stranded")

enum history_fate {
#define HISTORY_ENUM(id, name) id,
	HISTORY_FATES(HISTORY_ENUM)
#undef HISTORY_ENUM
};

const char *history_fate_name(enum history_fate fate);

/* What becomes of a phone that holds one of them. */
struct history_row {
	enum history_fate fate;
	struct trust_judgement judgement; /* of the newest; "refuses", too,
					   * where its signature is wrong */
	size_t rungs; /* lists to serve, the newest with them; 0: there is no
		       * ladder, or nothing to do */
	size_t next;  /* the first of them: an index, where rungs > 0 */
};

struct history {
	struct history_row *row; /* one for each list, in their order */
	size_t num;
	size_t newest;
	size_t num_checks; /* how often a signature was checked: once with each
			    * key that it may be by, but for a few */
};

/* Of NUM lists, NEWEST the one that is served now. Of several ladders that are
 * equally short it is the one whose next list stands first. In about the time
 * of sorting: lists with the same SASTs are judged as one. ERR_TOO_BIG,
 * ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err history_of(const struct history_list *lists, size_t num,
    size_t newest, struct history *ret, struct diag *d);
void history_clear(struct history *h);

/* Which list phones take while they hold another: the steps that history_of()
 * walks. FN is called for each pair, in the order of the lists; not for two
 * lists with the same bytes. What FN returns ends it, unless ERR_OK. */
MUST_CHECK enum err history_each_step(const struct history_list *lists,
    size_t num, enum err (*fn)(void *arg, size_t from, size_t to), void *arg,
    struct diag *d);

/* The newest by TIMESTAMP. ERR_ABSENT where a list has none, or two have the
 * same that are not the same bytes, and none is newer: then somebody has to
 * say. */
MUST_CHECK enum err history_newest(const struct history_list *lists, size_t num,
    size_t *ret, struct diag *d);

#endif
