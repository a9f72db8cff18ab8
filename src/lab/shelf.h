/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the lab's clusters have made: keys, certificates, lists, signed files,
 * each made once and kept. A certificate is determined by what it is for, its
 * node and its generation; a file by its records and its signer. So asking
 * again costs a look, a state of a cluster is small enough to copy, and the
 * same file is the same pointer. All of it lives as long as the shelf.
 *
 * Keys are RSA of 1024 bits, made at random when they are wanted first: no
 * two certificates share one. Only those of the SHELF_BIG generations come
 * from a file, since making 4096 bits takes its time.
 */
#ifndef LAB_SHELF_H
#define LAB_SHELF_H

#include "lab/dialect.h"
#include "lab/wire.h"

/* What certificates are for: id, name. */
#define SHELF_KINDS(X)                      \
	X(SHELF_CALLMANAGER, "CallManager") \
	X(SHELF_ECDSA, "CallManager-ECDSA") \
	X(SHELF_CAPF, "CAPF")               \
	X(SHELF_TVS, "TVS")                 \
	X(SHELF_ITLRECOVERY, "ITLRecovery") \
	X(SHELF_TOMCAT, "tomcat")           \
	X(SHELF_IPSEC, "ipsec")             \
	X(SHELF_TOKEN, "token")

enum shelf_kind {
#define SHELF_ENUM(id, name) id,
	SHELF_KINDS(SHELF_ENUM)
#undef SHELF_ENUM
	SHELF_NUM_KINDS
};

const char *shelf_kind_name(enum shelf_kind kind);

#define SHELF_BIG 200 /* generations from here on have 4096 bits */

/* A certificate. Bytes alone, so that it can be compared as such. */
struct shelf_id {
	uint8_t kind, node, generation;
};

/* A record. Node N that has moved M times has the address 10.0.N.M, and as
 * DNSNAME that address; the host NOWHERE has 0.0.0.0 and no name. A record
 * without certificate has kind SHELF_NUM_KINDS. */
#define SHELF_NOWHERE 255
struct shelf_record {
	struct shelf_id cert;
	uint8_t role, node, moved;
};

enum shelf_form {
	SHELF_CTL,
	SHELF_ITL,
	SHELF_CONFIG /* a signed configuration file: no records */
};

#define SHELF_MAX_RECORDS 48

/* A file to be made: bytes alone too; what is not used is zero. */
struct shelf_plan {
	uint8_t form, digest; /* enum mint_digest */
	uint8_t by_client;    /* servers are written as the CTL client does */
	uint8_t forged;       /* signed with another key than the signer's */
	uint8_t num;
	struct shelf_id signer;
	struct shelf_record record[SHELF_MAX_RECORDS];
};

/* A file, made and read. */
struct sheet {
	struct bytes file;
	struct wire_list tlvs;
	struct shelf_plan plan; /* for messages, and to find the owner of a
				 * key; no phone looks at it */
	size_t number;          /* from 1, in the order of making */
};

struct shelf;

/* KEYS: the folder of the test keys. */
MUST_CHECK enum err shelf_new(const char *keys, struct shelf **ret,
    struct diag *diag);
void shelf_free(struct shelf **s);

MUST_CHECK enum err shelf_cert(struct shelf *s, struct shelf_id id,
    const struct dialect_cert **ret, struct diag *diag);

/* Appends a record to PLAN; ERR_TOO_BIG shows in shelf_make(). */
void shelf_put(struct shelf_plan *plan, struct shelf_record record);

MUST_CHECK enum err shelf_make(struct shelf *s, const struct shelf_plan *plan,
    const struct sheet **ret, struct diag *diag);

/* *RET: FILE is signed with PUBLIC_KEY, a record's. PUBLIC_KEY must live as
 * long as the shelf: a record's of a sheet does. */
MUST_CHECK enum err shelf_fits(struct shelf *s, const struct sheet *file,
    struct bytes public_key, bool *ret, struct diag *diag);

/* The same of any sheet, without a shelf that remembers. */
MUST_CHECK enum err shelf_check(const struct sheet *file, struct bytes key,
    bool *ret, struct diag *diag);

/* Sheets made so far. */
size_t shelf_num(const struct shelf *s);

/* Sheet NUMBER, from 1. */
const struct sheet *shelf_sheet(const struct shelf *s, size_t number);

#endif
