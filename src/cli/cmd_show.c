/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/input.h"
#include "cli/json.h"
#include "cli/origin.h"
#include "cli/out.h"
#include "cli/show_long.h"

#define ZONES "/usr/share/zoneinfo"
#define ZONE_MAX ((size_t)1024 * 1024)

struct show_opts {
	struct input_opts in;
	bool long_form;
	bool hex;
	const char *records;
	const char *tz;
};

static const struct opt opts[] = {
	INPUT_OPTS(struct show_opts),
	{ "long", NULL, OPT_FLAG, offsetof(struct show_opts, long_form),
	    "add digests, keys, certificates, offsets", NULL, 0 },
	{ "hex", NULL, OPT_FLAG, offsetof(struct show_opts, hex),
	    "add the bytes of every value", NULL, 0 },
	{ "records", "N,M-O", OPT_STRING, offsetof(struct show_opts, records),
	    "print these records only", NULL, 0 },
	{ "tz", "ZONE", OPT_STRING, offsetof(struct show_opts, tz),
	    "time zone of printed dates, Europe/Berlin (default UTC)", NULL,
	    0 },
	OPT_END,
};

/* What one run shows of every file. */
struct show {
	const struct show_opts *opts;
	struct input_plan plan;
	struct records records;
};

/* The C library takes a zone that it does not know for UTC, silently. So it
 * must be one of the compiled files, and they begin with "TZif". */
static bool
is_zone(const char *zone)
{
	struct buf content = { 0 };
	char path[256];
	bool yes;

	if (zone[0] == '/' || strstr(zone, "..") != NULL ||
	    snprintf(path, sizeof(path), ZONES "/%s", zone) >=
		(int)sizeof(path))
		return false;
	yes = file_load(path, ZONE_MAX, &content, NULL) == ERR_OK &&
	    bytes_starts(buf_bytes(&content), bytes_of_str("TZif"));
	buf_clear(&content);
	return yes;
}

static enum err
set_zone(const char *zone, struct diag *d)
{
	if (zone == NULL || strcmp(zone, "UTC") == 0)
		zone = "UTC0";
	else if (!is_zone(zone))
		return diag_set(d, ERR_USAGE,
		    "--tz: there is no time zone '%s' in " ZONES, zone);
	if (setenv("TZ", zone, 1) != 0)
		return diag_nomem(d);
	tzset();
	if (tzname[0][0] == '\0') /* it could not be read for want of memory */
		return diag_nomem(d);
	return ERR_OK;
}

static void
put_made_by(const struct input *in, struct buf *out)
{
	bool good = in->verdict.status == CTL_VERIFIED;
	struct buf maker = { 0 };

	buf_str(out, good ? "\nMade by: " : "\nMade, if it were genuine, by: ");
	origin_put_maker(in->file, &maker);
	text_put_safe(out, buf_bytes(&maker));
	buf_str(out, "; ");
	origin_put_updater(in->file, "below", out);
	buf_str(out, ".\n");
	out->failed |= !buf_ok(&maker);
	buf_clear(&maker);
}

static enum err
put_records(const struct show *s, const struct ctl_text *t, struct buf *out,
    struct diag *d)
{
	size_t i, n = ctl_num_records(t->file);
	enum err e = ERR_OK;

	for (i = 1; e == ERR_OK && i <= n; i++) {
		if (!records_has(&s->records, i))
			continue;
		e = ctl_text_record(t, i, out, d);
		if (e == ERR_OK && s->opts->long_form)
			e = show_long_record(t->file, i, out, d);
	}
	return e;
}

/* What the verdict does not say, and people take it to say. */
static void
put_remarks(const struct input *in, struct buf *out)
{
	const struct ctl_verdict *v = &in->verdict;

	if (v->note[0] != '\0') {
		buf_str(out, "Note: ");
		text_put_safe(out, bytes_of_str(v->note));
		buf_str(out, ".\n");
	}
	if (v->status == CTL_VERIFIED && v->anchor == CTL_ANCHOR_SELF)
		buf_str(out,
		    "It only agrees with itself: the key that "
		    "verifies it is its own, and anybody can make\nsuch a "
		    "file. --trusted OLD.tlv checks it against the list that "
		    "phones hold.\n");
	if (v->status == CTL_VERIFIED && v->anchor == CTL_ANCHOR_TRUSTED)
		buf_printf(out,
		    "Checked with record %zu of the trusted "
		    "list.\n",
		    v->signer_record);
	if (v->status == CTL_VERIFIED && v->anchor == CTL_ANCHOR_CERT)
		buf_str(out, "Checked with the certificate given.\n");
}

static enum err
put_file(const struct show *s, const struct input *in, struct buf *out,
    struct diag *d)
{
	struct ctl_text t = { in->file, &in->verdict, s->opts->hex };
	enum err e;

