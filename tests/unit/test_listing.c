/* SPDX-License-Identifier: Apache-2.0 */
/* ctl/listing.h, one form of text at a time. */
#include "tests/unit/test.h"

#include "tests/unit/listings.h"

#define LIT(s) bytes_of(s, sizeof(s) - 1)
#define RECORD_1 "CTL Record #:1\n"
#define PAGER "Press <enter> for 1 line, <space> for one page, or <q> to quit"

#define HASH "E9 D4 33 64 5B C8 8C ED 51 4D 8F E5 EA 5B 6D 21 A5 A3 8C 9C"
static const uint8_t hash[] = { 0xe9, 0xd4, 0x33, 0x64, 0x5b, 0xc8, 0x8c, 0xed,
	0x51, 0x4d, 0x8f, 0xe5, 0xea, 0x5b, 0x6d, 0x21, 0xa5, 0xa3, 0x8c,
	0x9c };

static void
assert_text(struct bytes got, const char *expected)
{
	if (expected == NULL) {
		assert_null(got.ptr);
		return;
	}
	assert_non_null(got.ptr);
	if (!bytes_equal(got, bytes_of_str(expected)))
		fail_msg("got \"%.*s\", not \"%s\"", (int)got.len, got.ptr,
		    expected);
}

/* The row with TAG of the first record, or of the header where there is none.
 */
static const struct ctl_row *
row_of(const struct ctl_listing *l, unsigned tag)
{
	const struct ctl_listed *r = ctl_listing_at(l, 0);
	const struct ctl_row *rows, *row;
	size_t num;

	if (r != NULL) {
		row = ctl_row_find(r->rows, r->num_rows, tag);
	} else {
		rows = ctl_listing_header(l, &num);
		row = ctl_row_find(rows, num, tag);
	}
	if (row == NULL)
		fail_msg("no row %u", tag);
	return row;
}

/* ---- Names. ---- */

/* Record 1 with ROWS has the SUBJECTNAME, damaged or not; NULL: none. */
static void
assert_name(const char *rows, const char *expected, bool damaged)
{
	struct buf text = { 0 };
	struct ctl_listing *l;

	buf_str(&text, RECORD_1);
	buf_str(&text, rows);
	l = listing_of(buf_bytes(&text));
	assert_text(row_of(l, CTL_REC_SUBJECT)->text, expected);
	assert_int_equal(row_of(l, CTL_REC_SUBJECT)->damaged, damaged);
	ctl_listing_free(&l);
	buf_clear(&text);
}

static void
test_name_whole(void **state)
{
	assert_name("3\tSUBJECTNAME\t5\tCN=a\n", "CN=a", false);
	assert_name("3       SUBJECTNAME     5       CN=a   \n", "CN=a", false);
	assert_name("3 SUBJECTNAME 5 CN=a\n", "CN=a", false);
	assert_name("   3 SUBJECT NAME 5 CN=a", "CN=a", false);
	assert_name("3\tSUBJECTNAME\t1\n", "", false);
	assert_name("3\tSUBJECTNAME\t1\t\n", "", false);
	assert_name("3\tSUBJECTNAME\t0\n", "", false);
	/* blanks of its own, where tabs part the columns */
	assert_name("3\tSUBJECTNAME\t6\t CN=a\n", " CN=a", false);
	assert_name("3\tSUBJECTNAME\t7\tCN=a  \n", "CN=a  ", false);
	assert_name("3\tSUBJECTNAME\t8\tCN=a\tb \n", "CN=a b ", false);
	assert_name("3 SUBJECTNAME 9 CN=a  b \n", "CN=a  b ", false);
	/* the VALUE on a line of its own */
	assert_name("3 SUBJECTNAME 5\n\n    CN=a\n", "CN=a", false);
}

static void
test_name_without_value(void **state)
{
	assert_name("3\tSUBJECTNAME\t5\t\n4\tFUNCTION\t2\tCAPF\n", NULL, false);
	assert_name("3\tSUBJECTNAME\t5", NULL, false);
	/* two NULs, by the appliance and by ctlsmith */
	assert_name("3\tSUBJECTNAME\t2\n", "", false);
	assert_name("3\tSUBJECTNAME\t2\t\\x00\n", "", false);
	assert_name("3\tSUBJECTNAME\t3\t\\x00\n", "\\x00", true);
}

static void
test_name_broken(void **state)
{
	assert_name("3\tSUBJECTNAME\t11\tCN=ab;\nOU=c\n", "CN=ab;OU=c", false);
	assert_name("3\tSUBJECTNAME\t11\tCN=ab;O\n  U=c\n", "CN=ab;OU=c",
	    false);
	assert_name("3\tSUBJECTNAME\t12\tCN=ab;O=\nc d\n", "CN=ab;O=c d",
	    false);
	assert_name("3\tSUBJECTNAME\t11\tCN=a b\nc d\n", "CN=a b c d", false);
	assert_name("3\tSUBJECTNAME\t12\tCN=a \n b c d\n", "CN=a  b c d",
	    false);
	assert_name("3\tSUBJECTNAME\t13\tCN=ab\nc\nd ef\ng\n", "CN=ab c d ef",
	    false);
	/* in eight lines, but not in nine */
	assert_name("3\tSUBJECTNAME\t9\ta\nb\nc\nd\ne\nf\ng\nh\n", "abcdefgh",
	    false);
	assert_name("3\tSUBJECTNAME\t40\ta\nb\nc\nd\ne\nf\ng\nh\ni\n",
	    "abcdefgh", true);
	/* a line with nothing of it between two */
	assert_name("3\tSUBJECTNAME\t11\tCN=ab;\n" PAGER "\n\nOU=c\n",
	    "CN=ab;OU=c", false);
}

