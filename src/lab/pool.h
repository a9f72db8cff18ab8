/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys and certificates of one recipe, by name.
 */
#ifndef LAB_POOL_H
#define LAB_POOL_H

#include "lab/recipe_doc.h"

struct pool;

/* Loads the keys that LIST, an array of struct recipe_cert, names from
 * FOLDER, and makes the certificates in its order. What it hands out lives as
 * long as ARENA; FOLDER and LIST must live as long as the pool. */
MUST_CHECK enum err pool_new(struct doc *arena, const char *folder,
    const struct doc_maps *list, struct pool **ret, struct diag *diag);

void pool_free(struct pool **pool);

/* The key in FOLDER/NAME.pem, loaded once. It belongs to the pool. */
MUST_CHECK enum err pool_key(struct pool *pool, const char *name,
    const struct mint_key **ret, struct diag *diag);

/* The certificate NAME, or a refusal at PLACE. */
MUST_CHECK enum err pool_cert(const struct pool *pool, const char *name,
    struct doc_place place, const struct dialect_cert **ret, struct diag *diag);

/* Moves the content of B, which becomes empty, into ARENA. */
MUST_CHECK enum err pool_keep(struct doc *arena, struct buf *b,
    struct bytes *ret, struct diag *diag);

#endif
