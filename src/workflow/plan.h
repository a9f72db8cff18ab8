/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change, planned: plan.yaml. What is wanted, what the cluster was when the
 * plan was made, and the steps, each with its reason, who acts, what it touches,
 * how it is checked and the way back. A person reads it before anything is done;
 * a run (workflow/run.h) executes this and nothing else.
 *
 * A plan is data: no secret, no bytes of certificates or lists, only their
 * SHA-256. docs/plan.md describes the file, docs/plan.schema.json is its schema.
 */
#ifndef WORKFLOW_PLAN_H
#define WORKFLOW_PLAN_H

#include "base/buf.h"
#include "data/doc.h"

#define PLAN_VERSION 1
#define PLAN_STEPS_MAX 4096

/*
 * What a step does: id, name in the file, whether it changes anything, whether
 * phones see it (resets, or another list served). Semantics of each:
 * docs/change.md; code: workflow/kinds.h.
 */
#define PLAN_KINDS(X)                                        \
	X(PLAN_OBSERVE, "observe", false, false)             \
	X(PLAN_BASELINE, "baseline", false, false)           \
	X(PLAN_SAVE, "save", false, false)                   \
	X(PLAN_BACKUP, "backup", false,                      \
	    false) /* DRS, by hand or site command \
						*/         \
	X(PLAN_TOKEN, "token", false, false)                 \
	X(PLAN_CSR, "csr", true, false)                      \
	X(PLAN_WAIT_CA, "wait-ca", false, false)             \
	X(PLAN_UPLOAD_TRUST, "upload-trust", true, false)    \
	X(PLAN_DELETE_TRUST, "delete-trust", true, false)    \
	X(PLAN_UPLOAD_OWN, "upload-own", true, true)         \
	X(PLAN_REGENERATE, "regenerate", true, true)         \
	X(PLAN_POST_CHECK, "post-check", false, false)       \
	X(PLAN_UPDATE_CTL, "update-ctl", true, true)         \
	X(PLAN_RESET_LOCALKEY, "reset-localkey", true, true) \
	X(PLAN_SIGN_CTL, "sign-ctl", false,                  \
	    false) /* a file here, nothing     \
						    * else */             \
	X(PLAN_CANARY, "canary", true, false)                \
	X(PLAN_DISTRIBUTE, "distribute", true, true)         \
	X(PLAN_SET_MODE, "set-mode", true, true)             \
	X(PLAN_STOP, "stop", true, false)                    \
	X(PLAN_START, "start", true, false)                  \
	X(PLAN_RESTART, "restart", true, true)               \
	X(PLAN_RESET_PHONES, "reset-phones", true, true)     \
	X(PLAN_PROVE, "prove", false, false)                 \
	X(PLAN_BY_HAND, "by-hand", true, false)              \
	X(PLAN_FINAL, "final", false, false)

#define PLAN_ENUM4(id, name, changes, phones) id,
enum plan_kind {
	PLAN_KINDS(PLAN_ENUM4) PLAN_NUM_KINDS
};
#undef PLAN_ENUM4
const char *plan_kind_name(enum plan_kind kind);
bool plan_kind_changes(enum plan_kind kind);
bool plan_kind_phones(enum plan_kind kind);

/* Who acts: id, name. */
#define PLAN_ACTORS(X)                         \
	X(PLAN_CTLSMITH, "ctlsmith")           \
	X(PLAN_ADMINISTRATOR, "administrator") \
	X(PLAN_APPLIANCE, "appliance")         \
	X(PLAN_PHONES, "phones")

/* The way back of a step: id, name. The first step of a plan with RESTORE or
 * NONE is its point of no return. NOTHING: there is nothing to take back. */
#define PLAN_BACKS(X)              \
	X(PLAN_NOTHING, "nothing") \
	X(PLAN_COMMAND, "command") \
	X(PLAN_FILE, "file")       \
	X(PLAN_RESTORE, "restore") \
	X(PLAN_NONE, "none")

