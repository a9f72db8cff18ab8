/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recipes: a YAML text that describes a trust list or signed file, right or
 * wrong in one chosen way, and the bytes it makes. The same recipe and keys
 * make the same bytes every time. How a recipe is written stands in
 * tests/cases/README.md.
 */
#ifndef LAB_RECIPE_H
#define LAB_RECIPE_H

#include <stddef.h>

#include "base/bytes.h"

struct recipe;

/* Makes what YAML describes with the private keys in the folder KEYS (NAME.pem
 * each). Mistakes in the recipe are ERR_SYNTAX or ERR_USAGE, with a line where
 * one is known. */
MUST_CHECK enum err recipe_make(struct bytes yaml, const char *keys,
    struct recipe **ret, struct diag *diag);

void recipe_free(struct recipe **recipe);

/* The file; borrowed until recipe_free(). */
struct bytes recipe_file(const struct recipe *recipe);

/* The name in its FILENAME field, or "file" where it has none that is usable
 * as one. */
const char *recipe_file_name(const struct recipe *recipe);

size_t recipe_num_certs(const struct recipe *recipe);

/* Certificate I, DER, and its name in the recipe; both borrowed. */
struct bytes recipe_cert(const struct recipe *recipe, size_t i,
    const char **ret_name);

#endif
