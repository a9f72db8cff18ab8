/* SPDX-License-Identifier: Apache-2.0 */
/* ctl/listing.h: lines, what they say of the list and of a record, and what is
 * refused. */
#include "tests/unit/test.h"

#include "tests/unit/listings.h"

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

	buf_printf(&text,
	    "Length of ITL file: 5\nThe ITL File was last modified on%s",
	    lines);
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
	assert_said("Length of CTL file: 5\n"
		    "The CTL file was verified successfully.\n",
	    CTL_SAID_VERIFIED);
	assert_said("Length of ITL file: 5\n"
		    "  the itl FILE was verified successfully  ",
	    CTL_SAID_VERIFIED);
	assert_said("Length of CTL file: 5\n"
		    "Verification of the CTL File failed.\n"
		    "Error parsing the CTL File!!\n",
	    CTL_SAID_FAILED);
	assert_said("Length of ITL file: 5\n"
		    "Verification of the ITL File failed.\nReason: none\n",
	    CTL_SAID_FAILED);
	assert_said("Length of CTL file: 0\n", CTL_SAID_NO_FILE);
	assert_said("Length of CTL file: 0\n"
		    "CTL File not found . Please run CTLClient plugin\n",
	    CTL_SAID_NO_FILE);
	assert_said("Length of CTL file: 5\nThe CTL file was verified "
		    "successfully, they said\n",
	    CTL_SAID_NOTHING);
	assert_said("Length of CTL file: 5\n"
		    "The CTL file could not be verified.\n",
	    CTL_SAID_NOTHING);
}

/* ---- Records. ---- */

#define SAST "4 FUNCTION 2 Security Token\n"
#define USED "This etoken was used to sign the CTL file.\n"
#define NOT_USED "This etoken was not used to sign the CTL file.\n"

