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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf out = { 0 };
	struct diag d;
	size_t i, j;
	enum err e;

	for (i = 0; i < ALL_NUM; i++) {
		diag_init(&d);
		e = all_readers[i].read(bytes_of(data, len), &out, &d);
		FUZZ_CHECK(buf_ok(&out));
		if (e != ERR_OK) {
			check_error(e, &d, len);
			FUZZ_CHECK(out.len == 0);
		}
		for (j = 0; is_typed(&all_readers[i]) && j < out.len; j++)
			FUZZ_CHECK(out.ptr[j] == '\n' || out.ptr[j] >= ' ');
		buf_clear(&out);
	}
	return 0;
}
