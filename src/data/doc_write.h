/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents: C structs into YAML text, by the tables that data/doc.h reads
 * them with. What was read and written reads the same again; comments, order
 * of keys, aliases and how a value was quoted are not kept.
 *
 * A member that is as the table's defaults have it, or zero without them, is
 * left out unless its key is required.
 */
#ifndef DATA_DOC_WRITE_H
#define DATA_DOC_WRITE_H

#include "base/buf.h"
#include "data/doc.h"

/* Appends VALUE, a struct as TABLE describes it, as one document. The bounds
 * of TABLE are not checked. ERR_SYNTAX for a string that is not UTF-8,
 * ERR_USAGE for a required one that is NULL and a number that is none of the
 * names, ERR_NOMEM; OUT then holds what it held before. */
MUST_CHECK enum err doc_write(const struct doc_table *table, const void *value,
    struct buf *out, struct diag *diag);

#endif
