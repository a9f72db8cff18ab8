/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords of nodes: from a file descriptor, from an environment variable, or
 * from a person at a terminal. Each is had once, before anything is done, and
 * tried once a node (cluster/shell.h).
 *
 * --password-fd and --password-env are for all nodes. Without them a node whose
 * inventory names a variable (password_env) has its value, and one with a key
 * needs none; of the others a person is asked, once for each user.
 */
#ifndef CLI_PASSWORD_H
#define CLI_PASSWORD_H

#include "base/secret.h"
#include "cluster/inventory.h"

/* As the options give them: a name and a number, never a password. */
struct password_opts {
	const char *env, *fd;
};

/* All-zero is clear. */
struct passwords {
	struct secret *own; /* each once */
	size_t num_own;
	const char **user;   /* whose, of those that were asked for; or NULL */
	struct secret *node; /* for each node of the inventory, borrowed from
			      * OWN; empty where it needs none */
	size_t num;
};

/* The passwords of all nodes of INV. BATCH: nobody is asked. ERR_USAGE for
 * options that are wrong; ERR_PIN where there is none. */
MUST_CHECK enum err password_all(const struct inventory *inv,
    const struct password_opts *o, bool batch, struct passwords *ret,
    struct diag *d);
void password_clear(struct passwords *p);

/* The one of USER on HOST. */
MUST_CHECK enum err password_one(const char *user, const char *host,
    const struct password_opts *o, bool batch, struct secret *ret,
    struct diag *d);

#endif
