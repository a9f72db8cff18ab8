/* SPDX-License-Identifier: Apache-2.0 */
/* Requests in memory: how they are written, their limits, and what is taken
 * for a signature. tests/cli/detached.bats has the rest. */
#include <string.h>

#include "base/file.h"
#include "cli/detached.h"
#include "tests/unit/test.h"

static void
load(const char *name, struct buf *ret)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/tests/fuzz/requests/%s",
	    getenv("SRC"), name);
	assert_int_equal(file_load(path, 1 << 20, ret, NULL), ERR_OK);
}

static struct detached *
read_request(const char *name)
{
	struct detached *r = NULL;
	struct buf text = { 0 };

	load(name, &text);
	assert_int_equal(detached_parse(buf_bytes(&text), &r, NULL), ERR_OK);
	buf_clear(&text);
	return r;
}

/* What stands behind the NUL of the file NAME. */
static struct bytes
behind_nul(const char *name, struct buf *content)
{
	const uint8_t *nul;

	load(name, content);
	nul = memchr(content->ptr, 0, content->len);
	assert_non_null(nul);
	return bytes_of(nul + 1,
	    content->len - (size_t)(nul - content->ptr) - 1);
}

static void
test_written_as_read(void **state)
{
	static const char *const names[] = { "one.json", "two.json" };
	struct buf text = { 0 }, again = { 0 };
	struct detached *r;
	size_t i;

	for (i = 0; i < 2; i++) {
		load(names[i], &text);
		r = read_request(names[i]);
		assert_int_equal(detached_num(r), i + 1);
		assert_int_equal(detached_put(r, &again, NULL), ERR_OK);
		assert_string_equal(buf_cstr(&again), buf_cstr(&text));
		detached_free(&r);
		buf_clear(&text);
		buf_clear(&again);
	}
}

static void
test_what_it_has(void **state)
{
	struct detached *r = read_request("two.json");
	const struct detached_item *it = detached_item(r, 1);

	assert_string_equal(detached_item(r, 0)->command, "build");
	assert_string_equal(detached_item(r, 0)->target, "CTL1.tlv");
	assert_false(detached_item(r, 0)->has_base);
	assert_int_equal(detached_item(r, 0)->num_said, 0);
	assert_string_equal(it->target, "CTL2.tlv");
	assert_true(it->has_base);
	assert_int_equal(it->base.len, 32);
	assert_int_equal(it->num_said, 2);
	assert_string_equal(it->said[0], "One line.");
	assert_string_equal(it->said[1], "Another.");
	assert_int_equal(it->unsigned_.kind, CTL_KIND_CTL);
	assert_int_equal(it->unsigned_.digest, DIGEST_SHA1);
	assert_int_equal(it->unsigned_.signature_len, 128);
	assert_null(detached_item(r, 2));
	detached_free(&r);
	assert_null(r);
	detached_free(&r);
}

/* Made of the item that was read, it is the same request. */
static void
test_added(void **state)
{
	struct detached *from = read_request("two.json"), *r = NULL;
	const struct detached_item *it = detached_item(from, 0);
	struct detached_purpose what = { .command = it->command,
		.target = it->target };
	struct buf text = { 0 }, wanted = { 0 };

	load("one.json", &wanted);
	assert_int_equal(detached_new(detached_cert(from), &r, NULL), ERR_OK);
	assert_int_equal(detached_add(r, &what, &it->unsigned_, NULL), ERR_OK);
	detached_free(&from);
	assert_int_equal(detached_put(r, &text, NULL), ERR_OK);
	assert_string_equal(buf_cstr(&text), buf_cstr(&wanted));
	detached_free(&r);
	buf_clear(&text);
	buf_clear(&wanted);
}

/* Lines that are not safe, too many, or empty. */
static void
test_said(void **state)
{
	struct detached *r = read_request("one.json");
	const struct ctl_unsigned *u = &detached_item(r, 0)->unsigned_;
	struct detached_purpose what = { .command = "edit", .target = "x" };
	struct detached *copy = NULL;
	struct buf said = { 0 }, text = { 0 };
	size_t i;

	what.said = bytes_of_str("a\x1b[1m\n\nlast");
	what.base = bytes_of_str("abc");
	assert_int_equal(detached_add(r, &what, u, NULL), ERR_OK);
	assert_int_equal(detached_item(r, 1)->num_said, 3);
	assert_string_equal(detached_item(r, 1)->said[0], "a\\x1b[1m");
	assert_string_equal(detached_item(r, 1)->said[1], "");
	assert_string_equal(detached_item(r, 1)->said[2], "last");
	assert_int_equal(detached_item(r, 1)->base.byte[0], 0xba);
	for (i = 0; i < DETACHED_MAX_SAID + 5; i++)
		buf_str(&said, "line\n");
	what.said = buf_bytes(&said);
	assert_int_equal(detached_add(r, &what, u, NULL), ERR_OK);
	assert_int_equal(detached_item(r, 2)->num_said, DETACHED_MAX_SAID);
	assert_int_equal(detached_put(r, &text, NULL), ERR_OK);
	assert_int_equal(detached_parse(buf_bytes(&text), &copy, NULL), ERR_OK);
	assert_int_equal(detached_item(copy, 2)->num_said, DETACHED_MAX_SAID);
	detached_free(&copy);
	detached_free(&r);
	buf_clear(&said);
	buf_clear(&text);
}

