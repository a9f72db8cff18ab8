/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/calendar.h"
#include "cli/cert_paths.h"
#include "cli/cmd_cert.h"
#include "cli/input.h"
#include "cli/out.h"

#define NO_DAYS UINT_MAX

struct calendar_opts {
	struct calendar_wish wish;
	bool json, ical;
};

#define WISH(member) offsetof(struct calendar_opts, wish.member)

static const struct opt opts[] = {
	{ "as", "UNIT", OPT_STRING, WISH(as),
	    "whose certificates all of these are, whatever tells else",
	    "CallManager CallManager-ECDSA CAPF TVS tomcat tomcat-ECDSA ipsec "
	    "ITLRecovery LSC MIC CallManager-trust CAPF-trust tomcat-trust "
	    "Phone-SAST-trust",
	    0 },
	{ "days", "N", OPT_DAYS, WISH(days),
	    "only what ends within N days, which ends with status 3", NULL, 0 },
	{ "ical", NULL, OPT_FLAG, offsetof(struct calendar_opts, ical),
	    "print an iCalendar file (RFC 5545)", NULL, 0 },
	{ "json", NULL, OPT_FLAG, offsetof(struct calendar_opts, json),
	    "print JSON: an array with one element", NULL, 0 },
	{ "now", "DATE", OPT_DATE, WISH(now),
	    "count the days that are left from this date", NULL, 0 },
	{ "stores", "FILE", OPT_STRING, WISH(stores),
	    "another table of stores and what ends with them, YAML", OPT_FILES,
	    0 },
	OPT_END,
};

/* One command line at work. */
struct work {
	const struct calendar_opts *opts;
	bool all;             /* no --days: all rows are printed */
	bool short_of_memory; /* what is there is no timetable */
	struct calendar calendar;
	struct calendar_failure *failure;
	size_t num_failures;
	struct out out;
	enum cmd_exit end;
};

/* PATH could not be read, for the reason in D. */
static void
fail(struct work *w, const char *path, const struct diag *d)
{
	struct calendar_failure *more;

	out_error(&w->out, path, d);
	w->end = out_worse(w->end, cmd_end(d->code));
	w->short_of_memory |= d->code == ERR_NOMEM;
	more = reallocarray(w->failure, w->num_failures + 1, sizeof(*more));
	if (more == NULL) {
		w->out.lost = true;
		return;
	}
	w->failure = more;
	more[w->num_failures].why = *d;
	more[w->num_failures].path = strdup(path);
	if (more[w->num_failures].path == NULL)
		w->out.lost = true;
	else
		w->num_failures++;
}

static void
load_all(struct work *w, const char *arg)
{
	size_t root = cert_paths_is_folder(arg) ? strlen(arg) : 0;
	struct cert_paths paths = { .num = 0 };
	struct diag d;
	enum err e;
	size_t i;

	diag_init(&d);
	e = cert_paths_of(&paths, arg, &d);
	if (e != ERR_OK)
		fail(w, arg, &d);
	for (i = 0; e == ERR_OK && i < paths.num; i++) {
		diag_init(&d);
		if (calendar_load(&w->calendar, paths.at[i], root, &d) !=
		    ERR_OK)
			fail(w, paths.at[i], &d);
	}
	cert_paths_clear(&paths);
}

static void
print(struct work *w)
{
	struct fill fill = fill_for_stdout();
	struct calendar_view view = { &fill, w->all };
	struct buf text = { 0 };
	struct diag d;
	enum err e = ERR_OK;

	diag_init(&d);
	if (w->opts->json)
		out_json(&w->out,
		    calendar_json(&w->calendar, w->all, w->failure,
			w->num_failures));
	else if (w->opts->ical)
		e = calendar_put_ical(&w->calendar, w->all, &text, &d);
	else if (w->calendar.num > 0)
		e = calendar_put(&w->calendar, &view, &text, &d);
	if (e != ERR_OK) {
		out_error(&w->out, NULL, &d);
		w->end = out_worse(w->end, cmd_end(e));
	} else if (!w->opts->json)
		out_put(&w->out, &text);
	buf_clear(&text);
}

static bool
is_bad(const struct work *w)
{
	return calendar_count(&w->calendar, CALENDAR_EXPIRED) > 0 ||
	    (!w->all && calendar_count(&w->calendar, CALENDAR_DUE) > 0);
}

static void
work(struct work *w, char *const *args)
{
	struct diag d;

	diag_init(&d);
	for (; *args != NULL; args++)
		load_all(w, *args);
	if (w->short_of_memory)
		return;
	if (calendar_close(&w->calendar, &d) != ERR_OK) {
		out_error(&w->out, NULL, &d);
		w->end = out_worse(w->end, cmd_end(d.code));
		return;
	}
	print(w);
	if (is_bad(w))
		w->end = out_worse(w->end, CMD_POLICY);
}

static enum cmd_exit
calendar(const struct cmd *cmd, const struct calendar_opts *o,
    char *const *args)
{
	struct out_printer printer = { .json = o->json };
	struct work w = { .opts = o, .end = CMD_OK };
	struct calendar_wish wish = o->wish;
	struct diag d;
	enum err e;
	size_t i;

	diag_init(&d);
	w.all = wish.days == NO_DAYS;
	if (w.all)
		wish.days = CALENDAR_SOON;
	e = calendar_open(&w.calendar, &wish, &d);
	if (e == ERR_OK) {
		work(&w, args);
	} else if (e == ERR_USAGE) {
		w.end = cmd_usage(cmd, &d);
	} else {
		out_error(&w.out, wish.stores, &d);
		w.end = cmd_end(e);
	}
	if (e != ERR_USAGE) {
		w.end = out_worse(w.end, out_print(&printer, &w.out));
		w.end = out_worse(w.end, out_close(&printer));
	}
	for (i = 0; i < w.num_failures; i++)
		free(w.failure[i].path);
	free(w.failure);
	out_clear(&w.out);
	calendar_clear(&w.calendar);
	return w.end;
}

static enum err
check_line(const struct calendar_opts *o, char *const *args, struct diag *d)
{
	if (o->json && o->ical)
		return diag_set(d, ERR_USAGE,
		    "--json and --ical exclude each other");
	if (args[0] == NULL)
		return diag_set(d, ERR_USAGE,
		    "name certificates, folders, trust lists or alarms");
	return input_stdin_once(input_num_stdin(&o->wish.stores, 1) +
		input_num_stdin_args(args),
	    d);
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct calendar_opts o = { .wish = { .now = (int64_t)time(NULL),
				       .days = NO_DAYS } };
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	if (check_line(&o, line->args, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	return calendar(cmd, &o, line->args);
}

const struct cmd cmd_cert_calendar = {
	.name = "cert calendar",
	.args = "FILE|DIR|CTL...",
	.summary = "Say which certificate ends when, and what ends with it",
	.text =
	    "Prints one timetable of all certificates in the files and "
	    "folders given, sorted\nby the day they end: certificates however "
	    "they are pasted, texts of `show cert\nown`, trust lists, alarms "
	    "of the appliance (%UC_CERT-...). For those that have\nended or "
	    "will within 90 days: what breaks, what depends on it, what to do. "
	    "A\ncertificate that stands in several places is one row.\n\n"
	    "Whose a certificate is its role in a list tells, the name of its "
	    "file or folder\n(NODE/UNIT.pem, UNIT-trust/NAME.pem), the prompt "
	    "before it, an alarm, or its own\nname.\n\n"
	    "Exit status 0 if none has ended; 3 if one has, or with --days N "
	    "will within N\ndays, or a file holds a private key; 1 if a file "
	    "could not be read.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