/* A line that is none of the name is not taken for it. */
static void
test_name_ends(void **state)
{
	assert_name("3\tSUBJECTNAME\t5\tCN=a\nb\n", "CN=a", false);
	assert_name("3\tSUBJECTNAME\t6\tCN=a\nbcd\n", "CN=a", true);
	assert_name("3\tSUBJECTNAME\t6\tCN=a\n4\tFUNCTION\t2\tCAPF\nb\n",
	    "CN=a", true);
	assert_name("3\tSUBJECTNAME\t6\tCN=a\n[...]\nb\n", "CN=a", true);
	assert_name("3\tSUBJECTNAME\t6\tCN=a\nadmin:\nb\n", "CN=a", true);
	assert_name("3\tSUBJECTNAME\t6\tCN=a\n----\nb\n", "CN=a", true);
	/* a part of it that looks like something else */
	assert_name("3\tSUBJECTNAME\t36\tCN=\n"
		    "0c05655de63fe2a042cf252d96c6d609\n",
	    "CN=0c05655de63fe2a042cf252d96c6d609", false);
	assert_name("3\tSUBJECTNAME\t8\tCN=Inc\n.\n", "CN=Inc.", false);
}

static void
test_name_repaired(void **state)
{
	assert_name("3 SUBJECTNAME 9 CN=a; C=b\n", "CN=a;C=b", false);
	assert_name("3 SUBJECTNAME 9 CN=a;   C=b\n", "CN=a;C=b", false);
	assert_name("3 SUBJECTNAME 13 CN=a; C=b; O=c\n", "CN=a;C=b;O=c", false);
	assert_name("3 SUBJECTNAME 9 CN=a;\n C=b\n", "CN=a;C=b", false);
	/* it has such a blank of its own */
	assert_name("3 SUBJECTNAME 10 CN=a; C=b\n", "CN=a; C=b", false);
	/* one of two: which? */
	assert_name("3 SUBJECTNAME 14 CN=a; C=b; O=c\n", "CN=a; C=b; O=c",
	    true);
	/* a blank elsewhere is nobody's */
	assert_name("3 SUBJECTNAME 9 CN=a C=b;\n", "CN=a C=b;", true);
	assert_name("3 SUBJECTNAME 8 CN=a b c\n", "CN=a b c", true);
	/* blanks that are gone are not made up */
	assert_name("3 SUBJECTNAME 20 cn=\"a \";o=b\n", "cn=\"a \";o=b", true);
}

static void
test_name_characters(void **state)
{
	assert_name("3\tSUBJECTNAME\t9\tCN=a\xc2\xa0\xc2\xa0"
		    " b\n",
	    "CN=a   b", false);
	assert_name("3\tSUBJECTNAME\t8\tCN=a\xc2\xa0"
		    "b\n",
	    "CN=a\xc2\xa0"
	    "b",
	    false);
	assert_name("3\xc2\xa0SUBJECTNAME\xc2\xa0\xc2\xa0"
		    "5 CN=a\xc2\xa0\n",
	    "CN=a", false);
	assert_name("3\tSUBJECTNAME\t9\tCN=a;\xc2\xa0"
		    "C=b\n",
	    "CN=a;C=b", false);
	/* ctlsmith's way to print what is no UTF-8 */
	assert_name("3\tSUBJECTNAME\t6\tCN=\\xfcb\n",
	    "CN=\xfc"
	    "b",
	    false);
	assert_name("3\tSUBJECTNAME\t9\tCN=\\xfcb\n", "CN=\\xfcb", false);
	assert_name("3\tSUBJECTNAME\t6\tCN=\\x1bb\n", "CN=\\x1bb", true);
	assert_name("3\tSUBJECTNAME\t6\tCN=\\xgcb\n", "CN=\\xgcb", true);
	/* control characters are nobody's */
	assert_name("3\tSUBJECTNAME\t5\tCN\a=a\x7f\n", "CN=a", false);
}

/* ---- Other values. ---- */

static void
assert_role(const char *rows, const char *function, int role)
{
	const struct ctl_listed *r;
	struct buf text = { 0 };
	struct ctl_listing *l;

	buf_str(&text, RECORD_1);
	buf_str(&text, rows);
	l = listing_of(buf_bytes(&text));
	r = ctl_listing_at(l, 0);
	assert_text(r->function, function);
	assert_int_equal(r->has_role, role >= 0);
	if (role >= 0)
		assert_int_equal(r->role, role);
	ctl_listing_free(&l);
	buf_clear(&text);
}

static void
test_roles(void **state)
{
	static const char sast[] = "System Administrator Security Token";
	struct buf row = { 0 };
	uint16_t role = 0;
	unsigned code;

	for (code = 0; code < 30; code++) {
		if (ctl_role_function(code) == NULL)
			continue;
		buf_printf(&row, "4\tFUNCTION\t2\t%s\n",
		    ctl_role_function(code));
		assert_role(buf_cstr(&row), ctl_role_function(code), (int)code);
		buf_clear(&row);
	}
	assert_role("4 FUNCTION 2 System Admini\nstrator Security Token\n",
	    sast, CTL_ROLE_SAST);
	assert_role("4 FUNCTION 2 System\n  Administrator\nSecurity Token\n",
	    sast, CTL_ROLE_SAST);
	assert_role("4 FUNCTION 2\n" PAGER "\nCAPF\n", "CAPF", CTL_ROLE_CAPF);
	assert_role("4 FUNCTION 2 CCM\n+TFTP\n", "CCM+TFTP", CTL_ROLE_CCM_TFTP);
	assert_role("4 FUNCTION 2 CCM\nTFTP\n", "CCM", CTL_ROLE_CCM);
	assert_role("4 FUNCTION 2 Security\xc2\xa0Token", "Security Token",
	    CTL_ROLE_SAST);
	assert_role("4 FUNCTION 2 UNKNOWN (99)\n", "UNKNOWN (99)", -1);
	assert_role("4 FUNCTION 2 capf\n", "capf", -1);
	assert_role("4 FUNCTION 2 System\n5 ISSUERNAME 1\n", "System", -1);
	assert_role("4 FUNCTION 2\n5 ISSUERNAME 1\n", NULL, -1);
	assert_role("5 ISSUERNAME 1\n", NULL, -1);
	assert_true(ctl_role_of_function(LIT("TVS"), &role));
	assert_int_equal(role, CTL_ROLE_TVS);
	assert_false(ctl_role_of_function(LIT(""), &role));
	assert_false(ctl_role_of_function(LIT("Security Toke"), &role));
	assert_int_equal(role, CTL_ROLE_TVS);
}

