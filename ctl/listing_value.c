/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VALUE that a terminal or a page has broken into several lines, put
 * together again: format 8.5. LENGTH decides; where no way of joining gives
 * that length nothing is made up.
 */
#include <string.h>

#include "base/text.h"
#include "ctl/file.h"
#include "ctl/listing_parts.h"

/* Stands between two pieces. */
#define JOINT '\n'

#define SHA1_DIGITS 40
/* Digits of a length. */
#define NUMBER_MAX 5
/* Longer than any date or role. */
#define KNOWN_MAX 64

bool
listing_take_piece(struct bytes *cur, struct bytes *ret)
{
	struct bytes skipped;
	const uint8_t *joint;
	size_t len = cur->len;

	if (cur->len == 0)
		return false;
	joint = memchr(cur->ptr, JOINT, cur->len);
	if (joint != NULL)
		len = (size_t)(joint - cur->ptr);
	if (!bytes_take(cur, len, ret))
		return false;
	return joint == NULL || bytes_take(cur, 1, &skipped);
}

void
listing_add_piece(struct listing_value *v, struct bytes piece)
{
	if (v->num_pieces > 0)
		buf_u8(&v->text, JOINT);
	buf_put(&v->text, piece);
	v->num_pieces++;
}

/* ---- Roles and dates: what is right is known beforehand. ---- */

static void
put_words(struct buf *out, struct bytes in)
{
	uint8_t c;

	while (bytes_u8(&in, &c))
		buf_u8(out, listing_is_blank(c) ? ' ' : c);
}

/* TEXT begins as PATTERN: 'A' is anything, '0' a digit, '1' a digit or the
 * blank before a short one. */
static bool
matches(struct bytes text, const char *pattern)
{
	size_t i;
	bool digit;

	for (i = 0; pattern[i] != '\0'; i++) {
		if (i >= text.len)
			return false;
		digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
		if (pattern[i] == 'A' || (pattern[i] == '0' && digit) ||
		    (pattern[i] == '1' && (digit || text.ptr[i] == ' ')))
			continue;
		if (text.ptr[i] != (uint8_t)pattern[i] || pattern[i] == '0' ||
		    pattern[i] == '1')
			return false;
	}
	return true;
}

/* "Fri Mar 06 19:45:13 CET 2015", and what ctlsmith adds to it. */
static bool
is_date(struct bytes text)
{
	static const char ours[] = " (header)";
	const size_t ours_len = sizeof(ours) - 1, start_len = 20, year_len = 5;

	if (text.len > ours_len &&
	    matches(bytes_of(text.ptr + text.len - ours_len, ours_len), ours))
		text.len -= ours_len;
	return text.len > start_len + year_len &&
	    matches(text, "AAA AAA 10 00:00:00 ") &&
	    matches(bytes_of(text.ptr + text.len - year_len, year_len),
		" 0000");
}

/* What V is put together of is a date, or begins a role. */
static bool
is_right(const struct listing_value *v)
{
	struct bytes text = buf_bytes(&v->text);

	return v->shape == LISTING_DATE ? is_date(text)
					: ctl_begins_function(text);
}

/* Joins without a blank or with one, whichever makes a date or a role. */
static bool
more_of_known(struct listing_value *v, struct bytes piece)
{
	size_t len = v->text.len;
	unsigned blanks;

	piece = listing_trim(piece);
	if (piece.len > KNOWN_MAX || is_right(v) == (v->shape == LISTING_DATE))
		return false;
	for (blanks = 0; blanks < 2; blanks++) {
		if (blanks > 0 && len > 0)
			buf_u8(&v->text, ' ');
		put_words(&v->text, piece);
		if (!buf_ok(&v->text) || is_right(v))
			return true;
		v->text.len = len;
	}
	return false;
}

/* A narrow terminal breaks the line before it. */
static bool
more_of_number(struct listing_value *v, struct bytes piece)
{
	size_t n;

	piece = listing_trim(piece);
	if (v->text.len > 0 || !listing_number(piece, NUMBER_MAX, &n))
		return false;
	put_words(&v->text, piece);
	return true;
}

/* ---- Digits. ---- */

/* A certificate's hash is followed by words. */
static struct bytes
digits_of(const struct listing_value *v, struct bytes piece)
{
	const uint8_t *words = NULL;

	if (v->shape == LISTING_CERT_HASH && piece.len > 0)
		words = memchr(piece.ptr, '(', piece.len);
	if (words != NULL)
		piece.len = (size_t)(words - piece.ptr);
	return piece;
}

/* Digits and what may stand between them; *RET_NUM is how many. */
static bool
count_digits(struct bytes piece, size_t *ret_num)
{
	size_t n = 0;
	uint8_t c;

	while (bytes_u8(&piece, &c))
		if (text_hex_value(c) >= 0)
			n++;
		else if (c != ':' && !listing_is_blank(c))
			return false;
	*ret_num = n;
	return true;
}

/* Numbers of one or two digits; *RET_NUM is how many. */
static bool
count_numbers(struct bytes piece, size_t *ret_num)
{
	size_t n = 0, digits = 0;
	uint8_t c;

	while (bytes_u8(&piece, &c))
		if (listing_is_blank(c))
			digits = 0;
		else if (text_hex_value(c) < 0 || digits == 2)
			return false;
		else if (digits++ == 0)
			n++;
	*ret_num = n;
	return true;
}

/* How many digits TEXT has at its end, or at its beginning. */
static size_t
digits_at(struct bytes text, bool end)
{
	size_t n = 0;

	while (n < text.len &&
	    text_hex_value(text.ptr[end ? text.len - 1 - n : n]) >= 0)
		n++;
	return n;
}

