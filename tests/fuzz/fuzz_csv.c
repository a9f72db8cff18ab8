/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables: whatever is given is refused with a reason and a place, or read within
 * its limits; what was read is read again as the same once it is written in
 * quotes.
 */
#include <string.h>

#include "base/text.h"
#include "data/csv.h"
#include "tests/fuzz/fuzz.h"

enum {
	NAME,
	MODEL,
	NUM
};

static const struct csv_column columns[NUM] = {
	[NAME] = { "name", "device name", true },
	[MODEL] = { "model", NULL, false },
};

static void
put_quoted(struct buf *out, struct bytes field)
{
	size_t i;

	buf_str(out, "\"");
	for (i = 0; i < field.len; i++) {
		if (field.ptr[i] == '"')
			buf_u8(out, '"');
		buf_u8(out, field.ptr[i]);
	}
	buf_str(out, "\"");
}

static void
put_row(const struct csv *c, struct buf *out)
{
	size_t i;

	for (i = 0; i < NUM; i++) {
		FUZZ_CHECK(csv_field(c, i).len <= CSV_FIELD_MAX);
		FUZZ_CHECK(text_is_utf8(csv_field(c, i)));
		put_quoted(out, csv_field(c, i));
		buf_str(out, i + 1 < NUM ? "," : "\r\n");
	}
}

/* Reads IN and writes it as ours into OUT, which starts empty. */
static enum err
copy(struct bytes in, struct buf *out, struct diag *d)
{
	unsigned line = 0;
	struct csv *c = NULL;
	bool more = true;
	enum err e;

	buf_str(out, "name,model\n");
	e = csv_open(in, columns, NUM, &c, d);
	if (e != ERR_OK) {
		FUZZ_CHECK(c == NULL);
		return e;
	}
	FUZZ_CHECK(csv_has(c, NAME));
	for (;;) {
		e = csv_next(c, &more, d);
		if (e != ERR_OK || !more)
			break;
		FUZZ_CHECK(csv_line(c) > line);
		line = csv_line(c);
		put_row(c, out);
	}
	csv_free(&c);
	return e;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf once = { 0 }, twice = { 0 };
	struct diag d;
	enum err e;

	diag_init(&d);
	e = copy(bytes_of(data, len), &once, &d);
	if (e == ERR_OK) {
		struct buf again = { 0 };

		/* a row of columns that nobody wants is empty for us */
		FUZZ_CHECK(copy(buf_bytes(&once), &twice, &d) == ERR_OK);
		FUZZ_CHECK(copy(buf_bytes(&twice), &again, &d) == ERR_OK);
		FUZZ_CHECK(bytes_equal(buf_bytes(&twice), buf_bytes(&again)));
		buf_clear(&again);
	} else {
		FUZZ_CHECK(d.code == e && d.msg[0] != '\0');
		FUZZ_CHECK(e == ERR_SYNTAX || e == ERR_TOO_BIG);
		FUZZ_CHECK(e == ERR_TOO_BIG || d.line > 0);
	}
	buf_clear(&once);
	buf_clear(&twice);
	return 0;
}
