/* SPDX-License-Identifier: Apache-2.0 */
/* Which phones that were off take the newest list, and the ladders of the
 * others. Lists are written as tests/unit/lists.h says. */
#include "test.h"

#include <unistd.h>

#include "lists.h"
#include "trust/steps.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))
#define MOST 16 /* lists of a table's row, and of a random history */
#define POOL 64 /* lists that random histories are drawn from */
#define MANY ((size_t)1200) /* lists that only few keys signed */
#define HOSTS ((size_t)15)
#define SPELLINGS (2 * HOSTS)
#define FAR 99 /* no ladder */

/* ---- Stories. ---- */

struct want {
	enum history_fate fate;
	size_t rungs, next;
	const char *says; /* of the judgement */
};

static const struct story {
	const char *words[MOST]; /* from the oldest; the last is the newest */
	const char *signers[MOST];
	struct want want[MOST];
} stories[] = {
	/* one after the other, each knows but the next */
	{ { "S:t1 S:t2", "S:t2 S:t3", "S:t3 S:own" },
	    { "record: 1", "record: 1", "record: 1" },
	    { { HISTORY_STRANDED, 2, 1, "sign with the key of one that is" },
		{ HISTORY_DIRECT, 1, 2, "record 2 of the installed" },
		{ HISTORY_HOLDS, 0, 0, "" } } },
	/* the last link is gone: nothing helps */
	{ { "S:t1 S:t2", "S:t3 S:own", "S:t3 S:own S:pub" },
	    { "record: 1", "record: 1", "record: 2" },
	    { { HISTORY_STRANDED, 0, 0, "is no SAST" },
		{ HISTORY_DIRECT, 1, 2, "record 2" },
		{ HISTORY_HOLDS, 0, 0, "" } } },
	/* a short ladder goes before a long one, and through a list that is
	 * older than what the phone holds */
	{ { "S:t1 S:t3", "S:t1 S:t2", "S:t2 S:pub", "S:pub S:t3", "S:t3" },
	    { "record: 1", "record: 1", "record: 1", "record: 1", "record: 1" },
	    { { HISTORY_DIRECT, 1, 4, "" }, { HISTORY_STRANDED, 2, 0, "" },
		{ HISTORY_STRANDED, 2, 3, "" }, { HISTORY_DIRECT, 1, 4, "" },
		{ HISTORY_HOLDS, 0, 0, "" } } },
	/* of two that are equally short the first */
	{ { "S:t1", "S:t1 S:t2", "S:t1 S:t2 S:own", "S:t2 S:t3" },
	    { "record: 1", "record: 1", "record: 1", "record: 1" },
	    { { HISTORY_STRANDED, 2, 1, "" }, { HISTORY_DIRECT, 1, 3, "" },
		{ HISTORY_DIRECT, 1, 3, "" }, { HISTORY_HOLDS, 0, 0, "" } } },
	/* the newest once more */
	{ { "S:t1 S:t2", "S:t2", "S:t1 S:t2" },
	    { "record: 1", "record: 1", "record: 1" },
	    { { HISTORY_HOLDS, 0, 0, "" }, { HISTORY_STRANDED, 0, 0, "" },
		{ HISTORY_HOLDS, 0, 0, "" } } },
	/* the names fit, the key does not: no step, whoever says so */
	{ { "S:t1/k S:t2", "S:t1/k S:t3", "S:own" },
	    { "record: 1", "cert: t1, dialect: appliance, key: rsa1024-h",
		"cert: t1, dialect: appliance, key: rsa1024-h" },
	    { { HISTORY_STRANDED, 0, 0, "the signature is not right for" },
		{ HISTORY_STRANDED, 0, 0, "the signature is not right for" },
		{ HISTORY_HOLDS, 0, 0, "" } } },
	/* two records bear the names: a phone may take the wrong one */
	{ { "S:t1 S:forged", "S:t1 S:forged/r", "S:t1 S:t1", "S:t1 S:own" },
	    { "record: 1", "record: 1", "record: 1", "record: 1" },
	    { { HISTORY_STRANDED, 0, 0, "but not both its key" },
		{ HISTORY_STRANDED, 0, 0, "but not both its key" },
		{ HISTORY_DIRECT, 1, 3, "" }, { HISTORY_HOLDS, 0, 0, "" } } },
	/* spelt by another writer; in another role */
	{ { "S:t1/a S:t2", "S:t2 C:t1/t", "S:t1 S:t3" },
	    { "record: 1", "record: 1", "record: 1" },
	    { { HISTORY_STRANDED, 0, 0, "spelt otherwise" },
		{ HISTORY_STRANDED, 0, 0, "not as SAST" },
		{ HISTORY_HOLDS, 0, 0, "" } } },
};

