/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/findings.h"

#include <string.h>

#include "base/text.h"

#define INDENT 4

static const char *
colour_of(enum ctl_severity severity)
{
	switch (severity) {
	case CTL_ERROR:
		return "\033[1;31m";
	case CTL_WARNING:
		return "\033[1;35m";
	case CTL_NOTE:
	case CTL_SILENT:
		break;
	}
	return "\033[36m";
}

static void
put_place(const struct ctl_finding *f, struct buf *out)
{
	buf_str(out, f->path);
	if (f->line != 0)
		buf_printf(out, "%sline %u", f->path[0] == '\0' ? "" : ", ",
		    f->line);
	else if (f->offset != DIAG_NOWHERE)
		buf_printf(out, "%sbyte %zu", f->path[0] == '\0' ? "" : ", ",
		    f->offset);
	if (f->path[0] != '\0' || f->line != 0 || f->offset != DIAG_NOWHERE)
		buf_str(out, ": ");
}

void
findings_put_severity(const struct fill *f, enum ctl_severity severity,
    struct buf *out)
{
	const char *name = ctl_severity_name(severity);

	if (f->colours)
		buf_printf(out, "%s%s\033[0m", colour_of(severity), name);
	else
		buf_str(out, name);
}

void
findings_put_one(const struct fill *f, const char *path,
    const struct ctl_finding *finding, struct buf *out)
{
	struct buf line = { 0 };

	text_put_safe(&line, bytes_of_str(path));
	buf_str(&line, ": ");
	findings_put_severity(f, finding->severity, &line);
	buf_str(&line, ": ");
	put_place(finding, &line);
	text_put_safe(&line, bytes_of_str(finding->message));
	buf_printf(&line, " [%s]", ctl_rule_name(finding->rule));
	fill_put(f, out, buf_bytes(&line), INDENT);
	out->failed |= !buf_ok(&line);
	buf_clear(&line);
}

/* "2 errors", or nothing where there is none; true where something stands. */
static bool
put_count(const struct ctl_findings *fs, enum ctl_severity severity, bool more,
    struct buf *out)
{
	size_t n = ctl_findings_count(fs, severity);

	if (n > 0)
		buf_printf(out, "%s%zu %s%s", more ? ", " : "", n,
		    ctl_severity_name(severity), n == 1 ? "" : "s");
	return more || n > 0;
}

/* Those of one severity, in their order. */
static void
put_findings(const struct fill *f, const struct input *in,
    const struct ctl_findings *fs, enum ctl_severity severity, struct buf *out)
{
	size_t i;

	for (i = 0; i < fs->num; i++)
		if (fs->at[i].severity == severity)
			findings_put_one(f, in->path, &fs->at[i], out);
}

void
findings_put(const struct fill *f, const struct input *in,
    const struct ctl_findings *fs, struct buf *out)
{
	bool any;

	put_findings(f, in, fs, CTL_ERROR, out);
	put_findings(f, in, fs, CTL_WARNING, out);
	put_findings(f, in, fs, CTL_NOTE, out);
	text_put_safe(out, bytes_of_str(in->path));
	if (input_is_known(in))
		buf_printf(out, ": %s", ctl_kind_name(input_kind(in)));
	buf_str(out, ": ");
	any = put_count(fs, CTL_ERROR, false, out);
	any = put_count(fs, CTL_WARNING, any, out);
	any = put_count(fs, CTL_NOTE, any, out);
	buf_str(out, any ? "\n" : "nothing found\n");
}
