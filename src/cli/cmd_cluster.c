/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_cluster.h"

static const struct cmd *const commands[] = {
	&cmd_cluster_collect,
	&cmd_cluster_init,
	&cmd_cluster_phones,
	&cmd_cluster_status,
	NULL,
};

const struct cmd cmd_cluster = {
	.name = "cluster",
	.summary = "Look at every node and phone of a cluster",
	.text =
	    "A cluster is what its inventory, cluster.yaml, says: nodes, how "
	    "they are\nreached, and what is beside them. What goes over the "
	    "network is done by\nctlsmith-net, the same program with the "
	    "network libraries, which ctlsmith\nbecomes by itself.\n",
	.subs = commands,
};
