/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"

static const struct cmd *const subs[] = {
	&cmd_audit_verify,
	NULL,
};

const struct cmd cmd_audit = {
	.name = "audit",
	.summary = "Check the log of what was done with keys",
	.text = "The audit log says which key on which token signed what, and "
		"when. Each of its\nlines holds a hash of the one before.\n",
	.subs = subs,
};
