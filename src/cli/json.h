/* SPDX-License-Identifier: Apache-2.0 */
/* Files as JSON: docs/json.md and docs/ctlsmith.schema.json describe it. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <jansson.h>

#include "cli/input.h"
#include "cli/records.h"

/* An element of the array that `show --json` or `verify --json` prints, or
 * NULL when memory ran out. */
json_t *json_of_show(const struct input *in, const struct records *only);
json_t *json_of_verify(const struct input *in);

/* The same for `lint --json`: FS is what is to be said of IN. */
json_t *json_of_lint(const struct input *in, const struct ctl_findings *fs);

#endif
