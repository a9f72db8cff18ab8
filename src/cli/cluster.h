/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all commands of the group `cluster` begin with: the inventory, the table
 * of the appliance's commands, passwords, and whom to ask about a host key.
 *
 *	cluster_open() -> cluster_login() -> ... -> cluster_close()
 */
#ifndef CLI_CLUSTER_H
#define CLI_CLUSTER_H

#include <pthread.h>

#include "cli/cluster_opts.h"
#include "cli/password.h"
#include "cluster/command.h"
#include "cluster/inventory.h"

struct cluster {
	const struct cluster_opts *opts;
	struct inventory inventory;
	struct doc *doc;         /* owns it */
	const char *known_hosts; /* or NULL: ~/.ssh/known_hosts */
	struct command_table *commands;
	struct passwords passwords; /* after cluster_login() */
	pthread_mutex_t asking;
};

/* Reads the inventory. Messages name the file. Close it whatever the outcome. */
MUST_CHECK enum err cluster_open(struct cluster *ret,
    const struct cluster_opts *o, struct diag *d);

/* Has a password for each node. ERR_USAGE, ERR_PIN. */
MUST_CHECK enum err cluster_login(struct cluster *c, struct diag *d);

void cluster_close(struct cluster *c);

/* Somebody can be asked, and may be. Otherwise struct shell_setup has no
 * trust(), and its message says what to do. */
bool cluster_asks(const struct cluster_opts *o);

/* As struct shell_setup, trust(), for any thread; ARG is a struct cluster. Shows the
 * fingerprint of a host that nobody knows to a person, and asks. */
bool cluster_trust(void *arg, const char *host, const char *fingerprint);

/* The same, for one thread. */
bool cluster_ask_trust(const char *host, const char *fingerprint);

#endif
