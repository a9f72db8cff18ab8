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
test_dump_and_view(void **state)
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
	(void)desk_type(&d, "file view tftp readme.txt\rn\r");
	desk_says_not(&d, "hello");
	(void)desk_type(&d, "file view tftp readme.txt\ry\r");
	desk_says(&d, "binary");
	desk_says(&d, "hello");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_delete),
		cmocka_unit_test(test_dump_and_view),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_bounds),
	};

	(void)setenv("TZ", "UTC", 1);
	return test_run(tests);
}