/* ROWS, of record 1 or of the header, have DATA in the row TAG. */
static void
assert_data(const char *rows, unsigned tag, struct bytes data)
{
	struct ctl_listing *l = listing_of(bytes_of_str(rows));
	const struct ctl_row *row = row_of(l, tag);

	assert_int_equal(row->data.ptr != NULL, data.ptr != NULL);
	assert_true(bytes_equal(row->data, data));
	ctl_listing_free(&l);
}

static void
test_serial(void **state)
{
	const struct bytes none = { 0 };
	const struct bytes three = LIT("\x70\xca\x0f");
	const unsigned tag = CTL_REC_SERIAL;

	assert_data(RECORD_1 "6\tSERIALNUMBER\t3\t70:CA:0F\n", tag, three);
	assert_data(RECORD_1 "6 SERIALNUMBER 3 70:ca:0f\n", tag, three);
	assert_data(RECORD_1 "6 SERIALNUMBER 3 70:C\nA:0F\n", tag, three);
	assert_data(RECORD_1 "6 SERIALNUMBER 3 70:CA\n:0F\n", tag, three);
	assert_data(RECORD_1 "6 SERIALNUMBER 3\n 70:\n CA:0F\n", tag, three);
	assert_data(RECORD_1 "6 SERIALNUMBER 3 70:CA:0F\n12\n", tag, three);
	assert_data(RECORD_1 "6 SERIAL NUMBER 3 \n", tag, none);
	assert_data(RECORD_1 "6 SERIALNUMBER 3 70:CA\n", tag, none);
	assert_data(RECORD_1 "6 SERIALNUMBER 3 70:CA:0F:00\n", tag, none);
	assert_data(RECORD_1 "6 SERIALNUMBER 3 70:C:A0:F\n", tag, none);
	assert_data(RECORD_1 "6 SERIALNUMBER 3 70:CA:0X\n", tag, none);
	assert_data(RECORD_1 "6 SERIALNUMBER 3 70:CA:\n0F GH\n", tag, none);
	assert_data(RECORD_1 "6 SERIALNUMBER 0\n", tag, none);
}

static void
test_cert_hash_and_unknown(void **state)
{
	const struct bytes none = { 0 };

	assert_data(RECORD_1 "11 CERTHASH 2 70 35\n", CTL_REC_CERT_HASH,
	    LIT("\x70\x35"));
	assert_data(RECORD_1 "11 CERTHASH 2 70 3\n5\n", CTL_REC_CERT_HASH,
	    LIT("\x70\x35"));
	assert_data(RECORD_1 "200 UNKNOWN 2 C0 FF\n", 200, LIT("\xc0\xff"));
	assert_data(RECORD_1 "20 UNKNOWN 1 0A\n", 20, LIT("\x0a"));
	assert_data("Parse CTL File\n40 UNKNOWN 3 C0 FF EE\n", 40,
	    LIT("\xc0\xff\xee"));
	assert_data("Parse CTL File\n28 SIGNERVERSION 2 01 02\n", 28,
	    LIT("\x01\x02"));
	assert_data(RECORD_1 "200 UNKNOWN 2\n", 200, none);
}

static void
test_signature(void **state)
{
	const struct bytes none = { 0 };
	const struct bytes four = LIT("\x65\xba\x06\x2b");
	const unsigned tag = CTL_HDR_SIGNATURE;

#define SIGNATURE "Parse CTL File\n12 SIGNATURE 4"
	assert_data(SIGNATURE "\n\t\t65  ba  6  2b\n", tag, four);
	assert_data(SIGNATURE " 65  BA  06  2b\n", tag, four);
	assert_data(SIGNATURE "\n65  ba\n6  2b\n", tag, four);
	assert_data(SIGNATURE "\n65  ba  \n6  2b\n", tag, four);
	assert_data(SIGNATURE " 65  b\na  6  2b\n", tag, four);
	assert_data(SIGNATURE " 65  ba  6  2\nb\n", tag, four);
	assert_data(SIGNATURE " 65  ba  6\n2b\n", tag, four);
	assert_data(SIGNATURE " 65 ba 6 2b\n1 2\n3\n", tag, four);
	assert_data(SIGNATURE " 6\n5  ba  6  2\nb\n", tag, four);
	assert_data(SIGNATURE " 65  ba  6\n2\n", tag, LIT("\x65\xba\x06\x02"));
	/* one line end of two is within a byte: which? */
	assert_data("Parse CTL File\n12 SIGNATURE 4 6\n5  b\na  6 2b 1\n", tag,
	    none);
	assert_data(SIGNATURE " 6\n5  b\n6  2b\n", tag, none);
	assert_data(SIGNATURE " 65  ba  6\n", tag, none);
	assert_data(SIGNATURE " 65  ba  6 2b 1\n", tag, none);
	assert_data(SIGNATURE " 65  ba  62b\n", tag, none);
	assert_data(SIGNATURE "\n", tag, none);
	/* the dump of ctlsmith is no part of it */
	assert_data(SIGNATURE "\n\t\t65  ba  6  2b\n"
			      "\t\t0000009b  65 ba 06 2b\n",
	    tag, four);
#undef SIGNATURE
}

