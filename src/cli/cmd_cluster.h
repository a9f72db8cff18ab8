/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of the group `cluster`, and the options that all have. */
#ifndef CLI_CMD_CLUSTER_H
#define CLI_CMD_CLUSTER_H

#include "cli/net.h"

extern const struct cmd cmd_cluster_collect;
extern const struct cmd cmd_cluster_init;
extern const struct cmd cmd_cluster_phones;
extern const struct cmd cmd_cluster_status;

#endif
