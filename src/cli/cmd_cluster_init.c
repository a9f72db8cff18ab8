/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster_init.h"
#include "cli/cmd_cluster.h"

#define AT(member) offsetof(struct cluster_init_opts, member)

static const struct opt opts[] = {
	CLUSTER_LOGIN_OPTS(struct cluster_init_opts),
	{ "force", NULL, OPT_FLAG, AT(force), "replace a file that is there",
	    NULL, 0 },
	{ "from", "HOST", OPT_STRING, AT(from),
	    "ask this publisher, HOST or HOST:PORT, for the nodes", NULL, 0 },
	{ "output", "FILE", OPT_STRING, AT(output),
	    "write the inventory to FILE (default: cluster.yaml)", OPT_FILES,
	    'o' },
	{ "user", "NAME", OPT_STRING, AT(user),
	    "log in as NAME, an administrator of the platform", NULL, 0 },
	OPT_END,
};

const struct cmd cmd_cluster_init = {
	.name = "cluster init",
	.args = "",
	.summary = "Write a first inventory of a cluster, cluster.yaml",
	.text =
	    "Writes an inventory with comments, to be filled in. With --from it "
	    "logs in to\nthe publisher, asks which nodes there are, and, node by "
	    "node, shows the\nfingerprint of the host key and asks whether it is "
	    "right; what is confirmed is\npinned. Nothing is changed on a "
	    "node.\n\nExit status 0 if it is written; 1 if not; 3 if a host key "
	    "is not the one known;\n4 if the password was refused.\n",
	.opts = opts,
	.net = true,
	.run = cluster_init_run,
};
