/* SPDX-License-Identifier: Apache-2.0 */
/* `change status` and `change report`. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/change_tell.h"
#include "cli/net.h"
#include "cli/out.h"

static enum err
put_html(const struct change_run *r, const struct change_opts *o,
    struct diag *d)
{
	struct buf html = { 0 };
	enum err e = change_tell_html(r, &html, d);

	if (e == ERR_OK)
		e = file_write(o->html, buf_bytes(&html),
		    FILE_PRIVATE | (o->force ? FILE_CLOBBER : 0), d);
	buf_clear(&html);
	return e;
}

static enum err
put(const struct change_run *r, const struct change_opts *o, bool report,
    struct out *out, struct diag *d)
{
	const struct fill fill = fill_for_stdout();
	struct buf text = { 0 };
	enum err e = ERR_OK;

	if (o->html != NULL) {
		e = put_html(r, o, d);
	} else if (o->json) {
		out_json(out, change_tell_json(r));
	} else {
		e = change_tell_text(r, report, &fill, &text, d);
		out_put(out, &text);
	}
	buf_clear(&text);
	return e;
}

static enum err
check(const struct change_opts *o, struct opt_line *line, struct diag *d)
{
	if (line->args[0] != NULL && line->args[1] != NULL)
		return diag_set(d, ERR_USAGE, "one plan at a time");
	if (o->html != NULL && o->json)
		return diag_set(d, ERR_USAGE,
		    "--html and --json do not go together");
	if (o->html != NULL && !o->force && access(o->html, F_OK) == 0)
		return diag_set(d, ERR_EXISTS,
		    "%.200s is there already; --force replaces it", o->html);
	return ERR_OK;
}

static enum cmd_exit
tell(const struct cmd *cmd, struct opt_line *line, bool report)
{
	struct change_opts o = { .output = NULL };
	struct out out = { .lost = false };
	struct change_run *r;
	enum cmd_exit end;
	struct diag d;
	bool done;
	enum err e;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	diag_init(&d);
	r = calloc(1, sizeof(*r));
	e = r == NULL ? diag_nomem(&d) : check(&o, line, &d);
	if (e == ERR_OK)
		e = change_run_load(r, &o, line->args[0], false, &d);
	if (e == ERR_OK)
		e = change_run_look(r, &d);
	if (e == ERR_OK)
		e = put(r, &o, report, &out, &d);
	if (e == ERR_OK && !report && !change_tell_ended(r))
		end = CMD_RESUME;
	if (r != NULL)
		change_run_end(r);
	free(r);
	if (e == ERR_OK)
		return out_finish(&out, o.json, end);
	out_clear(&out);
	return cmd_refuse(cmd, &d);
}

enum cmd_exit
change_status_run(const struct cmd *cmd, struct opt_line *line)
{
	return tell(cmd, line, false);
}

enum cmd_exit
change_report_run(const struct cmd *cmd, struct opt_line *line)
{
	return tell(cmd, line, true);
}
