/* SPDX-License-Identifier: Apache-2.0 */
/* What the parser keeps and what it refuses, each refusal with its place. */
#include <string.h>

#include "test.h"

#include "ctl/ctl.h"

/* ---- A small writer, independent of ctl_emit(). ---- */

static void
tlv(struct buf *b, uint8_t tag, const void *value, size_t len)
{
	buf_u8(b, tag);
	buf_u16(b, (uint16_t)len);
	buf_put(b, bytes_of(value, len));
}

static void
text(struct buf *b, uint8_t tag, const char *value)
{
	tlv(b, tag, value, strlen(value) + 1);
}

/* A header with HEADERLENGTH to be set by close_header(). */
static void
open_header(struct buf *b)
{
	tlv(b, 1, "\1\2", 2);
	tlv(b, 2, "\0\0", 2);
}

static void
close_header(struct buf *b)
{
	while (b->len % 4 != 0)
		buf_u8(b, 13);
	buf_fill16(b, 8, b->len);
}

static void
signer_id(struct buf *b)
{
	struct buf in = { 0 };

	text(&in, 4, "CN=a");
	tlv(&in, 5, "\x12\x34", 2);
	text(&in, 6, "CN=b");
	tlv(b, 3, in.ptr, in.len);
	buf_clear(&in);
}

static void
plain_header(struct buf *b, const char *filename)
{
	open_header(b);
	signer_id(b);
	text(b, 14, filename);
	close_header(b);
}

static void
record(struct buf *b, uint16_t role)
{
	uint8_t code[2] = { (uint8_t)(role >> 8), (uint8_t)role };
	size_t start = b->len;

	tlv(b, 1, "\0\0", 2);
	text(b, 2, "host");
	tlv(b, 4, code, 2);
	buf_fill16(b, start + 3, b->len - start);
}

/* A record of 200 tags. */
static void
full_record(struct buf *b)
{
	size_t i, start = b->len;

	tlv(b, 1, "\0\0", 2);
	for (i = 1; i < 200; i++)
		tlv(b, 200, "", 0);
	buf_fill16(b, start + 3, b->len - start);
}

/* ---- Expectations. ---- */

static void
refused(struct buf *b, enum err code, size_t offset, const char *path,
    const char *part)
{
	struct ctl_file *f = NULL;
	struct diag d;

	assert_true(buf_ok(b));
	assert_int_equal(ctl_parse(buf_bytes(b), CTL_KIND_AUTO, &f, &d), code);
	assert_null(f);
	assert_int_equal(d.code, code);
	assert_string_equal(d.path, path);
	assert_int_equal(d.offset, offset);
	if (strstr(d.msg, part) == NULL)
		fail_msg("'%s' is not in '%s'", part, d.msg);
	buf_clear(b);
}

static struct ctl_file *
accepted(struct buf *b, enum ctl_kind kind)
{
	struct buf again = { 0 };
	struct ctl_file *f = NULL;
	struct diag d;

	if (ctl_parse(buf_bytes(b), kind, &f, &d) != ERR_OK)
		fail_msg("%s: %s", d.path, d.msg);
	assert_int_equal(ctl_emit(f, &again, &d), ERR_OK);
	assert_int_equal(again.len, b->len);
	assert_memory_equal(again.ptr, b->ptr, b->len);
	buf_clear(&again);
	return f;
}

static void
kind_is(const char *filename, const char *payload, enum ctl_kind kind)
{
	struct buf b = { 0 };
	struct ctl_file *f;

	plain_header(&b, filename);
	buf_str(&b, payload);
	f = accepted(&b, CTL_KIND_AUTO);
	assert_int_equal(ctl_kind(f), kind);
	ctl_free(&f);
	buf_clear(&b);
}

/* ---- Tests. ---- */

