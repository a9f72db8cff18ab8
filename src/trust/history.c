/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/history.h"

#include <stdio.h>
#include <stdlib.h>

#include "trust/steps.h"

#define UNREACHED ((size_t)-1)

const char *
history_fate_name(enum history_fate fate)
{
#define NAME(id, name) [id] = name,
	static const char *const names[] = { HISTORY_FATES(NAME) };
#undef NAME

	return names[fate];
}

static bool
is_same(const struct ctl_file *a, const struct ctl_file *b)
{
	return bytes_equal(ctl_raw(a), ctl_raw(b));
}

static enum err
check(const struct history_list *lists, size_t num, struct diag *d)
{
	size_t i;

	if (num > HISTORY_MAX)
		return diag_set(d, ERR_TOO_BIG,
		    "there are %zu lists, and no more than %d are judged", num,
		    HISTORY_MAX);
	for (i = 0; i < num; i++)
		if (!ctl_is_list(lists[i].f) ||
		    ctl_kind(lists[i].f) != ctl_kind(lists[0].f))
			return diag_set(d, ERR_UNSUPPORTED,
			    "a history has lists of one kind, CTL or ITL: the "
			    "first is %s, and number %zu is %s",
			    ctl_kind_name(ctl_kind(lists[0].f)), i + 1,
			    ctl_kind_name(ctl_kind(lists[i].f)));
	return ERR_OK;
}

/* ---- Ladders: from the newest list back. ---- */

struct search {
	struct steps *steps;
	struct history_row *row; /* rungs: UNREACHED until it is known */
	uint8_t *done;           /* holds whose lists are all reached */
	struct buf queue;        /* lists reached, of size_t; by rungs, those
				  * of as many in their order */
	struct buf holds;        /* for one list */
};

static size_t
at(const struct buf *numbers, size_t i)
{
	return ((const size_t *)(const void *)numbers->ptr)[i];
}

static size_t
num_in(const struct buf *numbers)
{
	return numbers->len / sizeof(size_t);
}

static int
compare_numbers(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y ? 1 : 0;
}

static void
sort(struct buf *numbers, size_t from)
{
	if (num_in(numbers) > from)
		qsort(numbers->ptr + from * sizeof(size_t),
		    num_in(numbers) - from, sizeof(size_t), compare_numbers);
}

/* Reaches the lists that have HOLD: their next is TO. */
static void
reach(struct search *s, size_t hold, size_t to)
{
	size_t i, num;
	const size_t *lists = steps_holders(s->steps, hold, &num);

	s->done[hold] = 1;
	for (i = 0; i < num; i++) {
		if (s->row[lists[i]].rungs != UNREACHED)
			continue;
		s->row[lists[i]].rungs = s->row[to].rungs + 1;
		s->row[lists[i]].next = to;
		buf_put(&s->queue, bytes_of(&lists[i], sizeof(lists[i])));
	}
}

static enum err
expand(struct search *s, size_t to, struct diag *d)
{
	size_t i;
	enum err e;

	s->holds.len = 0;
	e = steps_onto(s->steps, to, s->done, &s->holds, d);
	for (i = 0; e == ERR_OK && i < num_in(&s->holds); i++)
		reach(s, at(&s->holds, i), to);
	return e == ERR_OK && !buf_ok(&s->queue) ? diag_nomem(d) : e;
}

/* Level after level: those with as many rungs take their turn in the order of
 * the lists, so that the next of each is the first that can be. */
static enum err
search(struct search *s, size_t newest, struct diag *d)
{
	size_t i = 0, end;
	enum err e = ERR_OK;

	s->row[newest].rungs = 0;
	buf_put(&s->queue, bytes_of(&newest, sizeof(newest)));
	if (!buf_ok(&s->queue))
		return diag_nomem(d);
	while (e == ERR_OK && i < num_in(&s->queue)) {
		end = num_in(&s->queue);
		sort(&s->queue, i);
		for (; e == ERR_OK && i < end; i++)
			e = expand(s, at(&s->queue, i), d);
	}
	return e;
}

/* ---- What becomes of each. ---- */

