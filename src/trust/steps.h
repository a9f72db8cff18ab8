/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within trust/ only: which of many lists phones take while they hold another
 * one of them, without looking at each pair. Lists that have the same records
 * under a signer's names are judged as one: a "hold".
 */
#ifndef TRUST_STEPS_H
#define TRUST_STEPS_H

#include "trust/history.h"

struct steps;

/* Sorts the SASTs of NUM LISTS, which are borrowed. ERR_NOMEM. */
MUST_CHECK enum err steps_new(const struct history_list *lists, size_t num,
    struct steps **ret, struct diag *d);

/* Frees *S and sets it to NULL; NULL is allowed. */
void steps_free(struct steps **s);

/* Holds are numbered from 0. */
size_t steps_num_holds(const struct steps *s);

/* Appends to RET, as size_t, the holds with which a phone takes list TO: by
 * trust_judge(), and its signature is right. Those that SKIP has (one byte a
 * hold; NULL: none) are left out. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err steps_onto(struct steps *s, size_t to, const uint8_t *skip,
    struct buf *ret, struct diag *d);

/* The lists that have HOLD, in their order; borrowed. */
const size_t *steps_holders(const struct steps *s, size_t hold,
    size_t *ret_num);

/* What ctl_verify() says of list TO for a phone that holds FROM. */
MUST_CHECK enum err steps_verify(struct steps *s, size_t from, size_t to,
    struct ctl_verdict *ret, struct diag *d);

/* How often a signature was looked at. */
size_t steps_num_checks(const struct steps *s);

#endif
