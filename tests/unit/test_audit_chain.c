/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever was done to an audit log is found, at the line where it was done. */
#include "tests/unit/audit.h"

#define NUM 20

static struct buf text;
static struct split lines;

static int
setup(void **state)
{
	a_log(NUM, &text);
	lines = split(buf_bytes(&text));
	assert_int_equal(lines.num, NUM);
	return 0;
}

static int
teardown(void **state)
{
	buf_clear(&text);
	return 0;
}

static void
assert_broken(struct bytes log, enum audit_break what, uint64_t line)
{
	struct audit_verdict v = check_text(log);

	assert_string_equal(audit_break_name(v.what), audit_break_name(what));
	assert_int_equal(v.line, line);
	assert_int_equal(v.num_lines, line - 1);
	assert_true(v.why.msg[0] != '\0');
}

static void
assert_buf_broken(struct buf *log, enum audit_break what, uint64_t line)
{
	assert_broken(buf_bytes(log), what, line);
	buf_clear(log);
}

/* Lines FIRST to LAST as they are. */
static void
put_lines(struct buf *out, unsigned first, unsigned last)
{
	unsigned i;

	for (i = first; i <= last; i++)
		put_line(out, lines.line[i]);
}

static void
test_whole(void **state)
{
	struct audit_verdict v = check_text(buf_bytes(&text));

	assert_int_equal(v.what, AUDIT_WHOLE);
	assert_int_equal(v.line, 0);
	assert_string_equal(v.why.msg, "");
	assert_int_equal(v.num_lines, NUM);
	assert_int_equal(v.num_records, NUM - 1);
	assert_int_equal(v.num_torn, 0);
	assert_int_equal(v.wanted, 0);
}

static void
test_every_bit(void **state)
{
	struct audit_verdict v;
	uint64_t line = 1;
	size_t i, start = 0;
	int fd = memfd_create("log", MFD_CLOEXEC), bit;
	uint8_t byte;

	assert_int_equal(write(fd, text.ptr, text.len), text.len);
	for (i = 0; i < text.len; i++) {
		for (bit = 0; bit < 8; bit++) {
			byte = text.ptr[i] ^ (uint8_t)(1 << bit);
			assert_int_equal(pwrite(fd, &byte, 1, (off_t)i), 1);
			assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
			assert_int_equal(
			    audit_check(fd, bytes_of(NULL, 0), &v, NULL),
			    ERR_OK);
			if (v.what == AUDIT_WHOLE || v.line != line ||
			    v.offset != start)
				fail_msg("bit %d of byte %zu, in line %u: "
					 "%s in line %u",
				    bit, i, (unsigned)line,
				    audit_break_name(v.what), (unsigned)v.line);
		}
		assert_int_equal(pwrite(fd, &text.ptr[i], 1, (off_t)i), 1);
		if (text.ptr[i] == '\n')
			line++, start = i + 1;
	}
	close(fd);
	print_message("%zu bits\n", 8 * text.len);
}

/* Bits of the part that a crash left are seen by the line behind it. */
static void
test_every_bit_of_torn_lines(void **state)
{
	struct buf log = { 0 };
	struct line_link link = { .torn = true };
	struct audit_record r = a_record(9);
	struct bytes since;
	size_t i, from, to;
	int bit;

	put_lines(&log, 1, 2);
	from = log.len;
	buf_put(&log, bytes_of(lines.line[3].ptr, 30));
	buf_str(&log, AUDIT_TORN "\nx" AUDIT_TORN);
	since = bytes_of(log.ptr + lines.line[1].len + 1,
	    log.len - lines.line[1].len - 1);
	assert_int_equal(digest_of(DIGEST_SHA256, &since, 1, &link.prev, NULL),
	    ERR_OK);
	link.number = 5;
	buf_u8(&log, '\n');
	to = log.len;
	assert_int_equal(line_put(&r, &link, &log, NULL), ERR_OK);
	assert_int_equal(check_text(buf_bytes(&log)).what, AUDIT_WHOLE);
	assert_int_equal(check_text(buf_bytes(&log)).num_torn, 2);
	for (i = from; i < to; i++)
		for (bit = 0; bit < 8; bit++) {
			struct audit_verdict v;

			log.ptr[i] ^= (uint8_t)(1 << bit);
			v = check_text(buf_bytes(&log));
			assert_int_not_equal(v.what, AUDIT_WHOLE);
			assert_in_range(v.line, 3, 5);
			log.ptr[i] ^= (uint8_t)(1 << bit);
		}
	/* and the whole line before it is tied to the one behind it */
	log.ptr[lines.line[1].len + 1 + 40] ^= 1;
	assert_int_equal(check_text(buf_bytes(&log)).line, 2);
	buf_clear(&log);
}

