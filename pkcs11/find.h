/* SPDX-License-Identifier: Apache-2.0 */
/* Finding objects and reading their attributes, from modules that may lie
 * about numbers and lengths. */
#ifndef PKCS11_FIND_H
#define PKCS11_FIND_H

#include "pkcs11/token.h"

/* So many objects on a token, and bytes in an attribute, are believed. */
#define FIND_MAX_OBJECTS 200000
#define FIND_MAX_VALUE ((size_t)64 * 1024)

/* Appends the handles (CK_OBJECT_HANDLE) of all objects that T describes. */
MUST_CHECK enum err find_handles(struct tok_session *s,
    const struct p11_template *t, struct buf *ret, struct diag *d);

size_t find_num(const struct buf *handles);
CK_OBJECT_HANDLE find_handle(const struct buf *handles, size_t i);

/* Appends to RET the handles of class CLASS (CK_UNAVAILABLE_INFORMATION: any)
 * with this ID and LABEL; what has ptr NULL is left open. Objects found by ID or
 * LABEL are read: ERR_TOKEN where the module found others. */
MUST_CHECK enum err find_by(struct tok_session *s, CK_OBJECT_CLASS class,
    struct bytes id, struct bytes label, struct buf *ret, struct diag *d);

/* The same, with the label as URIs have it: without the blanks and NULs that
 * stand behind it, which some modules add and others keep. */
MUST_CHECK enum err find_by_uri(struct tok_session *s, CK_OBJECT_CLASS class,
    struct bytes id, struct bytes label, struct buf *ret, struct diag *d);

/* Reads attributes into the room that A gives. What cannot be read, does not
 * fit, or is said to be longer than its room has ulValueLen
 * CK_UNAVAILABLE_INFORMATION; that is no error. */
MUST_CHECK enum err find_read(struct tok_session *s, CK_OBJECT_HANDLE o,
    CK_ATTRIBUTE *a, CK_ULONG num, struct diag *d);

/* What was read, absent (ptr NULL) where it was not. */
struct bytes find_bytes(const CK_ATTRIBUTE *a);
enum tok_answer find_answer(const CK_ATTRIBUTE *a);
/* FALLBACK where it was not read, or is no number. */
CK_ULONG find_number(const CK_ATTRIBUTE *a, CK_ULONG fallback);

#endif
