/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in the appliance's trust stores, and what of it can go. Pure
 * functions: the caller brings the certificates, what is known besides, the
 * rules (a data file) and the time. docs/trust-stores.md is the reasoning.
 *
 * The rule behind all rules: what is not known is kept. Something may be deleted
 * only where a reason says so, and nothing at all while a service certificate has
 * expired, or might have.
 */
#ifndef PKI_STORE_H
#define PKI_STORE_H

#include "pki/pasted.h"

/* What a certificate in a store is, in the order in which it is asked. */
#define STORE_CLASSES(X)                                                      \
	X(STORE_NEVER, "never")    /* deleting it breaks trust for good */    \
	X(STORE_LIVE, "live-copy") /* of a service certificate in use */      \
	X(STORE_DEAD, "known-dead")                                           \
	X(STORE_FORMER, "former-copy") /* of one that was replaced */         \
	X(STORE_OLD_NAME, "old-name")  /* of a host or domain that is gone */ \
	X(STORE_FOREIGN, "foreign")    /* of somebody else */                 \
	X(STORE_UNDECIDED, "not-decided")

#define STORE_ADVICES(X)                                                \
	X(STORE_KEEP, "keep")                                           \
	X(STORE_RENEW, "renew-there") /* its owner is to renew it */    \
	X(STORE_DELETE, "delete")                                       \
	X(STORE_WITHHELD, "withheld") /* delete, but for the refusal */ \
	X(STORE_LOOK, "look") /* something is missing, or odd: a person must */

#define STORE_EXPIRIES(X)                                               \
	X(STORE_NO_DATE, "unknown")                                     \
	X(STORE_VALID, "valid")                                         \
	X(STORE_SOON, "soon") /* within the days that were asked for */ \
	X(STORE_EXPIRED, "expired")

#define STORE_ENUM(id, name) id,
enum store_class {
	STORE_CLASSES(STORE_ENUM) STORE_NUM_CLASSES
};
enum store_advice {
	STORE_ADVICES(STORE_ENUM) STORE_NUM_ADVICES
};
enum store_expiry {
	STORE_EXPIRIES(STORE_ENUM) STORE_NUM_EXPIRIES
};
#undef STORE_ENUM

const char *store_class_name(enum store_class c);
const char *store_advice_name(enum store_advice a);
const char *store_expiry_name(enum store_expiry e);

/* ---- What is known of one certificate. ---- */

/* All-zero knows nothing. Texts are UTF-8, not made safe. */
struct store_facts {
	const struct cert *cert; /* borrowed; NULL: nobody has it */
	bool known; /* names, serial number and dates are the certificate's,
		     * not guessed from a file's name */
	struct buf cn, issuer_cn, org, issuer_org;
	struct buf subject, issuer; /* all attributes, sorted, a line each */
	struct buf rest;            /* subject without its CN */
	struct buf serial;          /* magnitude, big-endian; may be empty */
	struct buf hosts; /* in small letters, a NUL behind each: DNS names,
			   * and the CN where it may be one, without the
			   * appliance's -EC and -ms */
	bool has_dates;
	int64_t not_before, not_after;
	bool ca; /* it says so */
};

/* Each fills RET, which is to be cleared whatever the outcome. ERR_NOMEM,
 * ERR_TOO_BIG over EXT_MAX_NAMES. A name that is no text stays empty. */
MUST_CHECK enum err store_facts_of_cert(const struct cert *c,
    struct store_facts *ret, struct diag *d);
/* Of a text dump; known is false where it has no serial number or no date. */
MUST_CHECK enum err store_facts_of_dump(const struct pasted_dump *dump,
    struct store_facts *ret, struct diag *d);
/* Of a file's name alone, "CN.pem" or "CN_SERIAL.pem", as the appliance has
 * them: a CN with odd characters as '_', and a serial number in hex. */
MUST_CHECK enum err store_facts_of_name(const char *name,
    struct store_facts *ret, struct diag *d);
void store_facts_clear(struct store_facts *f);