/* The torn line hides no change of what stands before it. */
static void
test_forged_before_torn(void **state)
{
	struct buf log = { 0 }, forged = { 0 };
	struct line_link link = { .torn = true, .number = 4 };
	struct audit_record r = a_record(9);
	struct bytes since;
	size_t torn;

	put_lines(&log, 1, 2);
	torn = log.len;
	buf_str(&log, "{" AUDIT_TORN);
	since = bytes_of(log.ptr + lines.line[1].len + 1,
	    log.len - lines.line[1].len - 1);
	assert_int_equal(digest_of(DIGEST_SHA256, &since, 1, &link.prev, NULL),
	    ERR_OK);
	buf_u8(&log, '\n');
	assert_int_equal(line_put(&r, &link, &log, NULL), ERR_OK);
	assert_int_equal(check_text(buf_bytes(&log)).what, AUDIT_WHOLE);
	put_lines(&forged, 1, 1);
	put_forged(&forged, lines.line[2], "\"ok\"", "\"ko\"");
	buf_put(&forged, bytes_of(log.ptr + torn, log.len - torn));
	assert_buf_broken(&forged, AUDIT_PREV, 4);
	buf_clear(&log);
}

static void
test_line_removed(void **state)
{
	struct buf log = { 0 };
	struct audit_verdict v;
	struct digest_value last;
	unsigned i;

	for (i = 1; i < NUM; i++) {
		put_lines(&log, 1, i - 1);
		put_lines(&log, i + 1, NUM);
		assert_buf_broken(&log, i == 1 ? AUDIT_MEMBER : AUDIT_NUMBER,
		    i);
	}
	/* the last ones: only who knows the hash sees it */
	last = check_text(buf_bytes(&text)).last.hash;
	put_lines(&log, 1, NUM - 1);
	v = check_want(buf_bytes(&log), digest_bytes(&last));
	assert_int_equal(v.what, AUDIT_WHOLE);
	assert_int_equal(v.wanted, 0);
	buf_clear(&log);
}

static void
test_line_twice(void **state)
{
	struct buf log = { 0 };
	unsigned i;

	for (i = 1; i <= NUM; i++) {
		put_lines(&log, 1, i);
		put_lines(&log, i, NUM);
		assert_buf_broken(&log, i == 1 ? AUDIT_MEMBER : AUDIT_NUMBER,
		    i + 1);
	}
}

static void
test_lines_swapped(void **state)
{
	struct buf log = { 0 };
	unsigned i, j;

	for (i = 1; i <= NUM; i++)
		for (j = i + 1; j <= NUM; j++) {
			put_lines(&log, 1, i - 1);
			put_lines(&log, j, j);
			put_lines(&log, i + 1, j - 1);
			put_lines(&log, i, i);
			put_lines(&log, j + 1, NUM);
			assert_buf_broken(&log,
			    i == 1 ? AUDIT_MEMBER : AUDIT_NUMBER, i);
		}
}

/* A forger who writes the sum anew is met by the line behind, at each line. */
static void
test_forged_sum(void **state)
{
	struct buf log = { 0 };
	unsigned i;

	for (i = 2; i < NUM; i++) {
		put_lines(&log, 1, i - 1);
		put_forged(&log, lines.line[i], "\"sign\"", "\"drill\"");
		put_lines(&log, i + 1, NUM);
		assert_buf_broken(&log, AUDIT_PREV, i + 1);
	}
	put_forged(&log, lines.line[1], "\"0.1.0\"", "\"0.2.0\"");
	put_lines(&log, 2, NUM);
	assert_buf_broken(&log, AUDIT_PREV, 2);
}

