/* SPDX-License-Identifier: Apache-2.0 */
/* The report as one file that needs no other: no script, nothing that is
 * fetched. Whatever comes from outside is made safe and escaped. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/change_tell.h"

#define TRANSCRIPT_MOST ((size_t)32 << 20)

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'\">\n<title>ctlsmith: change</title>\n"
    "<style>\nbody{font-family:sans-serif;margin:2em}\n"
    "table{border-collapse:collapse}\n"
    "th,td{border:1px solid #999;padding:.2em .5em;text-align:left;"
    "vertical-align:top}\ncode,pre{font-family:monospace;"
    "overflow-wrap:anywhere}\n.failed,.no-return{background:#fdd}\n"
    ".done{background:#dfd}\n</style>\n</head>\n<body>\n";

/* TEXT as it may stand in an element or an attribute. */
static void
put_safe(struct buf *out, const char *text)
{
	struct buf safe = { 0 };
	size_t i;

	text_put_safe(&safe, bytes_of_str(text));
	for (i = 0; i < safe.len; i++) {
		switch (safe.ptr[i]) {
		case '&':
			buf_str(out, "&amp;");
			break;
		case '<':
			buf_str(out, "&lt;");
			break;
		case '>':
			buf_str(out, "&gt;");
			break;
		case '"':
			buf_str(out, "&quot;");
			break;
		case '\'':
			buf_str(out, "&#39;");
			break;
		default:
			buf_put(out, bytes_of(&safe.ptr[i], 1));
		}
	}
	if (!buf_ok(&safe))
		out->failed = true;
	buf_clear(&safe);
}

static void
put_cell(struct buf *out, const char *text)
{
	buf_str(out, "<td>");
	if (text != NULL)
		put_safe(out, text);
	buf_str(out, "</td>");
}

static void
put_time(struct buf *out, int64_t when)
{
	buf_str(out, "<td>");
	if (when != 0)
		text_put_rfc3339(out, when);
	buf_str(out, "</td>");
}

static void
put_list(struct buf *out, const char *title, const struct doc_strings *l)
{
	size_t i;

	if (l->num == 0)
		return;
	buf_printf(out, "<h2>%s</h2>\n<ul>\n", title);
	for (i = 0; i < l->num; i++) {
		buf_str(out, "<li>");
		put_safe(out, l->item[i]);
		buf_str(out, "</li>\n");
	}
	buf_str(out, "</ul>\n");
}

static void
put_title(const struct change_run *r, struct buf *out)
{
	size_t i;

	buf_str(out, "<h1>Change of ");
	put_safe(out, r->plan.cluster);
	buf_str(out, ":");
	for (i = 0; i < r->plan.wishes.num; i++) {
		buf_str(out, i == 0 ? " " : ", ");
		put_safe(out, r->plan.wishes.item[i]);
	}
	buf_str(out, "</h1>\n<p>Release ");
	put_safe(out, r->plan.release);
	buf_str(out, ", planned ");
	text_put_rfc3339(out, r->plan.made);
	buf_printf(out,
	    ", %u phones. Plan <code>%s</code>. It is %s its "
	    "end.</p>\n",
	    r->plan.phones, r->sha256, change_tell_ended(r) ? "at" : "not at");
}

static void
put_steps(const struct change_run *r, struct buf *out)
{
	size_t i, no_return = plan_no_return(&r->plan);
	struct change_step step;

	buf_str(out,
	    "<h2>Steps</h2>\n<table>\n<tr><th>#</th><th>Step</th>"
	    "<th>Who</th><th>Way back</th><th>Resets</th><th>State"
	    "</th><th>Begun</th><th>Ended</th><th>Why</th></tr>\n");
	for (i = 0; i < plan_num_steps(&r->plan); i++) {
		const struct plan_step *s = plan_step(&r->plan, i);

		if (i == no_return)
			buf_str(out,
			    "<tr class=\"no-return\"><td colspan=\"9\">"
			    "POINT OF NO RETURN</td></tr>\n");
		change_tell_step(r->journal, s, &step);
		buf_printf(out, "<tr class=\"%s\"><td>%zu</td>",
		    run_state_name(step.state), i + 1);
		put_cell(out, s->title);
		put_cell(out, plan_actor_name((enum plan_actor)s->who));
		put_cell(out, s->back_text);
		buf_printf(out, "<td>%u</td>", s->resets);
		put_cell(out, run_state_name(step.state));
		put_time(out, step.begun);
		put_time(out, step.ended);
		put_cell(out, step.state == RUN_DONE ? s->why : step.why);
		buf_str(out, "</tr>\n");
	}
	buf_str(out, "</table>\n");
}

