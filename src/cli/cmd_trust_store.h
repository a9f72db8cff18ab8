/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of `ctlsmith trust-store`. */
#ifndef CLI_CMD_TRUST_STORE_H
#define CLI_CMD_TRUST_STORE_H

#include "cli/cmd.h"

extern const struct cmd cmd_trust_store_check;

#endif