static void
test_stories(void **state)
{
	struct made made[MOST];
	struct history_list lists[MOST];
	const struct history_row *row;
	const struct want *want;
	struct history h;
	size_t i, j, num;
	struct diag d;

	for (i = 0; i < NUM(stories); i++) {
		for (num = 0; stories[i].words[num] != NULL; num++) {
			made_by(&made[num], stories[i].words[num],
			    stories[i].signers[num], "");
			lists[num] = (struct history_list){ made[num].f, "" };
		}
		if (history_of(lists, num, num - 1, &h, &d) != ERR_OK)
			fail_msg("story %zu: %s", i, d.msg);
		assert_int_equal(h.num, num);
		assert_int_equal(h.newest, num - 1);
		for (j = 0; j < num; j++) {
			row = &h.row[j];
			want = &stories[i].want[j];
			if (row->fate != want->fate ||
			    row->rungs != want->rungs ||
			    row->next != want->next ||
			    strstr(row->judgement.why.msg, want->says) == NULL)
				fail_msg("story %zu, list %zu: %s, %zu, %zu, "
					 "%s",
				    i, j, history_fate_name(row->fate),
				    row->rungs, row->next,
				    row->judgement.why.msg);
			if (row->fate == HISTORY_STRANDED)
				assert_int_equal(row->judgement.verdict,
				    TRUST_REFUSES);
			made_clear(&made[j]);
		}
		history_clear(&h);
		assert_null(h.row);
	}
}

/* ---- Every pair, one by one. ---- */

struct pool {
	struct made made[POOL];
	bool step[POOL][POOL];
};

static struct pool pool;

static bool
takes(const struct ctl_file *held, const struct ctl_file *offer)
{
	struct trust_phone phone = { .installed = held };
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_TRUSTED,
		.trusted = held };
	struct trust_judgement j;
	struct ctl_verdict v;

	trust_judge(&phone, offer, &j);
	assert_int_equal(ctl_verify(offer, &anchor, &v, NULL), ERR_OK);
	return j.verdict == TRUST_ACCEPTS && v.status == CTL_VERIFIED;
}

static const char *
draw_word(unsigned *seed)
{
	static const char *const words[] = { "S:t1", "S:t1", "S:t2", "S:t3",
		"S:own", "S:t1/a", "S:t1/k", "S:t2/n", "S:forged", "S:forged/r",
		"S:pub", "S:pub/h", "S:own/w", "S:itlr/e", "C:pub", "S:t1/r" };

	return words[(size_t)rand_r(seed) % NUM(words)];
}

static void
draw(struct made *m, unsigned *seed)
{
	size_t i, num = (size_t)rand_r(seed) % 4 + 1;
	unsigned signer = (unsigned)rand_r(seed) % (unsigned)num + 1;
	char words[128] = "", line[96];

	for (i = 0; i < num; i++)
		(void)snprintf(words + strlen(words),
		    sizeof(words) - strlen(words), "%s%s", i > 0 ? " " : "",
		    draw_word(seed));
	(void)snprintf(line, sizeof(line), "record: %u", signer);
	if (rand_r(seed) % 4 == 0)
		(void)snprintf(line, sizeof(line), "cert: t1, dialect: token%s",
		    rand_r(seed) % 2 == 0 ? "" : ", key: rsa1024-h");
	made_by(m, words, line, "");
}

static void
fill_pool(unsigned *seed)
{
	size_t i, j;

	for (i = 0; i < POOL; i++)
		draw(&pool.made[i], seed);
	for (i = 0; i < POOL; i++)
		for (j = 0; j < POOL; j++)
			pool.step[i][j] = takes(pool.made[i].f, pool.made[j].f);
}

static void
empty_pool(void)
{
	size_t i;

	for (i = 0; i < POOL; i++)
		made_clear(&pool.made[i]);
}

/* A history of lists of the pool: which. */
struct drawn {
	size_t of[MOST], num, newest;
	struct history_list lists[MOST];
};

static bool
is_step(const struct drawn *w, size_t i, size_t j)
{
	return pool.step[w->of[i]][w->of[j]];
}

