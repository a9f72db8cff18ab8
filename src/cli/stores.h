/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What certificates are for, and what ends with them: the table that is built
 * into the program (src/cli/tables/cert-stores.yaml), or another of its kind.
 * docs/cert-stores.schema.json describes it, and a test compares that with
 * stores_table.
 *
 * A store is one of the appliance's (CallManager, tomcat-trust), or what goes
 * by its own name (LSC, MIC, token-SAST). What is handed out lives as long as
 * the struct stores.
 */
#ifndef CLI_STORES_H
#define CLI_STORES_H

#include "data/doc.h"
#include "pki/cert.h"

/* How sure a line is: id, name. */
#define STORES_MARKS(X)                    \
	X(STORES_DOCUMENTED, "documented") \
	X(STORES_OBSERVED, "observed")     \
	X(STORES_ASSUMED, "assumed")

/* What it costs when a certificate ends unseen: id, name, least first. */
#define STORES_RISKS(X)            \
	X(STORES_LOW, "low")       \
	X(STORES_MEDIUM, "medium") \
	X(STORES_HIGH, "high")

/* What a store is: id, name. */
#define STORES_KINDS(X)                                                \
	X(STORES_SERVICE, "service") /* a unit's own certificate */    \
	X(STORES_TRUST, "trust")     /* copies, and what is trusted */ \
	X(STORES_PHONE, "phone")     /* on a phone */                  \
	X(STORES_TOKEN, "token")                                       \
	X(STORES_SIGNER, "signer")                                     \
	X(STORES_AUTHORITY, "authority")                               \
	X(STORES_NEIGHBOUR, "neighbour")                               \
	X(STORES_LIST, "list") /* no certificate: what holds some */

#define STORES_ENUM(id, name) id,
enum stores_mark {
	STORES_MARKS(STORES_ENUM)
};
enum stores_risk {
	STORES_RISKS(STORES_ENUM)
};
enum stores_kind {
	STORES_KINDS(STORES_ENUM)
};
#undef STORES_ENUM

const char *stores_mark_name(enum stores_mark mark);
const char *stores_risk_name(enum stores_risk risk);
const char *stores_kind_name(enum stores_kind kind);

#define STORES_MAX 1000 /* in one table */

/* One thing that is known. */
struct stores_line {
	const char *store; /* of a dependent: which; else NULL */
	const char *text, *source;
	enum stores_mark mark;
	struct doc_place at;
};

/* How the common names of a certificate begin, in any case; NULL: anyhow. */
struct stores_name {
	const char *subject, *issuer;
};

struct stores_store {
	const char *store;
	enum stores_kind kind;
	enum stores_risk risk;
	bool needs_ctl; /* in mixed mode the CTL is updated when it changes */
	struct doc_strings roles; /* of records of lists, as JSON names them */
	struct doc_maps names;    /* of struct stores_name */
	struct doc_maps breaks, dependents, todo,
	    neighbours; /* of struct stores_line */
	struct doc_place at;
};

/* All-zero is an empty one. */
struct stores {
	struct doc *doc;
	const struct stores_store *store;
	size_t num;
};

/* The document. */
extern const struct doc_table stores_table;

/* Reads TEXT. ERR_SYNTAX, with line and column, also for a store that stands
 * twice, a dependent that is no store, a role that is none. */
MUST_CHECK enum err stores_read(struct bytes text, struct stores *ret,
    struct diag *d);

/* Reads the file PATH, or, where it is NULL, the table that is built in. */
MUST_CHECK enum err stores_load(const char *path, struct stores *ret,
    struct diag *d);
void stores_clear(struct stores *s);

/* The store of that name, in capitals or not; or NULL. */
const struct stores_store *stores_named(const struct stores *s,
    struct bytes name);

/* The store of a record with ROLE (its code); EC says whether the key is one
 * of EC, which is another store where there is one for it. NULL: none. */
const struct stores_store *stores_of_role(const struct stores *s, unsigned role,
    bool ec);

/* The store that the common names tell, or NULL. */
const struct stores_store *stores_of_names(const struct stores *s,
    struct bytes subject, struct bytes issuer);

#endif