/* A line taken out, and the rest with new numbers and sums. */
static void
test_renumbered(void **state)
{
	struct buf log = { 0 };
	char old[32], new[32];
	unsigned i;

	put_lines(&log, 1, 6);
	for (i = 8; i <= NUM; i++) {
		(void)snprintf(old, sizeof(old), "{\"line\":%u,", i);
		(void)snprintf(new, sizeof(new), "{\"line\":%u,", i - 1);
		put_forged(&log, lines.line[i], old, new);
	}
	assert_buf_broken(&log, AUDIT_PREV, 7);
}

/* Nothing shows a log that was written anew from there on, but its hash. */
static void
test_rewritten(void **state)
{
	struct digest_value last = check_text(buf_bytes(&text)).last.hash;
	struct audit_verdict v;
	struct buf other = { 0 };

	a_log(NUM - 1, &other);
	v = check_want(buf_bytes(&other), digest_bytes(&last));
	assert_int_equal(v.what, AUDIT_WHOLE);
	assert_int_equal(v.wanted, 0);
	buf_clear(&other);
}

static void
test_wanted(void **state)
{
	struct digest_value hash;
	unsigned i;

	for (i = 1; i <= NUM; i++) {
		assert_int_equal(
		    digest_of(DIGEST_SHA256, &lines.line[i], 1, &hash, NULL),
		    ERR_OK);
		assert_int_equal(
		    check_want(buf_bytes(&text), digest_bytes(&hash)).wanted,
		    i);
	}
	hash.byte[31] ^= 1;
	assert_int_equal(
	    check_want(buf_bytes(&text), digest_bytes(&hash)).wanted, 0);
}

/* Line 5 with OLD replaced by NEW and a right sum. */
static void
forge(const char *old, const char *new, enum audit_break what)
{
	struct buf log = { 0 };

	put_lines(&log, 1, 4);
	put_forged(&log, lines.line[5], old, new);
	put_lines(&log, 6, NUM);
	assert_buf_broken(&log, what, 5);
}