static enum err
put_facts(const struct change_run *r, struct buf *out, struct diag *d)
{
	struct change_fact *f = NULL;
	size_t i, num = 0;
	enum err e = change_tell_facts(r, &f, &num, d);

	if (e == ERR_OK && num > 0)
		buf_str(out,
		    "<h2>Before and after (SHA-256)</h2>\n<table>\n<tr><th>"
		    "What</th><th>Before</th><th>After</th></tr>\n");
	for (i = 0; i < num; i++) {
		buf_str(out, "<tr>");
		put_cell(out, f[i].name);
		put_cell(out, f[i].before);
		put_cell(out,
		    strcmp(f[i].before, f[i].after) == 0 ? "the same"
							 : f[i].after);
		buf_str(out, "</tr>\n");
	}
	if (num > 0)
		buf_str(out, "</table>\n");
	free(f);
	return e;
}

static enum err
put_phones(const struct change_run *r, struct buf *out, struct diag *d)
{
	struct change_devices l = { .num = 0 };
	enum err e = change_tell_devices(r, &l, d);
	size_t i;

	if (l.num > 0)
		buf_str(out,
		    "<h2>Phones at the begin</h2>\n<table>\n<tr><th>Name"
		    "</th><th>State</th><th>Waived</th></tr>\n");
	for (i = 0; i < l.num; i++) {
		buf_str(out, "<tr>");
		put_cell(out, l.item[i].name);
		put_cell(out, l.item[i].state);
		put_cell(out, l.item[i].waived ? "waived" : NULL);
		buf_str(out, "</tr>\n");
	}
	if (l.num > 0)
		buf_str(out, "</table>\n");
	change_devices_clear(&l);
	return e;
}

static void
put_journal(const struct change_run *r, struct buf *out)
{
	size_t i, k;

	buf_str(out,
	    "<h2>Journal</h2>\n<table>\n<tr><th>Time</th><th>Event"
	    "</th><th>Step</th><th>What</th></tr>\n");
	for (i = 0; i < journal_num(r->journal); i++) {
		const struct journal_line *l = journal_at(r->journal, i);

		buf_str(out, "<tr>");
		put_time(out, l->at);
		put_cell(out, journal_event_name(l->event));
		put_cell(out, l->step);
		buf_str(out, "<td>");
		if (l->why != NULL)
			put_safe(out, l->why);
		for (k = 0; k < l->num_names; k++) {
			buf_str(out, " ");
			put_safe(out, l->names[k]);
		}
		for (k = 0; k < l->num_files; k++) {
			buf_str(out, "<br><code>");
			put_safe(out, l->files[k].value);
			buf_str(out, "</code> ");
			put_safe(out, l->files[k].name);
		}
		buf_str(out, "</td></tr>\n");
	}
	buf_str(out, "</table>\n");
}

/* ---- Transcripts ------------------------------------------------------------------- */

/* Line by line: what makes text safe takes a newline for a control. */
static void
put_lines(struct buf *out, struct buf *text)
{
	char *rest = (char *)text->ptr, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		put_safe(out, line);
		buf_str(out, "\n");
	}
}

static enum err
put_transcript(const char *folder, const char *name, struct buf *out,
    struct diag *d)
{
	char path[PATH_MAX];
	struct buf text = { 0 };
	enum err e;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    (int)sizeof(path))
		return diag_set(d, ERR_TOO_BIG, "the path is too long");
	e = file_load(path, TRANSCRIPT_MOST, &text, d);
	if (e == ERR_OK && text.len > 0) {
		buf_str(out, "<h3>");
		put_safe(out, name);
		buf_str(out, "</h3>\n<pre>\n");
		if (buf_cstr(&text) != NULL)
			put_lines(out, &text);
		else
			buf_str(out, "(it holds bytes that are no text)\n");
		buf_str(out, "</pre>\n");
	}
	buf_clear(&text);
	return e;
}

static int
is_text(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static enum err
put_transcripts(const struct change_run *r, struct buf *out, struct diag *d)
{
	struct dirent **list = NULL;
	char path[PATH_MAX];
	enum err e = ERR_OK;
	int i, num;

	(void)snprintf(path, sizeof(path), "%s/transcripts",
	    (const char *)r->folder.ptr);
	num = scandir(path, &list, is_text, alphasort);
	if (num > 0)
		buf_str(out, "<h2>Transcripts</h2>\n");
	for (i = 0; i < num; i++) {
		if (e == ERR_OK)
			e = put_transcript(path, list[i]->d_name, out, d);
		free(list[i]);
	}
	free((void *)list);
	return e;
}

enum err
change_tell_html(const struct change_run *r, struct buf *out, struct diag *d)
{
	enum err e;

	buf_str(out, head);
	put_title(r, out);
	put_list(out, "Warnings", &r->plan.warnings);
	put_steps(r, out);
	e = put_facts(r, out, d);
	if (e == ERR_OK)
		e = put_phones(r, out, d);
	put_list(out, "Has to follow", &r->plan.follow_up);
	put_journal(r, out);
	if (e == ERR_OK)
		e = put_transcripts(r, out, d);
	buf_str(out, "</body>\n</html>\n");
	if (e == ERR_OK && !buf_ok(out))
		e = diag_nomem(d);
	return e;
}
