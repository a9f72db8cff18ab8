/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log is opened and appended to. */
#include "tests/unit/audit.h"

#include <errno.h>
#include <sys/wait.h>

#include "base/text.h"

static char folder[64];
static char path[128];

static int
setup(void **state)
{
	a_folder(folder);
	(void)snprintf(path, sizeof(path), "%s/log", folder);
	return 0;
}

static int
teardown(void **state)
{
	unlink(path);
	return rmdir(folder);
}

static void
load(struct buf *ret)
{
	buf_clear(ret);
	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, ret, NULL), ERR_OK);
}

static void
store(struct bytes text)
{
	assert_int_equal(file_write(path, text, FILE_CLOBBER, NULL), ERR_OK);
}

static struct audit_verdict
check_path(void)
{
	struct audit_verdict v;
	struct buf text = { 0 };

	load(&text);
	v = check_text(buf_bytes(&text));
	buf_clear(&text);
	return v;
}

static enum err
try_open(struct diag *d)
{
	struct audit_log *log = NULL;
	enum err e;

	diag_init(d);
	e = audit_open(path, &birth, &log, d);
	assert_int_equal(e, d->code);
	assert_true((e == ERR_OK) == (log != NULL));
	audit_close(&log);
	return e;
}

/* Sums and hashes of the next test are those of sha256sum(1). */
#define HEADER                                                            \
	"{\"line\":1,\"format\":\"ctlsmith-audit\",\"format_version\":1," \
	"\"id\":\"0102030405060708090a0b0c0d0e0f10\","                    \
	"\"created\":\"2015-03-06T20:56:07Z\",\"version\":\"0.1.0\","     \
	"\"sum\":\"" HEADER_SUM "\"}"
#define HEADER_SUM \
	"b034a2b12d3f33f814fdbe9370f41ecaeeead8d5e5e02df8d4f2e16e8b05b999"
#define RECORD                                                             \
	"{\"line\":2,\"prev\":\"" HEADER_HASH                              \
	"\",\"time\":\"2015-03-06T20:56:14Z\",\"operation\":\"sign\","     \
	"\"token\":{\"label\":\"t\\u00F6ken \\uFFFD\",\"label_hex\":"      \
	"\"74c3b66b656e20ff\",\"serial\":\"0123\"},"                       \
	"\"key\":{\"id\":\"01a2\",\"label\":\"signer \\\"J*J*J\\\"\"},"    \
	"\"mechanism\":\"RSA-PKCS\",\"digest\":{\"algorithm\":\"sha256\"," \
	"\"value\":\"abcdef00000000000000000000000000"                     \
	"00000000000000000000000000000000\"},\"file\":\"CTLFile.tlv\","    \
	"\"result\":\"CKR_PIN_LOCKED: the PIN is locked\","                \
	"\"version\":\"0.1.0\",\"sum\":\"" RECORD_SUM "\"}"
#define HEADER_HASH \
	"c17fa8eac646371ce9407d3d33fe9b03858c6316ef7a9a7fc3a7ee7b60748efd"
#define RECORD_SUM \
	"1fe54db9b1e3ec3ae493b91739dea6a0053f9092a03738c05ba21d70411a499f"

static void
test_bytes(void **state)
{
	struct buf text = { 0 };

	append_records(path, 7, 1);
	load(&text);
	assert_string_equal(buf_cstr(&text), HEADER "\n" RECORD "\n");
	buf_clear(&text);
}

static void
test_least(void **state)
{
	struct audit_record r = { .op = AUDIT_DRILL, .version = "1" };
	struct audit_log *log = NULL;
	struct buf text = { 0 };
	struct diag d;

	assert_int_equal(audit_open(path, &birth, &log, &d), ERR_OK);
	assert_int_equal(audit_append(log, &r, &d), ERR_OK);
	audit_close(&log);
	load(&text);
	assert_non_null(strstr(buf_cstr(&text),
	    "\",\"time\":\"1970-01-01T00:00:00Z\",\"operation\":\"drill\","
	    "\"result\":\"ok\",\"version\":\"1\",\"sum\":\""));
	assert_int_equal(check_path().what, AUDIT_WHOLE);
	buf_clear(&text);
}

static void
test_mode(void **state)
{
	mode_t old = umask(0);
	struct stat st;

	append_records(path, 2, 1);
	umask(old);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
}

static void
test_empty_file_gets_header(void **state)
{
	store(bytes_of(NULL, 0));
	append_records(path, 2, 2);
	assert_int_equal(check_path().num_records, 2);
}

