/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base/file.h"
#include "cli/cluster_status.h"
#include "cli/net.h"
#include "cli/status.h"

/* The bundle can be written where it is wanted: before anybody is asked. */
static enum err
check(const struct cluster_collect_opts *o, struct diag *d)
{
	if (o->output == NULL)
		return diag_set(d, ERR_USAGE,
		    "--output names the bundle that is to be written");
	return file_save_check(o->output, o->force ? FILE_CLOBBER : 0, d);
}

static enum err
collect(struct cluster *c, const struct cluster_collect_opts *o,
    struct out *out, struct diag *d)
{
	const struct status_wish w = { .cluster = c,
		.transcripts = o->transcripts,
		.module = o->module,
		.probe_p12 = o->probe_p12,
		.phones = o->phones,
		.live = !o->cluster.batch && isatty(STDERR_FILENO) };
	struct evidence *e = NULL;
	struct buf said = { 0 };
	enum err err = status_look(&w, &e, out, d);

	if (err == ERR_OK)
		err = status_save(e, o->output, o->force, d);
	if (err == ERR_OK)
		buf_printf(&said, "%zu pieces of %zu nodes\n", evidence_num(e),
		    inventory_num_nodes(&c->inventory));
	out_put(out, &said);
	buf_clear(&said);
	evidence_free(&e);
	return err;
}

enum cmd_exit
cluster_collect_run(const struct cmd *cmd, struct opt_line *line)
{
	struct cluster_collect_opts o = { .output = NULL };
	struct cluster c = { .opts = NULL };
	struct out out = { .lost = false };
	enum cmd_exit end;
	struct diag d;
	bool done;
	enum err e;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	diag_init(&d);
	e = check(&o, &d);
	if (e == ERR_OK)
		e = cluster_open(&c, &o.cluster, &d);
	if (e == ERR_OK)
		e = cluster_login(&c, &d);
	if (e == ERR_OK)
		e = collect(&c, &o, &out, &d);
	if (c.opts != NULL)
		cluster_close(&c);
	if (e == ERR_OK)
		return out_finish(&out, false, CMD_OK);
	out_clear(&out);
	return cmd_refuse(cmd, &d);
}
