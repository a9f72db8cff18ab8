/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_token.h"

static const struct cmd *const commands[] = {
	&cmd_token_modules,
	&cmd_token_list,
	&cmd_token_show,
	&cmd_token_mechanisms,
	&cmd_token_test,
	&cmd_token_match,
	&cmd_token_drill,
	&cmd_token_report,
	&cmd_token_init,
	&cmd_token_keygen,
	&cmd_token_csr,
	&cmd_token_selfsign,
	&cmd_token_import_key,
	&cmd_token_import_cert,
	&cmd_token_export_cert,
	&cmd_token_delete,
	&cmd_token_pin,
	NULL,
};

const struct cmd cmd_token = {
	.name = "token",
	.args = "COMMAND",
	.summary = "Look after the keys on eTokens, smart cards and HSMs",
	.text = "Finds PKCS#11 tokens and what is on them, makes and brings in "
		"keys and\ncertificates, and proves that a key signs. A token "
		"is named by its URI\n(pkcs11:token=LABEL;serial=NUMBER), as "
		"`ctlsmith token list` prints it.\n",
	.subs = commands,
};
