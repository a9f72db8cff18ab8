/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, objects and mechanisms for people and as JSON. */
#ifndef CLI_TOKEN_SHOW_H
#define CLI_TOKEN_SHOW_H

#include <jansson.h>

#include "cli/table.h"
#include "pkcs11/tok.h"

/* Appends the words of the flags that matter to a person, "PIN low, pinpad",
 * or why the token could not be read. */
void token_put_state(struct buf *out, const struct tok_info *i);

/* Appends "4.5 KiB free of 64 KiB", or nothing. */
void token_put_memory(struct buf *out, const struct tok_info *i);

/* Appends "3 of 15", "3", or nothing. */
void token_put_tries(struct buf *out, const struct tok_info *i);

/* Appends "RSA 2048", "P-256". */
void token_put_key_kind(struct buf *out, const struct tok_object *o);

/* Objects, NULL where memory is short. */
json_t *token_json(const struct tok_info *i);
json_t *token_json_object(const struct tok_info *i,
    const struct tok_objects *all, size_t at);

#endif
