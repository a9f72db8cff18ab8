/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers for runs of bytes: the same bytes always get the same number, from 0
 * on. A tree, so that no input makes it slow: each costs the logarithm of how
 * many there are.
 */
#ifndef CLI_INTERN_H
#define CLI_INTERN_H

#include "base/bytes.h"

struct intern_node;

/* All-zero is an empty one. */
struct intern {
	void *root;
	struct intern_node **at; /* by number */
	size_t num, room;
};

/* The number of KEY, which is copied. *RET_NEW, where it is not NULL: it had
 * none before. ERR_NOMEM. */
MUST_CHECK enum err intern_add(struct intern *t, struct bytes key, size_t *ret,
    bool *ret_new, struct diag *d);

/* False where KEY has no number. */
MUST_CHECK bool intern_find(const struct intern *t, struct bytes key,
    size_t *ret);

/* What has the number I; borrowed until intern_clear(), with a NUL behind it
 * that does not count. */
struct bytes intern_key(const struct intern *t, size_t i);

void intern_clear(struct intern *t);

#endif
