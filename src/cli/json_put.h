/* SPDX-License-Identifier: Apache-2.0 */
/* Values on their way into a JSON object: each is encoded in one way. */
#ifndef CLI_JSON_PUT_H
#define CLI_JSON_PUT_H

#include <jansson.h>

#include "base/buf.h"
#include "pki/digest.h"

/* The version of the shape of every element: docs/ctlsmith.schema.json. */
#define JSON_SCHEMA 1

/* An element at work; failed is sticky and means that memory ran out. */
struct json_sink {
	bool failed;
};

/* Each sets KEY of OBJ; VALUE is taken over. */
void json_put(struct json_sink *s, json_t *obj, const char *key, json_t *value);

/* Appends ITEM, which is taken over, to LIST. */
void json_append(struct json_sink *s, json_t *list, json_t *item);

/* TEXT as a string, null where it is absent. */
void json_put_text(struct json_sink *s, json_t *obj, const char *key,
    struct bytes text);
void json_put_str(struct json_sink *s, json_t *obj, const char *key,
    const char *text);
void json_put_number(struct json_sink *s, json_t *obj, const char *key,
    size_t n);

/* TEXT, built just now, is emptied. */
void json_put_buf(struct json_sink *s, json_t *obj, const char *key,
    struct buf *text);

void json_put_hex(struct json_sink *s, json_t *obj, const char *key,
    struct bytes value);

/* A serial number as the appliance prints it; null where it is absent. */
void json_put_serial(struct json_sink *s, json_t *obj, const char *key,
    struct bytes serial);

/* The lines of TEXT, which is well-formed UTF-8, as an array of strings. */
void json_put_lines(struct json_sink *s, json_t *obj, const char *key,
    struct bytes text);

/* RFC 3339. */
void json_put_time(struct json_sink *s, json_t *obj, const char *key,
    int64_t when);

/* The digest of OF under its own name. */
void json_put_digest(struct json_sink *s, json_t *obj, enum digest which,
    struct bytes of);

/* "offset" of D, null where there is none. */
void json_put_offset(struct json_sink *s, json_t *obj, const struct diag *d);

/* "line", null where it is 0: this is no text. */
void json_put_line(struct json_sink *s, json_t *obj, unsigned line);

/* "error": D, null where it is NULL. */
void json_put_error(struct json_sink *s, json_t *obj, const struct diag *d);

#endif
