/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLUSTER_INIT_H
#define CLI_CLUSTER_INIT_H

#include "cli/cluster_opts.h"

/* As the options of `cluster init` give them. */
struct cluster_init_opts {
	const char *output, *from, *user;
	bool force;
	struct cluster_opts cluster; /* those of logging in */
};

#endif
