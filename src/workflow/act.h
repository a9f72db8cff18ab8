/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the steps of a change reach the world by: a table of functions, handed in
 * by whoever runs one. So a step is tried without a network, and every fault can
 * be had.
 */
#ifndef WORKFLOW_ACT_H
#define WORKFLOW_ACT_H

#include "cluster/delivery.h"
#include "cluster/shell.h"
#include "ctl/ctl.h"
#include "workflow/health.h"
#include "workflow/run.h"

/* Programs that the inventory names for steps of a person. */
enum act_site {
	ACT_RESET_PHONES,
	ACT_UPLOAD_TFTP,
	ACT_BACKUP
};

struct act_env { /* CTLSMITH_NODE, CTLSMITH_FILE, CTLSMITH_NAME,
		  * CTLSMITH_PHONES (a file with a name a line); NULL: unset */
	const char *node, *file, *name, *phones;
};

/* Whom a proof is about. */
struct act_proof {
	const struct delivery_list *lists; /* phones are to hold one of them */
	size_t num_lists;                  /* 1 to ACT_LISTS_MAX */
	const char *const *devices;        /* the baseline's that count */
	size_t num;
	bool itl; /* the lists are ITLs, else CTLs */
};
#define ACT_LISTS_MAX 32

struct act {
	void *arg;
	const struct inventory *inventory;
	int64_t (*now)(void *arg);

	/* Looks at all nodes, and reads and judges what it saw. What RET points
	 * at is ACT's and stays until the next look. */
	enum err (*look)(void *arg, bool phones, const struct survey **ret,
	    const struct health **ret_health, struct diag *d);

	/* Types command ID (cluster/command.h) at NODE. As shell_run(). */
	enum err (*type)(void *arg, const char *node, const char *id,
	    const struct command_arg *args, size_t num, struct shell_said *ret,
	    struct diag *d);

	/* What NODE (or a TFTP server of the inventory) gives as NAME, by HTTP,
	 * or TFTP. ERR_ABSENT. */
	enum err (*fetch)(void *arg, const char *node, const char *name,
	    bool tftp, struct buf *ret, struct diag *d);

	/* Brings BYTES to the SFTP place of a TFTP server that is no node. */
	enum err (*put)(void *arg, const char *server, const char *name,
	    struct bytes bytes, struct diag *d);

	/* The site has a command for WHAT. */
	bool (*has_site)(void *arg, enum act_site what);
	/* Runs it, without a shell; its output goes to the transcript. */
	enum err (*site)(void *arg, enum act_site what,
	    const struct act_env *env, struct diag *d);

	/* Tokens of the inventory: how many that LIST has as SAST answer, and
	 * the fewest tries left. ERR_TOKEN. */
	enum err (*tokens)(void *arg, const struct ctl_file *list,
	    size_t *ret_present, bool *ret_has_tries, unsigned *ret_tries,
	    struct diag *d);
	/* Signs DRAFT with a token that LIST has as SAST; RET gets the finished
	 * list. The PIN is asked once a run. ERR_TOKEN, ERR_PIN. */
	enum err (*sign)(void *arg, struct ctl_draft *draft,
	    const struct ctl_file *list, struct buf *ret, struct diag *d);

	/* What phones say of the lists: waits until all are proven or refused,
	 * or nothing new comes any more. RET gets a book for each list, which
	 * stay until the next call. */
	enum err (*phones)(void *arg, const struct act_proof *p,
	    struct delivery *ret[], struct diag *d);

	/* A line for the person who watches. */
	void (*say)(void *arg, const char *text);

	/* Lets that many seconds of the cluster's time pass; or NULL: none do. */
	void (*pause)(void *arg, unsigned seconds);
};

#endif
