/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second opinion: on every made case libctl and the twin, which share
 * nothing, see the same tags at the same places. What the twin's walk refuses
 * libctl refuses too; libctl refuses more (sizes, repeated tags, control
 * characters, how many tags), and those cases are listed here by name.
 */
#include "test.h"

#include "cases.h"
#include "ctl/ctl.h"
#include "lab/wire.h"

/* Clear to walk, but not to be accepted. */
static const char *const refused_by_us_only[] = {
	"/bad-duplicate-certificate/",
	"/bad-duplicate-signer/",
	"/bad-duplicate-tag-header/",
	"/bad-duplicate-tag-record/",
	"/bad-function-1-byte/",
	"/bad-list-as-signed-leftover/",
	"/bad-name-escape/",
	"/bad-name-nul/",
	"/bad-pad-bytes/",
	"/bad-tags-257/",
};

static bool
is_refused_by_us_only(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(refused_by_us_only) / sizeof(char *); i++)
		if (strstr(path, refused_by_us_only[i]) != NULL)
			return true;
	return false;
}

/* Compares NUM fields of ours with the twin's from *NEXT on. */
static void
compare(const struct ctl_field *ours, size_t num, size_t space,
    const struct wire_list *twin, size_t *next)
{
	const struct wire_tlv *t;
	size_t i;

	for (i = 0; i < num; i++) {
		assert_in_range(*next, 0, twin->num - 1);
		t = &twin->item[(*next)++];
		assert_int_equal(t->space, space);
		assert_int_equal(t->offset, ours[i].offset);
		assert_int_equal(t->tag, ours[i].tag);
		assert_int_equal(t->depth, ours[i].depth);
		assert_int_equal(t->length, ours[i].value.len);
		assert_true(bytes_equal(t->value, ours[i].value));
	}
}

static void
compare_file(const struct ctl_file *f, const struct wire_list *twin)
{
	const struct ctl_header *h = ctl_header(f);
	const struct ctl_record *r;
	size_t i, next = 0;

	compare(h->fields, h->num_fields, 0, twin, &next);
	for (i = 0; i < h->num_pads; i++)
		assert_int_equal(twin->item[next++].tag, WIRE_PAD);
	for (i = 1; i <= ctl_num_records(f); i++) {
		r = ctl_record(f, i);
		compare(r->fields, r->num_fields, i, twin, &next);
	}
	assert_int_equal(next, twin->num);
	assert_int_equal(ctl_num_records(f), twin->num_records);
	assert_true(bytes_equal(ctl_payload(f), twin->payload));
}

static void
compare_readers(const char *path)
{
	struct wire_list twin = { 0 };
	struct ctl_file *f = NULL;
	struct buf bytes = { 0 };
	struct diag d, twin_d;
	enum err ours, his;

	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &bytes, &d), ERR_OK);
	ours = ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, &d);
	his = wire_read(buf_bytes(&bytes),
	    f != NULL && ctl_is_list(f) ? WIRE_RECORDS : WIRE_BY_NAME, &twin,
	    &twin_d);
	if (is_refused_by_us_only(path))
		assert_true(ours != ERR_OK && his == ERR_OK);
	else if ((ours == ERR_OK) != (his == ERR_OK))
		fail_msg("%s: libctl: %s; the twin: %s", path,
		    ours == ERR_OK ? "accepts" : d.msg,
		    his == ERR_OK ? "accepts" : twin_d.msg);
	else if (ours == ERR_OK)
		compare_file(f, &twin);
	wire_list_clear(&twin);
	ctl_free(&f);
	buf_clear(&bytes);
}

static void
test_every_case(void **state)
{
	const char *cases = getenv("CASES");
	char pattern[512];
	glob_t found;
	size_t i, n = 0;

	assert_non_null(cases);
	(void)snprintf(pattern, sizeof(pattern), "%s/*/*", cases);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++)
		if (!case_is_cert(found.gl_pathv[i])) {
			compare_readers(found.gl_pathv[i]);
			n++;
		}
	globfree(&found);
	print_message("%zu cases\n", n);
	assert_true(n >= 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_case),
	};

	return test_run(tests);
}