static void
test_forms(void **state)
{
	/* members */
	forge("\"operation\":\"sign\",", "", AUDIT_MEMBER);
	forge("\"operation\":", "\"operatioN\":", AUDIT_MEMBER);
	forge("\"result\":", "\"more\":1,\"result\":", AUDIT_MEMBER);
	forge("\"result\":\"ok\",", "\"result\":\"ok\",\"result\":\"ok\",",
	    AUDIT_MEMBER);
	forge("\"serial\":", "\"seriaL\":", AUDIT_MEMBER);
	forge("\"algorithm\":", "\"value\":", AUDIT_MEMBER);
	forge("\"label\":\"signer", "\"label_hex\":\"00", AUDIT_MEMBER);
	forge("\"version\":\"0.1.0\"", "\"x\":1", AUDIT_MEMBER);
	/* no JSON, or not as ctlsmith writes it */
	forge("{\"line\"", "{ \"line\"", AUDIT_NOT_JSON);
	forge("{\"line\":5", "{\"line\":05", AUDIT_NOT_JSON);
	forge("{\"line\":5", "{\"line\":0x5", AUDIT_NOT_JSON);
	forge("{\"line\":5", "{\"line\":-5", AUDIT_NOT_JSON);
	forge("{\"line\":5", "{\"line\":5.0", AUDIT_NOT_JSON);
	forge("{\"line\":5", "{\"line\":\"5\"", AUDIT_NOT_JSON);
	forge("{\"line\":5", "{\"line\":99999999999999999999", AUDIT_NOT_JSON);
	forge("\"sign\"", "\"Sign\"", AUDIT_NOT_JSON);
	forge("\"sign\"", "\"\"", AUDIT_NOT_JSON);
	forge("\"sign\"", "sign", AUDIT_NOT_JSON);
	forge("2015-03-06T20", "2015-03-06t20", AUDIT_NOT_JSON);
	forge("2015-03-06T20", "2015-13-06T20", AUDIT_NOT_JSON);
	forge("20:56:12Z", "20:56:12+00:00", AUDIT_NOT_JSON);
	forge("\"2015-03-06T20:56:12Z\"", "\"1425675372\"", AUDIT_NOT_JSON);
	forge("\"time\":\"2015-03-06", "\"time\":\"2015-02-30", AUDIT_NOT_JSON);
	forge("\"value\":\"ab", "\"value\":\"aB", AUDIT_NOT_JSON);
	forge("\"value\":\"ab", "\"value\":\"b", AUDIT_NOT_JSON);
	forge("\"result\":\"ok\"", "\"result\":\"o\x1bk\"", AUDIT_NOT_JSON);
	forge("\"result\":\"ok\"", "\"result\":\"\xc3\xb6k\"", AUDIT_NOT_JSON);
	forge("\"result\":\"ok\"", "\"result\":\"o\\k\"", AUDIT_NOT_JSON);
	forge("\"result\":\"ok\"", "\"result\":\"\\u12\"", AUDIT_NOT_JSON);
	forge("\"result\":\"ok\"", "\"result\":\"\\u12g4\"", AUDIT_NOT_JSON);
	forge("\"result\":\"ok\"", "\"result\":\"o\x7fk\"", AUDIT_NOT_JSON);
	forge("\"token\":{", "\"token\":{},{", AUDIT_NOT_JSON);
	forge("\"version\":\"0.1.0\"", "\"version\":\"0.1.0\"}",
	    AUDIT_NOT_JSON);
	forge("\"prev\":\"", "\"prev\":\"0", AUDIT_NOT_JSON);
	/* right in itself, but not here */
	forge("{\"line\":5", "{\"line\":6", AUDIT_NUMBER);
	forge("{\"line\":5", "{\"line\":0", AUDIT_NUMBER);
	forge(",\"time\"", ",\"after_torn_line\":true,\"time\"", AUDIT_TEAR);
	forge(",\"time\"", ",\"after_torn_line\":false,\"time\"",
	    AUDIT_NOT_JSON);
}

/* A group without a member is none: line 6 has no token. */
static void
test_empty_object(void **state)
{
	struct buf log = { 0 };

	put_lines(&log, 1, 5);
	put_forged(&log, lines.line[6], "\"key\":{", "\"token\":{},\"key\":{");
	put_lines(&log, 7, NUM);
	assert_buf_broken(&log, AUDIT_NOT_JSON, 6);
}

static void
test_header(void **state)
{
	struct buf log = { 0 };

	assert_broken(bytes_of("", 0), AUDIT_EMPTY, 1);
	assert_broken(bytes_of("\n", 1), AUDIT_NOT_JSON, 1);
	put_lines(&log, 2, NUM);
	assert_buf_broken(&log, AUDIT_MEMBER, 1);
	put_forged(&log, lines.line[1], "\"ctlsmith-audit\"",
	    "\"ctlsmith-audi\"");
	put_lines(&log, 2, NUM);
	assert_buf_broken(&log, AUDIT_MEMBER, 1);
	put_forged(&log, lines.line[1], "\"format_version\":1",
	    "\"format_version\":0");
	put_lines(&log, 2, NUM);
	assert_buf_broken(&log, AUDIT_MEMBER, 1);
}

/* What looks like a crash, and is none. */
static void
test_false_tears(void **state)
{
	struct buf log = { 0 };

	/* in place of a line */
	put_lines(&log, 1, 4);
	buf_str(&log, "{" AUDIT_TORN "\n");
	put_lines(&log, 6, NUM);
	assert_buf_broken(&log, AUDIT_TEAR, 6);
	/* without the mark */
	put_lines(&log, 1, 4);
	buf_put(&log, bytes_of(lines.line[5].ptr, 100));
	buf_str(&log, "\n");
	assert_buf_broken(&log, AUDIT_NOT_JSON, 5);
	/* behind all, a whole line with something more, and no newline */
	put_lines(&log, 1, NUM);
	log.ptr[log.len - 1] = ' ';
	assert_buf_broken(&log, AUDIT_NOT_JSON, NUM);
	/* before the header */
	buf_str(&log, "{" AUDIT_TORN "\n");
	put_lines(&log, 1, NUM);
	assert_buf_broken(&log, AUDIT_NOT_JSON, 1);
}

