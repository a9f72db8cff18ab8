/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within workflow/planner*.c only: one plan at work. What is written is
 * collected here, and becomes the plan by being written and read as the file
 * that it is. Memory that is short is found out at the end.
 */
#ifndef WORKFLOW_PLANNER_PARTS_H
#define WORKFLOW_PLANNER_PARTS_H

#include "trust/order.h"
#include "workflow/planner.h"
#include "workflow/services.h"

#define PLANNER_WANTS_MAX 64
#define PLANNER_UNITS_MAX 512
#define PLANNER_ALL ((size_t)-1) /* nodes */

struct planner_block;

struct planner_words { /* a list that grows */
	const char **item;
	size_t num, cap;
};

struct planner_node {
	const char *name;
	bool publisher, imp;
	bool tftp, ccm; /* activated, or taken for it */
	bool multi_san; /* its CallManager is another node's too */
	size_t survey;  /* index there */
};

/* A WHAT. */
struct planner_want {
	enum planner_wish wish;
	const char *what; /* as typed */
	bool has_node;
	size_t node;       /* index, where it has one of the inventory */
	const char *place; /* behind '@', or NULL */
	const char *value; /* behind '=', or NULL */
};

struct planner {
	const struct planner_input *in;
	struct diag *d;
	struct plan plan;
	struct planner_block *blocks;
	bool nomem;

	struct plan_step *step;
	size_t num_steps, cap_steps;
	struct plan_step spare; /* where there is no memory */
	struct planner_words warnings, follow_up, wishes, class_names;

	struct services *services;
	struct planner_node *node;
	size_t num_nodes, publisher;
	unsigned release; /* 1250 */
	bool mixed, token;
	bool sure; /* services of the release are known */
	const struct ctl_file *list, *installed;
	unsigned phones;
	unsigned classes;
	const char *expected; /* rules that will not hold at the end; NULL */

	struct planner_want want[PLANNER_WANTS_MAX];
	size_t num_wants;

	/* The round at work: what was changed since phones fetched last. */
	const char *unit[PLANNER_UNITS_MAX];
	size_t unit_node[PLANNER_UNITS_MAX]; /* index, or PLANNER_ALL */
	size_t num_units;
	bool new_list;
	size_t tftp_off; /* its Cisco Tftp is stopped, and stays so; or ALL */
	const char *sign_argument; /* of sign-ctl */
};

/* ---- Writing: planner_put.c. ---- */

/* Text that lives as long as P; "" where there is no memory. */
const char *planner_text(struct planner *p, const char *fmt, ...)
    PRINTF_LIKE(2, 3);
void *planner_memory(struct planner *p, size_t size);
void planner_put_word(struct planner *p, struct planner_words *w,
    const char *word);
