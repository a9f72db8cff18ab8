/* SPDX-License-Identifier: Apache-2.0 */
/* The text of DeviceTLInfo. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cluster/delivery.h"

#define ALARM "DeviceTLInfo"
#define TIME_MAX 96 /* where its time is looked for, before it */

/* Numbers, what they say, whether the list was refused. */
static const struct {
	const char *text;
	bool refuses;
} statuses[] = {
	[0] = { "no failure", false },
	[1] = { "the trust list was taken", false },
	[2] = { "the first CTL was taken", false },
	[3] = { "the first ITL was taken", false },
	[4] = { "the first CTL and ITL were taken", false },
	[5] = { "the new CTL was refused, the old one kept", true },
	[6] = { "there is no trust list, and none was taken", false },
	[7] = { "the trust list was refused", true },
	[8] = { "the new ITL was refused, the old one kept", true },
	[9] = { "the new lists were refused, the old ones kept", true },
};

#define NUM_STATUSES (sizeof(statuses) / sizeof(statuses[0]))

/* A number that is none of these is no success that anybody documented. */
const char *
delivery_status_text(unsigned status)
{
	return status < NUM_STATUSES ? statuses[status].text
				     : "a status that is not known";
}

bool
delivery_status_refuses(unsigned status)
{
	return status < NUM_STATUSES && statuses[status].refuses;
}

/* ---- Fields -------------------------------------------------------------------------- */

static const uint8_t *
find(struct bytes text, const char *word)
{
	return text.len == 0 ? NULL
			     : memmem(text.ptr, text.len, word, strlen(word));
}

static struct bytes
from(struct bytes text, const uint8_t *at)
{
	return bytes_of(at, text.len - (size_t)(at - text.ptr));
}

