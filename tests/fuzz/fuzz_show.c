/* SPDX-License-Identifier: Apache-2.0 */
/* `show --long --hex`: no byte of a file reaches a terminal unescaped. */
#include "base/text.h"
#include "cli/show_long.h"
#include "ctl/ctl.h"
#include "tests/fuzz/fuzz.h"

static void
check_text(const struct buf *out)
{
	size_t i;

	FUZZ_CHECK(buf_ok(out));
	FUZZ_CHECK(text_is_utf8(buf_bytes(out)));
	for (i = 0; i < out->len; i++)
		FUZZ_CHECK((out->ptr[i] >= 0x20 && out->ptr[i] != 0x7f) ||
		    out->ptr[i] == '\t' || out->ptr[i] == '\n');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	struct ctl_text t = { .hex = len % 2 == 0 };
	struct ctl_file *f = NULL;
	struct ctl_verdict v;
	struct buf out = { 0 };
	size_t i;

	if (ctl_parse(bytes_of(data, len), CTL_KIND_AUTO, &f, NULL) != ERR_OK)
		return 0;
	FUZZ_CHECK(ctl_verify(f, &self, &v, NULL) == ERR_OK);
	t.file = f;
	t.verdict = &v;
	FUZZ_CHECK(ctl_text_head(&t, &out, NULL) == ERR_OK);
	FUZZ_CHECK(show_long_head(f, &out, NULL) == ERR_OK);
	for (i = 1; i <= ctl_num_records(f); i++) {
		FUZZ_CHECK(ctl_text_record(&t, i, &out, NULL) == ERR_OK);
		FUZZ_CHECK(show_long_record(f, i, &out, NULL) == ERR_OK);
	}
	FUZZ_CHECK(ctl_text_tail(&t, &out, NULL) == ERR_OK);
	check_text(&out);
	buf_clear(&out);
	ctl_free(&f);
	return 0;
}
