/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that go over the network. Their tables (options, help) are in files
 * that both programs have, cmd_cluster_*.c; what they do is a function NAME_run()
 * in a file of ctlsmith-net, cluster_*.c. In ctlsmith the function of that name
 * only reads the options, and says that ctlsmith-net is missing: it is reached
 * where that could not be started (cli/relay.h).
 */
#ifndef CLI_NET_H
#define CLI_NET_H

#include "cli/cmd.h"

/* Their functions, NAME of NAME_run(). */
#define NET_COMMANDS(X)    \
	X(change_plan)     \
	X(change_report)   \
	X(change_resume)   \
	X(change_run)      \
	X(change_status)   \
	X(change_undo)     \
	X(cluster_collect) \
	X(cluster_init)    \
	X(cluster_phones)  \
	X(cluster_status)

#define NET_DECLARE(name) \
	enum cmd_exit name##_run(const struct cmd *cmd, struct opt_line *line);
NET_COMMANDS(NET_DECLARE)
#undef NET_DECLARE

/* Of ctlsmith-net alone, before any thread: its main calls it once. */
MUST_CHECK enum err net_begin(struct diag *d);

#endif
