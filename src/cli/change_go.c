/* SPDX-License-Identifier: Apache-2.0 */
/* `change run`, `change resume`, `change undo`. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/change_run.h"
#include "cli/net.h"
#include "cli/out.h"

enum what {
	RUN,
	RESUME,
	UNDO
};

/* Where it stopped is in the journal, and was said; what to do is said here. */
static void
say_next(const struct change_run *r, enum err e)
{
	struct buf line = { 0 };

	buf_str(&line,
	    e == ERR_WAITING ? "It waits. `ctlsmith change resume "
			     : "It stopped. `ctlsmith change resume ");
	text_put_safe(&line, buf_bytes(&r->folder));
	buf_str(&line,
	    "/plan.yaml` goes on, `ctlsmith change undo` takes "
	    "back.\n");
	(void)out_write(&line);
	buf_clear(&line);
}

static enum err
go(struct change_run *r, struct diag *d)
{
	struct run_setup setup;
	struct buf line = { 0 };
	size_t at = 0;
	enum err e;

	change_run_setup(r, &setup);
	e = run_go(&setup, &at, d);
	if (e != ERR_OK && e != ERR_USAGE && !setup.dry) {
		say_next(r, e);
	} else if (e == ERR_OK && setup.dry) {
		buf_str(&line,
		    "Nothing stands in the way. Nothing was done.\n");
	} else if (e == ERR_OK && at < plan_num_steps(&r->plan)) {
		buf_printf(&line, "Stopped behind step %s, as was wanted.\n",
		    setup.until);
	} else if (e == ERR_OK) {
		buf_str(&line, "The plan is done.\n");
	}
	if (line.len > 0)
		(void)out_write(&line);
	buf_clear(&line);
	return e;
}

static enum err
undo(struct change_run *r, struct diag *d)
{
	struct run_setup setup;
	struct buf line = { 0 };
	size_t at = 0, i;
	enum err e;

	change_run_setup(r, &setup);
	e = run_undo(&setup, &at, d);
	if (e == ERR_OK && at == 0)
		buf_str(&line,
		    setup.dry ? "All of it can be taken back.\n"
			      : "All of it was taken back.\n");
	else
		buf_printf(&line, "%zu steps stay as they are:\n", at);
	for (i = 0; i < at; i++) {
		const struct plan_step *s = plan_step(&r->plan, i);

		if (!plan_kind_changes((enum plan_kind)s->kind))
			continue;
		buf_str(&line, "  ");
		text_put_safe(&line, bytes_of_str(s->id));
		buf_str(&line, ": ");
		text_put_safe(&line,
		    bytes_of_str(s->back_text == NULL ? "" : s->back_text));
		buf_str(&line, "\n");
	}
	(void)out_write(&line);
	buf_clear(&line);
	return e;
}

static enum err
check(enum what what, struct opt_line *line, struct diag *d)
{
	if (line->args[0] == NULL && what == RUN)
		return diag_set(d, ERR_USAGE,
		    "the plan is missing; `ctlsmith change plan` writes one");
	if (line->args[0] != NULL && line->args[1] != NULL)
		return diag_set(d, ERR_USAGE, "one plan at a time");
	return ERR_OK;
}

static enum err
work(struct change_run *r, enum what what, struct diag *d)
{
	enum err e = ERR_OK;

	if (what != RUN) {
		e = change_run_look(r, d);
		journal_close(&r->journal);
	}
	if (e == ERR_OK)
		e = change_run_begin(r, d);
	if (e == ERR_OK)
		e = what == UNDO ? undo(r, d) : go(r, d);
	return e;
}

static enum cmd_exit
begin(const struct cmd *cmd, struct opt_line *line, enum what what)
{
	struct change_opts o = { .output = NULL };
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
	e = r == NULL ? diag_nomem(&d) : check(what, line, &d);
	if (e == ERR_OK)
		e = change_run_load(r, &o, line->args[0], what != RUN, &d);
	if (e == ERR_OK)
		e = work(r, what, &d);
	if (r != NULL)
		change_run_end(r);
	free(r);
	return e == ERR_OK ? CMD_OK : cmd_refuse(cmd, &d);
}

enum cmd_exit
change_run_run(const struct cmd *cmd, struct opt_line *line)
{
	return begin(cmd, line, RUN);
}

enum cmd_exit
change_resume_run(const struct cmd *cmd, struct opt_line *line)
{
	return begin(cmd, line, RESUME);
}

enum cmd_exit
change_undo_run(const struct cmd *cmd, struct opt_line *line)
{
	return begin(cmd, line, UNDO);
}
