/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster_status.h"
#include "cli/cmd_cluster.h"

#define AT(member) offsetof(struct cluster_status_opts, member)

static const struct opt opts[] = {
	CLUSTER_LOGIN_OPTS(struct cluster_status_opts),
	{ "every", "SECONDS", OPT_SECONDS, AT(every),
	    "with --watch: how long to wait (default 60)", NULL, 0 },
	CLUSTER_INVENTORY_OPT(struct cluster_status_opts),
	{ "json", NULL, OPT_FLAG, AT(json), "print JSON", NULL, 0 },
	{ "module", "PATH", OPT_STRING, AT(module),
	    "PKCS#11 module for a look at signing_keys, without PIN", OPT_FILES,
	    0 },
	{ "offline", "BUNDLE", OPT_STRING, AT(offline),
	    "ask nobody: read what was collected", OPT_FILES, 0 },
	{ "probe-p12", NULL, OPT_FLAG, AT(probe_p12),
	    "try whether nodes give out ITLRecovery.p12", NULL, 0 },
	{ "save", "BUNDLE", OPT_STRING, AT(save),
	    "write what was seen as a bundle, too", OPT_FILES, 0 },
	{ "transcripts", "DIR", OPT_STRING, AT(transcripts),
	    "write what was said to each node, NODE.txt", OPT_FILES, 0 },
	{ "watch", NULL, OPT_FLAG, AT(watch),
	    "look again and again; with --batch print changes", NULL, 0 },
	OPT_END,
};

const struct cmd cmd_cluster_status = {
	.name = "cluster status",
	.args = "",
	.summary = "Say what is wrong with a cluster's trust lists",
	.text =
	    "Looks at every node at once: the lists that it serves, what it "
	    "says of them,\nits certificates, services and ports. Prints a "
	    "line for each, and findings,\nthe worst first, each with what to "
	    "do. Nothing is changed anywhere.\n\nExit status 3: something is "
	    "stale, or could not be seen; 1: no node could be\nreached.\n",
	.opts = opts,
	.net = true,
	.run = cluster_status_run,
};
