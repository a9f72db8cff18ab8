/* SPDX-License-Identifier: Apache-2.0 */
#include "data/scalar.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

#define WORD_MAX 63 /* longest word that gets a suggestion */

/* Digits of BASE, all of TEXT, at most 18 of them. */
static bool
parse_digits(struct bytes text, int base, uint64_t *ret)
{
	uint64_t n = 0;
	size_t i;
	int digit;

	if (text.len == 0 || text.len > 18 || (base == 16 && text.len > 15))
		return false;
	for (i = 0; i < text.len; i++) {
		digit = text_hex_value(text.ptr[i]);
		if (digit < 0 || digit >= base)
			return false;
		n = n * (uint64_t)base + (uint64_t)digit;
	}
	*ret = n;
	return true;
}

/* N decimal digits and, unless it is NUL, the character THEN. */
static bool
take_part(struct bytes *cur, size_t n, char then, int *ret)
{
	struct bytes digits, mark;
	uint64_t value;

	if (!bytes_take(cur, n, &digits) || !parse_digits(digits, 10, &value))
		return false;
	if (then != '\0' &&
	    (!bytes_take(cur, 1, &mark) || mark.ptr[0] != (uint8_t)then))
		return false;
	*ret = (int)value;
	return true;
}

/* "Z" or "+01:00", all of CUR, as seconds. */
static bool
take_zone(struct bytes cur, int *ret)
{
	int hours, minutes, sign;
	struct bytes mark;

	if (!bytes_take(&cur, 1, &mark))
		return false;
	*ret = 0;
	if (mark.ptr[0] == 'Z')
		return cur.len == 0;
	sign = mark.ptr[0] == '-' ? -1 : 1;
	if (sign == 1 && mark.ptr[0] != '+')
		return false;
	if (!take_part(&cur, 2, ':', &hours) ||
	    !take_part(&cur, 2, '\0', &minutes) || cur.len != 0)
		return false;
	*ret = sign * (hours * 3600 + minutes * 60);
	return hours <= 23 && minutes <= 59;
}

static bool
parse_rfc3339(struct bytes text, int64_t *ret)
{
	struct tm tm = { 0 };
	int zone, day;

	if (!take_part(&text, 4, '-', &tm.tm_year) ||
	    !take_part(&text, 2, '-', &tm.tm_mon) ||
	    !take_part(&text, 2, 'T', &tm.tm_mday) ||
	    !take_part(&text, 2, ':', &tm.tm_hour) ||
	    !take_part(&text, 2, ':', &tm.tm_min) ||
	    !take_part(&text, 2, '\0', &tm.tm_sec) || !take_zone(text, &zone))
		return false;
	if (tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59 ||
	    tm.tm_mon < 1 || tm.tm_mon > 12)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	day = tm.tm_mday;
	*ret = (int64_t)timegm(&tm) - zone;
	/* timegm() makes March 2 of February 30. */
	return tm.tm_mday == day;
}

static bool
parse_seconds(struct bytes text, int64_t *ret)
{
	bool minus = bytes_starts(text, bytes_of_str("-"));
	struct bytes skip;
	uint64_t n;

	if (minus && !bytes_take(&text, 1, &skip))
		return false;
	if (!parse_digits(text, 10, &n))
		return false;
	*ret = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

static size_t
smallest(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* How many characters must be put in, taken out or changed to make A of B. */
static size_t
edit_distance(struct bytes a, const char *b)
{
	size_t row[WORD_MAX + 1], i, j, left, up, b_len = strlen(b);

	if (a.len > WORD_MAX || b_len > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= b_len; j++)
		row[j] = j;
	for (i = 1; i <= a.len; i++) {
		left = row[0];
		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			up = row[j];
			row[j] = smallest(up + 1, row[j - 1] + 1,
			    left + (a.ptr[i - 1] != (uint8_t)b[j - 1]));
			left = up;
		}
	}
	return row[b_len];
}

bool
scalar_number(struct bytes text, uint64_t *ret)
{
	struct bytes skip;

	if (bytes_starts(text, bytes_of_str("0x")) &&
	    bytes_take(&text, 2, &skip))
		return parse_digits(text, 16, ret);
	if (text.len > 1 && text.ptr[0] == '0')
		return false;
	return parse_digits(text, 10, ret);
}

bool
scalar_time(struct bytes text, int64_t *ret)
{
	return parse_seconds(text, ret) || parse_rfc3339(text, ret);
}

bool
scalar_hex(struct bytes text, uint8_t *out, size_t *ret_len)
{
	bool colons = text.len > 2 && text.ptr[2] == ':';
	size_t i, step = colons ? 3 : 2, num = 0;
	int high, low;

	if (text.len > 0 && (text.len + colons) % step != 0)
		return false;
	for (i = 0; i < text.len; i += step) {
		high = text_hex_value(text.ptr[i]);
		low = text_hex_value(text.ptr[i + 1]);
		if (high < 0 || low < 0 ||
		    (i + 2 < text.len && colons && text.ptr[i + 2] != ':'))
			return false;
		out[num++] = (uint8_t)(high << 4 | low);
	}
	*ret_len = num;
	return true;
}

const char *
scalar_near(struct bytes got, const struct scalar_words *words)
{
	size_t i, dist, best = 2 + got.len / 4;
	const char *near = NULL;

	for (i = 0; i < words->num; i++) {
		dist = edit_distance(got, words->item[i]);
		if (dist <= best && dist < got.len && dist < WORD_MAX) {
			best = dist - (dist > 0);
			near = words->item[i];
		}
	}
	return near;
}

void
scalar_hint(char *out, size_t size, struct bytes got,
    const struct scalar_words *words)
{
	const char *near = scalar_near(got, words);
	size_t i, at = 0;

	if (near != NULL) {
		(void)snprintf(out, size, "; did you mean \"%s\"", near);
		return;
	}
	out[0] = '\0';
	for (i = 0; i < words->num && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%s",
		    i == 0 ? "; known: " : ", ", words->item[i]);
}
