/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_change.h"

static const struct opt opts[] = {
	{ "json", NULL, OPT_FLAG, CHANGE_AT(json), "print JSON", NULL, 0 },
	CHANGE_STATE_OPT,
	OPT_END,
};

const struct cmd cmd_change_status = {
	.name = "change status",
	.args = "[PLAN]",
	.summary = "Say how far a run is",
	.text =
	    "Asks no node: reads the journal of the run. Without PLAN it is the "
	    "last run of\nthis machine. Exit status 5: it is not at its end.\n",
	.words = OPT_FILES,
	.opts = opts,
	.net = true,
	.run = change_status_run,
};