static void
test_reopened(void **state)
{
	struct audit_verdict v;
	unsigned i;

	for (i = 2; i < 10; i++)
		append_records(path, i, 1);
	v = check_path();
	assert_int_equal(v.what, AUDIT_WHOLE);
	assert_int_equal(v.num_lines, 9);
	assert_int_equal(v.num_records, 8);
	assert_string_equal(v.id, "0102030405060708090a0b0c0d0e0f10");
	assert_string_equal(v.created, "2015-03-06T20:56:07Z");
	assert_string_equal(v.first, "2015-03-06T20:56:09Z");
	assert_string_equal(v.last_time, "2015-03-06T20:56:16Z");
}

/* Two that are open at once see each other's lines. */
static void
test_two_at_once(void **state)
{
	struct audit_record r = a_record(2);
	struct audit_log *a = NULL, *b = NULL;
	struct diag d;
	unsigned i;

	assert_int_equal(audit_open(path, &birth, &a, &d), ERR_OK);
	assert_int_equal(audit_open(path, &birth, &b, &d), ERR_OK);
	for (i = 0; i < 5; i++) {
		assert_int_equal(audit_append(a, &r, &d), ERR_OK);
		assert_int_equal(audit_append(b, &r, &d), ERR_OK);
		assert_int_equal(audit_append(b, &r, &d), ERR_OK);
	}
	assert_int_equal(audit_last(b).line, 16);
	assert_int_equal(audit_last(a).line, 14);
	audit_close(&a);
	audit_close(&b);
	assert_int_equal(check_path().num_records, 15);
	assert_int_equal(check_path().what, AUDIT_WHOLE);
}

#define EACH 500

static int
append_many(void)
{
	struct audit_record r = a_record(3);
	struct audit_log *log = NULL;
	unsigned i;

	if (audit_open(path, &birth, &log, NULL) != ERR_OK)
		return 10;
	for (i = 0; i < EACH; i++)
		if (audit_append(log, &r, NULL) != ERR_OK)
			return 11;
	audit_close(&log);
	return 0;
}

/* They make the file together, too. */
static void
test_two_processes(void **state)
{
	struct audit_verdict v;
	pid_t pid[2];
	int i, status;

	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			_exit(append_many());
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	v = check_path();
	assert_int_equal(v.what, AUDIT_WHOLE);
	assert_int_equal(v.num_records, 2 * EACH);
	assert_int_equal(v.num_torn, 0);
}

static void
test_last(void **state)
{
	struct audit_record r = a_record(2);
	struct audit_log *log = NULL;
	struct audit_verdict v;
	struct buf text = { 0 };
	struct split s;
	struct diag d;
	unsigned i;

	assert_int_equal(audit_open(path, &birth, &log, &d), ERR_OK);
	for (i = 1; i < 5; i++) {
		struct audit_place p = audit_last(log);
		struct digest_value hash;

		load(&text);
		s = split(buf_bytes(&text));
		assert_int_equal(p.line, i);
		assert_int_equal(s.num, i);
		assert_int_equal(
		    digest_of(DIGEST_SHA256, &s.line[i], 1, &hash, &d), ERR_OK);
		assert_memory_equal(p.hash.byte, hash.byte, 32);
		v = check_text(buf_bytes(&text));
		assert_int_equal(v.last.line, i);
		assert_memory_equal(v.last.hash.byte, hash.byte, 32);
		assert_int_equal(audit_append(log, &r, &d), ERR_OK);
	}
	audit_close(&log);
	buf_clear(&text);
}

static void
test_refuses_what_is_no_log(void **state)
{
	static const char *const texts[] = { "\n", "x", "x\n", "{}\n",
		"hello\nworld\n", "{\"line\":1}\n", "\n\n\n", " \n",
		"{\"line\":1,\"format\":\"ctlsmith-audit\"", "[]\n" };
	struct buf text = { 0 }, after = { 0 };
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		store(bytes_of_str(texts[i]));
		assert_int_equal(try_open(&d), ERR_SYNTAX);
		assert_non_null(strstr(d.msg, "no audit log"));
		load(&after);
		assert_true(
		    bytes_equal(buf_bytes(&after), bytes_of_str(texts[i])));
	}
	/* one of its records is no header */
	a_log(3, &text);
	store(split(buf_bytes(&text)).line[2]);
	assert_int_equal(try_open(&d), ERR_SYNTAX);
	buf_clear(&text);
	buf_clear(&after);
}

