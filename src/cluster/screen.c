/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/screen.h"

#include <string.h>

#define ESC 0x1b

/* ECMA-48: a sequence is ESC and one character, or ESC [ parameters and a final
 * one, or ESC and a string that ST or BEL ends. */
enum sequence {
	SEQ_NONE,
	SEQ_ESC,
	SEQ_ONE, /* one character more: ESC ( B */
	SEQ_CSI,
	SEQ_STRING,
	SEQ_STRING_ESC
};

enum pager {
	PAGER_NONE,
	PAGER_GONE,     /* its key was typed */
	PAGER_RETURNED, /* the cursor went to where it began */
	PAGER_WIPED     /* and it was overwritten, or it had no line of its own
			 */
};

void
screen_clear(struct screen *s)
{
	buf_clear(&s->text);
	buf_clear(&s->echo);
	memset(s, 0, sizeof(*s));
}

static void
end_line(struct screen *s)
{
	buf_u8(&s->text, '\n');
	s->line = s->anchor = s->text.len;
}

/* C is shown. */
static void
show(struct screen *s, uint8_t c)
{
	if (s->returned) {
		s->returned = false;
		if (s->text.len > s->line) {
			end_line(s);
			s->soft = s->line;
		}
	}
	buf_u8(&s->text, c);
}

/* C, a character or the end of a line, unless it is an echo. */
static void
take(struct screen *s, uint8_t c)
{
	if (s->echoed < s->echo.len) {
		if (s->echo.ptr[s->echoed] == c) {
			s->returned = false;
			s->echoed++;
			return;
		}
		s->echoed = s->echo.len;
	}
	if (c != '\n') {
		show(s, c);
		return;
	}
	s->returned = false;
	end_line(s);
}

/* What wipes a pager off; false: C is no part of that any more. */
static bool
wipe(struct screen *s, uint8_t c)
{
	switch (c) {
	case '\r':
		if (s->blanks > 0)
			s->pager = PAGER_WIPED;
		else if (s->pager == PAGER_GONE)
			s->pager = PAGER_RETURNED;
		s->blanks = 0;
		return true;
	case '\b':
		s->pager = PAGER_WIPED;
		s->blanks = 0;
		return true;
	case ' ':
		if (s->pager == PAGER_GONE)
			return false;
		s->blanks++;
		return true;
	case '\n':
		if (s->pager == PAGER_WIPED)
			return false;
		s->pager = PAGER_NONE;
		s->blanks = 0;
		return true;
	default:
		return false;
	}
}

static void
put_plain(struct screen *s, uint8_t c)
{
	if (s->pager != PAGER_NONE) {
		if (wipe(s, c))
			return;
		s->pager = PAGER_NONE;
		for (; s->blanks > 0; s->blanks--)
			take(s, ' ');
	}
	if (c == '\r') {
		s->returned = true;
	} else if (c == '\b') {
		if (s->text.len > s->line)
			s->text.len--;
		if (s->anchor > s->text.len)
			s->anchor = s->text.len;
	} else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f)) {
		take(s, c);
	}
}

/* ESC [ ... C */
static void
end_csi(struct screen *s, uint8_t c)
{
	if (c == 'K' && s->pager != PAGER_NONE) {
		if (s->pager == PAGER_RETURNED)
			s->pager = PAGER_WIPED;
	} else if (c == 'K' && s->returned) {
		s->text.len = s->anchor = s->line;
	} else if ((c == 'H' || c == 'f') && s->text.len > s->line) {
		s->returned = true;
	}
	if (c == 'K')
		s->anchor = s->text.len;
}

static void
put_sequence(struct screen *s, uint8_t c)
{
	switch ((enum sequence)s->sequence) {
	case SEQ_ESC:
		s->sequence = c == '[' ? SEQ_CSI
		    : c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_'
		    ? SEQ_STRING
		    : c >= 0x20 && c <= 0x2f ? SEQ_ONE
					     : SEQ_NONE;
		break;
	case SEQ_CSI:
		if (c >= 0x40 && c <= 0x7e) {
			s->sequence = SEQ_NONE;
			end_csi(s, c);
		} else if (c < 0x20 || c > 0x7e) {
			s->sequence = SEQ_NONE; /* it was none */
			put_plain(s, c);
		}
		break;
	case SEQ_STRING:
		if (c == '\a' || c == '\n')
			s->sequence = SEQ_NONE;
		else if (c == ESC)
			s->sequence = SEQ_STRING_ESC;
		break;
	case SEQ_STRING_ESC:
		s->sequence = c == '\\' ? SEQ_NONE : SEQ_STRING;
		break;
	case SEQ_ONE:
	case SEQ_NONE:
		s->sequence = SEQ_NONE;
		break;
	}
}

/* How many bytes at the begin of IN are shown as they are. */
static size_t
num_shown(const struct screen *s, struct bytes in)
{
	size_t n = 0;

	if (s->sequence != SEQ_NONE || s->pager != PAGER_NONE || s->returned ||
	    s->echoed < s->echo.len)
		return 0;
	while (n < in.len && in.ptr[n] >= 0x20 && in.ptr[n] != 0x7f)
		n++;
	return n;
}

void
screen_put(struct screen *s, struct bytes in)
{
	size_t i, n;

	for (i = 0; i < in.len; i++) {
		n = num_shown(s, bytes_of(in.ptr + i, in.len - i));
		if (n > 0) {
			buf_put(&s->text, bytes_of(in.ptr + i, n));
			i += n - 1;
			continue;
		}
		if (s->sequence != SEQ_NONE)
			put_sequence(s, in.ptr[i]);
		else if (in.ptr[i] == ESC)
			s->sequence = SEQ_ESC;
		else
			put_plain(s, in.ptr[i]);
	}
}

void
screen_expect(struct screen *s, struct bytes text)
{
	s->echo.len = 0;
	s->echoed = 0;
	buf_put(&s->echo, text);
	if (!buf_ok(&s->echo))
		s->text.failed = true;
}

bool
screen_expects(const struct screen *s)
{
	return s->echoed < s->echo.len;
}

static size_t
last_line(const struct screen *s)
{
	size_t i = s->text.len;

	while (i > 0 && s->text.ptr[i - 1] != '\n')
		i--;
	return i;
}

void
screen_unpage(struct screen *s, size_t at)
{
	if (at < s->text.len)
		s->text.len = at;
	s->line = s->anchor = last_line(s);
	s->returned = s->line > 0 && s->line == s->soft &&
	    s->text.len == s->line;
	if (s->returned) { /* it came between \r and what is behind that */
		s->text.len--;
		s->line = s->anchor = last_line(s);
	}
	s->blanks = 0;
	s->pager = s->text.len > s->line ? PAGER_WIPED : PAGER_GONE;
}

void
screen_drop(struct screen *s, size_t n)
{
	if (n == 0)
		return;
	memmove(s->text.ptr, s->text.ptr + n, s->text.len - n);
	s->text.len -= n;
	s->line = s->line > n ? s->line - n : 0;
	s->anchor = s->anchor > n ? s->anchor - n : 0;
	s->soft = s->soft > n ? s->soft - n : 0;
}
