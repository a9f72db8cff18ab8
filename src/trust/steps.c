/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/steps.h"

#include <stdlib.h>
#include <string.h>

#include "trust/signer.h"

#define NO_GROUP ((size_t)-1)

/* Lists that name the same signer, and what the others have under his names. */
struct group {
	struct trust_names names;
	size_t first, num; /* holds */
	size_t num_keys;
};

/* A SAST that bears the names of a signer: exactly, as a phone finds him, or as
 * ctl_verify() takes it too. */
struct entry {
	size_t group, list, record;
};

/* All of one list that bear them. */
struct run {
	size_t group, list;
	size_t first, num; /* entries */
	struct bytes key;  /* what the signature is checked with, if the
			    * records are in order */
};

/* The runs that have the same bytes. */
struct hold {
	size_t first, num; /* runs */
	size_t key;        /* number of its key within the group */
	enum {
		NOT_TRIED,
		SOUND,  /* a signature was right with it */
		UNSOUND /* no signature can be */
	} state;
};

struct steps {
	const struct history_list *lists;
	size_t num;
	size_t *group_of; /* list -> group of its signer, or NO_GROUP */
	struct group *groups;
	size_t num_groups;
	struct buf entries, runs, holds;
	size_t *holders; /* of each run its list */
	uint8_t *keys;   /* of one signature, for each key of a group: enum */
	struct ctl_memo *memo;
	size_t num_checks;
};

enum {
	KEY_NOT_TRIED,
	KEY_FITS,
	KEY_DOES_NOT
};

static struct entry *
entries(const struct steps *s)
{
	return (struct entry *)(void *)s->entries.ptr;
}

static struct run *
runs(const struct steps *s)
{
	return (struct run *)(void *)s->runs.ptr;
}

static struct hold *
holds(const struct steps *s)
{
	return (struct hold *)(void *)s->holds.ptr;
}

static size_t
num_of(const struct buf *b, size_t size)
{
	return b->len / size;
}

/* ---- Signers. ---- */

/* How serial A, backwards where REVERSED, stands to B. */
static int
order_serial(struct bytes a, bool reversed, struct bytes b)
{
	size_t i;
	uint8_t x;

	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	for (i = 0; i < a.len; i++) {
		x = a.ptr[reversed ? a.len - 1 - i : i];
		if (x != b.ptr[i])
			return x < b.ptr[i] ? -1 : 1;
	}
	return 0;
}

static int
order_names(struct trust_names a, bool reversed, struct trust_names b)
{
	int c = bytes_order(a.issuer, b.issuer);

	return c != 0 ? c : order_serial(a.serial, reversed, b.serial);
}

static int
compare_groups(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return order_names(x->names, false, y->names);
}

static bool
is_whole(struct trust_names n)
{
	return n.issuer.ptr != NULL && n.serial.ptr != NULL;
}