static bool
is_same(const struct drawn *w, size_t i, size_t j)
{
	return bytes_equal(ctl_raw(w->lists[i].f), ctl_raw(w->lists[j].f));
}

static void
draw_history(struct drawn *w, unsigned *seed)
{
	size_t i;

	w->num = (size_t)rand_r(seed) % MOST + 1;
	w->newest = (size_t)rand_r(seed) % w->num;
	for (i = 0; i < w->num; i++) {
		w->of[i] = (size_t)rand_r(seed) % POOL;
		w->lists[i] = (struct history_list){ pool.made[w->of[i]].f,
			"" };
	}
}

/* How many lists each needs, by trying all pairs until nothing gets better. */
static void
measure(const struct drawn *w, size_t far[MOST])
{
	size_t i, j, round;

	for (i = 0; i < w->num; i++)
		far[i] = i == w->newest ? 0 : FAR;
	for (round = 0; round < w->num; round++)
		for (i = 0; i < w->num; i++)
			for (j = 0; j < w->num; j++)
				if (is_step(w, i, j) && far[j] != FAR &&
				    far[j] + 1 < far[i])
					far[i] = far[j] + 1;
}

static void
compare_row(const struct drawn *w, const struct history *h, size_t i,
    const size_t far[MOST])
{
	const struct history_row *row = &h->row[i];
	size_t next = 0;

	if (is_same(w, i, w->newest)) {
		assert_int_equal(row->fate, HISTORY_HOLDS);
		assert_int_equal(row->rungs, 0);
		return;
	}
	assert_int_equal(row->fate,
	    far[i] == 1 ? HISTORY_DIRECT : HISTORY_STRANDED);
	assert_int_equal(row->rungs, far[i] == FAR ? 0 : far[i]);
	while (
	    far[i] != FAR && (!is_step(w, i, next) || far[next] != far[i] - 1))
		next++;
	assert_int_equal(row->next, far[i] == FAR ? 0 : next);
	assert_int_equal(row->judgement.verdict,
	    is_step(w, i, w->newest) ? TRUST_ACCEPTS : TRUST_REFUSES);
}

struct steps_seen {
	const struct drawn *w;
	size_t next; /* pair of lists that would come next, at least */
	size_t num;
};

static enum err
see_step(void *arg, size_t from, size_t to)
{
	struct steps_seen *s = arg;

	assert_true(from * s->w->num + to >= s->next);
	assert_true(is_step(s->w, from, to));
	s->next = from * s->w->num + to + 1;
	s->num++;
	return ERR_OK;
}

static void
compare_steps(const struct drawn *w)
{
	struct steps_seen s = { .w = w };
	size_t i, j, num = 0;

	assert_int_equal(
	    history_each_step(w->lists, w->num, see_step, &s, NULL), ERR_OK);
	for (i = 0; i < w->num; i++)
		for (j = 0; j < w->num; j++)
			if (is_step(w, i, j) && !is_same(w, i, j))
				num++;
	assert_int_equal(s.num, num);
}

static void
test_all_pairs(void **state)
{
	unsigned seed = (unsigned)getpid(), round, ladders = 0, longest = 0;
	size_t far[MOST] = { 0 }, i;
	struct history h;
	struct drawn w = { .num = 0 };

	print_message("seed %u\n", seed);
	fill_pool(&seed);
	for (round = 0; round < test_rounds(1000); round++) {
		draw_history(&w, &seed);
		measure(&w, far);
		assert_int_equal(history_of(w.lists, w.num, w.newest, &h, NULL),
		    ERR_OK);
		for (i = 0; i < w.num; i++) {
			compare_row(&w, &h, i, far);
			if (h.row[i].rungs >= 2)
				ladders++;
			if (h.row[i].rungs > longest)
				longest = (unsigned)h.row[i].rungs;
		}
		history_clear(&h);
		compare_steps(&w);
	}
	print_message("%u ladders, the longest of %u\n", ladders, longest);
	assert_true(ladders > round / 10);
	assert_true(longest >= 3);
	empty_pool();
}

/* ---- Many lists. ---- */

/* Lists that differ in TIMESTAMP alone, each signed anew. */
struct many {
	struct buf bytes[MANY];
	struct ctl_file *f[MANY];
	struct history_list lists[MANY];
};

static struct many many;

