/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one document of a text, YAML or JSON, with complaints that have a line
 * and a column. Only data/doc.c sees libyaml's types.
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

/* Loads TEXT, strict JSON (RFC 8259) of at most MAX bytes, as load_yaml(). What
 * stood in quotes has the double-quoted style, all else the plain one. */
MUST_CHECK enum err load_json(struct bytes text, size_t max,
    yaml_document_t *ret, struct diag *diag);

#endif
