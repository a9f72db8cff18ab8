/* SPDX-License-Identifier: Apache-2.0 */
/* ctl/listing.h: the VALUE of each row, whole, broken and damaged. */
#include "tests/unit/test.h"

#include "tests/unit/listings.h"

#define HASH "E9 D4 33 64 5B C8 8C ED 51 4D 8F E5 EA 5B 6D 21 A5 A3 8C 9C"
static const uint8_t hash[] = { 0xe9, 0xd4, 0x33, 0x64, 0x5b, 0xc8, 0x8c, 0xed,
	0x51, 0x4d, 0x8f, 0xe5, 0xea, 0x5b, 0x6d, 0x21, 0xa5, 0xa3, 0x8c,
	0x9c };

#define HEADER "Parse CTL File\nHeaderLength: 8\n"

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

#define START "CN=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"

/* A record whose SUBJECTNAME of LENGTH goes on as LINE. */
static void
put_torn(struct buf *out, size_t length, const char *line)
{
	buf_clear(out);
	buf_printf(out,
	    RECORD_1 "1 RECORDLENGTH 2 100\n"
		     "3\tSUBJECTNAME\t%zu\t" START "\n%s\n"
		     "4\tFUNCTION\t2\tCCM+TFTP\n10 IPADDRESS 4\n",
	    length, line);
}

/* LINE, which looks like something else, is part of the name and of nothing
 * else where JOINT and it make up LENGTH. */
static void
assert_torn(const char *line, const char *joint)
{
	struct buf text = { 0 }, name = { 0 };
	const struct ctl_listed *r;
	struct ctl_listing *l;

	buf_printf(&name, START "%s%s", joint, line);
	put_torn(&text, name.len + 1, line);
	l = listing_of(buf_bytes(&text));
	r = ctl_listing_at(l, 0);
	assert_int_equal(ctl_listing_num(l), 1);
	assert_int_equal(ctl_listing_said(l), CTL_SAID_NOTHING);
	assert_int_equal(r->num_rows, 4);
	assert_int_equal(r->role, CTL_ROLE_CCM_TFTP);
	assert_null(r->sha1.ptr);
	assert_int_equal(r->rows[3].length, 4);
	assert_false(row_of(l, CTL_REC_SUBJECT)->damaged);
	assert_text(row_of(l, CTL_REC_SUBJECT)->text, buf_cstr(&name));
	ctl_listing_free(&l);
	buf_clear(&text);
	buf_clear(&name);
}

/* LENGTH is not made up by LINE: it is what it looks like. */
static void
assert_not_torn(const char *line, size_t length)
{
	struct ctl_listing *l = NULL;
	struct buf text = { 0 };

	put_torn(&text, length, line);
	if (ctl_listing_read(buf_bytes(&text), &l, NULL) == ERR_OK) {
		assert_text(row_of(l, CTL_REC_SUBJECT)->text, START);
		assert_true(row_of(l, CTL_REC_SUBJECT)->damaged);
	}
	ctl_listing_free(&l);
	buf_clear(&text);
}

static void
test_name_torn(void **state)
{
	static const char certificate[] = "9 CERTIFICATE 700 " HASH;
	static const char *const lines[] = {
		"This etoken was used to sign the CTL file.",
		"This etoken was not used to sign the CTL file.",
		"admin:", "admin:show ctl", "CTL Record #:4", "CTL Record #:1",
		certificate, "10 IPADDRESS 16", "10 IPADDRESS 4",
		"3 SIGNERID 2 5", "2 DNSNAME 1", "4 FUNCTION 2 CAPF",
		"11 CERTHASH 20", "200 UNKNOWN 4 AA",
		"The CTL file was verified successfully.",
		"The ITL file was verified successfully.",
		"Verification of the CTL File failed.", "CTL File not found",
		"Length of CTL file: 5", "HeaderLength: 5", "Version: 1.2",
		"BYTEPOS TAG LENGTH VALUE", "Parse CTL File",
		"The CTL File was last modified on it", "no such row"
	};
	size_t i, length;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_torn(lines[i], "");
		assert_torn(lines[i], " ");
		length = strlen(START) + strlen(lines[i]) + 1;
		assert_not_torn(lines[i], length - 1);
		if (strcmp(lines[i], "no such row") != 0)
			assert_not_torn(lines[i], length + 2);
	}
}

