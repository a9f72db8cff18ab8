/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether phones take a list and work afterwards: the rules A (trust.h) and W
 * (works.h) for each class of phones, CallManager group and installed list.
 * Pure functions. A phone that refuses keeps what it holds; whether it works
 * is judged by that, then.
 */
#ifndef TRUST_ACCEPT_H
#define TRUST_ACCEPT_H

#include "trust/works.h"

/* The nodes whose TVS phones ask: a CallManager group. */
struct accept_group {
	const char *name;
	const struct trust_tvs *tvs;
	size_t num_tvs;
};

/* What the cluster is known to be. */
struct accept_cluster {
	const struct ctl_file *offer;
	const struct works_node *nodes;
	size_t num_nodes;
	const struct trust_database *database; /* or NULL */
	bool cache_counts;
	enum trust_known capf_active;
	bool (*held)(void *arg, const struct ctl_file *f, size_t index);
	void *arg;
	struct ctl_memo *memo;
};

/*
 * One question. The class says what is not known of the TVS: its certificate is
 * the one that the phone's ITL has (not so for CLASS_SWITCHED_OFF, of which it
 * stays unknown), or for CLASS_OTHER_TVS it is not, at any node. Without a
 * group, and without nodes, the database alone answers.
 */
struct accept_phone {
	enum class class;
	const struct ctl_file *installed; /* for a class that holds a list;
					   * NULL: not known which, unless: */
	bool empty;                       /* nothing is installed on these */
	const struct accept_group *group; /* NULL: all nodes, as one group */
	/* There are such phones. Else it is the class itself that is judged,
	 * which says that TVS shows what the ITL has; of phones that is not
	 * known unless GROUP knows it. */
	bool real;
};

/*
 * Beyond trust_judge(): a class that cannot read the offer (W6) rejects it
 * whole (A5); a phone behind an Expressway is unknown (A6); one that holds the
 * very bytes of the offer accepts it; and where the signature is wrong, it is
 * refused by the rule that found the signer.
 */
struct accept {
	struct trust_judgement judgement;
	bool keeps; /* it refuses, and holds a list: WORKS is about that one.
		     * Else it is about the offer, also where nobody knows
		     * whether it is taken, or where nothing is held */
	struct works works;
	/* YES: it refuses, or does not work with the offer. Not known: nobody
	 * can tell one of both. */
	enum trust_known lost;
};

/* Judges for one PHONE of CLUSTER. ERR_NOMEM. */
MUST_CHECK enum err accept_judge(const struct accept_cluster *cluster,
    const struct accept_phone *phone, struct accept *ret, struct diag *d);

/* A loss of this class counts where no inventory says which classes there are:
 * its phones hold a list and ask no TVS. */
bool accept_counts(enum class c);

#endif
