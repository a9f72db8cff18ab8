/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands about the custody of keys print with --json, as
 * token_print_element() takes it: objects, NULL where memory is short.
 * docs/json.md explains them. */
#ifndef CLI_JSON_CUSTODY_H
#define CLI_JSON_CUSTODY_H

#include <jansson.h>

#include "cli/drill.h"
#include "cli/match.h"
#include "cli/report.h"

json_t *json_match(const struct match *m);
json_t *json_drill(const struct drill *r);
json_t *json_report(const struct report *r);

#endif
