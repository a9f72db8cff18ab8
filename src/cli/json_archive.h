/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of an archive as JSON. */
#ifndef CLI_JSON_ARCHIVE_H
#define CLI_JSON_ARCHIVE_H

#include <jansson.h>

#include "cli/archive.h"
#include "cli/json_put.h"

/* Sets what is said of any list in OBJ: file, names, kind, timestamp,
 * signer. */
void json_put_archived(struct json_sink *s, json_t *obj,
    const struct archive_list *l);

/* The lists of A that C leaves out, and why. */
json_t *json_of_left(struct json_sink *s, const struct archive *a,
    const struct archive_choice *c);

/* What a phone says to a list. */
json_t *json_of_judgement(struct json_sink *s, const struct trust_judgement *j);

#endif
