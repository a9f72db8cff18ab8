/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster_init.h"
#include "cli/cmd_cluster.h"

#define AT(member) offsetof(struct cluster_init_opts, member)

static const struct opt opts[] = {
	{ "force", NULL, OPT_FLAG, AT(force), "replace a file that is there",
	    NULL, 0 },
	{ "from", "HOST", OPT_STRING, AT(from),
	    "ask this publisher which nodes there are", NULL, 0 },
	{ "output", "FILE", OPT_STRING, AT(output),
	    "write the inventory to FILE (default cluster.yaml)", OPT_FILES,
	    'o' },
	{ "user", "NAME", OPT_STRING, AT(user),
	    "log in as NAME, an administrator of the platform", NULL, 0 },
	OPT_END,
};

const struct cmd cmd_cluster_init = {
	.name = "cluster init",
	.args = "",
	.summary = "Write a first inventory of a cluster, cluster.yaml",
	.text = "Writes an inventory with comments, to be filled in.\n",
	.opts = opts,
	.net = true,
	.run = cluster_init_run,
};
