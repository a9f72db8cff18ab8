/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster_status.h"
#include "cli/cmd_cluster.h"

#define AT(member) offsetof(struct cluster_collect_opts, member)

static const struct opt opts[] = {
	CLUSTER_LOGIN_OPTS(struct cluster_collect_opts),
	{ "force", NULL, OPT_FLAG, AT(force), "replace a file that is there",
	    NULL, 0 },
	CLUSTER_INVENTORY_OPT(struct cluster_collect_opts),
	{ "module", "PATH", OPT_STRING, AT(module),
	    "PKCS#11 module for a look at signing_keys, without PIN", OPT_FILES,
	    0 },
	{ "output", "BUNDLE", OPT_STRING, AT(output),
	    "write the bundle there, a tar", OPT_FILES, 'o' },
	{ "phones", NULL, OPT_FLAG, AT(phones),
	    "names, models and registration of devices, too", NULL, 0 },
	{ "probe-p12", NULL, OPT_FLAG, AT(probe_p12),
	    "try whether nodes give out ITLRecovery.p12", NULL, 0 },
	{ "transcripts", "DIR", OPT_STRING, AT(transcripts),
	    "write what was said to each node, NODE.txt", OPT_FILES, 0 },
	OPT_END,
};

const struct cmd cmd_cluster_collect = {
	.name = "cluster collect",
	.args = "",
	.summary = "Collect what `cluster status` looks at, to be sent",
	.text =
	    "Asks all nodes as `cluster status` does, and writes what they "
	    "said into one\nfile, which `cluster status --offline` reads: here, "
	    "or where it is sent. There\nis no password, PIN or private key "
	    "in it; names, addresses, certificates and\nlists of the cluster "
	    "are.\n",
	.opts = opts,
	.net = true,
	.run = cluster_collect_run,
};
