/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a cluster: what was observed (cluster/survey.h), turned into
 * findings, each with what to do. `cluster status`, the preconditions of a
 * change and its last step all ask here. Pure: the time is a parameter.
 *
 * docs/health.md has each rule with its evidence.
 */
#ifndef WORKFLOW_HEALTH_H
#define WORKFLOW_HEALTH_H

#include "cluster/survey.h"
#include "trust/works.h"

/* Id, JSON name, title, whether UNKNOWN of it counts. R1 to R12 as published,
 * R13 to R16 ours; the rules W are those of trust/works.h, and all but W5 count. */
#define HEALTH_RULES(X)                                                        \
	X(HEALTH_STALE, "R1", "the CTL has the certificates in use", 1)        \
	X(HEALTH_SIGNER, "R2", "phones know who signed the CTL", 1)            \
	X(HEALTH_EXPIRED, "R3", "the CTL's signer is there and valid", 1)      \
	X(HEALTH_ANCHOR, "R4", "an anchor that phones hold stays", 1)          \
	X(HEALTH_SAME, "R5", "all nodes serve the same CTL", 1)                \
	X(HEALTH_TWO_SASTS, "R6", "two keys can sign the next list", 1)        \
	X(HEALTH_MODE, "R7", "records have certificates as the mode wants", 1) \
	X(HEALTH_LIMITS, "R8", "names and sizes are within limits", 0)         \
	X(HEALTH_SERVERS, "R9", "servers of the CTL are the cluster's", 1)     \
	X(HEALTH_NO_TVS, "R10", "TVS is in no CTL", 1)                         \
	X(HEALTH_TRIES, "R11", "tokens have tries left", 0)                    \
	X(HEALTH_BACKUP, "R12", "a backup is newer than the last change", 0)   \
	X(HEALTH_P12, "R13", "ITLRecovery.p12 is not given to everybody", 0)   \
	X(HEALTH_PROVIDER, "R14", "CTL Provider runs where it is needed", 0)   \
	X(HEALTH_ROLLBACK, "R15", "the rollback parameter is off", 1)          \
	X(HEALTH_CLOCKS, "R16", "the clocks of nodes agree", 0)

enum health_rule {
#define HEALTH_ENUM(id, name, title, counts) id,
	HEALTH_RULES(HEALTH_ENUM)
#undef HEALTH_ENUM
	HEALTH_W, /* W1 is HEALTH_W + WORKS_ITL, and so on */
	HEALTH_NUM = HEALTH_W + WORKS_NUM
};

/* Worst last: id, name. NOT_ASKED: nobody looked, since nobody wanted it;
 * UNKNOWN: it could not be seen, and is never taken for good. */
#define HEALTH_GRADES(X)                 \
	X(HEALTH_GOOD, "good")           \
	X(HEALTH_NOT_ASKED, "not-asked") \
	X(HEALTH_NOTE, "note")           \
	X(HEALTH_UNKNOWN, "unknown")     \
	X(HEALTH_BAD, "bad")

enum health_grade {
#define HEALTH_ENUM(id, name) id,
	HEALTH_GRADES(HEALTH_ENUM)
#undef HEALTH_ENUM
};

const char *health_rule_name(enum health_rule rule);
const char *health_rule_title(enum health_rule rule);
/* UNKNOWN of it ends `cluster status` with 3, as BAD of any does. */
bool health_rule_counts(enum health_rule rule);
const char *health_grade_name(enum health_grade grade);

struct health_finding {
	enum health_rule rule;
	enum health_grade grade;
	const char *node; /* or NULL: of the cluster */
	char what[320];   /* what is so, with the figures */
	char todo[320];   /* what to do; "" */
};

/* What a look at a token came to. */
enum health_token_seen {
	HEALTH_TOKEN_SEEN,
	HEALTH_TOKEN_NOT_ASKED, /* no PKCS#11 module is named */
	HEALTH_TOKEN_ABSENT,
	HEALTH_TOKEN_FAILED
};

/* A token of the inventory's signing_keys, looked at without a login. */
struct health_token {
	const char *name; /* for people */
	int seen;         /* enum health_token_seen; the rest where SEEN */
	bool locked, final_try, low; /* of its PIN, as its flags say */
	bool has_tries;
	unsigned tries; /* left, where it tells a number */
	int64_t ends;   /* of its certificates the first end; 0: unknown */
};

/* What else is known. */
struct health_input {
	const struct survey *survey;
	const struct inventory *inventory;
	int64_t now;
	const struct ctl_file *installed; /* that phones hold, or NULL: the
					   * newest of the archive, if any */
	/* Those of signing_keys; none: nobody looked. */
	const struct health_token *token;
	size_t num_tokens;
	/* As works_input has it; NULL: nobody was asked. */
	bool (*held)(void *arg, const struct ctl_file *f, size_t index);
	void *arg;
};

/* ERR_POLICY, with what differs: what the inventory says of release and mode is
 * not what was observed, and nothing may be done or said by it. */
MUST_CHECK enum err health_compare(const struct survey *s,
    const struct inventory *inv, struct diag *d);

/* A node's list, read. */
struct health_list {
	const struct ctl_file *file; /* of struct health, and of several nodes
				      * where they have the same; NULL: there
				      * is none, or it is broken */
	bool verified;
	struct diag why; /* where not */
	char signer[256];
	bool has_time;
	int64_t time;
	char md5[33], sha1[41];
};

struct health_node {
	struct health_list ctl, itl; /* what phones get: HTTP, else TFTP */
	bool ways_differ; /* TFTP, HTTP and `show ctl` are not the same */
	enum health_grade grade; /* the worst of its findings */
};

struct health {
	struct health_node *node; /* as the survey's */
	size_t num_nodes;
	struct ctl_file **file; /* the lists of all nodes, each once */
	size_t num_files;
	struct health_finding *finding; /* each rule at least once */
	size_t num_findings;            /* the worst first */
	enum health_grade all;
	bool stale; /* one is BAD, or UNKNOWN of a rule that counts */
	bool mixed, has_mode;
};

/* ERR_NOMEM, ERR_CRYPTO. SURVEY and INVENTORY must live as long as RET. */
MUST_CHECK enum err health_judge(const struct health_input *in,
    struct health *ret, struct diag *d);
void health_clear(struct health *h);

/* What phones of a class make of a list that nobody serves yet. */
struct health_offer {
	enum class class;
	struct trust_judgement judgement; /* signatures are not looked at */
	struct works works;               /* as if it were installed */
};

/* OFFER for phones of RET->class that hold INSTALLED (NULL: nothing), at the nodes
 * that IN has; IN->installed has no say. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err health_offer(const struct health_input *in,
    const struct ctl_file *installed, const struct ctl_file *offer,
    struct health_offer *ret, struct diag *d);

#endif
