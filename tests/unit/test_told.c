/* SPDX-License-Identifier: Apache-2.0 */
/* Lists as their texts tell them. Lists are written as tests/unit/lists.h
 * says. */
#include "test.h"

#include <stdio.h>

#include "lists.h"
#include "trust/diff.h"
#include "trust/told.h"
#include "trust/trust.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

/* A list, its text, and what that tells. */
struct world {
	struct made list;
	struct buf text;
	struct ctl_listing *listing;
	struct told told;
};

static void
read_text(struct world *w)
{
	struct diag d;

	if (ctl_listing_read(buf_bytes(&w->text), &w->listing, &d) != ERR_OK)
		fail_msg("line %u: %s", d.line, d.msg);
}

static void
world_make(struct world *w, const char *words)
{
	struct ctl_verdict v = { .status = CTL_VERIFIED };
	struct ctl_text t;
	size_t i;

	memset(w, 0, sizeof(*w));
	made_by(&w->list, words, "record: 1", "");
	t = (struct ctl_text){ .file = w->list.f, .verdict = &v };
	assert_int_equal(ctl_text_head(&t, &w->text, NULL), ERR_OK);
	for (i = 1; i <= ctl_num_records(w->list.f); i++)
		assert_int_equal(ctl_text_record(&t, i, &w->text, NULL),
		    ERR_OK);
	assert_int_equal(ctl_text_tail(&t, &w->text, NULL), ERR_OK);
	read_text(w);
}

