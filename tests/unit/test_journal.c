/* SPDX-License-Identifier: Apache-2.0 */
/* The journal is torn, edited, shared and refused. */
#include "workflow/journal.h"

#include "tests/unit/test.h"

#include "tests/unit/folder.h"

#define PATH "journal.jsonl"
#define PLAN "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct journal *
open_it(void)
{
	struct journal *j = NULL;
	struct diag d;

	diag_init(&d);
	if (journal_open(PATH, PLAN, 1000, &j, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	return j;
}

static void
add(struct journal *j, enum journal_event event, const char *step)
{
	const struct journal_pair fact = { "ctl/cucm1", "0011" };
	const struct journal_pair file = { "a.tlv", "2233" };
	const char *const names[] = { "SEP1", "SEP2" };
	struct journal_line l = { .at = 2000,
		.event = event,
		.step = step,
		.why = "\",\"sum\":\"\xff",
		.facts = &fact,
		.num_facts = 1,
		.files = &file,
		.num_files = 1,
		.names = names,
		.num_names = 2 };

	assert_int_equal(journal_add(j, &l, NULL), ERR_OK);
}

static void
make(void)
{
	struct journal *j = open_it();

	add(j, JOURNAL_BEGIN, "one");
	add(j, JOURNAL_DONE, "one");
	add(j, JOURNAL_OVERRIDE, "one");
	add(j, JOURNAL_BEGIN, "two");
	journal_close(&j);
}

static void
load(struct buf *ret)
{
	buf_clear(ret);
	assert_int_equal(file_load(PATH, FILE_MAX_DEFAULT, ret, NULL), ERR_OK);
}

static void
store(struct bytes text)
{
	assert_int_equal(file_write(PATH, text, FILE_CLOBBER, NULL), ERR_OK);
}

static size_t
lines_in(struct bytes text)
{
	size_t i, n = 0;

	for (i = 0; i < text.len; i++)
		n += text.ptr[i] == '\n';
	return n;
}

static void
test_written_is_read(void **state)
{
	struct journal *j = NULL;
	const struct journal_line *l;

	make();
	assert_int_equal(mode_of(PATH), 0600);
	assert_int_equal(journal_load(PATH, NULL, &j, NULL), ERR_OK);
	assert_int_equal(journal_num(j), 5);
	l = journal_last(j, "one");
	assert_int_equal(l->n, 3);
	assert_int_equal(l->event, JOURNAL_DONE);
	assert_int_equal(l->at, 2000);
	assert_string_equal(l->why, "\",\"sum\":\"\xef\xbf\xbd");
	assert_string_equal(l->facts[0].value, "0011");
	assert_string_equal(l->files[0].name, "a.tlv");
	assert_string_equal(l->names[1], "SEP2");
	assert_int_equal(journal_facts(j)->n, 5);
	assert_null(journal_last(j, "three"));
	journal_close(&j);
}

/* Whatever is left of the last line, what stands before it counts. */
static void
test_torn_anywhere(void **state)
{
	struct buf text = { 0 }, now = { 0 };
	struct journal *j;
	size_t len, whole;

	make();
	load(&text);
	for (len = 0; len <= text.len; len++) {
		whole = lines_in(bytes_of(text.ptr, len));
		store(bytes_of(text.ptr, len));
		j = open_it();
		assert_int_equal(journal_num(j), whole + 1);
		add(j, JOURNAL_DONE, "two");
		journal_close(&j);
		j = open_it();
		assert_int_equal(journal_num(j), whole + 3);
		journal_close(&j);
		load(&now);
		assert_int_equal(lines_in(buf_bytes(&now)), whole + 3);
	}
	buf_clear(&text);
	buf_clear(&now);
}

static void
assert_refused(enum err expect, const char *plan)
{
	struct buf before = { 0 }, after = { 0 };
	struct journal *j = NULL;
	struct diag d;

	diag_init(&d);
	load(&before);
	assert_int_equal(journal_open(PATH, plan, 1, &j, &d), expect);
	assert_null(j);
	assert_int_equal(d.code, expect);
	assert_int_equal(journal_load(PATH, plan, &j, NULL), expect);
	load(&after);
	assert_true(bytes_equal(buf_bytes(&before), buf_bytes(&after)));
	buf_clear(&before);
	buf_clear(&after);
}

/* No byte of a whole line can be another. */
static void
test_edited(void **state)
{
	struct buf text = { 0 };
	size_t i;

	make();
	load(&text);
	for (i = 0; i + 1 < text.len; i++) {
		if (text.ptr[i] == '\n')
			continue;
		text.ptr[i] ^= 1;
		store(buf_bytes(&text));
		/* the version is told apart */
		assert_refused(i == 5 ? ERR_UNSUPPORTED : ERR_SYNTAX, PLAN);
		text.ptr[i] ^= 1;
	}
	buf_clear(&text);
}

/* Each line taken out; the last one cannot be missed. */
static void
test_taken_out(void **state)
{
	struct buf text = { 0 }, less = { 0 };
	size_t i, from, n;

	make();
	load(&text);
	n = lines_in(buf_bytes(&text));
	for (from = 0, i = 0; i + 1 < n; i++) {
		const uint8_t *end = memchr(text.ptr + from, '\n',
		    text.len - from);
		size_t to = (size_t)(end - text.ptr) + 1;

		buf_clear(&less);
		buf_put(&less, bytes_of(text.ptr, from));
		buf_put(&less, bytes_of(text.ptr + to, text.len - to));
		store(buf_bytes(&less));
		assert_refused(ERR_SYNTAX, PLAN);
		from = to;
	}
	buf_clear(&text);
	buf_clear(&less);
}

static void
test_other_plan(void **state)
{
	make();
	assert_refused(ERR_EXISTS, "bbbb");
}

static void
test_locked(void **state)
{
	struct journal *j = open_it(), *other = NULL;

	assert_int_equal(journal_open(PATH, PLAN, 1, &other, NULL), ERR_POLICY);
	assert_int_equal(journal_load(PATH, PLAN, &other, NULL), ERR_OK);
	assert_int_equal(journal_num(other), 1);
	journal_close(&other);
	journal_close(&j);
	j = open_it();
	journal_close(&j);
}

static void
test_absent(void **state)
{
	struct journal *j = NULL;

	assert_int_equal(journal_load(PATH, NULL, &j, NULL), ERR_ABSENT);
	assert_int_equal(symlink("elsewhere", PATH), 0);
	assert_int_equal(journal_open(PATH, PLAN, 1, &j, NULL), ERR_IO);
}

/* ---- docs/journal.md ---- */

static void
doc_has(const char *doc, const char *name)
{
	char row[64];

	(void)snprintf(row, sizeof(row), "\n| `%s` | ", name);
	if (strstr(doc, row) == NULL)
		fail_msg("docs/journal.md lacks %s", name);
}

static size_t
rows_of(const char *doc)
{
	size_t n = 0;

	while ((doc = strstr(doc, "\n| `")) != NULL) {
		n++;
		doc++;
	}
	return n;
}

static void
test_doc(void **state)
{
	static const char *const keys[] = {
#define KEY(id, name) name,
		JOURNAL_KEYS(KEY)
#undef KEY
	};
	struct buf text = { 0 };
	char path[512];
	size_t i, num = sizeof(keys) / sizeof(keys[0]);

	assert_non_null(getenv("SRC"));
	(void)snprintf(path, sizeof(path), "%s/docs/journal.md", getenv("SRC"));
	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &text, NULL),
	    ERR_OK);
	for (i = 0; i < num; i++)
		doc_has(buf_cstr(&text), keys[i]);
	for (i = 0; i < JOURNAL_NUM_EVENTS; i++)
		doc_has(buf_cstr(&text),
		    journal_event_name((enum journal_event)i));
	assert_int_equal(rows_of(buf_cstr(&text)), num + JOURNAL_NUM_EVENTS);
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_written_is_read),
		T(test_torn_anywhere),
		T(test_edited),
		T(test_taken_out),
		T(test_other_plan),
		T(test_locked),
		T(test_absent),
		T(test_doc),
	};

	return test_run(tests);
}
