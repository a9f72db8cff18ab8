/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a plan: from what was observed of a cluster and what is wanted. The order
 * of what phones see comes from trust/order.h; which services are restarted from
 * workflow/services.h; what is done around that (observing, saving, proving) from
 * here. Pure: no file, no clock, no network.
 */
#ifndef WORKFLOW_PLANNER_H
#define WORKFLOW_PLANNER_H

#include "workflow/health.h"
#include "workflow/plan.h"

/* What can be wanted: id, name, whether NAME@NODE says which node. */
#define PLANNER_WISHES(X)                                              \
	X(PLANNER_CAPF, "CAPF", true)                                  \
	X(PLANNER_CALLMANAGER, "CallManager", true)                    \
	X(PLANNER_CALLMANAGER_ECDSA, "CallManager-ECDSA", true)        \
	X(PLANNER_TVS, "TVS", true)                                    \
	X(PLANNER_TOMCAT, "tomcat", true)                              \
	X(PLANNER_IPSEC, "ipsec", true)                                \
	X(PLANNER_ITLRECOVERY, "ITLRecovery", false)                   \
	X(PLANNER_LSC, "LSC", false)                                   \
	X(PLANNER_ENABLE_MIXED, "enable-mixed-mode", false)            \
	X(PLANNER_DISABLE_MIXED, "disable-mixed-mode", false)          \
	X(PLANNER_TO_TOKENLESS, "to-tokenless", false)                 \
	X(PLANNER_TO_TOKEN, "to-token", false)                         \
	X(PLANNER_ADD_TOKEN, "add-token", false)                       \
	X(PLANNER_REPLACE_TOKEN, "replace-token", false)               \
	X(PLANNER_LOST_TOKEN, "lost-token", false)                     \
	X(PLANNER_ADD_NODE, "add-node", true)                          \
	X(PLANNER_REMOVE_NODE, "remove-node", true)                    \
	X(PLANNER_RENAME_NODE, "rename-node", true)                    \
	X(PLANNER_CHANGE_ADDRESS, "change-address", true)              \
	X(PLANNER_SUBJECT, "subject", false)                           \
	X(PLANNER_TRUST_DELETE, "trust-delete", false)                 \
	X(PLANNER_SAST_TRUST_ADD, "phone-sast-trust-add", false)       \
	X(PLANNER_SAST_TRUST_REMOVE, "phone-sast-trust-remove", false) \
	X(PLANNER_UPDATE_CTL, "update-ctl", false)                     \
	X(PLANNER_RECOVER, "recover", false)

#define PLANNER_ENUM3(id, name, node) id,
enum planner_wish {
	PLANNER_WISHES(PLANNER_ENUM3) PLANNER_NUM_WISHES
};
#undef PLANNER_ENUM3
const char *planner_wish_name(enum planner_wish wish);
/* WHAT, "CAPF@cucm2", "change-address@cucm2=192.0.2.9": false where there is no
 * such wish. NODE (may be NULL) points behind '@', or is NULL; it ends at '=',
 * where that is. */
bool planner_wish_of(const char *what, enum planner_wish *ret,
    const char **ret_node);
/* What stands behind '=' of WHAT, or NULL. */
const char *planner_wish_value(const char *what);
/* What has to stand there, for people: "ADDRESS"; NULL: nothing may. */
const char *planner_wish_wants(enum planner_wish wish);

struct planner_input {
	const struct survey *survey;
	const struct health *health;
	const struct inventory *inventory;
	const char *inventory_path;
	const struct ctl_file *installed; /* that phones hold, or NULL: what is
					   * served */
	const char *installed_path;       /* of that file */
	const char *const *what;          /* as typed */
	size_t num_what;
	bool ca_signed;
	bool can_prove; /* pages or alarms of phones can be had */
	size_t tokens;  /* of the installed list that answer */
	size_t new_tokens;
	unsigned classes;             /* as order_input has it; 0: not known */
	const unsigned *class_phones; /* CLASS_NUM numbers of phones, for
				       * CLASSES; or NULL */
	unsigned helps;               /* what may be done besides */
	bool losing; /* a plan is made even where phones are lost: its
			   * steps say which (plan_step.strands) */
	int64_t now;
};

/* ERR_USAGE: a WHAT that is none, or that do not go together; ERR_POLICY: it is
 * not possible, or no phone-safe order exists: the reason, and the alternative.
 * RET and what it points at live as long as *RET_DOC. */
MUST_CHECK enum err planner_make(const struct planner_input *in,
    struct plan *ret, struct doc **ret_doc, struct diag *d);

#endif