void planner_warn(struct planner *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
void planner_clear(struct planner *p);

/* Appends a step of KIND with all that is usual for it; NODE and UNIT may be
 * NULL. What RET points at may be changed until the next one is appended. */
struct plan_step *planner_step(struct planner *p, enum plan_kind kind,
    const char *node, const char *unit, const char *why, const char *source);

/* A step of a person. ID is the beginning of its id. */
struct plan_step *planner_by_hand(struct planner *p, const char *id,
    const char *title, const char *todo, const char *why, const char *source);

/* Gives S an id from PREFIX, UNIT and NODE that no other step has. */
void planner_name(struct planner *p, struct plan_step *s, const char *prefix);

/* ---- What is known: planner_facts.c. ---- */

/* Reads the input. ERR_POLICY: something that has to be seen was not. */
MUST_CHECK enum err planner_facts(struct planner *p);
/* In mixed mode a list is known, but for recover. */
MUST_CHECK enum err planner_check_list(const struct planner *p);
const char *planner_publisher(const struct planner *p);
/* The SHA-256 of BYTES as hex. */
const char *planner_hash(struct planner *p, struct bytes bytes);
/* The certificate of UNIT on node I is in the list that is served, in any
 * record; TRUST_NOT_KNOWN where it could not be seen. */
enum trust_known planner_is_listed(const struct planner *p, size_t i,
    const char *unit);

/* ---- Wishes: planner_wish.c. ---- */

MUST_CHECK enum err planner_wishes(struct planner *p);
/* A unit of certificates that a wish is; NULL: none. */
const char *planner_unit(enum planner_wish wish);

/* ---- Parts of all plans: planner_frame.c. ---- */
void planner_begin(struct planner *p);
void planner_end(struct planner *p);
void planner_follow(struct planner *p);

/* ---- Rounds: planner_round.c, planner_renew.c. ---- */

/* The certificate of UNIT on node I becomes a new one. */
void planner_renew(struct planner *p, const char *unit, size_t i,
    const char *why, const char *source);
/* A new list of the cluster: the appliance's, or a token's. */
void planner_update(struct planner *p, const char *why, const char *source);
void planner_localkey(struct planner *p, const char *why, const char *source);
/* ARGUMENT of sign-ctl may be NULL. */
void planner_sign(struct planner *p, const char *argument, const char *why,
    const char *source);
/* TFTP servers that are no nodes get the list of the appliance. */
void planner_outside(struct planner *p);
/* UNIT of node I (or PLANNER_ALL) is another one: the round's restarts have its
 * services. */
void planner_changed(struct planner *p, const char *unit, size_t i);
/* Restarts what the round's units and list want, the publisher first. */
void planner_restart(struct planner *p);
void planner_reset(struct planner *p, const char *why);
void planner_prove(struct planner *p, const char *what, const char *why);
/* Restart, reset, prove: ends the round. */
void planner_fetch(struct planner *p, const char *why);

/* S would lose phones: WHY. */
void planner_strand(struct planner *p, struct plan_step *s, const char *why,
    unsigned classes);
/* Node I gets the address that is wanted. */
void planner_move(struct planner *p, size_t i, const char *why,
    const char *source);

/* The steps around what touches single sign-on. */
void planner_sso(struct planner *p, bool off);
/* A new list, after whatever else was changed; what is stale comes into it. */
MUST_CHECK enum err planner_renew_list(struct planner *p, const char *why);
/* Changes that phones see, in the order that keeps them. */
MUST_CHECK enum err planner_order(struct planner *p,
    const struct order_wish *wishes, size_t num, unsigned more_helps);

/* ---- Themes: each plans its wish, or says why not. ---- */
MUST_CHECK enum err planner_certs(struct planner *p);
MUST_CHECK enum err planner_theme_lsc(struct planner *p);
MUST_CHECK enum err planner_theme_enable(struct planner *p);
MUST_CHECK enum err planner_theme_disable(struct planner *p);
MUST_CHECK enum err planner_theme_tokenless(struct planner *p);
MUST_CHECK enum err planner_theme_token(struct planner *p);
MUST_CHECK enum err planner_theme_add_token(struct planner *p);
MUST_CHECK enum err planner_theme_replace_token(struct planner *p);
MUST_CHECK enum err planner_theme_lost_token(struct planner *p);
MUST_CHECK enum err planner_theme_add_node(struct planner *p);
MUST_CHECK enum err planner_theme_remove_node(struct planner *p);
MUST_CHECK enum err planner_theme_rename_node(struct planner *p);
MUST_CHECK enum err planner_theme_change_address(struct planner *p);
MUST_CHECK enum err planner_theme_subject(struct planner *p);
MUST_CHECK enum err planner_theme_trust_delete(struct planner *p);
MUST_CHECK enum err planner_theme_sast_add(struct planner *p);
MUST_CHECK enum err planner_theme_sast_remove(struct planner *p);
MUST_CHECK enum err planner_theme_update(struct planner *p);
MUST_CHECK enum err planner_theme_recover(struct planner *p);

#endif
