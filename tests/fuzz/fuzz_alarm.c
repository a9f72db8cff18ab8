/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alarms of the certificate monitor: what is found lies within the text, dates
 * are dates, the end comes; and what of it goes into a calendar keeps to its
 * lines.
 */
#include "cli/ical.h"
#include "pki/alarm.h"
#include "tests/fuzz/fuzz.h"

#define NOW INT64_C(1793491200)
#define CENTURY (INT64_C(366) * 24 * 60 * 60 * 100)

static void
check_within(struct bytes part, const uint8_t *data, size_t len)
{
	FUZZ_CHECK(part.ptr == NULL ||
	    (part.ptr >= data && part.ptr + part.len <= data + len));
	FUZZ_CHECK(part.len <= 4096);
}

static void
check_lines(struct bytes text)
{
	struct buf out = { 0 };
	size_t i, at = 0;

	ical_text(&out, "SUMMARY", text);
	FUZZ_CHECK(buf_ok(&out) && out.len > 2);
	for (i = 0; i < out.len; i++) {
		FUZZ_CHECK(out.ptr[i] >= 0x20 || out.ptr[i] == '\r' ||
		    out.ptr[i] == '\n');
		FUZZ_CHECK(
		    (out.ptr[i] == '\n') == (i > 0 && out.ptr[i - 1] == '\r'));
		if (out.ptr[i] != '\n')
			continue;
		FUZZ_CHECK(i + 1 - at <= 77);
		at = i + 1;
		FUZZ_CHECK(at == out.len || out.ptr[at] == ' ');
	}
	FUZZ_CHECK(at == out.len);
	buf_clear(&out);
}

static void
check_alarm(const struct alarm *a, const uint8_t *data, size_t len)
{
	bool deduced = false;
	int64_t t = 0;

	check_within(a->name, data, len);
	check_within(a->cert, data, len);
	check_within(a->unit, data, len);
	check_within(a->type, data, len);
	check_within(a->node, data, len);
	check_within(a->expiration, data, len);
	FUZZ_CHECK(a->name.len > 0 && a->expiration.ptr != NULL);
	check_lines(a->cert);
	if (!alarm_until(a, NOW, &t, &deduced) || !deduced)
		return;
	t -= a->has_raised ? a->raised : NOW;
	FUZZ_CHECK(t < CENTURY && t > -CENTURY);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes cur = bytes_of(data, len), before;
	struct alarm a;

	for (;;) {
		before = cur;
		if (!alarm_next(&cur, &a))
			break;
		FUZZ_CHECK(cur.len < before.len);
		check_alarm(&a, data, len);
	}
	FUZZ_CHECK(cur.len == 0);
	check_lines(bytes_of(data, len));
	return 0;
}
