/* SPDX-License-Identifier: Apache-2.0 */
/* Data files that are built into the program: src/workflow/tables/NAME.yaml is
 * the array flow_NAME. */
#ifndef WORKFLOW_TABLES_H
#define WORKFLOW_TABLES_H

#include <stddef.h>

extern const unsigned char flow_services[];
extern const size_t flow_services_len;

#endif
