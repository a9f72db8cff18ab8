/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON out, beside what jansson does itself. jansson refuses a whole document
 * over one byte that is not UTF-8, so every value from outside goes in
 * through doc_json_text().
 */
#ifndef DATA_JSON_H
#define DATA_JSON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/diag.h"

/* Sets member KEY of OBJ to TEXT. Where TEXT is not well-formed UTF-8, each
 * offending byte becomes U+FFFD and a second member, KEY_hex, holds all of
 * TEXT in lower-case hex. On failure (ERR_NOMEM) OBJ has neither. */
MUST_CHECK enum err doc_json_text(json_t *obj, const char *key,
    struct bytes text, struct diag *diag);

/* Appends JSON, an object or an array (anything else is ERR_USAGE), to OUT:
 * two blanks an indent, ASCII only, members in the order they were set, a
 * newline at the end. What OUT held before stays as it is on failure. */
MUST_CHECK enum err doc_json_dump(const json_t *json, struct buf *out,
    struct diag *diag);

/* The same in as few characters as possible and without a newline: for a file
 * of one JSON value a line. */
MUST_CHECK enum err doc_json_line(const json_t *json, struct buf *out,
    struct diag *diag);

#endif
