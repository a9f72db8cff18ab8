/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session of the command line writes.
 */
#include "lab/console_parts.h"

#include <string.h>

#define PAGER                                                        \
	"\x1b[1mPress <enter> for 1 line, <space> for one page, or " \
	"<q> to quit\x1b[0m\x1b[K"

#define USUAL_PROMPT "admin:"
#define CTRL_C 3
#define FALSE_PROMPT 2000 /* virtual ms that one stands there */

const char *
console_prompt(const struct console *c)
{
	const char *prompt = c->cli.prompt;

	return prompt == NULL || prompt[0] == '\0' ? USUAL_PROMPT : prompt;
}

bool
console_live(const struct console *c)
{
	return !c->over && !c->stopped;
}

struct world_node *
console_node(const struct console *c)
{
	return &c->world->node[c->node];
}

void
console_raw(struct console *c, struct bytes text)
{
	if (!c->over && text.len > 0 && !c->io->write(c->io->arg, text))
		c->over = true;
}

/* Waits for a key that the pager knows. */
static void
pause_page(struct console *c, struct buf *wire)
{
	int key;

	console_raw(c, buf_bytes(wire));
	buf_clear(wire);
	console_raw(c, bytes_of_str(PAGER));
	do {
		key = console_key(c);
		if (key == '\r' || key == '\n')
			c->lines = CONSOLE_PAGE - 2;
		else if (key == ' ')
			c->lines = 0;
		else if (key == 'q' || key == 'Q' || key == CTRL_C)
			c->stopped = true;
		else if (key >= 0)
			continue;
		break;
	} while (true);
	console_raw(c, bytes_of_str("\r\x1b[K"));
}

/* Whether the pager comes before another line. */
static bool
is_full(struct console *c)
{
	bool first = c->pause_first;

	c->pause_first = false;
	return first || (c->pager && c->lines >= CONSOLE_PAGE - 1);
}

/* A prompt that is none: it stands there for a while. */
static bool
is_false_prompt(const struct console *c, struct bytes line)
{
	return console_is_hostile(c, "prompt-in-cert") &&
	    bytes_equal(line, bytes_of_str(console_prompt(c)));
}

static void
wait_there(struct console *c, struct buf *wire)
{
	if (buf_ok(wire))
		console_raw(c, buf_bytes(wire));
	buf_clear(wire);
	world_sleep(c->world, FALSE_PROMPT);
}

static void
send_lines(struct console *c, struct bytes text, bool paged)
{
	struct buf wire = { 0 };
	size_t number = 0;
	struct bytes line;
	const uint8_t *end;

	while (text.len > 0 && !c->over) {
		if (paged && is_full(c))
			pause_page(c, &wire);
		if (c->stopped)
			break;
		end = memchr(text.ptr, '\n', text.len);
		if (!bytes_take(&text,
			end == NULL ? text.len : (size_t)(end - text.ptr) + 1,
			&line))
			break;
		if (end != NULL) {
			line.len--;
			c->lines++;
		}
		console_spoil(c, line, number++, &wire);
		if (end != NULL && is_false_prompt(c, line))
			wait_there(c, &wire);
		if (end != NULL)
			buf_str(&wire, "\r\n");
	}
	if (buf_ok(&wire))
		console_raw(c, buf_bytes(&wire));
	else
		c->over = true;
	buf_clear(&wire);
}

void
console_flush(struct console *c)
{
	if (c->cutting)
		return;
	if (!buf_ok(&c->out))
		c->over = true;
	else if (console_live(c))
		send_lines(c, buf_bytes(&c->out), true);
	buf_clear(&c->out);
}

void
console_cut(struct console *c)
{
	struct bytes half = buf_bytes(&c->out);

	if (buf_ok(&c->out)) {
		half.len /= 2;
		send_lines(c, half, false);
	}
	buf_clear(&c->out);
	c->over = true;
	c->io->cut(c->io->arg);
}

/* Looks at what came meanwhile. */
static void
hear(struct console *c)
{
	enum console_key key = CONSOLE_BYTE;
	uint8_t byte;

	while (console_live(c) && key == CONSOLE_BYTE) {
		key = c->io->read(c->io->arg, 0, &byte);
		if (key == CONSOLE_GONE)
			c->over = true;
		if (key != CONSOLE_BYTE)
			break;
		if (byte == CTRL_C)
			c->stopped = true;
		else if (c->num_ahead < sizeof(c->ahead))
			c->ahead[c->num_ahead++] = byte;
	}
	if (!c->stopped || c->over)
		return;
	c->num_ahead = 0;
	console_raw(c, bytes_of_str("\r\nControl-C pressed\r\n"));
}

void
console_wait(struct console *c, unsigned ms)
{
	console_flush(c);
	if (!console_live(c) || ms == 0)
		return;
	world_sleep(c->world, ms);
	hear(c);
}
