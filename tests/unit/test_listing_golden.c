/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole texts of `show ctl`: what was published says what is written beside
 * it, and says it still after everything that happens to a text on its way
 * (format 8.5); what ctlsmith prints of a file says what is in the file.
 */
#include "tests/unit/test.h"

#include "cli/show_long.h"
#include "tests/unit/cases.h"
#include "tests/unit/listings.h"

#define TAB 8
/* So wide that no name here takes three lines: where blanks are lost at two
 * line ends, nobody knows at which. */
#define TWO_LINES 50

/* Names with a run of blanks, or that had one: what takes blanks away damages
 * them for good. */
static bool
has_run_of_blanks(const char *name)
{
	return strcmp(name, "118892-2") == 0 || strcmp(name, "118893-3") == 0 ||
	    strcmp(name, "118893-6") == 0;
}

/* RECORDLENGTH is the sum of the rows in every record that was published. */
static void
check_whole(const char *name, const struct ctl_listing *l)
{
	size_t i;

	for (i = 0; i < ctl_listing_num(l); i++)
		if (!ctl_listing_at(l, i)->whole)
			fail_msg("%s: record %zu is not whole", name,
			    ctl_listing_at(l, i)->index);
}

static void
check_golden(const char *name, struct buf *text)
{
	struct ctl_listing *l = listing_of(buf_bytes(text));
	struct buf got = { 0 }, expected = { 0 };
	char file[80];

	assert_true(ctl_is_listing(buf_bytes(text)));
	check_whole(name, l);
	dump_all(l, &got);
	(void)snprintf(file, sizeof(file), "%s.out", name);
	listing_load(file, &expected);
	assert_same_text(name, &got, &expected);
	buf_clear(&got);
	buf_clear(&expected);
	ctl_listing_free(&l);
	assert_null(l);
}

static void
test_golden(void **state)
{
	for_each_listing(check_golden);
}

/* ---- What happens to a text. ---- */

/* Columns of a character: bytes that go on with one have none. */
static size_t
columns(uint8_t c)
{
	return (c & 0xc0) != 0x80;
}

static void
expand_tabs(struct bytes in, struct buf *out)
{
	size_t col = 0;
	uint8_t c;

	while (bytes_u8(&in, &c)) {
		if (c == '\t') {
			do
				buf_u8(out, ' ');
			while (++col % TAB != 0);
			continue;
		}
		buf_u8(out, c);
		col = c == '\n' ? 0 : col + columns(c);
	}
}

/* One blank for each run of blanks and tabs, none at the ends of a line. */
static void
collapse(struct bytes in, struct buf *out)
{
	bool blank = false, start = true;
	uint8_t c;

	while (bytes_u8(&in, &c)) {
		if (c == ' ' || c == '\t') {
			blank = true;
			continue;
		}
		if (blank && !start && c != '\n')
			buf_u8(out, ' ');
		buf_u8(out, c);
		blank = false;
		start = c == '\n';
	}
}

/* A terminal of WIDTH columns, copied line by line. */
static void
wrap(struct bytes in, size_t width, struct buf *out)
{
	struct buf wide = { 0 };
	struct bytes rest;
	size_t col = 0;
	uint8_t c;

	expand_tabs(in, &wide);
	rest = buf_bytes(&wide);
	while (bytes_u8(&rest, &c)) {
		if (c != '\n' && col + columns(c) > width) {
			buf_u8(out, '\n');
			col = 0;
		}
		buf_u8(out, c);
		col = c == '\n' ? 0 : col + columns(c);
	}
	buf_clear(&wide);
}

/* Drops the blanks at the end of each line, as copying may. */
static void
trim_ends(struct bytes in, struct buf *out)
{
	uint8_t c;

	while (bytes_u8(&in, &c)) {
		while (
		    c == '\n' && out->len > 0 && out->ptr[out->len - 1] == ' ')
			out->len--;
		buf_u8(out, c);
	}
}

