/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outputs of commands: every reader gets the text. What it makes of it has no
 * control characters but the ends of our own lines and those within values of
 * several lines, and an error is one of the documented ones.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/said_all.h"

static void
check_error(enum err e, const struct diag *d, size_t len)
{
	FUZZ_CHECK(e == d->code);
	FUZZ_CHECK(e == ERR_SYNTAX || e == ERR_TRUNCATED || e == ERR_TOO_BIG ||
	    e == ERR_ABSENT || e == ERR_UNSUPPORTED || e == ERR_POLICY);
	FUZZ_CHECK(d->line <= len + 1);
}

/* A table's values are cut out of the text and may have any bytes. */
static bool
is_typed(const struct all_reader *r)
{
	return strcmp(r->name, "rows") != 0 && strcmp(r->name, "csr") != 0;
}

static void
check_reader(const struct all_reader *r, struct bytes text)
{
	struct buf out = { 0 };
	struct diag d;
	size_t i;
	enum err e;

	diag_init(&d);
	e = r->read(text, &out, &d);
	FUZZ_CHECK(buf_ok(&out));
	if (e != ERR_OK) {
		check_error(e, &d, text.len);
		FUZZ_CHECK(out.len == 0);
	}
	for (i = 0; is_typed(r) && i < out.len; i++)
		FUZZ_CHECK(out.ptr[i] == '\n' || out.ptr[i] >= ' ');
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < ALL_NUM; i++)
		check_reader(&all_readers[i], bytes_of(data, len));
	return 0;
}