static void
world_tell(struct world *w, enum told_by by)
{
	struct diag d;

	told_clear(&w->told);
	if (told_make(w->listing, by, &w->told, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	assert_int_equal(ctl_num_records(w->told.file),
	    ctl_listing_num(w->listing));
}

/* Takes out of the text every line that holds WHAT, from FROM of it on, and
 * reads it again. */
static void
world_cut(struct world *w, const char *what, const char *from)
{
	struct buf cut = { 0 };
	char *line, *rest = (char *)w->text.ptr, *at;

	assert_non_null(buf_cstr(&w->text));
	while ((line = strsep(&rest, "\n")) != NULL) {
		at = strstr(line, what) == NULL ? NULL : strstr(line, from);
		buf_put(&cut,
		    bytes_of(line,
			at == NULL ? strlen(line) : (size_t)(at - line)));
		buf_u8(&cut, '\n');
	}
	assert_true(buf_ok(&cut));
	buf_clear(&w->text);
	w->text = cut;
	ctl_listing_free(&w->listing);
	read_text(w);
}

static void
world_clear(struct world *w)
{
	told_clear(&w->told);
	ctl_listing_free(&w->listing);
	buf_clear(&w->text);
	made_clear(&w->list);
}

static void
render(const struct ctl_file *old, const struct ctl_file *new, struct buf *out)
{
	const struct diff_row *r;
	struct diff df;
	size_t i;

	assert_int_equal(diff_of(old, new, &df, NULL), ERR_OK);
	for (i = 0; i < df.num; i++) {
		r = &df.rows[i];
		buf_printf(out, "%s %zu:%zu%s ", diff_kind_name(r->kind),
		    r->old, r->new, r->renamed ? "!" : "");
	}
	buf_printf(out, "order %d signer %d trust %d", df.order, df.signer,
	    diff_is_same_trust(&df));
	diff_clear(&df);
}

static void
render_effect(const struct ctl_file *old, const struct ctl_file *new,
    struct buf *out)
{
	struct trust_change change = { .old = old, .new = new };
	struct trust_effect ef;

	assert_int_equal(trust_effect(&change, &ef, NULL), ERR_OK);
	buf_printf(out, "; %s %s losses %x shared %zu -%zu +%zu late %d",
	    trust_verdict_name(ef.judgement.verdict),
	    trust_rule_name(ef.judgement.rule), ef.losses, ef.shared,
	    ef.removed, ef.added, ef.strands_late);
}

/* Two texts tell the same difference as the lists, and the same of phones. */
static void
test_same(void **state)
{
	static const char *const pairs[][2] = {
		{ "S:t1 S:t2 C:pub A:capf", "S:t1 S:t2 C:pub A:capf" },
		{ "S:t1 S:t2 C:pub", "S:t1 C:pub S:t2" },
		{ "S:t1 S:t2 C:pub", "S:t1 S:t3 C:pub2 A:capf" },
		{ "S:t1 S:t2", "S:t3 S:t1" },
		{ "S:t1 S:t2", "S:t1/a S:t2" },
		{ "S:t1 C:pub A:capf", "S:t1 C:pub@else A:capf" },
		{ "S:t1 C:pub", "S:t1 C:pub2@else" },
		{ "S:t1 C:none C:none@b", "S:t1 C:none@b C:none" },
		{ "S:t1 C:none@a", "S:t1 C:none@b" },
		{ "S:t1 C:none", "S:t1 C:pub" },
		{ "S:t1 C:pub", "S:t1 M:pub" },
		{ "S:pub S:itlr C:pub", "S:itlr2 S:pub2 C:pub2" },
		{ "S:pub S:itlr C:pub", "S:itlr S:pub C:pub" },
		{ "S:pub C:pub", "S:t1 C:pub" },
		{ "S:t1 S:pub C:pub", "S:t1 C:pub" },
		{ "S:t1 S:pub C:pub", "S:t1 S:pub C:pub2" },
		{ "S:t1 S:itlr", "S:t1 S:own" },
		{ "S:t1 S:own/b C:pub/b", "S:t1 S:own C:pub" },
		{ "S:t1 C:pub/h", "S:t1 C:pub2/h" },
		{ "S:t1 C:pub/h", "S:t1 C:pub/h" },
		{ "S:t1 S:t1 C:pub", "S:t1 C:pub" },
	};
	struct buf wanted = { 0 }, got = { 0 };
	struct world a, b;
	size_t i;

	for (i = 0; i < NUM(pairs); i++) {
		world_make(&a, pairs[i][0]);
		world_make(&b, pairs[i][1]);
		assert_int_equal(told_best(a.listing), TOLD_BY_SHA1);
		world_tell(&a, TOLD_BY_SHA1);
		world_tell(&b, TOLD_BY_SHA1);
		assert_true(a.told.signer && !a.told.damaged);
		wanted.len = got.len = 0;
		render(a.list.f, b.list.f, &wanted);
		render(a.told.file, b.told.file, &got);
		render_effect(a.list.f, b.list.f, &wanted);
		render_effect(a.told.file, b.told.file, &got);
		if (strcmp(buf_cstr(&wanted), buf_cstr(&got)) != 0)
			fail_msg("%s -> %s: %s, not %s", pairs[i][0],
			    pairs[i][1], buf_cstr(&got), buf_cstr(&wanted));
		world_clear(&a);
		world_clear(&b);
	}
	buf_clear(&wanted);
	buf_clear(&got);
}

static const struct {
	enum told_by by;
	const char *rows;
} renewed[] = {
	{ TOLD_BY_SHA1, "same 1:1 replaced 2:2 order 0 signer 0 trust 0" },
	{ TOLD_BY_SERIAL, "same 1:1 replaced 2:2 order 0 signer 0 trust 0" },
	/* its names are the same */
	{ TOLD_BY_NAME, "same 1:1 same 2:2 order 0 signer 0 trust 1" },
};

/* A certificate that was renewed, told apart as well as it goes. */
static void
test_renewed(void **state)
{
	struct buf got = { 0 };
	struct world a, b;
	size_t i;

	world_make(&a, "S:t1 C:pub");
	world_make(&b, "S:t1 C:pub2");
	for (i = 0; i < NUM(renewed); i++) {
		world_tell(&a, renewed[i].by);
		world_tell(&b, renewed[i].by);
		got.len = 0;
		render(a.told.file, b.told.file, &got);
		assert_string_equal(buf_cstr(&got), renewed[i].rows);
	}
	world_clear(&a);
	world_clear(&b);
	buf_clear(&got);
}

/* The level that is left as ever more is cut out of a text. */
static void
test_best(void **state)
{
	struct world w;

	world_make(&w, "S:t1 C:pub C:none");
	assert_int_equal(told_best(w.listing), TOLD_BY_SHA1);
	world_cut(&w, "\tCERTIFICATE\t", " (SHA1");
	assert_int_equal(told_best(w.listing), TOLD_BY_SHA1);
	world_clear(&w);

	world_make(&w, "S:t1 C:pub C:none");
	world_cut(&w, "SERIALNUMBER\t8\t", "\t70:CA");
	assert_int_equal(told_best(w.listing), TOLD_BY_SHA1);
	world_cut(&w, "(SHA1 Hash HEX)", " ");
	assert_int_equal(told_best(w.listing), TOLD_BY_NAME);
	world_clear(&w);

	world_make(&w, "S:t1 C:pub/h");
	assert_int_equal(told_best(w.listing), TOLD_BY_SHA1);
	world_clear(&w);

	assert_string_equal(told_by_name(TOLD_BY_SHA1), "sha1");
	assert_string_equal(told_by_name(TOLD_BY_NAME), "names");
}

/* The header says who signed, else the line behind a SAST. */
static void
test_signer(void **state)
{
	struct buf got = { 0 };
	struct world a, b;

	world_make(&a, "S:t1 S:t2 C:pub");
	world_make(&b, "S:t1 S:t2 C:pub");
	world_cut(&b, "SIGNERNAME", "4");
	world_cut(&b, "CANAME", "6");
	world_tell(&a, TOLD_BY_SHA1);
	world_tell(&b, TOLD_BY_SHA1);
	assert_true(b.told.signer);
	assert_int_equal(ctl_signer_record(b.told.file), 1);
	render(a.told.file, b.told.file, &got);
	assert_non_null(strstr(buf_cstr(&got), "signer 0"));

	world_cut(&b, "This etoken was used", "This");
	world_tell(&b, TOLD_BY_SHA1);
	assert_false(b.told.signer);
	world_clear(&a);
	world_clear(&b);
	buf_clear(&got);
}

/* A name that lost its end on the way; roles that nobody knows. */
static void
test_odd(void **state)
{
	struct buf got = { 0 };
	struct world a, b;

	world_make(&a, "S:t1 C:pub");
	world_make(&b, "S:t1 C:pub");
	world_cut(&b, "SUBJECTNAME", "=pub");
	world_tell(&b, TOLD_BY_SHA1);
	assert_true(b.told.damaged);

	world_cut(&a, "FUNCTION\t2\tCCM", "CM+TFTP");
	world_cut(&b, "FUNCTION\t2\tCCM", "M+TFTP");
	world_tell(&a, TOLD_BY_SHA1);
	world_tell(&b, TOLD_BY_SHA1);
	render(a.told.file, b.told.file, &got);
	assert_non_null(strstr(buf_cstr(&got), "removed 2:0"));
	assert_non_null(strstr(buf_cstr(&got), "added 0:2"));
	world_clear(&a);
	world_clear(&b);
	buf_clear(&got);
}

/* A text with names that no record has room for. */
static void
test_too_big(void **state)
{
	static const char *const names[] = { "SUBJECTNAME", "ISSUERNAME" };
	struct buf name = { 0 };
	struct world w = { .text = { 0 } };
	struct diag d;
	size_t i, len;

	buf_fill(&name, 40000, 'x');
	for (len = 30000; len <= 40000; len += 10000) {
		buf_str(&w.text,
		    "CTL Record #:1\n----\n1\tRECORDLENGTH\t2\t9\n");
		for (i = 0; i < NUM(names); i++) {
			buf_printf(&w.text, "%d\t%s\t%zu\t", i == 0 ? 3 : 5,
			    names[i], len + 1);
			buf_put(&w.text, bytes_of(name.ptr, len));
			buf_str(&w.text, "\n");
		}
		read_text(&w);
		assert_int_equal(ctl_listing_num(w.listing), 1);
		if (len == 30000)
			assert_int_equal(
			    told_make(w.listing, TOLD_BY_NAME, &w.told, &d),
			    ERR_OK);
		told_clear(&w.told);
		if (len == 40000)
			assert_int_equal(
			    told_make(w.listing, TOLD_BY_NAME, &w.told, &d),
			    ERR_TOO_BIG);
		assert_null(w.told.file);
		world_clear(&w);
	}
	buf_clear(&name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_renewed),
		cmocka_unit_test(test_best),
		cmocka_unit_test(test_signer),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_too_big),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
