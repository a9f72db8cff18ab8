/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ical.h"

#include <time.h>

#include "base/text.h"

#define OCTETS 75 /* of a line, without CR LF (RFC 5545, 3.1) */

/* Appends LINE, which is well-formed UTF-8, folded. */
static void
put_folded(struct buf *out, const struct buf *line)
{
	size_t room = OCTETS, i, len;

	out->failed |= line->failed;
	for (i = 0; i < line->len && !out->failed; i += len) {
		/* a character and the bytes that go on with it */
		for (len = 1;
		     i + len < line->len && (line->ptr[i + len] & 0xc0) == 0x80;
		     len++)
			;
		if (len > room) {
			buf_str(out, "\r\n ");
			room = OCTETS - 1;
		}
		buf_put(out, bytes_of(line->ptr + i, len));
		room -= len;
	}
	buf_str(out, "\r\n");
}

void
ical_word(struct buf *out, const char *name, const char *value)
{
	struct buf line = { 0 };

	buf_printf(&line, "%s:%s", name, value);
	put_folded(out, &line);
	buf_clear(&line);
}

static void
put_escaped(struct buf *line, struct bytes text)
{
	size_t i;
	uint8_t c;

	for (i = 0; i < text.len; i++) {
		c = text.ptr[i];
		if (c == '\n')
			buf_str(line, "\\n");
		else if (c < 0x20 || c == 0x7f)
			buf_str(line, "\xef\xbf\xbd");
		else {
			if (c == '\\' || c == ';' || c == ',')
				buf_u8(line, '\\');
			buf_u8(line, c);
		}
	}
}

void
ical_text(struct buf *out, const char *name, struct bytes text)
{
	struct buf line = { 0 }, utf8 = { 0 };

	text_put_utf8(&utf8, text);
	buf_printf(&line, "%s:", name);
	put_escaped(&line, buf_bytes(&utf8));
	line.failed |= utf8.failed;
	put_folded(out, &line);
	buf_clear(&line);
	buf_clear(&utf8);
}

void
ical_time(struct buf *out, const char *name, int64_t t)
{
	time_t seconds = (time_t)t;
	struct buf line = { 0 };
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL) {
		out->failed = true;
		return;
	}
	buf_printf(&line, "%s:%04d%02d%02dT%02d%02d%02dZ", name,
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
	put_folded(out, &line);
	buf_clear(&line);
}
