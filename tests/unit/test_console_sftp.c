/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S16: `file get` of the lab's command line as an SFTP client. At the other end
 * is OpenSSH's sftp-server, behind an SSH server.
 */
#include "tests/unit/test.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/peer/sftp.h"
#include "tests/unit/console_desk.h"

#define USUAL 1250, "12.5.1.16900-48"
#define OLD 1150, "11.5.1.10000-6"
#define PASSWORD "correct-horse"

/* ---- Tests. ---- */

static const char *
type_get(struct desk *d, const struct sftp *s, const char *what,
    const char *trust, const char *password, const char *folder)
{
	char keys[1024];

	(void)snprintf(keys, sizeof(keys),
	    "file get tftp %s\ry\r127.0.0.1\r%u\rroot\r%s\r%s\r%s", what,
	    s->port, password, folder, trust);
	return desk_type(d, keys);
}

static void
assert_arrived(const char *folder, const char *name, struct bytes want)
{
	struct buf got = { 0 };
	char path[512];
	struct diag d;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &got, &d), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&got), want));
	buf_clear(&got);
	assert_int_equal(unlink(path), 0);
}

static void
try_get(struct desk *d, bool by_keyboard, const char *trust)
{
	char folder[] = "/tmp/console-sftp-XXXXXX";
	struct sftp s;

	assert_non_null(mkdtemp(folder));
	sftp_start(&s, PASSWORD, by_keyboard);
	(void)type_get(d, &s, "CTLFile.tlv", trust, PASSWORD, folder);
	sftp_end(&s);
	desk_says(d, ".\r\nTransfer completed.\r\nadmin:");
	desk_says_not(d, PASSWORD);
	assert_arrived(folder, "CTLFile.tlv", buf_bytes(&d->ctl));
	assert_int_equal(rmdir(folder), 0);
}

static void
test_get(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	try_get(&d, false, "");
	try_get(&d, true, "");
	desk_close(&d);
	/* this one asks whether the host is the right one */
	desk_open(&d, OLD);
	try_get(&d, false, "yes\r");
	desk_says(&d, "key fingerprint is SHA256:");
	desk_says(&d, "connecting (yes/no)? yes\r\n");
	desk_close(&d);
}

static void
test_recovery(void **state)
{
	char folder[] = "/tmp/console-sftp-XXXXXX";
	struct sftp s;
	struct desk d;

	assert_non_null(mkdtemp(folder));
	desk_open(&d, USUAL);
	sftp_start(&s, PASSWORD, false);
	(void)type_get(&d, &s, "ITLRecovery.p12", "", PASSWORD, folder);
	sftp_end(&s);
	desk_says(&d, "Transfer completed.");
	assert_arrived(folder, "ITLRecovery.p12", d.file[2].bytes);
	assert_int_equal(rmdir(folder), 0);
	desk_close(&d);
}

static void
test_refused(void **state)
{
	struct sftp s;
	struct desk d;

	desk_open(&d, OLD);
	sftp_start(&s, PASSWORD, false);
	(void)type_get(&d, &s, "CTLFile.tlv", "no\r", PASSWORD, "/tmp");
	sftp_end(&s);
	desk_says(&d, "Transfer failed: the host key is not trusted\r\n");
	sftp_start(&s, PASSWORD, false);
	(void)type_get(&d, &s, "CTLFile.tlv", "yes\r", "wrong", "/tmp");
	sftp_end(&s);
	desk_says(&d, "Transfer failed: the login was refused\r\n");
	assert_int_not_equal(s.num_refused, 0);
	sftp_start(&s, PASSWORD, false);
	(void)type_get(&d, &s, "CTLFile.tlv", "yes\r", PASSWORD,
	    "/nowhere/at/all");
	sftp_end(&s);
	desk_says(&d, "Transfer failed: cannot make the file");
	desk_says(&d, "Executed command unsuccessfully");
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_refused),
	};

	return test_run(tests);
}