/* Both are the same name, where one may be a file's: in capitals or not, odd
 * characters as '_'. Empty ones are not. */
bool store_name_same(struct bytes a, struct bytes b);

enum store_same {
	STORE_OTHER,
	STORE_SAME,
	STORE_PERHAPS /* what is known of one of them does not tell */
};

/* Whether A and B are one certificate: by their bytes, else by issuer and serial
 * number, else, of a file's name, by CN and serial number. */
enum store_same store_same(const struct store_facts *a,
    const struct store_facts *b);

/* ---- Rules. Texts are borrowed. ---- */

struct store_rule {
	const char *store; /* "CallManager-trust" */
	const char *const *units;
	size_t num_units; /* whose certificates are copied there */
	bool sast;        /* TVS vouches for what is in it */
	bool lsc;         /* all of it may vouch for LSCs */
	bool all_nodes;   /* a deletion is one on all nodes */
	const char *restart, *source;
};

struct store_ca {
	const char *name;          /* CN */
	struct bytes serial, sha1; /* absent: not known */
	const char *source;
};

struct store_dead {
	const char *name; /* CN */
	const char *why, *source;
};

struct store_owner {
	const char *owner; /* "Cisco Unity Connection" */
	const char *const *words;
	size_t num_words;
};

struct store_rules {
	const struct store_rule *rule;
	size_t num_rules;
	const struct store_ca *ca;
	size_t num_cas;
	const struct store_dead *dead;
	size_t num_dead;
	const struct store_owner *owner;
	size_t num_owners;
};

/* The rule of STORE, or NULL. */
const struct store_rule *store_rule_of(const struct store_rules *r,
    const char *store);

/* ---- Judging. ---- */

/* One certificate in a store, or one of a unit. Texts are borrowed. */
struct store_item {
	const char *node; /* "" where nobody said */
	const char
	    *store;       /* "CallManager-trust"; of an own one "CallManager" */
	const char *name; /* "CAPF-1234abcd.pem" */
	struct store_facts facts;
	/* the SAST of a list in use that it is, or list NULL */
	const char *sast_list;
	size_t sast_record;
};

/* LSCs that phones have. */
struct store_lsc {
	struct bytes issuer; /* CN */
	uint64_t count;
};

struct store_input {
	const struct store_rules *rules;
	const struct store_item *item;
	size_t num;
	const struct store_item *own; /* service certificates in use */
	size_t num_own;
	const struct store_facts *former; /* service certificates of before */
	size_t num_former;
	const char *const *nodes; /* names that the cluster has now, besides
				   * those of its own certificates */
	size_t num_nodes;
	const struct store_lsc *lsc;
	size_t num_lsc;
	bool has_lsc;   /* it was given, empty or not */
	bool has_lists; /* lists in use were */
	bool partial;   /* something that was given could not be read, so that
			 * a service certificate may be missing */
	int64_t now;
	unsigned days; /* that soon is expired */
};

struct store_verdict {
	enum store_class class;
	enum store_advice advice;
	enum store_expiry expiry;
	bool tied; /* it could go, but one of its name must stay elsewhere */
	struct buf reason; /* UTF-8, not made safe, one line */
	struct buf owner;  /* of a foreign one: whose; likewise */
};

struct store_judged {
	struct store_verdict *verdict; /* one for each item, in order */
	size_t num;
	struct buf refusal; /* why nothing is to be deleted, a line each;
			     * empty: no reason */
	size_t num_of[STORE_NUM_CLASSES];
};

/* Judges all items. Where there is a refusal no advice is STORE_DELETE.
 * ERR_NOMEM. */
MUST_CHECK enum err store_judge(const struct store_input *in,
    struct store_judged *ret, struct diag *d);
void store_judged_clear(struct store_judged *j);

/* NAME, of a store or of a certificate in it, is safe behind a command of the
 * appliance: letters, digits, '.', '_' and '-', of which '-' does not begin it;
 * 255 at most. */
bool store_is_safe(const char *name);

#endif