static void
make_many(void)
{
	static const char *const words[] = { "S:t1 S:t2", "S:t2 S:t3",
		"S:t3 S:own/k", "S:t1 S:t1/k S:t2", "S:t1/k S:t2" };
	static const char *const keys[] = { "rsa1024-d", "rsa1024-e",
		"rsa1024-f", "rsa1024-d", "rsa1024-d" };
	struct made m;
	struct buf *b;
	size_t i, at = 0;

	for (i = 0; i < MANY; i++) {
		if (i % (MANY / NUM(words)) == 0) {
			made_by(&m, words[i * NUM(words) / MANY], "record: 1",
			    ", timestamp: '2015-01-01T00:00:00Z'");
			at = made_find(buf_bytes(&m.bytes), 0, 15).offset;
		}
		b = &many.bytes[i];
		buf_put(b, buf_bytes(&m.bytes));
		b->ptr[at + 2] = (uint8_t)(i >> 8);
		b->ptr[at + 3] = (uint8_t)i;
		made_sign(b, keys[i * NUM(keys) / MANY]);
		assert_int_equal(
		    ctl_parse(buf_bytes(b), CTL_KIND_CTL, &many.f[i], NULL),
		    ERR_OK);
		many.lists[i] = (struct history_list){ many.f[i], "" };
		if ((i + 1) % (MANY / NUM(words)) == 0)
			made_clear(&m);
	}
}

/* A signature is checked once, and not for each list that it may follow. */
static void
test_many(void **state)
{
	size_t i, kinds = 5, newest = MANY * 3 / kinds - 1;
	struct history h;

	make_many();
	assert_int_equal(history_of(many.lists, MANY, newest, &h, NULL),
	    ERR_OK);
	for (i = 0; i < MANY; i++)
		assert_int_equal(h.row[i].rungs,
		    i == newest                   ? 0
			: i / (MANY / kinds) == 0 ? 2
			: i / (MANY / kinds) <= 2 ? 1
						  : 2);
	print_message("%zu signatures checked\n", h.num_checks);
	assert_in_range(h.num_checks, 1, MANY + 20);
	history_clear(&h);
	for (i = 0; i < MANY; i++) {
		ctl_free(&many.f[i]);
		buf_clear(&many.bytes[i]);
	}
}

/* Two lists each have the one signer's record at another host; his other roles
 * are no matter. */
static void
test_spellings(void **state)
{
	struct made made[SPELLINGS];
	struct history_list lists[SPELLINGS];
	struct steps *steps = NULL;
	struct buf holds = { 0 };
	char words[64];
	size_t i;

	for (i = 0; i < SPELLINGS; i++) {
		(void)snprintf(words, sizeof(words),
		    "S:%s@h%zu S:t2 C:t1/k@x%zu", i == 3 ? "t1/n" : "t1/k",
		    i % HOSTS, i);
		made_by(&made[i], words, i == 5 ? "record: 2" : "record: 1",
		    "");
		lists[i] = (struct history_list){ made[i].f, "" };
	}
	assert_int_equal(steps_new(lists, SPELLINGS, &steps, NULL), ERR_OK);
	assert_int_equal(steps_num_holds(steps), HOSTS + 2);
	for (i = 0; i < SPELLINGS; i++) {
		holds.len = 0;
		assert_int_equal(steps_onto(steps, i, NULL, &holds, NULL),
		    ERR_OK);
		assert_int_equal(holds.len / sizeof(size_t),
		    i == 5 ? 1 : HOSTS);
	}
	/* once a list, once a spelling; not each with each */
	assert_in_range(steps_num_checks(steps), SPELLINGS,
	    SPELLINGS + HOSTS + 2);
	steps_free(&steps);
	assert_null(steps);
	buf_clear(&holds);
	for (i = 0; i < SPELLINGS; i++)
		made_clear(&made[i]);
}

/* ---- What is refused. ---- */

static enum err
no_step(void *arg, size_t from, size_t to)
{
	*(size_t *)arg += 1;
	return ERR_POLICY;
}

