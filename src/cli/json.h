/* SPDX-License-Identifier: Apache-2.0 */
/* Files as JSON: docs/json.md and docs/ctlsmith.schema.json describe it. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <jansson.h>

#include "cli/input.h"
#include "cli/json_put.h"
#include "cli/records.h"

/* An element of the array that `show --json` or `verify --json` prints, or
 * NULL when memory ran out. */
json_t *json_of_show(const struct input *in, const struct records *only);
json_t *json_of_verify(const struct input *in);

/* The same for `lint --json`: FS is what is to be said of IN. */
json_t *json_of_lint(const struct input *in, const struct ctl_findings *fs);

/* The parts of these that other elements have too. Failures are S's. */
json_t *json_of_header(struct json_sink *s, const struct ctl_header *h);
/* All of F. */
json_t *json_of_records(struct json_sink *s, const struct ctl_file *f,
    const struct records *only);
json_t *json_of_finding(struct json_sink *s, const struct ctl_finding *f);
/* PATH, and size and digests of RAW unless it is absent. */
json_t *json_of_verdict(struct json_sink *s, const struct ctl_verdict *v);
json_t *json_of_file(struct json_sink *s, const char *path, struct bytes raw);

#endif
