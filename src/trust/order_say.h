/* SPDX-License-Identifier: Apache-2.0 */
/* Within trust/ only: the words of an order. */
#ifndef TRUST_ORDER_SAY_H
#define TRUST_ORDER_SAY_H

#include "trust/order_world.h"

/* Fills WHY and SOURCE of STEP, which W, the world before it, allows. */
void order_say_step(const struct order_model *m, const struct order_world *w,
    struct order_step *step);

/* Fills AGREES. */
void order_say_agrees(const struct order_model *m, struct order *o);

#endif
