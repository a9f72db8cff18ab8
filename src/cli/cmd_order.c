/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cmd.h"
#include "cli/input.h"
#include "cli/out.h"
#include "cli/steps.h"

#define OPTION(member) offsetof(struct steps_opts, member)
#define CHANGE_WORDS                                                       \
	"CallManager CallManager-ECDSA CAPF TVS ITLRecovery tomcat ipsec " \
	"address to-tokenless to-token upgrade"

static const struct opt opts[] = {
	{ "allow", "HELP", OPT_STRINGS, OPTION(allow),
	    "what may be done besides, where nothing else helps",
	    "reset-localkey phone-sast-trust second-sast", 0 },
	{ "change", "CHANGE", OPT_STRINGS, OPTION(changes),
	    "what is to change: UNIT@NODE, or UNIT of all nodes", CHANGE_WORDS,
	    0 },
	{ "class", "CLASS", OPT_STRINGS, OPTION(classes),
	    "phones that there are (default: tvs and no-tvs)",
	    "nothing-installed tvs tvs-changed no-tvs ata telepresence "
	    "soft-client cti mra two-sast sha1 rsa2048 off",
	    0 },
	{ "done", "CHANGE", OPT_STRINGS, OPTION(done),
	    "what was changed already, before phones fetched", CHANGE_WORDS,
	    0 },
	{ "installed", "LIST", OPT_STRING, OPTION(installed),
	    "the CTL that phones hold", OPT_FILES, 0 },
	{ "json", NULL, OPT_FLAG, OPTION(json),
	    "print JSON: an array with one element", NULL, 0 },
	{ "new-tokens", "N", OPT_NUMBER, OPTION(new_tokens),
	    "tokens for to-token", NULL, 0 },
	{ "node", "NODE", OPT_STRINGS, OPTION(nodes),
	    "NAME[:publisher,tftp,ccm,none,multi-san]", NULL, 0 },
	{ "release", "RELEASE", OPT_STRING, OPTION(release),
	    "the cluster's: 11.5, 12.5(1)SU6",
	    "9.1 10.0 10.5(1) 10.5(2) 11.5 12.0 12.5 14 15", 0 },
	{ "served", "LIST", OPT_STRING, OPTION(served),
	    "the CTL on the TFTP servers, if it is another", OPT_FILES, 0 },
	{ "tokens", "N", OPT_NUMBER, OPTION(tokens),
	    "tokens of the installed list that can sign", NULL, 0 },
	{ "tvs-ctl-cache", NULL, OPT_FLAG, OPTION(cache),
	    "rely on TVS to read the CTL on its own disk", NULL, 0 },
	{ "upgrade-to", "RELEASE", OPT_STRING, OPTION(upgrade_to),
	    "the release after the change upgrade",
	    "10.0 10.5(1) 10.5(2) 11.5 12.0 12.5 14 15", 0 },
	OPT_END,
};

static enum cmd_exit
print(const struct steps_opts *o, const struct steps *s, const struct order *r,
    struct diag *d)
{
	struct out out = { .lost = false };
	struct buf text = { 0 };
	enum cmd_exit end = r->possible ? CMD_OK : CMD_POLICY;
	enum err e = ERR_OK;

	if (o->json)
		out_json(&out, steps_json(s, r));
	else
		e = steps_put(s, r, &text, d);
	if (e != ERR_OK) {
		out_error(&out, NULL, d);
		end = CMD_FAILED;
	} else if (!o->json) {
		out_put(&out, &text);
	}
	buf_clear(&text);
	return out_finish(&out, o->json, end);
}

static enum cmd_exit
find(const struct cmd *cmd, const struct steps_opts *o, const struct steps *s)
{
	struct order r;
	struct diag d;
	enum cmd_exit end;

	diag_init(&d);
	if (order_find(&s->in, &r, &d) != ERR_OK)
		return cmd_refuse(cmd, &d);
	end = print(o, s, &r, &d);
	order_clear(&r);
	return end;
}

static enum cmd_exit
order(const struct cmd *cmd, const struct steps_opts *o, const char *path)
{
	const char *file = NULL;
	struct steps s;
	struct diag d;
	enum cmd_exit end;
	enum err e;

	diag_init(&d);
	e = steps_load(path, o, &s, &file, &d);
	if (e == ERR_OK) {
		end = find(cmd, o, &s);
	} else if (e == ERR_USAGE) {
		end = cmd_usage(cmd, &d);
	} else {
		out_complain(file, &d);
		end = cmd_end(e);
	}
	steps_clear(&s);
	return end;
}

static enum err
check_line(const struct steps_opts *o, char *const *args, struct diag *d)
{
	const char *const files[] = { args[0], o->installed, o->served };

	if (args[0] != NULL && args[1] != NULL)
		return diag_set(d, ERR_USAGE, "name one file at most");
	return input_stdin_once(
	    input_num_stdin(files, sizeof(files) / sizeof(files[0])), d);
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct steps_opts o = { .json = false };
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	if (check_line(&o, line->args, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	return order(cmd, &o, line->args[0]);
}

const struct cmd cmd_order = {
	.name = "order",
	.args = "[CHANGE.yaml]",
	.summary = "Find an order of changes in which no phone is lost",
	.text =
	    "Given the list that phones hold, the nodes and the changes that "
	    "are wanted,\nfinds steps after each of which phones of every "
	    "class take the list that is\nserved and work with it; or says "
	    "where that ends, and what would help. It\nchanges nothing "
	    "itself: the steps name the commands of the appliance.\n\n"
	    "Exit status 0 if there is an order; 3 if there is none, or only "
	    "with more\nthan --allow allows; 1 if a file could not be read.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
