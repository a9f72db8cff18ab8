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
extern const struct cmd cmd_token_report;

#endif
