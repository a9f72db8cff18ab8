/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a certificate is fit to be uploaded to the appliance: what it would
 * refuse, in its own words, and what would hurt later. Pure functions: the
 * caller brings the certificate, the request, the trust store and the time.
 * docs/certificates.md has a paragraph for each check; a test keeps both lists
 * equal.
 *
 * Every check says something, in the order of the table; one that needs what
 * was not given says that it was not made. A certificate for a trust store is
 * judged by the checks alone that concern one.
 */
#ifndef PKI_FIT_H
#define PKI_FIT_H

#include "pki/chain.h"
#include "pki/csr.h"
#include "pki/pasted.h"

/* Whose certificates a check is for. */
enum fit_use {
	FIT_OWN = 1,  /* of a unit's own */
	FIT_TRUST = 2 /* of a trust store */
};
#define FIT_BOTH (FIT_OWN | FIT_TRUST)

/* Check, its code in docs/certificates.md ("" where the appliance has no error
 * for it), its name, whose it is. */
#define FIT_CHECKS(X)                                       \
	X(FIT_DATES, "E6", "dates", FIT_BOTH)               \
	X(FIT_FORMAT, "E8", "format", FIT_BOTH)             \
	X(FIT_ONE, "E8", "one-per-file", FIT_BOTH)          \
	X(FIT_CHAIN, "E1", "chain", FIT_BOTH)               \
	X(FIT_CSR, "E2", "csr", FIT_OWN)                    \
	X(FIT_KEY, "E3", "key", FIT_OWN)                    \
	X(FIT_STALE_CSR, "E14", "stale-csr", FIT_OWN)       \
	X(FIT_SAN, "E4", "san", FIT_OWN)                    \
	X(FIT_USAGE, "E10", "usage", FIT_OWN)               \
	X(FIT_EXTRA_USAGE, "E10", "extra-usage", FIT_OWN)   \
	X(FIT_CRITICAL, "E10", "critical", FIT_OWN)         \
	X(FIT_NOT_CA, "E11", "not-ca", FIT_OWN)             \
	X(FIT_WILDCARD, "E7", "wildcard", FIT_BOTH)         \
	X(FIT_KEY_SIZE, "E8", "key-size", FIT_BOTH)         \
	X(FIT_NAME_LENGTH, "E9", "name-length", FIT_BOTH)   \
	X(FIT_SERIAL, "E17", "serial", FIT_BOTH)            \
	X(FIT_SAME_NAME, "E5", "same-name", FIT_BOTH)       \
	X(FIT_MULTI_SERVER, "E13", "multi-server", FIT_OWN) \
	X(FIT_NODE_MISSING, "E15", "node-missing", FIT_OWN) \
	X(FIT_REVOKED, "E16", "revoked", FIT_BOTH)          \
	X(FIT_CTL_UPDATE, "", "ctl-update", FIT_OWN)        \
	X(FIT_CTL_SIGNER, "", "ctl-signer", FIT_OWN)        \
	X(FIT_SERVICES, "", "services", FIT_OWN)            \
	X(FIT_SSO, "", "sso", FIT_OWN)                      \
	X(FIT_BACKUP, "", "backup", FIT_BOTH)

/* What it weighs, least first. */
#define FIT_LEVELS(X)                                                       \
	X(FIT_NOT_CHECKED, "not-checked") /* what it needs was not given */ \
	X(FIT_PASSED, "passed")                                             \
	X(FIT_NOTE, "note")                                                 \
	X(FIT_WARNING, "warning")                                           \
	X(FIT_HURTS,                                                        \
	    "hurts-later") /* the upload works, something later does \
				     * not */      \
	X(FIT_REFUSED, "refused")

#define FIT_ENUM4(id, code, name, use) id,
#define FIT_ENUM2(id, name) id,
enum fit_check {
	FIT_CHECKS(FIT_ENUM4) FIT_NUM_CHECKS
};
enum fit_level {
	FIT_LEVELS(FIT_ENUM2) FIT_NUM_LEVELS
};
#undef FIT_ENUM4
#undef FIT_ENUM2

const char *fit_check_code(enum fit_check check);
const char *fit_check_name(enum fit_check check);
const char *fit_level_name(enum fit_level level);

/* What a unit's certificate must be, in one release; from a data file. */
struct fit_profile {
	const char *unit;    /* "CallManager"; of a trust store
			      * "CallManager-trust" */
	const char *release; /* that the profile is of: "14SU2" */
	const char *source;
	bool trust;                    /* a trust store, not a unit */
	bool has_usage;                /* the next two are known */
	bool outdated;                 /* they are of a release before */
	unsigned key_usage, purposes;  /* bits: what the request asks for */
	bool ca;                       /* a subordinate CA */
	bool multi_server;             /* may be multi-server (SAN) */
	bool multi_server_by_cli;      /* may then be imported there */
	bool needs_ctl;                /* the CTL must be updated then */
	bool signs_ctl;                /* its key may sign the CTL */
	bool sso;                      /* SSO rests on it */
	const char *services;          /* what to restart, or NULL */
	unsigned max_bits, phone_bits; /* refused, and trouble with phones */
};

/* A request that was once sent to an authority, and whose it is. */
struct fit_request {
	const char *node, *file;
	const char *unit; /* NULL: not known */
	const struct csr *csr;
};

struct fit_input {
	const struct fit_profile *profile;
	const struct cert *cert;
	unsigned traits;       /* enum pasted_trait, of its file */
	size_t num_in_file;    /* certificates there */
	const struct csr *csr; /* or NULL: not known */
	const struct cert *const *trust;
	size_t num_trust;
	bool has_trust; /* the store was given, empty or not */
	const char *const
	    *nodes; /* names or addresses of the cluster's nodes */
	size_t num_nodes;
	const struct fit_request *ledger;
	size_t num_ledger;
	bool has_ledger; /* it was given, empty or not */
	int64_t now;     /* the appliance's clock */
};

struct fit_finding {
	enum fit_check check;
	enum fit_level level;
	struct buf text;   /* what was found, UTF-8, not made safe; may be
			    * several lines (E4: both sets, the difference) */
	struct buf shown;  /* what the appliance would show, a line for each
			    * of its wordings; empty where none is known */
	struct buf remedy; /* what to do; E4: five of them, a line each */
};

#define FIT_MAX_FINDINGS ((size_t)2 * FIT_NUM_CHECKS)

struct fit {
	struct fit_finding finding[FIT_MAX_FINDINGS]; /* in the checks' order */
	size_t num;
	enum fit_level worst;
};

/* Goes through all checks. ERR_TOO_BIG over EXT_MAX_NAMES; ERR_NOMEM. */
MUST_CHECK enum err fit_judge(const struct fit_input *in, struct fit *ret,
    struct diag *d);

/* The same for the text dump D of a certificate, all there is of it: what its
 * fields do not tell is not checked. IN->cert is not used. */
MUST_CHECK enum err fit_judge_dump(const struct fit_input *in,
    const struct pasted_dump *dump, struct fit *ret, struct diag *d);
void fit_clear(struct fit *f);

/* The upload would be refused, or hurt later. */
bool fit_is_unfit(const struct fit *f);

/* The unit's trust store, whose certificates UNIT shares: "CallManager-trust"
 * of CallManager-ECDSA. */
void fit_put_store(struct buf *out, const char *unit);

#endif
