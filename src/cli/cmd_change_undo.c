/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_change.h"

static const struct opt opts[] = {
	CHANGE_ANSWER_OPTS,
	CLUSTER_INVENTORY_OPT(struct change_opts),
	CHANGE_PHONES_OPTS,
	CHANGE_TOKEN_OPTS,
	CHANGE_PIN_OPTS,
	CHANGE_STATE_OPT,
	CLUSTER_LOGIN_OPTS(struct change_opts),
	OPT_END,
};

const struct cmd cmd_change_undo = {
	.name = "change undo",
	.args = "[PLAN]",
	.summary = "Take back the steps of a run, the last first",
	.text =
	    "Goes back as far as there is a way back: to the last step that "
	    "only a restore\ntakes back, and says what stays changed. Without "
	    "PLAN it is the only run of this\nmachine that is not at its end.\n",
	.words = OPT_FILES,
	.opts = opts,
	.net = true,
	.run = change_undo_run,
};