static void
test_opening(void **state)
{
	struct buf b = { 0 };

	refused(&b, ERR_TRUNCATED, DIAG_NOWHERE, "", "empty");
	buf_put(&b, bytes_of("\1\0\2", 3));
	refused(&b, ERR_TRUNCATED, 0, "header / VERSION (1)", "2 bytes");
	buf_put(&b, bytes_of("\1\0", 2));
	refused(&b, ERR_TRUNCATED, 0, "header / VERSION (1)", "length");
	buf_str(&b, "<xml/>");
	refused(&b, ERR_SYNTAX, 0, "header", "01 00 02");
	tlv(&b, 1, "\1\2", 2);
	refused(&b, ERR_TRUNCATED, DIAG_NOWHERE, "", "missing");
	tlv(&b, 1, "\1\2", 2);
	text(&b, 14, "x");
	refused(&b, ERR_SYNTAX, 5, "header / FILENAME (14)", "HEADERLENGTH");
}

static void
test_header_length(void **state)
{
	struct buf b = { 0 };

	plain_header(&b, "CTLFile.tlv");
	buf_fill16(&b, 8, b.len + 1);
	refused(&b, ERR_TRUNCATED, 5, "header / HEADERLENGTH (2)",
	    "the file has");
	plain_header(&b, "CTLFile.tlv");
	buf_fill16(&b, 8, 9);
	refused(&b, ERR_SYNTAX, 5, "header / HEADERLENGTH (2)", "says 9");
}

static void
test_sizes(void **state)
{
	struct buf b = { 0 };
	size_t at;

	open_header(&b);
	at = b.len;
	tlv(&b, 15, "\0\0\0", 3);
	close_header(&b);
	refused(&b, ERR_SYNTAX, at, "header / TIMESTAMP (15)", "4 bytes");
	plain_header(&b, "CTLFile.tlv");
	at = b.len;
	tlv(&b, 1, "\0\x09", 2);
	tlv(&b, 4, "\0", 1);
	refused(&b, ERR_SYNTAX, at + 5, "record 1 / FUNCTION (4)", "2 bytes");
}

static void
test_containers(void **state)
{
	struct buf b = { 0 };
	size_t at;

	open_header(&b);
	at = b.len;
	text(&b, 4, "CN=a");
	close_header(&b);
	refused(&b, ERR_SYNTAX, at, "header / SIGNERID (3) / SIGNERNAME (4)",
	    "outside its container");
	open_header(&b);
	at = b.len;
	tlv(&b, 3, "\x0f\0\4\1\2\3\4", 7);
	close_header(&b);
	refused(&b, ERR_SYNTAX, at + 3, "header / TIMESTAMP (15)",
	    "inside a container");
	open_header(&b);
	at = b.len;
	tlv(&b, 3, "\5\0\x09xx", 5);
	close_header(&b);
	refused(&b, ERR_SYNTAX, at + 3,
	    "header / SIGNERID (3) / SERIALNUMBER (5)", "says 9 bytes");
	open_header(&b);
	at = b.len;
	tlv(&b, 7, "\x09\0\4\x0b\0\2xx", 7);
	close_header(&b);
	refused(&b, ERR_SYNTAX, at + 6,
	    "header / SIGNATUREINFO (7) / SIGNATUREALGOINFO (9) / "
	    "SIGNATUREMODULUS (11)",
	    "says 2 bytes");
	open_header(&b);
	at = b.len;
	tlv(&b, 7, "\x09\0\2\x0b\0", 5);
	close_header(&b);
	refused(&b, ERR_SYNTAX, at + 6,
	    "header / SIGNATUREINFO (7) / SIGNATUREALGOINFO (9) / "
	    "SIGNATUREMODULUS (11)",
	    "ends within");
}

static void
test_twice(void **state)
{
	struct buf b = { 0 };
	size_t at;

	open_header(&b);
	text(&b, 14, "a");
	at = b.len;
	text(&b, 14, "b");
	close_header(&b);
	refused(&b, ERR_SYNTAX, at, "header / FILENAME (14)", "second time");
	plain_header(&b, "CTLFile.tlv");
	at = b.len;
	tlv(&b, 1, "\0\x0f", 2);
	tlv(&b, 4, "\0\0", 2);
	tlv(&b, 4, "\0\2", 2);
	refused(&b, ERR_SYNTAX, at + 10, "record 1 / FUNCTION (4)",
	    "second time");
}