/* A page of WIDTH columns, which breaks lines at a blank and drops it. */
static void
wrap_words(struct bytes in, size_t width, struct buf *out)
{
	size_t start = 0, blank = 0, i;
	struct buf wide = { 0 };

	expand_tabs(in, &wide);
	for (i = 0; i < wide.len; i++) {
		if (wide.ptr[i] == '\n')
			start = i + 1;
		else if (wide.ptr[i] == ' ')
			blank = i;
		if (i - start > width && blank > start) {
			wide.ptr[blank] = '\n';
			start = blank + 1;
		}
	}
	buf_put(out, buf_bytes(&wide));
	buf_clear(&wide);
}

/* Puts END at the end of each line. */
static void
end_lines(struct bytes in, const char *end, struct buf *out)
{
	uint8_t c;

	while (bytes_u8(&in, &c))
		if (c == '\n')
			buf_str(out, end);
		else
			buf_u8(out, c);
}

/* Every second blank becomes a non-breaking one. */
static void
put_nbsp(struct bytes in, struct buf *out)
{
	struct buf wide = { 0 };
	struct bytes rest;
	size_t n = 0;
	uint8_t c;

	expand_tabs(in, &wide);
	rest = buf_bytes(&wide);
	while (bytes_u8(&rest, &c))
		if (c == ' ' && n++ % 2 == 0)
			buf_str(out, "\xc2\xa0");
		else
			buf_u8(out, c);
	buf_clear(&wide);
}

static void
put_times(struct buf *out, const char *s, size_t n)
{
	while (n-- > 0)
		buf_str(out, s);
}

/* The pager stops before every line, and wipes its prompt in all ways. */
static void
page(struct bytes in, struct buf *out)
{
	const size_t len = sizeof(PAGER) - 1;
	unsigned n = 0;
	uint8_t c;

	buf_str(out, PAGER "\r");
	while (bytes_u8(&in, &c)) {
		buf_u8(out, c);
		if (c != '\n')
			continue;
		switch (n++ % 7) {
		case 0:
			buf_str(out, "\x1b[1m" PAGER "\x1b[0m\x1b[K\r\x1b[K");
			break;
		case 1:
			buf_str(out, PAGER "\r");
			put_times(out, " ", len);
			buf_str(out, "\r");
			break;
		case 2:
			buf_str(out, "\x1b[1m" PAGER "\x1b[0m\x1b[K");
			put_times(out, "\b \b", len);
			break;
		case 3:
			buf_str(out, PAGER "\n");
			break;
		case 4:
			buf_str(out, "[1m" PAGER "[0m[K");
			break;
		case 5:
			buf_str(out, PAGER);
			put_times(out, "\b", len);
			put_times(out, " ", len);
			put_times(out, "\b", len);
			break;
		default:
			buf_str(out, "\x1b[24;1H\x1b]0;a title\x07\x1b(B\x1b=");
			buf_str(out,
			    "\xc2\x9b"
			    "2K" PAGER PAGER);
		}
	}
}

/* A whole session around it. */
static void
put_session(struct bytes in, struct buf *out)
{
	buf_str(out,
	    "Command Line Interface is starting up, please wait ...\r\n\r\n"
	    "   Welcome to the Platform Command Line Interface\r\n\r\n"
	    "VMware Installation:\r\n"
	    "\t2 vCPU: Intel(R) Xeon(R) CPU\r\n\r\nadmin:\r\n\radmin:"
	    "show version active\r\nVersion: 1.9\r\n"
	    "Active Master Version: 12.5.1.14900-63\r\n"
	    "admin:show cert own tomcat\r\n[\r\n  Version: V3\r\n"
	    "  Serial Number: 7B9A\r\n  00 11 22 33\r\n]\r\n"
	    "admin(7):show ctl\r\n");
	end_lines(in, "\r\n", out);
	buf_str(out,
	    "[8]admin:show status\r\n\r\n"
	    "Host Name          : cucm-1051-a-pub\r\n"
	    "CPU Idle:   97.23%  System:   00.53%\r\nadmin:");
}

/* ---- And what it says then. ---- */

/* DAMAGED says the same as GOLDEN; WHOLE: every row of it, not only the
 * records. */
