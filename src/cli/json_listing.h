/* SPDX-License-Identifier: Apache-2.0 */
/* The text of `show ctl` as JSON: the keys of a file, null where the text does
 * not tell (docs/json.md). */
#ifndef CLI_JSON_LISTING_H
#define CLI_JSON_LISTING_H

#include "cli/json_put.h"
#include "cli/records.h"
#include "ctl/ctl.h"

/* What the text says of the list as a whole. */
json_t *json_of_listing(struct json_sink *s, const struct ctl_listing *l);

json_t *json_of_listed_header(struct json_sink *s, const struct ctl_listing *l);
json_t *json_of_listed_records(struct json_sink *s, const struct ctl_listing *l,
    const struct records *only);

#endif
