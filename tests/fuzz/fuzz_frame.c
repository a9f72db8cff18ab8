/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of syslog, in pieces of the length that its first byte says, and byte
 * by byte: the same messages come out, none is too long, and as alarms they lie
 * within what came.
 */
#include <string.h>

#include "cluster/delivery.h"
#include "cluster/frame.h"
#include "tests/fuzz/fuzz.h"

struct result {
	struct buf all; /* messages, with a NUL behind each */
	size_t refused;
};

static void
check_part(struct bytes part, struct bytes text)
{
	FUZZ_CHECK(part.ptr == NULL ||
	    (part.ptr >= text.ptr &&
		part.ptr + part.len <= text.ptr + text.len));
}

static void
check_alarms(struct bytes text)
{
	struct bytes rest = text;
	struct delivery_alarm a;

	while (delivery_alarm_next(&rest, &a)) {
		FUZZ_CHECK(a.device.len > 0);
		FUZZ_CHECK(a.device.len <= DELIVERY_NAME_MAX);
		check_part(a.device, text);
		check_part(a.address, text);
		check_part(a.ctl, text);
		check_part(a.ctl_server, text);
		check_part(a.itl, text);
		check_part(a.itl_server, text);
		FUZZ_CHECK(delivery_status_text(a.status) != NULL);
	}
}

/* False at FRAME_BAD. */
static bool
drain(struct frame *f, struct result *r)
{
	enum frame_part part;
	struct bytes text;

	while ((part = frame_next(f, &text)) != FRAME_MORE) {
		if (part != FRAME_MESSAGE)
			r->refused++;
		if (part == FRAME_BAD)
			return false;
		if (part == FRAME_TOO_LONG)
			continue;
		FUZZ_CHECK(text.len <= SYSLOG_MESSAGE_MAX + 1);
		check_alarms(text);
		buf_put(&r->all, text);
		buf_u8(&r->all, 0);
	}
	return true;
}

static void
feed(struct bytes in, size_t step, struct result *r)
{
	struct frame *f = calloc(1, sizeof(*f));
	enum frame_part part;
	struct bytes text, piece;
	bool ok = f != NULL;
	size_t len, room;
	uint8_t *at;

	FUZZ_CHECK(ok);
	while (ok && in.len > 0) {
		at = frame_room(f, &room);
		FUZZ_CHECK(room > 0);
		len = in.len < step ? in.len : step;
		len = len < room ? len : room;
		FUZZ_CHECK(bytes_take(&in, len, &piece));
		memcpy(at, piece.ptr, len);
		frame_added(f, len);
		ok = drain(f, r);
	}
	if (ok) {
		part = frame_end(f, &text);
		FUZZ_CHECK(part != FRAME_TOO_LONG);
		if (part == FRAME_BAD)
			r->refused++;
		if (part == FRAME_MESSAGE)
			buf_put(&r->all, text);
	}
	free(f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct result a = { .refused = 0 }, b = { .refused = 0 };

	if (len < 1)
		return 0;
	feed(bytes_of(data + 1, len - 1), 1 + (size_t)data[0] * 40, &a);
	feed(bytes_of(data + 1, len - 1), 1, &b);
	FUZZ_CHECK(buf_ok(&a.all) && buf_ok(&b.all));
	FUZZ_CHECK(a.refused == b.refused);
	FUZZ_CHECK(bytes_equal(buf_bytes(&a.all), buf_bytes(&b.all)));
	buf_clear(&a.all);
	buf_clear(&b.all);
	return 0;
}
