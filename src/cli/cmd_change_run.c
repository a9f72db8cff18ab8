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

const struct cmd cmd_change_run = {
	.name = "change run",
	.args = "PLAN",
	.summary = "Do what a plan says, step by step",
	.text =
	    "Does nothing that the plan does not say, looks at the cluster "
	    "before each step,\nand goes on with a run that was stopped. What "
	    "it waits for is said; with --batch\na question is a stop, which "
	    "--answer answers.\n\nExit status 5: it waits, and the same command "
	    "goes on; 3: it must not go on.\n",
	.words = OPT_FILES,
	.opts = opts,
	.net = true,
	.run = change_run_run,
};
