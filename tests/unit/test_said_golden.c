/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/transcripts/said-READER-WHAT.txt is what a command said, said-...out
 * what its reader must make of it. Each is read with \n and with \r\n, cut at
 * each byte, and changed at random; all other readers get it too.
 */
#include "test.h"

#include <time.h>

#include "said_texts.h"

/* ---- What is made of them -------------------------------------------------------- */

/* What READER makes of TEXT, an error too. */
static bool
make(const struct all_reader *reader, struct bytes text, struct buf *out)
{
	struct diag d;
	enum err e;

	diag_init(&d);
	e = reader->read(text, out, &d);
	if (e == ERR_OK)
		return true;
	assert_int_equal(e, d.code);
	assert_int_equal(out->len, 0); /* untouched */
	buf_printf(out, "%s, line %u: %s\n", diag_err_name(e), d.line, d.msg);
	return false;
}

static void
with_crlf(struct bytes text, struct buf *out)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n')
			buf_u8(out, '\r');
		buf_u8(out, text.ptr[i]);
	}
}

static void
test_whole(void **state)
{
	const struct text *t = *state;
	struct buf out = { 0 }, crlf = { 0 };

	(void)make(t->reader, buf_bytes(&t->in), &out);
	if (!bytes_equal(buf_bytes(&out), buf_bytes(&t->expected)))
		fail_msg("%s:\n%s", t->name, buf_cstr(&out));
	buf_clear(&out);
	with_crlf(buf_bytes(&t->in), &crlf);
	(void)make(t->reader, buf_bytes(&crlf), &out);
	if (!bytes_equal(buf_bytes(&out), buf_bytes(&t->expected)))
		fail_msg("%s, CR LF:\n%s", t->name, buf_cstr(&out));
	buf_clear(&out);
	buf_clear(&crlf);
}

/* LINE is one of WHOLE. */
static bool
has_line(struct bytes whole, struct bytes line)
{
	const uint8_t *end;
	struct bytes l;

	while (whole.len > 0) {
		end = memchr(whole.ptr, '\n', whole.len);
		if (end == NULL)
			return false;
		l = bytes_of(whole.ptr, (size_t)(end - whole.ptr));
		if (bytes_equal(l, line))
			return true;
		whole = bytes_of(end + 1, whole.len - l.len - 1);
	}
	return false;
}

static void
assert_within(const struct text *t, struct bytes part, size_t len)
{
	struct bytes all = part;
	const uint8_t *end;
	struct bytes line;

	while (part.len > 0) {
		end = memchr(part.ptr, '\n', part.len);
		assert_non_null(end);
		line = bytes_of(part.ptr, (size_t)(end - part.ptr));
		if (!has_line(buf_bytes(&t->expected), line))
			fail_msg("%s, first %zu bytes:\n%.*s", t->name, len,
			    (int)all.len, (const char *)all.ptr);
		part = bytes_of(end + 1, part.len - line.len - 1);
	}
}

/* The start of T says nothing else than all of it: but a service that restarts
 * has other states before, and what is refused or forged has a better start. */
static bool
is_monotonous(const struct text *t)
{
	return strstr(t->name, "restart") == NULL &&
	    strstr(t->name, "refused") == NULL &&
	    strstr(t->name, "forged") == NULL;
}

/* Cut at each byte, a text says nothing that the whole one does not say; and in
 * the middle of a line it is refused. */
static void
test_cut(void **state)
{
	const struct text *t = *state;
	struct buf out = { 0 };
	uint8_t *copy;
	size_t len;
	bool good;

	for (len = 0; len < t->in.len; len++) {
		copy = malloc(len + 1); /* its own, so that ASan sees */
		assert_non_null(copy);
		memcpy(copy, t->in.ptr, len);
		good = make(t->reader, bytes_of(copy, len), &out);
		free(copy);
		if (good && (len == 0 || t->in.ptr[len - 1] != '\n'))
			fail_msg("%s, first %zu bytes are taken", t->name, len);
		if (good && is_monotonous(t))
			assert_within(t, buf_bytes(&out), len);
		buf_clear(&out);
	}
}

/* ---- Other readers, and chance ----------------------------------------------------- */

static uint64_t seed;

static size_t
chance(size_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return n == 0 ? 0 : (size_t)(seed % n);
}

static void
run_all(struct bytes text)
{
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < ALL_NUM; i++) {
		(void)make(&all_readers[i], text, &out);
		buf_clear(&out);
	}
}

static void
change(struct buf *b)
{
	static const char odd[] = "\0\x1b[1m\r\n\t =|:,[]()/-\xff\xc3\xe2\x80";
	size_t at = chance(b->len), n;

	if (b->len == 0)
		return;
	switch (chance(4)) {
	case 0:
		b->ptr[at] = (uint8_t)odd[chance(sizeof(odd) - 1)];
		break;
	case 1:
		b->ptr[at] = (uint8_t)chance(256);
		break;
	case 2: /* takes some away */
		n = chance(b->len - at) % 40;
		memmove(b->ptr + at, b->ptr + at + n, b->len - at - n);
		b->len -= n;
		break;
	default: /* has some twice */
		n = chance(b->len) % 40;
		buf_reserve(b, n);
		assert_true(buf_ok(b));
		if (n > b->len - at)
			n = b->len - at;
		memmove(b->ptr + at + n, b->ptr + at, b->len - at);
		b->len += n;
		break;
	}
}

static void
test_changed(void **state)
{
	const struct text *t = *state;
	unsigned round, i, num;
	struct buf b = { 0 };

	run_all(buf_bytes(&t->in));
	for (round = 0; round < test_rounds(60); round++) {
		buf_put(&b, buf_bytes(&t->in));
		num = 1 + (unsigned)chance(8);
		for (i = 0; i < num; i++)
			change(&b);
		if (chance(2) == 0 && b.len > 0)
			b.ptr[b.len - 1] = '\n';
		run_all(buf_bytes(&b));
		buf_clear(&b);
	}
}

/* Each reader has a text that it reads. */
static void
test_each(void **state)
{
	size_t i, j;

	for (i = 0; i < ALL_NUM; i++) {
		for (j = 0; j < num_texts; j++)
			if (texts[j].reader == &all_readers[i] &&
			    strstr(texts[j].name, "refused") == NULL)
				break;
		if (j == num_texts)
			fail_msg("no text for %s", all_readers[i].name);
	}
}

int
main(void)
{
	static struct CMUnitTest tests[3 * TEXTS_MAX + 1];
	const char *src = getenv("SRC"), *given = getenv("SEED");
	size_t i, n = 0;
	int num_failed;

	if (src == NULL)
		return EXIT_FAILURE;
	seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	seed += seed == 0;
	print_message("SEED=%" PRIu64 "\n", seed);
	texts_load(src);
	for (i = 0; i < num_texts; i++) {
		tests[n++] = (struct CMUnitTest){ texts[i].name, test_whole,
			NULL, NULL, &texts[i] };
		tests[n++] = (struct CMUnitTest){ texts[i].name, test_cut, NULL,
			NULL, &texts[i] };
		tests[n++] = (struct CMUnitTest){ texts[i].name, test_changed,
			NULL, NULL, &texts[i] };
	}
	tests[n++] = (struct CMUnitTest){ "each", test_each, NULL, NULL, NULL };
	num_failed = _cmocka_run_group_tests("said", tests, n, NULL, NULL);
	texts_clear();
	return test_status(num_failed);
}