static void
assert_sha1(const char *rows, bool there)
{
	struct buf text = { 0 };
	struct ctl_listing *l;

	buf_str(&text, RECORD_1);
	buf_str(&text, rows);
	l = listing_of(buf_bytes(&text));
	assert_int_equal(ctl_listing_at(l, 0)->sha1.ptr != NULL, there);
	if (there)
		assert_true(bytes_equal(ctl_listing_at(l, 0)->sha1,
		    bytes_of(hash, sizeof(hash))));
	ctl_listing_free(&l);
	buf_clear(&text);
}

static void
test_certificate(void **state)
{
	assert_sha1("9\tCERTIFICATE\t694\t" HASH " (SHA1 Hash HEX)\n", true);
	assert_sha1("9 CERTIFICATE 694 " HASH "\n", true);
	assert_sha1("9 CERTIFICATE 694\n" HASH "\n(SHA1 Hash HEX)\n", true);
	assert_sha1("9 CERTIFICATE 694 E9 D4 33 64 5B C8 8C E\n"
		    "D 51 4D 8F E5 EA 5B 6D 21\n"
		    "A5 A3 8C 9C (SHA1 Hash\n HEX)\n",
	    true);
	assert_sha1("9 CERTIFICATE 694\n", false);
	assert_sha1("9 CERTIFICATE 694 (SHA1 Hash HEX)\n", false);
	assert_sha1("9 CERTIFICATE 694 E9 D4 33 (SHA1 Hash HEX)\n", false);
	assert_sha1("9 CERTIFICATE 694 " HASH " 00 (SHA1 Hash HEX)\n", false);
	assert_sha1("9 CERTIFICATE 694\nSignature Verified successfully\n" HASH
		    "\n",
	    false);
}

static void
test_numbers(void **state)
{
	struct ctl_listing *l = listing_of(LIT("Parse CTL File\n"
					       "3 SIGNERID 2 149\n"
					       "7 SIGNATUREINFO 2\n15\n8\n"
					       "9 SIGNATUREALGOINFO 2 70000\n"
					       "14 FILENAME 12\n8\n"
					       "CTL Record #:1\n"
					       "1 RECORDLENGTH 2 1156\n"
					       "CTL Record #:2\n"
					       "1 RECORDLENGTH 2 99999999\n"
					       "CTL Record #:3\n"
					       "1 RECORDLENGTH 2 12x\n"));
	const struct ctl_row *rows;
	size_t num;

	rows = ctl_listing_header(l, &num);
	assert_int_equal(num, 4);
	assert_int_equal(rows[0].length, 149);
	assert_int_equal(rows[1].length, 15);
	assert_int_equal(rows[2].length, 0);
	assert_int_equal(rows[3].length, 12);
	assert_int_equal(rows[2].line, 6);
	assert_int_equal(rows[0].offset, strlen("Parse CTL File\n"));
	assert_null(rows[3].text.ptr);
	assert_int_equal(ctl_listing_at(l, 0)->length, 1156);
	assert_int_equal(ctl_listing_at(l, 0)->rows[0].length, 2);
	assert_int_equal(ctl_listing_at(l, 1)->length, 0);
	assert_int_equal(ctl_listing_at(l, 2)->length, 0);
	assert_null(ctl_listing_at(l, 3));
	ctl_listing_free(&l);
}

/* ---- The head and the end. ---- */

static const char head[] = "The checksum value of the CTL file:\n"
			   "0c05655de63fe2a042cf252d96c6d609(MD5)\n"
			   "8c92d1a569f7263cf4485812366e66e3b503a2f5(SHA1)\n"
			   "\n"
			   "Length of CTL file: 4947\n"
			   "The CTL File was last modified on "
			   "Fri Mar 06 19:45:13 CET 2015\n";

static void
test_head(void **state)
{
	struct ctl_listing *l = listing_of(LIT(head));
	size_t length = 0, num = 4711;

	assert_int_equal(ctl_listing_kind(l), CTL_KIND_CTL);
	assert_int_equal(ctl_listing_said(l), CTL_SAID_NOTHING);
	assert_true(bytes_equal(ctl_listing_md5(l),
	    LIT("\x0c\x05\x65\x5d\xe6\x3f\xe2\xa0\x42\xcf\x25\x2d\x96\xc6\xd6"
		"\x09")));
	assert_int_equal(ctl_listing_sha1(l).len, 20);
	assert_int_equal(ctl_listing_sha1(l).ptr[19], 0xf5);
	assert_true(ctl_listing_length(l, &length));
	assert_int_equal(length, 4947);
	assert_text(ctl_listing_modified(l), "Fri Mar 06 19:45:13 CET 2015");
	assert_null(ctl_listing_version(l).ptr);
	assert_int_equal(ctl_listing_header_length(l), 0);
	(void)ctl_listing_header(l, &num);
	assert_int_equal(num, 0);
	assert_int_equal(ctl_listing_num(l), 0);
	assert_null(ctl_listing_at(l, 0));
	assert_false(ctl_listing_is_whole(l));
	ctl_listing_free(&l);
}

static void
assert_date(const char *lines, const char *expected)
{
	struct buf text = { 0 };
	struct ctl_listing *l;

	buf_printf(&text, "The ITL File was last modified on%s", lines);
	l = listing_of(buf_bytes(&text));
	assert_int_equal(ctl_listing_kind(l), CTL_KIND_ITL);
	assert_text(ctl_listing_modified(l), expected);
	ctl_listing_free(&l);
	buf_clear(&text);
}

