/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLUSTER_INIT_H
#define CLI_CLUSTER_INIT_H

#include <stdbool.h>

/* As the options of `cluster init` give them. */
struct cluster_init_opts {
	const char *output, *from, *user;
	bool force;
};

#endif