static void
test_name_torn_often(void **state)
{
	struct ctl_listing *l;
	struct diag d;

	/* over as many lines as it takes, but eight */
	assert_name("3 SUBJECTNAME 20 CN=a\nadmin:\nxyz\nadmin:\n",
	    "CN=aadmin:xyzadmin:", false);
	assert_name("3 SUBJECTNAME 22 CN=a\n\nadmin:\n" PAGER "\nx z\nadmin:\n",
	    "CN=a", true);
	assert_name("3 SUBJECTNAME 23 CN=a\n\nadmin:\n" PAGER "\nx z\nadmin:\n",
	    "CN=a admin: x z admin:", false);
	assert_name("3 SUBJECTNAME 42 CN=a\nadmin:\nadmin:\nadmin:\nadmin:\n"
		    "admin:\nadmin:\nx\n",
	    "CN=aadmin:admin:admin:admin:admin:admin:x", false);
	assert_name("3 SUBJECTNAME 48 CN=a\nadmin:\nadmin:\nadmin:\nadmin:\n"
		    "admin:\nadmin:\nadmin:\nx\n",
	    "CN=a", true);
	/* the fewest of them */
	assert_name("3 SUBJECTNAME 19 CN=a\nadmin:\nadmin:\nb\n",
	    "CN=a admin: admin:", false);
	/* what is behind it is read as ever, and in its line */
	diag_init(&d);
	assert_int_equal(
	    ctl_listing_read(
		LIT(RECORD_1 "3 SUBJECTNAME 14 CN=a\nadmin:\nxyz\n" RECORD_1),
		&l, &d),
	    ERR_SYNTAX);
	assert_int_equal(d.line, 5);
	/* in the header, too */
	l = listing_of(LIT(HEADER "4 SIGNERNAME 11 CN=a\nadmin:\n"
				  "5 SERIALNUMBER 1 70\n"));
	assert_text(row_of(l, CTL_HDR_SIGNER_NAME)->text, "CN=aadmin:");
	assert_int_equal(row_of(l, CTL_HDR_SERIAL)->data.len, 1);
	ctl_listing_free(&l);
}

/* A name that needs no line, or that cannot have it, takes none. */
static void
test_name_not_torn(void **state)
{
	/* complete, with blanks of its own */
	assert_name("3\tSUBJECTNAME\t13\tCN=a        \nadmin:\n",
	    "CN=a        ", false);
	/* left out */
	assert_name("3 SUBJECTNAME 7\nadmin:\n", NULL, false);
	/* cut where the rest was left out */
	assert_name("3 SUBJECTNAME 10 CN=a\n[...]\n", "CN=a", true);
	assert_name("3 SUBJECTNAME 16 CN=a\nadmin:\n[...]\n", "CN=a", true);
	/* the columns are those of a table */
	assert_name("3 SUBJECTNAME 22 CN=a\n4\tFUNCTION\t2\tCAPF\n", "CN=a",
	    true);
	assert_name("3 SUBJECTNAME 22 CN=a\n4 FUNCTION 2 CAPF\n",
	    "CN=a4 FUNCTION 2 CAPF", false);
	/* blanks that were lost leave room for none */
	assert_name("3 SUBJECTNAME 12 CN=a b\n4 FUNCTION 2 CAPF\nadmin:\n",
	    "CN=a b", true);
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
	/* blanks at its ends are the page's, where nothing says otherwise */
	assert_name("3 SUBJECTNAME 20   CN=a b \xc2\xa0 \n", "CN=a b", true);
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
	assert_data(HEADER "40 UNKNOWN 3 C0 FF EE\n", 40, LIT("\xc0\xff\xee"));
	assert_data(HEADER "28 SIGNERVERSION 2 01 02\n", 28, LIT("\x01\x02"));
	assert_data(RECORD_1 "200 UNKNOWN 2\n", 200, none);
}

static void
test_signature(void **state)
{
	const struct bytes none = { 0 };
	const struct bytes four = LIT("\x65\xba\x06\x2b");
	const unsigned tag = CTL_HDR_SIGNATURE;

#define SIGNATURE HEADER "12 SIGNATURE 4"
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
	assert_data(HEADER "12 SIGNATURE 4 6\n5  b\na  6 2b 1\n", tag, none);
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
	struct ctl_listing *l = listing_of(
	    LIT(HEADER "3 SIGNERID 2 149\n"
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
	assert_int_equal(rows[2].line, 7);
	assert_int_equal(rows[0].offset, strlen(HEADER));
	assert_null(rows[3].text.ptr);
	assert_int_equal(ctl_listing_at(l, 0)->length, 1156);
	assert_int_equal(ctl_listing_at(l, 0)->rows[0].length, 2);
	assert_int_equal(ctl_listing_at(l, 1)->length, 0);
	assert_int_equal(ctl_listing_at(l, 2)->length, 0);
	assert_null(ctl_listing_at(l, 3));
	ctl_listing_free(&l);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name_whole),
		cmocka_unit_test(test_name_without_value),
		cmocka_unit_test(test_name_broken),
		cmocka_unit_test(test_name_ends),
		cmocka_unit_test(test_name_torn),
		cmocka_unit_test(test_name_torn_often),
		cmocka_unit_test(test_name_not_torn),
		cmocka_unit_test(test_name_repaired),
		cmocka_unit_test(test_name_characters),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_serial),
		cmocka_unit_test(test_cert_hash_and_unknown),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_certificate),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_prompts),
	};

	return test_run(tests);
}
