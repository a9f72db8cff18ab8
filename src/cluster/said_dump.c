/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file dump ... hex. How it is laid out is not published; what is read is what
 * the usual programs write: an offset, bytes in pairs of digits, single or in
 * groups, and perhaps the characters behind them. Each line begins where the
 * one before ended. Groups whose bytes may be in either order are refused.
 */
#include <string.h>

#include "base/text.h"
#include "cluster/said_parts.h"

#define LINE_BYTES 64

struct dump {
	struct said_text t;
	struct buf out;
	unsigned base; /* of the offsets: 0, not known yet; 16, 8, 10 */
	bool over;     /* the last line came */
};

/* WORD as a number of BASE. */
static bool
number_of(struct bytes word, unsigned base, uint64_t *ret)
{
	uint64_t n = 0;
	size_t i;
	int v;

	if (word.len == 0 || word.len > 15)
		return false;
	for (i = 0; i < word.len; i++) {
		v = text_hex_value(word.ptr[i]);
		if (v < 0 || (unsigned)v >= base)
			return false;
		n = n * base + (unsigned)v;
	}
	*ret = n;
	return true;
}

/* WORD is the offset of what came so far. */
static bool
is_offset(struct dump *r, struct bytes word)
{
	static const unsigned bases[] = { 16, 8, 10 };
	uint64_t n;
	size_t i;

	for (i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		if ((r->base == 0 || r->base == bases[i]) &&
		    number_of(word, bases[i], &n) && n == r->out.len) {
			/* 0 is the same in all */
			if (n >= 8)
				r->base = bases[i];
			return true;
		}
	return false;
}

/* Appends the bytes of a group of digits; false where WORD is none. */
static bool
put_group(struct bytes word, uint8_t *bytes, size_t *num)
{
	size_t i;

	if (word.len == 0 || word.len % 2 != 0 ||
	    *num + word.len / 2 > LINE_BYTES)
		return false;
	for (i = 0; i < word.len; i++)
		if (text_hex_value(word.ptr[i]) < 0)
			return false;
	for (i = 0; i < word.len; i += 2)
		bytes[(*num)++] = (uint8_t)(text_hex_value(word.ptr[i]) << 4 |
		    text_hex_value(word.ptr[i + 1]));
	return true;
}

/* The characters in TEXT are those of BYTES, dots for others; blanks at the end
 * of a line may be missing. */
static bool
is_picture(struct bytes text, const uint8_t *bytes, size_t num)
{
	uint8_t c;
	size_t i;

	if (text.len > num)
		return false;
	for (i = 0; i < num; i++) {
		c = i < text.len ? text.ptr[i] : ' ';
		if (c != '.' && c != bytes[i])
			return false;
	}
	return true;
}

/* The same behind any number of the blanks that TEXT begins with. */
static bool
is_picture_behind(struct bytes text, const uint8_t *bytes, size_t num)
{
	while (!is_picture(text, bytes, num)) {
		if (text.len == 0 || text.ptr[0] != ' ')
			return false;
		text = said_from(text, 1);
	}
	return true;
}

/* Parts LINE into its offset, the digits, and the characters: behind a bar, or
 * behind two blanks where there is a colon behind the offset. */
static bool
part_line(struct bytes line, struct bytes *offset, struct bytes *digits,
    struct bytes *picture, bool *colon)
{
	const uint8_t *bar;
	size_t i = 0, at = 0;

	while (i < line.len && !said_is_blank(line.ptr[i]))
		i++;
	*offset = bytes_of(line.ptr, i);
	*colon = i > 1 && line.ptr[i - 1] == ':';
	if (*colon)
		offset->len--;
	line = said_trimmed(said_from(line, i));
	*picture = bytes_of(NULL, 0);
	*digits = line;
	bar = line.len == 0 ? NULL : memchr(line.ptr, '|', line.len);
	if (!*colon && bar != NULL) {
		*digits = bytes_of(line.ptr, (size_t)(bar - line.ptr));
		*picture = said_from(line, digits->len + 1);
		if (picture->len == 0 || picture->ptr[picture->len - 1] != '|')
			return false;
		picture->len--;
	} else if (*colon && said_finds(line, "  ", &at)) {
		*digits = bytes_of(line.ptr, at);
		*picture = said_from(line, at + 2);
	}
	return true;
}

/* The bytes of DIGITS. *RET_WIDE: some group has more than one, none more than
 * two. */
static bool
read_groups(struct bytes digits, uint8_t *bytes, size_t *ret_num,
    bool *ret_wide)
{
	struct bytes words[SAID_WORDS_MAX];
	size_t num = said_words(digits, words), i;

	*ret_num = 0;
	*ret_wide = false;
	for (i = 0; i < num; i++) {
		*ret_wide |= words[i].len > 2;
		if (!put_group(words[i], bytes, ret_num))
			return false;
	}
	return *ret_num > 0;
}

/* One line; *RET_ERR where it cannot be read. */
static enum err
take_line(struct dump *r, struct bytes line, struct diag *diag)
{
	struct bytes offset, digits, picture;
	uint8_t bytes[LINE_BYTES];
	bool colon, wide;
	size_t num = 0;

	if (r->over || !part_line(line, &offset, &digits, &picture, &colon) ||
	    !is_offset(r, offset))
		return said_wrong(&r->t, ERR_SYNTAX,
		    "this is no line of a dump, or not the next one", diag);
	if (digits.len == 0) { /* the offset of the end */
		r->over = true;
		return ERR_OK;
	}
	if (!read_groups(digits, bytes, &num, &wide))
		return said_wrong(&r->t, ERR_SYNTAX,
		    "this is no line of a dump in hex", diag);
	if (picture.ptr != NULL && !is_picture_behind(picture, bytes, num))
		return said_wrong(&r->t, ERR_SYNTAX,
		    "the bytes of the dump are not its characters", diag);
	if (wide && picture.ptr == NULL)
		return said_wrong(&r->t, ERR_UNSUPPORTED,
		    "the order of the bytes in this dump is not known", diag);
	buf_put(&r->out, bytes_of(bytes, num));
	return buf_ok(&r->out) ? ERR_OK : diag_nomem(diag);
}

enum err
said_dump(struct bytes text, struct buf *ret, struct diag *diag)
{
	struct dump r = { .base = 0 };
	struct bytes line;
	enum err e;

	e = said_begin(text, &r.t, diag);
	while (e == ERR_OK && said_full_line(&r.t, &line))
		e = take_line(&r, line, diag);
	if (e == ERR_OK) {
		buf_put(ret, buf_bytes(&r.out));
		if (!buf_ok(ret))
			e = diag_nomem(diag);
	}
	buf_clear(&r.out);
	return e;
}
