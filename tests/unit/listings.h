/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of `show ctl` and what they say, for test programs. Include it after
 * test.h. */
#ifndef TESTS_UNIT_LISTINGS_H
#define TESTS_UNIT_LISTINGS_H

#include <glob.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "ctl/ctl.h"

/* The published texts: tests/listings/README.md. */
#define NUM_LISTINGS 13

static inline void
dump_name(const struct ctl_listed *r, unsigned tag, const char *key,
    struct buf *out)
{
	const struct ctl_row *row = ctl_row_find(r->rows, r->num_rows, tag);

	buf_printf(out, "\t%s=", key);
	if (row == NULL || row->text.ptr == NULL)
		buf_str(out, "-");
	else if (row->damaged)
		buf_str(out, "!");
	if (row != NULL)
		text_put_safe(out, row->text);
	buf_u8(out, '\n');
}

static inline void
dump_hex(struct bytes in, const char *key, struct buf *out)
{
	buf_printf(out, " %s=%s", key, in.ptr == NULL ? "-" : "");
	text_put_hex(out, in, "", TEXT_LOWER);
}

/* What L says of its records: number, role, mark, serial number and SHA-1, and
 * the names; "!" before a damaged one. */
static inline void
dump_records(const struct ctl_listing *l, struct buf *out)
{
	const struct ctl_listed *r;
	const struct ctl_row *serial;
	struct bytes none = { 0 };
	size_t i;

	for (i = 0; i < ctl_listing_num(l); i++) {
		r = ctl_listing_at(l, i);
		serial = ctl_row_find(r->rows, r->num_rows, CTL_REC_SERIAL);
		buf_printf(out, "%zu %s %s", r->index,
		    r->has_role ? ctl_role_name(r->role) : "-",
		    !r->has_mark       ? "-"
			: r->is_signer ? "signer"
				       : "not-signer");
		dump_hex(serial == NULL ? none : serial->data, "serial", out);
		dump_hex(r->sha1, "sha1", out);
		buf_u8(out, '\n');
		dump_name(r, CTL_REC_DNS_NAME, "dns", out);
		dump_name(r, CTL_REC_SUBJECT, "subject", out);
		dump_name(r, CTL_REC_ISSUER, "issuer", out);
	}
}

static inline struct ctl_listing *
listing_of(struct bytes in)
{
	struct ctl_listing *l = NULL;
	struct diag d;

	diag_init(&d);
	if (ctl_listing_read(in, &l, &d) != ERR_OK)
		fail_msg("line %u: %s", d.line, d.msg);
	assert_non_null(l);
	return l;
}

static inline void
put_listing(const struct ctl_listing *l, struct buf *out)
{
	assert_int_equal(ctl_listing_put(l, out, NULL), ERR_OK);
}

/* Puts it, "====", and its records: what tests/listings/NAME.out holds. */
static inline void
dump_all(const struct ctl_listing *l, struct buf *out)
{
	put_listing(l, out);
	buf_str(out, "====\n");
	dump_records(l, out);
}

/* Fails with the first line that differs. */
static inline void
assert_same_text(const char *what, struct buf *got, struct buf *expected)
{
	const char *a = buf_cstr(got), *b = buf_cstr(expected);
	size_t i, start = 0;

	assert_non_null(a);
	assert_non_null(b);
	for (i = 0; a[i] == b[i] && a[i] != '\0'; i++)
		if (a[i] == '\n')
			start = i + 1;
	if (a[i] != b[i])
		fail_msg("%s: got, and expected:\n%.200s\n----\n%.200s", what,
		    a + start, b + start);
}

/* Appends tests/listings/NAME. */
static inline void
listing_load(const char *name, struct buf *ret)
{
	const char *src = getenv("SRC");
	char path[512];
	struct diag d;

	assert_non_null(src);
	(void)snprintf(path, sizeof(path), "%s/tests/listings/%s", src, name);
	if (file_load(path, FILE_MAX_DEFAULT, ret, &d) != ERR_OK)
		fail_msg("%s: %s", path, d.msg);
}

/* Calls TEST for each of them, with its name less ".txt" and its text. */
static inline void
for_each_listing(void (*test)(const char *name, struct buf *text))
{
	const char *src = getenv("SRC");
	char pattern[512], name[64];
	struct buf text = { 0 };
	glob_t found;
	size_t i;

	assert_non_null(src);
	(void)snprintf(pattern, sizeof(pattern), "%s/tests/listings/*.txt",
	    src);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, NUM_LISTINGS);
	for (i = 0; i < found.gl_pathc; i++) {
		(void)snprintf(name, sizeof(name), "%s",
		    strrchr(found.gl_pathv[i], '/') + 1);
		listing_load(name, &text);
		name[strlen(name) - strlen(".txt")] = '\0';
		test(name, &text);
		buf_clear(&text);
	}
	globfree(&found);
}

#endif
