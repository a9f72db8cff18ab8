/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/frame.h"

#include <ctype.h>
#include <string.h>

/* What the messages so far were made of goes. Only when more is read: once a
 * message it would be thousands of times for what came at once. */
static void
settle(struct frame *f)
{
	f->len -= f->used;
	memmove(f->data, f->data + f->used, f->len);
	f->used = 0;
}

uint8_t *
frame_room(struct frame *f, size_t *ret_len)
{
	settle(f);
	*ret_len = sizeof(f->data) - f->len;
	return f->data + f->len;
}

void
frame_added(struct frame *f, size_t len)
{
	f->len += len;
}

static const uint8_t *
rest(const struct frame *f, size_t *ret_len)
{
	*ret_len = f->len - f->used;
	return f->data + f->used;
}

/* "123 <13>...": the count stands before, and the message may hold anything. A
 * line that only begins with digits has no blank behind them. */
static bool
has_count(const struct frame *f, size_t *ret_head, size_t *ret_len)
{
	size_t i, have, len = 0;
	const uint8_t *data = rest(f, &have);

	if (have == 0 || data[0] < '1' || data[0] > '9')
		return false;
	for (i = 0; i < have && isdigit(data[i]); i++) {
		if (i == FRAME_COUNT_DIGITS)
			return false;
		len = len * 10 + data[i] - '0';
	}
	if (i < have && data[i] != ' ')
		return false;
	*ret_head = i + 1;
	*ret_len = len;
	return true;
}

static enum frame_part
take_counted(struct frame *f, size_t head, size_t len, struct bytes *ret)
{
	size_t have;
	const uint8_t *data = rest(f, &have);

	if (have < head)
		return FRAME_MORE;
	if (len > SYSLOG_MESSAGE_MAX)
		return FRAME_BAD;
	if (have - head < len)
		return FRAME_MORE;
	*ret = bytes_of(data + head, len);
	f->used += head + len;
	return FRAME_MESSAGE;
}

/* A line that is too long is told once, and skipped. */
static enum frame_part
take_line(struct frame *f, struct bytes *ret)
{
	size_t have;
	const uint8_t *data = rest(f, &have), *end = memchr(data, '\n', have);
	size_t len = end == NULL ? have : (size_t)(end - data) + 1;

	if (len > SYSLOG_MESSAGE_MAX + 1) {
		f->used += len;
		f->skipping = end == NULL;
		return FRAME_TOO_LONG;
	}
	if (end == NULL)
		return FRAME_MORE;
	f->used += len;
	*ret = bytes_of(data, len);
	return FRAME_MESSAGE;
}

static void
skip(struct frame *f)
{
	size_t have;
	const uint8_t *data = rest(f, &have), *end = memchr(data, '\n', have);

	f->used += end == NULL ? have : (size_t)(end - data) + 1;
	f->skipping = end == NULL;
}

enum frame_part
frame_next(struct frame *f, struct bytes *ret)
{
	size_t head = 0, len = 0;

	if (f->skipping)
		skip(f);
	if (f->len == f->used)
		return FRAME_MORE;
	if (has_count(f, &head, &len))
		return take_counted(f, head, len, ret);
	return take_line(f, ret);
}

enum frame_part
frame_end(struct frame *f, struct bytes *ret)
{
	size_t head, len;

	settle(f);
	if (f->len == 0 || f->skipping)
		return FRAME_MORE;
	if (has_count(f, &head, &len))
		return FRAME_BAD;
	*ret = bytes_of(f->data, f->len);
	f->used = f->len;
	return FRAME_MESSAGE;
}
