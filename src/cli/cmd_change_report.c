/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_change.h"

static const struct opt opts[] = {
	{ "force", NULL, OPT_FLAG, CHANGE_AT(force),
	    "replace a file that is there", NULL, 0 },
	{ "html", "FILE", OPT_STRING, CHANGE_AT(html),
	    "write one HTML file, for the ticket of the change", OPT_FILES, 0 },
	{ "json", NULL, OPT_FLAG, CHANGE_AT(json), "print JSON", NULL, 0 },
	CHANGE_STATE_OPT,
	OPT_END,
};

const struct cmd cmd_change_report = {
	.name = "change report",
	.args = "[PLAN]",
	.summary = "Report a run: steps, times, files, before and after",
	.text =
	    "Asks no node: reads what the run has kept. Without PLAN it is the "
	    "last run of\nthis machine. The HTML file needs no other file, and "
	    "has the transcripts of the\nsessions, in which there is no "
	    "password.\n",
	.words = OPT_FILES,
	.opts = opts,
	.net = true,
	.run = change_report_run,
};
