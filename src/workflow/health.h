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

/* Id, JSON name, title. R1 to R12 as published, R13 on ours; the rules W are
 * those of trust/works.h. */
#define HEALTH_RULES(X)                                                        \
	X(HEALTH_STALE, "R1", "the CTL has the certificates in use")           \
	X(HEALTH_SIGNER, "R2", "the served CTL's signer is known to phones")   \
	X(HEALTH_EXPIRED, "R3", "the CTL's signer is valid")                   \
	X(HEALTH_ANCHOR, "R4", "an anchor that phones hold stays")             \
	X(HEALTH_SAME, "R5", "all nodes serve the same CTL")                   \
	X(HEALTH_TWO_SASTS, "R6", "two keys can sign the next list")           \
	X(HEALTH_MODE, "R7", "records have certificates as the mode wants")    \
	X(HEALTH_LIMITS, "R8", "names and sizes are within limits")            \
	X(HEALTH_SERVERS, "R9", "servers of the CTL are those of the cluster") \
	X(HEALTH_NO_TVS, "R10", "TVS is in no CTL")                            \
	X(HEALTH_TRIES, "R11", "tokens have tries left")                       \
	X(HEALTH_BACKUP, "R12", "a backup is newer than the last change")      \
	X(HEALTH_P12, "R13", "ITLRecovery.p12 is not given to everybody")      \
	X(HEALTH_PROVIDER, "R14", "CTL Provider runs where it is needed")      \
	X(HEALTH_ROLLBACK, "R15", "the rollback parameter is off")

enum health_rule {
#define HEALTH_ENUM(id, name, title) id,
	HEALTH_RULES(HEALTH_ENUM)
#undef HEALTH_ENUM
	HEALTH_W, /* W1 is HEALTH_W + WORKS_ITL, and so on */
	HEALTH_NUM = HEALTH_W + WORKS_NUM
};

/* Worst last: id, name. STALE and BROKEN end `cluster status` with 3, and so does
 * UNKNOWN, of a rule that counts. */
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
const char *health_grade_name(enum health_grade grade);

struct health_finding {
	enum health_rule rule;
	enum health_grade grade;
	const char *node; /* or NULL: of the cluster */
	char what[320];   /* what is so, with the figures */
	char todo[320];   /* what to do; "" */
};

/* What else is known. */
struct health_input {
	const struct survey *survey;
	const struct inventory *inventory;
	int64_t now;
	const struct ctl_file *installed; /* that phones hold, or NULL: the
					   * newest of the archive, if any */
	bool has_tries;                   /* of the token with the least */
	unsigned tries_left;
};

/* A node's list, read. */
struct health_list {
	struct ctl_file *file; /* NULL: there is none, or it is broken */
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
	struct health_finding *finding; /* each rule at least once */
	size_t num_findings;
	enum health_grade all;
	bool mixed, has_mode;
};

MUST_CHECK enum err health_judge(const struct health_input *in,
    struct health *ret, struct diag *d);
void health_clear(struct health *h);

#endif
