/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session of the command line reads: keys, lines and answers.
 */
#include "lab/console_parts.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#define CTRL_C 3
#define CTRL_D 4
#define BACKSPACE 8
#define CTRL_U 21
#define ESCAPE 27
#define DELETE 127

#define ASK_TIMES 3

/* What a line reader does after a key. */
enum step {
	MORE,
	DONE,
	GIVEN_UP
};

static int
next_key(struct console *c, unsigned ms)
{
	uint8_t byte;

	if (c->over)
		return -1;
	if (c->num_ahead > 0) {
		byte = c->ahead[0];
		memmove(c->ahead, c->ahead + 1, --c->num_ahead);
		return byte;
	}
	switch (c->io->read(c->io->arg, ms, &byte)) {
	case CONSOLE_BYTE:
		return byte;
	case CONSOLE_GONE:
		c->over = true;
		return -1;
	case CONSOLE_NOTHING:
		break;
	}
	return -1;
}

int
console_key(struct console *c)
{
	unsigned ms = c->idle > UINT_MAX / 1000 ? UINT_MAX : c->idle * 1000;
	int key = next_key(c, ms);

	if (key >= 0 || c->over)
		return key;
	console_raw(c,
	    bytes_of_str("\r\nSession timed out due to inactivity.\r\n"));
	c->over = true;
	return -1;
}

void
console_forget(struct console *c)
{
	uint8_t byte;

	c->num_ahead = 0;
	while (!c->over) {
		switch (c->io->read(c->io->arg, 0, &byte)) {
		case CONSOLE_BYTE:
			continue;
		case CONSOLE_GONE:
			c->over = true;
			return;
		case CONSOLE_NOTHING:
			return;
		}
	}
}

/* What comes within the time of a character is lost. */
static void
lose_fast_ones(struct console *c)
{
	uint8_t byte;

	while (!c->over &&
	    c->io->read(c->io->arg, CONSOLE_SLOW, &byte) == CONSOLE_BYTE)
		continue;
}

static void
echo(struct console *c, enum console_reads reads, const char *text)
{
	if (reads != CONSOLE_SECRET)
		console_raw(c, bytes_of_str(text));
}

/* The rest of an arrow key and the like. */
static void
skip_escape(struct console *c)
{
	int key = next_key(c, CONSOLE_SLOW);

	if (key != '[' && key != 'O')
		return;
	do
		key = next_key(c, CONSOLE_SLOW);
	while (key >= 0 && (key < 0x40 || key > 0x7e));
}

static void
erase(struct console *c, enum console_reads reads, struct buf *line, size_t num)
{
	for (; num > 0 && line->len > 0; num--) {
		line->len--;
		echo(c, reads, "\b \b");
	}
}

static enum step
put_key(struct console *c, enum console_reads reads, struct buf *line, int key)
{
	uint8_t byte = (uint8_t)key;

	if (line->len >= CONSOLE_LINE_MAX || key < ' ') {
		console_raw(c, bytes_of_str("\a"));
		return MORE;
	}
	buf_u8(line, byte);
	if (reads != CONSOLE_SECRET)
		console_raw(c, bytes_of(&byte, 1));
	return buf_ok(line) ? MORE : GIVEN_UP;
}

/* In SQL and in names of files a ? is one. */
static bool
asks_help(const struct buf *line)
{
	return !bytes_starts(buf_bytes(line), bytes_of_str("run sql ")) &&
	    !bytes_starts(buf_bytes(line), bytes_of_str("file "));
}

static enum step
command_key(struct console *c, struct buf *line, int key)
{
	if (key == CTRL_D && line->len == 0) {
		c->over = true;
		return GIVEN_UP;
	}
	if (key == '?' && asks_help(line)) {
		c->asks_help = true;
		console_raw(c, bytes_of_str("?\r\n"));
		return DONE;
	}
	return put_key(c, CONSOLE_COMMAND, line, key);
}

static enum step
take_key(struct console *c, enum console_reads reads, struct buf *line, int key)
{
	switch (key) {
	case '\r':
	case '\n':
		console_raw(c, bytes_of_str("\r\n"));
		return DONE;
	case CTRL_C:
		console_raw(c, bytes_of_str("\r\nControl-C pressed\r\n"));
		c->stopped = true;
		return GIVEN_UP;
	case BACKSPACE:
	case DELETE:
		erase(c, reads, line, 1);
		return MORE;
	case CTRL_U:
		erase(c, reads, line, line->len);
		return MORE;
	case ESCAPE:
		skip_escape(c);
		return MORE;
	default:
		return reads == CONSOLE_COMMAND ? command_key(c, line, key)
						: put_key(c, reads, line, key);
	}
}

bool
console_line(struct console *c, enum console_reads reads, struct buf *ret)
{
	bool slow = c->cli.drop_type_ahead && reads == CONSOLE_ANSWER;
	enum step step = MORE;
	bool after_cr;
	int key;

	buf_clear(ret);
	c->lines = 0;
	if (slow)
		console_forget(c);
	while (step == MORE) {
		key = console_key(c);
		if (key < 0)
			return false;
		after_cr = c->after_cr;
		c->after_cr = key == '\r';
		if (key == '\n' && after_cr)
			continue;
		step = take_key(c, reads, ret, key);
		if (slow && step == MORE)
			lose_fast_ones(c);
	}
	return step == DONE && !c->over;
}

/* A question is seen also where the command's output is to end in its middle. */
static void
put_question(struct console *c, const char *question)
{
	bool cutting = c->cutting;

	buf_str(&c->out, question);
	c->cutting = false;
	console_flush(c);
	c->cutting = cutting;
}

/* One of the two words, of either case. */
static bool
ask(struct console *c, const char *question, const char *yes, const char *no,
    const char *wrong)
{
	struct buf line = { 0 };
	const char *answer;
	bool is_yes = false;
	int i;

	for (i = 0; i < ASK_TIMES && console_live(c); i++) {
		put_question(c, question);
		if (!console_line(c, CONSOLE_ANSWER, &line))
			break;
		answer = buf_cstr(&line);
		is_yes = answer != NULL && strcasecmp(answer, yes) == 0;
		if (is_yes || answer == NULL || strcasecmp(answer, no) == 0)
			break;
		buf_str(&c->out, wrong);
	}
	buf_clear(&line);
	return is_yes && console_live(c);
}

bool
console_ask_letter(struct console *c, const char *question)
{
	return ask(c, question, "y", "n",
	    "Invalid input. Please enter y or n.\n");
}

bool
console_ask_word(struct console *c, const char *question)
{
	return ask(c, question, "yes", "no",
	    "Invalid input. Please enter yes or no.\n");
}

bool
console_ask_text(struct console *c, const char *question,
    enum console_reads reads, char *ret, size_t size)
{
	struct buf line = { 0 };
	bool fits = false;

	put_question(c, question);
	if (console_live(c) && console_line(c, reads, &line) &&
	    line.len < size) {
		if (line.len > 0)
			memcpy(ret, line.ptr, line.len);
		ret[line.len] = '\0';
		fits = true;
	}
	if (line.len > 0)
		explicit_bzero(line.ptr, line.len);
	buf_clear(&line);
	return fits;
}
