/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fill.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_MIN 30
#define WIDTH_MAX 1000

static bool
is_width(long n)
{
	return n >= 1 && n <= WIDTH_MAX;
}

static size_t
width_of(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long n = columns == NULL ? 0 : strtol(columns, NULL, 10);

	if (!is_width(n) && ioctl(fd, TIOCGWINSZ, &size) == 0)
		n = size.ws_col;
	if (!is_width(n))
		n = 80;
	return n < WIDTH_MIN ? WIDTH_MIN : (size_t)n;
}

struct fill
fill_for_stdout(void)
{
	const char *term = getenv("TERM"), *plain = getenv("NO_COLOR");
	struct fill f = { 0 };

	if (isatty(STDOUT_FILENO) != 1)
		return f;
	f.width = width_of(STDOUT_FILENO);
	f.colours = term != NULL && strcmp(term, "dumb") != 0 &&
	    (plain == NULL || plain[0] == '\0');
	return f;
}

/* Columns of TEXT: one a character, none for a colour. */
static size_t
columns_of(struct bytes text)
{
	bool colour = false;
	size_t i, n = 0;
	uint8_t c;

	for (i = 0; i < text.len; i++) {
		c = text.ptr[i];
		colour |= c == '\033';
		n += !colour && (c & 0xc0) != 0x80;
		colour &= c != 'm';
	}
	return n;
}

/* Moves the next word of TEXT to RET, and the blanks before it to BLANKS; false
 * at the end. */
static bool
take_word(struct bytes *text, struct bytes *blanks, struct bytes *ret)
{
	size_t n = 0;

	while (n < text->len && text->ptr[n] == ' ')
		n++;
	if (!bytes_take(text, n, blanks))
		return false;
	for (n = 0; n < text->len && text->ptr[n] != ' '; n++)
		;
	return n > 0 && bytes_take(text, n, ret);
}

void
fill_put(const struct fill *f, struct buf *out, struct bytes text,
    size_t indent)
{
	size_t at = 0, need;
	struct bytes word, blanks;

	if (f->width == 0) {
		buf_put(out, text);
		buf_u8(out, '\n');
		return;
	}
	while (take_word(&text, &blanks, &word)) {
		need = columns_of(word);
		if (at > 0 && at + blanks.len + need > f->width) {
			buf_printf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else {
			buf_put(out, blanks);
			at += blanks.len;
		}
		buf_put(out, word);
		at += need;
	}
	buf_u8(out, '\n');
}