static void
test_date(void **state)
{
	static const char date[] = "Fri Mar 06 19:45:13 CET 2015";

	assert_date(" Fri Mar 06 19:45:13 CET 2015\n2016\n", date);
	assert_date("\nFri Mar 06 19:45:13 CET 2015\n", date);
	assert_date(" Fri Ma\nr 06 19:45:13 CET 2015\n", date);
	assert_date(" Fri\n Mar 06 19:45:13 CET 2015\n", date);
	assert_date(" Fri Mar 06 19:45:13 CET 20\n15\n", date);
	assert_date(" Fri Mar  6 19:45:13 +0530 2015\n",
	    "Fri Mar  6 19:45:13 +0530 2015");
	assert_date(" Fri Mar 06 19:45:13 UTC 2015 (he\nader)\n",
	    "Fri Mar 06 19:45:13 UTC 2015 (header)");
	/* another way to print it is kept as it is */
	assert_date(" 2015-03-06\nnothing\n", "2015-03-06");
	assert_date(" Fri Mar 06\nnothing\n", "Fri Mar 06");
	assert_date(" Fri Mar 06 19:45:13 CET 15\nx\n",
	    "Fri Mar 06 19:45:13 CET 15");
}

static void
test_header(void **state)
{
	struct ctl_listing *l = listing_of(
	    LIT("\tParse CTL File\n\t----\n\nVersion:\t1.2\n"
		"HeaderLength:\t336 (BYTES)\n"));
	size_t num;

	assert_text(ctl_listing_version(l), "1.2");
	assert_int_equal(ctl_listing_header_length(l), 336);
	ctl_listing_free(&l);
	/* a checksum of something else */
	l = listing_of(LIT("Length of CTL file: 5\n"
			   "0c05655de63fe2a042cf252d96c6d609(MD5)\n"));
	assert_null(ctl_listing_md5(l).ptr);
	ctl_listing_free(&l);
	/* these two have no rows */
	l = listing_of(LIT("Length of CTL file: 5\n"
			   "1 VERSION 2 01 02\n2 HEADERLENGTH 2 01 02\n"));
	(void)ctl_listing_header(l, &num);
	assert_int_equal(num, 0);
	ctl_listing_free(&l);
	/* the version of something else */
	l = listing_of(LIT("Version: 9.1\nParse CTL File\nVersion: V3\n"
			   "Version: 12345.12345\nHeaderLength: 99999\n"
			   "3 SIGNERID 2 5\n"));
	assert_null(ctl_listing_version(l).ptr);
	assert_int_equal(ctl_listing_header_length(l), 0);
	ctl_listing_free(&l);
}

static void
assert_said(const char *text, enum ctl_said expected)
{
	struct ctl_listing *l = listing_of(bytes_of_str(text));

	assert_int_equal(ctl_listing_said(l), expected);
	ctl_listing_free(&l);
}

static void
test_said(void **state)
{
	assert_said("The CTL file was verified successfully.\n",
	    CTL_SAID_VERIFIED);
	assert_said("  the itl FILE was verified successfully  ",
	    CTL_SAID_VERIFIED);
	assert_said("Verification of the CTL File failed.\n"
		    "Error parsing the CTL File!!\n",
	    CTL_SAID_FAILED);
	assert_said("Verification of the ITL File failed.\nReason: none\n",
	    CTL_SAID_FAILED);
	assert_said("Length of CTL file: 0\n", CTL_SAID_NO_FILE);
	assert_said("CTL File not found . Please run CTLClient plugin\n",
	    CTL_SAID_NO_FILE);
	assert_said("Length of CTL file: 5\nThe CTL file was verified "
		    "successfully, they said\n",
	    CTL_SAID_NOTHING);
	assert_said("Length of CTL file: 5\n"
		    "The CTL file could not be verified.\n",
	    CTL_SAID_NOTHING);
}

/* ---- Records. ---- */

static void
test_marks(void **state)
{
	struct ctl_listing *l = listing_of(
	    LIT("This etoken was used to sign the CTL file.\n"
		"CTL Record #:2\n"
		"This etoken was used to sign the CTL file.\n"
		"CTL Record  #: 3\n"
		"This etoken was not used to sign the CTL\nfile.\n"
		"CTL Record #:4\n"
		"This etoken was used to sign\n the CTL file.\n"
		"CTL Record #:7\nadmin:show status\n"
		"This etoken was used to sign the CTL file.\n"
		"1 RECORDLENGTH 2 20\n"));
	const struct ctl_listed *r;

	assert_int_equal(ctl_listing_num(l), 4);
	r = ctl_listing_at(l, 0);
	assert_true(r->has_mark && r->is_signer);
	assert_int_equal(r->index, 2);
	assert_int_equal(r->line, 2);
	assert_int_equal(r->offset, 43);
	r = ctl_listing_at(l, 1);
	assert_true(r->has_mark && !r->is_signer);
	assert_int_equal(r->index, 3);
	r = ctl_listing_at(l, 2);
	assert_true(r->has_mark && r->is_signer);
	r = ctl_listing_at(l, 3);
	assert_false(r->has_mark);
	assert_int_equal(r->index, 7);
	assert_int_equal(r->num_rows, 0);
	ctl_listing_free(&l);
}

/* A row is a row only with its own tag, name and LENGTH. */
static void
test_no_rows(void **state)
{
	struct ctl_listing *l = listing_of(
	    LIT("1 RECORDLENGTH 2 20\n" /* of a record that is not there */
		"Length of CTL file: 5\n" RECORD_1 "2 SUBJECTNAME 5 CN=a\n"
		"3 SUBJECTNAME\n"
		"3 SUBJECTNAME five CN=a\n"
		"3 SUBJECTNAME 65536 CN=a\n"
		"3 SUBJECTNAME 123456 CN=a\n"
		"3 SUBJECTNAME 5CN=a\n"
		"3SUBJECTNAME 5 CN=a\n"
		"3 SUBJECTNAMES 5 CN=a\n"
		"3 subjectname 5 CN=a\n"
		"259 SUBJECTNAME 5 CN=a\n"
		"0 UNKNOWN 1 00\n"
		"256 UNKNOWN 1 00\n"
		"1000 UNKNOWN 1 00\n"
		"3 UNKNOWN 1 00\n"
		"12 HASH ALGORITHM 1 SHA-1\n"));

	assert_int_equal(ctl_listing_at(l, 0)->num_rows, 1);
	assert_text(row_of(l, CTL_REC_HASH_ALG)->text, "SHA-1");
	ctl_listing_free(&l);
}

