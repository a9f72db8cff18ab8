/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file view, which has a pager of its own, whatever the session's is set to.
 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "lab/console_parts.h"

#define PAGE 20
#define CTRL_C 3

static bool
is_binary(struct bytes file)
{
	size_t i;

	for (i = 0; i < file.len; i++)
		if (!isprint(file.ptr[i]) && !isspace(file.ptr[i]))
			return true;
	return false;
}

static size_t
count_lines(struct bytes text)
{
	size_t i, num = 0;

	for (i = 0; i < text.len; i++)
		num += text.ptr[i] == '\n' ? 1 : 0;
	return num;
}

/* Prints the lines FROM up to, not with, TO. */
static void
put_lines(struct console *c, struct bytes text, size_t from, size_t to)
{
	size_t i, line = 0;

	for (i = 0; i < text.len && line < to; i++) {
		if (line >= from)
			buf_u8(&c->out, text.ptr[i]);
		line += text.ptr[i] == '\n' ? 1 : 0;
	}
}

static int
ask_key(struct console *c, size_t from, size_t to, size_t num)
{
	int key;

	buf_printf(&c->out,
	    "\x1b[1m\noptions: q=quit, n=next, p=prev, b=begin, e=end (lines "
	    "%zu - %zu of %zu) : \x1b[0m",
	    from, to, num);
	console_flush(c);
	do
		key = console_key(c);
	while (key >= 0 && key != CTRL_C && strchr("qnpbe", key) == NULL);
	if (!c->over)
		console_raw(c, bytes_of_str("\r\n"));
	return key;
}

/* The line where the page behind KEY begins. */
static size_t
turn(int key, size_t at, size_t num)
{
	size_t last = num == 0 ? 0 : (num - 1) / PAGE * PAGE;

	switch (key) {
	case 'n':
		return at < last ? at + PAGE : last;
	case 'p':
		return at < PAGE ? 0 : at - PAGE;
	case 'b':
		return 0;
	default:
		return last;
	}
}

static void
put_pages(struct console *c, struct bytes text)
{
	size_t num = count_lines(text), at = 0, to;
	bool paged = c->pager;
	int key;

	c->pager = false;
	while (console_live(c)) {
		to = num - at < PAGE ? num : at + PAGE;
		put_lines(c, text, at, to);
		if (to == num)
			buf_str(&c->out, "end of the file reached\n");
		key = ask_key(c, num == 0 ? 0 : at + 1, to, num);
		if (key < 0 || key == 'q' || key == CTRL_C)
			break;
		at = turn(key, at, num);
	}
	c->pager = paged;
}

static bool
wants_it(struct console *c, const char *name)
{
	buf_printf(&c->out,
	    "WARNING: the file %s appears to be a binary file; viewing it may "
	    "disturb the terminal.\n",
	    name);
	return console_ask_letter(c, "Continue (y/n)?");
}

bool
console_file_view(struct console *c, const struct console_args *a)
{
	struct buf file = { 0 }, text = { 0 };

	if (!console_copy_file(c, a->word[0], &file)) {
		buf_clear(&file);
		buf_str(&c->out, "no such file or directory can be found\n");
		return false;
	}
	if (!is_binary(buf_bytes(&file)))
		buf_put(&text, buf_bytes(&file));
	else if (wants_it(c, a->word[0]))
		text_put_safe(&text, buf_bytes(&file));
	else
		goto out;
	if (text.len > 0 && text.ptr[text.len - 1] != '\n')
		buf_u8(&text, '\n');
	if (buf_ok(&text))
		put_pages(c, buf_bytes(&text));
	else
		c->over = true;
out:
	buf_clear(&text);
	buf_clear(&file);
	return true;
}