static void
assert_says(const char *name, const struct buf *damaged,
    const struct buf *golden, bool whole)
{
	struct ctl_listing *l = listing_of(buf_bytes(damaged));
	struct ctl_listing *right = listing_of(buf_bytes(golden));
	struct buf got = { 0 }, expected = { 0 };

	assert_true(ctl_is_listing(buf_bytes(damaged)));
	if (whole) {
		put_listing(l, &got);
		put_listing(right, &expected);
	}
	dump_records(l, &got);
	dump_records(right, &expected);
	assert_same_text(name, &got, &expected);
	assert_int_equal(ctl_listing_said(l), ctl_listing_said(right));
	buf_clear(&got);
	buf_clear(&expected);
	ctl_listing_free(&l);
	ctl_listing_free(&right);
}

/* Replaces TEXT, as it was pasted, with the layout of the appliance. */
static void
restore(struct buf *text)
{
	struct ctl_listing *l = listing_of(buf_bytes(text));

	buf_clear(text);
	put_listing(l, text);
	ctl_listing_free(&l);
}

static void
check_ways(const char *name, struct buf *text)
{
	struct buf out = { 0 };
	unsigned i;

	restore(text);
	for (i = 0; i < 10; i++) {
		switch (i) {
		case 0:
			end_lines(buf_bytes(text), "\r\n", &out);
			break;
		case 1:
			expand_tabs(buf_bytes(text), &out);
			break;
		case 2:
			if (!has_run_of_blanks(name))
				collapse(buf_bytes(text), &out);
			break;
		case 3:
			page(buf_bytes(text), &out);
			break;
		case 4:
			put_session(buf_bytes(text), &out);
			break;
		case 5:
			put_nbsp(buf_bytes(text), &out);
			break;
		case 6:
			buf_str(&out, "\xef\xbb\xbf");
			buf_put(&out, buf_bytes(text));
			break;
		case 7:
			end_lines(buf_bytes(text), "\n\n", &out);
			break;
		case 8:
			end_lines(buf_bytes(text), "\r", &out);
			break;
		default:
			end_lines(buf_bytes(text), "\r\r\n", &out);
		}
		if (out.len > 0)
			assert_says(name, &out, text, true);
		buf_clear(&out);
	}
}

static void
test_ways(void **state)
{
	for_each_listing(check_ways);
}

static void
check_widths(const char *name, struct buf *text)
{
	struct buf out = { 0 }, trimmed = { 0 };
	size_t width;
	char what[128];

	restore(text);
	for (width = 40; width <= 140; width++) {
		(void)snprintf(what, sizeof(what), "%s, %zu columns", name,
		    width);
		wrap(buf_bytes(text), width, &out);
		assert_says(what, &out, text, true);
		trim_ends(buf_bytes(&out), &trimmed);
		if (width >= TWO_LINES && !has_run_of_blanks(name))
			assert_says(what, &trimmed, text, false);
		buf_clear(&out);
		buf_clear(&trimmed);
		wrap_words(buf_bytes(text), width, &out);
		if (width >= TWO_LINES && !has_run_of_blanks(name))
			assert_says(what, &out, text, false);
		buf_clear(&out);
	}
}

static void
test_widths(void **state)
{
	for_each_listing(check_widths);
}

/* ---- What ctlsmith prints. ---- */

static void
compare_name(const struct ctl_listed *r, const struct ctl_record *real,
    unsigned tag)
{
	const struct ctl_row *row = ctl_row_find(r->rows, r->num_rows, tag);
	struct bytes text = ctl_record_text(real, (enum ctl_record_tag)tag);

	assert_int_equal(row != NULL, text.ptr != NULL);
	if (row != NULL && !bytes_equal(row->text, text))
		fail_msg("got \"%.*s\"; the file has \"%.*s\"",
		    (int)row->text.len, row->text.ptr, (int)text.len, text.ptr);
}