static void
test_marks(void **state)
{
	static const struct {
		const char *text;
		bool has_mark, is_signer;
	} rows[] = {
		{ "CTL Record #:2\n" SAST USED, true, true },
		{ "CTL Record  #: 3\n" SAST
		  "This etoken was not used to sign the CTL\nfile.\n",
		    true, false },
		{ "CTL Record #:4\n" SAST NOT_USED "10 IPADDRESS 4\n" NOT_USED,
		    true, false },
		/* behind anything but the last row */
		{ "CTL Record #:5\n" USED SAST, false, false },
		{ "CTL Record #:6\n" SAST USED "10 IPADDRESS 4\n", false,
		    false },
		{ "CTL Record #:7\n" SAST USED NOT_USED "10 IPADDRESS 4\n",
		    false, false },
		/* of a record that is no SAST's */
		{ "CTL Record #:8\n4 FUNCTION 2 CAPF\n" USED, false, false },
		{ "CTL Record #:9\n4 FUNCTION 2 CAPF\n" USED NOT_USED, false,
		    false },
		{ "CTL Record #:10\n10 IPADDRESS 4\n" USED, false, false },
		{ "CTL Record #:11\n" USED, false, false },
		/* of none */
		{ "CTL Record #:12\n" SAST "admin:show status\n" USED, false,
		    false },
	};
	const size_t num = sizeof(rows) / sizeof(rows[0]);
	const struct ctl_listed *r;
	struct buf text = { 0 };
	struct ctl_listing *l;
	size_t i;

	buf_str(&text, USED);
	for (i = 0; i < num; i++)
		buf_str(&text, rows[i].text);
	l = listing_of(buf_bytes(&text));
	assert_int_equal(ctl_listing_num(l), num);
	for (i = 0; i < num; i++) {
		r = ctl_listing_at(l, i);
		assert_int_equal(r->index, i + 2);
		if (r->has_mark != rows[i].has_mark ||
		    r->is_signer != rows[i].is_signer)
			fail_msg("record %zu", r->index);
	}
	assert_int_equal(ctl_listing_at(l, 0)->line, 2);
	assert_int_equal(ctl_listing_at(l, 0)->offset, strlen(USED));
	ctl_listing_free(&l);
	buf_clear(&text);
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

#define ROW_15 "2 DNSNAME 12\n"

static void
test_is_whole(void **state)
{
	static const struct {
		const char *text;
		bool whole;
	} rows[] = {
		{ "Length of CTL file: 30\nHeaderLength: 10\n"
		  "CTL Record #:1\n1 RECORDLENGTH 2 8\n2 DNSNAME 0\n"
		  "CTL Record #:2\n1 RECORDLENGTH 2 12\n10 IPADDRESS 4\n",
		    true },
		{ "Length of CTL file: 30\nHeaderLength: 10\n" RECORD_1
		  "1 RECORDLENGTH 2 20\n" ROW_15,
		    true },
		{ "Length of CTL file: 31\nHeaderLength: 10\n" RECORD_1
		  "1 RECORDLENGTH 2 20\n" ROW_15,
		    false },
		{ "Length of CTL file: 30\nHeaderLength: 10\n"
		  "CTL Record #:2\n1 RECORDLENGTH 2 20\n" ROW_15,
		    false },
		{ "Length of CTL file: 30\nHeaderLength: 10\n" RECORD_1
		  "1 RECORDLENGTH 2 20\n" ROW_15 "CTL Record #:2\n",
		    false },
		{ "Length of CTL file: 20\n" RECORD_1
		  "1 RECORDLENGTH 2 20\n" ROW_15,
		    false },
		{ "HeaderLength: 10\n" RECORD_1 "1 RECORDLENGTH 2 20\n" ROW_15,
		    false },
		/* a row too few, one too many */
		{ "Length of CTL file: 30\nHeaderLength: 10\n" RECORD_1
		  "1 RECORDLENGTH 2 20\n",
		    false },
		{ "Length of CTL file: 30\nHeaderLength: 10\n" RECORD_1
		  "1 RECORDLENGTH 2 20\n" ROW_15 "3 SUBJECTNAME 0\n",
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

/* Rows of two records, as a lost page joins them. */
static void
test_lost_page(void **state)
{
	static const char three[] = "CTL Record #:3\n"
				    "1 RECORDLENGTH 2 48\n"
				    "2 DNSNAME 8\tlab-pub\n"
				    "3 SUBJECTNAME 8\tCN=rec1\n";
	static const char rest[] = "4 FUNCTION 2 CAPF\n"
				   "5 ISSUERNAME 5\tCN=a\n"
				   "6 SERIALNUMBER 2 61:61\n";
	static const struct {
		const char *extra;
		size_t sum;
		bool whole;
	} rows[] = {
		{ "", 45, false },
		{ "10 IPADDRESS 0\n", 48, true },
		{ "10 IPADDRESS 4\n", 52, false },
		{ "200 UNKNOWN 0\n", 48, true },
		{ "200 UNKNOWN 0\n200 UNKNOWN 0\n", 51, false },
	};
	struct ctl_listing *l;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_printf(&text, "%s%s%s", three, rest, rows[i].extra);
		l = listing_of(buf_bytes(&text));
		assert_int_equal(ctl_listing_at(l, 0)->length, 48);
		assert_int_equal(ctl_listing_at(l, 0)->rows_length,
		    rows[i].sum);
		assert_int_equal(ctl_listing_at(l, 0)->whole, rows[i].whole);
		ctl_listing_free(&l);
		buf_clear(&text);
	}
	/* nothing that they could add up to */
	l = listing_of(LIT("CTL Record #:1\nCTL Record #:2\n2 DNSNAME 1\n"
			   "CTL Record #:3\n1 RECORDLENGTH 2\n"
			   "CTL Record #:4\n1 RECORDLENGTH 2 5\n"));
	for (i = 0; i < 4; i++)
		assert_int_equal(ctl_listing_at(l, i)->whole, i == 3);
	assert_int_equal(ctl_listing_at(l, 0)->rows_length, 0);
	assert_int_equal(ctl_listing_at(l, 1)->rows_length, 4);
	ctl_listing_free(&l);
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
	assert_put("Length of ITL file: 0\nITL File not found\n",
	    "Length of ITL file: 0\n"
	    "ITL File not found. Please run CTLClient plugin or run the CLI - "
	    "utils ctl.. to generate the CTL file.\n"
	    "Error parsing the ITL File.\n");
	assert_put("Length of ITL file: 7\n"
		   "Verification of the ITL File failed\n",
	    "Length of ITL file: 7\n\nVerification of the ITL File failed.\n");
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
	SYNTAX(RECORD_1 SAST USED NOT_USED, 4, "a second time");
	SYNTAX(RECORD_1 SAST NOT_USED NOT_USED USED "admin:\n", 4,
	    "a second time");
	SYNTAX(RECORD_1 SAST USED "CTL Record #:3\n" SAST USED, 6,
	    "record 3 is said to have signed, and so is record 1");
	SYNTAX(RECORD_1 SAST USED "CTL Record #:2\n" SAST USED
				  "\nCTL Record #:3\n" SAST NOT_USED,
	    6, "and so is record 1");
	SYNTAX(RECORD_1 SAST USED "CTL Record #:2\n" SAST USED
				  "The CTL file was verified successfully.\n",
	    6, "and so is record 1");
}

/* A prompt behind rows or records ends the output. */
static void
test_prompt_ends(void **state)
{
	static const char why[] = "a second output";
	struct ctl_listing *l;

	SYNTAX(RECORD_1 "1 RECORDLENGTH 2 5\nadmin:\n2 DNSNAME 1\n", 4, why);
	SYNTAX(RECORD_1 "admin:\nCTL Record #:2\n", 3, why);
	SYNTAX(RECORD_1 "admin:show status\n200 UNKNOWN 1 00\n", 3, why);
	SYNTAX(RECORD_1 "admin:\nThe CTL file was verified successfully.\n", 3,
	    why);
	SYNTAX(RECORD_1 "The CTL file was verified successfully.\nadmin:\n"
			"9 CERTIFICATE 5\n",
	    4, why);
	SYNTAX("HeaderLength: 8\n3 SIGNERID 2 5\nadmin:\n4 SIGNERNAME 1\n"
	       "CTL Record #:1\n",
	    4, why);
	SYNTAX("HeaderLength: 8\n3 SIGNERID 2 5\nadmin:\nCTL Record #:1\n", 4,
	    why);
	/* before it, within its head, and the pager's */
	l = listing_of(LIT(
	    "admin:\n9 CERTIFICATE 5\nadmin:show ctl\n"
	    "Length of CTL file: 5\nadmin:\nHeaderLength: 8\n"
	    "3 SIGNERID 2 5\n" PAGER "\n"
	    "4 SIGNERNAME 1\n" PAGER "\n" RECORD_1 PAGER
	    "\n1 RECORDLENGTH 2 5\n" PAGER "\n2 DNSNAME 1\nadmin:show version\n"
	    "Version: 1.9\n3 UNKNOWN 5\nadmin:\n"));
	assert_int_equal(ctl_listing_at(l, 0)->num_rows, 2);
	assert_null(ctl_listing_version(l).ptr);
	ctl_listing_free(&l);
}

static void
test_no_listing(void **state)
{
	static const char why[] = "no output of show ctl";

	assert_refused(bytes_of("", 0), ERR_SYNTAX, 1, why);
	assert_refused(bytes_of(NULL, 0), ERR_SYNTAX, 1, why);
	SYNTAX("admin:show ctl\nadmin:", 1, why);
	SYNTAX("Some text about the CTL file.\n\n\n", 1, why);
	SYNTAX("Parse CTL File\n", 1, why);
	/* no line that opens an output */
	SYNTAX("The CTL file was verified successfully.\n", 1, why);
	SYNTAX("CTL File not found.\n", 1, why);
	SYNTAX(USED NOT_USED, 1, why);
	SYNTAX("Parse CTL File\nVersion: 1.2\n3 SIGNERID 2 5\n", 1, why);
	SYNTAX("The CTL File was last modified on 2015-03-06\n", 1, why);
	SYNTAX("Please run: Length of CTL file: 4\n", 1, why);
	/* one, and nothing of a list */
	SYNTAX(TABLE "The CTL file was verified successfully.\n", 1, why);
	SYNTAX("The checksum value of the CTL file:\n", 1, why);
	/* what `ctlsmith show` prints of a signed file */
	SYNTAX(
	    "Length of signed file: 12\nParse signed File\nVersion: 1.2\n" TABLE
	    "3 SIGNERID 2 5\nThe signed file was verified successfully.\n",
	    1, why);
	/* lengths beyond any */
	SYNTAX("Length of CTL file: 12345678901\n", 1, why);
	SYNTAX("CTL Record #:18446744073709551617\n", 1, why);
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
	assert_one_record(LIT(
	    "CTL RPress <" PAGER "enter> for 1 line, <space> for one page, or "
	    "<q> to quitecord #:1\n"));
	assert_one_record(LIT("[1m" PAGER "[0m[KCTL Record #:1"));
	assert_one_record(LIT("ctl record # : 1"));
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
		{ "HeaderLength: 336 (BYTES)\n", true },
		{ TABLE, true },
		{ "x\r\n  bytepos  tag length\r\n", true },
		{ USED, false },
		{ "The CTL file was verified successfully.\n", false },
		{ "CTL File not found.\n", false },
		{ "ITL File not found in the archive\n", false },
		{ "Please run: Length of CTL file: 4\n", false },
		{ "Parse CTL File\nVersion: 1.2\n", false },
		{ "Length of CTL file: some\n", false },
		{ "-----BEGIN CERTIFICATE-----\nMIIC\n", false },
		{ "admin:show ctl\n", false },
		{ "Length of signed file: 5\n", false },
		{ "the CTL file", false },
		{ "", false },
	};
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (ctl_is_listing(bytes_of_str(rows[i].text)) != rows[i].is)
			fail_msg("row %zu", i);
	assert_false(ctl_is_listing(LIT("\x01\x00\x02\nCTL Record #:5\n")));
	assert_false(ctl_is_listing(bytes_of(NULL, 0)));
	/* a file of another kind that begins with a text */
	buf_str(&text, "Length of CTL file: 5\n");
	buf_fill(&text, 4096 - text.len, ' ');
	assert_true(ctl_is_listing(buf_bytes(&text)));
	text.ptr[4095] = '\0';
	assert_false(ctl_is_listing(buf_bytes(&text)));
	text.ptr[4095] = ' ';
	buf_u8(&text, '\0');
	assert_true(ctl_is_listing(buf_bytes(&text)));
	buf_clear(&text);
	/* so that the reader can say what is wrong with it */
	assert_true(ctl_is_listing(
	    LIT("\xff\xfe\n\0C\0T\0L\0 \0R\0e\0c\0o\0r\0d\0#\0:\0001\0\n\0")));
	assert_true(ctl_is_listing(
	    LIT("\xff\xfe"
		"C\0T\0L\0 \0R\0e\0c\0o\0r\0d\0#\0:\0001\0\n\0")));
	assert_true(ctl_is_listing(
	    LIT("\xfe\xff\0C\0T\0L\0 \0R\0e\0c\0o\0r\0d\0#\0:\0001\0\n")));
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
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_date),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_no_rows),
		cmocka_unit_test(test_is_whole),
		cmocka_unit_test(test_lost_page),
		cmocka_unit_test(test_put_parts),
		cmocka_unit_test(test_put_left_out),
		cmocka_unit_test(test_second_output),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_prompt_ends),
		cmocka_unit_test(test_no_listing),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_is_listing),
		cmocka_unit_test(test_large),
	};

	return test_run(tests);
}
