/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a file server of the lab misbehaves: struct scenario_serves, as numbers.
 */
#ifndef LAB_SERVE_H
#define LAB_SERVE_H

#include <stdbool.h>

/* id, name; what each means to whoever fetches. */
#define SERVE_FAULTS(X)                                                        \
	X(SERVE_WELL, "")                                                      \
	X(SERVE_GARBAGE, "garbage")         /* no word of the protocol */      \
	X(SERVE_STALL, "stall")             /* half, then nothing */           \
	X(SERVE_ENDLESS, "endless")         /* more, for ever */               \
	X(SERVE_WRONG_BLOCK, "wrong-block") /* a block with another's number \
					     */ \
	X(SERVE_SHORT, "short")             /* half, and then the end */

enum serve_fault {
#define SERVE_ENUM(id, name) id,
	SERVE_FAULTS(SERVE_ENUM)
#undef SERVE_ENUM
};

/* NULL and names of no fault are SERVE_WELL. */
enum serve_fault serve_fault_named(const char *name);

#endif
