/* SPDX-License-Identifier: Apache-2.0 */
/* Data files that are built into the program: src/cluster/tables/NAME.yaml is
 * the array cluster_NAME. */
#ifndef CLUSTER_TABLES_H
#define CLUSTER_TABLES_H

#include <stddef.h>

extern const unsigned char cluster_commands[];
extern const size_t cluster_commands_len;

#endif
