/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within trust/ only: a cluster at one moment, and what a step makes of it.
 * Every step of an order goes through order_world_apply(), and nothing else
 * checks an invariant.
 */
#ifndef TRUST_ORDER_WORLD_H
#define TRUST_ORDER_WORLD_H

#include "trust/order_model.h"

#define ORDER_MAX_HELD 24 /* different lists that phones may hold */

enum order_maker {
	MADE_BEFORE,
	MADE_UPDATE,
	MADE_LOCALKEY,
	MADE_TOKEN
};

/* The list that is served. Nodes are bits. */
struct order_list {
	uint64_t sasts;                  /* anchors */
	uint64_t signer;                 /* enum order_anchor */
	uint64_t maker;                  /* enum order_maker */
	uint64_t has[ORDER_NUM_CHANGES]; /* nodes of which it has the new one */
	uint64_t announced;  /* nodes whose address to come it has besides */
	uint64_t subscriber; /* nodes whose own CallManager it has as SAST */
};

/* Of uint64_t alone: worlds are compared as bytes. */
struct order_world {
	uint64_t release;
	uint64_t token_mode;
	uint64_t disk[ORDER_NUM_CHANGES]; /* nodes that have the new one */
	uint64_t runs[ORDER_NUM_CHANGES]; /* nodes that serve it */
	uint64_t uploads;                 /* anchors in Phone-SAST-trust */
	uint64_t uploaded; /* nodes whose own CallManager is there */
	struct order_list list;
	uint64_t held[ORDER_MAX_HELD]; /* keys: by phones since they fetched */
	uint64_t num_held;
	uint64_t
	    off[ORDER_MAX_HELD]; /* keys: by phones that are switched off */
	uint64_t num_off;
	/* since all have fetched: */
	uint64_t changes;  /* bits of enum order_change */
	uint64_t servers;  /* TFTP nodes that changed */
	uint64_t unproven; /* a list was made */
	/* and since the start: */
	uint64_t fetched;
};

/* What a step broke. */
struct order_fault {
	enum class class;
	const char *rule; /* "I1" and so on are told apart by trust_rule_name(),
			   * works_rule_name() and "I3" */
	struct diag why;
};

MUST_CHECK enum err order_world_init(struct order_model *m,
    struct order_world *w, struct diag *d);

/*
 * Makes STEP happen, and sets its THROUGH_TVS. ERR_POLICY: it breaks an
 * invariant, and FAULT says which; ERR_USAGE: nobody can do it, or may, there,
 * and FAULT says why. ERR_NOMEM, ERR_TOO_BIG. W is of no use after a failure.
 */
MUST_CHECK enum err order_world_apply(struct order_model *m,
    struct order_world *w, struct order_step *step, struct order_fault *fault,
    struct diag *d);

/* All that is wanted is done and with the phones. */
bool order_world_is_goal(const struct order_model *m,
    const struct order_world *w);

/* Nodes of which CHANGE is wanted, and not made yet. */
uint64_t order_world_pending(const struct order_model *m,
    const struct order_world *w, enum order_change change);

/* The list is not what is on the disks. */
bool order_world_is_stale(const struct order_world *w);

/* CHANGE is of something that a CTL has. */
bool order_change_is_listed(enum order_change change);

/* What CHANGE of NODE changes: one node, or all that share its certificate. */
uint64_t order_world_reach(const struct order_model *m,
    enum order_change change, size_t node);

/* The key under which the served list is held. */
uint64_t order_world_key(const struct order_world *w);

#endif
