/* SPDX-License-Identifier: Apache-2.0 */
/* Audit logs for tests: made, taken apart, put together and judged. */
#ifndef TESTS_UNIT_AUDIT_H
#define TESTS_UNIT_AUDIT_H

#include "tests/unit/test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/line.h"
#include "base/file.h"

#define AUDIT_T0 1425675367 /* 2015-03-06T20:56:07Z */

static const struct audit_birth birth = { AUDIT_T0,
	{ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 }, "0.1.0" };

/* The record of line LINE. They differ in what they have. */
static inline struct audit_record
a_record(unsigned line)
{
	static const uint8_t digest[32] = { 0xab, 0xcd, 0xef };
	struct audit_record r = { .time = AUDIT_T0 + line,
		.op = AUDIT_SIGN,
		.version = "0.1.0" };

	r.key_label = bytes_of_str("signer \"J*J*J\"");
	if (line % 3 != 0) {
		r.token_label = bytes_of("t\xc3\xb6ken \xff", 8);
		r.token_serial = bytes_of_str("0123");
	}
	if (line % 2 != 0) {
		r.key_id = bytes_of("\x01\xa2", 2);
		r.mechanism = "RSA-PKCS";
		r.digest = DIGEST_SHA256;
		r.digest_value = bytes_of(digest, sizeof(digest));
	}
	if (line % 5 != 0)
		r.file = "CTLFile.tlv";
	if (line % 7 == 0)
		r.error = "CKR_PIN_LOCKED: the PIN is locked";
	return r;
}

/* A folder for the test's files; its name is kept in RET. */
static inline void
a_folder(char ret[64])
{
	(void)snprintf(ret, 64, "/tmp/test_audit.XXXXXX");
	assert_non_null(mkdtemp(ret));
}

static inline void
append_records(const char *path, unsigned first, unsigned num)
{
	struct audit_log *log = NULL;
	struct audit_record r;
	struct diag d;
	unsigned i;

	diag_init(&d);
	if (audit_open(path, &birth, &log, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	for (i = first; i < first + num; i++) {
		r = a_record(i);
		if (audit_append(log, &r, &d) != ERR_OK)
			fail_msg("%s", d.msg);
	}
	audit_close(&log);
	assert_null(log);
}

/* A log of NUM lines, header included, in memory. */
static inline void
a_log(unsigned num, struct buf *ret)
{
	char folder[64], path[128];

	a_folder(folder);
	(void)snprintf(path, sizeof(path), "%s/log", folder);
	append_records(path, 2, num - 1);
	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, ret, NULL), ERR_OK);
	unlink(path);
	rmdir(folder);
}

static inline struct audit_verdict
check_want(struct bytes text, struct bytes want)
{
	struct audit_verdict v;
	struct diag d;
	int fd = memfd_create("log", MFD_CLOEXEC);

	memset(&v, 0x55, sizeof(v));
	diag_init(&d);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.ptr, text.len), text.len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	if (audit_check(fd, want, &v, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	close(fd);
	return v;
}

static inline struct audit_verdict
check_text(struct bytes text)
{
	return check_want(text, bytes_of(NULL, 0));
}

#define LINES_MAX 64

/* A text, line by line, without newlines. */
struct split {
	struct bytes line[LINES_MAX + 1]; /* from 1 */
	unsigned num;
};

static inline struct split
split(struct bytes text)
{
	struct split s = { .num = 0 };
	const uint8_t *end;
	struct bytes skip;

	while (
	    (end = text.len == 0 ? NULL : memchr(text.ptr, '\n', text.len))) {
		assert_true(s.num < LINES_MAX);
		assert_true(bytes_take(&text, (size_t)(end - text.ptr),
		    &s.line[++s.num]));
		assert_true(bytes_take(&text, 1, &skip));
	}
	return s;
}

static inline void
put_line(struct buf *out, struct bytes line)
{
	buf_put(out, line);
	buf_u8(out, '\n');
}

/* Appends LINE with OLD in it replaced by NEW, and a sum that fits. */
static inline void
put_forged(struct buf *out, struct bytes line, const char *old, const char *new)
{
	const uint8_t *at = memmem(line.ptr, line.len, old, strlen(old));
	const uint8_t *sum = memmem(line.ptr, line.len, ",\"sum\":", 7);
	size_t start = out->len, before;

	assert_non_null(at);
	assert_non_null(sum);
	assert_true(at + strlen(old) <= sum);
	before = (size_t)(at - line.ptr);
	buf_put(out, bytes_of(line.ptr, before));
	buf_str(out, new);
	buf_put(out,
	    bytes_of(at + strlen(old), (size_t)(sum - at) - strlen(old)));
	assert_int_equal(line_seal(out, start, NULL), ERR_OK);
}

#endif
