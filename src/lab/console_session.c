/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands that concern the session itself.
 */
#include <stdlib.h>
#include <string.h>

#include "lab/console_parts.h"

#define TIMEOUT_MIN 5
#define TIMEOUT_MAX 99999
#define SESSIONS_MAX 10

bool
console_quit(struct console *c, const struct console_args *a)
{
	(void)a;
	c->over = true;
	return true;
}

bool
console_pagination(struct console *c, const struct console_args *a)
{
	bool on = strcmp(a->word[0], "on") == 0;

	if (!on && strcmp(a->word[0], "off") != 0) {
		buf_str(&c->out, "Incorrect syntax\n");
		return false;
	}
	c->pager = false;
	buf_printf(&c->out, "Automatic pagination is turned %s\n", a->word[0]);
	console_flush(c);
	c->pager = on;
	c->pause_first = !on && c->cli.pager_anyway;
	c->cli.pager_anyway = false;
	return true;
}

bool
console_show_pagination(struct console *c, const struct console_args *a)
{
	(void)a;
	buf_printf(&c->out, "Automatic Pagination : %s.\n",
	    c->pager ? "On" : "Off");
	return true;
}

/* A number of MIN to MAX; 0: it is none. */
static unsigned
number_of(const char *word, unsigned min, unsigned max)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	if (*word < '0' || *word > '9' || *end != '\0' || n < min || n > max)
		return 0;
	return (unsigned)n;
}

bool
console_timeout(struct console *c, const struct console_args *a)
{
	unsigned minutes = number_of(a->word[0], TIMEOUT_MIN, TIMEOUT_MAX);

	if (minutes == 0) {
		buf_printf(&c->out,
		    "The value must be between %d and %d minutes.\n",
		    TIMEOUT_MIN, TIMEOUT_MAX);
		return false;
	}
	buf_printf(&c->out,
	    "This command sets the timeout of new CLI sessions to %u "
	    "minutes.\n",
	    minutes);
	if (!console_ask_letter(c, "Continue (y/n)?"))
		return true;
	world_lock(c->world);
	console_node(c)->idle = minutes * 60;
	world_unlock(c->world);
	buf_printf(&c->out, "CLI session timeout is set to %u minutes.\n",
	    minutes);
	return true;
}

bool
console_maxlimit(struct console *c, const struct console_args *a)
{
	unsigned max = number_of(a->word[0], 1, SESSIONS_MAX);

	if (max == 0) {
		buf_printf(&c->out, "The value must be between 1 and %d.\n",
		    SESSIONS_MAX);
		return false;
	}
	buf_printf(&c->out,
	    "This command sets the number of concurrent sessions to %u.\n",
	    max);
	if (!console_ask_letter(c, "Continue (y/n)?"))
		return true;
	world_lock(c->world);
	console_node(c)->max_sessions = max;
	world_unlock(c->world);
	buf_printf(&c->out, "The maximum of sessions is set to %u.\n", max);
	return true;
}

bool
console_commandcount(struct console *c, const struct console_args *a)
{
	if (strcmp(a->word[0], "enable") == 0) {
		c->counter = true;
	} else if (strcmp(a->word[0], "disable") == 0) {
		c->counter = false;
	} else {
		buf_str(&c->out, "Incorrect syntax\n");
		return false;
	}
	return true;
}

bool
console_refused(struct console *c, const struct diag *d)
{
	if (d->code == ERR_POLICY)
		buf_str(&c->out,
		    "This command can be run only on the publisher.\n");
	else if (d->code == ERR_UNSUPPORTED)
		buf_str(&c->out,
		    "This command is not supported in this release.\n");
	else
		buf_printf(&c->out, "Error: %s\n", d->msg);
	return false;
}

bool
console_only_publisher(struct console *c)
{
	if (c->node == 0)
		return true;
	buf_str(&c->out,
	    "This command is disabled on this node. It must be executed on "
	    "the publisher.\n");
	return false;
}
