/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_cert.h"

static const struct cmd *const commands[] = {
	&cmd_cert_show,
	&cmd_cert_check,
	&cmd_cert_calendar,
	NULL,
};

const struct cmd cmd_cert = {
	.name = "cert",
	.args = "COMMAND",
	.summary = "Look at certificates: fit to upload, and when they end",
	.text = "Shows certificates and requests as people have them (PEM, "
		"DER, PKCS#7, pasted\nfrom a terminal), and judges whether "
		"the appliance would take one,\nand says which ends when.\n",
	.subs = commands,
};
