/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a command that prints a table or one JSON value. */
#ifndef CLI_TOKEN_PRINT_H
#define CLI_TOKEN_PRINT_H

#include <jansson.h>

#include "cli/cmd.h"
#include "cli/json_put.h"
#include "cli/table.h"

/* Appends the table to TEXT, laid out for stdout, and frees it; NULL or one
 * that has failed is ERR_NOMEM. */
MUST_CHECK enum err token_put_table(struct table **t, struct buf *text,
    struct diag *d);

/* Prints ARRAY, whose reference it takes, as JSON; NULL is out of memory. */
enum cmd_exit token_print_json(json_t *array);

/* The same for an array with one element, which has its schema's number and,
 * as KEY, VALUE. */
enum cmd_exit token_print_element(const char *key, json_t *value);

/* The same of LIST, whose items were appended by S. */
enum cmd_exit token_print_list(const char *key, json_t *list,
    const struct json_sink *s);

/* Prints TEXT and empties it. */
enum cmd_exit token_print_text(struct buf *text);

/* The same, unless E says that it could not be put together: then D is said
 * instead. */
enum cmd_exit token_print_made(struct buf *text, enum err e,
    const struct diag *d);

#endif
