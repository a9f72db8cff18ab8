/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands about the custody of keys print with --json: an array of
 * one element, NULL where memory is short. docs/json.md explains it. */
#ifndef CLI_JSON_CUSTODY_H
#define CLI_JSON_CUSTODY_H

#include <jansson.h>

#include "cli/drill.h"
#include "cli/match.h"

json_t *json_match(const struct match *m);
json_t *json_drill(const struct drill *r);

#endif