static void
test_is_whole(void **state)
{
	static const struct {
		const char *text;
		bool whole;
	} rows[] = {
		{ "Length of CTL file: 30\nHeaderLength: 10\n"
		  "CTL Record #:1\n1 RECORDLENGTH 2 8\n"
		  "CTL Record #:2\n1 RECORDLENGTH 2 12\n",
		    true },
		{ "Length of CTL file: 31\nHeaderLength: 10\n"
		  "CTL Record #:1\n1 RECORDLENGTH 2 20\n",
		    false },
		{ "Length of CTL file: 30\nHeaderLength: 10\n"
		  "CTL Record #:2\n1 RECORDLENGTH 2 20\n",
		    false },
		{ "Length of CTL file: 30\nHeaderLength: 10\n"
		  "CTL Record #:1\n1 RECORDLENGTH 2 20\nCTL Record #:2\n",
		    false },
		{ "Length of CTL file: 20\n"
		  "CTL Record #:1\n1 RECORDLENGTH 2 20\n",
		    false },
		{ "HeaderLength: 10\nCTL Record #:1\n1 RECORDLENGTH 2 20\n",
		    false },
		{ "Length of CTL file: 10\nHeaderLength: 10\n", true },
	};
	struct ctl_listing *l;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		l = listing_of(bytes_of_str(rows[i].text));
		if (ctl_listing_is_whole(l) != rows[i].whole)
			fail_msg("row %zu", i);
		ctl_listing_free(&l);
	}
}

/* ---- What is put. ---- */

static void
assert_put(const char *in, const char *expected)
{
	struct ctl_listing *l = listing_of(bytes_of_str(in));
	struct buf got = { 0 }, right = { 0 };

	buf_str(&got, "before\n");
	put_listing(l, &got);
	buf_printf(&right, "before\n%s", expected);
	assert_same_text(in, &got, &right);
	ctl_listing_free(&l);
	buf_clear(&got);
	buf_clear(&right);
}

#define TABLE "BYTEPOS\tTAG\t\tLENGTH\tVALUE\n-------\t---\t\t------\t-----\n"
#define PUT_RECORD(n) "\n\tCTL Record #:" n "\n\t  \t  ----\n" TABLE

static void
test_put_parts(void **state)
{
	assert_put(head, head);
	assert_put("Length of ITL file: 7\n", "Length of ITL file: 7\n");
	assert_put("Length of CTL file: 7\nVersion: 1.2\n",
	    "Length of CTL file: 7\n\n\tParse CTL File\n\t----------------\n\n"
	    "Version:\t1.2\n\n" TABLE);
	assert_put("ITL File not found\n",
	    "ITL File not found. Please run CTLClient plugin or run the CLI - "
	    "utils ctl.. to generate the CTL file.\n"
	    "Error parsing the ITL File.\n");
	assert_put("Verification of the ITL File failed\n",
	    "\nVerification of the ITL File failed.\n");
}

static void
test_put_left_out(void **state)
{
	/* how much is missing before the record nobody knows */
	assert_put("Length of CTL file: 90\nHeaderLength: 10\n"
		   "CTL Record #:2\n1 RECORDLENGTH 2 20\n",
	    "Length of CTL file: 90\n"
	    "\n\tParse CTL File\n\t----------------\n\n"
	    "HeaderLength:\t10 (BYTES)\n\n" TABLE
	    "[...]\n" PUT_RECORD("2") "1\tRECORDLENGTH\t2\t20\n");
	assert_put("CTL Record #:1\nCTL Record #:2\nCTL Record #:4\n",
	    "[...]\n" PUT_RECORD("1")
		PUT_RECORD("2") "[...]\n" PUT_RECORD("4"));
	assert_put("Length of CTL file: 31\nHeaderLength: 10\n"
		   "3 SIGNERID 2 5\n"
		   "CTL Record #:1\n1 RECORDLENGTH 2 20\n",
	    "Length of CTL file: 31\n"
	    "\n\tParse CTL File\n\t----------------\n\n"
	    "HeaderLength:\t10 (BYTES)\n\n" TABLE
	    "3\tSIGNERID\t2\t5\n" PUT_RECORD(
		"1") "1\tRECORDLENGTH\t2\t20\n[...]\n");
	assert_put("Length of CTL file: 30\nHeaderLength: 10\n"
		   "3 SIGNERID 2\n"
		   "CTL Record #:1\n1 RECORDLENGTH 2 20\n",
	    "Length of CTL file: 30\n"
	    "\n\tParse CTL File\n\t----------------\n\n"
	    "HeaderLength:\t10 (BYTES)\n\n" TABLE
	    "3\tSIGNERID\t2\n" PUT_RECORD("1") "1\tRECORDLENGTH\t2\t20\n");
}

/* ---- Errors. ---- */

static void
assert_refused(struct bytes in, enum err code, unsigned line, const char *why)
{
	struct ctl_listing *l = NULL;
	struct diag d;

	diag_init(&d);
	if (ctl_listing_read(in, &l, &d) == ERR_OK)
		fail_msg("it is read, though it should be: %s", why);
	assert_null(l);
	assert_int_equal(d.code, code);
	if (strstr(d.msg, why) == NULL || d.line != line)
		fail_msg("line %u: %s", d.line, d.msg);
	assert_int_equal(ctl_listing_read(in, &l, NULL), code);
}

#define SYNTAX(text, line, why) assert_refused(LIT(text), ERR_SYNTAX, line, why)

