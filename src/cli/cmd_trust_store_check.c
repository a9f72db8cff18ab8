/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "cli/cmd_trust_store.h"
#include "cli/input.h"
#include "cli/store_check.h"

#define DAYS 30

struct check_opts {
	struct store_check_wish wish;
	bool json;
};

#define WISH(member) offsetof(struct check_opts, wish.member)

static const struct opt opts[] = {
	{ "days", "N", OPT_DAYS, WISH(days),
	    "what expires in N days is to be renewed (default 30)", NULL, 0 },
	{ "former", "DIR", OPT_STRING, WISH(former),
	    "service certificates of before", OPT_FILES, 0 },
	{ "json", NULL, OPT_FLAG, offsetof(struct check_opts, json),
	    "print JSON: an array with one element", NULL, 0 },
	{ "list", "LIST", OPT_STRINGS, WISH(lists),
	    "a CTL or ITL in use, file or `show ctl`; repeatable", OPT_FILES,
	    0 },
	{ "lsc", "FILE", OPT_STRINGS, WISH(lsc),
	    "LSCs that phones have, files or folders; repeatable", OPT_FILES,
	    0 },
	{ "lsc-issuers", "FILE", OPT_STRING, WISH(lsc_issuers),
	    "issuers of LSCs, a line each, with a count", OPT_FILES, 0 },
	{ "nodes", "LIST", OPT_STRING, WISH(nodes),
	    "names of all nodes that the cluster has now: a,b", NULL, 0 },
	{ "now", "DATE", OPT_DATE, WISH(now),
	    "what `show date` on the node says (default: now)", NULL, 0 },
	{ "release", "RELEASE", OPT_STRING, WISH(release),
	    "the appliance's: up to 11.5 each node deletes its own",
	    "11.5 12.0 12.5 14 15", 0 },
	{ "rules", "FILE", OPT_STRING, WISH(rules),
	    "another table of trust stores, YAML", OPT_FILES, 0 },
	OPT_END,
};

static enum err
check_line(const struct check_opts *o, char *const *args, struct diag *d)
{
	const char *const files[] = { o->wish.former, o->wish.lsc_issuers,
		o->wish.rules };

	if (args[0] == NULL)
		return diag_set(d, ERR_USAGE,
		    "name a folder of trust stores, or a text with `show cert "
		    "list own` and `show cert list trust`");
	return input_stdin_once(
	    input_num_stdin(files, sizeof(files) / sizeof(files[0])) +
		input_num_stdin(o->wish.lists.at, o->wish.lists.num) +
		input_num_stdin(o->wish.lsc.at, o->wish.lsc.num) +
		input_num_stdin_args(args),
	    d);
}

/* Prints what C has found, or why it has not. */
static enum cmd_exit
print(const struct check_opts *o, const struct store_check *c, enum err e,
    struct out *out, struct diag *d)
{
	struct fill fill = fill_for_stdout();
	struct buf text = { 0 };
	enum cmd_exit end;

	if (e == ERR_OK && !o->json)
		e = store_check_put(c, &fill, &text, d);
	if (e == ERR_OK && !o->json)
		out_put(out, &text);
	if (e != ERR_OK)
		out_error(out, c->where, d);
	if (o->json)
		out_json(out, store_check_json(c, e == ERR_OK ? NULL : d));
	end = cmd_end(e);
	if (e == ERR_OK && store_check_is_open(c))
		end = CMD_POLICY;
	if (c->unread)
		end = out_worse(end, CMD_FAILED);
	buf_clear(&text);
	return out_finish(out, o->json, end);
}

static enum cmd_exit
check(const struct cmd *cmd, const struct check_opts *o, char *const *args)
{
	struct out out = { .lost = false };
	struct store_check c;
	enum cmd_exit end;
	struct diag d;
	enum err e;

	diag_init(&d);
	e = store_check_open(&c, &o->wish, &out, &d);
	c.several = args[0] != NULL && args[1] != NULL;
	for (; e == ERR_OK && *args != NULL; args++)
		e = store_check_add(&c, *args, &out, &d);
	if (e == ERR_OK)
		e = store_check_judge(&c, &d);
	if (e == ERR_USAGE)
		end = cmd_usage(cmd, &d);
	else
		end = print(o, &c, e, &out, &d);
	out_clear(&out);
	store_check_clear(&c);
	return end;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct check_opts o = { .wish = { .now = (int64_t)time(NULL),
				    .days = DAYS } };
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	if (check_line(&o, line->args, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	return check(cmd, &o, line->args);
}

const struct cmd cmd_trust_store_check = {
	.name = "trust-store check",
	.args = "DIR|LIST...",
	.summary = "Say what can be deleted from trust stores, and what never",
	.text =
	    "DIR has files [NODE/]STORE-trust/NAME.pem, and service "
	    "certificates as\n[NODE/]own/UNIT.pem or NODE/UNIT.pem. LIST is a "
	    "pasted text: `show cert list\nown`, `show cert list trust`, and "
	    "for dates `show cert own UNIT` and `show cert\ntrust "
	    "STORE/NAME`, of one node or of several.\n\n"
	    "Each certificate gets a class with its reason: never, live-copy, "
	    "known-dead,\nformer-copy, old-name, foreign, not-decided; and an "
	    "advice. For what can go the\ncommands are printed, node by node; "
	    "ctlsmith itself deletes nothing. Nothing is\nto be deleted while "
	    "a service certificate has expired, or might have.\n\n"
	    "Exit status 0 if all is decided, whether or not something can go; "
	    "3 if nothing\nmay be deleted now, or something is for a person to "
	    "decide; 1 if a file could\nnot be read.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