static void
test_control_characters(void **state)
{
	struct buf b = { 0 };

	open_header(&b);
	tlv(&b, 14, "a\0b\0", 4);
	close_header(&b);
	refused(&b, ERR_SYNTAX, 14, "header / FILENAME (14)", "NUL");
	open_header(&b);
	text(&b, 14, "a\x1b[2J");
	close_header(&b);
	refused(&b, ERR_SYNTAX, 14, "header / FILENAME (14)", "0x1b");
	open_header(&b);
	text(&b, 14, "\x7f");
	close_header(&b);
	refused(&b, ERR_SYNTAX, 13, "header / FILENAME (14)", "0x7f");
}

static void
test_pads(void **state)
{
	struct ctl_file *f;
	struct buf b = { 0 };
	size_t n;

	for (n = 0; n <= 5; n++) {
		open_header(&b);
		text(&b, 14, "x");
		for (size_t i = 0; i < n; i++)
			buf_u8(&b, 13);
		buf_fill16(&b, 8, b.len);
		f = accepted(&b, CTL_KIND_AUTO);
		assert_int_equal(ctl_header(f)->num_pads, n);
		ctl_free(&f);
		buf_clear(&b);
	}
	open_header(&b);
	buf_put(&b, bytes_of("\r\r\0\r", 4));
	buf_fill16(&b, 8, b.len);
	refused(&b, ERR_SYNTAX, 12, "header / pad", "0x00");
}

static void
test_records(void **state)
{
	struct buf b = { 0 };
	size_t at;

	plain_header(&b, "CTLFile.tlv");
	record(&b, 0);
	at = b.len;
	buf_str(&b, "zz");
	refused(&b, ERR_LEFTOVER, at, "after record 1",
	    "2 bytes are left over");
	plain_header(&b, "CTLFile.tlv");
	at = b.len;
	record(&b, 0);
	buf_fill16(&b, at + 3, 4);
	refused(&b, ERR_SYNTAX, at, "record 1 / RECORDLENGTH (1)", "less");
	plain_header(&b, "CTLFile.tlv");
	at = b.len;
	record(&b, 0);
	buf_fill16(&b, at + 3, 400);
	refused(&b, ERR_TRUNCATED, at, "record 1 / RECORDLENGTH (1)",
	    "says 400");
	plain_header(&b, "CTLFile.tlv");
	at = b.len;
	record(&b, 0);
	buf_fill16(&b, at + 3, 8);
	record(&b, 0);
	refused(&b, ERR_SYNTAX, at + 5, "record 1 / DNSNAME (2)", "5 bytes");
}

static void
test_limits(void **state)
{
	struct buf b = { 0 };
	size_t i, header_len;

	plain_header(&b, "CTLFile.tlv");
	for (i = 0; i < CTL_MAX_RECORDS; i++)
		record(&b, 2);
	i = b.len;
	record(&b, 2);
	refused(&b, ERR_TOO_BIG, i, "record 10001", "more than 10000");
	open_header(&b);
	for (i = 0; i < CTL_MAX_FIELDS; i++)
		tlv(&b, 200, "", 0);
	close_header(&b);
	refused(&b, ERR_TOO_BIG, 10 + 3 * (CTL_MAX_FIELDS - 2),
	    "header / tag 200", "more than 256 tags");
	plain_header(&b, "CTLFile.tlv");
	header_len = b.len;
	for (i = 0; i < CTL_MAX_FIELDS_TOTAL / 200 + 1; i++)
		full_record(&b);
	/* the header has 7 tags, a record 200 in 602 bytes */
	i = header_len + (size_t)749 * 602 + 5 +
	    (size_t)3 * (150000 - 7 - 749 * 200 - 1);
	refused(&b, ERR_TOO_BIG, i, "record 750 / tag 200",
	    "more than 150000 tags");
}

