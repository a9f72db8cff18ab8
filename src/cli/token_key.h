/* SPDX-License-Identifier: Apache-2.0 */
/* A key that a command has made, brought in or used, for its report. */
#ifndef CLI_TOKEN_KEY_H
#define CLI_TOKEN_KEY_H

#include "cli/token_change.h"

/* Appends the URI that names the object of CLASS with this label and id on the
 * token; an absent one is left out. */
void token_put_key_uri(struct buf *out, const struct tok_info *i,
    enum tok_class class, struct bytes label, struct bytes id);

/* Appends "RSA 2048", "P-256". */
void token_put_public(struct buf *out, const struct pubkey *k);

/* Appends to the text "VERB RSA 2048 key 'LABEL' (id 21) on token ...", and the
 * URI in a line of its own; to the JSON object "key". */
void token_say_key(struct token_change *c, const char *verb,
    const struct tok_key *k);

#endif
