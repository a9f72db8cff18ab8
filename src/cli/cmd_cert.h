/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of `ctlsmith cert`. */
#ifndef CLI_CMD_CERT_H
#define CLI_CMD_CERT_H

#include "cli/cmd.h"

extern const struct cmd cmd_cert_show;
extern const struct cmd cmd_cert_check;
extern const struct cmd cmd_cert_calendar;

#endif
