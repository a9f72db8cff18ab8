/* SPDX-License-Identifier: Apache-2.0 */
/* Within trust/ only: the words of an order. */
#ifndef TRUST_ORDER_SAY_H
#define TRUST_ORDER_SAY_H

#include "trust/order_world.h"

/* Fills WHY and SOURCE of STEP, which made W. */
void order_say_step(const struct order_model *m, const struct order_world *w,
    struct order_step *step);

/* Says more of a dead end, where a published order leads into it. */
void order_say_dead_end(struct order_dead_end *end);

/* Fills AGREES from the steps. */
void order_say_agrees(struct order *o);

#endif
