/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_trust_store.h"

static const struct cmd *const commands[] = {
	&cmd_trust_store_check,
	NULL,
};

const struct cmd cmd_trust_store = {
	.name = "trust-store",
	.args = "COMMAND",
	.summary = "Tidy up the appliance's trust stores without losing trust",
	.text = "Says what each certificate in the trust stores is, and what "
		"of it can go.\n",
	.subs = commands,
};
