/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/out.h"
#include "cli/pin.h"
#include "cli/url.h"
#include "data/scalar.h"

static const struct cmd *const commands[] = {
	&cmd_show,
	&cmd_verify,
	&cmd_lint,
	&cmd_extract,
	&cmd_diff,
	&cmd_accept,
	&cmd_rescue,
	&cmd_order,
	&cmd_build,
	&cmd_edit,
	&cmd_sign,
	&cmd_unsign,
	&cmd_sign_request,
	&cmd_attach,
	&cmd_cert,
	&cmd_trust_store,
	&cmd_token,
	&cmd_cluster,
	&cmd_change,
	&cmd_audit,
	&cmd_completion,
	NULL,
};

const struct cmd cmd_root = {
	.name = "",
	.text =
	    "Reads, judges and makes the trust lists (CTLFile.tlv, "
	    "ITLFile.tlv) and signed\nfiles that Cisco phones trust, and looks "
	    "after the tokens whose keys sign them.\n",
	.subs = commands,
};

static bool
is_root(const struct cmd *cmd)
{
	return cmd->name[0] == '\0';
}

/* What stands between "ctlsmith" and the name of CMD. */
static const char *
space(const struct cmd *cmd)
{
	return is_root(cmd) ? "" : " ";
}

const char *
cmd_word(const struct cmd *cmd)
{
	const char *last = strrchr(cmd->name, ' ');

	return last == NULL ? cmd->name : last + 1;
}

const struct cmd *
cmd_find(const struct cmd *group, const char *word)
{
	const struct cmd *const *c;

	for (c = group->subs; *c != NULL; c++)
		if (strcmp(cmd_word(*c), word) == 0)
			return *c;
	return NULL;
}

static void
put_group(const struct cmd *group, struct buf *out)
{
	const struct cmd *const *c;

	buf_printf(out,
	    "Usage: ctlsmith%s%s COMMAND [OPTION...] [ARGUMENT...]\n\n",
	    space(group), group->name);
	if (!is_root(group))
		buf_printf(out, "%s.\n\n", group->summary);
	buf_printf(out, "%s\nCommands:\n", group->text);
	for (c = group->subs; *c != NULL; c++)
		buf_printf(out, "  %-12s %s\n", cmd_word(*c), (*c)->summary);
	/* A group has one page, and so have the groups within it. */
	buf_printf(out,
	    "\n`ctlsmith%s%s COMMAND --help` or `man ctlsmith-%.*s` "
	    "tells more.\n",
	    space(group), group->name,
	    (int)(is_root(group) ? strlen("COMMAND")
				 : strcspn(group->name, " ")),
	    is_root(group) ? "COMMAND" : group->name);
	if (is_root(group))
		buf_str(out,
		    "`ctlsmith --version` prints the version.\n\nExit status: "
		    "0 all well; 1 a file could not be read or parsed; 2 "
		    "usage;\n3 a file did not verify, could not be judged, or "
		    "has an error, or a rule\nrefused what was asked; 4 "
		    "token or PIN.\n");
}

static void
put_command(const struct cmd *cmd, struct buf *out)
{
	buf_printf(out, "Usage: ctlsmith %s [OPTION...]%s%s\n\n%s.\n\n%s\n",
	    cmd->name, cmd->args[0] == '\0' ? "" : " ", cmd->args, cmd->summary,
	    cmd->text);
	buf_str(out, "Options:\n");
	opt_help(cmd->opts, out);
}

static enum cmd_exit
print_help(const struct cmd *cmd)
{
	struct buf text = { 0 };
	enum cmd_exit end;

	if (cmd->subs != NULL)
		put_group(cmd, &text);
	else
		put_command(cmd, &text);
	end = out_write(&text);
	buf_clear(&text);
	return end;
}

enum cmd_exit
cmd_usage(const struct cmd *cmd, const struct diag *d)
{
	if (cmd == NULL)
		cmd = &cmd_root;
	out_complain(NULL, d);
	(void)fprintf(stderr, "Try 'ctlsmith %s%s--help'.\n", cmd->name,
	    space(cmd));
	return CMD_USAGE;
}

enum cmd_exit
cmd_end(enum err e)
{
	switch (e) {
	case ERR_OK:
		return CMD_OK;
	case ERR_USAGE:
		return CMD_USAGE;
	case ERR_POLICY:
		return CMD_POLICY;
	case ERR_TOKEN:
	case ERR_PIN:
		return CMD_TOKEN;
	case ERR_WAITING:
		return CMD_RESUME;
	case ERR_NOMEM:
	case ERR_IO:
	case ERR_ABSENT:
	case ERR_EXISTS:
	case ERR_TOO_BIG:
	case ERR_TRUNCATED:
	case ERR_SYNTAX:
	case ERR_LEFTOVER:
	case ERR_UNSUPPORTED:
	case ERR_CRYPTO:
		break;
	}
	return CMD_FAILED;
}