/* Says why a phone does not take the newest although its signer is known. */
static enum err
judge_signature(struct steps *steps, size_t i, size_t newest,
    struct trust_judgement *j, struct diag *d)
{
	struct ctl_verdict v;
	enum err e = steps_verify(steps, i, newest, &v, d);

	if (e != ERR_OK)
		return e;
	j->verdict = TRUST_REFUSES;
	(void)diag_set(&j->why, ERR_POLICY,
	    "the signer is record %zu of the installed list, but the "
	    "signature is not right for that: %.200s",
	    j->record, v.why.msg);
	return ERR_OK;
}

static enum err
judge_row(const struct history_list *lists, struct search *s, size_t i,
    size_t newest, struct diag *d)
{
	struct trust_phone phone = { .installed = lists[i].f };
	struct history_row *row = &s->row[i];

	trust_judge(&phone, lists[newest].f, &row->judgement);
	if (is_same(lists[i].f, lists[newest].f)) {
		row->fate = HISTORY_HOLDS;
		row->rungs = row->next = 0;
		return ERR_OK;
	}
	row->fate = row->rungs == 1 ? HISTORY_DIRECT : HISTORY_STRANDED;
	if (row->rungs == UNREACHED)
		row->rungs = 0;
	if (row->fate == HISTORY_DIRECT ||
	    row->judgement.verdict != TRUST_ACCEPTS)
		return ERR_OK;
	return judge_signature(s->steps, i, newest, &row->judgement, d);
}

static enum err
judge_rows(const struct history_list *lists, size_t num, size_t newest,
    struct search *s, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < num; i++)
		s->row[i].rungs = UNREACHED;
	e = search(s, newest, d);
	for (i = 0; e == ERR_OK && i < num; i++)
		e = judge_row(lists, s, i, newest, d);
	return e;
}

enum err
history_of(const struct history_list *lists, size_t num, size_t newest,
    struct history *ret, struct diag *d)
{
	struct search s = { .steps = NULL };
	enum err e = check(lists, num, d);

	if (e != ERR_OK)
		return e;
	e = steps_new(lists, num, &s.steps, d);
	if (e != ERR_OK)
		return e;
	s.row = calloc(num + 1, sizeof(*s.row));
	s.done = calloc(steps_num_holds(s.steps) + 1, 1);
	if (s.row == NULL || s.done == NULL)
		e = diag_nomem(d);
	else
		e = judge_rows(lists, num, newest, &s, d);
	if (e == ERR_OK) {
		*ret = (struct history){ .row = s.row,
			.num = num,
			.newest = newest,
			.num_checks = steps_num_checks(s.steps) };
		s.row = NULL;
	}
	free(s.row);
	free(s.done);
	buf_clear(&s.queue);
	buf_clear(&s.holds);
	steps_free(&s.steps);
	return e;
}

void
history_clear(struct history *h)
{
	free(h->row);
	*h = (struct history){ .row = NULL };
}

/* ---- Every step. ---- */

/* What belongs to what: two numbers, sorted by the first. */
struct pair {
	size_t key, value;
};

struct pairs {
	struct buf all;
	size_t next; /* the first that take() has not given */
};

static void
put(struct pairs *p, size_t key, size_t value)
{
	struct pair pair = { key, value };

	buf_put(&p->all, bytes_of(&pair, sizeof(pair)));
}

static struct pair *
pairs_at(const struct pairs *p)
{
	return (struct pair *)(void *)p->all.ptr;
}

static size_t
num_pairs(const struct pairs *p)
{
	return p->all.len / sizeof(struct pair);
}

static int
compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->value < y->value ? -1 : x->value > y->value ? 1 : 0;
}

static void
sort_pairs(struct pairs *p)
{
	if (num_pairs(p) > 0)
		qsort(p->all.ptr, num_pairs(p), sizeof(struct pair),
		    compare_pairs);
}

