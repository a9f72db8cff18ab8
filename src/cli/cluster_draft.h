/* SPDX-License-Identifier: Apache-2.0 */
/* A first inventory, with comments, as a person would write it. */
#ifndef CLI_CLUSTER_DRAFT_H
#define CLI_CLUSTER_DRAFT_H

#include "base/buf.h"
#include "cluster/database.h"
#include "cluster/inventory.h"
#include "cluster/said.h"

struct cluster_draft_node {
	const char *name, *address;
	const char *other; /* address, or NULL */
	enum inventory_role role;
	char host_key[64]; /* SHA256:..., or "" */
	unsigned port;     /* of SSH */
};

/* What is known; strings may be NULL, and are made YAML as they are. */
struct cluster_draft {
	const char *name, *user, *password_env;
	const char *seen; /* the release that the publisher says */
	bool legacy;
	const struct cluster_draft_node *node; /* none: examples */
	size_t num_nodes;
};

/* Appends the file. What is not known stands there as a comment; with each "#~"
 * taken away it reads as well. */
void cluster_draft_put(const struct cluster_draft *draft, struct buf *out);

/* A node of the database, by whatever name it has there, is one of SAID. */
bool cluster_draft_has(const struct said_nodes *said, const char *name);

#endif
