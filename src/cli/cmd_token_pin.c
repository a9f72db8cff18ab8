/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_token.h"

static const struct cmd *const commands[] = {
	&cmd_token_pin_change,
	&cmd_token_pin_reset,
	&cmd_token_pin_unblock,
	NULL,
};

const struct cmd cmd_token_pin = {
	.name = "token pin",
	.args = "COMMAND",
	.summary = "Change, reset and unblock PINs",
	.text =
	    "The user changes the own PIN; the security officer (SO) changes the own, and\n"
	    "gives the user a new one. Old and new PINs are asked for at the terminal, or\n"
	    "come through the options.\n",
	.subs = commands,
};
