/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/alarm.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY ((int64_t)24 * 60 * 60)
#define MARK "%UC_CERT-"
#define LINE_MAX_LEN 4096 /* of what belongs to one alarm */
#define BEFORE_MAX 64     /* where its time is looked for, before it */
#define DATE_MAX 64
#define YEARS 40 /* in these a date falls on every day of the week */

static const struct {
	const char *name;
	bool ended;
} kinds[] = {
#define ALARM_ROW(id, name, ended) { name, ended },
	ALARM_KINDS(ALARM_ROW)
#undef ALARM_ROW
};
#define NUM_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const weekdays[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
	"Fri", "Sat" };

static int
index_of(const char *word, const char *const *words, int num)
{
	int i;

	for (i = 0; i < num; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

/* ---- Where it stands --------------------------------------------------------- */

/* Where WORD begins in TEXT, or NULL. */
static const uint8_t *
find(struct bytes text, const char *word)
{
	return text.len == 0 ? NULL
			     : memmem(text.ptr, text.len, word, strlen(word));
}

static struct bytes
until(struct bytes text, const uint8_t *end)
{
	return end == NULL ? text
			   : bytes_of(text.ptr, (size_t)(end - text.ptr));
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct bytes
trimmed(struct bytes text)
{
	while (text.len > 0 && is_blank(text.ptr[0]))
		text = bytes_of(text.ptr + 1, text.len - 1);
	while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

/* What stands behind KEY in TEXT, up to END; {NULL, 0} where KEY is not
 * there. */
static struct bytes
value_of(struct bytes text, const char *key, const char *end)
{
	const uint8_t *at = find(text, key);
	size_t skip;

	if (at == NULL)
		return bytes_of(NULL, 0);
	skip = (size_t)(at - text.ptr) + strlen(key);
	text = bytes_of(text.ptr + skip, text.len - skip);
	return trimmed(until(text, find(text, end)));
}

/* What belongs to the alarm that begins at TEXT: its line, less what follows
 * the mark of another. */
static struct bytes
body_of(struct bytes text)
{
	struct bytes rest;

	if (text.len > LINE_MAX_LEN)
		text.len = LINE_MAX_LEN;
	text = until(text, find(text, "\n"));
	rest = bytes_of(text.ptr + strlen(MARK), text.len - strlen(MARK));
	return until(text, find(rest, "%UC_"));
}

/* ---- When it was raised --------------------------------------------------------- */

/* Reads "Jun 19 2019 10:00:00" at LINE. */
static bool
read_raised(const char *line, int64_t *ret)
{
	struct tm tm = { .tm_sec = 0 };
	char month[4];
	int year;

	/* widths bound the numbers, timegm() takes any */
	if (sscanf(line, /* NOLINT(cert-err34-c) */
		"%3s %2d %4d %2d:%2d:%2d", month, &tm.tm_mday, &year,
		&tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6 ||
	    year < 1970)
		return false;
	tm.tm_mon = index_of(month, months, 12);
	if (tm.tm_mon < 0)
		return false;
	tm.tm_year = year - 1900;
	*ret = (int64_t)timegm(&tm);
	return true;
}

/* The last such time in what stands before the mark. */
static bool
find_raised(struct bytes before, int64_t *ret)
{
	char line[BEFORE_MAX + 1];
	size_t i;

	if (before.len > BEFORE_MAX)
		before = bytes_of(before.ptr + before.len - BEFORE_MAX,
		    BEFORE_MAX);
	if (before.len > 0)
		memcpy(line, before.ptr, before.len);
	for (i = 0; i < before.len; i++) /* it would end there */
		if (line[i] == '\0')
			line[i] = '?';
	line[before.len] = '\0';
	for (i = before.len; i > 0; i--)
		if (isupper((unsigned char)line[i - 1]) &&
		    read_raised(line + i - 1, ret))
			return true;
	return false;
}

/* ---- The alarm ----------------------------------------------------------------------- */

static enum alarm_kind
kind_of(struct bytes name)
{
	size_t i;

	for (i = 0; i < NUM_KINDS; i++)
		if (bytes_equal(name, bytes_of_str(kinds[i].name)))
			return (enum alarm_kind)i;
	return ALARM_OTHER;
}

/* "CertExpired" of "%UC_CERT-0-CertExpired: ...". */
static struct bytes
name_in(struct bytes body)
{
	size_t skip = strlen(MARK), len = 0;

	while (skip < body.len && isdigit(body.ptr[skip]))
		skip++;
	if (skip < body.len && body.ptr[skip] == '-')
		skip++;
	while (skip + len < body.len && isalnum(body.ptr[skip + len]))
		len++;
	return bytes_of(body.ptr + skip, len);
}

static bool
read_alarm(struct bytes body, struct alarm *ret)
{
	struct alarm a = { .name = name_in(body) };

	a.expiration = value_of(body, "Expiration:", "]");
	if (a.expiration.ptr == NULL || a.name.len == 0)
		return false;
	while (a.expiration.len > 0 &&
	    a.expiration.ptr[a.expiration.len - 1] == '/')
		a.expiration = trimmed(
		    bytes_of(a.expiration.ptr, a.expiration.len - 1));
	a.kind = kind_of(a.name);
	a.cert = value_of(body, "Certificate name:", " Unit:");
	a.unit = value_of(body, " Unit:", " Type:");
	a.type = value_of(body, " Type:", " Expiration:");
	a.node = value_of(body, "[NodeID=", "]");
	*ret = a;
	return true;
}

bool
alarm_next(struct bytes *cur, struct alarm *ret)
{
	const uint8_t *at, *begin = cur->ptr;
	struct bytes body;
	size_t skip;

	while ((at = find(*cur, MARK)) != NULL) {
		skip = (size_t)(at - cur->ptr);
		body = body_of(bytes_of(at, cur->len - skip));
		/* the time of the next one may stand in what is left */
		skip += strlen(MARK);
		*cur = bytes_of(cur->ptr + skip, cur->len - skip);
		if (!read_alarm(body, ret))
			continue;
		ret->has_raised = find_raised(
		    bytes_of(begin, (size_t)(at - begin)), &ret->raised);
		return true;
	}
	*cur = bytes_of(cur->ptr, 0);
	return false;
}

bool
alarm_is_over(const struct alarm *a)
{
	return a->kind < ALARM_OTHER && kinds[a->kind].ended;
}

/* ---- Its date -------------------------------------------------------------------------- */

/* What a date says; year and weekday -1 where they are missing. */
struct date {
	struct tm tm;
	int year, weekday;
};

/* A number of four digits at the end of TEXT. */
static int
year_in(const char *text)
{
	size_t len = strlen(text), i;
	int year = 0;

	while (len > 0 && text[len - 1] == ' ')
		len--;
	if (len < 5 || text[len - 5] != ' ')
		return -1;
	for (i = len - 4; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return -1;
		year = year * 10 + text[i] - '0';
	}
	return year;
}

/* Reads "Sun Mar 26 12:30:59:000 CES", or with the year behind it. */
static bool
read_date(struct bytes text, struct date *ret)
{
	struct date date = { .year = -1 };
	char line[DATE_MAX], weekday[4], month[4];

	if (text.len == 0 || text.len >= sizeof(line) ||
	    memchr(text.ptr, 0, text.len) != NULL)
		return false;
	memcpy(line, text.ptr, text.len);
	line[text.len] = '\0';
	if (sscanf(line, /* NOLINT(cert-err34-c) */
		"%3s %3s %2d %2d:%2d:%2d", weekday, month, &date.tm.tm_mday,
		&date.tm.tm_hour, &date.tm.tm_min, &date.tm.tm_sec) != 6)
		return false;
	date.weekday = index_of(weekday, weekdays, 7);
	date.tm.tm_mon = index_of(month, months, 12);
	if (date.weekday < 0 || date.tm.tm_mon < 0 || date.tm.tm_mday < 1)
		return false;
	date.year = year_in(line);
	*ret = date;
	return true;
}

/* That date in YEAR; false where the year has no such day, or it falls on
 * another day of the week. */
static bool
in_year(const struct date *date, int year, int64_t *ret)
{
	struct tm tm = date->tm;
	int64_t t;

	tm.tm_year = year - 1900;
	t = (int64_t)timegm(&tm);
	if (tm.tm_mon != date->tm.tm_mon || tm.tm_wday != date->weekday)
		return false;
	*ret = t;
	return true;
}

/* Zones differ by up to 14 hours: a day more or less is the same. */
static bool
deduce(const struct date *date, const struct alarm *a, int64_t now,
    int64_t *ret)
{
	int64_t from = a->has_raised ? a->raised : now;
	time_t seconds = (time_t)from;
	bool over = alarm_is_over(a);
	struct tm tm;
	int i, year;

	if (gmtime_r(&seconds, &tm) == NULL)
		return false;
	year = tm.tm_year + 1900 + (over ? 1 : -1);
	for (i = 0; i < YEARS; i++, year += over ? -1 : 1)
		if (in_year(date, year, ret) &&
		    (over ? *ret <= from + DAY : *ret >= from - DAY))
			return true;
	return false;
}

bool
alarm_until(const struct alarm *a, int64_t now, int64_t *ret, bool *ret_deduced)
{
	struct date date;
	int64_t t = 0;

	if (!read_date(a->expiration, &date))
		return false;
	if (date.year >= 0 ? !in_year(&date, date.year, &t)
			   : !deduce(&date, a, now, &t))
		return false;
	*ret = t;
	*ret_deduced = date.year < 0;
	return true;
}
