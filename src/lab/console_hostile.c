/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes that mean harm, or are broken: what they write instead.
 */
#include "lab/console_parts.h"

#include <string.h>

#define BANNER_CHUNK 65536
#define GARBAGE 4096

bool
console_is_hostile(const struct console *c, const char *how)
{
	return c->cli.hostile != NULL && strcmp(c->cli.hostile, how) == 0;
}

/* The same bytes each time, of all values. */
static void
put_garbage(size_t num, uint32_t seed, struct buf *out)
{
	uint32_t x = seed | 1;

	for (; num > 0; num--) {
		x = x * 1664525U + 1013904223U;
		buf_u8(out, (uint8_t)(x >> 24));
	}
}

/* Lines until the other side leaves. */
static void
write_for_ever(struct console *c)
{
	static const char line[] =
	    "************ Authorised users only! ************\r\n";
	struct buf chunk = { 0 };

	while (buf_ok(&chunk) && chunk.len < BANNER_CHUNK)
		buf_put(&chunk, bytes_of_str(line));
	while (!c->over && buf_ok(&chunk))
		console_raw(c, buf_bytes(&chunk));
	buf_clear(&chunk);
}

static void
write_garbage(struct console *c)
{
	struct buf text = { 0 };

	put_garbage(GARBAGE, 1, &text);
	if (buf_ok(&text))
		console_raw(c, buf_bytes(&text));
	buf_clear(&text);
}

bool
console_hostile_start(struct console *c)
{
	if (console_is_hostile(c, "banner")) {
		write_for_ever(c);
		return false;
	}
	if (console_is_hostile(c, "no-prompt")) {
		console_raw(c,
		    bytes_of_str("Command Line Interface is starting up, "
				 "please wait ...\r\n"));
		while (console_key(c) >= 0)
			continue;
		return false;
	}
	if (console_is_hostile(c, "garbage"))
		write_garbage(c);
	return true;
}

void
console_spoil(const struct console *c, struct bytes line, size_t number,
    struct buf *out)
{
	if (console_is_hostile(c, "garbage")) {
		put_garbage(line.len, (uint32_t)number + 2, out);
		return;
	}
	if (console_is_hostile(c, "escape"))
		buf_str(out, "\x1b]0;owned\a\x1b[2J\x1b[31m");
	buf_put(out, line);
	if (console_is_hostile(c, "utf8") && number == 0)
		buf_str(out, "\xe2\x82");
}
