/* SPDX-License-Identifier: Apache-2.0 */
/* The options that the commands of the group `cluster` share. Both programs have
 * them: no header of src/cluster here. */
#ifndef CLI_CLUSTER_OPTS_H
#define CLI_CLUSTER_OPTS_H

#include "cli/opt.h"

struct cluster_opts {
	const char *inventory;   /* or NULL: cluster.yaml */
	const char *known_hosts; /* or NULL: the inventory's */
	const char *password_env, *password_fd;
	bool legacy, batch;
};

#define CLUSTER_INVENTORY "cluster.yaml"

/* Their lines for an option table, of a struct whose member `cluster` they are:
 * those of logging in, and the inventory. */
#define CLUSTER_AT(type, member) offsetof(type, cluster.member)
#define CLUSTER_LOGIN_OPTS(type)                                               \
	{ "batch", NULL, OPT_FLAG, CLUSTER_AT(type, batch),                    \
		"ask nothing: what would be asked is refused", NULL, 0 },      \
	    { "known-hosts", "FILE", OPT_STRING,                               \
		    CLUSTER_AT(type, known_hosts),                             \
		    "host keys (default: the inventory's, ~/.ssh's)",          \
		    OPT_FILES, 0 },                                            \
	    { "legacy-ssh", NULL, OPT_FLAG, CLUSTER_AT(type, legacy),          \
		    "allow old algorithms, and name those that are used",      \
		    NULL, 0 },                                                 \
	    { "password-env", "NAME", OPT_STRING,                              \
		    CLUSTER_AT(type, password_env),                            \
		    "environment variable with the password", NULL, 0 },       \
	{                                                                      \
		"password-fd", "N", OPT_STRING, CLUSTER_AT(type, password_fd), \
		    "read the password from this file descriptor", NULL, 0     \
	}
#define CLUSTER_INVENTORY_OPT(type)                                           \
	{                                                                     \
		"inventory", "FILE", OPT_STRING, CLUSTER_AT(type, inventory), \
		    "the inventory (default: cluster.yaml)", OPT_FILES, 0     \
	}

#endif