static void
test_refuses_other_kinds_of_files(void **state)
{
	char other[160];
	struct diag d;

	(void)snprintf(other, sizeof(other), "%s/other", folder);
	append_records(path, 2, 1);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(try_open(&d), ERR_UNSUPPORTED);
	assert_non_null(strstr(d.msg, "symbolic link"));
	unlink(other);
	assert_int_equal(try_open(&d), ERR_UNSUPPORTED);
	assert_int_equal(access(other, F_OK), -1);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(try_open(&d), ERR_UNSUPPORTED);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(try_open(&d), ERR_IO);
	rmdir(path);
	(void)snprintf(path, sizeof(path), "/dev/null");
	assert_int_equal(try_open(&d), ERR_UNSUPPORTED);
	(void)snprintf(path, sizeof(path), "%s/none/log", folder);
	assert_int_equal(try_open(&d), ERR_ABSENT);
	(void)snprintf(path, sizeof(path), "%s/log", folder);
}

static void
test_refuses_a_later_version(void **state)
{
	struct audit_verdict v = { .line = 4711 };
	struct buf text = { 0 }, later = { 0 };
	struct diag d;
	int fd;

	a_log(2, &text);
	put_forged(&later, split(buf_bytes(&text)).line[1],
	    "\"format_version\":1,\"id\":",
	    "\"format_version\":2,\"more\":1,\"id\":");
	store(buf_bytes(&later));
	assert_int_equal(try_open(&d), ERR_UNSUPPORTED);
	assert_non_null(strstr(d.msg, "version 2"));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(audit_check(fd, bytes_of(NULL, 0), &v, &d),
	    ERR_UNSUPPORTED);
	assert_int_equal(v.line, 4711);
	close(fd);
	buf_clear(&text);
	buf_clear(&later);
}

/* Whatever stands at the end that no crash leaves there. */
static void
test_refuses_a_tampered_end(void **state)
{
	static const char *const ends[] = { "hello\n", "\n", "{}\n", "{\n",
		"a #torn \n", "a #tor\n" };
	struct buf text = { 0 };
	struct diag d;
	size_t i, len;

	a_log(3, &text);
	len = text.len;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		text.len = len;
		buf_str(&text, ends[i]);
		store(buf_bytes(&text));
		assert_int_equal(try_open(&d), ERR_SYNTAX);
		assert_non_null(strstr(d.msg, "audit verify"));
	}
	/* a bit of the last line */
	text.len = len;
	text.ptr[len - 200] ^= 1;
	store(buf_bytes(&text));
	assert_int_equal(try_open(&d), ERR_SYNTAX);
	text.ptr[len - 200] ^= 1;
	/* that of its newline */
	text.ptr[len - 1] ^= 1;
	store(buf_bytes(&text));
	assert_int_equal(try_open(&d), ERR_SYNTAX);
	buf_clear(&text);
}

static void
test_refuses_what_changed_meanwhile(void **state)
{
	struct audit_record r = a_record(4);
	struct audit_log *log = NULL;
	struct buf text = { 0 }, other = { 0 };
	struct split s;
	struct diag d;

	append_records(path, 2, 3);
	load(&text);
	s = split(buf_bytes(&text));
	assert_int_equal(audit_open(path, &birth, &log, &d), ERR_OK);
	/* the last line cut off, and put back */
	assert_int_equal(truncate(path, (off_t)(text.len - s.line[4].len - 1)),
	    0);
	assert_int_equal(audit_append(log, &r, &d), ERR_SYNTAX);
	assert_non_null(strstr(d.msg, "line 4"));
	assert_int_equal(audit_append(log, &r, &d), ERR_SYNTAX);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(audit_append(log, &r, &d), ERR_SYNTAX);
	store(buf_bytes(&text)); /* another inode */
	assert_int_equal(audit_append(log, &r, &d), ERR_ABSENT);
	audit_close(&log);
	/* the last line exchanged for one of the same length */
	assert_int_equal(audit_open(path, &birth, &log, &d), ERR_OK);
	buf_put(&other, bytes_of(text.ptr, (size_t)(s.line[4].ptr - text.ptr)));
	put_forged(&other, s.line[4], "\"operation\":\"sign\"",
	    "\"operation\":\"gign\"");
	assert_int_equal(other.len, text.len);
	{
		int fd = open(path, O_WRONLY | O_CLOEXEC);

		assert_int_equal(write(fd, other.ptr, other.len), other.len);
		close(fd);
	}
	assert_int_equal(audit_append(log, &r, &d), ERR_SYNTAX);
	audit_close(&log);
	buf_clear(&text);
	buf_clear(&other);
}

