/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody does for a step of an order: on which nodes, and what is typed
 * there, one command each, so that it can be followed and copied as it stands.
 */
#ifndef CLI_STEPS_DO_H
#define CLI_STEPS_DO_H

#include "cli/steps.h"

/* Where it is done: id, JSON name. */
#define STEPS_HOWS(X)                                                  \
	X(STEPS_CLI, "cli")   /* TEXT is a command of the appliance */ \
	X(STEPS_PAGE, "page") /* on a web page of the appliance */     \
	X(STEPS_HAND, "hand") /* anything else */

#define STEPS_ENUM(id, name) id,
enum steps_how {
	STEPS_HOWS(STEPS_ENUM)
};
#undef STEPS_ENUM

const char *steps_how_name(enum steps_how how);

/* All strings are constants. */
struct steps_act {
	enum steps_how how;
	uint64_t nodes;     /* bits, one after the other; 0: WHERE says it */
	const char *where;  /* or NULL */
	const char *when;   /* a condition; NULL: always */
	const char *text;   /* a command, or a sentence without its end */
	const char *source; /* who asks for it, or NULL: the step's source */
};

#define STEPS_MAX_ACTS 16

struct steps_acts {
	struct steps_act act[STEPS_MAX_ACTS];
	size_t num;
};

/* What step I of O takes, in its order. */
void steps_acts_of(const struct steps *s, const struct order *o, size_t i,
    struct steps_acts *ret);

/* The node of STEP: the publisher, where there is none of its own. */
size_t steps_node_of(const struct steps *s, const struct order_step *step);

#endif
