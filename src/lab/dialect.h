/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the writers of trust lists put into a record, and in which order. See
 * docs/ctl-format.md, "Records", "DN strings" and "Serial numbers".
 */
#ifndef LAB_DIALECT_H
#define LAB_DIALECT_H

#include "lab/mint.h"

/* The tags of a record. */
enum dialect_tag {
	DIALECT_LENGTH = 1,
	DIALECT_DNS = 2,
	DIALECT_SUBJECT = 3,
	DIALECT_ROLE = 4,
	DIALECT_ISSUER = 5,
	DIALECT_SERIAL = 6,
	DIALECT_KEY = 7,
	DIALECT_SIGNATURE = 8,
	DIALECT_CERT = 9,
	DIALECT_IP = 10,
	DIALECT_HASH = 11,
	DIALECT_HASH_ALG = 12
};

enum dialect {
	DIALECT_APPLIANCE, /* tags 1 to 10; CN;OU;O;L;ST;C; serial as in DER */
	DIALECT_CLIENT,    /* the same without 8: a server in a client's list */
	DIALECT_TOKEN,     /* without 8; cn=..;o="..", cut; serial reversed */
	DIALECT_BUILDER,   /* 1 3 5 6 4 7 8 9; CN=..,OU=..; no sign byte */
	DIALECT_HASHED,    /* the appliance's, with 11 and 12 instead of 9 */
	DIALECT_EMPTY      /* 1 2 4 10: a server without security */
};

struct dialect_cert {
	struct mint_spec spec;
	struct bytes public_key; /* as mint_key_public() */
	struct bytes signature;
	struct bytes der;
};

struct dialect_record {
	enum dialect dialect;
	const struct dialect_cert *cert; /* NULL: the record has none */
	unsigned role;
	const char *dns;
	struct bytes ip; /* absent: no IPADDRESS */
};

/* The tags of DIALECT in its order, RET_NUM of them. */
const uint8_t *dialect_tags(enum dialect dialect, size_t *ret_num);

/* Whether R has something to say for TAG. */
bool dialect_has(const struct dialect_record *r, uint8_t tag);

/* Appends the value of TAG to OUT, terminating NUL included. ERR_USAGE for a
 * tag that R has not, or that is no value (RECORDLENGTH). */
MUST_CHECK enum err dialect_value(const struct dialect_record *r, uint8_t tag,
    struct buf *out, struct diag *diag);

#endif