/* The group of NAMES, their serial number read backwards where REVERSED. */
static size_t
find_group(const struct steps *s, struct trust_names names, bool reversed)
{
	size_t low = 0, high = s->num_groups, mid;
	int c;

	while (is_whole(names) && low < high) {
		mid = low + (high - low) / 2;
		c = order_names(names, reversed, s->groups[mid].names);
		if (c == 0)
			return mid;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NO_GROUP;
}

static enum err
collect_groups(struct steps *s, struct diag *d)
{
	struct trust_names names;
	size_t i, n = 0;

	s->groups = calloc(s->num + 1, sizeof(*s->groups));
	s->group_of = calloc(s->num + 1, sizeof(*s->group_of));
	if (s->groups == NULL || s->group_of == NULL)
		return diag_nomem(d);
	for (i = 0; i < s->num; i++) {
		names = signer_of_header(s->lists[i].f);
		if (is_whole(names))
			s->groups[n++].names = names;
	}
	qsort(s->groups, n, sizeof(*s->groups), compare_groups);
	for (i = 0; i < n; i++)
		if (s->num_groups == 0 ||
		    compare_groups(&s->groups[s->num_groups - 1],
			&s->groups[i]) != 0)
			s->groups[s->num_groups++] = s->groups[i];
	for (i = 0; i < s->num; i++)
		s->group_of[i] = find_group(s, signer_of_header(s->lists[i].f),
		    false);
	return ERR_OK;
}

/* ---- SASTs that bear a signer's names. ---- */

static void
put_entry(struct steps *s, struct entry e)
{
	buf_put(&s->entries, bytes_of(&e, sizeof(e)));
}

/* A token's record bears them backwards too (ctl_record_is_named()). */
static void
put_record(struct steps *s, size_t list, size_t record)
{
	const struct ctl_record *r = ctl_record(s->lists[list].f, record);
	struct trust_names names = signer_of_record(r);
	size_t exact = NO_GROUP, turned = NO_GROUP;

	if (!signer_is_sast(r))
		return;
	exact = find_group(s, names, false);
	if (r->dialect == CTL_DIALECT_TOKEN)
		turned = find_group(s, names, true);
	if (exact != NO_GROUP)
		put_entry(s, (struct entry){ exact, list, record });
	if (turned != NO_GROUP && turned != exact)
		put_entry(s, (struct entry){ turned, list, record });
}

static int
compare_numbers(size_t a, size_t b)
{
	return a < b ? -1 : a > b ? 1 : 0;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = compare_numbers(x->group, y->group);

	if (c == 0)
		c = compare_numbers(x->list, y->list);
	return c != 0 ? c : compare_numbers(x->record, y->record);
}

static enum err
collect_entries(struct steps *s, struct diag *d)
{
	size_t i, j;

	for (i = 0; i < s->num; i++)
		for (j = 1; j <= ctl_num_records(s->lists[i].f); j++)
			put_record(s, i, j);
	if (!buf_ok(&s->entries))
		return diag_nomem(d);
	if (s->entries.len > 0)
		qsort(s->entries.ptr, num_of(&s->entries, sizeof(struct entry)),
		    sizeof(struct entry), compare_entries);
	return ERR_OK;
}

/* ---- Lists with the same such SASTs. ---- */

static const struct ctl_record *
record_of(const struct steps *s, const struct entry *e)
{
	return ctl_record(s->lists[e->list].f, e->record);
}

/* Records in order do not differ in it, so the first that has one decides. */
static struct bytes
key_of(const struct steps *s, const struct run *run)
{
	static const enum ctl_record_tag tags[] = { CTL_REC_PUBLIC_KEY,
		CTL_REC_CERTIFICATE };
	struct bytes v = bytes_of("", 0);
	size_t i, t;

	for (t = 0; t < sizeof(tags) / sizeof(tags[0]); t++)
		for (i = 0; v.len == 0 && i < run->num; i++)
			v = ctl_record_value(
			    record_of(s, &entries(s)[run->first + i]), tags[t]);
	return v;
}

static struct bytes
raw_of(const struct steps *s, const struct entry *e)
{
	const struct ctl_record *r = record_of(s, e);

	return bytes_of(ctl_raw(s->lists[e->list].f).ptr + r->offset,
	    r->length);
}

static int
order_content(const struct steps *s, const struct run *a, const struct run *b)
{
	int c = compare_numbers(a->num, b->num);
	size_t i;

	for (i = 0; c == 0 && i < a->num; i++)
		c = bytes_order(raw_of(s, &entries(s)[a->first + i]),
		    raw_of(s, &entries(s)[b->first + i]));
	return c;
}

static int
order_keys(const struct run *a, const struct run *b)
{
	int c = compare_numbers(a->group, b->group);

	return c != 0 ? c : bytes_order(a->key, b->key);
}

static int
compare_runs(const void *a, const void *b, void *steps)
{
	const struct run *x = a, *y = b;
	int c = order_keys(x, y);

	if (c == 0)
		c = order_content(steps, x, y);
	return c != 0 ? c : compare_numbers(x->list, y->list);
}

/* The run that begins with entry FIRST. */
static struct run
run_at(const struct steps *s, size_t first)
{
	const struct entry *e = &entries(s)[first];
	size_t num = num_of(&s->entries, sizeof(*e)) - first;
	struct run run = { .group = e->group, .list = e->list, .first = first };

	while (run.num < num && e[run.num].group == run.group &&
	    e[run.num].list == run.list)
		run.num++;
	run.key = key_of(s, &run);
	return run;
}

static enum err
collect_runs(struct steps *s, struct diag *d)
{
	size_t i = 0, num = num_of(&s->entries, sizeof(struct entry));
	struct run run;

	for (; i < num; i += run.num) {
		run = run_at(s, i);
		buf_put(&s->runs, bytes_of(&run, sizeof(run)));
	}
	num = num_of(&s->runs, sizeof(run));
	s->holders = calloc(num + 1, sizeof(*s->holders));
	if (!buf_ok(&s->runs) || s->holders == NULL)
		return diag_nomem(d);
	if (num > 0)
		qsort_r(s->runs.ptr, num, sizeof(run), compare_runs, s);
	for (i = 0; i < num; i++)
		s->holders[i] = runs(s)[i].list;
	return ERR_OK;
}

static enum err
collect_holds(struct steps *s, struct diag *d)
{
	size_t i, n, most = 0, num = num_of(&s->runs, sizeof(struct run));
	struct hold h;
	struct group *g;
	struct run *r;

	for (i = 0; i < num; i += n) {
		r = &runs(s)[i];
		g = &s->groups[r->group];
		for (n = 1; i + n < num && order_keys(r, r + n) == 0; n++)
			if (order_content(s, r, r + n) != 0)
				break;
		if (g->num == 0)
			g->first = num_of(&s->holds, sizeof(h));
		if (g->num == 0 || order_keys(r - 1, r) != 0)
			g->num_keys++;
		g->num++;
		h = (struct hold){ .first = i,
			.num = n,
			.key = g->num_keys - 1 };
		buf_put(&s->holds, bytes_of(&h, sizeof(h)));
		most = g->num_keys > most ? g->num_keys : most;
	}
	s->keys = calloc(most + 1, 1);
	return buf_ok(&s->holds) && s->keys != NULL ? ERR_OK : diag_nomem(d);
}

enum err
steps_new(const struct history_list *lists, size_t num, struct steps **ret,
    struct diag *d)
{
	struct steps *s = calloc(1, sizeof(*s));
	enum err e;

	if (s == NULL)
		return diag_nomem(d);
	s->lists = lists;
	s->num = num;
	e = ctl_memo_new(&s->memo, d);
	if (e == ERR_OK)
		e = collect_groups(s, d);
	if (e == ERR_OK)
		e = collect_entries(s, d);
	if (e == ERR_OK)
		e = collect_runs(s, d);
	if (e == ERR_OK)
		e = collect_holds(s, d);
	if (e == ERR_OK)
		*ret = s;
	else
		steps_free(&s);
	return e;
}

void
steps_free(struct steps **steps)
{
	struct steps *s = *steps;

	if (s == NULL)
		return;
	ctl_memo_free(&s->memo);
	buf_clear(&s->entries);
	buf_clear(&s->runs);
	buf_clear(&s->holds);
	free(s->holders);
	free(s->keys);
	free(s->groups);
	free(s->group_of);
	free(s);
	*steps = NULL;
}

size_t
steps_num_holds(const struct steps *s)
{
	return num_of(&s->holds, sizeof(struct hold));
}

const size_t *
steps_holders(const struct steps *s, size_t hold, size_t *ret_num)
{
	const struct hold *h = &holds(s)[hold];

	*ret_num = h->num;
	return s->holders + h->first;
}

size_t
steps_num_checks(const struct steps *s)
{
	return s->num_checks;
}

/* ---- Judging. ---- */

enum err
steps_verify(struct steps *s, size_t from, size_t to, struct ctl_verdict *ret,
    struct diag *d)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_TRUSTED,
		.trusted = s->lists[from].f,
		.memo = s->memo };

	s->num_checks++;
	return ctl_verify(s->lists[to].f, &anchor, ret, d);
}

