/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a parsed URI asks for, for the rest of libtoken. Texts are compared
 * byte by byte without the blanks and NULs that pad them at the end, on both
 * sides; what the URI does not say, matches.
 */
#ifndef PKCS11_URI_H
#define PKCS11_URI_H

#include <p11-kit/pkcs11.h>

#include "pkcs11/tok.h"

/* The byte that begins at P, escaped or not, and in *RET_LEN how many
 * characters it takes; -1 for an escape that is none. */
int uri_decode(const char *p, size_t *ret_len);

/* T without the blanks and NULs at its end. */
struct bytes uri_trim(struct bytes t);

/* token, manufacturer, model, serial, slot-description, slot-manufacturer. */
bool uri_matches_token(const struct tok_uri *u, const struct tok_info *i);

/* library-*, module-path, module-name. NAME is the one that p11-kit's registry
 * has for it; a module-name may also be the file's, with or without "lib" and
 * ".so". NAME and PATH may be NULL. */
bool uri_matches_module(const struct tok_uri *u, const CK_INFO *i,
    const char *name, const char *path);

/* id (exactly), object, type. */
bool uri_matches_object(const struct tok_uri *u, CK_OBJECT_CLASS class,
    struct bytes label, struct bytes id);

/* Borrowed from U; absent where the URI does not say. */
struct bytes uri_id(const struct tok_uri *u);
struct bytes uri_label(const struct tok_uri *u);
struct bytes uri_serial(const struct tok_uri *u);

/* False where the URI has no type; true, and *RET, where it has. */
bool uri_class(const struct tok_uri *u, CK_OBJECT_CLASS *ret);

#endif
