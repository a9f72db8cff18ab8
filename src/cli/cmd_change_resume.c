/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_change.h"

static const struct opt opts[] = {
	CHANGE_ANSWER_OPTS,
	CHANGE_GO_OPTS,
	CLUSTER_INVENTORY_OPT(struct change_opts),
	CHANGE_PHONES_OPTS,
	CHANGE_TOKEN_OPTS,
	CHANGE_PIN_OPTS,
	CHANGE_STATE_OPT,
	CLUSTER_LOGIN_OPTS(struct change_opts),
	OPT_END,
};

const struct cmd cmd_change_resume = {
	.name = "change resume",
	.args = "[PLAN]",
	.summary = "Go on with a run that was stopped",
	.text =
	    "As `ctlsmith change run`, of a run that was begun. Without PLAN it "
	    "is the only\none of this machine that is not at its end. A step "
	    "that was begun is looked at\nfirst, and is not done twice.\n",
	.words = OPT_FILES,
	.opts = opts,
	.net = true,
	.run = change_resume_run,
};
