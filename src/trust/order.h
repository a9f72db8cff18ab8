/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which order certificates are changed so that no phone is lost: a search.
 * trust_judge() decides whether a phone takes a list; here is only what a
 * cluster does to its lists, and the search. Pure functions.
 *
 * The cluster, as it is modelled (docs/trust.md, "Orders"):
 *  - A node has certificates on its disk, and serves what its services read
 *    when they were restarted last. There is one CTL, made anew only when
 *    somebody asks for it; each TFTP node has its ITL, made anew by itself.
 *  - A CTL that the appliance makes holds what is on the disks then, and
 *    whatever is in Phone-SAST-trust as SAST. Who signs it, and which SASTs of
 *    the appliance's own it has, the release decides; of a CTL that is there
 *    only its bytes.
 *  - TVS vouches for CallManager of any node as it is on disk, and for
 *    Phone-SAST-trust. From the renewal of a TVS on, until all have fetched,
 *    phones may have either ITL, and nobody is taken to be helped by TVS.
 *  - A phone fetches when it is reset, or whenever it wants to in between: so
 *    at every step it may hold any list that was served since the last time
 *    that all phones were proven to have fetched.
 *
 * What must hold (the invariant of every published order):
 *  I1  After every step a phone of every class, whatever of that it holds, takes
 *      the CTL that is served, by a SAST or through TVS.
 *  I2  When all have fetched, they work: W1 to W4.
 *  I3  Between two such moments not both CallManager and TVS change, nor two
 *      TFTP servers.
 */
#ifndef TRUST_ORDER_H
#define TRUST_ORDER_H

#include "trust/class.h"

/* What can be changed: id, name, whether there is one a node (else on the
 * publisher, or one for all). */
#define ORDER_CHANGES(X)                                      \
	X(ORDER_CALLMANAGER, "CallManager", true)             \
	X(ORDER_CALLMANAGER_ECDSA, "CallManager-ECDSA", true) \
	X(ORDER_CAPF, "CAPF", false)                          \
	X(ORDER_TVS, "TVS", true)                             \
	X(ORDER_ITLRECOVERY, "ITLRecovery", false)            \
	X(ORDER_TOMCAT, "tomcat", true)                       \
	X(ORDER_IPSEC, "ipsec", true)                         \
	X(ORDER_ADDRESS, "address", true)                     \
	X(ORDER_TO_TOKENLESS, "to-tokenless", false)          \
	X(ORDER_TO_TOKEN, "to-token", false)                  \
	X(ORDER_UPGRADE, "upgrade", false)

/* A step: id, JSON name. */
#define ORDER_STEPS(X)                                                        \
	X(ORDER_RENEW, "renew")           /* CHANGE of NODE, on its disk */   \
	X(ORDER_UPDATE_CTL, "update-ctl") /* the appliance's signer */        \
	X(ORDER_LOCALKEY,                                                     \
	    "reset-localkey")             /* signed by CallManager, from    \
					     * 12.0 */ \
	X(ORDER_SIGN_TOKEN, "sign-token") /* signed by a token */             \
	X(ORDER_TRUST_UPLOAD, "upload")   /* a signer's certificate to      \
					     * Phone-SAST-trust, TVS anew */ \
	X(ORDER_RESTART, "restart")       /* services of NODE */              \
	X(ORDER_FETCH, "fetch")           /* phones reset, all proven */

/* What may be done beyond the wanted changes: bit, JSON name. Cheapest
 * first. */
#define ORDER_HELPS(X)                           \
	X(ORDER_HELP_LOCALKEY, "reset-localkey") \
	X(ORDER_HELP_UPLOAD, "phone-sast-trust") \
	X(ORDER_HELP_SECOND_SAST, "second-sast")

#define ORDER_ENUM3(id, name, each) id,
#define ORDER_ENUM2(id, name) id,
enum order_change {
	ORDER_CHANGES(ORDER_ENUM3) ORDER_NUM_CHANGES
};
enum order_kind {
	ORDER_STEPS(ORDER_ENUM2)
};
enum order_help {
	ORDER_HELPS(ORDER_ENUM2) ORDER_NUM_HELPS
};
#undef ORDER_ENUM3
#undef ORDER_ENUM2