enum cmd_exit
cmd_refuse(const struct cmd *cmd, const struct diag *d)
{
	if (d->code == ERR_USAGE)
		return cmd_usage(cmd, d);
	out_complain(NULL, d);
	return cmd_end(d->code);
}

static bool
takes_pins(const struct cmd *cmd)
{
	const struct opt *o;

	for (o = cmd->opts; o->name != NULL; o++)
		if (strcmp(o->name, "pin-fd") == 0)
			return true;
	return false;
}

/* A command that takes no PIN would print one that stands in a URI. */
static enum err
wipe_pins(struct opt_line *line, struct diag *d)
{
	if (!pin_wipe(line->argv, line->argc))
		return ERR_OK;
	return diag_set(d, ERR_USAGE,
	    "this command takes no URI of a token, and the PIN in one was seen "
	    "by other users");
}

/* What these name is written, and so is no URL. */
static bool
is_written(const struct opt *o)
{
	static const char *const names[] = { "audit", "csr-ledger",
		"detached-request", "journal", "output" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (o->type == OPT_STRING && strcmp(o->name, names[i]) == 0)
			return true;
	return false;
}

static enum err
check_written(const struct opt *opts, const void *target, struct diag *d)
{
	const char *value;
	enum err e = ERR_OK;

	for (; e == ERR_OK && opts->name != NULL; opts++) {
		if (!is_written(opts))
			continue;
		memcpy(&value, (const char *)target + opts->offset,
		    sizeof(value));
		if (value != NULL)
			e = url_refuse(value, d);
	}
	return e;
}

enum cmd_exit
cmd_options(const struct cmd *cmd, struct opt_line *line, void *target,
    bool *ret_done)
{
	struct diag d;
	enum err e;

	diag_init(&d);
	e = takes_pins(cmd) ? ERR_OK : wipe_pins(line, &d);
	if (e == ERR_OK)
		e = opt_parse(cmd->opts, line, target, &d);
	if (e == ERR_OK && !line->help)
		e = check_written(cmd->opts, target, &d);
	*ret_done = line->help || e != ERR_OK;
	if (e != ERR_OK)
		return cmd_usage(cmd, &d);
	return line->help ? print_help(cmd) : CMD_OK;
}

/* Writes to OUT what may have been meant by WORD, which GROUP does not have. */
static void
hint(const struct cmd *group, const char *word, char *out, size_t size)
{
	struct scalar_words words = { .num = 0 };
	const struct cmd *const *c;

	for (c = group->subs; *c != NULL && words.num < SCALAR_WORDS_MAX; c++)
		words.item[words.num++] = cmd_word(*c);
	scalar_hint(out, size, bytes_of_str(word), &words);
}

/* Says that GROUP has nothing that is called WORD (NULL: that no word was
 * given). */
static enum cmd_exit
no_command(const struct cmd *group, const char *word)
{
	char more[128];
	struct diag d;

	if (word == NULL) {
		diag_set(&d, ERR_USAGE, "a command%s%s is missing",
		    is_root(group) ? "" : " behind ", group->name);
		return cmd_usage(group, &d);
	}
	if (word[0] == '-') {
		diag_set(&d, ERR_USAGE, "'%s' is no option of ctlsmith%s%s",
		    word, space(group), group->name);
		return cmd_usage(group, &d);
	}
	hint(group, word, more, sizeof(more));
	diag_set(&d, ERR_USAGE, "there is no command '%.80s%s%.80s'%s",
	    group->name, space(group), word, more);
	return cmd_usage(group, &d);
}

/* Prints the help of what WORDS name within GROUP; a NULL ends them. */
static enum cmd_exit
help_for(const struct cmd *group, char **words)
{
	const struct cmd *cmd = group, *sub;

	for (; cmd->subs != NULL && *words != NULL; words++) {
		sub = cmd_find(cmd, *words);
		if (sub == NULL)
			return no_command(cmd, *words);
		cmd = sub;
	}
	return print_help(cmd);
}

static bool
asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
	    strcmp(word, "help") == 0;
}

int
cmd_main(const struct cmd *root, int argc, char **argv)
{
	struct opt_line line = { .argc = argc, .argv = argv };
	const struct cmd *cmd = root, *sub;
	const char *word;

	while (cmd->subs != NULL) {
		word = line.argc > 1 ? line.argv[1] : NULL;
		if (word == NULL)
			return no_command(cmd, NULL);
		if (asks_for_help(word))
			return help_for(cmd, line.argv + 2);
		if (cmd == root && strcmp(word, "--version") == 0)
			return out_version();
		sub = cmd_find(cmd, word);
		if (sub == NULL)
			return no_command(cmd, word);
		cmd = sub;
		line.argc--;
		line.argv++;
	}
	return cmd->run(cmd, &line);
}