static struct bytes
trimmed(struct bytes text)
{
	while (text.len > 0 && isspace(text.ptr[0]))
		text = bytes_of(text.ptr + 1, text.len - 1);
	while (text.len > 0 && isspace(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

/* What stands between BEGIN and END, where both are there. */
static struct bytes
between(struct bytes text, const char *begin, const char *end)
{
	const uint8_t *at = find(text, begin);
	const uint8_t *stop;

	if (at == NULL)
		return bytes_of(NULL, 0);
	text = from(text, at + strlen(begin));
	stop = find(text, end);
	if (stop == NULL)
		return bytes_of(NULL, 0);
	return trimmed(bytes_of(text.ptr, (size_t)(stop - text.ptr)));
}

/* [KEY=VALUE], or <String name="KEY">VALUE</String>. */
static struct bytes
field(struct bytes text, const char *key)
{
	char begin[64];
	struct bytes ret;

	(void)snprintf(begin, sizeof(begin), "[%s=", key);
	ret = between(text, begin, "]");
	if (ret.ptr != NULL)
		return ret;
	(void)snprintf(begin, sizeof(begin), "name=\"%s\">", key);
	return between(text, begin, "<");
}

/* The first of KEYS (NULL ends them) that has a value. */
static struct bytes
first_field(struct bytes text, const char *const *keys)
{
	struct bytes ret;

	for (; *keys != NULL; keys++) {
		ret = field(text, *keys);
		if (ret.len > 0)
			return ret;
	}
	return bytes_of(NULL, 0);
}

static bool
is_name(struct bytes name)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if (!isalnum(name.ptr[i]) &&
		    (name.ptr[i] == '\0' ||
			strchr("._-@", name.ptr[i]) == NULL))
			return false;
	return name.len > 0 && name.len <= DELIVERY_NAME_MAX;
}

/* "5", or "5 - TL_FAILED_OLD_CTL". What is no number is no success either. */
static unsigned
read_status(struct bytes text)
{
	unsigned value = 0;
	size_t i;

	if (text.len == 0)
		return 0;
	for (i = 0; i < text.len && isdigit(text.ptr[i]); i++)
		if (value < 1000)
			value = value * 10 + text.ptr[i] - '0';
	return i == 0 ? 1000 : value;
}

/* ---- When -------------------------------------------------------------------------------- */

/* "Jul 02 2015 06:22:31.123 UTC" at LINE. Another zone's letters mean several
 * zones. */
static bool
read_time(const char *line, int64_t *ret)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm = { .tm_sec = 0 };
	char month[4] = "", zone[4] = "";
	const char *at;
	int year, used = 0;

	/* widths bound the numbers, timegm() takes any */
	if (sscanf(line, /* NOLINT(cert-err34-c) */
		"%3[A-Za-z] %2d %4d %2d:%2d:%2d%n", month, &tm.tm_mday, &year,
		&tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 6)
		return false;
	line += used;
	line += strspn(line, ".0123456789");
	if (sscanf(line, " %3[A-Z]", zone) != 1 ||
	    (strcmp(zone, "UTC") != 0 && strcmp(zone, "GMT") != 0))
		return false;
	at = strstr(months, month);
	if (at == NULL || strlen(month) != 3 || (at - months) % 3 != 0 ||
	    year < 1970)
		return false;
	tm.tm_mon = (int)(at - months) / 3;
	tm.tm_year = year - 1900;
	*ret = (int64_t)timegm(&tm);
	return true;
}

/* The last such time in what stands before the alarm. */
static bool
find_time(struct bytes before, int64_t *ret)
{
	char line[TIME_MAX + 1];
	size_t i;

	if (before.len > TIME_MAX)
		before = bytes_of(before.ptr + before.len - TIME_MAX, TIME_MAX);
	for (i = 0; i < before.len; i++) /* a NUL would end it */
		line[i] = (char)(before.ptr[i] == 0 ? '?' : before.ptr[i]);
	line[before.len] = '\0';
	for (i = before.len; i > 0; i--)
		if (isupper((unsigned char)line[i - 1]) &&
		    read_time(line + i - 1, ret))
			return true;
	return false;
}

/* ---- The alarm --------------------------------------------------------------------------- */

/* The name of the alarm as such: behind "%UC_PHONE-6-", or in the XML. */
static const uint8_t *
find_alarm(struct bytes text)
{
	struct bytes rest = text;
	const uint8_t *at;

	while ((at = find(rest, ALARM)) != NULL) {
		if (at > text.ptr && (at[-1] == '-' || at[-1] == '"'))
			return at;
		rest = from(rest, at + strlen(ALARM));
	}
	return NULL;
}

/* What stands from AT on, as far as another alarm of the same message: what this one
 * lacks is not taken from there. */
static struct bytes
of_one(struct bytes text, const uint8_t *at)
{
	struct bytes body = from(text, at);
	const uint8_t *next = find_alarm(from(text, at + strlen(ALARM)));

	return next == NULL ? body
			    : bytes_of(body.ptr, (size_t)(next - body.ptr));
}

/* BODY begins with the alarm's name; false: it names no device. */
static bool
read_body(struct bytes body, struct delivery_alarm *ret)
{
	static const char *const addresses[] = { "IPv4Address", "IPV4Address",
		"IPv4", "IPAddress", "IPv6Address", "IPV6Address", "IPv6",
		NULL };
	struct delivery_alarm a = { .device = field(body, "DeviceName") };

	if (!is_name(a.device))
		return false;
	a.address = first_field(body, addresses);
	a.ctl = field(body, "CTL_Signature");
	a.ctl_server = field(body, "CTL_TFTP_Server");
	a.itl = field(body, "ITL_Signature");
	a.itl_server = field(body, "ITL_TFTP_Server");
	a.status = read_status(field(body, "StatusCode"));
	*ret = a;
	return true;
}

bool
delivery_alarm_next(struct bytes *text, struct delivery_alarm *ret)
{
	struct bytes before, body;
	const uint8_t *at;

	while ((at = find_alarm(*text)) != NULL) {
		before = bytes_of(text->ptr, (size_t)(at - text->ptr));
		body = of_one(*text, at);
		*text = from(*text, at + strlen(ALARM));
		if (!read_body(body, ret))
			continue;
		ret->has_raised = find_time(before, &ret->raised);
		return true;
	}
	return false;
}
