/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_change.h"

static const struct cmd *const commands[] = {
	&cmd_change_plan,
	&cmd_change_run,
	&cmd_change_resume,
	&cmd_change_status,
	&cmd_change_undo,
	&cmd_change_report,
	NULL,
};

const struct cmd cmd_change = {
	.name = "change",
	.summary = "Change certificates of a cluster, and lose no phone",
	.text =
	    "A change is planned first: steps, each with its reason, its check "
	    "and the way\nback. A run does what the plan says, one step after "
	    "the other, keeps a journal,\nand can be stopped, resumed and taken "
	    "back.\n",
	.subs = commands,
};
