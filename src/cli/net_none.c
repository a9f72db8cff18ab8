/* SPDX-License-Identifier: Apache-2.0 */
/* What ctlsmith has in place of the network. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/net.h"
#include "cli/out.h"
#include "cli/relay.h"
#include "cli/url.h"

enum err
url_load(const char *url, size_t max, struct buf *ret, struct diag *d)
{
	(void)url;
	(void)max;
	(void)ret;
	return relay_missing("a URL", d);
}

static enum cmd_exit
miss(const struct cmd *cmd, struct opt_line *line)
{
	void *target = calloc(1, opt_span(cmd->opts));
	enum cmd_exit end;
	struct diag d;
	bool done;

	diag_init(&d);
	if (target == NULL) {
		(void)diag_nomem(&d);
		return cmd_refuse(cmd, &d);
	}
	end = cmd_options(cmd, line, target, &done);
	free(target);
	if (done)
		return end;
	(void)relay_missing("this command", &d);
	return cmd_refuse(cmd, &d);
}

#define NET_MISSING(name)                                                      \
	enum cmd_exit name##_run(const struct cmd *cmd, struct opt_line *line) \
	{                                                                      \
		return miss(cmd, line);                                        \
	}
NET_COMMANDS(NET_MISSING)