/* A terminal may have broken the line between two digits of one byte. */
static bool
is_unsure(const struct listing_value *v, struct bytes piece)
{
	return v->shape == LISTING_SIGNATURE && v->num_pieces > 0 &&
	    digits_at(buf_bytes(&v->text), true) == 1 &&
	    digits_at(piece, false) == 1;
}

static bool
more_of_digits(struct listing_value *v, struct bytes piece)
{
	size_t n = 0, unsure;
	bool good;

	piece = digits_of(v, piece);
	good = v->shape == LISTING_SIGNATURE ? count_numbers(piece, &n)
					     : count_digits(piece, &n);
	unsure = is_unsure(v, piece) ? 1 : 0;
	if (!good || n == 0 || v->bad ||
	    v->have - v->unsure + n - unsure > v->need)
		return false;
	v->have += n;
	v->unsure += unsure;
	listing_add_piece(v, piece);
	return true;
}

/* Two digits a byte; a colon stands between two bytes only. */
static bool
end_pairs(const struct listing_value *v, struct buf *ret)
{
	struct bytes in = buf_bytes(&v->text);
	bool half = false;
	unsigned high = 0;
	uint8_t c;

	if (v->bad || v->need == 0 || v->have != v->need)
		return false;
	while (bytes_u8(&in, &c)) {
		if (text_hex_value(c) >= 0) {
			if (half)
				buf_u8(ret,
				    (uint8_t)(high |
					(unsigned)text_hex_value(c)));
			high = (unsigned)text_hex_value(c) << 4;
			half = !half;
		} else if (c == ':' && half) {
			return false;
		}
	}
	return true;
}

/* One or two digits a byte. Where the line ends cannot all be within a byte,
 * or all between two, nobody knows which are. */
static bool
end_signature(const struct listing_value *v, struct buf *ret)
{
	struct bytes rest = buf_bytes(&v->text), piece;
	bool join = v->have != v->need, first = true;
	size_t digits = 0, last = 0;
	uint8_t c;

	if (v->bad || v->need == 0 || (join && v->have - v->unsure != v->need))
		return false;
	while (listing_take_piece(&rest, &piece)) {
		if (first || !join || digits_at(piece, false) != 1)
			digits = 0;
		first = false;
		while (bytes_u8(&piece, &c))
			if (listing_is_blank(c)) {
				digits = 0;
			} else if (digits++ == 1 && buf_ok(ret)) {
				last = ret->len - 1;
				ret->ptr[last] = (uint8_t)(ret->ptr[last] << 4 |
				    (unsigned)text_hex_value(c));
			} else {
				buf_u8(ret, (uint8_t)text_hex_value(c));
			}
	}
	return true;
}

/* ---- All of them. ---- */

/* What a value of SHAPE needs, in the unit in which it is counted. */
static size_t
need_of(enum listing_shape shape, size_t length)
{
	if (shape == LISTING_NAME)
		return length > 0 ? length - 1 : 0;
	if (shape == LISTING_CERT_HASH)
		return SHA1_DIGITS;
	return shape == LISTING_PAIRS ? length * 2 : length;
}

void
listing_value_begin(struct listing_value *v, enum listing_shape shape,
    size_t length, struct bytes piece)
{
	struct bytes text = listing_trim(piece);

	listing_value_clear(v);
	v->shape = shape;
	v->need = need_of(shape, length);
	switch (shape) {
	case LISTING_NONE:
		break;
	case LISTING_NAME:
		listing_name_begin(v, piece);
		break;
	case LISTING_NUMBER:
	case LISTING_WORDS:
	case LISTING_FUNCTION:
	case LISTING_DATE:
		put_words(&v->text, text);
		break;
	case LISTING_PAIRS:
	case LISTING_CERT_HASH:
	case LISTING_SIGNATURE:
		v->bad = text.len > 0 && !more_of_digits(v, piece);
		break;
	}
}

bool
listing_value_more(struct listing_value *v, struct bytes piece)
{
	switch (v->shape) {
	case LISTING_NAME:
		return listing_name_more(v, piece);
	case LISTING_NUMBER:
		return more_of_number(v, piece);
	case LISTING_FUNCTION:
	case LISTING_DATE:
		return more_of_known(v, piece);
	case LISTING_PAIRS:
	case LISTING_CERT_HASH:
	case LISTING_SIGNATURE:
		return more_of_digits(v, piece);
	case LISTING_NONE:
	case LISTING_WORDS:
		break;
	}
	return false;
}

bool
listing_value_end(struct listing_value *v, struct buf *ret, bool *ret_damaged)
{
	*ret_damaged = false;
	if (!buf_ok(&v->text)) {
		ret->failed = true;
		return false;
	}
	switch (v->shape) {
	case LISTING_NAME:
		return listing_name_end(v, ret, ret_damaged);
	case LISTING_NUMBER:
	case LISTING_WORDS:
	case LISTING_FUNCTION:
	case LISTING_DATE:
		buf_put(ret, buf_bytes(&v->text));
		return v->text.len > 0;
	case LISTING_PAIRS:
	case LISTING_CERT_HASH:
		return end_pairs(v, ret);
	case LISTING_SIGNATURE:
		return end_signature(v, ret);
	case LISTING_NONE:
		break;
	}
	return false;
}

void
listing_value_clear(struct listing_value *v)
{
	buf_clear(&v->text);
	memset(v, 0, sizeof(*v));
}
