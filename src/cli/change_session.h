/* SPDX-License-Identifier: Apache-2.0 */
/* The sessions of a change, one a node; within change_act*.c. */
#ifndef CLI_CHANGE_SESSION_H
#define CLI_CHANGE_SESSION_H

#include "cli/change_act.h"

struct change_session {
	struct shell *shell; /* NULL: it is not open */
	struct transcript *transcript;
	size_t noted; /* bytes of it that were kept */
};

MUST_CHECK enum err change_session_begin(struct change_act *a, struct diag *d);
void change_session_end(struct change_act *a);

#endif