const char *order_change_name(enum order_change change);
bool order_change_is_each(enum order_change change);
bool order_change_of_name(const char *name, enum order_change *ret);
const char *order_kind_name(enum order_kind kind);
const char *order_help_name(enum order_help help);

#define ORDER_MAX_NODES 64
#define ORDER_MAX_CHANGES ((size_t)ORDER_MAX_NODES * ORDER_NUM_CHANGES)

struct order_node {
	const char *name;
	bool publisher; /* the first one */
	bool tftp, ccm;
	bool multi_san; /* its CallManager certificate is the cluster's */
};

struct order_wish {
	enum order_change change;
	size_t node; /* index; 0 where it is not one a node */
	bool done;   /* it has been made already, and phones have not fetched
		      * since: on disk, and served */
};

struct order_input {
	const struct ctl_file *installed; /* what phones hold */
	const struct ctl_file *served;    /* or NULL: the same */
	unsigned release; /* 1250 is 12.5: whose signature the appliance's next
			   * CTL has, who signs ITLs */
	unsigned upgrade_to; /* for ORDER_UPGRADE */
	bool upgrade_renews; /* which makes a new ITLRecovery, too */
	size_t tokens;       /* tokens of the installed list that can sign */
	size_t new_tokens;   /* others, for ORDER_TO_TOKEN */
	const struct order_node *nodes;
	size_t num_nodes;
	const struct order_wish *wishes;
	size_t num_wishes;
	unsigned classes; /* bits 1u << enum class: whose phones there are */
	unsigned helps;   /* bits 1u << enum order_help that may be used */
	bool cache_counts;
};

/* Which published order a step or a whole order agrees with, and which it
 * contradicts: keys of docs/trust.md. */
struct order_step {
	enum order_kind kind;
	enum order_change change; /* of ORDER_RENEW, ORDER_RESTART and
				  * ORDER_TRUST_UPLOAD; else what the round is
				  * for, or ORDER_NUM_CHANGES */
	size_t node;              /* index */
	size_t round;             /* from 1: ends with ORDER_FETCH; but not
				   * one of changes that phones never see */
	struct diag why;          /* a sentence: why now, which rule */
	unsigned through_tvs;     /* classes that take the list by TVS alone */
	const char *source;       /* whose order it follows, or NULL */
};

/* Why there is none: where the search ended. */
struct order_dead_end {
	struct order_step step; /* that cannot be done */
	enum class class;       /* whose phones it loses; CLASS_NUM: it is
				 * forbidden, or cannot be done, anyway */
	const char *rule;       /* "A4", "W1", "I3"; "": nobody can do it, or
				 * it is a help that is not allowed */
	struct diag why;
};

#define ORDER_MAX_DEAD_ENDS 16

struct order {
	bool possible;
	struct order_step *step; /* where POSSIBLE or HELPED */
	size_t num;
	unsigned helps; /* that it uses; or, where it is not possible
			     * without, the cheapest that make it possible */
	bool helped;    /* HELPS would make it possible */
	struct order_dead_end dead_end[ORDER_MAX_DEAD_ENDS];
	size_t num_dead_ends;
	size_t states;      /* that were looked at, for the curious */
	struct diag agrees; /* which of the published orders this agrees with,
			     * and which it contradicts, and why */
};

/*
 * Searches. Of IN->helps no more are used than it takes. Where it is not
 * possible with them, all other helps are tried, cheapest first, and HELPED,
 * HELPS and STEP tell; where nothing helps, nothing does. Wishes for one
 * certificate that several nodes have (multi_san) are one.
 * ERR_USAGE where IN contradicts itself; ERR_TOO_BIG; ERR_NOMEM.
 */
MUST_CHECK enum err order_find(const struct order_input *in, struct order *ret,
    struct diag *d);
void order_clear(struct order *o);

/* Plays STEPS as given, by the same model. ERR_POLICY at the first that breaks
 * an invariant, with the class and the rule; ERR_USAGE at one that cannot be
 * done, or needs a help that is not among IN->helps; ERR_ABSENT where none does,
 * but not all that is wanted is done and with the phones. A list needs no CHANGE
 * there, and rounds are not looked at. */
MUST_CHECK enum err order_check(const struct order_input *in,
    const struct order_step *steps, size_t num, struct diag *d);

#endif
