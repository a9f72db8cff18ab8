/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What making a key has in common, wherever it comes from: it may be used only
 * once it was read back and has signed; otherwise it is destroyed, and where
 * that fails too, the error says so.
 */
#ifndef PKCS11_MAKE_H
#define PKCS11_MAKE_H

#include "pkcs11/key.h"

/* ---- Templates ------------------------------------------------------------ */

#define MAKE_ROOM 32

struct make_template {
	CK_ATTRIBUTE item[MAKE_ROOM];
	CK_ULONG num;
};

/* An attribute that says yes or no. The Nth time that a module does not like
 * the template, those with DROP of N and less are left out; 0: never. */
struct make_flag {
	CK_ATTRIBUTE_TYPE type;
	CK_BBOOL value;
	unsigned drop;
};

/* VALUE is borrowed for the life of T. */
void make_put(struct make_template *t, CK_ATTRIBUTE_TYPE type,
    struct bytes value);
void make_put_flags(struct make_template *t, const struct make_flag *f,
    size_t num, unsigned dropped);

struct p11_template make_view(struct make_template *t);

/* RV may mean that an attribute of the template is not liked. */
bool make_may_drop(CK_RV rv);

/* ---- A key -------------------------------------------------------------------- */

enum make_half {
	MAKE_PUBLIC,
	MAKE_PRIVATE
};

struct make {
	struct tok *tok;
	struct bytes label, id;
	bool local;  /* it is made on the token */
	bool always; /* it shall ask for the PIN each time */
	/* What it is to be: NULL where that is known otherwise. */
	const struct pubkey *expected;
	CK_OBJECT_HANDLE handle[2]; /* CK_INVALID_HANDLE: not made yet */
	bool tried;                 /* something may be on the token */
	struct tok_key *key;        /* once it was accepted */
};

/* The token is open for writing and can be written, and a user is logged in. */
MUST_CHECK enum err make_ready(struct tok *t, struct diag *d);

/* ERR_USAGE where label or id are absent or too long. */
MUST_CHECK enum err make_check_names(struct bytes label, struct bytes id,
    struct diag *d);

/* ERR_EXISTS where an object of CLASS (CK_UNAVAILABLE_INFORMATION: any) has
 * the label or the id. */
MUST_CHECK enum err make_check_free(const struct make *m, CK_OBJECT_CLASS class,
    struct diag *d);

/*
 * Reads the private key back into M's key and compares: sensitive and not
 * extractable must be said and be so; what belongs to a key that was made on
 * its token (local, always_sensitive, never_extractable) must not be denied
 * where M says so, and local must be said, or both of the others. A secret
 * number must not come out. ERR_POLICY where it is not so.
 */
MUST_CHECK enum err make_read_back(struct make *m, struct diag *d);

/* M's key signs, which proves that it belongs to its public half. One that
 * asks for its PIN each time, and for which there is none, is told to the
 * owner and not tried. */
MUST_CHECK enum err make_prove(struct make *m, struct diag *d);

/* Destroys what M made on the token and may have made, and adds to D, the
 * reason, whether that worked. */
void make_undo(struct make *m, struct diag *d);

/* The end of it: reports EVENT with what has happened, E, and hands the key
 * over to RET; undoes all after an error, also of the owner's. */
MUST_CHECK enum err make_end(struct make *m, struct tok_event *event,
    enum err e, struct tok_key **ret, struct diag *d);

/* ---- Objects ---------------------------------------------------------------- */

/* Destroys one object. One that is not there is no error. */
MUST_CHECK enum err make_destroy(struct tok *t, CK_OBJECT_HANDLE h,
    struct diag *d);

/* Appends to what D says, keeping the rest of it. */
void make_add(struct diag *d, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
