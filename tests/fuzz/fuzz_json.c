/* SPDX-License-Identifier: Apache-2.0 */
/* `show --json`: whatever the file holds, the document is ASCII, parses, and
 * says the same when it is written again. */
#include "cli/json.h"
#include "data/json.h"
#include "tests/fuzz/fuzz.h"

static void
check_json(const struct buf *out)
{
	struct buf again = { 0 };
	json_error_t error;
	json_t *read;
	size_t i;

	for (i = 0; i < out->len; i++)
		FUZZ_CHECK(out->ptr[i] < 0x7f &&
		    (out->ptr[i] >= 0x20 || out->ptr[i] == '\n'));
	read = json_loadb((const char *)out->ptr, out->len,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	FUZZ_CHECK(read != NULL);
	FUZZ_CHECK(doc_json_dump(read, &again, NULL) == ERR_OK);
	FUZZ_CHECK(bytes_equal(buf_bytes(&again), buf_bytes(out)));
	buf_clear(&again);
	json_decref(read);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	struct records all = { .num = 0 };
	struct input in = { .path = "x", .loaded = true };
	struct buf out = { 0 };
	json_t *json;

	if (ctl_parse(bytes_of(data, len), CTL_KIND_AUTO, &in.file, NULL) !=
	    ERR_OK)
		return 0;
	FUZZ_CHECK(ctl_verify(in.file, &self, &in.verdict, NULL) == ERR_OK);
	json = json_of_show(&in, &all);
	FUZZ_CHECK(json != NULL);
	FUZZ_CHECK(doc_json_dump(json, &out, NULL) == ERR_OK);
	check_json(&out);
	json_decref(json);
	buf_clear(&out);
	ctl_free(&in.file);
	return 0;
}
