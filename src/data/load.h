/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one YAML document of a text, with libyaml's complaints turned into a
 * line and a column. Only data/doc.c sees libyaml's types.
 */
#ifndef DATA_LOAD_H
#define DATA_LOAD_H

#include <yaml.h>

#include "base/bytes.h"

/* Loads TEXT, UTF-8 of at most DOC_SIZE_MAX bytes, that holds exactly one
 * document with something in it. The caller calls yaml_document_delete() on
 * RET; on failure it is untouched. */
MUST_CHECK enum err load_yaml(struct bytes text, yaml_document_t *ret,
    struct diag *diag);

#endif
