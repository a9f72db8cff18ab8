/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of `show ctl`: whatever is pasted is refused with a reason or keeps
 * to its limits; what is read is safe to print, and reads again as the same.
 */
#include <string.h>

#include "base/text.h"
#include "ctl/ctl.h"
#include "tests/fuzz/fuzz.h"

/* A name has no control character, and the length that its row says. */
static void
check_text(const struct ctl_row *row)
{
	size_t i;

	for (i = 0; i < row->text.len; i++)
		FUZZ_CHECK(
		    row->text.ptr[i] >= 0x20 && row->text.ptr[i] != 0x7f);
	FUZZ_CHECK(!row->damaged || row->text.len > 0);
}

static void
check_rows(const struct ctl_row *rows, size_t num, size_t len)
{
	size_t i;

	FUZZ_CHECK(num <= CTL_MAX_FIELDS);
	for (i = 0; i < num; i++) {
		FUZZ_CHECK(rows[i].tag > 0 && rows[i].line > 0);
		FUZZ_CHECK(rows[i].length <= UINT16_MAX);
		FUZZ_CHECK(rows[i].offset < len);
		FUZZ_CHECK(rows[i].data.ptr == NULL ||
		    rows[i].data.len == rows[i].length);
		check_text(&rows[i]);
	}
}

/* The rows A and B are the same but for where they stand. */
static void
check_same_rows(const struct ctl_row *a, const struct ctl_row *b, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++) {
		FUZZ_CHECK(a[i].tag == b[i].tag);
		FUZZ_CHECK(a[i].length == b[i].length);
		FUZZ_CHECK(bytes_equal(a[i].data, b[i].data));
		FUZZ_CHECK((a[i].text.ptr == NULL) == (b[i].text.ptr == NULL));
		FUZZ_CHECK(bytes_equal(a[i].text, b[i].text));
		FUZZ_CHECK(a[i].damaged == b[i].damaged);
	}
}

/* RECORDLENGTH is the sum of all rows, its own too. */
static void
check_sum(const struct ctl_listed *r)
{
	bool has_length = false;
	size_t i, sum = 0;

	for (i = 0; i < r->num_rows; i++) {
		sum += 3 + r->rows[i].length;
		has_length = has_length || r->rows[i].tag == CTL_REC_LENGTH;
	}
	FUZZ_CHECK(r->rows_length == sum);
	FUZZ_CHECK(r->whole == (has_length && sum == r->length));
}

static void
check_whole(const struct ctl_listing *l)
{
	size_t i, length, sum = ctl_listing_header_length(l);

	if (!ctl_listing_is_whole(l))
		return;
	for (i = 0; i < ctl_listing_num(l); i++) {
		FUZZ_CHECK(ctl_listing_at(l, i)->whole);
		FUZZ_CHECK(ctl_listing_at(l, i)->index == i + 1);
		sum += ctl_listing_at(l, i)->rows_length;
	}
	FUZZ_CHECK(ctl_listing_length(l, &length) && length == sum);
}

static void
check_listing(const struct ctl_listing *l, size_t len)
{
	const struct ctl_listed *r;
	size_t i, num, last = 0, total = 0, signers = 0;
	const struct ctl_row *rows = ctl_listing_header(l, &num);

	check_rows(rows, num, len);
	FUZZ_CHECK(ctl_listing_num(l) <= CTL_MAX_RECORDS);
	for (i = 0; i < ctl_listing_num(l); i++) {
		r = ctl_listing_at(l, i);
		FUZZ_CHECK(r->index > last && r->offset < len);
		FUZZ_CHECK(r->sha1.ptr == NULL || r->sha1.len == 20);
		FUZZ_CHECK(r->length <= UINT16_MAX);
		FUZZ_CHECK(r->has_mark || !r->is_signer);
		FUZZ_CHECK(
		    !r->has_mark || (r->has_role && r->role == CTL_ROLE_SAST));
		signers += r->is_signer;
		check_sum(r);
		check_rows(r->rows, r->num_rows, len);
		last = r->index;
		total += r->num_rows;
	}
	FUZZ_CHECK(ctl_listing_at(l, i) == NULL);
	FUZZ_CHECK(total <= CTL_MAX_FIELDS_TOTAL);
	FUZZ_CHECK(ctl_listing_md5(l).len % 16 == 0);
	FUZZ_CHECK(ctl_listing_sha1(l).len % 20 == 0);
	FUZZ_CHECK(signers <= 1);
	check_whole(l);
}