static void
compare_record(const struct ctl_listed *r, const struct ctl_record *real)
{
	const struct ctl_row *row;
	struct digest_value sha1;
	struct bytes der = ctl_record_value(real, CTL_REC_CERTIFICATE);
	struct bytes serial = ctl_record_value(real, CTL_REC_SERIAL);
	size_t i;

	assert_int_equal(r->length, real->length);
	assert_int_equal(r->rows_length, real->length);
	assert_true(r->whole);
	assert_int_equal(r->num_rows, real->num_fields);
	for (i = 0; i < r->num_rows; i++) {
		assert_int_equal(r->rows[i].tag, real->fields[i].tag);
		assert_int_equal(r->rows[i].length, real->fields[i].value.len);
	}
	compare_name(r, real, CTL_REC_DNS_NAME);
	compare_name(r, real, CTL_REC_SUBJECT);
	compare_name(r, real, CTL_REC_ISSUER);
	assert_int_equal(r->has_role,
	    real->has_role && ctl_role_function(real->role) != NULL);
	if (r->has_role)
		assert_int_equal(r->role, real->role);
	row = ctl_row_find(r->rows, r->num_rows, CTL_REC_SERIAL);
	assert_true(
	    bytes_equal(row == NULL ? bytes_of(NULL, 0) : row->data, serial));
	assert_int_equal(r->sha1.ptr != NULL, der.ptr != NULL);
	if (der.ptr == NULL)
		return;
	assert_int_equal(digest_of(DIGEST_SHA1, &der, 1, &sha1, NULL), ERR_OK);
	assert_true(bytes_equal(r->sha1, digest_bytes(&sha1)));
}

static void
compare_file(const struct ctl_file *f, struct bytes text)
{
	struct ctl_listing *l = listing_of(text);
	const struct ctl_listed *r;
	size_t i, length = 0;

	assert_true(ctl_is_listing(text));
	assert_true(ctl_listing_is_whole(l));
	assert_int_equal(ctl_listing_kind(l), ctl_kind(f));
	assert_true(ctl_listing_length(l, &length));
	assert_int_equal(length, ctl_raw(f).len);
	assert_int_equal(ctl_listing_num(l), ctl_num_records(f));
	for (i = 1; i <= ctl_num_records(f); i++) {
		r = ctl_listing_at(l, i - 1);
		assert_int_equal(r->index, i);
		compare_record(r, ctl_record(f, i));
		assert_int_equal(r->has_mark,
		    r->has_role && r->role == CTL_ROLE_SAST);
		assert_int_equal(r->is_signer,
		    r->has_mark && ctl_signer_record(f) == i);
	}
	ctl_listing_free(&l);
}

/* As `show` does, or `show --long`. */
static void
print_file(const struct ctl_text *t, bool long_form, struct buf *out)
{
	size_t i;

	assert_int_equal(ctl_text_head(t, out, NULL), ERR_OK);
	if (long_form)
		assert_int_equal(show_long_head(t->file, out, NULL), ERR_OK);
	for (i = 1; i <= ctl_num_records(t->file); i++) {
		assert_int_equal(ctl_text_record(t, i, out, NULL), ERR_OK);
		if (long_form)
			assert_int_equal(
			    show_long_record(t->file, i, out, NULL), ERR_OK);
	}
	assert_int_equal(ctl_text_tail(t, out, NULL), ERR_OK);
}

/* What the appliance does not print: how ctlsmith shows a DNSNAME of two
 * NULs, and its line where there is no date. */
static void
drop_ours(struct buf *text)
{
	static const char nul[] = "\t\\x00";
	static const char ours[] = " File does not say when it was made";
	uint8_t *at = memmem(text->ptr, text->len, ours, sizeof(ours) - 1);
	uint8_t *end, *nul_at;

	while ((nul_at = memmem(text->ptr, text->len, nul, 5)) != NULL) {
		memmove(nul_at, nul_at + 5,
		    (size_t)(text->ptr + text->len - nul_at - 5));
		text->len -= 5;
	}
	if (at == NULL)
		return;
	while (at > text->ptr && at[-1] != '\n')
		at--;
	end = memchr(at, '\n', (size_t)(text->ptr + text->len - at));
	assert_non_null(end);
	memmove(at, end + 1, (size_t)(text->ptr + text->len - end - 1));
	text->len -= (size_t)(end + 1 - at);
}