static void
test_long_lines(void **state)
{
	struct buf log = { 0 };

	put_lines(&log, 1, 3);
	buf_fill(&log, AUDIT_LINE_MAX, 'x');
	buf_str(&log, "\n");
	assert_buf_broken(&log, AUDIT_NOT_JSON, 4);
	put_lines(&log, 1, 3);
	buf_fill(&log, AUDIT_LINE_MAX + 1, 'x');
	buf_str(&log, "\n");
	assert_buf_broken(&log, AUDIT_LONG, 4);
	put_lines(&log, 1, 3);
	buf_fill(&log, 5 * AUDIT_LINE_MAX, 'x');
	assert_buf_broken(&log, AUDIT_LONG, 4);
	/* torn lines without end */
	put_lines(&log, 1, 3);
	while (log.len < 3 * AUDIT_TORN_MAX)
		buf_str(&log, "x" AUDIT_TORN "\n");
	assert_int_equal(check_text(buf_bytes(&log)).what, AUDIT_LONG);
	assert_int_equal(check_text(buf_bytes(&log)).num_torn,
	    AUDIT_TORN_MAX / sizeof("x" AUDIT_TORN));
	buf_clear(&log);
}

/* Lines of all lengths lie at all places in the buffer of the reader. */
static void
test_every_length(void **state)
{
	static char label[AUDIT_LINE_MAX];
	struct line_link link = { .number = 1 };
	struct audit_record r = a_record(2);
	struct buf log = { 0 };
	struct bytes line;
	size_t start = 0;
	unsigned i;

	memset(label, 'x', sizeof(label));
	assert_int_equal(line_put_header(&birth, &log, NULL), ERR_OK);
	for (i = 0; i < 300; i++) {
		line = bytes_of(log.ptr + start, log.len - start - 1);
		assert_int_equal(
		    digest_of(DIGEST_SHA256, &line, 1, &link.prev, NULL),
		    ERR_OK);
		link.number++;
		start = log.len;
		r.key_label = bytes_of(label, (size_t)i * 211 % 63000);
		assert_int_equal(line_put(&r, &link, &log, NULL), ERR_OK);
	}
	assert_int_equal(check_text(buf_bytes(&log)).what, AUDIT_WHOLE);
	assert_int_equal(check_text(buf_bytes(&log)).num_records, 300);
	buf_clear(&log);
}

/* From a pipe, which yields it in pieces and has no end that is known. */
static void
test_pipe(void **state)
{
	struct audit_verdict v;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], text.ptr, text.len), text.len);
	close(fds[1]);
	assert_int_equal(audit_check(fds[0], bytes_of(NULL, 0), &v, NULL),
	    ERR_OK);
	assert_int_equal(v.what, AUDIT_WHOLE);
	assert_int_equal(v.num_lines, NUM);
	close(fds[0]);
}

static void
test_unreadable(void **state)
{
	struct audit_verdict v = { .line = 4711 };
	struct diag d;
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	diag_init(&d);
	assert_int_equal(audit_check(fd, bytes_of(NULL, 0), &v, &d), ERR_IO);
	assert_int_equal(v.line, 4711);
	close(fd);
	assert_int_equal(audit_check(-1, bytes_of(NULL, 0), &v, &d), ERR_IO);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_every_bit_of_torn_lines),
		cmocka_unit_test(test_forged_before_torn),
		cmocka_unit_test(test_line_removed),
		cmocka_unit_test(test_line_twice),
		cmocka_unit_test(test_lines_swapped),
		cmocka_unit_test(test_forged_sum),
		cmocka_unit_test(test_renumbered),
		cmocka_unit_test(test_rewritten),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_empty_object),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_false_tears),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_unreadable),
	};

	return test_status(cmocka_run_group_tests(tests, setup, teardown));
}