static void
test_refused(void **state)
{
	static struct history_list lists[HISTORY_MAX + 1];
	struct history h = { .num = 77 };
	struct made ctl, other;
	struct ctl_file *itl = NULL;
	size_t i, num = 0;
	struct diag d;

	made_of(&ctl, "S:t1 S:t2", 1);
	made_of(&other, "S:t1 S:t2", 2);
	for (i = 0; i < NUM(lists); i++)
		lists[i] = (struct history_list){ ctl.f, "a" };
	assert_int_equal(history_of(lists, NUM(lists), 0, &h, &d), ERR_TOO_BIG);
	assert_int_equal(d.code, ERR_TOO_BIG);
	assert_int_equal(
	    history_each_step(lists, NUM(lists), no_step, &num, &d),
	    ERR_TOO_BIG);
	assert_int_equal(h.num, 77);
	assert_int_equal(
	    ctl_parse(buf_bytes(&other.bytes), CTL_KIND_ITL, &itl, NULL),
	    ERR_OK);
	lists[1].f = itl;
	assert_int_equal(history_of(lists, 2, 0, &h, &d), ERR_UNSUPPORTED);
	assert_non_null(strstr(d.msg, "the first is ctl, and number 2 is itl"));
	assert_int_equal(h.num, 77);
	/* who is called may end it */
	lists[1].f = other.f;
	assert_int_equal(history_each_step(lists, 2, no_step, &num, &d),
	    ERR_POLICY);
	assert_int_equal(num, 1);
	/* the most that is allowed; all are the same list */
	for (i = 0; i < NUM(lists); i++)
		lists[i].f = ctl.f;
	assert_int_equal(history_of(lists, HISTORY_MAX, 5, &h, &d), ERR_OK);
	assert_int_equal(h.row[HISTORY_MAX - 1].fate, HISTORY_HOLDS);
	assert_int_equal(h.num_checks, 1);
	history_clear(&h);
	num = 0;
	assert_int_equal(history_each_step(lists, 50, no_step, &num, &d),
	    ERR_OK);
	assert_int_equal(num, 0);
	ctl_free(&itl);
	made_clear(&ctl);
	made_clear(&other);
}

/* ---- The newest. ---- */

static void
test_newest(void **state)
{
	static const char *const headers[] = {
		", timestamp: '2015-01-01T00:00:00Z'",
		", timestamp: '2019-01-01T00:00:00Z'",
		", timestamp: '2017-01-01T00:00:00Z'", "",
		", timestamp: '2019-01-01T00:00:00Z'",
		", timestamp: '2015-01-01T00:00:00Z'"
	};
	static const struct {
		size_t of[4], num;
		enum err e;
		size_t newest;
		const char *says;
	} rows[] = {
		{ { 0 }, 0, ERR_ABSENT, 0, "no list" },
		{ { 2 }, 1, ERR_OK, 0, "" },
		{ { 0, 1, 2 }, 3, ERR_OK, 1, "" },
		{ { 1, 2, 0 }, 3, ERR_OK, 0, "" },
		{ { 3 }, 1, ERR_ABSENT, 0, "list3 has no TIMESTAMP" },
		{ { 1, 3 }, 2, ERR_ABSENT, 0, "list3 has no TIMESTAMP" },
		{ { 1, 0, 4 }, 3, ERR_ABSENT, 0, "list1 and list4 have" },
		/* those below do not matter, nor the same once more */
		{ { 0, 5, 1 }, 3, ERR_OK, 2, "" },
		{ { 0, 1, 1, 0 }, 4, ERR_OK, 1, "" },
		{ { 4, 1, 4, 0 }, 4, ERR_ABSENT, 0, "list4 and list1 have" },
	};
	static const char *const names[] = { "list0", "list1", "list2", "list3",
		"list4", "list5" };
	struct made made[NUM(headers)];
	struct history_list lists[4];
	size_t i, j, newest;
	struct diag d;

	for (i = 0; i < NUM(headers); i++)
		made_by(&made[i], i < 4 ? "S:t1" : "S:t2", "record: 1",
		    headers[i]);
	for (i = 0; i < NUM(rows); i++) {
		for (j = 0; j < rows[i].num; j++)
			lists[j] = (struct history_list){ made[rows[i].of[j]].f,
				names[rows[i].of[j]] };
		newest = 0;
		diag_init(&d);
		assert_int_equal(
		    history_newest(lists, rows[i].num, &newest, &d), rows[i].e);
		assert_int_equal(newest, rows[i].newest);
		assert_non_null(strstr(d.msg, rows[i].says));
	}
	for (i = 0; i < NUM(headers); i++)
		made_clear(&made[i]);
}

static void
test_names(void **state)
{
	assert_string_equal(history_fate_name(HISTORY_HOLDS), "holds");
	assert_string_equal(history_fate_name(HISTORY_DIRECT), "direct");
	assert_string_equal(history_fate_name(HISTORY_STRANDED), "stranded");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_newest),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_all_pairs),
	};

	return test_run(tests);
}
