/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The token inventory, tokens.yaml: which token is where, what certificates
 * it holds, which of its keys exist outside of it too, and when somebody last
 * tried whether it still signs. docs/tokens.schema.json describes the file,
 * and a test compares it with the tables here.
 *
 * A struct inventory owns all that it holds; what is given to a function
 * below is copied. The file is written anew as a whole: a comment at its very
 * beginning stays as it is, other comments are lost.
 */
#ifndef CLI_INVENTORY_H
#define CLI_INVENTORY_H

#include "base/buf.h"
#include "data/doc.h"

#define INVENTORY_SHA1_LEN 20

/* A certificate on a token. */
struct inventory_cert {
	struct bytes sha1;   /* of its DER, 20 bytes */
	const char *subject; /* RFC 4514; these may be NULL, and serial */
	const char *issuer;  /* absent */
	struct bytes serial; /* magnitude, as cert_serial() */
};

/* A key that was put on a token from a file: it exists outside. */
struct inventory_key {
	struct bytes id;  /* CKA_ID */
	const char *from; /* what the file was called, or NULL */
	int64_t when;     /* seconds since 1970, or 0 */
};

enum inventory_result {
	INVENTORY_PASSED,
	INVENTORY_FAILED
};

/* Somebody made the token sign, to see whether it would. */
struct inventory_drill {
	int64_t when;
	const char *place; /* or NULL */
	struct bytes key;  /* CKA_ID, or absent */
	enum inventory_result result;
};

struct inventory_token {
	const char *serial; /* as PKCS#11 says, without the blanks behind it */
	const char *label;  /* these may be NULL */
	const char *uri;    /* pkcs11:... */
	const char *place;  /* where it is kept */
	const char *holder;
	struct doc_maps certificates;  /* of struct inventory_cert */
	bool imported;                 /* a key on it exists outside */
	struct doc_maps imported_keys; /* of struct inventory_key */
	struct doc_maps drills;        /* of struct inventory_drill, in order */
	struct doc_place at;           /* in the file that was read */
};

struct inventory {
	struct doc_strings lists;       /* trust lists, as the file has them */
	struct inventory_token *tokens; /* in the order of the file */
	size_t num_tokens;
	struct buf comment; /* the lines before the first key */
	struct doc *doc;    /* owns the rest */
};

/* The table of the file, for the test of its schema. */
extern const struct doc_table inventory_table;

/* An empty one, for a file that is not there yet. */
MUST_CHECK enum err inventory_new(struct inventory *ret, struct diag *d);

/* Reads TEXT. ERR_SYNTAX with line and column, also for two tokens with one
 * serial number; ERR_TOO_BIG; ERR_NOMEM. */
MUST_CHECK enum err inventory_read(struct bytes text, struct inventory *ret,
    struct diag *d);

/* The same for the file PATH, and the errors of file_load(): ERR_ABSENT where
 * there is none. */
MUST_CHECK enum err inventory_load(const char *path, struct inventory *ret,
    struct diag *d);

/* Frees what INV owns; it is all-zero again. */
void inventory_clear(struct inventory *inv);

/* Appends the file, as it is written. What would not read again is refused as
 * inventory_read() would, or with ERR_SYNTAX for text that is not UTF-8. */
MUST_CHECK enum err inventory_put(const struct inventory *inv, struct buf *out,
    struct diag *d);

/* Writes PATH, in one step; the mode of a file that is there stays. */
MUST_CHECK enum err inventory_save(const struct inventory *inv,
    const char *path, struct diag *d);

/* The token with that serial number, blanks at its end aside, or NULL. It, and
 * any other pointer into INV, lives until the next inventory_add(). */
struct inventory_token *inventory_find(struct inventory *inv,
    const char *serial);

/* Adds a token of which nothing but the serial number is known; *RET may be
 * filled by the functions below. ERR_EXISTS, ERR_USAGE (no serial number),
 * ERR_NOMEM. */
MUST_CHECK enum err inventory_add(struct inventory *inv, const char *serial,
    struct inventory_token **ret, struct diag *d);

/* Sets *MEMBER, a string of a token of INV, to a copy of TEXT; NULL takes it
 * away. */
MUST_CHECK enum err inventory_set(struct inventory *inv, const char **member,
    const char *text, struct diag *d);

/* Adds a trust list, unless it is there. */
MUST_CHECK enum err inventory_add_list(struct inventory *inv, const char *path,
    struct diag *d);

/* Adds to token T a certificate, in place of one with the same SHA-1; a key,
 * in place of one with the same id, and T is imported; a drill. */
MUST_CHECK enum err inventory_add_cert(struct inventory *inv,
    struct inventory_token *t, const struct inventory_cert *cert,
    struct diag *d);
MUST_CHECK enum err inventory_add_key(struct inventory *inv,
    struct inventory_token *t, const struct inventory_key *key, struct diag *d);
MUST_CHECK enum err inventory_add_drill(struct inventory *inv,
    struct inventory_token *t, const struct inventory_drill *drill,
    struct diag *d);

#endif
