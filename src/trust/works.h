/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a phone works with the list that it holds: the rules W. A list that
 * every phone accepts may still leave all of them without a configuration, a
 * call manager or a next list. Pure functions.
 *
 * W1  Every TFTP node's ITL verifies with a SAST of the list; or, for a phone
 *     that asks it, TVS vouches for the ITL's signer. Not needed where the
 *     class takes no ITL.
 * W2  Every TFTP node's current CallManager certificate, which signs the
 *     configuration files, is in the list as CCM+TFTP, TFTP or CCM, for that
 *     node's address where that is known; a certificate that stands there for
 *     several addresses is good for any. Not needed where the class takes no
 *     signed configuration.
 * W3  What each node serves on 2443 and 5061 (RSA, ECDSA) is in the list as CCM
 *     or CCM+TFTP, for that node's address, as in W2.
 * W4  The publisher's CAPF is in the list while CAPF is active.
 * W5  Two SASTs of the list have different keys that somebody holds.
 * W6  The list has nothing that the class cannot read: role codes 8 to 20 and
 *     above 21, key sizes, digest, number of SASTs.
 * Of a class behind an Expressway (CLASS_REMOTE) W5 alone is known.
 *
 * A node of which it is not known what it is counts as far as something of it
 * is at hand, and is unknown else.
 */
#ifndef TRUST_WORKS_H
#define TRUST_WORKS_H

#include "trust/class.h"

/* Id, JSON name, title, evidence (docs/trust.md). */
#define WORKS_RULES(X)                                                       \
	X(WORKS_ITL, "W1", "the ITL verifies", "documented")                 \
	X(WORKS_CONFIG, "W2", "configuration files verify", "documented")    \
	X(WORKS_TLS, "W3", "connections to CallManager verify", "assumed")   \
	X(WORKS_CAPF, "W4", "CAPF is known", "assumed")                      \
	X(WORKS_NEXT, "W5", "two keys can sign the next list", "documented") \
	X(WORKS_READABLE, "W6", "the phone can read the list", "documented")

/* Worst last. */
#define WORKS_ANSWERS(X)                  \
	X(WORKS_NOT_NEEDED, "not-needed") \
	X(WORKS_YES, "yes")               \
	X(WORKS_UNKNOWN, "unknown")       \
	X(WORKS_NO, "no")

#define WORKS_ENUM4(id, name, title, evidence) id,
#define WORKS_ENUM2(id, name) id,
enum works_rule {
	WORKS_RULES(WORKS_ENUM4) WORKS_NUM
};
enum works_answer {
	WORKS_ANSWERS(WORKS_ENUM2)
};
#undef WORKS_ENUM4
#undef WORKS_ENUM2

const char *works_rule_name(enum works_rule rule);
const char *works_rule_title(enum works_rule rule);
/* As trust_rule_evidence(). */
const char *works_rule_evidence(enum works_rule rule);
const char *works_answer_name(enum works_answer answer);

/* A certificate that a node shows. */
struct works_served {
	const char *where; /* "5061, RSA": for sentences */
	const struct cert *cert;
};

/* A node, as far as it is known; what is not is NULL or 0. */
struct works_node {
	const char *name;
	enum trust_known tftp, ccm, publisher; /* what it is */
	const char *address;            /* IPv4 or IPv6 text, or a host name */
	const struct ctl_file *itl;     /* that it serves */
	const struct cert *callmanager; /* its own now */
	const struct cert *capf;        /* its own now */
	const struct works_served *served; /* on 2443 and 5061 */
	size_t num_served;
};

struct works_input {
	const struct ctl_file *list; /* that the phone holds then */
	enum class class;
	const struct works_node *nodes;
	size_t num_nodes; /* 0: none is known */
	enum trust_known capf_active;
	/* As in struct trust_change; NULL: nobody was asked, and the keys of
	 * tokens are unknown. CallManager's is held if a node has it still,
	 * and not if the publisher has another certificate now; ITLRecovery's
	 * counts as held, unless another one signs the ITLs. */
	bool (*held)(void *arg, const struct ctl_file *f, size_t index);
	void *arg;
	/* For W1 through TVS: how the phone asks; its installed list is LIST
	 * then. */
	const struct trust_phone *phone;
	struct ctl_memo *memo; /* or NULL */
};

struct works {
	enum works_answer answer[WORKS_NUM];
	struct diag why[WORKS_NUM]; /* a sentence each: what decides, which
				     * node; what is missing or to do */
	enum works_answer all;      /* the worst */
};

/* ERR_NOMEM. */
MUST_CHECK enum err works_judge(const struct works_input *in, struct works *ret,
    struct diag *d);

#endif
