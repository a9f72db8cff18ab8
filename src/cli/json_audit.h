/* SPDX-License-Identifier: Apache-2.0 */
/* An audit log as JSON: docs/json.md. */
#ifndef CLI_JSON_AUDIT_H
#define CLI_JSON_AUDIT_H

#include <jansson.h>

#include "audit/audit.h"

/* The element of the array that `audit verify --json` prints for the log PATH,
 * or NULL when memory ran out. WANT: the hash that was asked for, or absent.
 * With ERROR, which may be NULL, the log could not be read, and V is not
 * used. */
json_t *json_audit(const char *path, const struct audit_verdict *v,
    struct bytes want, const struct diag *error);

#endif
