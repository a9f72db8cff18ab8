/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of the group `change`. */
#ifndef CLI_CMD_CHANGE_H
#define CLI_CMD_CHANGE_H

#include "cli/change_opts.h"
#include "cli/net.h"

extern const struct cmd cmd_change_plan;
extern const struct cmd cmd_change_report;
extern const struct cmd cmd_change_resume;
extern const struct cmd cmd_change_run;
extern const struct cmd cmd_change_status;
extern const struct cmd cmd_change_undo;

#endif
