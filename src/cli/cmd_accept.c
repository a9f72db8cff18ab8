/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/file.h"
#include "cli/accept.h"
#include "cli/cmd.h"
#include "cli/history.h"
#include "cli/input.h"
#include "cli/out.h"

struct accept_opts {
	struct accept_wish wish;
	const char *history;
	bool json, dot;
};

#define WISH(member) offsetof(struct accept_opts, wish.member)

static const struct opt opts[] = {
	{ "archive", "DIR", OPT_STRING, WISH(archive),
	    "older lists, to find those by hash that phones hold", OPT_FILES,
	    0 },
	{ "dot", NULL, OPT_FLAG, offsetof(struct accept_opts, dot),
	    "with --history: print a graph for Graphviz", NULL, 0 },
	{ "groups", "FILE", OPT_STRING, WISH(groups),
	    "CallManager groups, CSV: group,node (default: all nodes)",
	    OPT_FILES, 0 },
	{ "history", "DIR", OPT_STRING, offsetof(struct accept_opts, history),
	    "which of the lists in DIR strand phones that were off", OPT_FILES,
	    0 },
	{ "installed", "LIST", OPT_STRINGS, WISH(installed),
	    "the CTL that phones hold, unless a hash says other", OPT_FILES,
	    0 },
	{ "inventory", "FILE", OPT_STRING, WISH(inventory),
	    "the token inventory (default: the configuration's)", OPT_FILES,
	    0 },
	{ "itl", "ITL", OPT_STRINGS, WISH(nodes.itls),
	    "the ITL that a TFTP node serves: FILE or NODE=FILE", OPT_FILES,
	    0 },
	{ "json", NULL, OPT_FLAG, offsetof(struct accept_opts, json),
	    "print JSON: an array with one element", NULL, 0 },
	{ "models", "FILE", OPT_STRING, WISH(models),
	    "another table of models and classes, YAML", OPT_FILES, 0 },
	{ "no-capf", NULL, OPT_FLAG, WISH(nodes.no_capf), "CAPF is not active",
	    NULL, 0 },
	{ "nodes", "LIST", OPT_STRING, WISH(nodes.nodes),
	    "all nodes: a,b=ccm,c=tftp (default: those in files)", NULL, 0 },
	{ "phone-itl", "FILE", OPT_STRINGS, WISH(nodes.phone_itls),
	    "an ITL that phones hold, if that of --itl is another", OPT_FILES,
	    0 },
	{ "phone-sast-trust", "DIR", OPT_STRING, WISH(nodes.sast_trust),
	    "the certificates in Phone-SAST-trust", OPT_FILES, 0 },
	{ "phones", "FILE", OPT_STRING, WISH(phones),
	    "the phones, CSV: name,model,group,hash,class", OPT_FILES, 0 },
	{ "publisher", "NODE", OPT_STRING, WISH(nodes.publisher),
	    "which node is the publisher", NULL, 0 },
	{ "served", "DIR", OPT_STRING, WISH(nodes.served),
	    "what nodes show: NODE/CallManager.pem, 5061.pem, ...", OPT_FILES,
	    0 },
	{ "tvs-certs", "DIR", OPT_STRING, WISH(nodes.tvs_certs),
	    "what each TVS shows: NODE.pem", OPT_FILES, 0 },
	{ "tvs-ctl-cache", "DIR", OPT_STRING, WISH(nodes.ctl_cache),
	    "let the lists on nodes' disks count: NODE.tlv", OPT_FILES, 0 },
	{ "verbose", NULL, OPT_FLAG, WISH(verbose), "name all phones", NULL,
	    'v' },
	OPT_END,
};

/* Standard input can be read once. */
static enum err
check_stdin(const struct accept_wish *w, const char *path, struct diag *d)
{
	const char *const files[] = { path, w->phones, w->groups, w->models,
		w->inventory };

	return input_stdin_once(
	    input_num_stdin(files, sizeof(files) / sizeof(files[0])) +
		input_num_stdin(w->installed.at, w->installed.num) +
		input_num_stdin(w->nodes.phone_itls.at,
		    w->nodes.phone_itls.num),
	    d);
}

static enum err
check_line(const struct accept_opts *o, char *const *args, struct diag *d)
{
	if (o->dot)
		return diag_set(d, ERR_USAGE, "--dot needs --history DIR");
	if (args[0] == NULL || args[1] != NULL)
		return diag_set(d, ERR_USAGE,
		    "name one list, the new one; --installed LIST is the one "
		    "that phones hold");
	if (o->wish.phones == NULL &&
	    (o->wish.models != NULL || o->wish.archive != NULL))
		return diag_set(d, ERR_USAGE,
		    "%s is about the phones of --phones FILE",
		    o->wish.models != NULL ? "--models" : "--archive");
	return check_stdin(&o->wish, args[0], d);
}