/* The first pair of sorted P whose key is KEY or more. */
static size_t
find_pair(const struct pairs *p, size_t key)
{
	size_t low = 0, high = num_pairs(p), mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (pairs_at(p)[mid].key < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* All steps: which holds each list has, and which lists each hold lets in. */
struct map {
	struct pairs has, takes;
	struct buf to; /* of one list */
};

static enum err
draw(struct map *m, struct steps *s, size_t num, struct diag *d)
{
	size_t i, j, n;
	const size_t *lists;
	enum err e = ERR_OK;

	for (i = 0; e == ERR_OK && i < num; i++) {
		m->to.len = 0;
		e = steps_onto(s, i, NULL, &m->to, d);
		for (j = 0; e == ERR_OK && j < num_in(&m->to); j++)
			put(&m->takes, at(&m->to, j), i);
	}
	for (i = 0; i < steps_num_holds(s); i++) {
		lists = steps_holders(s, i, &n);
		for (j = 0; j < n; j++)
			put(&m->has, lists[j], i);
	}
	if (e == ERR_OK && (!buf_ok(&m->takes.all) || !buf_ok(&m->has.all)))
		e = diag_nomem(d);
	if (e == ERR_OK) {
		sort_pairs(&m->takes);
		sort_pairs(&m->has);
	}
	return e;
}

/* Fills m->to with what a phone takes that holds list FROM, in order. */
static enum err
follow(struct map *m, size_t from, struct diag *d)
{
	const struct pair *has, *takes;
	size_t i, j;

	m->to.len = 0;
	for (i = find_pair(&m->has, from); i < num_pairs(&m->has); i++) {
		has = &pairs_at(&m->has)[i];
		if (has->key != from)
			break;
		j = find_pair(&m->takes, has->value);
		for (; j < num_pairs(&m->takes); j++) {
			takes = &pairs_at(&m->takes)[j];
			if (takes->key != has->value)
				break;
			buf_put(&m->to,
			    bytes_of(&takes->value, sizeof(takes->value)));
		}
	}
	if (!buf_ok(&m->to))
		return diag_nomem(d);
	sort(&m->to, 0);
	return ERR_OK;
}

enum err
history_each_step(const struct history_list *lists, size_t num,
    enum err (*fn)(void *arg, size_t from, size_t to), void *arg,
    struct diag *d)
{
	struct map m = { .to = { 0 } };
	struct steps *s = NULL;
	enum err e = check(lists, num, d);
	size_t i, j;

	if (e == ERR_OK)
		e = steps_new(lists, num, &s, d);
	if (e == ERR_OK)
		e = draw(&m, s, num, d);
	for (i = 0; e == ERR_OK && i < num; i++) {
		e = follow(&m, i, d);
		for (j = 0; e == ERR_OK && j < num_in(&m.to); j++)
			if (!is_same(lists[i].f, lists[at(&m.to, j)].f))
				e = fn(arg, i, at(&m.to, j));
	}
	buf_clear(&m.has.all);
	buf_clear(&m.takes.all);
	buf_clear(&m.to);
	steps_free(&s);
	return e;
}

/* ---- Which is the newest. ---- */

enum err
history_newest(const struct history_list *lists, size_t num, size_t *ret,
    struct diag *d)
{
	size_t i, newest = 0, equal = 0;
	uint32_t when, best = 0;

	if (num == 0)
		return diag_set(d, ERR_ABSENT, "there is no list");
	for (i = 0; i < num; i++) {
		if (!ctl_header_number(ctl_header(lists[i].f),
			CTL_HDR_TIMESTAMP, &when))
			return diag_set(d, ERR_ABSENT,
			    "%.100s has no TIMESTAMP, so nobody can tell "
			    "which list is the newest",
			    lists[i].name);
		if (i > 0 && when < best)
			continue;
		if (i > 0 && when == best &&
		    is_same(lists[i].f, lists[newest].f))
			continue;
		equal = i > 0 && when == best ? i : 0;
		if (equal == 0)
			newest = i;
		best = when;
	}
	if (equal != 0)
		return diag_set(d, ERR_ABSENT,
		    "%.100s and %.100s have the same TIMESTAMP, so nobody can "
		    "tell which list is the newest",
		    lists[newest].name, lists[equal].name);
	*ret = newest;
	return ERR_OK;
}
