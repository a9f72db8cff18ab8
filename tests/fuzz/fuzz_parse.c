/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libctl: whatever the parser accepts is written again byte for byte, and no
 * field points out of the file; what it refuses it says why.
 */
#include "ctl/ctl.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
check_field(struct bytes raw, const struct ctl_field *field)
{
	FUZZ_CHECK(field->offset < raw.len);
	FUZZ_CHECK(field->tag == raw.ptr[field->offset]);
	if (field->value.len == 0)
		return;
	FUZZ_CHECK(field->value.ptr > raw.ptr + field->offset);
	FUZZ_CHECK(field->value.ptr + field->value.len <= raw.ptr + raw.len);
}

static void
check_fields(const struct ctl_file *f)
{
	const struct ctl_header *h = ctl_header(f);
	const struct ctl_record *r;
	size_t i, k;

	for (i = 0; i < h->num_fields; i++)
		check_field(ctl_raw(f), &h->fields[i]);
	for (i = 1; i <= ctl_num_records(f); i++) {
		r = ctl_record(f, i);
		FUZZ_CHECK(r != NULL);
		for (k = 0; k < r->num_fields; k++)
			check_field(ctl_raw(f), &r->fields[k]);
	}
	FUZZ_CHECK(ctl_record(f, 0) == NULL);
	FUZZ_CHECK(ctl_record(f, ctl_num_records(f) + 1) == NULL);
}

static void
check_emit(const struct ctl_file *f, struct bytes in)
{
	struct buf out = { 0 };
	struct bytes parts[2];

	FUZZ_CHECK(ctl_emit(f, &out, NULL) == ERR_OK);
	FUZZ_CHECK(bytes_equal(buf_bytes(&out), in));
	buf_clear(&out);
	ctl_preimage(f, parts);
	FUZZ_CHECK(parts[0].len + parts[1].len <= in.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes in = bytes_of(data, len);
	struct ctl_file *f = NULL;
	struct diag d;
	enum err e;

	diag_init(&d);
	e = ctl_parse(in, CTL_KIND_AUTO, &f, &d);
	if (e != ERR_OK) {
		FUZZ_CHECK(f == NULL);
		FUZZ_CHECK(d.code == e && d.msg[0] != '\0');
		FUZZ_CHECK(d.offset == DIAG_NOWHERE || d.offset <= len);
		return 0;
	}
	check_fields(f);
	check_emit(f, in);
	ctl_free(&f);
	FUZZ_CHECK(f == NULL);
	return 0;
}
