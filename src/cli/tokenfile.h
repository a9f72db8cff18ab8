/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The token inventory, tokens.yaml: which token is where, what certificates
 * it holds, which of its keys exist outside of it too, and when somebody last
 * tried whether it still signs. docs/tokens.schema.json describes the file,
 * and a test compares it with the tables here.
 *
 * A struct tokenfile owns all that it holds; what is given to a function
 * below is copied. The file is written anew as a whole: a comment at its very
 * beginning stays as it is, other comments are lost.
 */
#ifndef CLI_TOKENFILE_H
#define CLI_TOKENFILE_H

#include "base/buf.h"
#include "data/doc.h"

#define TOKENFILE_SHA1_LEN 20

/* A certificate on a token. */
struct tokenfile_cert {
	struct bytes sha1;   /* of its DER, 20 bytes */
	const char *subject; /* RFC 4514; these may be NULL, and serial */
	const char *issuer;  /* absent */
	struct bytes serial; /* magnitude, as cert_serial() */
};

/* A key that was put on a token from a file: it exists outside. */
struct tokenfile_key {
	struct bytes id;  /* CKA_ID */
	const char *from; /* what the file was called, or NULL */
	int64_t when;     /* seconds since 1970, or 0 */
};

enum tokenfile_result {
	TOKENFILE_PASSED,
	TOKENFILE_FAILED
};

/* Somebody made the token sign, to see whether it would. */
struct tokenfile_drill {
	int64_t when;
	const char *place; /* or NULL */
	struct bytes key;  /* CKA_ID, or absent */
	enum tokenfile_result result;
};

struct tokenfile_token {
	const char *serial; /* as PKCS#11 says, without the blanks behind it */
	const char *label;  /* these may be NULL */
	const char *uri;    /* pkcs11:... */
	const char *place;  /* where it is kept */
	const char *holder;
	struct doc_maps certificates;  /* of struct tokenfile_cert */
	bool imported;                 /* a key on it exists outside */
	struct doc_maps imported_keys; /* of struct tokenfile_key */
	struct doc_maps drills;        /* of struct tokenfile_drill, in order */
	struct doc_place at;           /* in the file that was read */
};

struct tokenfile {
	struct doc_strings lists;       /* trust lists, as the file has them */
	struct tokenfile_token *tokens; /* in the order of the file */
	size_t num_tokens;
	struct buf comment; /* the lines before the first key */
	struct doc *doc;    /* owns the rest */
};

/* The table of the file, for the test of its schema. */
extern const struct doc_table tokenfile_table;

/* An empty one, for a file that is not there yet. */
MUST_CHECK enum err tokenfile_new(struct tokenfile *ret, struct diag *d);

/* Reads TEXT. ERR_SYNTAX with line and column, also for two tokens with one
 * serial number; ERR_TOO_BIG; ERR_NOMEM. */
MUST_CHECK enum err tokenfile_read(struct bytes text, struct tokenfile *ret,
    struct diag *d);

/* The same for the file PATH, and the errors of file_load(): ERR_ABSENT where
 * there is none. */
MUST_CHECK enum err tokenfile_load(const char *path, struct tokenfile *ret,
    struct diag *d);

/* Frees what INV owns; it is all-zero again. */
void tokenfile_clear(struct tokenfile *inv);

/* Appends the file, as it is written. What would not read again is refused as
 * tokenfile_read() would, or with ERR_SYNTAX for text that is not UTF-8. */
MUST_CHECK enum err tokenfile_put(const struct tokenfile *inv, struct buf *out,
    struct diag *d);

/* Writes PATH, in one step; the mode of a file that is there stays. */
MUST_CHECK enum err tokenfile_save(const struct tokenfile *inv,
    const char *path, struct diag *d);

/* The token with that serial number, blanks at its end aside, or NULL. It, and
 * any other pointer into INV, lives until the next tokenfile_add(). */
struct tokenfile_token *tokenfile_find(struct tokenfile *inv,
    const char *serial);

/* Adds a token of which nothing but the serial number is known; *RET may be
 * filled by the functions below. ERR_EXISTS, ERR_USAGE (no serial number),
 * ERR_NOMEM. */
MUST_CHECK enum err tokenfile_add(struct tokenfile *inv, const char *serial,
    struct tokenfile_token **ret, struct diag *d);

/* Sets *MEMBER, a string of a token of INV, to a copy of TEXT; NULL takes it
 * away. */
MUST_CHECK enum err tokenfile_set(struct tokenfile *inv, const char **member,
    const char *text, struct diag *d);

/* Adds a trust list, unless it is there. */
MUST_CHECK enum err tokenfile_add_list(struct tokenfile *inv, const char *path,
    struct diag *d);

/* Adds to token T a certificate, in place of one with the same SHA-1; a key,
 * in place of one with the same id, and T is imported; a drill. */
MUST_CHECK enum err tokenfile_add_cert(struct tokenfile *inv,
    struct tokenfile_token *t, const struct tokenfile_cert *cert,
    struct diag *d);
MUST_CHECK enum err tokenfile_add_key(struct tokenfile *inv,
    struct tokenfile_token *t, const struct tokenfile_key *key, struct diag *d);
MUST_CHECK enum err tokenfile_add_drill(struct tokenfile *inv,
    struct tokenfile_token *t, const struct tokenfile_drill *drill,
    struct diag *d);

#endif
