/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a certificate is fit to be uploaded to the appliance: what it would
 * refuse, in its own words, and what would hurt later. Pure functions: the
 * caller brings the certificate, the request, the trust store and the time.
 * docs/certificates.md has a paragraph for each check; a test keeps both lists
 * equal.
 */
#ifndef PKI_FIT_H
#define PKI_FIT_H

#include "pki/chain.h"
#include "pki/csr.h"
#include "pki/pasted.h"

/* Check, its code (the catalogue's), its name, what the appliance would show;
 * "" where it shows nothing and something fails later. */
#define FIT_CHECKS(X)                                                         \
	X(FIT_CHAIN, "E1", "chain",                                           \
	    "CA certificate is not available in the trust-store")             \
	X(FIT_NO_CSR, "E2", "no-csr", "File %s.csr does not exist")           \
	X(FIT_KEY, "E3", "key",                                               \
	    "CSR Public Key and Certificate Public Key do not match")         \
	X(FIT_SAN, "E4", "san", "CSR SAN and Certificate SAN does not match") \
	X(FIT_SAME_NAME, "E5", "same-name", "")                               \
	X(FIT_DATES, "E6", "dates", "")                                       \
	X(FIT_WILDCARD, "E7", "wildcard", "")                                 \
	X(FIT_FORMAT, "E8", "format", "")                                     \
	X(FIT_KEY_SIZE, "E8", "key-size", "")                                 \
	X(FIT_NAME_LENGTH, "E9", "name-length", "")                           \
	X(FIT_USAGE, "E10", "usage", "")                                      \
	X(FIT_CRITICAL, "E10", "critical", "")                                \
	X(FIT_NOT_CA, "E11", "not-ca", "")                                    \
	X(FIT_MULTI_SERVER, "E13", "multi-server", "")                        \
	X(FIT_NODE_MISSING, "E15", "node-missing", "")                        \
	X(FIT_SERIAL, "E17", "serial", "")                                    \
	X(FIT_EXTRA_USAGE, "E10", "extra-usage", "")                          \
	X(FIT_FOLLOW_UP, "", "follow-up", "")

/* What it weighs. */
#define FIT_LEVELS(X)                                                     \
	X(FIT_PASSED, "passed")                                           \
	X(FIT_NOTE, "note")                                               \
	X(FIT_WARNING, "warning")                                         \
	X(FIT_HURTS, "hurts-later") /* the upload works, phones do not */ \
	X(FIT_REFUSED, "refused")                                         \
	X(FIT_NOT_CHECKED, "not-checked") /* what it needs was not given */

#define FIT_ENUM4(id, code, name, text) id,
#define FIT_ENUM2(id, name) id,
enum fit_check {
	FIT_CHECKS(FIT_ENUM4) FIT_NUM_CHECKS
};
enum fit_level {
	FIT_LEVELS(FIT_ENUM2)
};
#undef FIT_ENUM4
#undef FIT_ENUM2

const char *fit_check_code(enum fit_check check);
const char *fit_check_name(enum fit_check check);
const char *fit_check_text(enum fit_check check);
const char *fit_level_name(enum fit_level level);

/* What a unit's certificate must be, in one release; from a data file. */
struct fit_profile {
	const char *unit;    /* "CallManager" */
	const char *release; /* that the profile is of: "14SU2" */
	const char *source;
	unsigned key_usage, purposes;  /* bits: what the request asks for */
	bool ca;                       /* a subordinate CA */
	bool multi_server;             /* may be multi-server (SAN) */
	bool multi_server_by_cli;      /* may then be imported there */
	bool needs_ctl;                /* the CTL must be updated then */
	unsigned max_bits, phone_bits; /* refused, and trouble with phones */
};

/* A request that was once sent to an authority, and whose it is. */
struct fit_request {
	const char *node, *file;
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
	bool has_trust;           /* the store was given, empty or not */
	const char *const *nodes; /* names of the cluster's nodes */
	size_t num_nodes;
	const struct fit_request *ledger;
	size_t num_ledger;
	int64_t now; /* the appliance's clock */
};

struct fit_finding {
	enum fit_check check;
	enum fit_level level;
	struct buf text;   /* what was found, UTF-8, not made safe; may be
			    * several lines (E4: both sets, the difference) */
	struct buf remedy; /* what to do; E4: five of them, a line each */
};

struct fit {
	struct fit_finding finding[2 * FIT_NUM_CHECKS];
	size_t num;
	enum fit_level worst; /* FIT_NOT_CHECKED counts as passed */
};

/* Goes through all checks, in the order of the table. */
MUST_CHECK enum err fit_judge(const struct fit_input *in, struct fit *ret,
    struct diag *d);
void fit_clear(struct fit *f);

#endif
