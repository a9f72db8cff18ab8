/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of the TFTP folder on the lab's command line; how they leave it over
 * SFTP is shown by tests of the whole lab.
 */
#include "tests/unit/test.h"

#include "tests/unit/console_desk.h"

#include <string.h>

#define USUAL 1250, "12.5.1.16900-48"

static void
test_list(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "file list tftp *\r");
	desk_says(&d,
	    "\r\nCTLFile.tlv\r\nITLFile.tlv\r\nITLRecovery.p12\r\n"
	    "readme.txt\r\ndir count = 0, file count = 4\r\nadmin:");
	(void)desk_type(&d, "file list tftp CTL*.tlv detail\r");
	desk_says(&d,
	    "\r\n24 Nov,2015 15:37:45        4,947  CTLFile.tlv\r\n"
	    "dir count = 0, file count = 1\r\n");
	(void)desk_type(&d, "file list tftp ?TLFile.tlv reverse\r");
	desk_says(&d, "\r\nITLFile.tlv\r\nCTLFile.tlv\r\n");
	(void)desk_type(&d, "file list tftp nothing\r");
	desk_says(&d, "no such file or directory can be found\r\nadmin:");
	desk_close(&d);
}

static void
test_delete(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "file delete tftp CTLFile.tlv\ry\r");
	desk_says(&d,
	    "\r\nDelete the File CTLFile.tlv?\r\nEnter \"y\" followed by "
	    "return to continue: y\r\nfiles: found = 1, deleted = "
	    "1\r\nadmin:");
	assert_string_equal(d.did, "delete 0 CTLFile.tlv");
	(void)desk_type(&d, "file delete tftp CTLFile.tlv\rn\r");
	desk_says(&d, "files: found = 1, deleted = 0\r\n");
	assert_string_equal(d.did, "");
	(void)desk_type(&d, "file delete tftp CTLFile.tlv noconfirm\r");
	desk_says_not(&d, "Enter");
	desk_says(&d, "files: found = 1, deleted = 1\r\n");
	(void)desk_type(&d,
	    "file delete activelog cm/tftpdata/CTLFile.tlv noconfirm\r");
	assert_string_equal(d.did, "delete 0 CTLFile.tlv");
	(void)desk_type(&d, "file delete tftp nothing\r");
	desk_says(&d, "files: found = 0, deleted = 0\r\n");
	desk_close(&d);
}

static void
test_dump_and_search(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "file dump tftp readme.txt hex\r");
	desk_says(&d,
	    "\r\n00000000  68 65 6c 6c 6f                                   "
	    "|hello|\r\n");
	(void)desk_type(&d, "file dump tftp CTLFile.tlv hex\r");
	desk_says(&d, "\r\n00000010  ");
	assert_int_equal(desk_count(&d, "|\r\n"), (4947 + 15) / 16);
	(void)desk_type(&d, "file dump tftp readme.txt\r");
	desk_says(&d, "\r\nhello\r\n");
	(void)desk_type(&d, "file dump tftp nothing hex\r");
	desk_says(&d, "unsuccessfully");
	(void)desk_type(&d, "file search tftp * HELL ignorecase\r");
	desk_says(&d, "readme.txt: ");
	desk_says_not(&d, "CTLFile.tlv: ");
	(void)desk_type(&d, "file search tftp * (\r");
	desk_says(&d, "unsuccessfully");
	desk_close(&d);
}

/* S16: the dialogue; nobody is at the other end. */
static void
test_get(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "file get tftp CTLFile.tlv\rn\r");
	desk_says(&d,
	    "Please wait while the system is gathering files info "
	    "...done.\r\nSub-directories were not traversed.\r\n"
	    "Number of files affected: 1\r\nTotal size in Bytes: 4947\r\n"
	    "Total size in Kbytes: 4.83\r\n"
	    "Would you like to proceed [y/n]? n\r\n"
	    "Files transfer cancelled.\r\nadmin:");
	(void)desk_type(&d,
	    "file get tftp CTLFile.tlv\ry\r127.0.0.1\r1\rme\rsecret\r/tmp\r");
	desk_says(&d,
	    "SFTP server IP: 127.0.0.1\r\nSFTP server port [22]: 1\r\n"
	    "User ID: me\r\nPassword: \r\nDownload directory: /tmp\r\n");
	desk_says_not(&d, "secret");
	desk_says(&d, "Transfer failed: ");
	desk_says(&d, "unsuccessfully");
	(void)desk_type(&d, "file get tftp nothing\r");
	desk_says(&d, "Number of files affected: 0\r\n");
	(void)desk_type(&d, "file get tftp ITLRecovery.p12\rn\r");
	desk_says(&d, "Number of files affected: 1\r\n");
	d.user = "operator";
	(void)desk_type(&d, "file get tftp ITL*\rn\r");
	desk_says(&d, "Number of files affected: 1\r\n");
	desk_says(&d, "Total size in Bytes: 4947\r\n");
	(void)desk_type(&d, "file get tftp ITLRecovery.p12\rn\r");
	desk_says(&d, "Number of files affected: 0\r\n");
	desk_close(&d);
}

static void
test_bounds(void **state)
{
	char line[1200] = "file list tftp ";
	struct desk d;

	desk_open(&d, USUAL);
	memset(line + 15, '*', 1000);
	memcpy(line + 1015, "\r", 2);
	(void)desk_type(&d, line);
	desk_says(&d, "file count = 4\r\n");
	memset(line + 15, 'x', 1000);
	(void)desk_type(&d, line);
	desk_says(&d, "no such file");
	desk_close(&d);
}

#define OPTIONS "options: q=quit, n=next, p=prev, b=begin, e=end "

/* Its pager is on though the session's is off; a file that is none of letters is
 * warned of first. */
static void
test_view(void **state)
{
	struct desk d;
	char text[256];
	size_t i, len = 0;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "file view tftp CTLFile.tlv\rn\r");
	desk_says(&d, "appears to be a binary file");
	desk_says_not(&d, OPTIONS);
	(void)desk_type(&d, "file view tftp CTLFile.tlv\ry\rq");
	desk_says(&d, "\\x01\\x00\\x02");
	(void)desk_type(&d, "file view tftp nothing\r");
	desk_says(&d, "unsuccessfully");
	(void)desk_type(&d, "file view tftp readme.txt\rq");
	desk_says(&d,
	    "readme.txt\r\nhello\r\nend of the file reached\r\n\x1b[1m\r\n" OPTIONS
	    "(lines 1 - 1 of 1) : \x1b[0m\r\nadmin:");
	for (i = 1; i <= 45; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "<%zu>\n", i);
	d.file[3].bytes = bytes_of(text, len);
	(void)desk_type(&d, "file view tftp readme.txt\rq");
	desk_says(&d, "<20>\r\n\x1b[1m\r\n" OPTIONS "(lines 1 - 20 of 45)");
	desk_says_not(&d, "<21>");
	(void)desk_type(&d, "file view tftp readme.txt\renxpbnnnq");
	desk_says(&d, "(lines 1 - 20 of 45) : \x1b[0m\r\n<41>\r\n");
	desk_says(&d, "<45>\r\nend of the file reached\r\n");
	desk_says(&d, "(lines 21 - 40 of 45) : \x1b[0m\r\n<1>\r\n");
	assert_int_equal(desk_count(&d, "(lines 41 - 45 of 45)"), 4);
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_delete),
		cmocka_unit_test(test_dump_and_search),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_view),
		cmocka_unit_test(test_bounds),
	};

	(void)setenv("TZ", "UTC", 1);
	return test_run(tests);
}
