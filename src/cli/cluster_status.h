/* SPDX-License-Identifier: Apache-2.0 */
/* As the options of `cluster status` and `cluster collect` give them. */
#ifndef CLI_CLUSTER_STATUS_H
#define CLI_CLUSTER_STATUS_H

#include "cli/cluster_opts.h"

struct cluster_status_opts {
	struct cluster_opts cluster;
	const char *module, *offline, *save, *transcripts;
	unsigned every; /* s */
	bool json, watch, probe_p12;
};

struct cluster_collect_opts {
	struct cluster_opts cluster;
	const char *module, *output, *transcripts;
	bool force, probe_p12, phones;
};

#endif
