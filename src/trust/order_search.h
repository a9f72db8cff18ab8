/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within trust/ only: the search. Its moves are whole rounds: at most one
 * change, of as many nodes as I3 allows, at most one upload and one list, and
 * then all fetch. docs/trust.md, "Orders", says why no other is needed.
 */
#ifndef TRUST_ORDER_SEARCH_H
#define TRUST_ORDER_SEARCH_H

#include "trust/order_world.h"

#define ORDER_MAX_STATES 200000

/*
 * Searches with M's helps. Fills POSSIBLE, and STEP where so; else DEAD_END,
 * and adds to STATES. ERR_NOMEM, ERR_TOO_BIG.
 */
MUST_CHECK enum err order_search(struct order_model *m, struct order *ret,
    struct diag *d);

#endif
