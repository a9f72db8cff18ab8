/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster_init.h"

#include "cli/net.h"

enum cmd_exit
cluster_init_run(const struct cmd *cmd, struct opt_line *line)
{
	struct cluster_init_opts o = { .output = "cluster.yaml" };
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	diag_set(&d, ERR_UNSUPPORTED, "not there yet");
	return cmd_refuse(cmd, &d);
}