static void
test_second_output(void **state)
{
	static const char why[] = "belongs into a file of its own";
	struct buf text = { 0 };

	buf_printf(&text, "%sadmin:show ctl\n%s", head, head);
	assert_refused(buf_bytes(&text), ERR_SYNTAX, 8, why);
	buf_clear(&text);
	SYNTAX("Length of CTL file: 0\nCTL File not found.\n\n"
	       "admin:show ctl\nLength of CTL file: 5\n",
	    5, why);
	SYNTAX("CTL File not found.\nCTL File not found.\n", 2, why);
	SYNTAX("Length of CTL file: 5\nLength of CTL file: 5\n", 2, why);
	SYNTAX("Length of CTL file: 5\r\rLength of CTL file: 5\r", 3, why);
	SYNTAX("Length of CTL file: 5\r\n\r\nLength of CTL file: 5\r\n", 3,
	    why);
	SYNTAX("Length of CTL file: 5\nThe checksum value of the CTL file:\n",
	    2, why);
	SYNTAX("Parse CTL File\n\nParse CTL File\n", 3, why);
	SYNTAX("Parse CTL File\nVersion: 1.2\nVersion: 1.2\n", 3, why);
	SYNTAX("Parse CTL File\nHeaderLength: 5\nHeaderLength: 5\n", 3, why);
	SYNTAX(RECORD_1 "Parse CTL File\n", 2, why);
	SYNTAX(RECORD_1 "3 SIGNERID 2 5\n", 2, why);
	SYNTAX(RECORD_1 "CTL File not found.\n", 2, why);
	SYNTAX("CTL Record #:2\n" RECORD_1, 2, "a second output");
	SYNTAX("The CTL file was verified successfully.\n" RECORD_1, 2, why);
	SYNTAX("The CTL file was verified successfully.\n3 SIGNERID 2 5\n", 2,
	    why);
	SYNTAX("The CTL file was verified successfully.\n"
	       "The CTL file was verified successfully.\n",
	    2, why);
	SYNTAX(RECORD_1 "ITL Record #:2\n", 2, why);
	SYNTAX(RECORD_1 "This etoken was used to sign the ITL file.\n", 2, why);
	SYNTAX("Parse ITL File\nThe CTL file was verified successfully.\n", 2,
	    why);
}

static void
test_malformed(void **state)
{
	SYNTAX(RECORD_1 "2 DNSNAME 1\n2 DNSNAME 1\n", 3, "tag 2 stands");
	SYNTAX("Parse CTL File\n3 SIGNERID 2 5\n\n3 SIGNERID 2 5\n", 4,
	    "tag 3 stands");
	SYNTAX("CTL Record #:3\nCTL Record #:2\n", 2, "record 2 stands behind");
	SYNTAX("CTL Record #:3\nCTL Record #:3\n", 2, "record 3 stands behind");
	SYNTAX("CTL Record #:0\n", 1, "record 0 stands behind");
	SYNTAX(RECORD_1 "This etoken was used to sign the CTL file.\n"
			"This etoken was not used to sign the CTL file.\n",
	    3, "a second time");
}

static void
test_no_listing(void **state)
{
	static const char why[] = "no output of show ctl";

	assert_refused(bytes_of("", 0), ERR_SYNTAX, 0, why);
	assert_refused(bytes_of(NULL, 0), ERR_SYNTAX, 0, why);
	SYNTAX("admin:show ctl\nadmin:", 0, why);
	SYNTAX("Some text about the CTL file.\n\n\n", 0, why);
	SYNTAX("Parse CTL File\n", 0, why);
	/* what `ctlsmith show` prints of a signed file */
	SYNTAX(
	    "Length of signed file: 12\nParse signed File\nVersion: 1.2\n" TABLE
	    "3 SIGNERID 2 5\nThe signed file was verified successfully.\n",
	    0, why);
	/* lengths beyond any */
	SYNTAX("Length of CTL file: 12345678901\n", 0, why);
	SYNTAX("CTL Record #:18446744073709551617\n", 0, why);
}

static void
test_utf16(void **state)
{
	static const char why[] = "save it as UTF-8";
	static const char le[] = "\xff\xfe"
				 "a\0b\0";

	SYNTAX("\xff\xfeL\0e\0n\0", 1, why);
	SYNTAX("\xfe\xff\0L\0e\0n", 1, why);
	SYNTAX("L\0e\0n\0g\0t\0h\0", 1, why);
	SYNTAX("\0L\0e\0n\0g\0t\0h", 1, why);
	assert_refused(LIT(le), ERR_SYNTAX, 1, why);
}

static void
test_limits(void **state)
{
	struct buf text = { 0 };
	struct ctl_listing *l;
	size_t i;

	assert_refused(LIT("CTL Record #:10001\n"), ERR_TOO_BIG, 1,
	    "10000 records");
	l = listing_of(LIT("CTL Record #:10000\n"));
	ctl_listing_free(&l);
	buf_str(&text, RECORD_1);
	for (i = 0; i < CTL_MAX_FIELDS; i++)
		buf_str(&text, "200 UNKNOWN 1 00\n");
	l = listing_of(buf_bytes(&text));
	assert_int_equal(ctl_listing_at(l, 0)->num_rows, CTL_MAX_FIELDS);
	ctl_listing_free(&l);
	buf_str(&text, "200 UNKNOWN 1 00\n");
	assert_refused(buf_bytes(&text), ERR_TOO_BIG, CTL_MAX_FIELDS + 2,
	    "rows");
	buf_clear(&text);
	for (i = 0; i < CTL_MAX_FIELDS_TOTAL + 1; i++) {
		if (i % CTL_MAX_FIELDS == 0)
			buf_printf(&text, "CTL Record #:%zu\n",
			    i / CTL_MAX_FIELDS + 1);
		buf_str(&text, "200 UNKNOWN 1 00\n");
	}
	assert_refused(buf_bytes(&text), ERR_TOO_BIG,
	    CTL_MAX_FIELDS_TOTAL + 1 + CTL_MAX_FIELDS_TOTAL / CTL_MAX_FIELDS +
		1,
	    "rows");
	buf_clear(&text);
}