	e = ctl_text_head(&t, out, d);
	if (e == ERR_OK && s->opts->long_form)
		e = show_long_head(in->file, out, d);
	if (e == ERR_OK && ctl_is_list(in->file))
		put_made_by(in, out);
	if (e == ERR_OK)
		e = put_records(s, &t, out, d);
	if (e == ERR_OK)
		e = ctl_text_tail(&t, out, d);
	put_remarks(in, out);
	return e;
}

static enum err
put_listed(const struct show *s, const struct ctl_listing *l, struct buf *out,
    struct diag *d)
{
	size_t i, n = ctl_listing_num(l);
	enum err e;

	if (s->records.num == 0)
		return ctl_listing_put(l, out, d);
	e = ctl_listing_put_head(l, out, d);
	for (i = 0; e == ERR_OK && i < n; i++)
		if (records_has(&s->records, ctl_listing_at(l, i)->index))
			e = ctl_listing_put_record(l, i, out, d);
	return e == ERR_OK ? ctl_listing_put_tail(l, out, d) : e;
}

/* The text of a list, as far as it goes. */
static enum err
put_listing(const struct show *s, const struct ctl_listing *l, struct buf *out,
    struct diag *d)
{
	enum err e = put_listed(s, l, out, d);

	buf_str(out,
	    "Text only: that is what the appliance printed. Only the file "
	    "itself holds the\nsignature and the certificates.\n");
	return e;
}

static enum err
put_input(const struct show *s, const struct input *in, struct buf *out,
    struct diag *d)
{
	enum err e;

	if (s->plan.several) {
		buf_str(out, "==> ");
		text_put_safe(out, bytes_of_str(in->path));
		buf_str(out, " <==\n");
	}
	e = in->file != NULL ? put_file(s, in, out, d)
			     : put_listing(s, in->listing, out, d);
	if (s->plan.several)
		buf_str(out, "\n");
	return e;
}

static enum cmd_exit
show_text(const struct show *s, const struct input *in, struct out *out)
{
	enum cmd_exit end = CMD_OK;
	struct buf text = { 0 };
	struct diag d;

	if (put_input(s, in, &text, &d) == ERR_OK) {
		out_put(out, &text);
	} else {
		out_error(out, in->path, &d);
		end = CMD_FAILED;
	}
	buf_clear(&text);
	return end;
}

/* The number of the last record. */
static size_t
last_record(const struct input *in)
{
	size_t n;

	if (in->file != NULL)
		return ctl_num_records(in->file);
	n = ctl_listing_num(in->listing);
	return n == 0 ? 0 : ctl_listing_at(in->listing, n - 1)->index;
}

/* Complains of a record that was asked for and is not there. */
static enum cmd_exit
check_records(const struct show *s, const struct input *in, struct out *out)
{
	size_t highest = records_highest(&s->records);
	struct diag d;

	if (highest <= last_record(in))
		return CMD_OK;
	diag_set(&d, ERR_ABSENT, "there is no record %zu, the file has %zu",
	    highest, last_record(in));
	out_error(out, in->path, &d);
	return CMD_FAILED;
}

static enum cmd_exit
show_one(const void *context, const struct input *in, struct out *out)
{
	const struct show *s = context;
	enum cmd_exit end = input_end(in);

	if (input_is_known(in))
		end = out_worse(end, check_records(s, in, out));
	if (s->plan.json)
		out_json(out, json_of_show(in, &s->records));
	else if (input_is_known(in))
		end = out_worse(end, show_text(s, in, out));
	return end;
}

static enum err
prepare(struct show *s, struct diag *d)
{
	enum err e;

	e = set_zone(s->opts->tz, d);
	if (e == ERR_OK && s->opts->records != NULL)
		e = records_parse(&s->records, s->opts->records, d);
	return e;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct show_opts o = { 0 };
	struct show s = { .opts = &o };
	struct input_job job = { &s, show_one, false };
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	if (prepare(&s, &d) != ERR_OK)
		return input_refuse(cmd, &o.in, &d);
	end = input_plan(&s.plan, cmd, &o.in, line->args);
	if (end == CMD_OK)
		end = input_run(&s.plan, line->args, &job);
	input_plan_clear(&s.plan);
	return end;
}

const struct cmd cmd_show = {
	.name = "show",
	.args = "FILE...",
	.summary = "Show trust lists and signed files as the appliance does",
	.text =
	    "Prints a CTL or ITL in the layout of the appliance's `show ctl`, "
	    "so that both\ncan be laid side by side, and says who made it and "
	    "whether its signature is\nright. --json and --long have what the "
	    "appliance hides. KIND is ctl, itl,\nsigned-file, firmware or "
	    "encrypted. '-' reads standard input.\n\n"
	    "Exit status 0 if every file verifies; 3 if one does not or "
	    "cannot be judged;\n1 if one could not be read or parsed.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