#define PLAN_ENUM2(id, name) id,
enum plan_actor {
	PLAN_ACTORS(PLAN_ENUM2) PLAN_NUM_ACTORS
};
enum plan_back {
	PLAN_BACKS(PLAN_ENUM2) PLAN_NUM_BACKS
};
#undef PLAN_ENUM2
const char *plan_actor_name(enum plan_actor actor);
const char *plan_back_name(enum plan_back back);

struct plan_step {
	const char *id; /* unique: "regenerate-capf-cucm1"; letters, digits,
			 * '-', '.', '_' */
	int kind;       /* enum plan_kind */
	int who;        /* enum plan_actor */
	const char *title;
	const char *node; /* of the inventory; or NULL: none, or all */
	const char *unit; /* "CAPF"; or NULL */
	struct doc_strings services; /* of START, STOP, RESTART, in order */
	const char *argument; /* as the kind wants it: of SET_MODE "mixed",
			       * of a trust step the file or name; or NULL */
	const char *why, *source, *touches, *check;
	const char *todo; /* for a person: menu path, exact words; or NULL */
	unsigned resets;  /* phones that it makes reset */
	int back;         /* enum plan_back */
	const char *back_text;
	unsigned minutes;     /* it takes about so long */
	const char *strands;  /* it would lose these phones: why; or NULL. It
				* is not done without an override */
	unsigned strands_num; /* how many, which has to be typed */
	struct doc_place at;
};

/* A certificate that was there when the plan was made. */
struct plan_cert {
	const char *node, *unit;
	const char *sha256; /* of its DER, hex */
};

struct plan_list { /* a list that a node served then */
	const char *node;
	const char *sha256;
};

struct plan {
	unsigned version;
	const char *cluster;   /* the inventory's name of it */
	const char *publisher; /* name of its node */
	const char *host_key;  /* SHA256:... or NULL where it was not seen */
	const char *inventory; /* path of cluster.yaml */
	const char *installed, *installed_sha256; /* path of the CTL that phones
						   * hold; or NULL: they hold
						   * what is served */
	int64_t made;
	const char *release; /* observed: "12.5.1.16900-48" */
	bool mixed, token;   /* signed by a token until now */
	bool token_after;
	struct doc_strings wishes; /* as they were typed: "CAPF" */
	bool ca_signed;
	unsigned phones;            /* devices known */
	struct doc_strings classes; /* names of trust/class.h that they are of;
				     * none: not known */
	bool proof; /* phones can be proven; else the run asks once
			       * whether to go on without */
	struct doc_strings warnings;  /* sentences, the gravest first */
	struct doc_maps lists;        /* struct plan_list: CTL */
	struct doc_maps certs;        /* struct plan_cert */
	struct doc_maps steps;        /* struct plan_step */
	struct doc_strings follow_up; /* neighbours that have to follow */
};

extern const struct doc_table plan_table;

/* Reads plan.yaml. Ids are unique, kinds have what they want: ERR_SYNTAX with
 * line and column. What RET points at lives as long as *RET_DOC. */
MUST_CHECK enum err plan_read(struct bytes yaml, struct plan *ret,
    struct doc **ret_doc, struct diag *d);

/* Appends P as YAML, with a comment at the top for people. */
MUST_CHECK enum err plan_write(const struct plan *p, struct buf *out,
    struct diag *d);

size_t plan_num_steps(const struct plan *p);
const struct plan_step *plan_step(const struct plan *p, size_t i);
/* The step called ID; false: none. */
bool plan_find(const struct plan *p, const char *id, size_t *ret);
/* Index of the point of no return; plan_num_steps() where there is none. */
size_t plan_no_return(const struct plan *p);
/* No step strands anybody: --yes counts for the point of no return. */
bool plan_keeps_all(const struct plan *p);

#endif