/* Of the other options a history needs few. */
static enum err
check_history(const struct accept_opts *o, char *const *args, struct diag *d)
{
	const struct accept_wish *w = &o->wish;
	const struct accept_nodes_wish *n = &w->nodes;
	const char *const files[] = { args[0], w->phones, w->models };

	if (args[0] != NULL && args[1] != NULL)
		return diag_set(d, ERR_USAGE,
		    "name one list at most, the newest; the others stand in "
		    "--history");
	if (w->installed.num > 0 || n->itls.num > 0 || n->phone_itls.num > 0 ||
	    w->groups != NULL || w->archive != NULL || w->inventory != NULL ||
	    n->nodes != NULL || n->served != NULL || n->tvs_certs != NULL ||
	    n->ctl_cache != NULL || n->sast_trust != NULL ||
	    n->publisher != NULL || n->no_capf)
		return diag_set(d, ERR_USAGE,
		    "with --history go --phones, --models, --json and --dot "
		    "alone: phones that were off ask nobody");
	if (w->models != NULL && w->phones == NULL)
		return diag_set(d, ERR_USAGE,
		    "--models is about the phones of --phones FILE");
	if (o->json && o->dot)
		return diag_set(d, ERR_USAGE,
		    "--json and --dot exclude each other");
	return input_stdin_once(
	    input_num_stdin(files, sizeof(files) / sizeof(files[0])), d);
}

static enum cmd_exit
judge_history(const struct cmd *cmd, const struct accept_opts *o,
    char *const *args)
{
	struct history_wish w = { .folder = o->history,
		.newest = args[0],
		.max_size = FILE_MAX_DEFAULT,
		.json = o->json,
		.dot = o->dot,
		.phones = o->wish.phones,
		.models = o->wish.models };
	struct diag d;

	if (check_history(o, args, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	return history_say(&w);
}

/* Prints what R has found, or why it has not. */
static enum cmd_exit
print(const struct accept_opts *o, const struct accept_run *r, enum err e,
    struct out *out, struct diag *d)
{
	struct fill fill = fill_for_stdout();
	struct buf text = { 0 };
	enum cmd_exit end;

	if (e == ERR_OK && !o->json)
		e = accept_put(r, &fill, &text, d);
	if (e == ERR_OK && !o->json)
		out_put(out, &text);
	if (e != ERR_OK)
		out_error(out, r->where, d);
	if (o->json)
		out_json(out, accept_json(r, e == ERR_OK ? NULL : d));
	end = e == ERR_OK ? accept_end(r) : cmd_end(e);
	buf_clear(&text);
	return out_finish(out, o->json, end);
}

static enum cmd_exit
judge(const struct cmd *cmd, const struct accept_opts *o, const char *path)
{
	struct accept_run r = { .where = NULL };
	struct out out = { .lost = false };
	enum cmd_exit end;
	struct diag d;
	enum err e;

	diag_init(&d);
	end = config_open(&r.config);
	if (end == CMD_OK) {
		e = accept_run(&r, &o->wish, path, &out, &d);
		end = e == ERR_USAGE ? cmd_usage(cmd, &d)
				     : print(o, &r, e, &out, &d);
	}
	out_clear(&out);
	accept_run_clear(&r);
	config_clear(&r.config);
	return end;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct accept_opts o = { .json = false };
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	if (o.history != NULL)
		return judge_history(cmd, &o, line->args);
	if (check_line(&o, line->args, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	return judge(cmd, &o, line->args[0]);
}

const struct cmd cmd_accept = {
	.name = "accept",
	.args = "NEW",
	.summary = "Say which phones take a list, and work afterwards",
	.text =
	    "Judges NEW, a CTL, for every class of phones that holds the list "
	    "of --installed,\nor for the phones of a CSV file: whether they "
	    "take it (rules A), and whether\nthey work then (rules W1 to W6). "
	    "Each answer comes with its rule, the record\nthat decides, how "
	    "well the rule is known, and what to do. What was not given\nis "
	    "unknown, and is named. Nothing is asked over the network. '-' "
	    "reads standard\ninput.\n\n"
	    "With --history DIR, the lists that the cluster ever had: which of "
	    "them strand a\nphone that was off since then and finds NEW "
	    "(default: the newest of them).\n\n"
	    "Exit status 0 if no phone of --phones is lost; without --phones, "
	    "no class that\nholds a list and has no TVS to ask. 3 if one is, "
	    "or that is not known, or a list\ndoes not verify; 1 if a file "
	    "could not be read.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
