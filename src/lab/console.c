/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session of the appliance's command line: its start, its prompt, and one
 * command after the other.
 */
#include "lab/console.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lab/console_parts.h"

#define USUAL_SESSIONS 10
#define USUAL_IDLE 1800 /* s */

/* ---- Who, where, and how it misbehaves. ---- */

static unsigned
level_of(const char *user)
{
	if (strcmp(user, "viewer") == 0)
		return 0;
	if (strcmp(user, "operator") == 0)
		return 1;
	return 4;
}

/* 12.5.1.16900-48 is SU6: the thousands of the fourth number, above 10. */
static unsigned
su_of(const char *version)
{
	unsigned long number;
	int i;

	for (i = 0; i < 3 && version != NULL; i++) {
		version = strchr(version, '.');
		if (version != NULL)
			version++;
	}
	if (version == NULL)
		return 0;
	number = strtoul(version, NULL, 10) / 1000;
	return number > 10 && number < 100 ? (unsigned)(number - 10) : 0;
}

/* Takes one of the sessions of the node; false: there is none left. */
static bool
enter(struct console *c)
{
	struct world_node *n;
	unsigned max;
	bool free;

	world_lock(c->world);
	n = &c->world->node[c->node];
	c->cli = scenario_node(c->world->scenario, c->node).cli;
	max = n->max_sessions != 0 ? n->max_sessions : c->cli.max_sessions;
	c->idle = n->idle != 0 ? n->idle : c->cli.idle;
	free = n->sessions < (max == 0 ? USUAL_SESSIONS : max);
	if (free)
		n->sessions++;
	c->release = CONSOLE_SU(c->world->release, su_of(c->world->version));
	world_unlock(c->world);
	if (c->idle == 0)
		c->idle = USUAL_IDLE;
	c->pager = c->cli.pager;
	c->counter = c->cli.counter;
	c->level = level_of(c->user);
	return free;
}

static void
leave(struct console *c, size_t node)
{
	world_lock(c->world);
	c->world->node[node].sessions--;
	world_unlock(c->world);
}

/* ---- Its start. ---- */

static void
put_welcome(struct console *c)
{
	const char *bold = c->cli.ansi ? "\x1b[1m" : "";
	const char *plain = c->cli.ansi ? "\x1b[0m" : "";

	buf_printf(&c->out,
	    "\n   %sWelcome to the Platform Command Line Interface%s\n\n"
	    "VMware Installation:\n"
	    "        2 vCPU: Intel(R) Xeon(R) CPU           E5640  @ "
	    "2.67GHz\n"
	    "        Disk 1: 80GB, Partitions aligned\n"
	    "        6144 Mbytes RAM\n\n",
	    bold, plain);
}

static void
start(struct console *c)
{
	bool paged = c->pager;

	c->pager = false;
	buf_str(&c->out,
	    "Command Line Interface is starting up, please wait ...\n");
	console_wait(c, c->cli.banner_delay);
	c->stopped = false;
	put_welcome(c);
	console_wait(c, c->cli.banner_delay);
	c->pager = paged;
}

/* ---- The prompt. ---- */

static void
put_prompt(struct console *c, struct buf *out)
{
	if (c->cli.ansi)
		buf_str(out, "\x1b[24;1H\x1b[K");
	if (c->counter)
		buf_printf(out, "[%u] ", c->commands);
	buf_str(out, console_prompt(c));
}

static void
prompt(struct console *c, bool twice)
{
	struct buf text = { 0 };

	put_prompt(c, &text);
	if (twice) {
		buf_str(&text, "\r\n\r");
		put_prompt(c, &text);
	}
	if (!buf_ok(&text))
		c->over = true;
	console_raw(c, buf_bytes(&text));
	buf_clear(&text);
}

/* ---- One command. ---- */

/* Splits LINE, which is changed, into words; quotes hold blanks together. */
static size_t
split(char *line, const char **word)
{
	size_t num = 0;
	char *to, quote;

	while (num < CONSOLE_WORDS_MAX) {
		while (isspace((unsigned char)*line))
			line++;
		if (*line == '\0')
			break;
		word[num++] = to = line;
		for (quote = '\0'; *line != '\0'; line++) {
			if (quote == '\0' && isspace((unsigned char)*line))
				break;
			if (*line == quote)
				quote = '\0';
			else if (quote == '\0' && *line == '"')
				quote = *line;
			else
				*to++ = *line;
		}
		if (*line != '\0')
			line++;
		*to = '\0';
	}
	return num;
}

