/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every truncation and every single bit flip of one file per dialect: it is
 * refused, or written again as it is, and it never verifies.
 */
#include "tests/unit/test.h"

#include "ctl/ctl.h"
#include "tests/unit/cases.h"

/* A file and the list that vouches for it (NULL: itself). */
struct subject {
	const char *name;
	const char *trusted;
};

struct counts {
	size_t refused;
	size_t failed;
	size_t verified;
};

struct bench {
	struct buf bytes;
	struct buf trusted_bytes;
	struct ctl_file *trusted;
	struct ctl_anchor anchor;
	struct counts counts;
};

static void
check_emit(const struct ctl_file *f, struct bytes in)
{
	struct buf again = { 0 };
	struct diag d;

	assert_int_equal(ctl_emit(f, &again, &d), ERR_OK);
	if (!bytes_equal(buf_bytes(&again), in))
		fail_msg("written again, it is another file");
	buf_clear(&again);
}

static void
judge(struct bench *b, struct bytes in)
{
	struct ctl_file *f = NULL;
	struct ctl_verdict v;
	struct diag d;

	if (ctl_parse(in, CTL_KIND_AUTO, &f, &d) != ERR_OK) {
		assert_null(f);
		b->counts.refused++;
		return;
	}
	check_emit(f, in);
	assert_int_equal(ctl_verify(f, &b->anchor, &v, &d), ERR_OK);
	if (v.status == CTL_VERIFIED)
		b->counts.verified++;
	else
		b->counts.failed++;
	ctl_free(&f);
}

static void
begin(struct bench *b, const char *trusted)
{
	struct diag d;

	b->anchor.kind = CTL_ANCHOR_SELF;
	assert_int_equal(ctl_memo_new(&b->anchor.memo, &d), ERR_OK);
	if (trusted == NULL)
		return;
	case_load(trusted, &b->trusted_bytes);
	assert_int_equal(ctl_parse(buf_bytes(&b->trusted_bytes), CTL_KIND_AUTO,
			     &b->trusted, &d),
	    ERR_OK);
	b->anchor.kind = CTL_ANCHOR_TRUSTED;
	b->anchor.trusted = b->trusted;
}

static void
end(struct bench *b)
{
	ctl_memo_free(&b->anchor.memo);
	ctl_free(&b->trusted);
	buf_clear(&b->trusted_bytes);
	buf_clear(&b->bytes);
}

/* Each truncation is judged in memory of its own size, so that a read beyond
 * the end is seen by a sanitizer. */
static void
truncate_all(struct bench *b)
{
	size_t n;

	for (n = 0; n < b->bytes.len; n++) {
		uint8_t *copy = malloc(n + 1);

		assert_non_null(copy);
		memcpy(copy + 1, b->bytes.ptr, n);
		judge(b, bytes_of(copy + 1, n));
		free(copy);
	}
}

static void
flip_all(struct bench *b)
{
	size_t i;

	for (i = 0; i < b->bytes.len * 8; i++) {
		b->bytes.ptr[i / 8] ^= (uint8_t)(1 << i % 8);
		judge(b, buf_bytes(&b->bytes));
		b->bytes.ptr[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

static void
torment(struct bench *b, const char *name)
{
	size_t len = b->bytes.len;

	judge(b, buf_bytes(&b->bytes));
	if (b->counts.verified != 1)
		fail_msg("%s does not verify to begin with", name);
	b->counts.verified = 0;
	truncate_all(b);
	flip_all(b);
	print_message("%s: %zu cuts and %zu flips: %zu refused, %zu failed\n",
	    name, len, len * 8, b->counts.refused, b->counts.failed);
	assert_int_equal(b->counts.verified, 0);
	assert_int_equal(b->counts.refused + b->counts.failed, len * 9);
}

static void
test_case(void **state)
{
	const struct subject *s = *state;
	struct bench b = { 0 };

	begin(&b, s->trusted);
	case_load(s->name, &b.bytes);
	torment(&b, s->name);
	end(&b);
}

static void
test_sample(void **state)
{
	static const char name[] = "cisco_gigantic-6_CTLFile.tlv";
	struct bench b = { 0 };

	SAMPLE_OR_SKIP(sample_load(name, &b.bytes));
	begin(&b, NULL);
	torment(&b, name);
	end(&b);
}

#define CASE(n, t)                                 \
	{                                          \
		.name = n, .test_func = test_case, \
		.initial_state = &(struct subject) \
		{                                  \
			n, t                       \
		}                                  \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		CASE("ok-tokenless-4947", NULL),
		CASE("ok-token-5728", NULL),
		CASE("ok-builder-sha512", NULL),
		CASE("ok-cnf-sgn-sha1", "ok-itl-callmanager"),
	};

	return test_run(tests);
}
