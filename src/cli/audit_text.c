/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/audit_text.h"

#include "base/text.h"

static void
key(struct buf *out, const char *name)
{
	buf_printf(out, "  %-11s", name);
}

static void
put_records(struct buf *out, uint64_t num)
{
	buf_printf(out, "%llu record%s", (unsigned long long)num,
	    num == 1 ? "" : "s");
}

/* The first line: what it comes to. */
static void
put_outcome(struct buf *out, const char *path, const struct audit_verdict *v,
    bool missed)
{
	text_put_safe(out, bytes_of_str(path));
	if (v->what != AUDIT_WHOLE) {
		buf_printf(out, ": BROKEN at line %llu, byte %llu: ",
		    (unsigned long long)v->line, (unsigned long long)v->offset);
		text_put_safe(out, bytes_of_str(v->why.msg));
	} else if (missed) {
		buf_str(out,
		    ": NOT THE SAME LOG: no line of it has the hash of --last");
	} else {
		buf_str(out, ": whole, ");
		put_records(out, v->num_records);
	}
	buf_str(out, "\n");
}

static void
put_meaning(struct buf *out, const struct audit_verdict *v, bool missed)
{
	if (v->what == AUDIT_WHOLE && !missed)
		return;
	key(out, "meaning");
	if (v->what == AUDIT_WHOLE)
		buf_str(out,
		    "lines at the end were cut off, or the file was exchanged, "
		    "or written anew");
	else if (v->line == 1 && v->what != AUDIT_EMPTY)
		buf_str(out,
		    "the header was damaged or taken out, or this is no audit "
		    "log");
	else
		buf_str(out, audit_break_meaning(v->what));
	buf_str(out, "\n");
}

/* Which lines the rest is about. */
static void
put_chain(struct buf *out, const struct audit_verdict *v, bool missed)
{
	if (v->what == AUDIT_WHOLE && !missed)
		return;
	key(out, "chain");
	if (v->what == AUDIT_WHOLE)
		buf_str(out, "whole in itself, ");
	else
		buf_printf(out, "whole up to line %llu, ",
		    (unsigned long long)v->num_lines);
	put_records(out, v->num_records);
	buf_str(out, "\n");
}

static void
put_span(struct buf *out, const struct audit_verdict *v)
{
	key(out, "log");
	buf_printf(out, "%s, begun %s\n", v->id, v->created);
	if (v->num_records > 0) {
		key(out, "from");
		buf_printf(out, "%s\n", v->first);
		key(out, "to");
		buf_printf(out, "%s\n", v->last_time);
	}
	key(out, "last line");
	buf_printf(out, "%llu\n", (unsigned long long)v->last.line);
	key(out, "last hash");
	text_put_hex(out, digest_bytes(&v->last.hash), "", TEXT_LOWER);
	buf_str(out, "\n");
}

static void
put_torn(struct buf *out, const struct audit_verdict *v)
{
	uint64_t i;

	for (i = 0; i < v->num_torn && i < AUDIT_NOTES_MAX; i++) {
		key(out, "cut short");
		buf_printf(out, "line %llu, byte %llu, as by a crash; %s\n",
		    (unsigned long long)v->torn[i].line,
		    (unsigned long long)v->torn[i].offset,
		    v->torn[i].open ? "the next record goes on behind it"
				    : "the log says so and goes on");
	}
	if (v->num_torn > AUDIT_NOTES_MAX) {
		key(out, "");
		buf_printf(out, "and %llu lines more\n",
		    (unsigned long long)(v->num_torn - AUDIT_NOTES_MAX));
	}
}

static void
put_wanted(struct buf *out, const struct audit_verdict *v)
{
	if (v->wanted > 0) {
		key(out, "noted");
		buf_printf(out,
		    "the hash of line %llu: up to there it is the log that it "
		    "was then\n",
		    (unsigned long long)v->wanted);
	} else if (v->what != AUDIT_WHOLE) {
		key(out, "noted");
		buf_str(out, "no line before that has the hash of --last\n");
	}
}

void
audit_text_put(struct buf *out, const char *path, const struct audit_verdict *v,
    struct bytes want)
{
	bool asked = want.len > 0, missed = asked && v->wanted == 0;

	put_outcome(out, path, v, missed);
	put_meaning(out, v, missed);
	if (v->num_lines > 0) {
		put_chain(out, v, missed);
		put_span(out, v);
		put_torn(out, v);
	}
	if (asked)
		put_wanted(out, v);
	if (v->what != AUDIT_WHOLE)
		buf_str(out,
		    "From that line on nothing was judged, and nothing is "
		    "proven.\n");
	else if (!asked)
		buf_str(out,
		    "Whether lines were cut off at the end does not show. Note "
		    "the last hash down\nelsewhere: --last HASH tells later "
		    "whether it still stands in the log.\n");
}