static bool
names(const char *command, const char *line)
{
	return command != NULL && command[0] != '\0' &&
	    strncmp(line, command, strlen(command)) == 0;
}

/* Runs COMMAND with REST behind its words. False: unsuccessfully. */
static bool
run_args(struct console *c, const struct console_command *command,
    const char *rest)
{
	const char *word[CONSOLE_WORDS_MAX];
	char *copy = strdup(rest);
	struct console_args args = { word, 0, rest };
	bool good = false;

	if (copy == NULL) {
		c->over = true;
		return true;
	}
	args.num = split(copy, word);
	if (args.num < command->num_args)
		buf_printf(&c->out, "Incorrect syntax\nSyntax:\n%s\n",
		    command->usage);
	else
		good = command->run(c, &args);
	free(copy);
	return good;
}

/* LINE is the next command that *WANTED names: only once. */
static bool
meets(struct console *c, const char **wanted, const char *line)
{
	bool met;

	world_lock(c->world);
	met = names(*wanted, line);
	if (met)
		*wanted = NULL;
	world_unlock(c->world);
	return met;
}

static bool
run_known(struct console *c, const char *line)
{
	const struct console_command *command;
	size_t len;

	if (names(c->cli.fails, line) ||
	    meets(c, &console_node(c)->trouble.fails, line))
		return false;
	command = console_find(c->release, line, &len);
	if (command == NULL) {
		buf_str(&c->out, "No valid command entered\n");
		return true;
	}
	if (command->level > c->level) {
		buf_str(&c->out,
		    "You do not have the privilege to execute this "
		    "command.\n");
		return false;
	}
	while (line[len] == ' ')
		len++;
	return run_args(c, command, line + len);
}

static void
run_line(struct console *c, const char *line)
{
	bool good;

	world_lock(c->world);
	console_node(c)->commands++;
	world_unlock(c->world);
	c->commands++;
	c->cutting = names(c->cli.cut, line) ||
	    meets(c, &console_node(c)->trouble.cut, line);
	if (c->cli.delay > 0)
		console_wait(c, c->cli.delay);
	good = run_known(c, line);
	if (!good)
		buf_str(&c->out, "Executed command unsuccessfully\n");
	if (c->cutting)
		console_cut(c);
	else
		console_flush(c);
	buf_clear(&c->out);
}

/* What can follow what was typed. */
static void
put_help(struct console *c, const char *line)
{
	if (console_list_words(c->release, line, &c->out) == 0)
		buf_str(&c->out, "No valid command entered\n");
	console_flush(c);
}

static bool
is_down(struct console *c)
{
	bool down;

	world_lock(c->world);
	down = c->world->node[c->node].down;
	world_unlock(c->world);
	return down;
}

static void
talk(struct console *c)
{
	struct buf line = { 0 };
	bool twice = c->cli.double_prompt;
	const char *text;

	while (!c->over) {
		c->stopped = false;
		c->asks_help = false;
		c->lines = 0;
		prompt(c, twice);
		twice = false;
		if (!console_line(c, CONSOLE_COMMAND, &line))
			continue;
		text = buf_cstr(&line);
		if (text == NULL || strlen(text) != line.len || is_down(c))
			break;
		while (*text == ' ')
			text++;
		if (c->asks_help)
			put_help(c, text);
		else if (*text != '\0')
			run_line(c, text);
	}
	buf_clear(&line);
}

void
console_run(struct world *w, size_t node, const char *user,
    const struct console_io *io)
{
	struct console *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		io->cut(io->arg);
		return;
	}
	c->world = w;
	c->node = node;
	c->user = user;
	c->io = io;
	if (!enter(c)) {
		console_raw(c,
		    bytes_of_str("The maximum number of CLI sessions has been "
				 "reached. Please try again later.\r\n"));
		goto out;
	}
	if (console_is_hostile(c, "other-node") && w->num_nodes > 1)
		c->node = (node + 1) % w->num_nodes;
	if (console_hostile_start(c)) {
		start(c);
		talk(c);
	}
	leave(c, node);
out:
	buf_clear(&c->out);
	free(c);
}
