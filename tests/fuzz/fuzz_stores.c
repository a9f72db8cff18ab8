/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of certificates out of a terminal: whatever is pasted is refused with a
 * reason, or each certificate has a store and a name without control characters,
 * once; and what is judged keeps what is in use.
 */
#include <string.h>

#include "cli/store_list.h"
#include "cli/store_rules.h"
#include "tests/fuzz/fuzz.h"

/* What is judged of one input. */
#define ITEMS_MAX 64

/* The texts of an item. */
struct texts {
	struct buf node, store, name;
};

static const char *
text_of(struct buf *b, struct bytes in)
{
	buf_put(b, in);
	FUZZ_CHECK(buf_cstr(b) != NULL);
	return buf_cstr(b);
}

static void
fill(const struct store_listed *one, struct texts *t, struct store_item *item)
{
	struct pasted p = { .traits = 0 };

	item->node = text_of(&t->node, one->node);
	item->store = text_of(&t->store, one->store);
	item->name = text_of(&t->name, one->name);
	if (one->dump.len > 0 && pasted_read(one->dump, &p, NULL) == ERR_OK &&
	    p.has_dump)
		FUZZ_CHECK(
		    store_facts_of_dump(&p.dump, &item->facts, NULL) == ERR_OK);
	else
		FUZZ_CHECK(store_facts_of_name(item->name, &item->facts,
			       NULL) == ERR_OK);
	pasted_clear(&p);
}

static void
empty(struct store_item *item, struct texts *t, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++) {
		buf_clear(&t[i].node);
		buf_clear(&t[i].store);
		buf_clear(&t[i].name);
		store_facts_clear(&item[i].facts);
	}
}

static void
check_judged(const struct store_input *in, const struct store_judged *j)
{
	size_t i, k;

	FUZZ_CHECK(j->num == in->num);
	for (i = 0; i < j->num; i++) {
		FUZZ_CHECK(j->verdict[i].reason.len > 0);
		if (j->verdict[i].advice != STORE_DELETE)
			continue;
		FUZZ_CHECK(j->refusal.len == 0 && in->num_own > 0);
		FUZZ_CHECK(in->item[i].facts.known);
		for (k = 0; k < in->num_own; k++)
			FUZZ_CHECK(store_same(&in->item[i].facts,
				       &in->own[k].facts) != STORE_SAME);
	}
}

static void
add(const struct store_listed *one, struct texts *t, struct store_item *item,
    size_t *num)
{
	fill(one, &t[*num], &item[*num]);
	++*num;
}

static void
judge(const struct store_list *l)
{
	struct store_item item[ITEMS_MAX], own[ITEMS_MAX];
	struct texts item_text[ITEMS_MAX], own_text[ITEMS_MAX];
	struct store_rules_file rules;
	struct store_judged judged;
	struct store_input in = { .item = item,
		.own = own,
		.now = 1767225600,
		.days = 30,
		.has_lists = l->num % 2 == 0,
		.has_lsc = l->num % 3 == 0 };
	size_t i;

	memset(item, 0, sizeof(item));
	memset(own, 0, sizeof(own));
	memset(item_text, 0, sizeof(item_text));
	memset(own_text, 0, sizeof(own_text));
	for (i = 0; i < l->num; i++) {
		if (l->at[i].own && in.num_own < ITEMS_MAX)
			add(&l->at[i], own_text, own, &in.num_own);
		else if (!l->at[i].own && in.num < ITEMS_MAX)
			add(&l->at[i], item_text, item, &in.num);
	}
	FUZZ_CHECK(store_rules_load(NULL, &rules, NULL) == ERR_OK);
	in.rules = &rules.rules;
	FUZZ_CHECK(store_judge(&in, &judged, NULL) == ERR_OK);
	check_judged(&in, &judged);
	store_judged_clear(&judged);
	store_rules_clear(&rules);
	empty(item, item_text, in.num);
	empty(own, own_text, in.num_own);
}

static void
check_text(struct bytes text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		FUZZ_CHECK(text.ptr[i] == '\t' ||
		    (text.ptr[i] >= 0x20 && text.ptr[i] != 0x7f));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct store_list l = { .num = 0 };
	struct diag d;
	enum err e;
	size_t i;

	diag_init(&d);
	e = store_list_read(bytes_of(data, len), &l, &d);
	if (e != ERR_OK) {
		FUZZ_CHECK(d.code == e && d.msg[0] != '\0');
		FUZZ_CHECK(e == ERR_SYNTAX || e == ERR_TOO_BIG);
		FUZZ_CHECK(l.at == NULL && l.num == 0);
		return 0;
	}
	FUZZ_CHECK(l.num > 0 && l.num <= STORE_LIST_MAX);
	for (i = 0; i < l.num; i++) {
		FUZZ_CHECK(l.at[i].store.len > 0 && l.at[i].name.len > 0);
		check_text(l.at[i].store);
		check_text(l.at[i].name);
		check_text(l.at[i].node);
	}
	judge(&l);
	store_list_clear(&l);
	return 0;
}
