/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <time.h>

/* Characters that would move or hide what stands beside them: formatting,
 * zero-width, line-separating and direction-changing ones (Unicode 15, the
 * Cf, Zl and Zp that a terminal acts on). */
static const struct {
	uint32_t first;
	uint32_t last;
} unsafe[] = {
	{ 0x0000, 0x001f },  /* C0 */
	{ 0x007f, 0x009f },  /* DEL, C1 */
	{ 0x00ad, 0x00ad },  /* soft hyphen */
	{ 0x061c, 0x061c },  /* Arabic letter mark */
	{ 0x180e, 0x180e },  /* Mongolian vowel separator */
	{ 0x200b, 0x200f },  /* zero width, LRM, RLM */
	{ 0x2028, 0x202e },  /* separators, embeddings, overrides */
	{ 0x2060, 0x206f },  /* joiners, isolates */
	{ 0xfe00, 0xfe0f },  /* variation selectors */
	{ 0xfeff, 0xfeff },  /* byte order mark */
	{ 0xfff9, 0xfffb },  /* interlinear annotation */
	{ 0xe0000, 0xe01ef } /* tags, more selectors */
};

static bool
is_unsafe(uint32_t c)
{
	size_t i;

	for (i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		if (c >= unsafe[i].first && c <= unsafe[i].last)
			return true;
	return false;
}

/* Length of the sequence that LEAD starts, 0 where it starts none. */
static size_t
utf8_length(uint8_t lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 4;
	return 0;
}

/* Moves one character from CUR to RET and returns true; false where its
 * first byte starts no well-formed sequence. */
static bool
take_char(struct bytes *cur, struct bytes *ret, uint32_t *ret_char)
{
	static const uint8_t lead_mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, n = utf8_length(cur->ptr[0]);
	uint32_t c;

	if (n == 0 || n > cur->len)
		return false;
	c = cur->ptr[0] & lead_mask[n];
	for (i = 1; i < n; i++) {
		if ((cur->ptr[i] & 0xc0) != 0x80)
			return false;
		c = c << 6 | (cur->ptr[i] & 0x3f);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return false;
	*ret_char = c;
	return bytes_take(cur, n, ret);
}

bool
text_is_utf8(struct bytes in)
{
	struct bytes one;
	uint32_t c;

	while (in.len > 0)
		if (!take_char(&in, &one, &c))
			return false;
	return true;
}

static void
put_escaped(struct buf *out, struct bytes in)
{
	size_t i;

	for (i = 0; i < in.len; i++)
		buf_printf(out, "\\x%02x", in.ptr[i]);
}

/* How many printable ASCII characters IN begins with: most of what there is.
 */
static size_t
plain_len(struct bytes in)
{
	size_t n = 0;

	while (n < in.len && in.ptr[n] >= 0x20 && in.ptr[n] < 0x7f)
		n++;
	return n;
}

void
text_put_safe(struct buf *out, struct bytes in)
{
	struct bytes one;
	uint32_t c;

	while (in.len > 0) {
		if (bytes_take(&in, plain_len(in), &one))
			buf_put(out, one);
		if (in.len == 0)
			break;
		if (take_char(&in, &one, &c)) {
			if (is_unsafe(c))
				put_escaped(out, one);
			else
				buf_put(out, one);
		} else if (bytes_take(&in, 1, &one)) {
			put_escaped(out, one);
		}
	}
}

void
text_put_utf8(struct buf *out, struct bytes in)
{
	struct bytes one;
	uint32_t c;

	while (in.len > 0) {
		if (take_char(&in, &one, &c))
			buf_put(out, one);
		else if (bytes_take(&in, 1, &one))
			buf_str(out, "\xef\xbf\xbd");
	}
}

int
text_hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

void
text_put_hex(struct buf *out, struct bytes in, const char *sep,
    enum text_hex letters)
{
	const char *digits = letters == TEXT_UPPER ? "0123456789ABCDEF"
						   : "0123456789abcdef";
	size_t i;

	for (i = 0; i < in.len; i++) {
		if (i > 0)
			buf_str(out, sep);
		buf_u8(out, (uint8_t)digits[in.ptr[i] >> 4]);
		buf_u8(out, (uint8_t)digits[in.ptr[i] & 0x0f]);
	}
}

void
text_put_rfc3339(struct buf *out, int64_t t)
{
	time_t when = (time_t)t;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL) {
		buf_printf(out, "%lld", (long long)t);
		return;
	}
	buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void
text_put_date(struct buf *out, int64_t t)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t when = (time_t)t;
	struct tm tm;

	if (localtime_r(&when, &tm) == NULL) {
		buf_printf(out, "%lld", (long long)t);
		return;
	}
	buf_printf(out, "%s %s %02d %02d:%02d:%02d %s %d", days[tm.tm_wday],
	    months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
	    tm.tm_zone, tm.tm_year + 1900);
}