static void
test_limits(void **state)
{
	static char label[AUDIT_RECORD_MAX + 1];
	struct audit_record r = a_record(2);
	struct audit_log *log = NULL;
	struct buf text = { 0 };
	struct diag d;
	size_t least;

	assert_int_equal(audit_open(path, &birth, &log, &d), ERR_OK);
	assert_int_equal(audit_append(log, &r, &d), ERR_OK);
	load(&text);
	least = split(buf_bytes(&text)).line[2].len -
	    strlen("signer \\\"J*J*J\\\"");
	memset(label, 'x', sizeof(label));
	r.key_label = bytes_of(label, AUDIT_RECORD_MAX - least + 1);
	assert_int_equal(audit_append(log, &r, &d), ERR_TOO_BIG);
	r.key_label.len--;
	assert_int_equal(audit_append(log, &r, &d), ERR_OK);
	assert_int_equal(audit_append(log, &r, &d), ERR_OK);
	r = a_record(2);
	r.time = -1;
	assert_int_equal(audit_append(log, &r, &d), ERR_USAGE);
	r.time = 253402300800;
	assert_int_equal(audit_append(log, &r, &d), ERR_USAGE);
	r.time--;
	assert_int_equal(audit_append(log, &r, &d), ERR_OK);
	audit_close(&log);
	assert_int_equal(check_path().what, AUDIT_WHOLE);
	assert_int_equal(check_path().num_records, 4);
	assert_string_equal(check_path().last_time, "9999-12-31T23:59:59Z");
	buf_clear(&text);
}

/* Every byte in every text. */
static void
test_hostile_values(void **state)
{
	struct audit_record r = a_record(2);
	struct audit_log *log = NULL;
	struct buf text = { 0 };
	uint8_t all[256];
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	r.token_label = bytes_of(all, sizeof(all));
	r.token_serial = bytes_of(all, 128);
	r.key_label = bytes_of("", 0);
	r.key_id = bytes_of(all, sizeof(all));
	r.file = "a\nb\x7f\x1b[31m\xff\xe2\x80\xae\\\"";
	r.mechanism = "\xf0\x9f\x94\x91";
	r.error = "";
	assert_int_equal(audit_open(path, &birth, &log, &d), ERR_OK);
	assert_int_equal(audit_append(log, &r, &d), ERR_OK);
	assert_int_equal(audit_append(log, &r, &d), ERR_OK);
	audit_close(&log);
	assert_int_equal(check_path().what, AUDIT_WHOLE);
	load(&text);
	for (i = 0; i < text.len; i++)
		assert_true(text.ptr[i] == '\n' ||
		    (text.ptr[i] >= 0x20 && text.ptr[i] < 0x7f));
	assert_int_equal(split(buf_bytes(&text)).num, 3);
	buf_clear(&text);
}

/* Each operation's name is one that the log takes back. */
static void
test_operations(void **state)
{
	static const enum audit_op ops[] = {
#define OP(id, name) id,
		AUDIT_OPS(OP)
#undef OP
	};
	struct audit_record r = a_record(2);
	struct audit_log *log = NULL;
	struct diag d;
	size_t i;

	assert_int_equal(audit_open(path, &birth, &log, &d), ERR_OK);
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		r.op = ops[i];
		assert_int_equal(audit_append(log, &r, &d), ERR_OK);
	}
	audit_close(&log);
	assert_int_equal(check_path().what, AUDIT_WHOLE);
}

/* Cut at every byte of its end, a log goes on, and says so. */
static void
test_torn_anywhere(void **state)
{
	struct buf text = { 0 };
	struct audit_verdict v;
	struct split s;
	size_t cut, header, whole;
	unsigned num;

	a_log(4, &text);
	s = split(buf_bytes(&text));
	header = s.line[1].len;
	for (cut = header; cut < text.len; cut++) {
		store(bytes_of(text.ptr, cut));
		/* the lines that are all there, and what is left over */
		num = split(bytes_of(text.ptr, cut)).num;
		whole = num == 0 ? 0
				 : (size_t)(s.line[num].ptr - text.ptr) +
			s.line[num].len + 1;
		if (cut - whole == s.line[num + 1].len)
			whole = cut, num++;
		v = check_path();
		assert_int_equal(v.what, AUDIT_WHOLE);
		assert_int_equal(v.num_records, num - 1);
		assert_int_equal(v.num_torn, cut > whole);
		assert_int_equal(v.last.line, num);
		if (cut > whole) {
			assert_true(v.torn[0].open);
			assert_int_equal(v.torn[0].line, num + 1);
			assert_int_equal(v.torn[0].offset, whole);
		}
		append_records(path, 9, 2);
		v = check_path();
		assert_int_equal(v.what, AUDIT_WHOLE);
		assert_int_equal(v.num_records, num + 1);
		assert_int_equal(v.num_torn, cut > whole);
		assert_false(v.num_torn > 0 && v.torn[0].open);
		assert_int_equal(v.num_lines, num + 2 + (cut > whole));
	}
	buf_clear(&text);
}

