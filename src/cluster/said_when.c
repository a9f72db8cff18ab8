/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "cluster/said_parts.h"

#define NUM_WORDS 8

/* What the words of a date have said so far; -1: not yet. */
struct when {
	int day, month, year, hour, minute, second, half;
	bool has_zone, known;
	int offset; /* s east of UTC */
};

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const weekdays[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
	"Fri", "Sat" };

static bool
are_letters(struct bytes word)
{
	size_t i;

	for (i = 0; i < word.len; i++)
		if ((word.ptr[i] | 0x20) < 'a' || (word.ptr[i] | 0x20) > 'z')
			return false;
	return word.len > 0;
}

/* Which of NUM names WORD is, whole or with more letters; -1: none. */
static int
name_in(struct bytes word, const char *const *names, int num)
{
	int i;

	if (word.len > 0 && word.ptr[word.len - 1] == ',')
		word.len--;
	for (i = 0; are_letters(word) && i < num; i++)
		if (said_starts(word, names[i], NULL))
			return i;
	return -1;
}

/* N digits at AT of WORD. */
static bool
digits(struct bytes word, size_t at, size_t n, int *ret)
{
	int v = 0;
	size_t i;

	if (at + n > word.len)
		return false;
	for (i = at; i < at + n; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return false;
		v = v * 10 + (word.ptr[i] - '0');
	}
	*ret = v;
	return true;
}

static bool
take_time(struct bytes word, struct when *w)
{
	int h, m, s;

	if (word.len != 8 || word.ptr[2] != ':' || word.ptr[5] != ':' ||
	    !digits(word, 0, 2, &h) || !digits(word, 3, 2, &m) ||
	    !digits(word, 6, 2, &s) || h > 23 || m > 59 || s > 60 ||
	    w->hour >= 0)
		return false;
	w->hour = h;
	w->minute = m;
	w->second = s;
	return true;
}

/* -05, +0530 */
static bool
take_offset(struct bytes word, struct when *w)
{
	int h, m = 0;

	if (w->has_zone || (word.len != 3 && word.len != 5) ||
	    (word.ptr[0] != '+' && word.ptr[0] != '-') ||
	    !digits(word, 1, 2, &h) ||
	    (word.len == 5 && !digits(word, 3, 2, &m)) || h > 14 || m > 59)
		return false;
	w->offset = (h * 60 + m) * 60;
	if (word.ptr[0] == '-')
		w->offset = -w->offset;
	w->has_zone = w->known = true;
	return true;
}

static bool
take_half(struct bytes word, struct when *w)
{
	bool after = said_equals(word, "PM");

	if ((!after && !said_equals(word, "AM")) || w->half >= 0 ||
	    w->hour < 1 || w->hour > 12)
		return false;
	w->half = after;
	return true;
}

static bool
take_letters(struct bytes word, struct when *w)
{
	if (w->has_zone || w->hour < 0 || word.len > 6 || !are_letters(word))
		return false;
	w->has_zone = true;
	w->known = said_equals(word, "UTC") || said_equals(word, "GMT") ||
	    said_equals(word, "Z");
	return true;
}

/* A year of four digits, a day of one or two. */
static bool
take_number(struct bytes word, struct when *w)
{
	int n;

	if (word.len == 4 && w->year < 0 && digits(word, 0, 4, &n) &&
	    n >= 1970) {
		w->year = n;
		return true;
	}
	if ((word.len != 1 && word.len != 2) || w->day >= 0 ||
	    !digits(word, 0, word.len, &n) || n < 1 || n > 31)
		return false;
	w->day = n;
	return true;
}

static bool
take_month(struct bytes word, struct when *w)
{
	int n = name_in(word, months, 12);

	if (n < 0 || w->month >= 0)
		return false;
	w->month = n;
	return true;
}

static bool take_word(struct bytes word, struct when *w);

/* Nov,2004 */
static bool
take_pair(struct bytes word, struct when *w)
{
	const uint8_t *comma = memchr(word.ptr, ',', word.len);
	size_t len;

	if (comma == NULL)
		return false;
	len = (size_t)(comma - word.ptr);
	if (len == 0 || !take_word(bytes_of(word.ptr, len), w))
		return false;
	word = said_from(word, len + 1);
	return word.len == 0 || (take_month(word, w) || take_number(word, w));
}

static bool
take_word(struct bytes word, struct when *w)
{
	return take_month(word, w) || take_time(word, w) ||
	    take_offset(word, w) || take_half(word, w) || take_number(word, w);
}

static bool
is_whole(const struct when *w)
{
	return w->day > 0 && w->month >= 0 && w->year > 0 && w->hour >= 0;
}

/* Seconds of W; false where its month has no such day. */
static bool
seconds_of(const struct when *w, int64_t *ret)
{
	struct tm tm = { .tm_mday = w->day,
		.tm_mon = w->month,
		.tm_year = w->year - 1900,
		.tm_hour = w->hour,
		.tm_min = w->minute,
		.tm_sec = w->second };

	if (w->half >= 0)
		tm.tm_hour = w->hour % 12 + (w->half == 1 ? 12 : 0);
	*ret = (int64_t)timegm(&tm) - w->offset;
	return tm.tm_mon == w->month;
}

bool
said_when(const struct bytes *words, size_t num, int64_t *ret, bool *ret_known,
    size_t *ret_num)
{
	struct when w = { -1, -1, -1, -1, -1, -1, -1, false, false, 0 };
	int64_t t;
	size_t i = 0;

	if (num > 0 && name_in(words[0], weekdays, 7) >= 0)
		i++;
	for (; i < num && i < NUM_WORDS; i++) {
		/* letters behind a whole date are no zone of it, but for AM */
		if (words[i].len == 0 ||
		    (!take_word(words[i], &w) && !take_pair(words[i], &w) &&
			(is_whole(&w) || !take_letters(words[i], &w))))
			break;
	}
	if (!is_whole(&w) || !seconds_of(&w, &t))
		return false;
	*ret = t;
	*ret_known = w.known;
	*ret_num = i;
	return true;
}