static void
check_file(const char *name, const struct ctl_file *f)
{
	struct ctl_verdict v = { .status = CTL_VERIFIED };
	struct ctl_text t = { f, &v, false };
	struct buf text = { 0 }, again = { 0 };
	struct ctl_listing *l;

	print_file(&t, false, &text);
	compare_file(f, buf_bytes(&text));
	l = listing_of(buf_bytes(&text));
	put_listing(l, &again);
	ctl_listing_free(&l);
	drop_ours(&text);
	assert_same_text(name, &again, &text);
	buf_clear(&text);
	t.hex = true;
	v.status = CTL_FAILED;
	(void)snprintf(v.why.msg, sizeof(v.why.msg), "for a test");
	print_file(&t, true, &text);
	compare_file(f, buf_bytes(&text));
	l = listing_of(buf_bytes(&text));
	assert_int_equal(ctl_listing_said(l), CTL_SAID_FAILED);
	ctl_listing_free(&l);
	buf_clear(&text);
	buf_clear(&again);
}

/* Every made list that can be parsed; a signed file is none. */
static void
test_made_cases(void **state)
{
	const char *cases = getenv("CASES");
	struct ctl_file *f = NULL;
	struct buf bytes = { 0 };
	char pattern[512];
	glob_t found;
	size_t i, n = 0;

	assert_non_null(cases);
	(void)snprintf(pattern, sizeof(pattern), "%s/*/*", cases);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++) {
		assert_int_equal(file_load(found.gl_pathv[i], FILE_MAX_DEFAULT,
				     &bytes, NULL),
		    ERR_OK);
		assert_false(ctl_is_listing(buf_bytes(&bytes)));
		if (ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, NULL) ==
			ERR_OK &&
		    ctl_is_list(f)) {
			check_file(found.gl_pathv[i], f);
			n++;
		}
		ctl_free(&f);
		buf_clear(&bytes);
	}
	globfree(&found);
	print_message("%zu lists\n", n);
	assert_in_range(n, 40, 1000);
}

static void
test_sample(void **state)
{
	struct buf text = { 0 };

	SAMPLE_OR_SKIP(
	    sample_load("cisco_gigantic-6_SCFParser_output.txt", &text));
	check_golden("scfparser", &text);
	buf_clear(&text);
}

/* ---- Anything else. ---- */

/* IN, in memory of its own size, is read or refused; what is read is put in a
 * form that reads as the same. */
static bool
survive(struct bytes in)
{
	struct buf once = { 0 }, twice = { 0 };
	struct ctl_listing *l = NULL, *again;
	uint8_t *copy = malloc(in.len + 1);
	struct diag d;
	enum err e;

	assert_non_null(copy);
	memcpy(copy + 1, in.ptr, in.len);
	diag_init(&d);
	e = ctl_listing_read(bytes_of(copy + 1, in.len), &l, &d);
	free(copy);
	assert_int_equal(e == ERR_OK, l != NULL);
	if (e == ERR_OK) {
		put_listing(l, &once);
		again = listing_of(buf_bytes(&once));
		put_listing(again, &twice);
		dump_records(l, &once);
		dump_records(again, &twice);
		assert_same_text("again", &twice, &once);
		ctl_listing_free(&l);
		ctl_listing_free(&again);
	} else {
		assert_int_equal(d.code, e);
		assert_true(d.msg[0] != '\0');
	}
	buf_clear(&once);
	buf_clear(&twice);
	return e == ERR_OK;
}

/* Truncations, and a changed bit in many bytes; in a long run all of them. */
static void
check_flips(const char *name, struct buf *text)
{
	bool every = test_rounds(1) > 1;
	size_t i, step = every ? 1 : 7, good = 0, num = 0;
	unsigned round;

	for (i = 0; i < text->len; i += step, num++)
		good += survive(bytes_of(text->ptr, i));
	for (round = 0; round < (every ? 8 : 2); round++)
		for (i = round; i < text->len; i += step, num++) {
			uint8_t bit = (uint8_t)(1 << (i * 5 + round) % 8);

			text->ptr[i] ^= bit;
			good += survive(buf_bytes(text));
			text->ptr[i] ^= bit;
		}
	print_message("%s: %zu of %zu are read\n", name, good, num);
	assert_in_range(good, num / 2, num);
}

static void
test_flips(void **state)
{
	for_each_listing(check_flips);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_made_cases),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_flips),
	};

	return test_run(tests);
}