/* It is the held records that are not in order, whatever they are to verify. */
static bool
is_of_records(enum ctl_rule rule)
{
	static const enum ctl_rule rules[] = { CTL_RULE_CERTIFICATE_UNREADABLE,
		CTL_RULE_FIELD_DISAGREES, CTL_RULE_KEY_MISSING,
		CTL_RULE_KEY_UNREADABLE, CTL_RULE_TWO_KEYS };
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i] == rule)
			return true;
	return false;
}

/* The signature of list TO is right for H. A signature is checked once with
 * each key, and once more to try out records. */
static enum err
fits(struct steps *s, struct hold *h, size_t to, bool *ret, struct diag *d)
{
	uint8_t *key = &s->keys[h->key];
	struct ctl_verdict v;
	enum err e;

	if (h->state != UNSOUND && *key != KEY_DOES_NOT &&
	    (h->state == NOT_TRIED || *key == KEY_NOT_TRIED)) {
		e = steps_verify(s, s->holders[h->first], to, &v, d);
		if (e != ERR_OK)
			return e;
		if (v.status == CTL_VERIFIED) {
			h->state = SOUND;
			*key = KEY_FITS;
		} else if (is_of_records(v.rule)) {
			h->state = UNSOUND;
		} else {
			*key = KEY_DOES_NOT;
		}
	}
	*ret = h->state == SOUND && *key == KEY_FITS;
	return ERR_OK;
}

/* A phone that holds H, and asks nobody, takes list TO. */
static bool
accepts(const struct steps *s, const struct hold *h, size_t to)
{
	struct trust_phone phone = {
		.installed = s->lists[s->holders[h->first]].f
	};
	struct trust_judgement j;

	trust_judge(&phone, s->lists[to].f, &j);
	return j.verdict == TRUST_ACCEPTS;
}

enum err
steps_onto(struct steps *s, size_t to, const uint8_t *skip, struct buf *ret,
    struct diag *d)
{
	const struct group *g;
	struct hold *h;
	enum err e;
	size_t i;
	bool fit;

	if (s->group_of[to] == NO_GROUP)
		return ERR_OK;
	g = &s->groups[s->group_of[to]];
	memset(s->keys, KEY_NOT_TRIED, g->num_keys);
	for (i = g->first; i < g->first + g->num; i++) {
		h = &holds(s)[i];
		if ((skip != NULL && skip[i] != 0) || !accepts(s, h, to))
			continue;
		e = fits(s, h, to, &fit, d);
		if (e != ERR_OK)
			return e;
		if (fit)
			buf_put(ret, bytes_of(&i, sizeof(i)));
	}
	return buf_ok(ret) ? ERR_OK : diag_nomem(d);
}
