/* SPDX-License-Identifier: Apache-2.0 */
/* The completion script, made from the tables of commands and options. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "base/buf.h"
#include "cli/cmd.h"

/* Appends the script of bash that completes the commands of ROOT, its groups
 * and what stands in them, options and their values. */
void completion_put(const struct cmd *root, struct buf *out);

#endif