static void
test_unknown_is_kept(void **state)
{
	const struct ctl_record *r;
	struct buf b = { 0 };
	struct ctl_file *f;

	open_header(&b);
	tlv(&b, 99, "hello", 5);
	tlv(&b, 99, "again", 5);
	text(&b, 14, "CTLFile.tlv");
	close_header(&b);
	record(&b, 300);
	tlv(&b, 1, "\0\x08", 2);
	tlv(&b, 77, "", 0);
	f = accepted(&b, CTL_KIND_AUTO);
	assert_int_equal(ctl_header(f)->num_fields, 5);
	assert_int_equal(ctl_header(f)->fields[2].tag, 99);
	assert_int_equal(ctl_num_records(f), 2);
	assert_int_equal(ctl_record(f, 1)->role, 300);
	assert_string_equal(ctl_role_name(300), "unknown");
	assert_null(ctl_role_function(300));
	r = ctl_record(f, 2);
	assert_false(r->has_role);
	assert_int_equal(r->fields[1].tag, 77);
	ctl_free(&f);
	buf_clear(&b);
}

static void
test_kinds(void **state)
{
	struct ctl_file *f;
	struct buf b = { 0 };

	kind_is("CTLFile.tlv", "", CTL_KIND_CTL);
	kind_is("ctlsep001122334455.TLV", "", CTL_KIND_CTL);
	kind_is("ITLFile.tlv", "", CTL_KIND_ITL);
	kind_is("SEP001122334455.cnf.xml.sgn", "<device/>", CTL_KIND_SIGNED);
	kind_is("SEP001122334455.cnf.xml.enc.sgn", "x", CTL_KIND_ENCRYPTED);
	kind_is("SIP42.8-5-3S.loads", "# list", CTL_KIND_FIRMWARE);
	kind_is("jar42sip.8-5-3.sbn", "x", CTL_KIND_FIRMWARE);
	kind_is("SEP001122334455.cnf.xml", "<device/>", CTL_KIND_SIGNED);
	kind_is("SEP001122334455.cnf.xml.sha512", "x", CTL_KIND_SIGNED);
	kind_is("", "<xml/>", CTL_KIND_SIGNED);
	kind_is("other.tlv", "", CTL_KIND_CTL);
	plain_header(&b, "anything");
	record(&b, CTL_ROLE_SAST);
	record(&b, CTL_ROLE_TVS);
	f = accepted(&b, CTL_KIND_AUTO);
	assert_int_equal(ctl_kind(f), CTL_KIND_ITL);
	ctl_free(&f);
	buf_u8(&b, 0); /* still no signed file */
	assert_int_equal(ctl_parse(buf_bytes(&b), CTL_KIND_AUTO, &f, NULL),
	    ERR_LEFTOVER);
	f = accepted(&b, CTL_KIND_SIGNED);
	assert_int_equal(ctl_kind(f), CTL_KIND_SIGNED);
	assert_int_equal(ctl_num_records(f), 0);
	ctl_free(&f);
	buf_clear(&b);
}

static void
test_numbers(void **state)
{
	struct buf b = { 0 };
	struct ctl_file *f;
	uint32_t n = 7;

	open_header(&b);
	tlv(&b, 15, "\x55\x4a\xd7\xb7", 4);
	close_header(&b);
	f = accepted(&b, CTL_KIND_CTL);
	assert_true(ctl_header_number(ctl_header(f), CTL_HDR_TIMESTAMP, &n));
	assert_int_equal(n, 1430968247);
	assert_false(ctl_header_number(ctl_header(f), CTL_HDR_DIGEST, &n));
	assert_int_equal(n, 1430968247);
	assert_null(ctl_header_value(ctl_header(f), CTL_HDR_FILENAME).ptr);
	ctl_free(&f);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opening),
		cmocka_unit_test(test_header_length),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_control_characters),
		cmocka_unit_test(test_pads),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_unknown_is_kept),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_numbers),
	};

	return test_run(tests);
}
