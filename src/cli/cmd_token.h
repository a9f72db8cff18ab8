/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of `ctlsmith token`. */
#ifndef CLI_CMD_TOKEN_H
#define CLI_CMD_TOKEN_H

#include "cli/cmd.h"

extern const struct cmd cmd_token_modules;
extern const struct cmd cmd_token_list;
extern const struct cmd cmd_token_show;
extern const struct cmd cmd_token_mechanisms;
extern const struct cmd cmd_token_test;
extern const struct cmd cmd_token_match;
extern const struct cmd cmd_token_drill;
extern const struct cmd cmd_token_init;
extern const struct cmd cmd_token_keygen;
extern const struct cmd cmd_token_csr;
extern const struct cmd cmd_token_selfsign;
extern const struct cmd cmd_token_import_key;
extern const struct cmd cmd_token_import_cert;
extern const struct cmd cmd_token_export_cert;
extern const struct cmd cmd_token_delete;
extern const struct cmd cmd_token_pin;
extern const struct cmd cmd_token_pin_change;
extern const struct cmd cmd_token_pin_reset;
extern const struct cmd cmd_token_pin_unblock;
extern const struct cmd cmd_token_report;

#endif