/* Without its header's last byte it is none. */
static void
test_torn_header(void **state)
{
	struct buf text = { 0 };
	struct diag d;
	size_t cut;

	a_log(2, &text);
	for (cut = 1; cut < split(buf_bytes(&text)).line[1].len; cut++) {
		store(bytes_of(text.ptr, cut));
		assert_int_equal(try_open(&d), ERR_SYNTAX);
		assert_int_equal(check_path().what, AUDIT_NOT_JSON);
		assert_int_equal(check_path().line, 1);
	}
	buf_clear(&text);
}

/* The line that goes on behind a torn one is torn as well, at every byte, and
 * so is the one that goes on behind that. */
static void
test_torn_again(void **state)
{
	struct buf text = { 0 }, two = { 0 };
	struct audit_verdict v;
	size_t cut, second;

	a_log(3, &text);
	store(bytes_of(text.ptr, text.len - 50));
	append_records(path, 9, 1);
	load(&two);
	for (cut = text.len - 50 + 1; cut < two.len; cut++) {
		store(bytes_of(two.ptr, cut));
		append_records(path, 9, 1);
		v = check_path();
		assert_int_equal(v.what, AUDIT_WHOLE);
		/* within the mark it is still the first that was cut short */
		second = text.len - 50 + sizeof(AUDIT_TORN);
		assert_int_equal(v.num_torn,
		    cut <= second || cut == two.len - 1 ? 1 : 2);
		assert_int_equal(v.num_records, cut == two.len - 1 ? 3 : 2);
	}
	buf_clear(&text);
	buf_clear(&two);
}

/* There is an end to it. */
static void
test_torn_too_often(void **state)
{
	struct buf text = { 0 };
	struct diag d;
	size_t len;

	a_log(2, &text);
	len = text.len;
	buf_fill(&text, AUDIT_TORN_MAX - sizeof(AUDIT_TORN) - 1, 'x');
	store(buf_bytes(&text));
	append_records(path, 9, 1);
	assert_int_equal(check_path().what, AUDIT_WHOLE);
	assert_int_equal(check_path().num_torn, 1);
	buf_fill(&text, 1, 'x');
	store(buf_bytes(&text));
	assert_int_equal(try_open(&d), ERR_TOO_BIG);
	text.len = len;
	buf_fill(&text, 1000000, 'x');
	store(buf_bytes(&text));
	assert_int_equal(try_open(&d), ERR_TOO_BIG);
	buf_clear(&text);
}

/* A large log is opened and gone on with by its ends alone: what is wrong in
 * its midst is not seen. */
static void
test_middle_is_not_read(void **state)
{
	struct buf text = { 0 }, log = { 0 };
	struct split s;

	a_log(4, &text);
	s = split(buf_bytes(&text));
	put_line(&log, s.line[1]);
	buf_fill(&log, 5000000, '\n');
	put_line(&log, s.line[4]);
	store(buf_bytes(&log));
	append_records(path, 9, 1);
	assert_int_equal(check_path().what, AUDIT_NOT_JSON);
	assert_int_equal(check_path().line, 2);
	buf_clear(&text);
	buf_clear(&log);
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		ONE(test_bytes),
		ONE(test_least),
		ONE(test_mode),
		ONE(test_empty_file_gets_header),
		ONE(test_reopened),
		ONE(test_two_at_once),
		ONE(test_two_processes),
		ONE(test_last),
		ONE(test_refuses_what_is_no_log),
		ONE(test_refuses_other_kinds_of_files),
		ONE(test_refuses_a_later_version),
		ONE(test_refuses_a_tampered_end),
		ONE(test_refuses_what_changed_meanwhile),
		ONE(test_limits),
		ONE(test_hostile_values),
		ONE(test_operations),
		ONE(test_torn_anywhere),
		ONE(test_torn_header),
		ONE(test_torn_again),
		ONE(test_torn_too_often),
		ONE(test_middle_is_not_read),
	};

	return test_run(tests);
}
