/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines as a terminal would show them: format 8.5. Every byte is looked at
 * once; a line is as long as it is.
 */
#include <string.h>

#include "ctl/listing_parts.h"

#define ESC 0x1b
#define BEL 0x07
#define DEL 0x7f

/* What is looked at to know UTF-16. */
#define UTF16_SAMPLE 64

/* The pager's prompt; its own line is broken by nothing but a terminal. */
static const char pager[] = "Press <enter> for 1 line, <space> for one page, "
			    "or <q> to quit";

static bool
has_utf16_mark(struct bytes in)
{
	return bytes_starts(in, bytes_of_str("\xff\xfe")) ||
	    bytes_starts(in, bytes_of_str("\xfe\xff"));
}

void
listing_lines_init(struct listing_lines *l, struct bytes in)
{
	struct bytes mark;

	memset(l, 0, sizeof(*l));
	l->start = in.ptr;
	l->rest = in;
	l->line = 1;
	l->only_cr = in.len > 0 && memchr(in.ptr, '\n', in.len) == NULL;
	if (bytes_starts(in, bytes_of_str("\xef\xbb\xbf")))
		(void)!bytes_take(&l->rest, 3, &mark);
	else if (has_utf16_mark(in))
		(void)!bytes_take(&l->rest, 2, &mark);
}

void
listing_lines_clear(struct listing_lines *l)
{
	buf_clear(&l->text);
}

bool
listing_is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == LISTING_NBSP;
}

struct bytes
listing_trim(struct bytes in)
{
	size_t first = 0;

	while (in.len > 0 && listing_is_blank(in.ptr[in.len - 1]))
		in.len--;
	while (first < in.len && listing_is_blank(in.ptr[first]))
		first++;
	return first == 0 ? in : bytes_of(in.ptr + first, in.len - first);
}

/* Takes the next byte where it lies between FIRST and LAST. */
static bool
take_between(struct bytes *rest, uint8_t first, uint8_t last)
{
	uint8_t c;

	return rest->len > 0 && rest->ptr[0] >= first && rest->ptr[0] <= last &&
	    bytes_u8(rest, &c);
}

/* ECMA-48, 5.4: parameters, intermediates, one final byte. A line end within
 * is none of them and ends the sequence, so that no line is lost. */
static void
skip_csi(struct bytes *rest)
{
	while (take_between(rest, 0x20, 0x3f))
		;
	(void)take_between(rest, 0x40, 0x7e);
}

/* An operating system command and its like: up to BEL or ESC \. */
static void
skip_string(struct bytes *rest)
{
	uint8_t c;

	while (rest->len > 0 && rest->ptr[0] != '\n' && rest->ptr[0] != '\r') {
		if (!bytes_u8(rest, &c) || c == BEL)
			return;
		if (c == ESC) {
			(void)take_between(rest, '\\', '\\');
			return;
		}
	}
}

/* REST begins behind an ESC. */
static void
skip_escape(struct bytes *rest)
{
	if (take_between(rest, '[', '['))
		skip_csi(rest);
	else if (take_between(rest, ']', ']') || take_between(rest, 'P', 'P') ||
	    take_between(rest, 'X', 'X') || take_between(rest, '^', '_'))
		skip_string(rest);
	else {
		while (take_between(rest, 0x20, 0x2f))
			;
		(void)take_between(rest, 0x30, 0x7e);
	}
}

/* The pager wipes its prompt with backspaces. */
static void
drop_char(struct buf *text)
{
	while (text->len > 0 && (text->ptr[text->len - 1] & 0xc0) == 0x80)
		text->len--;
	if (text->len > 0)
		text->len--;
}

/* The second byte of a character of two whose first is 0xc2: a blank that does
 * not break, or CSI in one character. */
static void
put_second(struct listing_lines *l, uint8_t c)
{
	l->text.len--;
	if (c == 0xa0)
		buf_u8(&l->text, LISTING_NBSP);
	else
		skip_csi(&l->rest);
}

/* Adds C, the byte before REST, to the line. */
static void
put_char(struct listing_lines *l, uint8_t c)
{
	const struct buf *text = &l->text;

	if (c == ESC)
		skip_escape(&l->rest);
	else if (c == '\b')
		drop_char(&l->text);
	else if ((c == 0xa0 || c == 0x9b) && text->len > 0 &&
	    text->ptr[text->len - 1] == 0xc2)
		put_second(l, c);
	else if (c == '\t' || (c >= 0x20 && c != DEL))
		buf_u8(&l->text, c);
}

/* A CR alone ends a line too: the pager goes back with it to write over its
 * prompt. */
static bool
ends_line(struct listing_lines *l, uint8_t c)
{
	if (c == '\n')
		l->line++;
	if (c != '\r')
		return c == '\n';
	if (take_between(&l->rest, '\n', '\n') || l->only_cr)
		l->line++;
	return true;
}

static bool
skip_word(struct bytes *rest, const char *word)
{
	struct bytes skipped;

	return bytes_starts(*rest, bytes_of_str(word)) &&
	    bytes_take(rest, strlen(word), &skipped);
}

static bool
ends_with(const struct buf *text, const char *word, size_t len)
{
	return text->len >= len &&
	    memcmp(text->ptr + text->len - len, word, len) == 0;
}

/* Takes every prompt of the pager out of the line, with what is left of its
 * codes where the ESC was lost. What comes together when one is gone may be
 * another. */
static void
drop_pager(struct buf *text)
{
	static const char bold[] = "[1m";
	const size_t len = sizeof(pager) - 1, bold_len = sizeof(bold) - 1;
	struct bytes rest = buf_bytes(text);
	uint8_t c;

	if (rest.len == 0 || memmem(rest.ptr, rest.len, pager, len) == NULL)
		return;
	text->len = 0;
	while (bytes_u8(&rest, &c)) {
		text->ptr[text->len++] = c;
		if (c != (uint8_t)pager[len - 1] ||
		    !ends_with(text, pager, len))
			continue;
		text->len -= len;
		if (ends_with(text, bold, bold_len))
			text->len -= bold_len;
		(void)skip_word(&rest, "[0m");
		(void)skip_word(&rest, "[K");
	}
}

bool
listing_lines_next(struct listing_lines *l, struct listing_line *ret)
{
	uint8_t c;

	if (l->rest.len == 0)
		return false;
	l->text.len = 0;
	ret->offset = (size_t)(l->rest.ptr - l->start);
	ret->line = l->line;
	while (bytes_u8(&l->rest, &c) && !ends_line(l, c))
		put_char(l, c);
	if (!buf_ok(&l->text))
		return false;
	drop_pager(&l->text);
	ret->text = buf_bytes(&l->text);
	return true;
}

/* NULs in every other place of the first bytes, and in no other. */
static bool
has_utf16_nuls(struct bytes in)
{
	size_t i,
	    n = in.len < UTF16_SAMPLE ? in.len & ~(size_t)1 : UTF16_SAMPLE;
	size_t nuls[2] = { 0, 0 };

	for (i = 0; i < n; i++)
		nuls[i % 2] += in.ptr[i] == 0;
	return n >= 8 &&
	    ((nuls[0] == n / 2 && nuls[1] == 0) ||
		(nuls[1] == n / 2 && nuls[0] == 0));
}

bool
listing_is_utf16(struct bytes in)
{
	return has_utf16_mark(in) || has_utf16_nuls(in);
}