static void
check_same(const struct ctl_listing *a, const struct ctl_listing *b)
{
	const struct ctl_listed *x, *y;
	size_t i, num, num_b;
	const struct ctl_row *rows = ctl_listing_header(a, &num);
	const struct ctl_row *rows_b = ctl_listing_header(b, &num_b);

	FUZZ_CHECK(num == num_b);
	check_same_rows(rows, rows_b, num);
	FUZZ_CHECK(ctl_listing_kind(a) == ctl_listing_kind(b));
	FUZZ_CHECK(ctl_listing_said(a) == ctl_listing_said(b));
	FUZZ_CHECK(ctl_listing_num(a) == ctl_listing_num(b));
	for (i = 0; i < ctl_listing_num(a); i++) {
		x = ctl_listing_at(a, i);
		y = ctl_listing_at(b, i);
		FUZZ_CHECK(x->index == y->index && x->length == y->length);
		FUZZ_CHECK(x->has_role == y->has_role && x->role == y->role);
		FUZZ_CHECK(x->has_mark == y->has_mark);
		FUZZ_CHECK(x->is_signer == y->is_signer);
		FUZZ_CHECK(bytes_equal(x->sha1, y->sha1));
		FUZZ_CHECK(x->num_rows == y->num_rows);
		check_same_rows(x->rows, y->rows, x->num_rows);
	}
}

/* Every text of NUM rows is printed, and read again, as it is. What is printed
 * with escapes has another length then, and where it had escapes before nobody
 * can tell them apart; the pager's prompt is nobody's name. What is behind a
 * name that is too short may make it long enough once it is laid out. */
static bool
is_plain(const struct ctl_row *rows, size_t num)
{
	static const char pager[] = "Press <enter> for 1 line, <space> for one "
				    "page, or <q> to quit";
	struct buf out = { 0 };
	bool plain = true;
	size_t i;

	for (i = 0; i < num; i++) {
		out.len = 0;
		text_put_safe(&out, rows[i].text);
		plain = plain && !rows[i].damaged &&
		    out.len == rows[i].text.len &&
		    (out.len == 0 ||
			memmem(out.ptr, out.len, pager, strlen(pager)) == NULL);
	}
	buf_clear(&out);
	return plain;
}

static bool
all_plain(const struct ctl_listing *l)
{
	size_t i, num;
	const struct ctl_row *rows = ctl_listing_header(l, &num);
	bool plain = is_plain(rows, num);

	for (i = 0; plain && i < ctl_listing_num(l); i++)
		plain = is_plain(ctl_listing_at(l, i)->rows,
		    ctl_listing_at(l, i)->num_rows);
	return plain;
}

static void
check_put(const struct ctl_listing *l)
{
	struct buf once = { 0 }, twice = { 0 };
	struct ctl_listing *again = NULL;
	size_t i;

	FUZZ_CHECK(ctl_listing_put(l, &once, NULL) == ERR_OK);
	FUZZ_CHECK(text_is_utf8(buf_bytes(&once)));
	for (i = 0; i < once.len; i++)
		FUZZ_CHECK((once.ptr[i] >= 0x20 && once.ptr[i] != 0x7f) ||
		    once.ptr[i] == '\t' || once.ptr[i] == '\n');
	FUZZ_CHECK(ctl_is_listing(buf_bytes(&once)));
	if (ctl_listing_read(buf_bytes(&once), &again, NULL) != ERR_OK) {
		FUZZ_CHECK(!all_plain(l));
		buf_clear(&once);
		return;
	}
	FUZZ_CHECK(ctl_listing_put(again, &twice, NULL) == ERR_OK);
	if (all_plain(l)) {
		check_same(l, again);
		FUZZ_CHECK(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
	}
	ctl_listing_free(&again);
	buf_clear(&once);
	buf_clear(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes in = bytes_of(data, len);
	struct ctl_listing *l = NULL;
	struct diag d;
	enum err e;

	diag_init(&d);
	e = ctl_listing_read(in, &l, &d);
	if (e != ERR_OK) {
		FUZZ_CHECK(l == NULL);
		FUZZ_CHECK(d.code == e && d.msg[0] != '\0');
		FUZZ_CHECK(e == ERR_SYNTAX || e == ERR_TOO_BIG);
		return 0;
	}
	FUZZ_CHECK(ctl_is_listing(in) || memchr(data, '\0', len) != NULL);
	check_listing(l, len);
	check_put(l);
	ctl_listing_free(&l);
	FUZZ_CHECK(l == NULL);
	return 0;
}