/* ---- Lines. ---- */

static void
assert_one_record(struct bytes in)
{
	struct ctl_listing *l = listing_of(in);

	assert_int_equal(ctl_listing_num(l), 1);
	ctl_listing_free(&l);
}

static void
test_lines(void **state)
{
	assert_one_record(LIT("\xef\xbb\xbf" RECORD_1));
	assert_one_record(LIT("\x1b[1;31mCTL\x1b[0m Record #:1\n"));
	assert_one_record(LIT("\x1b[24;1H\x1b[K" RECORD_1));
	assert_one_record(LIT("\x1b]0;title\x07" RECORD_1));
	assert_one_record(LIT("\x1b]0;title\x1b\\" RECORD_1));
	assert_one_record(LIT("\x1bP1$r0m\x1b\\" RECORD_1));
	assert_one_record(LIT("\x1b(B\x1b=\x1b"
			      "7" RECORD_1));
	assert_one_record(LIT("\xc2\x9b"
			      "2J" RECORD_1));
	/* an escape that does not end takes no line with it */
	assert_one_record(LIT("\x1b[1;2\n" RECORD_1));
	assert_one_record(LIT("\x1b]0;title\n" RECORD_1));
	assert_one_record(LIT("\x1b]0;title\r" RECORD_1));
	assert_one_record(LIT("\x1b\n" RECORD_1 "\x1b"));
	/* backspaces, also over a character of two bytes */
	assert_one_record(LIT("CTL Rex\bcord #:1\n"));
	assert_one_record(LIT("\b\bCTL Re\xc3\xb3\bcord #:1\n"));
	assert_one_record(LIT("abc\rCTL Record #:1\n"));
	assert_one_record(LIT("C\0TL Record #:1\n"));
	assert_one_record(LIT(PAGER "CTL Re" PAGER "cord #:1" PAGER "\n"));
	assert_one_record(LIT("[1m" PAGER "[0m[KCTL Record #:1"));
	assert_one_record(LIT("ctl record # : 1"));
}

/* Prompts, with and without a counter, end what they stand behind. */
static void
test_prompts(void **state)
{
	static const char *const prompts[] = { "admin:", "admin:show ctl",
		"admin: show ctl", "  admin:", "admin(3):", "[12]admin:show",
		"admin:3:", "3 admin:", "admin [3]:" };
	static const char *const others[] = { "administrator:", "admin",
		"my admin:" };
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++) {
		buf_printf(&text, "3\tSUBJECTNAME\t90\tCN=a\n%s\n", prompts[i]);
		assert_name(buf_cstr(&text), "CN=a", true);
		buf_clear(&text);
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		buf_printf(&text, "3\tSUBJECTNAME\t%zu\tCN=a\n%s\n",
		    strlen(others[i]) + 5, others[i]);
		buf_printf(&text, "4\tFUNCTION\t2\tCAPF\n");
		assert_role(buf_cstr(&text), "CAPF", CTL_ROLE_CAPF);
		buf_clear(&text);
	}
}

static void
test_is_listing(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
		{ "admin:show ctl\n\nLength of CTL file: 0\n", true },
		{ "CTL Record #:5\n", true },
		{ "The checksum value of the ITL file:\n", true },
		{ "This etoken was used to sign the CTL file.", true },
		{ "-----BEGIN CERTIFICATE-----\nMIIC\n", false },
		{ "admin:show ctl\n", false },
		{ "Length of signed file: 5\n", false },
		{ "the CTL file", false },
		{ "", false },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (ctl_is_listing(bytes_of_str(rows[i].text)) != rows[i].is)
			fail_msg("row %zu", i);
	assert_false(ctl_is_listing(LIT("\x01\x00\x02\nCTL Record #:5\n")));
	/* so that the reader can say what is wrong with it */
	assert_true(ctl_is_listing(
	    LIT("\xff\xfe\n\0C\0T\0L\0 \0R\0e\0c\0o\0r\0d\0#\0:\0001\0\n\0")));
}

/* A lot of text takes no more than its share of time and memory. */
static void
test_large(void **state)
{
	static const char *const pieces[] = { "\n", " ", "x", "\x1b[", "\r",
		"[...]\n", "\\x41", "; ", "\b", PAGER, "3 SUBJECTNAME ",
		"CTL Record #", "a\n", "\xc2\xa0", "00 ", "1" };
	const size_t size = (size_t)2 * 1024 * 1024;
	struct ctl_listing *l;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		buf_str(&text, RECORD_1 "3\tSUBJECTNAME\t65535\t");
		while (text.len < size)
			buf_str(&text, pieces[i]);
		assert_true(buf_ok(&text));
		l = listing_of(buf_bytes(&text));
		assert_int_equal(ctl_listing_num(l), 1);
		ctl_listing_free(&l);
		buf_clear(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name_whole),
		cmocka_unit_test(test_name_without_value),
		cmocka_unit_test(test_name_broken),
		cmocka_unit_test(test_name_ends),
		cmocka_unit_test(test_name_repaired),
		cmocka_unit_test(test_name_characters),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_serial),
		cmocka_unit_test(test_cert_hash_and_unknown),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_certificate),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_date),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_no_rows),
		cmocka_unit_test(test_is_whole),
		cmocka_unit_test(test_put_parts),
		cmocka_unit_test(test_put_left_out),
		cmocka_unit_test(test_second_output),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_no_listing),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_prompts),
		cmocka_unit_test(test_is_listing),
		cmocka_unit_test(test_large),
	};

	return test_run(tests);
}