static void
test_limits(void **state)
{
	struct detached *from = read_request("one.json"), *r = NULL;
	const struct ctl_unsigned *u = &detached_item(from, 0)->unsigned_;
	char path[DETACHED_MAX_PATH + 2];
	struct detached_purpose what = { .command = "sign", .target = path };
	struct diag d;
	size_t i;

	assert_int_equal(detached_new(detached_cert(from), &r, NULL), ERR_OK);
	memset(path, 'x', sizeof(path));
	path[DETACHED_MAX_PATH + 1] = '\0';
	assert_int_equal(detached_add(r, &what, u, &d), ERR_TOO_BIG);
	path[DETACHED_MAX_PATH] = '\0';
	for (i = 0; i < DETACHED_MAX_ITEMS; i++)
		assert_int_equal(detached_add(r, &what, u, &d), ERR_OK);
	assert_int_equal(detached_add(r, &what, u, &d), ERR_TOO_BIG);
	assert_non_null(strstr(d.msg, "more than 4096 files"));
	assert_int_equal(detached_num(r), DETACHED_MAX_ITEMS);
	detached_free(&r);
	detached_free(&from);
}

/* The largest request that can be written can be read. */
static void
test_large(void **state)
{
	struct detached *from = read_request("one.json"), *r = NULL;
	const struct ctl_unsigned *u = &detached_item(from, 0)->unsigned_;
	struct detached_purpose what = { .command = "sign", .target = "x" };
	struct detached *copy = NULL;
	struct buf text = { 0 };
	size_t i;

	assert_int_equal(detached_new(detached_cert(from), &r, NULL), ERR_OK);
	for (i = 0; i < DETACHED_MAX_ITEMS; i++)
		assert_int_equal(detached_add(r, &what, u, NULL), ERR_OK);
	assert_int_equal(detached_put(r, &text, NULL), ERR_OK);
	assert_int_equal(detached_parse(buf_bytes(&text), &copy, NULL), ERR_OK);
	assert_int_equal(detached_num(copy), DETACHED_MAX_ITEMS);
	detached_free(&copy);
	detached_free(&r);
	detached_free(&from);
	buf_clear(&text);
}

static void
test_taken(void **state)
{
	struct detached *r = read_request("one.json");
	struct buf raw = { 0 }, text = { 0 }, sig = { 0 };
	struct bytes good = behind_nul("one-signed", &raw);
	struct diag d;

	assert_int_equal(good.len, 128);
	buf_str(&sig, "x");
	assert_int_equal(detached_take(r, 0, good, &sig, &d), ERR_OK);
	assert_int_equal(sig.len, 129);
	assert_memory_equal(sig.ptr + 1, good.ptr, 128);
	assert_int_equal(
	    detached_take(r, 0, behind_nul("one-base64", &text), &sig, &d),
	    ERR_OK);
	assert_memory_equal(sig.ptr + 129, good.ptr, 128);
	good.len--;
	assert_int_equal(detached_take(r, 0, good, &sig, &d), ERR_TRUNCATED);
	assert_int_equal(sig.len, 257);
	detached_free(&r);
	buf_clear(&raw);
	buf_clear(&text);
	buf_clear(&sig);
}

static void
test_answered(void **state)
{
	struct detached *r = read_request("two.json");
	struct buf sigs[2] = { { 0 } }, all = { 0 }, again = { 0 };
	struct bytes answer = behind_nul("two-answered", &all);
	struct diag d;

	assert_true(detached_is_response(answer));
	assert_false(detached_is_response(bytes_of_str("")));
	assert_false(detached_is_response(bytes_of_str("abcd")));
	assert_false(detached_is_response(bytes_of("{\xff", 2)));
	assert_true(detached_is_response(bytes_of_str("\r\n {")));
	assert_int_equal(detached_take_response(r, answer, sigs, &d), ERR_OK);
	assert_int_equal(sigs[0].len, 128);
	assert_int_equal(sigs[1].len, 128);
	assert_int_equal(detached_put_response(r, sigs, &again, &d), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&again), answer));
	detached_free(&r);
	buf_clear(&sigs[0]);
	buf_clear(&sigs[1]);
	buf_clear(&all);
	buf_clear(&again);
}

/* No text that is cut off is a request, nor one with a bit flipped: it is
 * refused, or says the same of the same bytes. */
static void
test_damaged(void **state)
{
	struct detached *r = NULL;
	struct buf text = { 0 };
	struct diag d;
	size_t n, step = 37;

	load("one.json", &text);
	for (n = 0; n < text.len - 2; n += 5)
		assert_int_not_equal(
		    detached_parse(bytes_of(text.ptr, n), &r, &d), ERR_OK);
	for (n = 0; n < text.len * 8; n += step) {
		struct digest_value want, got;

		text.ptr[n / 8] ^= (uint8_t)(1U << n % 8);
		if (detached_parse(buf_bytes(&text), &r, &d) == ERR_OK) {
			struct bytes p = buf_bytes(
			    &detached_item(r, 0)->unsigned_.preimage);

			got = detached_item(r, 0)->unsigned_.value;
			assert_int_equal(
			    digest_of(DIGEST_SHA1, &p, 1, &want, NULL), ERR_OK);
			assert_memory_equal(want.byte, got.byte, 20);
			detached_free(&r);
		}
		text.ptr[n / 8] ^= (uint8_t)(1U << n % 8);
	}
	buf_clear(&text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written_as_read),
		cmocka_unit_test(test_what_it_has),
		cmocka_unit_test(test_added),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_answered),
		cmocka_unit_test(test_damaged),
	};

	return test_run(tests);
}
